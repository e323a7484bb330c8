"""An example of a quiz and of answers to it, for whoever has not written one yet."""

from __future__ import annotations

from pathlib import Path

from edgekit.core.atomic import write_bytes
from edgekit.core.errors import OutputError

FOLDER = Path(__file__).with_name("examples")
# Language -> what the two files are called.
NAMES = {
    "en": ("example-quiz", "example-answers"),
    "es": ("ejemplo-cuestionario", "ejemplo-respuestas"),
    "pt": ("exemplo-questionario", "exemplo-respostas"),
}
MOST = 1000


def write_example(folder: Path, language: str) -> tuple[Path, Path]:
    """Write an example into a folder and give its quiz and its answers: new files, so that nothing is lost there.

    language: of `NAMES`; English for another one.  Raises OutputError: cannot be written there.
    """
    language = language if language in NAMES else "en"
    quiz, answers = NAMES[language]
    for more in ("", *(f"-{at}" for at in range(2, MOST))):
        paths = folder / f"{quiz}{more}.toml", folder / f"{answers}{more}.csv"
        if not any(path.exists() for path in paths):
            break
    else:
        raise OutputError(f"`{folder}` has a thousand examples", hint="move some of them away")
    try:
        for path in paths:
            write_bytes(path, (FOLDER / f"{language}{path.suffix}").read_bytes())
    except OSError as problem:
        raise OutputError(
            f"cannot write into `{folder}`: {problem.strerror or problem}", hint="name another folder"
        ) from None
    return paths
