"""What is fast, measured: `python -m benchmarks`.

A benchmark is a module of this package with two functions: `measure(*, quick: bool) -> dict[str, Any]`, which returns
plain numbers by name, ready for JSON, and `table(measured) -> str`, which sets them as a table to read.
"""
