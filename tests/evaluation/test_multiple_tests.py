"""Many tests at once. In: p-values. Out: those corrected by Holm, in the order given."""

from __future__ import annotations

import pytest

from hx_detect.evaluation.multiple_tests import holm


def test_p_values_are_corrected_for_their_number() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]).tolist() == [1.0, 1.0]
    assert holm([]).tolist() == []
