"""Charts are built once; their data travel by name."""

import json
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from lib.ui import picture
from tests.app import page_of, pictures

built: list[str] = []


def line(*, title: str) -> alt.Chart:
    built.append(title)
    return alt.Chart(alt.NamedData("path")).mark_line().encode(x="x:Q", y="y:Q").properties(title=title)


def stack(*, title: str) -> alt.VConcatChart:
    return alt.vconcat(line(title=title), line(title=title))


def pair(*, title: str) -> alt.HConcatChart:
    return alt.hconcat(line(title=title), line(title=title))


def specification(*, title: str) -> dict[str, Any]:
    return {"data": {"name": "path"}, "mark": "line", "title": title}


def page(template, title, datasets):  # type: ignore[no-untyped-def]  # runs without this module's imports
    from lib.ui import picture

    picture.show(template, datasets, key="slope", alt="what it shows", title=title)


def shown(template: Any, title: str, datasets: Any) -> Any:
    at = page_of(page, args=(template, title, datasets)).run()
    assert not at.exception
    return at.get("vega_lite_chart")[0].proto


COLUMNS = {"x": np.array([0.0, 1.0]), "y": [2, 3]}


def test_a_template_is_built_once_for_the_same_arguments() -> None:
    built.clear()
    for title in ("Once", "Once", "Twice"):
        shown(line, title, {"path": COLUMNS})
    assert built == ["Once", "Twice"]


def test_a_template_may_give_a_specification() -> None:
    chart = shown(specification, "Dict", {"path": COLUMNS})
    assert json.loads(chart.spec)["title"] == "Dict"
    assert [dataset.name for dataset in chart.datasets] == ["path"]


def test_the_index_of_a_frame_stays_here() -> None:
    rows = pd.DataFrame(COLUMNS).query("y > 2")
    assert picture._table(rows).column_names == ["x", "y"]


@pytest.mark.parametrize(
    "data", [COLUMNS, pd.DataFrame(COLUMNS), pa.table(COLUMNS)], ids=["columns", "pandas", "arrow"]
)
def test_data_travel_by_name_beside_the_specification(data: Any) -> None:
    chart = shown(line, "Data", {"path": data})
    assert json.loads(chart.spec)["data"] == {"name": "path"}
    assert [dataset.name for dataset in chart.datasets] == ["path"]
    sent = convert_arrow_bytes_to_pandas_df(chart.datasets[0].data.data)
    assert sent[["x", "y"]].to_numpy().tolist() == [[0.0, 2.0], [1.0, 3.0]]


def test_the_specification_stays_when_only_data_change() -> None:
    one = shown(line, "Same", {"path": COLUMNS})
    other = shown(line, "Same", {"path": {"x": [5.0], "y": [6.0]}})
    assert one.spec == other.spec
    assert one.datasets[0].data.data != other.datasets[0].data.data


def test_a_picture_says_what_it_shows() -> None:
    assert shown(line, "Alt", {"path": COLUMNS}).alt == "what it shows"


def test_a_stack_is_fitted_to_the_page() -> None:
    assert json.loads(shown(stack, "Stack", {"path": COLUMNS}).spec)["autosize"]["type"] == "fit-x"


def test_only_what_stands_side_by_side_keeps_its_width() -> None:
    assert picture._width({"vconcat": []}) == picture._width({"mark": "line"}) == "stretch"
    assert picture._width(pair(title="Pair").to_dict()) == "content"


def test_a_template_of_a_page_is_refused() -> None:
    def template(*, title: str) -> alt.Chart:
        return line(title=title)

    template.__module__ = "__main__"
    with pytest.raises(ValueError, match="move it to lib/charts"):
        picture._spec(template, (("title", "x"),))


def images() -> None:
    from PIL import Image

    from lib.ui import picture

    picture.image(Image.new("RGBA", (4, 3)), alt="an empty picture")


def test_an_image_says_what_it_shows() -> None:
    at = page_of(images).run()
    assert not at.exception
    assert at.get("image")[0].proto.imgs[0].alt == "an empty picture"


def test_a_picture_that_grows_is_drawn_again_and_again_in_one_run() -> None:
    def growing() -> None:
        from lib.charts.tensors import crops
        from lib.ui import picture

        draw = picture.growing(crops.chart, key="demo", alt="bars", accuracy_title="accuracy", names=(("own", "own"),))
        for accuracy in (0.25, 0.5, 0.75):
            draw(crops.datasets([("own", accuracy)], now="own"))

    at = page_of(growing).run()
    assert not at.exception
    assert [rows["bars"]["accuracy"].tolist() for rows in pictures(at)] == [[0.75]]
    assert at.get("vega_lite_chart")[0].proto.alt == "bars"
