"""`edgekit export hf:OWNER/NAME`: pulled into the store from a hub on this machine, then exported like any folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store.toys import Server, use_home
from toys.hub import COMMIT, NAME, api_path, file_path, folder_files, hub, publish
from toys.plain_checkpoints import CARD, edited, plain_checkpoint

import edgekit
from edgekit.cli.app import run
from edgekit.core.errors import (
    IntegrityError,
    ModelFormatError,
    OfflineError,
    SourceError,
    UnavailableError,
    UnsupportedModelError,
    UsageError,
)
from edgekit.pipeline.requests import Artifact, VerifyRequest
from edgekit.pipeline.run import verify
from edgekit.store.installed import installed_models, models_folder

LINES = ["the sea", "the moon and the sea", "that moon", "on the sea"]
HUB_CARD = {"license": "apache-2.0", "language": ["pt", "en"]}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    use_home(monkeypatch, tmp_path)
    with hub(monkeypatch, tmp_path) as server:
        yield server


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "en.txt"
    path.write_text("\n".join(LINES * 30), "utf-8")
    return path


def checkpoint(tmp_path: Path, family: str = "llama", **changes: Any) -> Path:
    return plain_checkpoint(tmp_path / f"toy-{family}", family, **changes)


def export(corpus: Path, tmp_path: Path, model: str = f"hf:{NAME}", **more: Any) -> Artifact:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    return edgekit.export(model, languages=["en"], corpus=[corpus], out=out, **{"format": "gguf", **more})


def asked(server: Server) -> list[str]:
    return [path for method, path, _ in server.log if method == "GET" and "/resolve/" in path]


@pytest.mark.parametrize("container", ["gguf", "hf"])
def test_a_repository_is_pulled_and_exported_with_its_licence(
    server: Server, corpus: Path, tmp_path: Path, container: str
) -> None:
    files = folder_files(checkpoint(tmp_path)) | {
        "LICENSE": b"may be used",
        "pytorch_model.bin": b"evil",
        "run.py": b"1",
    }
    publish(server, files, card=HUB_CARD)
    made = export(corpus, tmp_path, format=container)
    assert (made.receipt.source, made.receipt.revision) == (f"hf:{NAME}", COMMIT)
    assert (made.receipt.licence, made.receipt.family) == ("Apache-2.0", "llama")
    assert made.receipt.attribution == "owner/toy on the Hugging Face hub"
    assert "LICENSE" in made.receipt.licence_files
    assert made.receipt.id == "owner--toy-en"
    weights = next(file for file in made.receipt.source_files if file.role == "weights")
    assert weights.sources == (f"hf:{NAME}@{COMMIT}/model.safetensors",)
    (installed,) = installed_models()
    assert installed.receipt.engine["kind"] == "checkpoint"
    assert {file.path for file in installed.receipt.files} == set(files) - {"pytorch_model.bin", "run.py"}
    assert not [path for path in asked(server) if path.endswith((".bin", ".py"))]
    assert not verify(VerifyRequest(made.folder, texts=(corpus,))).failures


def test_a_model_that_is_here_at_that_commit_needs_no_network(server: Server, corpus: Path, tmp_path: Path) -> None:
    publish(server, folder_files(checkpoint(tmp_path)))
    export(corpus, tmp_path, model=f"hf:{NAME}@{COMMIT}")
    server.log.clear()
    export(corpus, tmp_path, model=f"hf:{NAME}@{COMMIT}", force=True)
    assert server.log == []
    export(corpus, tmp_path, force=True)  # without a revision the hub is asked what the newest is
    assert [path for _, path, _ in server.log if "/api/" in path] == [api_path()]
    assert not [path for path in asked(server) if path.endswith(".safetensors")]


def test_a_newer_commit_takes_the_place_of_the_older_one(server: Server, corpus: Path, tmp_path: Path) -> None:
    newer = "9" * 40
    publish(server, folder_files(checkpoint(tmp_path)))
    export(corpus, tmp_path)
    publish(server, folder_files(checkpoint(tmp_path, rope_theta=20000.0)), commit=newer)
    assert export(corpus, tmp_path, force=True).receipt.revision == newer
    assert [one.receipt.revision for one in installed_models()] == [newer]


def test_a_checkpoint_in_a_folder_of_the_repository_is_named_with_it(
    server: Server, corpus: Path, tmp_path: Path
) -> None:
    files = {f"steps/10.5B/{name}": data for name, data in folder_files(checkpoint(tmp_path)).items()}
    publish(server, {**files, "README.md": CARD.encode()}, card=HUB_CARD)
    with pytest.raises(UnsupportedModelError, match="holds no checkpoint") as caught:
        export(corpus, tmp_path)
    assert caught.value.hint == f"name the folder: `hf:{NAME}/steps/10.5B`"
    made = export(corpus, tmp_path, model=f"hf:{NAME}/steps/10.5B")
    assert made.receipt.id == "owner--toy--steps-10.5b-en"
    assert made.receipt.licence == "Apache-2.0"


def test_a_sharded_checkpoint_comes_whole(server: Server, corpus: Path, tmp_path: Path) -> None:
    from toys.hf_folder import write_tensors
    from toys.plain_checkpoints import plain_tensors

    source = checkpoint(tmp_path)
    tensors = plain_tensors(source)
    (source / "model.safetensors").unlink()
    halves = {"model-00001-of-00002.safetensors": tensors[:5], "model-00002-of-00002.safetensors": tensors[5:]}
    for name, half in halves.items():
        write_tensors(source / name, half)
    index = {"metadata": {}, "weight_map": {one.name: name for name, half in halves.items() for one in half}}
    (source / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    publish(server, folder_files(source), card=HUB_CARD)
    made = export(corpus, tmp_path)
    assert sum(file.path.endswith(".safetensors") for file in made.receipt.source_files) == 2


def test_pickles_alone_are_refused_with_the_way_out_and_no_weights_come(
    server: Server, corpus: Path, tmp_path: Path
) -> None:
    files = folder_files(checkpoint(tmp_path))
    files["pytorch_model.bin"] = files.pop("model.safetensors")
    publish(server, files)
    with pytest.raises(UnsupportedModelError) as caught:
        export(corpus, tmp_path)
    assert "it holds no safetensors, only pickles, which are never opened" in caught.value.reasons
    assert "`pytorch_model.bin` runs code when it is opened" in caught.value.reasons
    hint = caught.value.hint or ""
    assert "LlamaForCausalLM as M" in hint
    assert "M.from_pretrained('owner/toy').save_pretrained('toy')" in hint
    assert "@refs/pr/" in hint
    assert not [path for path in asked(server) if not path.endswith(".json")]
    assert installed_models() == []


def test_code_pickles_and_an_unknown_architecture_are_all_said_at_once(
    server: Server, corpus: Path, tmp_path: Path
) -> None:
    source = checkpoint(tmp_path)
    edited(
        source / "config.json",
        lambda config: config.update(model_type="qwen2_moe", auto_map={"AutoModel": "evil.Model"}),
    )
    files = folder_files(source)
    files["weights.pkl"] = files.pop("model.safetensors")
    publish(server, {**files, "evil.py": b"raise SystemExit"})
    with pytest.raises(UnsupportedModelError) as caught:
        export(corpus, tmp_path)
    said = "\n".join(caught.value.reasons)
    assert "`config.json` has an `auto_map`: code of its own, which others run with `trust_remote_code`" in said
    assert "`weights.pkl` runs code" in said
    assert "models of the type `qwen2_moe` cannot be converted to gguf" in said
    assert "the nearest that works is `qwen2`" in said
    assert not [path for path in asked(server) if path.endswith((".py", ".pkl"))]


def test_code_of_a_tokenizer_alone_is_refused_as_well(server: Server, corpus: Path, tmp_path: Path) -> None:
    source = checkpoint(tmp_path)
    edited(source / "tokenizer_config.json", lambda config: config.update(auto_map={"AutoTokenizer": ["evil.T", None]}))
    publish(server, folder_files(source))
    with pytest.raises(UnsupportedModelError, match=r"`tokenizer_config\.json` has an `auto_map`"):
        export(corpus, tmp_path)


def test_a_model_that_reads_pictures_is_refused_and_its_text_half_named(
    server: Server, corpus: Path, tmp_path: Path
) -> None:
    source = checkpoint(tmp_path)
    config = {
        "model_type": "blip-2",
        "architectures": ["Blip2ForConditionalGeneration"],
        "vision_config": {"hidden_size": 8},
        "text_config": {"model_type": "mt5"},
    }
    (source / "config.json").write_text(json.dumps(config), "utf-8")
    publish(server, folder_files(source))
    with pytest.raises(UnsupportedModelError) as caught:
        export(corpus, tmp_path)
    assert "models of the type `blip-2` read pictures" in caught.value.reasons[0]
    assert "the language model inside of it is a `mt5`, which can be exported" in caught.value.reasons[1]
    with pytest.raises(UnsupportedModelError) as caught:
        export(corpus, tmp_path, model=str(source))
    assert "language_model.save_pretrained('text')" in (caught.value.hint or "")


def test_non_commercial_terms_must_be_accepted_and_the_receipts_keep_that(
    server: Server, corpus: Path, tmp_path: Path
) -> None:
    publish(server, folder_files(checkpoint(tmp_path)), card={"license": "cc-by-nc-4.0"})
    with pytest.raises(UsageError, match=r"CC-BY-NC-4\.0") as caught:
        export(corpus, tmp_path)
    assert "--accept-licence" in (caught.value.hint or "")
    assert not [path for path in asked(server) if path.endswith(".safetensors")]
    made = export(corpus, tmp_path, accept_licence=True)
    said = [step.get("accepted_licence") for step in made.receipt.steps]
    assert said[:2] == ["CC-BY-NC-4.0"] * 2
    with pytest.raises(UsageError, match="forbid commercial use"):  # what was pulled under them is exported under them
        export(corpus, tmp_path, model="owner--toy", force=True)


def test_a_folder_whose_card_forbids_commercial_use_must_be_accepted_too(corpus: Path, tmp_path: Path) -> None:
    source = checkpoint(tmp_path)
    (source / "README.md").write_text("---\nlicense: cc-by-nc-sa-4.0\n---\n", "utf-8")
    with pytest.raises(UsageError, match="cc-by-nc-sa"):
        export(corpus, tmp_path, model=str(source))
    assert export(corpus, tmp_path, model=str(source), accept_licence=True).receipt.licence == "cc-by-nc-sa-4.0"


def test_bytes_that_were_changed_on_the_way_install_nothing(server: Server, corpus: Path, tmp_path: Path) -> None:
    publish(server, folder_files(checkpoint(tmp_path)))
    path = file_path("model.safetensors")
    server.files[path] = server.files[path][:-1] + b"X"
    with pytest.raises(IntegrityError):
        export(corpus, tmp_path)
    assert installed_models() == []
    assert not models_folder().exists() or not [*models_folder().iterdir()]


def test_a_configuration_that_is_no_json_is_named(server: Server, corpus: Path, tmp_path: Path) -> None:
    for data in (b"{", b"[]", b"\xff", b"[" * 100_000):
        publish(server, folder_files(checkpoint(tmp_path)) | {"config.json": data})
        with pytest.raises(ModelFormatError, match=r"`config\.json` of `hf:owner/toy` is damaged"):
            export(corpus, tmp_path)


def test_names_that_lead_elsewhere_are_never_asked_for(server: Server, corpus: Path, tmp_path: Path) -> None:
    files = folder_files(checkpoint(tmp_path))
    publish(server, {**files, "../../evil.json": b"1", "1_Pooling/../../../config.json": b"1", "/etc/LICENSE": b"1"})
    export(corpus, tmp_path)
    assert not [path for path in asked(server) if ".." in path or "etc" in path]
    assert not [*tmp_path.rglob("evil.json")]


def test_offline_switches_are_obeyed(
    server: Server, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEKIT_OFFLINE", "1")
    with pytest.raises(OfflineError):
        export(corpus, tmp_path)
    assert server.log == []


def test_what_is_here_is_named_when_the_hub_cannot_be_asked(
    server: Server, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(server, folder_files(checkpoint(tmp_path)))
    export(corpus, tmp_path)
    server.answers[api_path()] = (503, {})
    with pytest.raises(UnavailableError, match="did not give") as unreached:
        export(corpus, tmp_path)
    monkeypatch.setenv("EDGEKIT_OFFLINE", "1")
    with pytest.raises(UnavailableError, match="EDGEKIT_OFFLINE") as refused:
        export(corpus, tmp_path)
    for caught in (unreached, refused):
        assert (
            caught.value.hint == "`owner--toy` is here as it was pulled before: name it in the place of `hf:owner/toy`"
        )


def test_a_gated_repository_ends_the_command_with_its_hint(
    server: Server, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers[api_path()] = (401, {"X-Error-Code": "GatedRepo"})
    assert run(["export", f"hf:{NAME}", "--languages", "en", "--corpus", str(corpus)]) == SourceError.exit_code
    said = capsys.readouterr()
    assert said.out == ""
    assert "accept its terms at https://huggingface.co/owner/toy" in said.err
