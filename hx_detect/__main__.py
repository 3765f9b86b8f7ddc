"""``python -m hx_detect``. In: the command line. Out: the exit code of ``hx_detect.cli.main``."""

from hx_detect.cli import main

raise SystemExit(main())
