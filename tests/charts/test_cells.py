"""Cells: every entry stands where the matrix has it, and says its number."""

import numpy as np
import pandas as pd
import pytest

from lib.charts import cells


def test_entries_stand_row_by_row_from_the_top() -> None:
    rows = cells.cell_rows([[1, 2], [3, -4]], [["plain", "chosen"], ["ghost", "plain"]], left=2, top=1, width=0.5)
    assert rows["text"].tolist() == ["1", "2", "3", "−4"]
    assert rows["x"].tolist() == [2, 2.5, 2, 2.5]
    assert rows["x2"].tolist() == [2.5, 3, 2.5, 3]
    assert rows["y"].tolist() == [1, 1, 2, 2]
    assert rows["kind"].tolist() == ["plain", "chosen", "ghost", "plain"]


def test_what_is_no_matrix_or_no_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="values have 1 axes; expected a matrix, with 2"):
        cells.cell_rows([1, 2])
    with pytest.raises(ValueError, match=r"kinds are \['bright'\]; expected some of plain"):
        cells.cell_rows([[1]], "bright")


def test_an_empty_matrix_has_no_cells() -> None:
    assert len(cells.cell_rows(np.zeros((0, 3)))) == 0
    assert len(cells.caption_rows()) == 0


def test_columns_hold_what_the_rows_do() -> None:
    columns = cells.joined(cells.cell_columns([[1]]), cells.cell_columns([["a"]], "ghost", left=3))
    rows = pd.concat([cells.cell_rows([[1]]), cells.cell_rows([["a"]], "ghost", left=3)], ignore_index=True)
    pd.testing.assert_frame_equal(pd.DataFrame(columns), rows)


def test_the_template_is_valid_and_draws_every_kind() -> None:
    spec = cells.chart(columns=4, rows=3, height=200).to_dict()
    filters = [
        layer["transform"][0]["filter"] for layer in spec["layer"] if "filter" in layer.get("transform", [{}])[0]
    ]
    assert filters == [f"datum.kind === '{kind}'" for kind in cells.KINDS]
    assert {layer["data"]["name"] for layer in spec["layer"]} == {"cells", "captions"}


@pytest.mark.parametrize(("columns", "rows", "height"), [(4, 3, 200), (9.6, 8.5, 70)])
def test_one_template_serves_all_sizes(columns: float, rows: float, height: int) -> None:
    built = cells.chart(columns=columns, rows=rows, height=height).to_dict()
    assert cells.sized(columns=columns, rows=rows, height=height) == built


def test_a_template_of_another_size_is_not_built_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    cells.sized(columns=4, rows=3, height=200)
    monkeypatch.delattr(cells, "chart")
    assert cells.sized(columns=5, rows=3, height=100)["encoding"]["x"]["scale"]["domain"] == [0, 5]
    assert cells.sized(columns=4, rows=3, height=200)["encoding"]["x"]["scale"]["domain"] == [0, 4]
