"""What is refused of an upload, wherever that is found out. In: words in two languages. Out: an exception."""

from __future__ import annotations


class Refusal(Exception):
    """An upload, or a job's file, that is not taken.

    Args:
        status: HTTP status, where it is found out while the caller waits.
        code: stable word for machines.
        en: what is wrong, in English.
        es: the same in Spanish.
        cure_en: what the caller can do.
        cure_es: the same in Spanish.
    """

    def __init__(self, status: int, code: str, en: str, es: str, *, cure_en: str, cure_es: str) -> None:
        super().__init__(en)
        self.status = status
        self.code = code
        self.what = (en, es)
        self.cure = (cure_en, cure_es)


def too_large(code: str, en: str, es: str) -> Refusal:
    """413: over a limit of the service."""
    return Refusal(
        413, code, en, es,
        cure_en="Split the file, or have the service's limits raised",
        cure_es="Divida el fichero o pida que suban los límites del servicio",
    )  # fmt: skip


def wrong_type(en: str, es: str) -> Refusal:
    """415: no file that can be scored."""
    return Refusal(
        415, "wrong_file_type", en, es,
        cure_en="Send CSV, TSV, JSON lines, Parquet or .xlsx; the text formats also as .gz or .zst",
        cure_es="Envíe CSV, TSV, JSON por líneas, Parquet o .xlsx; los de texto, también en .gz o .zst",
    )  # fmt: skip
