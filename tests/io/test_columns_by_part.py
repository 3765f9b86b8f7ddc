"""Stars, ids and answers are found by parts of their columns' names, where the values fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from small_table import TEXTS, table

from hx_detect.io.columns import find_roles


@pytest.mark.parametrize(
    "name",
    ["Review Stars", "Review Rating", "Overall Rating", "reviewRating", "averageRating", "starRating",
     "Puntuación global", "Valoración general", "Valoración (1-5)", "Nº de estrellas", "Estrellas\n(1-5)",
     "Star Rating", "Number of stars"],
)  # fmt: skip
def test_stars_by_a_part_of_their_name(name: str) -> None:
    roles, reasons = find_roles(table({name: ["5", "1", "", "3"], "texto": TEXTS}), "a.csv", {})
    assert roles.stars == name
    assert reasons[-1].endswith("(by its name)")


@pytest.mark.parametrize(
    ("columns", "stars"),
    [
        ({"Overall Rating": "5132", "rating": "1112"}, "rating"),
        ({"Average rating": "4444", "Review rating": "5132"}, "Review rating"),
        ({"Service rating": "5132", "Food rating": "1112", "Overall rating": "2112"}, "Overall rating"),
        ({"Service rating": "5132", "Food rating": "1112"}, None),
        ({"Service rating": "5132"}, "Service rating"),
    ],
)
def test_which_column_of_stars(columns: Mapping[str, str], stars: str | None) -> None:
    assert find_roles(table({**columns, "texto": TEXTS}), "a.csv", {})[0].stars == stars


@pytest.mark.parametrize(
    ("name", "values"),
    [("rating_count", "5132"), ("Number of rating", "5132"), ("ratings", "5132"), ("Hotel stars", "5132"),
     ("Nota/Rating (0-10)", "5132"), ("Rating sobre 10", "5132"), ("Star review", "5182"), ("Star review", "5102")],
)  # fmt: skip
def test_what_are_no_stars(name: str, values: str) -> None:
    assert find_roles(table({name: values, "texto": TEXTS}), "a.csv", {})[0].stars is None


@pytest.mark.parametrize(
    "name",
    ["Case Number", "Número de caso", "ID del encuestado", "conversation_id", "Número de ticket", "Order ID",
     "Reservation number", "Expediente", "Nº de reclamación", "N.º de caso", "ID de opinión", "No."],
)  # fmt: skip
@pytest.mark.parametrize("values", [["C-1", "C-2", "C-3", "C-4"], [101, 102, 103, 104], ["2024/1", "2024/2", "7", "8"]])
def test_ids_by_a_part_of_their_name(name: str, values: Sequence[Any]) -> None:
    columns = {"tienda": ["1", "2", "3", "4"], name: values, "Order Number": values, "texto": TEXTS}
    assert find_roles(table(columns), "a.csv", {})[0].id == name


@pytest.mark.parametrize(
    ("name", "values"),
    [("Case Number", ["C1", "C2", "C3", "C3"]), ("Case Number", ["C1", "C2", "C3", ""]), ("Número de visitas", "1234"),
     ("Case Number", ["C1", "C2", "C3", None]), ("Number of visits", "1234"), ("Nº de visitas", "1234"),
     ("Ticket medio", ["12.5", "13.5", "9.5", "1.2"]), ("Phone number", ["600100200", "600100201", "60010", "60011"]),
     ("Ticket date", ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]), ("¿Qué número le pondría?", "1234"),
     ("Tipo de ticket", ["alta", "baja", "queja", "otro"])],
)  # fmt: skip
def test_what_is_no_id(name: str, values: Sequence[Any]) -> None:
    assert find_roles(table({name: values, "texto": TEXTS}), "a.csv", {})[0].id is None


def test_whole_names_go_before_parts() -> None:
    numbers = ["1", "2", "3", "4"]
    columns = {"Customer ID": numbers, "Número de estrellas": numbers, "review_id": numbers, "texto": TEXTS}
    roles, _ = find_roles(table(columns), "a.csv", {})
    assert (roles.id, roles.stars) == ("review_id", "Número de estrellas")


@pytest.mark.parametrize("name", ["Net Promoter Score", "Net Promoter Score (NPS)", "net_promoter"])
def test_the_answer_by_its_full_name(name: str) -> None:
    assert find_roles(table({name: ["1", "0", "2", "2"], "texto": TEXTS}), "a.csv", {})[0].answer == name
    group = {f"{name} group": ["1", "0", "2", "2"], "texto": TEXTS}
    assert find_roles(table(group), "a.csv", {})[0].answer is None
