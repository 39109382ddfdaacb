"""Code for the learner's present settings: it runs as printed, and prints the numbers that the page shows."""
