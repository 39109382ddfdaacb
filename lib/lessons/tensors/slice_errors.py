"""What is wrong with a slice, in sentences: how it is written, and why NumPy refuses it."""

from lib.slicing import SliceError, Trouble
from lib.ui.text import mark, t

WRITING = {
    "long": mark("This has {came} characters; {most} are the most. Make it shorter."),
    "empty": mark("Nothing is written between the brackets. Write for example `[0]` or `[1:3]`."),
    "character": mark("`{came}` means nothing here. Use digits, colons, commas and brackets from the ASCII keyboard."),
    "number": mark("`{came}` is not a whole number. Indices are whole numbers such as 3 or -3."),
    "name": mark("`{came}` is unknown here. Only `...`, `None`, `np.newaxis`, `True` and `False` are names."),
    "truth": mark("`{came}` stands alone. Write truth values as a list, one for each entry of the axis."),
    "mixed": mark("A list holds both numbers and truth values. Take one of the two."),
    "nested": mark("A list stands in a list. Here lists have one level."),
    "bracket": mark("A bracket has no partner. Each `[` needs a `]`."),
    "unexpected": mark("`{came}` does not belong here. Between two commas stands one index, one slice or one list."),
    "end": mark("The end comes too early. Write an index, a slice or a list."),
}
"""By the reason of a SliceError."""

CHOOSING = {
    "bounds": mark(
        "Axis {axis} has {size} entries, numbered from 0 to {last}, or from -{size} to -1 from the end. There is "
        "no entry {index}."
    ),
    "many": mark("You wrote {came} indices or slices, but x has only {rank} axes. Take some away."),
    "ellipses": mark("Two Ellipses: it would not be clear which axes each of them stands for. Keep one."),
    "mask": mark("The list of truth values has {came} entries, but axis {axis} has {size}. It needs one for each."),
    "broadcast": mark("Lists are read side by side, so they need the same length; here they have {shapes}."),
    "step": mark("A step of 0 would never arrive. Take 1, or -1 to go backwards."),
    "huge": mark("An index is too large for any tensor: it does not fit into 64 bits."),
    "dimensions": mark("A tensor in NumPy has at most 64 axes. Take fewer new ones."),
    "other": mark("NumPy's message says why."),
}
"""By the reason of a Trouble."""


def of_writing(error: SliceError) -> str:
    """Say what is wrong with an expression, and at which character."""
    said = t(WRITING[error.reason], **error.values)
    return t("Character {position}: {said}", position=error.position + 1, said=said)


def of_choosing(trouble: Trouble) -> str:
    """Say why NumPy refuses an expression, and for which axis."""
    values = dict(trouble.values)
    if trouble.reason == "bounds":
        values["last"] = values["size"] - 1
    said = t(CHOOSING[trouble.reason], **values)
    if trouble.reason == "step" and values["axis"] is not None:
        return t("Axis {axis}: {said}", axis=values["axis"], said=said)
    return said
