"""The charts of the gradient descent lesson, one module a section: `chart` the template, `datasets` what goes in."""

from lib.charts.descent import backpropagation, coefficient, curve, race, slope, sweep, unit

__all__ = ["backpropagation", "coefficient", "curve", "race", "slope", "sweep", "unit"]
