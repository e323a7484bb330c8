"""What a model is given of a marked text: masks for what it must not touch, and nothing of what is put back later.

Words and things that stand for words become masks, so that the sentence keeps its grammar. Tags, comments, emoji and
the marks of documents are taken out; they come back by the alignment.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set

from edgekit.core.errors import InputError
from edgekit.core.marked import Mark, MarkedText, in_order
from edgekit.protect.edits import Edit, Edited
from edgekit.protect.find import search
from edgekit.protect.foreign import Unreadable
from edgekit.protect.found import Found
from edgekit.protect.gaps import SHORT_GAP, is_of_gaps, word_beside
from edgekit.protect.icu import Argument, Branch, arguments, quoted
from edgekit.protect.markup import pairs as tag_pairs
from edgekit.protect.markup import separates
from edgekit.protect.masks import MaskForm, numbers_but
from edgekit.translate.capitals import capital_lines, lone_letters, lowered, readable
from edgekit.translate.prepared import Job, Prepared, Soft, Taken, Unit

_TAKEN_OUT = frozenset({"tag", "comment", "emoji"})
_CLOSING = frozenset(".,;:!?…)]}»”’。，、！？；：")
_LONGEST_GLUED = 40
# A keep that stands next to another one with nothing or one of these between is one thing to the model.
_JOINTS = frozenset({"", " ", ", ", ": ", "/", "-"})


def prepare(
    job: Job,
    form: MaskForm,
    *,
    unreadable: Unreadable | None,
    jobs: list[Job],
    lower: str | None,
    unread: Set[str] = frozenset(),
) -> Prepared:
    """Prepare a text; the branches of its messages are appended to jobs.

    lower: the language of a text whose lines in capitals become sentences, None where they stay as they are.
    unread: its capitals and quotation marks that the model has no piece for.
    Raises InputError where the text's own marks are impossible.
    """
    source = job.text
    if source.marks and (problems := source.problems()):
        raise InputError("the marks of a text are impossible", reasons=problems)
    text = source.text
    own = [mark for mark in source.marks if mark.kind == "keep"]
    found = search(
        text, unreadable=unreadable, taken=[(mark.begin, mark.end) for mark in own], counts=job.count is not None
    )
    if lone := lone_letters(text, unread):
        spans = [*((one.begin, one.end) for one in found), *((mark.begin, mark.end) for mark in own)]
        held = {at for begin, end in spans for at in range(begin, end)}
        found = tuple(sorted([*found, *(Found(*span, "foreign") for span in lone if span[0] not in held)]))
    if not found and not source.marks:
        lines = capital_lines(text, [], unread) if lower is not None else []
        model = MarkedText(readable(lowered(text, lines, [], lower or ""), unread))
        return Prepared(source, Edited(text, ()), model, capitals=lines, form=form)
    messages = arguments(text, counts=job.count is not None) if any(one.kind == "message" for one in found) else []
    # A keep of the caller's that has a part of a message's syntax, or all of it, is the caller's word against that.
    messages = [one for one in messages if not any(_is_against(mark, one) for mark in own)]
    return _Preparing(source, own, found, messages, form, lower, unread).run(jobs, job.count)


class _Preparing:
    def __init__(
        self,
        source: MarkedText,
        own: list[Mark],
        found: Sequence[Found],
        messages: Sequence[Argument],
        form: MaskForm,
        lower: str | None,
        unread: Set[str],
    ) -> None:
        text = source.text
        self.source, self.text, self.form, self.lower, self.unread = source, text, form, lower, unread
        self.names = {mark.name for mark in source.marks}
        self.messages = messages
        self.message_begins = [one.begin for one in messages]
        self.held: list[tuple[Mark, bool]] = [(mark, False) for mark in own]
        self.taken: list[Taken] = []
        self.quantities: list[Found] = []
        # Gaps that a word leads to: of `Name____` the word is translated, so that it must be seen as one.
        self.led: set[int] = set()
        for number, one in enumerate(found):
            mark = Mark(one.begin, one.end, "keep", self._name(one.kind, number))
            side = word_beside(text, one) if one.kind == "gap" else None
            if one.kind in _TAKEN_OUT or not text[one.begin : one.end].strip("\u2581") or side == "after":
                self.taken.append(Taken(mark))
            elif one.kind == "quantity":
                self.quantities.append(one)
            elif one.kind != "message" or not self._in_message(one.begin):
                self.held.append((mark, one.positional))
                if side == "before":
                    self.led.add(one.begin)
        self.taken = [one for one in self.taken if not self._in_message(one.mark.begin)]
        # Marks of the caller's that the branches of messages have.
        self.handed_on: set[str] = set()

    def _name(self, kind: str, number: int) -> str:
        name = f"{kind}-{number}"
        while name in self.names:
            name += "'"
        return name

    def run(self, jobs: list[Job], count: int | None) -> Prepared:
        units = self._units(jobs)
        for unit in units:
            if count is not None and self.text[unit.begin : unit.end] == "#":
                # A model that sees `23 apples` knows what to do; `XQ1Z apples` becomes `maçãs XQ1Z`.
                unit.shown, count = str(count), count + 1
            elif is_of_gaps(self.text[unit.begin : unit.end]):
                unit.shown = SHORT_GAP
        tags = self._tag_pairs()
        self._blanks(tags, units)
        others = {int(match[1]) for match in self.form.pattern.finditer(self.text)}
        free = numbers_but(others)
        numbers = tuple(next(free) for _ in units)
        masks = [
            self.form.write(number) if unit.shown is None else unit.shown
            for unit, number in zip(units, numbers, strict=True)
        ]
        edits = [Edit(unit.begin, unit.end, unit.lead + one) for unit, one in zip(units, masks, strict=True)]
        edits += [
            Edit(one.mark.begin - len(one.lead), one.mark.end + len(one.trail), " " if one.gap else "")
            for one in self.taken
        ]
        edited = Edited(self.text, edits)
        ends = [edited.forward(unit.end) for unit in units]
        unit_spans = [(end - len(one), end) for end, one in zip(ends, masks, strict=True)]
        lines = capital_lines(edited.text, unit_spans, self.unread) if self.lower is not None else []
        model_text = readable(lowered(edited.text, lines, unit_spans, self.lower or ""), self.unread)
        marks = [Mark(*span, "keep", f"unit-{at}") for at, span in enumerate(unit_spans)]
        marks += self._points_and_pairs(edited, tags)
        soft = [
            Soft(edited.forward(one.begin, after=True), edited.forward(one.end), self.text[one.begin : one.end])
            for one in self.quantities
        ]
        # A tag may stand between a quantity and a word: `5 mg<b>daily</b>`.
        soft = [
            one
            for one in soft
            if not (model_text[one.begin - 1 : one.begin].isalnum() or model_text[one.end : one.end + 1].isalnum())
        ]
        return Prepared(
            self.source,
            edited,
            MarkedText(model_text, in_order(marks)),
            units,
            self.taken,
            soft,
            lines,
            self.form,
            numbers,
            unit_spans,
            tags,
        )

    def _units(self, jobs: list[Job]) -> list[Unit]:
        """The spans that are masks: keeps and messages with what touches them, neighbours together."""
        single = [
            Unit(mark.begin, mark.end, [mark], [self.text[mark.begin : mark.end]], positional=positional)
            for mark, positional in self.held
            if not self._in_message(mark.begin)
        ]
        single += [self._message(message, jobs) for message in self.messages]
        single.sort(key=lambda unit: unit.begin)
        edges = sorted(
            {one.mark.begin for one in self.taken}
            | {one.mark.end for one in self.taken}
            | {edge for mark in self.source.marks if mark.kind != "keep" for edge in (mark.begin, mark.end)}
        )
        for unit in single:
            if unit.begin in self.led and not _has_edge(edges, unit.begin, unit.begin):
                unit.lead = " "
        merged: list[Unit] = []
        for at, unit in enumerate(single):
            following = single[at + 1].begin if at + 1 < len(single) else len(self.text)
            self._with_glued(unit, merged[-1].end if merged else 0, following, edges)
            if merged and self.text[merged[-1].end : unit.begin] in _JOINTS:
                last = merged[-1]
                if not _has_edge(edges, last.end, unit.begin):
                    last.pieces += [self.text[last.end : unit.begin], *unit.pieces]
                    last.keeps += unit.keeps
                    last.positional = last.positional or unit.positional
                    last.end = unit.end
                    continue
            merged.append(unit)
        begins = [unit.begin for unit in merged]
        self.quantities = [
            one
            for one in self.quantities
            if not self._in_message(one.begin)
            and not ((at := bisect_left(begins, one.end)) and merged[at - 1].end > one.begin)
        ]
        return merged

    def _in_message(self, place: int) -> bool:
        at = bisect_right(self.message_begins, place)
        return at > 0 and place < self.messages[at - 1].end

    def _with_glued(self, unit: Unit, least: int, most: int, edges: list[int]) -> None:
        """Take in the letters and digits that touch a unit: a mask among them would be read as one word with them."""
        begin, end = unit.begin, unit.end
        least, most = max(least, begin - _LONGEST_GLUED), min(most, end + _LONGEST_GLUED)
        while begin > least and not unit.lead and _glues(self.text[begin - 1]) and not _has_edge(edges, begin, begin):
            begin -= 1
        while end < most and _glues(self.text[end]) and not _has_edge(edges, end, end):
            end += 1
        unit.pieces = [self.text[begin : unit.begin], *unit.pieces, self.text[unit.end : end]]
        unit.begin, unit.end = begin, end

    def _message(self, argument: Argument, jobs: list[Job]) -> Unit:
        """A message, whose branches are jobs; where a mark of the caller's crosses its syntax it is left as it is."""
        inside = [mark for mark in self.source.marks if argument.begin <= mark.begin and mark.end <= argument.end]
        homes = {
            mark.name: next((one for one in argument.branches if one.begin <= mark.begin and mark.end <= one.end), None)
            for mark in inside
        }
        if any(home is None for home in homes.values()):
            keeps = [mark for mark in inside if mark.kind == "keep"]
            return Unit(argument.begin, argument.end, keeps, [self.text[argument.begin : argument.end]])
        self.handed_on |= homes.keys()
        pieces: list[str | int] = []
        keeps = []
        at = argument.begin
        for branch in argument.branches:
            keeps.append(Mark(at, branch.begin, "keep", self._name("syntax", at)))
            marks = [
                Mark(begin - branch.begin, end - branch.begin, "keep", self._name("quoted", begin))
                for begin, end in quoted(self.text, branch)
                if not any(mark.kind != "point" and mark.begin < end and begin < mark.end for mark in inside)
            ]
            marks += [
                Mark(mark.begin - branch.begin, mark.end - branch.begin, mark.kind, mark.name)
                for mark in inside
                if homes[mark.name] is branch
            ]
            jobs.append(Job(MarkedText(self.text[branch.begin : branch.end], in_order(marks)), _example(branch)))
            pieces += [self.text[at : branch.begin], len(jobs) - 1]
            at = branch.end
        keeps.append(Mark(at, argument.end, "keep", self._name("syntax", at)))
        return Unit(argument.begin, argument.end, keeps, [*pieces, self.text[at : argument.end]])

    def _tag_pairs(self) -> list[tuple[int, int]]:
        tags = [(at, one) for at, one in enumerate(self.taken) if self.text[one.mark.begin] == "<"]
        found = tag_pairs(self.text, [(one.mark.begin, one.mark.end) for _, one in tags])
        marks = [mark for mark in self.source.marks if mark.kind == "pair"]
        pairs = []
        for first, last in sorted(found):
            opening, closing = tags[first][1].mark, tags[last][1].mark
            crosses = any(
                opening.begin < mark.begin < closing.begin < mark.end
                or mark.begin < opening.begin < mark.end < closing.end
                for mark in marks
            )
            if not crosses:
                pairs.append((tags[first][0], tags[last][0]))
        return pairs

    def _blanks(self, tags: list[tuple[int, int]], units: list[Unit]) -> None:
        """Of the two blanks around what is taken out, one goes with it."""
        openers = {first for first, _ in tags}
        unit_begins, unit_ends = {unit.begin for unit in units}, {unit.end for unit in units}
        at = 0
        while at < len(self.taken):
            last = at
            while last + 1 < len(self.taken) and self.taken[last + 1].mark.begin == self.taken[last].mark.end:
                last += 1
            begin, end = self.taken[at].mark.begin, self.taken[last].mark.end
            before, after = self.text[begin - 1 : begin], self.text[end : end + 1]
            # A mask is a word, whatever it stands for: a keep of the caller's may begin with a blank.
            before, after = "x" if begin in unit_ends else before, "x" if end in unit_begins else after
            closed = not after or after == " " or after in _CLOSING or after == "\n"
            free = at == 0 or self.taken[at - 1].mark.end + len(self.taken[at - 1].trail) < begin
            if at in openers:
                if before in ("", " ", "\n") and after == " ":
                    self.taken[last].trail = " "
            elif before == " " and closed and free:
                self.taken[at].lead = " "
            elif before in ("", "\n") and after == " ":
                self.taken[last].trail = " "
            beside_unit = begin in unit_ends or end in unit_begins
            if (begin in unit_ends or before.isalnum()) and (end in unit_begins or after.isalnum()):
                run = self.taken[at : last + 1]
                if beside_unit or any(separates(self.text[one.mark.begin : one.mark.end]) for one in run):
                    first_opener = next((one for one in range(at, last + 1) if one in openers), last)
                    self.taken[first_opener].gap = True
            at = last + 1

    def _points_and_pairs(self, edited: Edited, tags: list[tuple[int, int]]) -> list[Mark]:
        marks = []
        paired = {one for pair in tags for one in pair}
        for at, one in enumerate(self.taken):
            if at not in paired:
                place = edited.forward(one.mark.begin - len(one.lead))
                marks.append(Mark(place, place, "point", f"taken-{at}"))
        spans = [
            (
                edited.forward(self.taken[a].mark.end + len(self.taken[a].trail), after=True),
                edited.forward(self.taken[b].mark.begin - len(self.taken[b].lead)),
                f"tag-{number}",
            )
            for number, (a, b) in enumerate(tags)
        ]
        spans += [
            (edited.forward(mark.begin, after=True), edited.forward(mark.end), f"own-{at}")
            for at, mark in enumerate(self.source.marks)
            if mark.kind == "pair" and mark.name not in self.handed_on
        ]
        marks += [Mark(begin, max(begin, end), "pair" if begin < end else "point", name) for begin, end, name in spans]
        marks += [
            Mark(edited.forward(mark.begin), edited.forward(mark.begin), "point", f"own-{at}")
            for at, mark in enumerate(self.source.marks)
            if mark.kind == "point" and mark.name not in self.handed_on
        ]
        return marks


def _is_against(mark: Mark, message: Argument) -> bool:
    inside = any(branch.begin <= mark.begin and mark.end <= branch.end for branch in message.branches)
    return mark.begin < message.end and message.begin < mark.end and not inside


def _example(branch: Branch) -> int | None:
    """A number that the branch would be taken for; a large one is none that languages have a word for."""
    if not branch.counts:
        return None
    return 1 if branch.selector in ("one", "=1") else 23


def _has_edge(edges: list[int], low: int, high: int) -> bool:
    at = bisect_left(edges, low)
    return at < len(edges) and edges[at] <= high


def _glues(character: str) -> bool:
    """Whether a mask next to it would be read as one word with it; scripts without spaces are cut anyway."""
    return (character.isalnum() or character == "_") and not "\u0e00" <= character < "\uac00"
