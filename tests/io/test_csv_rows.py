"""CSV that every reader takes apart alike. In: cells with any line break. Out: the same cells, read again."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.io.csv_rows import csv_rows

CELL = st.text(st.sampled_from("aé \r\n\",;\t'"), max_size=8)


@given(rows=st.lists(st.lists(CELL, min_size=2, max_size=3), max_size=5))
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_is_written_is_read_again(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv_rows(text, delimiter).writerows(rows)
    assert list(csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=delimiter)) == rows


def test_rows_end_in_one_sign() -> None:
    text = io.StringIO(newline="")
    csv_rows(text).writerow(["gracias", "two\rlines"])
    assert text.getvalue() == 'gracias,"two\rlines"\n'
