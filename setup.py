"""The build step that puts the shipped models into the wheel. In: ``models/NAME``. Out: ``hx_detect/_bundles/NAME``.

Git holds a model once, in ``models/``; an editable installation reads it from there (ADR 0006). Everything else about
the package stands in ``pyproject.toml``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("hx-es-en",)
MODELS = Path(__file__).parent / "models"


class BuildWithModels(build_py):
    """Copies the shipped models beside the code, unless the installation is editable."""

    def run(self) -> None:
        """Build the code, then add the models."""
        super().run()
        if self.editable_mode:
            return
        for name in SHIPPED:
            target = Path(self.build_lib) / "hx_detect" / "_bundles" / name
            shutil.rmtree(target, ignore_errors=True)
            for file in bundle_files(name):
                self.mkpath(str(target))
                self.copy_file(str(file), str(target / file.name))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Everything that ``run`` writes, so that an installation can be taken away again."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        if self.editable_mode:
            return outputs
        folder = Path(self.build_lib) / "hx_detect" / "_bundles"
        return outputs + [str(folder / name / file.name) for name in SHIPPED for file in bundle_files(name)]


def bundle_files(name: str) -> list[Path]:
    """The files of a model, by name.

    Raises:
        FileNotFoundError: the checkout has no such model; a wheel without its model could not score.
    """
    folder = MODELS / name
    if not (folder / "bundle.json").is_file():
        raise FileNotFoundError(f"{folder} holds no model (no bundle.json). Check it out, or train it: make train")
    return sorted(file for file in folder.iterdir() if file.is_file())


setup(cmdclass={"build_py": BuildWithModels})
