"""The charts and pictures of the lesson on tensors, one module a section."""

from lib.charts.tensors import batches, crops, ladder, layout, sheets, slicing

__all__ = ["batches", "crops", "ladder", "layout", "sheets", "slicing"]
