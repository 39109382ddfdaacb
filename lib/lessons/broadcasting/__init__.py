"""The lesson on broadcasting and dot products: the few operations on arrays that a network is made of."""
