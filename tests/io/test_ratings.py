"""Stars and answers are read as people and shops write them, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.io.ratings import RANGES, goes_to_ten, is_rating, number_of, rating_of

STARS = st.integers(1, 5)
OF = st.sampled_from(["/", " / ", " /", " de ", " DE ", " sobre ", " of ", " out of ", " out  of ", "\u00a0/\u00a0"])
UNIT = st.sampled_from(["", " stars", " star", " Estrellas", " estrella", "★", " ⭐", "⭐\ufe0f"])


@given(stars=STARS, of=OF, unit=UNIT, decimals=st.sampled_from(["", ".0", ",0", ",00"]))
def test_stars_with_their_scale(stars: int, of: str, unit: str, decimals: str) -> None:
    assert rating_of("stars", f" {stars}{decimals}{of}5{decimals}{unit} ") == stars


@given(stars=STARS, unit=UNIT.filter(bool), space=st.sampled_from(["", "-"]))
def test_stars_with_their_name(stars: int, unit: str, space: str) -> None:
    assert rating_of("stars", f"{stars}{space}{unit.strip() if space else unit}") == stars


@given(stars=STARS, sign=st.sampled_from("★⭐🌟"), empty=st.booleans(), space=st.sampled_from(["", " ", "\ufe0f"]))
def test_stars_as_they_are_drawn(stars: int, sign: str, empty: bool, space: str) -> None:
    assert rating_of("stars", space.join(sign * stars + "☆" * (5 - stars) * empty) + space) == stars


@given(answer=st.integers(0, 10), of=OF)
def test_answers_with_their_scale(answer: int, of: str) -> None:
    cell = f"{answer}{of}10"
    assert rating_of("answer", cell) == answer
    assert rating_of("stars", cell) is None
    assert goes_to_ten(cell)


@given(st.one_of(st.integers(-3, 13), st.floats(-3, 13)), st.sampled_from(sorted(RANGES)))
def test_plain_numbers_as_before(number: float, role: str) -> None:
    low, high = RANGES[role]
    expected = number if low <= number <= high else None
    assert rating_of(role, number) == rating_of(role, str(number)) == expected
    assert rating_of(role, str(number).replace(".", ",")) == expected


@pytest.mark.parametrize(
    ("cell", "stars"),
    [("FIVE", 5), ("ONE", 1), ("4,5", 4.5), ("4.5/5", 4.5), ("3,5 de 5 estrellas", 3.5), ("★★★½", 3.5), ("★★★½☆", 3.5)],
)
def test_a_half_stays_a_half(cell: str, stars: float) -> None:
    assert rating_of("stars", cell) == stars


@pytest.mark.parametrize(
    ("cell", "stars"),
    [("5 de 5 burbujas", 5), ("4 of 5 bubbles", 4), ("Rated 3 out of 5 stars", 3), ("Rated 2.0 out of 5", 2),
     ("Una estrella", 1), ("Dos estrellas", 2), ("cinco estrellas", 5), ("one star", 1), ("Three Stars", 3)],
)  # fmt: skip
def test_stars_in_the_words_of_shops(cell: str, stars: float) -> None:
    assert rating_of("stars", cell) == stars
    assert rating_of("answer", cell) is None
    assert is_rating(cell)


@pytest.mark.parametrize(
    "cell",
    ["6/5", "0/5", "0 stars", "★★★★★★", "☆☆☆☆☆", "☆☆☆☆", "★★☆", "☆★★★★", "★★★★☆☆", "4/10", "4/5/2024",
     "4 stars but slow", "4 de cinco", "-4/5", "4//5", "4 5", "4de5", "½", "", " ", "N/A",
     "six stars", "four", "una estrella más", "Rated", "5 de 5 globos", None, True, [], {"stars": 4}],
)  # fmt: skip
def test_what_is_no_number_of_stars(cell: object) -> None:
    assert rating_of("stars", cell) is None


NAMES = st.sampled_from(["Extremely likely", "Not at all likely", "Nada probable", "Muy satisfecho", "Ärgerlich"])


@given(number=st.integers(1, 5), name=NAMES, beside=st.sampled_from([" - ", "-", " – ", ": ", " = "]))
def test_a_number_beside_its_own_name(number: int, name: str, beside: str) -> None:
    cells = [f" {number}{beside}{name} ", f"{number} ({name})", f"{name} - {number}"]
    for role in RANGES:
        assert [rating_of(role, cell) for cell in cells] == [number] * 3
    assert not any(map(goes_to_ten, cells))
    assert not any(map(is_rating, cells))


@pytest.mark.parametrize("cell", ["10 - Extremely likely", "10 (Muy probable)", "Extremely likely - 10"])
def test_the_top_of_a_scale_by_name(cell: str) -> None:
    assert rating_of("answer", cell) == 10
    assert rating_of("stars", cell) is None
    assert goes_to_ten(cell)


@pytest.mark.parametrize(
    "cell",
    ["10 - 12", "5 - 3 visits", "5 -", "5 ()", "5 (2)", "- 5", "likely-5", "11 - x y", "5 - " + "x" * 61, "5 - May 3"],
)
def test_what_is_no_number_beside_its_name(cell: str) -> None:
    assert rating_of("answer", cell) is None


@pytest.mark.parametrize("cell", ["11/10", "9/5", "9/100", "9 stars", "★★★★★", "4/5", "nine of 10", "9/10/2024"])
def test_what_is_no_answer(cell: str) -> None:
    assert rating_of("answer", cell) is None


@given(st.text(st.characters(codec="utf-8", categories=["L", "Zs"]), min_size=1))
def test_words_are_no_rating(text: str) -> None:
    spelled = text.lower().split()[-1:] in (["star"], ["stars"], ["estrella"], ["estrellas"])
    assert spelled or not is_rating(text) or number_of(text) is not None
    assert spelled or rating_of("stars", text) is None


@pytest.mark.parametrize(
    ("cell", "ten"),
    [("6", True), (10, True), ("3/10", True), ("5", False), ("5/5", False), ("★" * 6, False), (None, False)],
)  # fmt: skip
def test_what_shows_that_the_scale_goes_to_ten(cell: object, ten: bool) -> None:
    assert goes_to_ten(cell) is ten


@pytest.mark.parametrize(
    ("value", "number"),
    [("9", 9.0), (" 9,5 ", 9.5), (7, 7.0), ("nan", None), ("inf", None), ("", None), (True, None), ("a", None),
     (None, None), ([], None)],
)  # fmt: skip
def test_number_of(value: object, number: float | None) -> None:
    assert number_of(value) == number
