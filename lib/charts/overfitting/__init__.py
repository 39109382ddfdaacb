"""The charts and pictures of the lesson on overfitting, one module a section."""
