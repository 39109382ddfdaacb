"""The sections of the lesson on convolution and pooling."""
