"""The sections of the lesson on tensors, a module each."""
