"""`fit.html`: what a fit found, as one page that needs no network and no script."""

from __future__ import annotations

from edgekit.core.units import bytes_in_words
from exporters.fit.fitted import Fitted
from exporters.fit.front import fits
from exporters.report.document import document, key_figures, table
from exporters.report.markup import Markup, element

_WIDTH, _HEIGHT = 760, 300
_LEFT, _BOTTOM, _EDGE = 70, 40, 24
_PREDICTED = (
    "Predicted before anything was built. Expected loss is how much more text costs in bits, by the vocabulary and by "
    "the types of the weights; it is against each model's own original, so it does not compare models."
)
_UNSEEN = "Measured on this machine, on text that the choice of tokens did not see. Speed is of one run."
_ALIGNED = (
    "Measured on this machine, on the aligned text. Where that is also text that the tokens were chosen by, other text "
    "loses more. Speed is of one run."
)


def render_fit(found: Fitted) -> str:
    """The whole page; every text of it is escaped."""
    request = found.request
    budget = [
        ("files", request.budget.size_bytes),
        ("memory", request.budget.memory_bytes),
    ]
    rows = found.rows()
    body = [
        element("h1", f"{request.task}: {', '.join(request.languages)}"),
        element("p", *(f"{line}. " for line in found.advice()[:2]) if found.taken is not None else ("Nothing fits.",)),
        key_figures(
            [
                *((name, f"at most {bytes_in_words(size)}") for name, size in budget if size is not None),
                ("predicted", f"{len(found.candidates):,} candidates"),
                ("built", f"{len(found.built)}"),
            ]
        ),
        element("h2", "What was built"),
        element("p", _ALIGNED if request.task == "translate" else _UNSEEN, class_="soft"),
        table([(title, "n" if at in (2, 4, 5, 7) else "") for at, title in enumerate(rows[0])], rows[1:]),
        element("h2", "What was predicted"),
        element("p", _PREDICTED, class_="soft"),
        _chart(found),
        table(
            [("model", ""), ("tokens", "n"), ("types", ""), ("size", "n"), ("memory", "n"), ("loss", "n"), ("", "")],
            (
                (
                    one.source,
                    f"{one.tokens:,}",
                    one.types,
                    bytes_in_words(one.size_bytes),
                    "unknown" if one.memory_bytes is None else bytes_in_words(one.memory_bytes),
                    f"{one.expected_loss:.2%}",
                    "" if fits(one, request.budget) else "over budget",
                )
                for one in sorted(found.candidates, key=lambda one: (one.source, one.size_bytes, one.id))
            ),
        ),
        *(element("p", line, class_="soft") for line in found.advice()[2:]),
        element("h2", "How it was made"),
        element("pre", request.command or "Python"),
    ]
    return document(f"{request.task} for {', '.join(request.languages)}: what fits", body)


def _chart(found: Fitted) -> Markup:
    """Expected loss over size; those built are filled, the budget is a line."""
    candidates = found.candidates
    largest = max([1, *(one.size_bytes for one in candidates)])
    most = max([0.01, *(one.expected_loss for one in candidates)])
    sources = sorted({one.source for one in candidates})
    built = {one.candidate.id for one in found.built}

    def across(size: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _EDGE) * size / largest

    def up(loss: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - 12) * loss / most

    drawn: list[Markup] = []
    for part in range(5):
        loss, size = most * part / 4, largest * part / 4
        drawn.append(element("line", class_="grid", x1=_LEFT, x2=_WIDTH - _EDGE, y1=up(loss), y2=up(loss)))
        drawn.append(element("text", f"{loss:.1%}", x=_LEFT - 10, y=up(loss) + 4, text_anchor="end"))
        drawn.append(element("text", bytes_in_words(size), x=across(size), y=_HEIGHT - 16, text_anchor="middle"))
    limit = found.request.budget.size_bytes
    if limit is not None and limit <= largest:
        drawn.append(element("line", class_="chosen", x1=across(limit), x2=across(limit), y1=8, y2=_HEIGHT - _BOTTOM))
    for one in candidates:
        title = element("title", f"{one.id}: {bytes_in_words(one.size_bytes)}, {one.expected_loss:.2%}")
        colour = f"c{sources.index(one.source) % 6}"
        place = {"cx": across(one.size_bytes), "cy": up(one.expected_loss)}
        drawn.append(element("circle", title, class_=colour, r=6 if one.id in built else 2.5, **place))
    return element(
        "svg", element("title", "Expected loss over size"), *drawn, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img"
    )
