"""A model that writes, in this process and in a child: the same answers, and what happens when something is wrong."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from toys.gguf_vocabulary import bert, encoder, gpt2, language_model
from toys.llama import needs_llama
from toys.writing_models import (
    of_no_architecture,
    toy_writer,
    with_twins,
    without_numbers,
    without_vocabulary,
    written,
)

from edgekit.core.errors import EdgekitError, EngineError, InputError, ResourceError, UsageError
from edgekit.core.events import silent
from edgekit.engine.llama import in_process
from edgekit.engine.llama.in_child import InChild
from edgekit.engine.llama.in_process import InProcess
from edgekit.engine.llama.language_model import BATCH, AbortedError, LanguageModel, Settings, Stop
from edgekit.engine.llama.process import LlamaProcess
from edgekit.engine.llama.request import Outcome, Piece, Sampling, Token

pytestmark = needs_llama
Opened = Callable[..., InProcess | InChild]
BOTH = pytest.mark.parametrize("kind", [InProcess, InChild])
PROMPT = [("the cat sat on", True)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("writing"), toy_writer())


@pytest.fixture(scope="module", params=[InProcess, InChild])
def writer(request: pytest.FixtureRequest, path: Path) -> Iterator[InProcess | InChild]:
    made = request.param(Settings(str(path), 256, 1), silent)
    yield made
    made.close()


def answer(writer: InProcess | InChild, parts: list[tuple[str, bool]] = PROMPT, **asked: object) -> tuple[str, Outcome]:
    items = list(writer.write(parts, Sampling(**asked)))  # type: ignore[arg-type]  # options of any type
    assert all(isinstance(item, Piece) for item in items[:-1])
    assert isinstance(items[-1], Outcome)
    return "".join(item.text for item in items if isinstance(item, Piece)), items[-1]


def tokens(writer: InProcess | InChild, parts: list[tuple[str, bool]] = PROMPT, **asked: object) -> list[Token]:
    items = writer.write(parts, Sampling(**asked))  # type: ignore[arg-type]  # options of any type
    return [token for item in items if isinstance(item, Piece) for token in item.tokens]


def test_greedy_tokens_are_those_of_the_model_that_measures(writer: InProcess | InChild, path: Path) -> None:
    with LlamaProcess(path, threads=1, context=256) as other:
        for text in ("the cat", "olá, não", "x" * 150):
            (ids,) = other.tokenize([text])
            assert [one.id for one in tokens(writer, [(text, True)], max_tokens=12)] == other.greedy(ids, 12)


def test_pieces_are_whole_characters_and_together_the_text_of_the_tokens(writer: InProcess | InChild) -> None:
    for seed in range(6):
        items = list(writer.write(PROMPT, Sampling(max_tokens=60, temperature=1.5, top_k=0, top_p=1.0, seed=seed)))
        pieces = [item for item in items if isinstance(item, Piece)]
        data = b"".join(token.data for piece in pieces for token in piece.tokens)
        text = "".join(piece.text for piece in pieces)
        assert data.decode("utf-8", "replace").startswith(text)
        assert len(text.encode()) > len(data) - 4 - 2 * text.count("�")
        assert all(piece.text for piece in pieces[:-1])


def test_a_seed_gives_the_same_text_again_and_another_one_another(writer: InProcess | InChild) -> None:
    asked = {"max_tokens": 30, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
    texts = [answer(writer, seed=seed, **asked)[0] for seed in (1, 2, 3, 1, 2, 3)]
    assert texts[:3] == texts[3:]
    assert len(set(texts)) == 3


def test_a_stop_text_ends_the_answer_before_it(writer: InProcess | InChild) -> None:
    whole, _ = answer(writer, max_tokens=40)
    stop = whole[9:12]
    items = list(writer.write(PROMPT, Sampling(max_tokens=40, stop=(stop, "never there"))))
    text = "".join(item.text for item in items if isinstance(item, Piece))
    assert text == whole[: whole.index(stop)]
    assert items[-1] == Outcome("stop", answer(writer, max_tokens=1)[1].prompt_tokens)
    assert all(stop not in item.text for item in items if isinstance(item, Piece))


def test_an_answer_is_as_long_as_is_asked_for_and_no_longer_than_the_context(writer: InProcess | InChild) -> None:
    assert len(tokens(writer, max_tokens=7)) == 7
    made, outcome = tokens(writer, max_tokens=None), answer(writer, max_tokens=None)[1]
    assert outcome.finish == "length"
    assert len(made) + outcome.prompt_tokens == 256
    assert len(tokens(writer, max_tokens=1000)) == len(made)


def test_log_probabilities_are_those_of_the_logits(writer: InProcess | InChild, path: Path) -> None:
    made = tokens(writer, max_tokens=8, log_probabilities=5, temperature=1.0, seed=2)
    with LlamaProcess(path, threads=1, context=256) as other:
        (ids,) = other.tokenize([PROMPT[0][0]])
        rows = other.logits([*ids, *(one.id for one in made)])[len(ids) :].astype(np.float64)
    for token, row in zip(made, rows, strict=False):
        own = row - row.max() - np.log(np.exp(row - row.max()).sum())
        assert token.log_probability == pytest.approx(own[token.id], abs=1e-3)
        best = np.argsort(-own, kind="stable")[:5].tolist()
        assert [one.id for one in token.alternatives] == best
        assert [one.log_probability for one in token.alternatives] == pytest.approx(own[best].tolist(), abs=1e-3)
        assert sum(math.exp(one.log_probability) for one in token.alternatives) <= 1 + 1e-6
        assert all(one.log_probability <= 0 for one in token.alternatives)
    assert all(one.log_probability is not None and not one.alternatives for one in tokens(writer, log_probabilities=0))
    assert all(one.log_probability is None for one in tokens(writer, max_tokens=3))


def test_all_alternatives_together_are_certain(writer: InProcess | InChild) -> None:
    (token,) = tokens(writer, max_tokens=1, log_probabilities=writer.described.size)
    assert sum(math.exp(one.log_probability) for one in token.alternatives) == pytest.approx(1, abs=1e-5)


def test_an_answer_does_not_depend_on_what_was_asked_before(writer: InProcess | InChild) -> None:
    first = answer(writer, max_tokens=20)
    answer(writer, [("something else " * 9, True)], max_tokens=50, temperature=1.0, grammar="root ::= [a-z ]{4}")
    assert answer(writer, max_tokens=20) == first


def test_names_of_control_tokens_are_text_where_they_are_said_to_be(writer: InProcess | InChild) -> None:
    as_token = answer(writer, [("a</s>b", True)], max_tokens=1)[1].prompt_tokens
    as_text = answer(writer, [("a", True), ("</s>", False), ("b", True)], max_tokens=1)[1].prompt_tokens
    assert as_token == 4  # <s> a </s> b
    assert as_text > as_token
    assert "</s>" in writer.controls()
    assert answer(writer, [("<s>a", True)], max_tokens=1)[1].prompt_tokens == 2  # no second begin mark


def test_a_prompt_that_is_empty_or_too_long_is_refused_and_the_next_one_answered(writer: InProcess | InChild) -> None:
    with pytest.raises(InputError, match="empty"):
        answer(writer, [("", True)])
    with pytest.raises(InputError, match="the context 256") as caught:
        answer(writer, [("word " * 400, True)])
    assert caught.value.hint == "shorten it: the model was trained with 512"
    with pytest.raises(InputError) as caught:
        answer(writer, [("\u0b95" * 100, True)])
    assert caught.value.hint == "shorten it, or use a larger context: `--context 512`"
    assert answer(writer, max_tokens=2)[1].finish == "length"


def test_lone_surrogates_and_nul_in_a_prompt_are_no_crash(writer: InProcess | InChild) -> None:
    assert answer(writer, [("a\udcff\0b", True)], max_tokens=2)[1].finish in ("length", "end")


@BOTH
def test_a_cancel_ends_the_prompt_that_is_being_computed_and_the_next_answer_is_whole(
    tmp_path: Path, kind: Opened
) -> None:
    """Wide enough for a prompt of two batches to take longer than a moment: the flag is looked at inside of one."""
    path = written(tmp_path, language_model(gpt2(), width=2048))
    writer = kind(Settings(str(path), 512, 1), silent)
    try:
        parts = [("a b c d e f g h " * 12, True)]
        ended = threading.Event()

        def cancel() -> None:
            while not ended.wait(0.02):  # one that comes before anything is written cancels nothing
                writer.cancel()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        items = list(writer.write(parts, Sampling(max_tokens=None)))
        ended.set()
        canceller.join()
        assert isinstance(items[-1], Outcome)
        assert items[-1].finish == "cancelled"
        assert items[-1].prompt_tokens > BATCH
        assert answer(writer, [("a", True)], max_tokens=2)[1].finish != "cancelled"
    finally:
        writer.close()


def test_an_iterator_that_is_closed_cancels_what_is_left(writer: InProcess | InChild) -> None:
    whole = answer(writer, max_tokens=5)
    pieces = writer.write(PROMPT, Sampling(max_tokens=None))
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # an iterator that is a generator
    writer.cancel()  # there is nothing to cancel
    assert answer(writer, max_tokens=5) == whole


@BOTH
def test_after_close_everything_is_an_error(path: Path, kind: Opened) -> None:
    writer = kind(Settings(str(path), 64, 1), silent)
    writer.close()
    writer.close()
    with pytest.raises(EngineError, match="closed"):
        answer(writer)


@BOTH
@pytest.mark.parametrize(
    ("data", "kind_of_error", "words"),
    [
        (b"no model at all", EngineError, "cannot open"),
        (of_no_architecture(), EngineError, "unknown model architecture: 'llemo'"),
        (without_vocabulary(), UsageError, "no vocabulary"),
        (encoder(bert()), UsageError, "from both ends"),
    ],
    ids=["nothing", "architecture", "vocabulary", "encoder"],
)
def test_a_file_that_is_no_language_model_says_why(
    tmp_path: Path, kind: Opened, data: bytes, kind_of_error: type[EdgekitError], words: str
) -> None:
    with pytest.raises(kind_of_error) as caught:
        kind(Settings(str(written(tmp_path, data)), 64, 1), silent)
    assert words in str(caught.value)
    assert "toy.gguf" in str(caught.value)


@BOTH
def test_a_context_that_the_model_was_not_trained_for_is_refused(path: Path, kind: Opened) -> None:
    for context in (513, 15):
        with pytest.raises(UsageError, match="from 16 to 512"):
            kind(Settings(str(path), context, 1), silent)
    writer = kind(Settings(str(path), None, 1), silent)
    assert writer.described.context == 512
    writer.close()


@BOTH
def test_logits_that_are_no_numbers_are_an_error(tmp_path: Path, kind: Opened) -> None:
    writer = kind(Settings(str(written(tmp_path, without_numbers())), 64, 1), silent)
    for asked in ({}, {"temperature": 1.0}, {"grammar": 'root ::= "a"'}):
        with pytest.raises(EngineError, match="no number"):
            answer(writer, **asked)
    writer.close()


def test_a_file_that_ends_the_process_of_llama_ends_the_child_alone(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="died at `open`") as caught:
        InChild(Settings(str(written(tmp_path, with_twins())), 64, 1), silent)
    assert "SIGABRT" in caught.value.reasons[0]
    assert "GGML_ASSERT" in str(caught.value)


def test_a_child_that_dies_is_an_error_and_the_next_call_starts_another(path: Path) -> None:
    writer = InChild(Settings(str(path), 256, 1), silent)
    whole = answer(writer, max_tokens=5)
    first = writer.process_id
    pieces = writer.write(PROMPT, Sampling(max_tokens=None))
    next(pieces)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(EngineError, match="died at `write`"):
        list(pieces)
    assert writer.has_died
    assert answer(writer, max_tokens=5) == whole
    assert not writer.has_died
    assert writer.process_id != first
    os.kill(writer.process_id, signal.SIGKILL)
    os.waitid(os.P_PID, writer.process_id, os.WEXITED | os.WNOWAIT)
    with pytest.raises(EngineError, match="died"):
        answer(writer)
    assert answer(writer, max_tokens=5) == whole
    writer.close()


def test_a_child_that_does_not_answer_a_cancel_is_ended(path: Path) -> None:
    writer = InChild(Settings(str(path), 256, 1), silent)
    whole = answer(writer, max_tokens=5)
    pieces = writer.write(PROMPT, Sampling(max_tokens=None))
    next(pieces)
    os.kill(writer.process_id, signal.SIGSTOP)
    writer.cancel()
    assert list(pieces)[-1] == Outcome("cancelled", 0)
    assert writer.has_died
    assert answer(writer, max_tokens=5) == whole
    writer.close()
    assert not writer.has_died


def test_llama_looks_at_the_flag_itself_in_the_middle_of_a_computation(path: Path) -> None:
    class Unseen(Stop):
        """Set, and not seen from Python."""

        def __bool__(self) -> bool:
            return False

    stop = Unseen()
    model = LanguageModel(Settings(str(path), 64, 1), stop, lambda: None)
    model.read([5, 6])
    stop.set()
    with pytest.raises(AbortedError):
        model.go_on([7])
    stop.clear()
    model.read([5, 6])
    model.close()


def test_an_answer_that_cannot_be_stopped_is_left_and_the_model_not_used_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    def endless(*_: object) -> Iterator[Piece]:
        yield Piece("a")
        release.wait(60)

    writer = InProcess(Settings(str(path), 64, 1), silent)
    monkeypatch.setattr(in_process, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(in_process, "write", endless)
    pieces = writer.write(PROMPT, Sampling())
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # an iterator that is a generator
    with pytest.raises(EngineError, match="goes on") as caught:
        answer(writer)
    assert caught.value.hint == "open the model with `process=True`"
    writer.close()  # what is in use is not freed
    release.set()


@BOTH
def test_a_model_for_a_card_is_warmed_up_before_the_first_answer(path: Path, kind: Opened) -> None:
    """llama.cpp without a card computes the layers here all the same."""
    writer = kind(Settings(str(path), 64, 1, gpu_layers=5), silent)
    assert writer.described.gpu_layers == 5
    assert len(tokens(writer, max_tokens=4)) == 4
    writer.close()


def test_a_model_that_needs_more_memory_than_is_free_is_refused_before_it_is_taken(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = path.stat().st_size
    monkeypatch.setattr(in_process, "available_memory", lambda: size - 1)
    with pytest.raises(ResourceError, match=r"`toy\.gguf` needs"):
        InProcess(Settings(str(path), 256, 1), silent)
    # One layer of 64 keys and values in 16 bits: 256 B a token, 131 kB in all, which llama.cpp says as 0.12 MiB.
    monkeypatch.setattr(in_process, "available_memory", lambda: size + 100_000)
    with pytest.raises(ResourceError) as caught:
        InProcess(Settings(str(path), 512, 1), silent)
    assert "a context of 512 tokens: 126 kB" in str(caught.value)
    monkeypatch.setattr(in_process, "available_memory", lambda: size + 50_000_000)
    InProcess(Settings(str(path), 512, 1), silent).close()


def test_nothing_of_llama_reaches_the_standard_error_of_this_process(path: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom edgekit.core.events import silent\n"
        "from edgekit.core.errors import EdgekitError\n"
        "from edgekit.engine.llama.in_process import InProcess\n"
        "from edgekit.engine.llama.language_model import Settings\n"
        "from edgekit.engine.llama.request import Sampling\n"
        "writer = InProcess(Settings(sys.argv[1], 64, 1), silent)\n"
        "for grammar in (None, 'root ::= [a-c]+', 'root := 1'):\n"
        "    try: list(writer.write([('a', True)], Sampling(max_tokens=5, grammar=grammar)))\n"
        "    except EdgekitError: pass\n"
        "writer.close()\n"
        "try: InProcess(Settings(sys.argv[2], 64, 1), silent)\nexcept EdgekitError: pass\n"
    )
    broken = written(tmp_path, b"GGUF broken")
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(broken)], capture_output=True, timeout=120, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
