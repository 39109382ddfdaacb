"""The sections of the lesson on overfitting, a module each."""
