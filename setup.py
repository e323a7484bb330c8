"""Puts `models.toml`, which lies at the top of the repository, into the wheel as data of the package `edgekit`."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CATALOGUE = "models.toml"


class BuildWithCatalogue(build_py):
    """`build_py` that also copies the catalogue; an editable install reads it where it lies."""

    def run(self) -> None:
        """Build the packages, then add the catalogue."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "edgekit" / CATALOGUE
            target.parent.mkdir(parents=True, exist_ok=True)
            self.copy_file(CATALOGUE, str(target))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What `run` writes; `install` records it."""
        outputs = super().get_outputs(include_bytecode)
        return outputs if self.editable_mode else [*outputs, str(Path(self.build_lib) / "edgekit" / CATALOGUE)]

    def get_source_files(self) -> list[str]:
        """What the build reads; the source distribution takes it along."""
        return [*super().get_source_files(), CATALOGUE]


setup(cmdclass={"build_py": BuildWithCatalogue})
