"""The charts and pictures of the lesson on convolution and pooling, one module a section."""
