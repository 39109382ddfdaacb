"""The sections of the lesson on gradient descent."""
