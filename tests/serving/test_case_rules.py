"""What a case may become, told in the user's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hx_detect.errors import CaseStateError
from hx_detect.serving.case_rules import check_move
from hx_detect.wording import language, set_language


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    before = language()
    yield
    set_language(before)


def test_a_refused_move_names_the_states_in_spanish() -> None:
    set_language("es")
    with pytest.raises(CaseStateError, match="resuelto no puede pasar a contactado") as caught:
        check_move("solved", "contacted")
    assert caught.value.cure == "Puede pasar a: abierto"


def test_a_refused_move_names_the_states_in_english() -> None:
    set_language("en")
    with pytest.raises(CaseStateError, match="contacted") as caught:
        check_move("lost", "contacted")
    assert caught.value.cure == "It can become: open"
