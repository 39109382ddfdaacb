"""The printed code runs as printed, and prints what the page computes."""

import contextlib
import io

import numpy as np
import pytest

from lib import backpropagation, descent
from lib.snippets import descent as snippets


def printed(source: str) -> dict[str, str]:
    """Run a snippet in a namespace of its own and return what it printed, by label."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "snippet", "exec"), {"__name__": "__main__"})
    lines = [line.rsplit(" = ", 1) for line in out.getvalue().splitlines() if " = " in line]
    return dict(lines) | {"text": out.getvalue()}


@pytest.mark.parametrize(
    ("curve_id", "x", "eps", "curvature"),
    [("two_minima", -0.7, 0.5, 1.0), ("plateau", 0.4, 0.001, 1.0), ("parabola", -1.5, -0.25, 2.5)],
)
def test_slope_prints_the_numbers_of_the_page(curve_id: str, x: float, eps: float, curvature: float) -> None:
    curve = descent.parabola(curvature) if curve_id == "parabola" else descent.CURVES[curve_id]
    said = printed(snippets.slope(curve=curve_id, x=x, eps=eps, curvature=curvature))
    assert said["f(x + eps)"] == f"{curve.function(x + eps):.6g}"
    assert said["secant slope"] == f"{descent.secant_slope(curve, x, eps):.6g}"
    assert said["tangent slope a"] == f"{descent.tangent_slope(curve, x):.6g}"
    assert said["f(x) + a * eps"] == f"{descent.linear_approximation(curve, x, eps):.6g}"
    assert float(said["error"]) == pytest.approx(descent.approximation_error(curve, x, eps), rel=1e-4, abs=1e-12)


def test_slope_prints_a_number_worked_by_hand() -> None:
    said = printed(snippets.slope(curve="parabola", x=1.0, eps=0.5, curvature=2.0))
    assert said["secant slope"] == "2.5"
    assert said["error"] == "0.25"


@pytest.mark.parametrize(
    ("w", "h", "sizes"), [(0.3, 0.05, (784, 512, 10)), (-0.1, 0.02, (2, 4, 2, 1)), (-0.0142, 0.05, (3, 1))]
)
def test_coefficient_prints_the_trial_and_its_cost(w: float, h: float, sizes: tuple[int, ...]) -> None:
    trial = descent.trial(w, h)
    said = printed(snippets.coefficient(w=w, h=h, layer_sizes=sizes))
    for at, loss in ((w - h, trial.down), (w, trial.here), (w + h, trial.up)):
        assert said[f"loss at {at:.4g}"] == f"{loss:.4g}"
    best = {"down": w - h, "stay": w, "up": w + h}[trial.better]
    assert f"better: {best:.4g}" in said["text"]
    assert said["parameters"] == str(descent.parameters(sizes))
    assert said["forward passes to try each once"] == str(descent.trial_passes(sizes))


@pytest.mark.parametrize(
    ("curve_id", "start", "learning_rate", "momentum", "steps", "curvature"),
    [
        ("two_minima", 2.1, 0.1, 0.9, 60, 1.0),
        ("plateau", -2.5, 0.1, 0.0, 30, 1.0),
        ("parabola", -2.5, 0.4, 0.0, 12, 2.0),
    ],
)
def test_curve_ends_where_the_page_does(
    curve_id: str, start: float, learning_rate: float, momentum: float, steps: int, curvature: float
) -> None:
    settings = {"start": start, "learning_rate": learning_rate, "momentum": momentum, "steps": steps}
    curve = descent.parabola(curvature) if curve_id == "parabola" else descent.CURVES[curve_id]
    path = descent.descend(curve, **settings)  # type: ignore[arg-type]
    said = printed(snippets.curve(curve=curve_id, curvature=curvature, **settings))  # type: ignore[arg-type]
    assert float(said[f"after {steps} steps x"]) == pytest.approx(path.x[-1], abs=1e-4)
    assert float(said["loss"]) == pytest.approx(path.loss[-1], abs=1e-4)
    if curve_id == "parabola":
        assert f"first step times {descent.observed_factor(path):.4g}," in said["text"]
        assert said["stability limit 2 (1 + momentum) / curvature"] == "1"


def test_curve_says_at_which_step_it_diverged() -> None:
    path = descent.descend(descent.parabola(), start=-2.5, learning_rate=2.5, steps=40)
    said = printed(snippets.curve(curve="parabola", start=-2.5, learning_rate=2.5, momentum=0.0, steps=40))
    assert f"diverged at step {path.diverged_at}\n" in said["text"]


@pytest.mark.parametrize(
    "settings",
    [
        {"x1": 2.0, "x2": -1.0, "w1": 0.5, "w2": -1.0, "b": -1.5, "target": 1.0, "activation": "tanh"},
        {"x1": 2, "x2": 1, "w1": 0, "w2": -1, "b": 0.3, "target": 0, "activation": "relu"},
        {"x1": 0.3, "x2": 1.2, "w1": -0.7, "w2": 0.4, "b": 0.1, "target": 1.0, "activation": "sigmoid"},
    ],
)
def test_backpropagation_prints_the_gradients_of_the_graph(settings: dict[str, float]) -> None:
    nodes = backpropagation.neuron(**settings)  # type: ignore[arg-type]
    said = printed(snippets.backpropagation(**settings))  # type: ignore[arg-type]
    assert float(said["loss"]) == pytest.approx(nodes["loss"].value, rel=1e-3)
    for name in ("w1", "w2", "b"):
        assert float(said[f"gradient of {name}"]) == pytest.approx(nodes[name].gradient, rel=1e-3, abs=1e-6)


def test_no_snippet_imports_this_project() -> None:
    sources = (
        snippets.slope(curve="plateau", x=0.0, eps=0.1),
        snippets.coefficient(w=0.3, h=0.05, layer_sizes=(2, 1)),
        snippets.curve(curve="plateau", start=0.0, learning_rate=np.float64(0.1), momentum=0.0, steps=3),
    )
    for source in sources:
        assert "lib" not in source
        assert "np.float64" not in source


def test_an_unknown_curve_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="parabola, two_minima, plateau"):
        snippets.slope(curve="cliff", x=0.0, eps=0.1)
