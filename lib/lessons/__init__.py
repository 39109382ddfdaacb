"""The lessons: a folder each, a module a section, which `show`s it and gives the `code` for its present settings."""
