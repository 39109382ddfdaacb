"""Run a benchmark by its name, or list them: `python -m benchmarks [name] [--json] [--quick]`."""

import argparse
import json
import pkgutil
import sys
from contextlib import redirect_stdout
from importlib import import_module
from types import ModuleType

import benchmarks


def found() -> dict[str, ModuleType]:
    """The modules of this package that measure something, by name."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name[0] != "_"]
    modules = {name: import_module(f"benchmarks.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "measure")}


def arguments(names: list[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what is fast.")
    parser.add_argument("name", nargs="?", choices=names, help="the benchmark to run; without it they are listed")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--quick", action="store_true", help="few repetitions: shows that it runs, not how fast")
    return parser.parse_args()


def main() -> None:
    """List the benchmarks, or run one; standard output holds nothing but the result."""
    modules = found()
    asked = arguments(list(modules))
    if asked.name is None:
        for name, module in modules.items():
            print(f"{name:12}{(module.__doc__ or '').splitlines()[0]}")
        return
    with redirect_stdout(sys.stderr):
        measured = modules[asked.name].measure(quick=asked.quick)
    print(json.dumps(measured) if asked.json else modules[asked.name].table(measured))


if __name__ == "__main__":
    main()
