"""The texts that no training sees and every new model is judged on. In: nothing. Out: their records, checked by hash.

They are those of ``data/authored`` whose split is ``test`` (``splits.split_of``), as they were on the day they were
frozen, and lie beside this module so that an installation has them. ``python -m hx_detect.learning.frozen_set
data/authored/*.jsonl`` prints them anew; the gate's figures from before then no longer compare with those after.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import CorpusError
from hx_detect.wording import say

FROZEN_FILE: Final = "frozen.jsonl"
FROZEN_SHA256: Final = "3ef5d894fd91f5983f1d9cffd41b0e1aa5a6fa2bf2aa0a9924bfd6ba0e7cd6c8"
"""Of the file: a changed set is no frozen one."""


def frozen_records() -> list[dict[str, Any]]:
    """The records, as in ``data/schema.json``: text, labels, language, industry, kind, pairs.

    Raises:
        CorpusError: the file is missing or changed.
    """
    try:
        content = (resources.files("hx_detect.learning") / FROZEN_FILE).read_bytes()
    except OSError as error:
        raise CorpusError(
            say(f"{FROZEN_FILE} cannot be read: {error.strerror}", f"No se puede leer {FROZEN_FILE}: {error.strerror}"),
            cure=say("Install hx-detect again", "Instale hx-detect de nuevo"),
        ) from error
    if hashlib.sha256(content).hexdigest() != FROZEN_SHA256:
        raise CorpusError(
            say(f"{FROZEN_FILE} has been changed", f"{FROZEN_FILE} ha sido modificado"),
            cure=say("Install hx-detect again", "Instale hx-detect de nuevo"),
        )
    return [json.loads(line) for line in content.decode("utf-8").splitlines()]


def frozen_texts() -> list[str]:
    """The texts alone: what no training may hold."""
    return [str(record["text"]) for record in frozen_records()]


def freeze(paths: Iterable[Path]) -> str:
    """The lines of authored files that are never trained on, in their order.

    Args:
        paths: of ``data/authored``.
    """
    from hx_detect.learning.datasets import AUTHORED_SHARES
    from hx_detect.learning.splits import split_of

    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    records = [(json.loads(line), line) for line in lines]
    held = [line for record, line in records
            if split_of(record["group"] or record["id"], AUTHORED_SHARES) == "test"]  # fmt: skip
    return "".join(line + "\n" for line in held)


if __name__ == "__main__":
    sys.stdout.write(freeze(Path(path) for path in sys.argv[1:]))
