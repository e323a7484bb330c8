"""Text that a grammar allows, and no other; grammars that are none, or that llama.cpp would never be done with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toys.gguf_vocabulary import gpt2, language_model
from toys.llama import needs_llama
from toys.writing_models import toy_writer, written

from edgekit.core.errors import EngineError, UsageError
from edgekit.core.events import silent
from edgekit.engine.llama import grammar_check
from edgekit.engine.llama.grammar import check_size
from edgekit.engine.llama.grammar_check import check_grammar
from edgekit.engine.llama.in_process import InProcess
from edgekit.engine.llama.language_model import Settings
from edgekit.engine.llama.library import load_library
from edgekit.engine.llama.request import Outcome, Piece, Sampling


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    path = written(tmp_path_factory.mktemp("grammar"), toy_writer())
    made = InProcess(Settings(str(path), 256, 1), silent)
    yield made
    made.close()


def answer(writer: InProcess, **asked: object) -> tuple[str, str]:
    items = list(writer.write([("the cat", True)], Sampling(**asked)))  # type: ignore[arg-type]  # options of any type
    last = items[-1]
    assert isinstance(last, Outcome)
    return "".join(item.text for item in items if isinstance(item, Piece)), last.finish


# A grammar and the regular expression of the same texts.
Pair = tuple[str, str]


def quoted(text: str) -> Pair:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"', re.escape(text)


LITERALS = st.text(alphabet='abé🙂 "\\\n(', min_size=1, max_size=3).map(quoted)
CLASSES = st.sampled_from([("[a-c]", "[a-c]"), ("[^a-z]", "[^a-z]"), ("[0-9é]", "[0-9é]"), (".", "(?s:.)")])


def joined(pairs: list[Pair]) -> Pair:
    return " ".join(one for one, _ in pairs), "".join(other for _, other in pairs)


def either(pairs: list[Pair]) -> Pair:
    return f"({' | '.join(one for one, _ in pairs)})", f"(?:{'|'.join(other for _, other in pairs)})"


def repeated(pair: Pair, times: str) -> Pair:
    return f"({pair[0]}){times}", f"(?:{pair[1]}){times}"


GRAMMARS = st.recursive(
    LITERALS | CLASSES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(joined),
        st.lists(inner, min_size=1, max_size=3).map(either),
        st.tuples(inner, st.sampled_from(["{1,3}", "{2}", "+"])).map(lambda one: repeated(*one)),
    ),
    max_leaves=6,
)


@needs_llama
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GRAMMARS, st.sampled_from([0.0, 1.0]), st.integers(0, 9))
def test_an_answer_that_comes_to_its_end_matches_its_grammar(
    writer: InProcess, pair: Pair, temperature: float, seed: int
) -> None:
    grammar, expression = pair
    # Compiling each in a process of its own, as is done, takes half a second; all of these are sound.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edgekit.engine.llama.in_process.check_grammar", lambda _: None)
        text, finish = answer(
            writer, grammar=f"root ::= {grammar}", max_tokens=60, temperature=temperature, seed=seed, top_k=0, top_p=1.0
        )
    if "\ufffd" in text:
        # Byte tokens that are no UTF-8, such as F7 BF BF BF: a negated class of llama.cpp takes them for one character.
        assert "[^" in grammar or "." in grammar
    elif finish == "end":
        assert re.fullmatch(expression, text) is not None
    else:
        assert finish == "length"


@needs_llama
@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        ('root ::= "yes"', "yes"),
        ('root ::= number "!"\nnumber ::= "4" "2" # the answer\n', "42!"),
        ('root ::= "ação 🙂"', "ação 🙂"),
        ('root ::= "a"{12}', "a" * 12),
        ('root ::= ("x" | "x") "y"', "xy"),
    ],
)
def test_a_grammar_with_one_text_gives_it_and_ends(writer: InProcess, grammar: str, text: str) -> None:
    for temperature in (0.0, 1.0):
        assert answer(writer, grammar=grammar, temperature=temperature) == (text, "end")


@needs_llama
def test_a_stop_text_and_a_limit_hold_in_a_grammar_too(writer: InProcess) -> None:
    assert answer(writer, grammar='root ::= "one; two; three"', stop=("; tw",)) == ("one", "stop")
    text, finish = answer(writer, grammar='root ::= "one; two; three"', max_tokens=2)
    assert "one; two; three".startswith(text)
    assert finish == "length"


BROKEN = {
    "root": "expecting ::=",
    "root := 1": "expecting ::=",
    'root ::= "a': "unexpected end of input",
    "root ::= x": "Undefined rule identifier 'x'",
    'other ::= "a"': "does not contain a 'root' symbol",
    'root ::= root "a" | "b"': "left recursion",
    'root ::= ("a"': "expecting ')'",
    'root ::= "a"{99999}': "number of repetitions",
    "root ::= * ": "expecting preceding item",
    'root ::= "\\q"': "unknown escape",
    "root ::= <think>": "no vocab",
}


@needs_llama
@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_grammar_is_refused_with_the_reason_and_the_next_answer_comes(writer: InProcess, text: str) -> None:
    with pytest.raises(UsageError, match="not valid") as caught:
        answer(writer, grammar=text)
    assert BROKEN[text] in str(caught.value)
    assert len(str(caught.value)) < 2000
    assert answer(writer, grammar='root ::= "ok"') == ("ok", "end")


def test_a_grammar_that_is_too_deep_or_too_long_is_refused_before_anything_reads_it() -> None:
    check_size("root ::= " + "(" * 200 + '"a"' + ")" * 200)
    check_size('root ::= "' + "(" * 1000 + '" [' + "(" * 1000 + "] #" + "(" * 1000)
    with pytest.raises(UsageError) as caught:
        check_size("root ::= " + "(" * 40_000 + '"' + "é" * 40_000 + '"')
    assert len(caught.value.reasons) == 2


@needs_llama
def test_a_grammar_that_llama_is_never_done_with_ends_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar_check, "_MOST_SECONDS", 3.0)
    rules = "\n".join(f"r{at} ::= r{at + 1} r{at + 1}?" for at in range(40))
    with pytest.raises(UsageError, match="not done"):
        check_grammar(f'root ::= r0\n{rules}\nr40 ::= "a"?')


@needs_llama
def test_a_grammar_that_ends_the_process_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar_check, "_MODULE", "toys.nothing_that_there_is")
    with pytest.raises(UsageError, match="not valid") as caught:
        check_grammar('root ::= "dies"')
    assert "exit code 1" in caught.value.reasons[0]


@needs_llama
@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=30).filter(str.isprintable), min_size=1, max_size=24))
def test_a_choice_of_texts_is_taken_by_llama_and_needs_no_process(texts: list[str]) -> None:
    choices = " | ".join(quoted(one)[0] for one in texts)
    grammar = f'root ::= " "? ({choices})'
    names = load_library().names
    with pytest.MonkeyPatch.context() as patch:
        # One that is started dies.
        patch.setattr(grammar_check, "_MODULE", "toys.nothing_that_there_is")
        check_grammar(grammar)
    made = names.llama_sampler_init_grammar(None, grammar.encode(), b"root")
    assert made
    names.llama_sampler_free(made)


@needs_llama
def test_a_vocabulary_that_cannot_write_what_must_come_is_an_error(writer: InProcess) -> None:
    with pytest.raises(EngineError, match="cannot be followed"):
        answer(writer, grammar='root ::= "a" "\\x00"')  # no token of this one begins with a NUL


@needs_llama
def test_byte_level_tokens_write_what_a_grammar_asks_for(tmp_path: Path) -> None:
    made = InProcess(Settings(str(written(tmp_path, language_model(gpt2()))), 64, 1), silent)
    assert answer(made, grammar='root ::= "olá, ação! " [🙂]', temperature=1.0, seed=3) == ("olá, ação! 🙂", "end")
    made.close()
