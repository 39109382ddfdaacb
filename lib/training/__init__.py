"""Real Keras, trained in a process of its own: recipes, the compiled engine, the trainer."""
