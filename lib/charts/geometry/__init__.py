"""The charts and pictures of the lesson on geometry, one module a section."""
