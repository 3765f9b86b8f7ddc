"""Near-duplicates are found, splits share nothing and stay the same for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.learning.splits import (
    NearDuplicateIndex,
    hash_text,
    leaks,
    near_duplicate_groups,
    shingles,
    split_of,
)

BASE = "Llevo tres semanas esperando la caldera y en la tienda nadie sabe decirme cuándo llega"
OTHER = "The waiter brought us a second dessert because he had heard it was our anniversary"
WORDS = st.lists(st.sampled_from(["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete"]), min_size=1, max_size=25)


@pytest.mark.parametrize(
    "variant",
    [
        BASE.upper(),
        f"@tienda {BASE}!!! https://example.org/x",
        BASE.replace(" y ", ", y ") + " 😡",
        BASE.replace("tres", "seis"),
        BASE + " de verdad",
    ],
)
def test_the_same_told_again_is_found(variant: str) -> None:
    index = NearDuplicateIndex()
    index.add(OTHER)
    assert index.add(BASE) == 1
    assert index.find(variant) == 1


def test_another_text_is_not_found() -> None:
    index = NearDuplicateIndex()
    index.add(BASE)
    assert index.find(OTHER) is None
    assert index.find("Llevo tres semanas con la caldera nueva y va de maravilla, cuándo no") is None


def test_the_most_alike_wins() -> None:
    index = NearDuplicateIndex(0.2)
    index.add(BASE + " la pieza que encargué por teléfono en marzo")
    index.add(BASE)
    assert index.find(BASE + " hoy") == 1


@pytest.mark.parametrize("text", ["", "   ", "!!! ...", "@someone https://example.org"])
def test_a_text_without_words_is_like_nothing(text: str) -> None:
    index = NearDuplicateIndex()
    index.add(text)
    assert shingles(text) == frozenset()
    assert index.find(text) is None


def test_short_texts_are_alike_only_as_a_whole() -> None:
    assert leaks(["Ni fu ni fa", "ni fu, ni fa!", "ni fu ni na"], ["Ni fu ni fa."]) == [True, True, False]


def test_threshold_decides() -> None:
    cut = " ".join(BASE.split()[:9])
    assert leaks([cut], [BASE], threshold=0.4) == [True]
    assert leaks([cut], [BASE], threshold=0.9) == [False]


def test_groups_take_the_number_of_their_first_text() -> None:
    assert near_duplicate_groups([BASE, OTHER, BASE + " ya", OTHER.lower(), "otra cosa"]) == [0, 1, 0, 1, 4]


@given(WORDS)
def test_every_text_is_like_itself(words: list[str]) -> None:
    text = " ".join(words)
    index = NearDuplicateIndex(1.0)
    index.add(text)
    assert index.find(text) == 0


@given(st.lists(WORDS.map(" ".join), max_size=12))
def test_a_group_starts_with_its_own_number(texts: list[str]) -> None:
    groups = near_duplicate_groups(texts)
    assert len(groups) == len(texts)
    assert all(groups[group] == group and group <= number for number, group in enumerate(groups))


def test_hashes_are_those_of_every_machine() -> None:
    assert hash_text("") == 0xB4B2797457A0A6E4
    assert hash_text("ignorado") == 15179530182622044841
    assert split_of("enb-p05", {"test": 0.14, "val": 0.10, "train": 0.76}) == "val"


def test_shares_are_kept() -> None:
    shares = {"test": 0.1, "val": 0.2, "train": 0.7}
    drawn = [split_of(f"text {number}", shares) for number in range(4000)]
    for name, share in shares.items():
        assert drawn.count(name) / 4000 == pytest.approx(share, abs=0.03)


@given(st.text())
def test_a_split_never_changes(key: str) -> None:
    shares = {"val": 0.5, "train": 0.5}
    assert split_of(key, shares) == split_of(key, dict(shares))
    assert split_of(key, {"val": 0.0, "train": 1.0}) == "train"
    assert split_of(key, {"val": 0.3}) == "val"
