"""An installed wheel outside the checkout. In: its environment, the sample files. Out: a line that says it scores.

`make wheel-test` runs it with nothing but the wheel and what it depends on; so only the standard library is used.
"""

from __future__ import annotations

import importlib.util
import platform
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).parent / "hx-detect"
ROWS_REJECTED = 3  # the samples hold some on purpose


def main() -> None:
    """Use the library and the command as somebody does who has just installed them."""
    import hx_detect

    place = Path(hx_detect.__file__)
    assert place.is_relative_to(sys.prefix), f"not the installed package: {place}"
    assert importlib.util.find_spec("torch") is None, "a plain installation brings torch"
    score = hx_detect.Scorer.load().score(
        ["Llevo tres semanas reclamando y nadie me contesta. No contratéis con ellos."]
    )[0]
    assert score.is_hx, score.to_dict()
    for words in (["doctor"], ["models"]):
        subprocess.run([COMMAND, *words], check=True)
    for sample in ("opiniones.csv", "reviews.csv"):
        done = subprocess.run(
            [COMMAND, "score", sample, "-o", "scored.parquet", "--overwrite"], stdout=subprocess.DEVNULL
        )
        assert done.returncode in (0, ROWS_REJECTED), f"{sample}: exit code {done.returncode}"
        assert Path("scored.parquet").stat().st_size > 0
    sys.stdout.write(f"The wheel scores on Python {platform.python_version()}, outside the checkout.\n")


if __name__ == "__main__":
    main()
