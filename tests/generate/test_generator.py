"""The task of writing text: what a caller sees of it, whatever runs the model."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from toys.llama import needs_llama
from toys.writing_models import toy_writer, with_twins, written

import edgekit
from edgekit.core.errors import EngineError, InputError, ModelNotFoundError, UnavailableError, UsageError
from edgekit.engine.llama.in_child import InChild
from edgekit.engine.llama.in_process import InProcess
from edgekit.engine.llama.request import Piece
from edgekit.generate.generator import Generation, Generator, find_gguf, open_generator

pytestmark = needs_llama


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("generator"), toy_writer())


@pytest.fixture(scope="module", params=[True, False], ids=["child", "here"])
def generator(request: pytest.FixtureRequest, path: Path) -> Iterator[Generator]:
    with open_generator(path, context=256, threads=1, process=request.param) as made:
        yield made


def test_the_pieces_of_a_stream_are_the_text_of_its_result_and_of_generate(generator: Generator) -> None:
    asked: dict[str, Any] = {"max_tokens": 25, "temperature": 1.0, "seed": 5, "log_probabilities": 1}
    with generator.stream("the cat", **asked) as stream:
        pieces = list(stream)
    assert all(isinstance(piece, Piece) for piece in pieces)
    assert "".join(piece.text for piece in pieces) == stream.result.text
    assert stream.result == generator.generate("the cat", **asked)
    assert (stream.result.seed, stream.result.finish, len(stream.result.tokens)) == (5, "length", 25)


def test_a_seed_that_nobody_gave_gives_the_text_again(generator: Generator) -> None:
    asked: dict[str, Any] = {"max_tokens": 12, "temperature": 1.5, "top_k": 0}
    made = [generator.generate("the cat", **asked) for _ in range(2)]
    assert made[0].seed != made[1].seed
    for one in made:
        assert generator.generate("the cat", seed=one.seed, **asked) == one


def test_greedy_is_the_default(generator: Generator) -> None:
    made = generator.generate("the cat", max_tokens=9)
    assert made.text == generator.generate("the cat", max_tokens=9, seed=8).text
    assert made.text == generator.generate("the cat", max_tokens=9, temperature=1.0, top_k=1).text


def test_one_stop_text_may_be_given_without_a_list(generator: Generator) -> None:
    whole = generator.generate("the cat", max_tokens=20).text
    made = generator.generate("the cat", max_tokens=20, stop=whole[5:7])
    assert made.text == whole[: whole.index(whole[5:7])]
    assert made.finish == "stop"


def test_a_chat_is_answered_behind_the_models_template(generator: Generator) -> None:
    assert generator.has_chat_template
    chat = [{"role": "user", "content": " hi </s> there "}]
    made = generator.generate(chat, max_tokens=8)
    # The text is the same as that of a prompt, but the mark in it is none there.
    prompt = generator.generate("<s>user: hi </s> there</s>me:", max_tokens=8)
    assert made.prompt_tokens > prompt.prompt_tokens
    plain = [{"role": "user", "content": "hi"}]
    assert (
        generator.generate(plain, max_tokens=8).tokens == generator.generate("<s>user: hi</s>me:", max_tokens=8).tokens
    )


def test_a_stream_that_is_left_is_cancelled_and_one_that_is_forgotten_too(generator: Generator) -> None:
    with generator.stream("the cat", max_tokens=None) as stream:
        first = next(stream)
    assert stream.result.finish == "cancelled"
    assert stream.result.text == first.text
    next(generator.stream("the cat", max_tokens=None))  # nobody holds it
    assert generator.generate("the cat", max_tokens=2).finish == "length"


def test_a_second_answer_in_the_same_thread_is_an_error_and_in_another_one_waits(generator: Generator) -> None:
    whole = generator.generate("the cat", max_tokens=5)
    stream = generator.stream("the cat", max_tokens=5)
    first = next(stream)
    with pytest.raises(EngineError, match="an answer is being written"):
        generator.generate("x")
    found: list[Generation] = []
    other = threading.Thread(target=lambda: found.append(generator.generate("the cat", max_tokens=5)))
    other.start()
    assert first.text + "".join(piece.text for piece in stream) == whole.text
    other.join()
    assert [one.text for one in found] == [whole.text]


def test_cancel_from_another_thread_ends_the_answer(generator: Generator) -> None:
    stream = generator.stream("the cat", max_tokens=None)
    next(stream)
    threading.Thread(target=generator.cancel).start()
    for _ in stream:
        pass
    assert stream.result.finish in ("cancelled", "length")  # a toy may be done before
    assert generator.generate("the cat", max_tokens=3).finish == "length"


def test_what_cannot_be_asked_is_refused_before_anything_runs(generator: Generator) -> None:
    with pytest.raises(UsageError, match="`temperature` is -1"):
        generator.stream("the cat", temperature=-1)
    with pytest.raises(InputError, match="at least one message"):
        generator.stream([])
    with pytest.raises(InputError, match="empty"):
        generator.generate("")


def test_a_file_from_elsewhere_runs_in_a_child_and_cannot_end_this_process(tmp_path: Path, path: Path) -> None:
    with open_generator(path, context=64) as made:
        assert isinstance(made._writer, InChild)
    with open_generator(str(path), context=64, process=False) as made:
        assert isinstance(made._writer, InProcess)
    with pytest.raises(EngineError, match="died at `open`"):
        open_generator(written(tmp_path, with_twins()))


def test_options_that_cannot_be_are_all_told(path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_generator(path, context=0, threads=0, gpu_layers=-2)
    assert [reason.split("`")[1] for reason in caught.value.reasons] == ["context", "threads", "gpu_layers"]


def test_a_model_is_found_by_its_file_its_folder_or_its_id(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_HOME", str(tmp_path / "home"))
    assert find_gguf(path) == (path, False)
    assert find_gguf(str(path.parent)) == (path, False)
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="0 GGUF files"):
        find_gguf(str(tmp_path / "none"))
    with pytest.raises(UnavailableError, match="there is no file"):
        find_gguf("none.GGUF")
    with pytest.raises(ModelNotFoundError) as caught:
        find_gguf("gemma-3-270m")
    assert caught.value.hint == "run `edgekit pull gemma-3-270m` while connected"


def test_the_public_names_are_these() -> None:
    assert edgekit.open_generator is open_generator
    assert edgekit.Generator is Generator


def test_names_of_control_tokens_are_text_when_that_is_asked_for(generator: Generator) -> None:
    marks = generator.generate("hi </s> there", max_tokens=1)
    text = generator.generate("hi </s> there", max_tokens=1, control_tokens=False)
    plain = generator.generate("hi there", max_tokens=1)
    assert marks.prompt_tokens < text.prompt_tokens
    assert plain.prompt_tokens < marks.prompt_tokens


def test_an_answer_is_the_same_to_the_bit_when_the_prompt_before_began_alike(path: Path) -> None:
    begin = "the cat sat on the mat and " * 8
    asked: dict[str, Any] = {"max_tokens": 6, "log_probabilities": 2}
    with open_generator(path, threads=1, context=256, process=False) as made:
        ends = ["so", "then it went away", "the"]
        after_each_other = [made.generate(begin + end, **asked) for end in [*ends, ends[0]]]
        assert after_each_other[0].prompt_tokens > 129  # more than a part that is remembered
    for end, one in zip(ends, after_each_other, strict=False):
        with open_generator(path, threads=1, context=256, process=False) as made:
            assert made.generate(begin + end, **asked).tokens == one.tokens
    assert after_each_other[0].tokens == after_each_other[-1].tokens
