"""`report.html`: what an export did, as one page that needs no network and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edgekit.core.units import bytes_in_words
from edgekit.store.vocabulary import Alignment
from exporters.corpus.scripts import COMMON
from exporters.report.charts import COLOURS, loss_curve, weight_bars
from exporters.report.document import document, key_figures, table
from exporters.report.figures import Figures, Sample, ScriptCount
from exporters.report.markup import Markup, element, join
from exporters.report.quantising import quantising_section
from exporters.report.terminal import alignment_cells
from exporters.selection.base import Cost


def render_page(figures: Figures) -> str:
    """The whole page; every text of it is escaped."""
    receipt, vocabulary = figures.receipt, figures.receipt.vocabulary
    if vocabulary is None:
        raise ValueError("a report is about a trimmed vocabulary")
    sizes = figures.sizes
    before, after = sum(part[1] for part in sizes), sum(part[2] for part in sizes)
    body = [
        element("h1", receipt.id),
        element("p", receipt.name, class_="soft"),
        key_figures(
            [
                ("tokens kept", f"{vocabulary.after:,} of {vocabulary.before:,}"),
                ("size", f"{bytes_in_words(after)}, was {bytes_in_words(before)}"),
                ("languages", ", ".join([*receipt.languages.source, *receipt.languages.target])),
                ("licence", receipt.licence),
            ]
        ),
        *(element("p", note) for note in figures.selection.notes),
        element("h2", "What it weighs"),
        weight_bars(sizes),
        _weights(sizes),
        element("h2", "What it costs"),
        element("p", _COSTS, class_="soft"),
        loss_curve(figures.selection.curve, figures.selection.chosen),
        _costs(figures.selection.chosen.costs),
        element("h2", "What is proven"),
        element("p", _PROOF, class_="soft"),
        table(
            [("language", ""), ("lines", ""), ("proven identical", "n"), ("of", "n"), ("share", "n")],
            (
                (one.language or "any", one.part, f"{one.identical:,}", f"{one.lines:,}", f"{one.share:.2%}")
                for one in vocabulary.certificates
            ),
        ),
        *([] if vocabulary.alignment is None else _alignment(vocabulary.alignment)),
        *(part for step in receipt.steps if step.get("name") == "quantize" for part in quantising_section(step)),
        element("h2", "Scripts kept and lost"),
        _scripts(figures),
        element("h2", "Lines that the choice did not see"),
        *([_sample(one) for one in figures.samples] or [element("p", "There was no text to take lines from.")]),
        element("h2", "How it was made"),
        element("pre", figures.command),
        _origin(figures),
    ]
    return document(f"{receipt.id}: what trimming kept and cost", body)


_COSTS = (
    "Measured on lines that the choice of tokens did not see. Expected loss is how much more a text costs in bits, "
    "estimated; the dashed line is the size that was chosen. Fertility is tokens a word."
)
_ALIGNED = (
    "MEXA is the share of sentences that are closer to their own translation than to any other; a language that is "
    "kept may lose 0.03. Language Ranker is the mean cosine of translations, and beside it stands that of sentences "
    "that are none: what counts is how far they are apart."
)
_PROOF = (
    "A line is proven identical when each of its tokens is kept: it is cut into the same pieces, so the model reads "
    "the same numbers and computes the same ones as before."
)


def _weights(sizes: Sequence[tuple[str, int, int]]) -> Markup:
    return table(
        [("part", ""), ("before", "n"), ("after", "n")],
        (
            (
                join(element("span", class_=f"key-colour c{number % COLOURS}"), name),
                bytes_in_words(before),
                bytes_in_words(after),
            )
            for number, (name, before, after) in enumerate(sizes)
        ),
    )


def _costs(costs: Sequence[Cost]) -> Markup:
    measured = any(cost.bits_per_byte is not None for cost in costs)
    columns = [
        ("language", ""),
        ("tokens kept", "n"),
        ("fertility", "n"),
        ("unknown or byte", "n"),
        ("expected loss", "n"),
    ]
    return table(
        [*columns, *([("bits per byte", "n")] if measured else [])],
        (
            (
                cost.language or "any",
                f"{cost.coverage:.2%}",
                f"{cost.fertility_before:.3f} → {cost.fertility_after:.3f}",
                f"{cost.fallback_before:.2%} → {cost.fallback_after:.2%}",
                f"{cost.expected_loss:+.2%}",
                *([_bits(cost)] if measured else []),
            )
            for cost in costs
        ),
    )


def _bits(cost: Cost) -> str:
    if cost.bits_per_byte is None:
        return "not measured"
    before, after = cost.bits_per_byte
    return f"{before:.4f} → {after:.4f}"


def _alignment(alignment: Alignment) -> list[Markup]:
    prefix = f", with “{alignment.prefix.strip()}” before each" if alignment.prefix else ""
    return [
        element("h2", "How well languages are aligned"),
        element("p", _ALIGNED, class_="soft"),
        element("p", f"Compared with {alignment.pivot}, on {alignment.sentences} sentences{prefix}.", class_="soft"),
        table(
            [("language", ""), ("MEXA", "n"), ("Language Ranker", "n"), ("of no translations", "n")],
            map(alignment_cells, alignment.languages),
        ),
    ]


def _scripts(figures: Figures) -> Markup:
    kept = [one for one in figures.scripts if one.after]
    lost = [f"{one.script} ({one.before:,})" for one in figures.scripts if not one.after]
    rows = table(
        [("script", ""), ("tokens before", "n"), ("kept", "n"), ("share", "")],
        ((_script_name(one), f"{one.before:,}", f"{one.after:,}", _bar(one.after / one.before)) for one in kept),
    )
    return join(
        rows, element("p", f"Lost altogether: {', '.join(lost)}." if lost else "No script is lost.", class_="soft")
    )


def _script_name(count: ScriptCount) -> str:
    return "Zyyy: digits, marks, no text" if count.script == COMMON else count.script


def _bar(share: float) -> Markup:
    return element("span", element("i", style=f"width: {share:.1%}"), class_="bar", title=f"{share:.1%}")


def _sample(sample: Sample) -> Markup:
    same = list(sample.before) == list(sample.after)
    label = f"{sample.language or 'any'}, {len(sample.before)} tokens, " + (
        "identical" if same else f"now {len(sample.after)}"
    )
    known = set(sample.before)
    rows = [element("div", label, class_="tag"), _pieces(sample.before, known)]
    if not same:
        rows.append(_pieces(sample.after, known))
    return element("div", *rows, class_="sample", dir="auto")


def _pieces(pieces: Sequence[str], known: set[str]) -> Markup:
    return element(
        "div", *(element("span", one, class_="" if one in known else "new") for one in pieces), class_="pieces"
    )


def _origin(figures: Figures) -> Markup:
    receipt, vocabulary = figures.receipt, figures.receipt.vocabulary
    corpora: Any = vocabulary.corpora if vocabulary is not None else ()
    rows = [
        ("source", receipt.source),
        *(
            ("source file", f"{one.path}, {bytes_in_words(one.size_bytes)}, sha256 {one.sha256}")
            for one in receipt.source_files
        ),
        ("licence", f"{receipt.licence}; {receipt.attribution}"),
        *(
            (
                f"text, {one.language or 'any language'}",
                f"{one.lines:,} lines, {one.held_out_lines:,} of them held out, {bytes_in_words(one.size_bytes)}, "
                f"sha256 {one.sha256}",
            )
            for one in corpora
        ),
        *((f"step {step.get('name', '')}", _in_words(_settings(step))) for step in receipt.steps),
        ("tools", ", ".join(f"{name} {version}" for name, version in receipt.tools.items())),
        ("made", f"{receipt.created}, edgekit {receipt.edgekit}"),
    ]
    return table([("", "name"), ("", "")], rows)


def _settings(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """A step without what stands elsewhere on the page."""
    return {key: value for key, value in step.items() if key not in ("types", "loss")}


def _in_words(value: Any) -> str:
    """A step's settings without JSON's marks: `languages pt, en; sources pt (text 0.906)`."""
    if isinstance(value, Mapping):
        shown = {key: one for key, one in value.items() if key != "name"}
        return "; ".join(f"{key} {_inside(one)}" for key, one in shown.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_inside(one) for one in value)
    return f"{value:.3g}" if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value)


def _inside(value: Any) -> str:
    return f"({_in_words(value)})" if isinstance(value, Mapping) else _in_words(value)
