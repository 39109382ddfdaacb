"""The sections of the lesson on geometry, a module each."""
