"""The sections of the lesson on the first network."""
