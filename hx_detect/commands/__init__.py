"""The subcommands of ``hx-detect``, one module each: ``add_arguments(parser)`` and ``run(arguments) -> exit code``."""
