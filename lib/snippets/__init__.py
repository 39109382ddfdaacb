"""Code for the learner's present settings: it runs as printed, and prints the numbers of the page.

Only where training is chaotic (a learning rate far too large) rounding makes them part: the page says so.
"""
