"""The charts and pictures of the lesson on the first network, one module a section."""
