"""Labelled rows -> which of them are (nearly) the same. In: rows. Out: a group of each, for folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.splits import near_duplicate_groups


def groups_of(rows: Sequence[LabelledRow]) -> NDArray[np.intp]:
    """The group of each row: rows of one group say (nearly) the same, or were said to belong together.

    Returns:
        (n,), the place of one row of the group.
    """
    alike = near_duplicate_groups([row.text for row in rows])
    first: dict[str, int] = {}
    found: list[int] = []
    for place, row in enumerate(rows):
        group = found[alike[place]] if alike[place] < place else place
        if row.group:
            group = first.setdefault(row.group, group)
        found.append(group)
    return np.array(found, np.intp)
