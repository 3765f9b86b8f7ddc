"""Which sheet of a workbook holds the customers' words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hx_detect.io.choose_sheet import SheetTop, choose_sheet
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions
from hx_detect.io.source import fetch

Rows = list[Sequence[Any]]
ANSWERS: Rows = [["id", "comentario"], *[[n, f"Llamé {n} veces y nadie contesta"] for n in range(40)]]
OPINIONS: Rows = [["id", "opinión", "nps"], *[[n, f"Fui el día {n} y todo estuvo bien", 9] for n in range(40)]]
QUESTIONS: Rows = [
    ["n", "pregunta", "tipo", "sección", "obligatoria"],
    *[[n, f"¿Qué opina usted del punto {n} de nuestro servicio?", "abierta", "Trato", "sí"] for n in range(30)],
]
LEGEND: Rows = [["campo", "descripción", "tipo"], *[[f"campo{n}", "Lo que dice el cliente", "texto"] for n in range(9)]]
PIVOT: Rows = [["Tienda", "1", "2", "3", "4"], *[[f"Tienda {n}", n, n, n, n] for n in range(9)]]
MONTH: Rows = [["id", "texto"], *[[n, f"Tardaron {n} días en venir"] for n in range(20)]]


@pytest.mark.parametrize(
    ("sheets", "chosen"),
    [
        ([SheetTop("Preguntas", QUESTIONS), SheetTop("Respuestas", ANSWERS)], "Respuestas"),
        ([SheetTop("Leyenda", LEGEND), SheetTop("Datos", ANSWERS, hidden=True)], "Datos"),
        ([SheetTop("Pivot", PIVOT), SheetTop("Opiniones", OPINIONS)], "Opiniones"),
        ([SheetTop("Opiniones", OPINIONS), SheetTop("Pivot", PIVOT)], "Opiniones"),
        ([SheetTop("Antes", ANSWERS, hidden=True), SheetTop("Ahora", ANSWERS[:30])], "Ahora"),
        ([SheetTop("Enero", MONTH), SheetTop("Febrero", [*MONTH, [21, "Nada más"]])], "Enero"),
        ([SheetTop("Vacía", []), SheetTop("Números", [[1, 2]])], "Números"),
        ([SheetTop("Vacía", []), SheetTop("Blanca", [[None]])], None),
        ([], None),
    ],
)
def test_the_sheet_with_the_longest_column_of_text(sheets: list[SheetTop], chosen: str | None) -> None:
    assert choose_sheet(sheets) == chosen


def test_a_hidden_sheet_is_said_to_be_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, rows in {"Leyenda": LEGEND, "Datos": ANSWERS}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book["Datos"].sheet_state = "hidden"
    book.remove(book.worksheets[0])
    book.save(tmp_path / "a.xlsx")
    with fetch(str(tmp_path / "a.xlsx")) as source:
        table = open_table(source, ReadOptions())
    assert table.details == ("sheet 'Datos', hidden (of Leyenda, Datos)",)
