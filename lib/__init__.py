"""What the lessons stand on: ideas, data, training, charts and the interface."""
