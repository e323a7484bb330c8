"""`edgekit export`: make a model small for a few languages."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli import output
from edgekit.cli.options import AsJson, CorpusField, EmbeddingQuant, Languages, ProgressMode, Vocab
from edgekit.core.errors import UsageError
from edgekit.core.events import Note
from edgekit.core.languages import normalise_tag
from edgekit.core.units import parse_bytes

if TYPE_CHECKING:
    from edgekit.pipeline.requests import Artifact, ExportPlan

SCHEMA = "edgekit.export/1"
_SIZE_OF_PIPE = (80, 24)


def export(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL|PATH", help="An installed model, a folder, a GGUF file, an artifact, or `hf:OWNER/NAME`."
        ),
    ],
    more: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT...]", help="More text, as the shell makes it of `--corpus *.txt` or `--aligned *.txt`."
        ),
    ] = None,
    languages: Languages = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            "--corpus",
            metavar="[TAG=]TEXT",
            help="Text of these languages: a file, a folder, a pattern, `-`; again for more. "
            "TAG where the name does not say the language.",
        ),
    ] = None,
    corpus_field: CorpusField = None,
    aligned: Annotated[
        list[str] | None,
        typer.Option(
            "--aligned",
            metavar="[TAG=]TEXT",
            help="Line-aligned text, a file a language: an encoder must align the languages kept as before.",
        ),
    ] = None,
    vocab: Vocab = None,
    coverage: Annotated[
        float | None, typer.Option("--coverage", metavar="X", help="Keep this share of text's tokens, as 0.999.")
    ] = None,
    max_size: Annotated[
        str | None, typer.Option("--max-size", metavar="SIZE", help="Keep what fits, as `90MB`.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", metavar="NAME", help="A recipe for a device: pi-zero, pi5, laptop.")
    ] = None,
    scripts: Annotated[
        list[str] | None, typer.Option("--scripts", metavar="CODES", help="Keep only these scripts, as `Latn,Ethi`.")
    ] = None,
    keep_text: Annotated[
        list[Path] | None, typer.Option("--keep-text", metavar="FILE", help="Keep every token of this text.")
    ] = None,
    quant: Annotated[
        str | None,
        typer.Option("--quant", metavar="TYPE", help="Quantise the weights, as `q4_k_m`; of ONNX `int8`, `int4`."),
    ] = None,
    embedding_quant: EmbeddingQuant = None,
    output_quant: Annotated[
        str | None,
        typer.Option("--output-quant", metavar="TYPE", help="Quantise the head, where it is no table of words."),
    ] = None,
    imatrix: Annotated[
        str | None,
        typer.Option(
            "--imatrix",
            metavar="FILE|off",
            help="Which inputs matter to the quantiser, a file of `llama-imatrix`; found on `--corpus` by default.",
        ),
    ] = None,
    container: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="gguf, hf or onnx; the model's own by default. A Hugging Face folder becomes gguf or onnx.",
        ),
    ] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Go on under terms that forbid commercial use.")
    ] = False,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="NAME",
            help="Make a translation model for openvino, qnn, qnn:CHIP, coreml, cuda, cpu-x86 or cpu-arm.",
        ),
    ] = None,
    npu_steps: Annotated[
        bool,
        typer.Option("--npu-steps", help="Decode on the target's NPU as well, a step at a time; else on the CPU."),
    ] = False,
    allow_loss: Annotated[
        bool,
        typer.Option(
            "--allow-loss", help="Go on where a language loses characters, alignment or more than the preset allows."
        ),
    ] = False,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Folder that the artifact's folder is made in.")
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Take the place of an artifact of the same name.")] = False,
    artifact_id: Annotated[
        str | None, typer.Option("--id", metavar="NAME", help="Id of the artifact, and its folder's name.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option("--licence", metavar="SPDX", help="Licence, where the model states none.")
    ] = None,
    attribution: Annotated[
        str | None, typer.Option("--licence-attribution", metavar="WHO", help="Whom to credit for the model.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would stay and what that costs.")] = False,
    as_json: AsJson = False,
    progress: ProgressMode = "auto",
) -> None:
    """Make a model small for a few languages. Prints the folder of the artifact.

    Keeps the tokens that these languages need and drops the others, with what that costs said before anything is
    written.

    \b
    Examples:
      edgekit export gemma-3-270m --languages pt,en --corpus texts/ --dry-run
      edgekit export gemma-3-270m --languages pt,en --corpus pt=news.txt --corpus en=news-en.txt --vocab 64000 -o out
      edgekit export hf:Qwen/Qwen3-0.6B --languages sw,en --format gguf --quant q4_k_m
      edgekit export firefox-en-pt --target openvino -o out
      edgekit export firefox-en-pt --target qnn:sm8550 --corpus en=news-en.txt -o out
    """
    from edgekit.cli.progress import Renderer
    from edgekit.pipeline.requests import ExportRequest
    from edgekit.pipeline.run import plan_export

    if more and bool(corpus) == bool(aligned):
        raise UsageError(
            f"{', '.join(f'`{one}`' for one in more)}: "
            + ("`--corpus` or `--aligned`, it is not clear which" if corpus else "only one model can be exported"),
            hint="put a pattern in quotes" if corpus else "text is given with `--corpus`, options come after the model",
        )
    request = ExportRequest(
        model,
        tuple(dict.fromkeys(normalise_tag(tag) for tag in listed(languages))),
        corpora=(*(corpus or ()), *((more or ()) if corpus else ())),
        corpus_field=corpus_field,
        aligned=(*(aligned or ()), *((more or ()) if aligned else ())),
        vocab=vocab,
        coverage=coverage,
        max_size_bytes=None if max_size is None else parse_bytes(max_size),
        preset=preset,
        scripts=None if scripts is None else frozenset(code.title() for code in listed(scripts)),
        keep_text=tuple(keep_text or ()),
        quant=quant,
        embedding_quant=embedding_quant,
        output_quant=output_quant,
        imatrix=imatrix,
        format=container,
        accept_licence=accept_licence,
        target=target,
        npu_steps=npu_steps,
        allow_loss=allow_loss,
        out=out,
        force=force,
        id=artifact_id,
        licence=licence,
        attribution=attribution,
        command=shlex.join(["edgekit", *sys.argv[1:]]),
    )
    with Renderer(mode=progress) as report:
        plan = plan_export(request, report=report)
        if dry_run:
            _show(plan, as_json)
            plan.check()
            return
        if progress == "json":
            output.narrate(json.dumps({"event": "plan", **plan.to_json()}, ensure_ascii=False))
        else:
            for line in _table(plan):
                report(Note(line))
        plan.check()
        artifact = plan.write(report)
    if as_json:
        output.json_object(_as_json(plan, artifact))
    else:
        output.data(str(artifact.folder))


def listed(values: list[str] | None) -> list[str]:
    """The parts of options that take several, commas between them."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]


def _table(plan: ExportPlan) -> list[str]:
    """For a terminal that draws, and for pipes, which keep the bytes; `TERM=dumb` gets ASCII."""
    width = shutil.get_terminal_size(_SIZE_OF_PIPE).columns
    return plan.table(width=width, plain=os.environ.get("TERM") == "dumb")


def _show(plan: ExportPlan, as_json: bool) -> None:
    if as_json:
        output.json_object({**plan.to_json(), "dry_run": True})
        return
    for line in _table(plan):
        output.data(line)


def _as_json(plan: ExportPlan, artifact: Artifact) -> dict[str, object]:
    receipt = artifact.receipt
    return {
        **plan.to_json(),
        "dry_run": False,
        "folder": str(artifact.folder),
        "size_bytes": receipt.size_bytes,
        "receipt": receipt.to_json(),
    }
