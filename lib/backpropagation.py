"""Backpropagation on a graph small enough to watch: numbers run forward, gradients run back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(eq=False)
class Node:
    """A number in a graph, how it was made, and how the loss answers when it changes.

    `inputs` are the nodes it was made from, `slopes` its derivative by each of them (the local derivatives),
    `gradient` the derivative of the loss by this number, once `backward` has run.

    >>> w, x = leaf("w", 3.0), leaf("x", 2.0)
    >>> y = multiply("y", w, x)
    >>> backward(y)
    >>> y.value, w.gradient, x.gradient
    (6.0, 2.0, 3.0)
    """

    name: str
    op: str
    value: float
    inputs: tuple[Node, ...] = ()
    slopes: tuple[float, ...] = ()
    gradient: float = 0.0


def leaf(name: str, value: float, kind: Literal["input", "weight", "target"] = "weight") -> Node:
    """A number that is given, not computed.

    >>> leaf("b", 0.5).op
    'weight'
    """
    return Node(name, kind, float(value))


def add(name: str, *inputs: Node) -> Node:
    """The sum of its inputs: each of them passes on a change as it is, so every slope is 1.

    >>> add("z", leaf("a", 1.0), leaf("b", 2.0)).value
    3.0
    """
    return Node(name, "+", sum(n.value for n in inputs), inputs, (1.0,) * len(inputs))


def subtract(name: str, a: Node, b: Node) -> Node:
    """The difference a - b, with slopes 1 and -1.

    >>> subtract("e", leaf("p", 1.0), leaf("t", 3.0)).value
    -2.0
    """
    return Node(name, "-", a.value - b.value, (a, b), (1.0, -1.0))


def multiply(name: str, a: Node, b: Node) -> Node:
    """The product a b: the slope by each factor is the other one.

    >>> multiply("m", leaf("a", 2.0), leaf("b", 3.0)).slopes
    (3.0, 2.0)
    """
    return Node(name, "*", a.value * b.value, (a, b), (b.value, a.value))


def square(name: str, a: Node) -> Node:
    """The square of a, with slope 2 a.

    >>> square("loss", leaf("e", -3.0)).slopes
    (-6.0,)
    """
    return Node(name, "square", a.value**2, (a,), (2 * a.value,))


@dataclass(frozen=True)
class Activation:
    """A function of one number, its derivative by input x and output y, and both as the lesson writes them."""

    function: Callable[[float], float]
    slope: Callable[[float, float], float]
    formula: str
    slope_formula: str


def _sigmoid(x: float) -> float:
    # Two forms of the same: each keeps exp from overflowing on its side.
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


# The slope of relu at 0 is taken as 0, as TensorFlow does.
ACTIVATIONS = {
    "relu": Activation(lambda x: max(x, 0.0), lambda x, y: float(x > 0), "max({}, 0)", "relu′(z)"),
    "tanh": Activation(math.tanh, lambda x, y: 1 - y * y, "tanh({})", "(1 − p²)"),
    "sigmoid": Activation(_sigmoid, lambda x, y: y * (1 - y), "sigmoid({})", "p (1 − p)"),
}


def activate(name: str, a: Node, activation: str) -> Node:
    """The activation of a, by its name in `ACTIVATIONS`.

    Raises ValueError for any other name.

    >>> activate("p", leaf("z", -2.0), "relu").value
    0.0
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"There is no activation {activation!r}. Take one of {', '.join(ACTIVATIONS)}.")
    chosen = ACTIVATIONS[activation]
    value = chosen.function(a.value)
    return Node(name, activation, value, (a,), (chosen.slope(a.value, value),))


def order(loss: Node) -> list[Node]:
    """Every node that the loss depends on, inputs before what is made of them.

    >>> a = leaf("a", 2.0)
    >>> [n.name for n in order(multiply("m", a, a))]
    ['a', 'm']
    """
    found: dict[int, Node] = {}

    def visit(node: Node) -> None:
        for source in node.inputs:
            if id(source) not in found:
                visit(source)
        found.setdefault(id(node), node)

    visit(loss)
    return list(found.values())


def backward(loss: Node) -> None:
    """Set the gradient of every node: 1 for the loss, then the chain rule from the loss back to the leaves.

    A node hands each input its own gradient times the slope by that input; what reaches an input by several ways
    adds up.

    >>> a = leaf("a", 3.0)
    >>> backward(multiply("m", a, a))
    >>> a.gradient
    6.0
    """
    nodes = order(loss)
    for node in nodes:
        node.gradient = 0.0
    loss.gradient = 1.0
    for node in reversed(nodes):
        for source, slope in zip(node.inputs, node.slopes, strict=True):
            source.gradient += node.gradient * slope


# --- The lesson's graph -----------------------------------------------------------------------------------------------


def neuron(
    *, x1: float, x2: float, w1: float, w2: float, b: float, target: float, activation: str = "tanh"
) -> dict[str, Node]:
    """The squared error of one neuron, as nodes by name: (activation(w1 x1 + w2 x2 + b) - target)^2, gradients set.

    >>> nodes = neuron(x1=2, x2=1, w1=0.5, w2=-1, b=1, target=0, activation="relu")
    >>> nodes["loss"].value, nodes["w1"].gradient
    (1.0, 4.0)
    """
    m1 = multiply("m1", leaf("w1", w1), leaf("x1", x1, "input"))
    m2 = multiply("m2", leaf("w2", w2), leaf("x2", x2, "input"))
    p = activate("p", add("z", m1, m2, leaf("b", b)), activation)
    loss = square("loss", subtract("e", p, leaf("t", target, "target")))
    backward(loss)
    return {node.name: node for node in order(loss)}


# Where each node stands, as shares of the picture from its upper left corner: left to right on a wide screen, top to
# bottom on a narrow one.
WIDE = {
    "x1": (0.0, 0.0),
    "w1": (0.0, 0.25),
    "x2": (0.0, 0.5),
    "w2": (0.0, 0.75),
    "b": (0.2, 1.0),
    "m1": (0.2, 0.125),
    "m2": (0.2, 0.625),
    "z": (0.4, 0.5),
    "p": (0.6, 0.5),
    "t": (0.6, 1.0),
    "e": (0.8, 0.5),
    "loss": (1.0, 0.5),
}
TALL = {
    "x1": (0.0, 0.0),
    "w1": (0.25, 0.0),
    "x2": (0.5, 0.0),
    "w2": (0.75, 0.0),
    "b": (1.0, 0.2),
    "m1": (0.125, 0.2),
    "m2": (0.625, 0.2),
    "z": (0.5, 0.4),
    "p": (0.5, 0.6),
    "t": (1.0, 0.6),
    "e": (0.5, 0.8),
    "loss": (0.5, 1.0),
}

# The symbols a picture shows for the names that code uses.
SYMBOLS = {"x1": "x₁", "x2": "x₂", "w1": "w₁", "w2": "w₂", "m1": "m₁", "m2": "m₂", "loss": "L"}


def symbol(name: str) -> str:
    """How a node is written in formulas: x1 is x₁, loss is L.

    >>> symbol("w1"), symbol("z")
    ('w₁', 'z')
    """
    return SYMBOLS.get(name, name)


def number(value: float) -> str:
    """A number as formulas show it: four significant digits, a true minus sign.

    >>> number(-0.123456), number(2.0)
    ('−0.1235', '2')
    """
    return f"{value + 0.0:.4g}".replace("-", "−")  # + 0.0 turns -0.0 into 0.0


Phase = Literal["given", "forward", "backward"]


@dataclass(frozen=True)
class Step:
    """One move of the walk: which node gets its number, by which rule, and the rule with the numbers in it.

    `value` is the node's value on the way forward, its gradient on the way back. The first step, "given", has no node.
    """

    phase: Phase
    node: str = ""
    rule: str = ""
    numbers: str = ""
    value: float = 0.0


def steps(nodes: dict[str, Node]) -> list[Step]:
    """The walk through the lesson's graph: what is given, then forward node by node, then back node by node.

    The way back is the order of `backward`. Data and target get no step there, since training does not change them.

    >>> walk = steps(neuron(x1=2, x2=1, w1=0.5, w2=-1, b=1, target=0, activation="relu"))
    >>> walk[1].numbers
    'm₁ = 0.5 · 2 = 1'
    >>> walk[-1].rule
    '∂L/∂w₁ = ∂L/∂m₁ · x₁'
    """
    ordered = order(nodes["loss"])
    forward = [_forward(node) for node in ordered if node.inputs]
    back = [_back(node, ordered) for node in reversed(ordered) if node.op not in ("input", "target")]
    return [Step("given"), *forward, *back]


def _forward(node: Node) -> Step:
    formula = _formula(node, [symbol(source.name) for source in node.inputs])
    numbers = _formula(node, [_operand(source.value) for source in node.inputs])
    left = symbol(node.name)
    return Step("forward", node.name, f"{left} = {formula}", f"{left} = {numbers} = {number(node.value)}", node.value)


def _formula(node: Node, operands: list[str]) -> str:
    if node.op in ACTIVATIONS:
        # The function's own brackets do for a negative number.
        return ACTIVATIONS[node.op].formula.format(operands[0].strip("()"))
    if node.op == "square":
        return f"{operands[0]}²"
    return {"+": " + ", "-": " − ", "*": " · "}[node.op].join(operands)


def _operand(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _back(node: Node, ordered: list[Node]) -> Step:
    left = f"∂L/∂{symbol(node.name)}"
    if node is ordered[-1]:
        return Step("backward", node.name, f"{left} = 1", f"{left} = 1", node.gradient)
    user = next(n for n in ordered if node in n.inputs)  # in the lesson's graph each number is used once
    position = user.inputs.index(node)
    rule = f"{left} = ∂L/∂{symbol(user.name)} · {_slope_formula(user, position)}"
    numbers = f"{_operand(user.gradient)} · {_operand(user.slopes[position])} = {number(node.gradient)}"
    return Step("backward", node.name, rule, f"{left} = {numbers}", node.gradient)


def _slope_formula(node: Node, position: int) -> str:
    """The derivative of a node by the input at this position, in symbols."""
    if node.op in ACTIVATIONS:
        return ACTIVATIONS[node.op].slope_formula
    if node.op == "square":
        return f"2{symbol(node.inputs[0].name)}"
    if node.op == "*":
        return symbol(node.inputs[1 - position].name)
    return "(−1)" if node.op == "-" and position == 1 else "1"
