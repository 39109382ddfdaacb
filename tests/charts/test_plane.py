"""The plane of two inputs: the map shows each snapshot's predictions, the right way up."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageColor

from lib.charts import plane, theme

FIRST, SECOND = (ImageColor.getrgb(color) for color in theme.CLASSES)
PARTS = (("training", "training"), ("validation", "validation"))


def template(**changed: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "x_title": "x₁",
        "y_title": "x₂",
        "step_title": "epoch",
        "loss_title": "loss",
        "classes": ("outer", "inner"),
        "parts": PARTS,
        "domain": (-6.0, 6.0),
        "loss_domain": (0.01, 100.0),
        "last": 60,
    }
    spec: dict[str, Any] = plane.chart(**settings | changed).to_dict()
    return spec


def layers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [layer for panel in spec["vconcat"] for layer in panel["layer"]]


def pixels(predictions: list[list[float]]) -> np.ndarray:
    return np.asarray(plane.picture(np.array(predictions)).convert("RGBA"))


def opened(url: str) -> np.ndarray:
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(body))).convert("RGBA"))


def test_encodings_find_their_columns() -> None:
    rows = {
        "maps": plane.map_rows(np.zeros((2, 3, 3)), [0, 1], (-6, 6)),
        "points": plane.point_rows(np.zeros((2, 2)), np.array([[0.0], [1.0]])),
        "losses": plane.loss_rows([0.5], [0.6]),
    }
    used = set()
    for layer in layers(template()):
        name = layer["data"]["name"]
        fields = {channel["field"] for channel in layer["encoding"].values() if "field" in channel}
        assert fields <= set(rows[name].columns), name
        used.add(name)
    assert used == set(rows)


def test_both_panels_share_one_range_input_that_rewinds() -> None:
    (step,) = (param for param in template(last=40)["params"] if param["name"] == "step")
    assert step["value"] == 40
    assert step["bind"] == {"input": "range", "min": 0, "max": 40, "step": 1, "name": "epoch"}


def test_classes_differ_in_colour_and_in_shape() -> None:
    (points,) = (layer for layer in layers(template()) if layer["data"]["name"] == "points")
    assert points["encoding"]["color"]["scale"] == {"domain": ["0", "1"], "range": list(theme.CLASSES)}
    assert points["encoding"]["shape"]["scale"] == {"domain": ["0", "1"], "range": list(theme.CLASS_SHAPES)}
    assert '"outer"' in points["encoding"]["color"]["legend"]["labelExpr"]


def test_the_template_carries_no_rows() -> None:
    assert not template().get("datasets")
    assert template() == template()


def test_the_first_row_of_predictions_is_the_bottom_of_the_picture() -> None:
    picture = pixels([[0.0, 0.0], [1.0, 1.0]])
    assert [tuple(pixel[:3]) for pixel in picture[:, 0]] == [SECOND, FIRST]


def test_the_surer_the_stronger_worked_by_hand() -> None:
    # |2 p - 1| is 1, 0.496 (0.75 is level 190 of 254), 0: opacities 0.5, 0.12 + 0.38 · 0.496 = 0.308, none, of 255.
    (row,) = pixels([[0.0, 0.75, 0.5, 1.0]])
    assert row[:, 3].tolist() == [127, 78, 0, 127]
    assert [tuple(pixel[:3]) for pixel in row[[0, 1, 3]]] == [FIRST, SECOND, SECOND]


@given(predictions=arrays.arrays(np.float32, (4, 5), elements=st.floats(0, 1, width=32)))
def test_a_class_and_its_opposite_are_equally_strong(predictions: np.ndarray) -> None:
    one, other = (np.asarray(plane.picture(p).convert("RGBA")).astype(int) for p in (predictions, 1 - predictions))
    assert np.abs(one[..., 3] - other[..., 3]).max() <= 1 or np.abs(predictions - 0.5).min() < 0.011
    assert one[..., 3].max() <= 128


@given(predictions=arrays.arrays(np.float64, (3, 3), elements=st.floats(-2, 3)))
def test_predictions_beyond_0_and_1_are_as_sure_as_can_be(predictions: np.ndarray) -> None:
    clipped = plane.picture(np.clip(predictions, 0, 1))
    assert plane.picture(predictions).tobytes() == clipped.tobytes()


def test_each_snapshot_has_its_map_until_the_next() -> None:
    maps = np.stack([np.full((4, 4), level) for level in (0.0, 0.5, 1.0)])
    rows = plane.map_rows(maps, [0.0, 2.0, 5.0], (-6.0, 6.0))
    assert rows["step"].tolist() == [0, 2, 5]
    assert rows["until"].tolist() == [2, 5, theme.FOREVER]
    assert rows[["x", "x2", "y", "y2"]].iloc[0].tolist() == [-6, 6, -6, 6]
    assert [int(opened(url)[0, 0, 3]) for url in rows["url"]] == [127, 0, 127]
    assert [tuple(opened(url)[0, 0, :3]) for url in rows["url"][[0, 2]]] == [FIRST, SECOND]


def test_fifty_maps_are_small() -> None:
    x = np.linspace(-6, 6, 60)
    ring = 1 / (1 + np.exp(x[None, :] ** 2 + x[:, None] ** 2 - 9))
    rows = plane.map_rows(np.stack([ring * k / 50 for k in range(51)]), np.arange(51), (-6, 6))
    assert rows["url"].str.len().sum() < 500_000


def test_point_rows_worked_by_hand() -> None:
    rows = plane.point_rows(np.array([[1.0, -2.0], [0.5, 3.0]], np.float32), np.array([[1.0], [0.0]], np.float32))
    assert rows.to_dict("list") == {"x": [1.0, 0.5], "y": [-2.0, 3.0], "class": ["1", "0"]}


def test_losses_count_epochs_from_one() -> None:
    rows = plane.loss_rows([0.7, 0.5], [0.8, 0.6])
    assert rows.to_dict("list") == {
        "part": ["training", "training", "validation", "validation"],
        "step": [1, 2, 1, 2],
        "until": [2, theme.FOREVER, 2, theme.FOREVER],
        "loss": [0.7, 0.5, 0.8, 0.6],
    }


@pytest.mark.parametrize("height", [200, 480])
def test_the_map_is_as_high_as_asked(height: int) -> None:
    assert template(height=height)["vconcat"][0]["height"] == height


def test_the_losses_alone_are_rewound_with_what_was_learned() -> None:
    spec = plane.loss_chart(
        step_title="epoch", loss_title="loss", parts=PARTS, loss_domain=(1.0, 1e4), last=3
    ).to_dict()
    rows = {"losses": plane.loss_rows([9, 4, 1], [8, 5, 2]), "said": plane.said_rows([0, 1, 2, 3], list("abcd"))}
    for layer in spec["layer"]:
        fields = {channel["field"] for channel in layer["encoding"].values() if "field" in channel}
        assert fields <= set(rows[layer["data"]["name"]].columns)
    (step,) = (param for param in spec["params"] if param["name"] == "step")
    assert step["bind"]["max"] == 3


def test_what_is_said_of_an_epoch_is_its_end() -> None:
    rows = plane.said_rows([0, 0.25, 0.75, 1.0, 1.5, 4.0], list("abcdef"))
    assert rows[["step", "until", "text"]].to_numpy().tolist() == [[0, 1, "c"], [1, 4, "e"], [4, theme.FOREVER, "f"]]
