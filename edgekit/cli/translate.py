"""`edgekit translate`: lines or a document in, their translation out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli.options import Threads
from edgekit.cli.review import tell_accepting
from edgekit.cli.text_argument import named_path
from edgekit.cli.text_io import check_out
from edgekit.cli.translate_files import check_document_options, check_line_out, kind_of_file, tell_plain
from edgekit.cli.translate_models import AUTO, bring_model, check_language_model, ends_of, opened, settings_of
from edgekit.core.errors import UsageError
from edgekit.core.languages import normalise_tag

_PROMPT = "plain"


def translate(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|FILE|-]",
            help="A text, or the name of an existing file. Left out or `-`: the standard input.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TAG",
            help="Language of the text; `auto`: each part is in one of its own. Not needed where only one fits.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--to", metavar="TAG", help="Language to translate to. Not needed where only one fits."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Write to FILE, a new one, when all is done."),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="KIND",
            help="What FILE is: lines, or a kind of document as md, html, docx. Else its ending says it; txt is lines.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that `-o` names if it is there.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what a document has to translate; write nothing.")
    ] = False,
    columns: Annotated[
        list[str] | None, typer.Option("--column", metavar="NAME|N", help="Of csv and tsv: translate this column.")
    ] = None,
    into: Annotated[
        str | None, typer.Option("--into", metavar="NAME", help="Of csv and tsv: put the translation into this column.")
    ] = None,
    keep_language: Annotated[
        bool, typer.Option("--keep-language", help="Of a document: do not change which language it says that it is in.")
    ] = False,
    keys: Annotated[
        list[str] | None, typer.Option("--key", metavar="PATH", help="Of json: translate this, as `items.*.title`.")
    ] = None,
    glossaries: Annotated[
        list[Path] | None,
        typer.Option("--glossary", metavar="FILE", help="Terms and what they must become: csv, tsv, tbx."),
    ] = None,
    no_memory: Annotated[bool, typer.Option("--no-memory", help="Do not use what people accepted before.")] = False,
    mixed: Annotated[
        bool, typer.Option("--mixed", help="Translate words of other languages inside a text by their own models.")
    ] = False,
    checked: Annotated[
        bool,
        typer.Option("--check-language", help="Leave lines that are in another language; documents always do that."),
    ] = False,
    romanized: Annotated[
        bool, typer.Option("--romanize", help="Put the text into Latin letters first, for a model that was trained so.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="ID|PATH", help="Translate with this one; a language model is prompted."),
    ] = None,
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", metavar="ID", help="How to ask a language model: plain, or another of `models.toml`."),
    ] = None,
    examples: Annotated[
        Path | None,
        typer.Option(
            "--examples",
            metavar="FILE",
            help="What a language model is shown: text, tab, translation in a line, or texts in the target language.",
        ),
    ] = None,
    through: Annotated[
        str | None,
        typer.Option(
            "--through", metavar="TAG", help="Go through this language; `edgekit eval route` tells whether to."
        ),
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="With `-o`: list what a person should look at, worst first.")
    ] = False,
    confidence: Annotated[
        bool,
        typer.Option("--confidence", help="Before each line how likely it is right, if that was measured, and a tab."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line of input, or one for a document.")
    ] = False,
    score: Annotated[
        bool, typer.Option("--score", help="Before each line its mean log-probability a token, and a tab.")
    ] = False,
    align: Annotated[
        bool,
        typer.Option("--align", help="After each line a tab and which characters became which, as `0-4:0-3 5-9:4-8`."),
    ] = False,
    threads: Threads = None,
    device: Annotated[
        str,
        typer.Option("--device", metavar="NAME", help="auto, npu, gpu, cpu, or one provider of `edgekit device`."),
    ] = "auto",
    literal: Annotated[bool, typer.Option("--text", help="TEXT is a text, even where a file has that name.")] = False,
    bring: Annotated[bool, typer.Option("--pull", help="Pull the models first that are not installed.")] = False,
) -> None:
    """Translate text, a document or the standard input.

    Every line of a text gives one line of output, in order; blank lines and line endings stay as they are. A document
    (md, html, srt, vtt, po, xliff, csv, json, docx, odt, pptx, epub) comes out in its own format. Placeholders, tags,
    addresses, code and numbers come through, or it is said where they did not.

    \b
    Examples:
      echo "Good morning, class." | edgekit translate --from en --to pt
      edgekit translate worksheet.docx --from en --to pt -o ficha.docx
      edgekit translate letter.txt --from en --to pt --glossary terms.csv -o carta.txt
    """
    from edgekit.translate.around import Around

    if len(glossaries or ()) > 1:
        raise UsageError("`--glossary` takes one file", hint="put the terms of all into one, the most important first")
    glossary = next(iter(glossaries or ()), None)
    if out is not None and str(out) == "-":
        out = None
    if out is not None and not dry_run:
        check_out(out)
    if force and out is None:
        raise UsageError("`--force` replaces the file that `-o` names, and none is named", hint="add `-o FILE`")
    if review and out is None and not dry_run:
        raise UsageError("`--review` writes where the translation would", hint="add `-o FILE`")
    wanted = (
        source if source == AUTO else normalise_tag(source) if source else None,
        normalise_tag(target) if target else None,
    )
    if wanted[0] is not None and wanted[0] == wanted[1]:
        raise UsageError(f"source and target are both `{wanted[0]}`", hint="name two languages")
    path = named_path(text, literal=literal)
    path = path if path is not None and path.is_file() else None
    found = kind_of_file(path, kind, dry_run=dry_run)
    tell_plain(path, kind)
    if checked and model is not None:
        raise UsageError("`--check-language` chooses the model of each line", hint="leave `--model` out")
    if bring and source == AUTO:
        raise UsageError("`--pull` cannot know what to bring for `auto`", hint="name the language with `--from`")
    _check_prompt(prompt)
    if bring and model is not None:
        bring_model(model)
    for option, value in (("--prompt", prompt), ("--examples", examples)):
        if value is not None:
            check_language_model(model, option)
    around = Around(
        model=model,
        prompt=prompt or _PROMPT,
        examples=examples,
        through=normalise_tag(through) if through else None,
        glossary=glossary,
        memory=not no_memory,
        suggestions=as_json or review,
        confidence=confidence or review or (as_json and found is not None),
        mixed=mixed,
        checked_language=checked,
        threads=threads,
        device=device,
    )
    if found is not None and path is not None:
        from edgekit.cli.documents import translate_file
        from edgekit.documents.base import DocumentOptions

        if score or align or romanized:
            raise UsageError("`--score`, `--align` and `--romanize` are for lines", hint="add `--as lines`")
        if confidence and not (as_json or review):
            raise UsageError("`--confidence` would show nothing", hint="a document's is in `--json` and `--review`")
        check_document_options(found, {"--column": columns, "--into": into, "--key": keys})
        # Counting needs no direction, and no model.
        begin, end = (wanted[0] or "", wanted[1] or "") if dry_run else ends_of(*wanted, model=model)
        translate_file(
            path,
            out,
            lambda: opened(begin, end, replace(around, checked_language=True), bring=bring),
            kind=found,
            options=DocumentOptions(
                source=None if begin in ("", AUTO) else begin,
                target=end or None,
                columns=tuple(columns or ()),
                into=into,
                keys=tuple(keys or ()),
                set_language=not keep_language,
            ),
            settings="" if dry_run else settings_of(begin, end, around),
            force=force,
            dry_run=dry_run,
            as_json=as_json,
            review=review,
            glossary=glossary is not None,
        )
        if review and out is not None and not dry_run and not into:
            tell_accepting(path, out, (begin, end), kind)
        return
    refused = {"--dry-run": dry_run, "--column": columns, "--into": into, "--key": keys}
    refused["--keep-language"] = keep_language
    given = [name for name, value in refused.items() if value]
    if given:
        raise UsageError(
            f"`{given[0]}` is for documents", hint="name a file, and add `--as KIND` if its ending says nothing"
        )
    if out is not None:
        rows = score or align or confidence
        allowed = ("json", "jsonl") if as_json else ("tsv",) if rows else ()
        check_line_out(out, path, force=force, allowed=allowed, named=kind is not None)
    from edgekit.cli.translate_lines import Shown, translate_lines

    shown = Shown(as_json, score, align, confidence, review, romanized, glossary is not None)
    translate_lines(text, literal, out, shown, lambda: opened(*ends_of(*wanted, model=model), around, bring=bring))
    if review and path is not None and out is not None and not (as_json or score or align or confidence):
        tell_accepting(path, out, ends_of(*wanted, model=model), kind)


def _check_prompt(prompt: str | None) -> None:
    """Raise UsageError where there is no such prompt."""
    if prompt is not None:
        from edgekit.catalogue.load import load_catalogue
        from edgekit.translate.filling import find_prompt

        find_prompt(load_catalogue(), prompt)
