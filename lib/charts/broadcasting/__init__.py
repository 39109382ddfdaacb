"""The charts of the broadcasting lesson, one module a picture: `chart` the template, `datasets` what goes in."""

from lib.charts.broadcasting import arrays, axes, bars, layer, product

__all__ = ["arrays", "axes", "bars", "layer", "product"]
