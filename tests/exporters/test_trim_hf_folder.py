"""What is in a Hugging Face folder: copied, left behind, refused."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from toys.fuzz import mutated
from toys.hf_folder import (
    INDEX,
    TOKENS,
    ids,
    plain_config,
    plain_folder,
    shards,
    token_json,
    trimmed,
    write_json,
    write_tensors,
)

from edgekit.core.errors import EdgekitError, ModelFormatError, UnsupportedModelError
from exporters.containers.safetensors import Output
from exporters.trim.hf import open_hf
from exporters.trim.vocabulary import vocab_fingerprint


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"])
def test_e18_an_adapter_for_the_old_vocabulary_is_refused(name: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / name).write_bytes(b"{}")
    with pytest.raises(UnsupportedModelError, match="adapter") as caught:
        open_hf(source)
    assert "merge" in (caught.value.hint or "")


def test_e18_the_fingerprint_tells_vocabularies_apart() -> None:
    prints = {vocab_fingerprint(tokens) for tokens in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["a"], [])}
    assert len(prints) == 6
    assert vocab_fingerprint(["a", "b"]) == vocab_fingerprint(iter(["a", "b"]))


def test_pickles_code_and_other_formats_are_left_behind_and_named(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    for name in ("pytorch_model.bin", "training_args.bin", "modeling_evil.py", "tf_model.h5", "model.fp16.safetensors"):
        (source / name).write_bytes(b"\x80\x04.")
    (source / "onnx").mkdir()
    for name in ("LICENSE", "README.md", "sentence_bert_config.json", "preprocessor_config.json"):
        (source / name).write_bytes(b'{"max_seq_length": 512}')
    opened = open_hf(source)
    (tmp_path / "out").mkdir()
    built = opened.write(opened.tokenizer.closed(ids()), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("LICENSE", "README.md", "config.json", "model.safetensors", "preprocessor_config.json"),
        *("sentence_bert_config.json", "tokenizer.json"),
    ]
    assert (tmp_path / "out" / "sentence_bert_config.json").read_bytes() == b'{"max_seq_length": 512}'
    assert built.steps[0]["left"] == [
        *("model.fp16.safetensors", "modeling_evil.py", "pytorch_model.bin", "tf_model.h5", "training_args.bin"),
        "onnx/",
    ]


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "pytorch_model-00001-of-00002.bin"])
def test_pickles_alone_are_refused_with_the_way_out(name: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / "model.safetensors").rename(source / name)
    with pytest.raises(UnsupportedModelError, match="pickles") as caught:
        open_hf(source)
    assert "import MBartForConditionalGeneration as M" in (caught.value.hint or "")
    assert any(name in reason for reason in caught.value.reasons)


def test_the_way_out_of_pickles_runs_no_code_of_the_configuration(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / "model.safetensors").rename(source / "pytorch_model.bin")
    config = {**plain_config(len(TOKENS)), "architectures": ['A; import os; os.system("x")']}
    write_json(source / "config.json", config)
    with pytest.raises(UnsupportedModelError) as caught:
        open_hf(source)
    assert "import AutoModel as M" in (caught.value.hint or "")
    assert "os.system" not in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["config.json", "generation_config.json", "tokenizer_config.json"])
def test_code_of_the_models_own_is_refused_wherever_it_is_named(name: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    write_json(source / name, {**plain_config(len(TOKENS)), "auto_map": {"AutoTokenizer": ["evil.Tokenizer", None]}})
    with pytest.raises(UnsupportedModelError, match="never run"):
        open_hf(source)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_without_one_of_its_files_is_refused(name: str, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    (source / name).unlink()
    with pytest.raises(EdgekitError, match=re.escape(name.partition(".")[2] if "model" in name else name)):
        open_hf(source)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json", INDEX, "modules.json"])
@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 200_000, b'{"model":' + b"9" * 5_000 + b"}"],
    ids=["empty", "open", "list", "number", "bytes", "deep", "long"],
)
def test_a_damaged_json_file_is_a_typed_error(name: str, data: bytes, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    if name == INDEX:
        shards(source)
    if name == "modules.json" and data == b"[]":
        pytest.skip("a list without modules")
    (source / name).write_bytes(data)
    with pytest.raises(ModelFormatError):
        trimmed(source)


@pytest.mark.parametrize("at", [2**31, 10**30, -1])
def test_an_id_far_beyond_the_vocabulary_does_not_take_memory(at: int, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    state = token_json()
    state["added_tokens"][-1]["id"] = at
    write_json(source / "tokenizer.json", state)
    with pytest.raises(ModelFormatError, match=re.escape("tokenizer.json")):
        open_hf(source)


def test_a_tokenizer_with_more_tokens_than_rows_is_refused(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source", rows=len(TOKENS) - 1)
    with pytest.raises(ModelFormatError, match="does not fit the tables"):
        open_hf(source)


def test_modules_of_a_sentence_encoder_are_copied(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    write_json(source / "modules.json", [{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}, {"path": "3_None"}])
    write_json(source / "config_sentence_transformers.json", {"prompts": {"query": "query: "}})
    for module in ("1_Pooling", "2_Dense"):
        (source / module).mkdir()
        write_json(source / module / "config.json", {"pooling": "mean"})
    write_tensors(source / "2_Dense" / "model.safetensors", [Output("linear.weight", "F32", (4, 4), [bytes(64)])])
    (source / "2_Dense" / "model.py").write_text("raise SystemExit", "utf-8")
    opened, _, out = trimmed(source, "sh")
    assert list(opened.prompts) == ["query: "]
    for name in ("modules.json", "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"):
        assert (out / name).read_bytes() == (source / name).read_bytes()
    assert not (out / "2_Dense" / "model.py").exists()


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "a/../..", "..", 3])
def test_modules_elsewhere_are_refused(path: object, tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    write_json(source / "modules.json", [{"path": path}])
    if path == 3:
        (source / "3").mkdir()
        (source / "3" / "pytorch_model.bin").write_bytes(b"\x80")
    with pytest.raises(EdgekitError, match=r"module|pickles"):
        open_hf(source)


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "tokenizer.json", INDEX])
def test_mutated_files_end_in_a_typed_error_or_a_folder(name: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shards(source)
    write_json(
        source / "tokenizer_config.json", {"eos_token": "</s>", "added_tokens_decoder": {"0": {"content": "<s>"}}}
    )
    sound = (source / name).read_bytes()
    chooser = random.Random(11)
    refused = 0
    for number in range(120):
        (source / name).write_bytes(mutated(sound, chooser))
        out = tmp_path / str(number)
        out.mkdir()
        try:
            opened = open_hf(source)
            opened.write(opened.tokenizer.closed(ids("sh")), out)
        except EdgekitError:
            refused += 1
            assert not list(out.iterdir())
    assert refused > 10


def test_prompts_are_chat_templates_tasks_and_sentences(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    assert list(open_hf(source).prompts) == []
    write_json(source / "tokenizer_config.json", {"chat_template": "one"})
    (source / "chat_template.jinja").write_text("two", "utf-8")
    write_json(source / "chat_template.json", {"chat_template": [{"name": "a", "template": "three"}, {"name": "b"}]})
    config = plain_config(len(TOKENS)) | {
        "task_specific_params": {"a": {"prefix": "four: "}, "b": {"prefix": 1}, "c": 2}
    }
    write_json(source / "config.json", config)
    write_json(source / "config_sentence_transformers.json", {"prompts": {"query": "five: ", "none": None}})
    opened, _, out = trimmed(source, "sh")
    assert list(opened.prompts) == ["one", "two", "three", "four: ", "five: "]
    assert (out / "chat_template.jinja").read_text("utf-8") == "two"


def test_a_file_of_absurd_size_is_refused_unread(tmp_path: Path) -> None:
    source = plain_folder(tmp_path / "source")
    with (source / "generation_config.json").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(ModelFormatError, match="too large"):
        open_hf(source)
