"""The sentences of a CoNLL-U document as an article (see `conllu`)."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from annotator.formats.conll.conllu_sentences import LARGEST, Sentence, Word, unescape
from annotator.formats.standoff.annotations import Tally
from annotator.i18n import _
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import (
    BODY,
    STATES,
    Draft,
    Note,
    Refusal,
    Remark,
    Repair,
    Span,
    Status,
    Zone,
    article_uid,
    new_uid,
)
from annotator.tagging import decoding
from annotator.text.tokenizer import Token
from annotator.text.visible import seen_from, visible

FIELDS: Final = "start:end:label:annotator:uid:value:note"
"""What a span of ours says, and what the comment `spans` of our documents says."""
METADATA: Final = ("title", "published", "source", "url")
NONE: Final = "_"

_ENTITIES: Final = ("Entity", "NamedEntity", "NE", "Span")
"""Keys of MISC under which other files have entities in ways that are not read."""
_EXACT: Final = frozenset(("SpacesAfter", "SpacesBefore", "SpacesInToken"))
_OFFSET: Final = re.compile(r"[0-9]{1,12}")


class Document:
    """A document whose sentences come one by one, and the article that they make.

    `passed` counts what is said of entities in ways that are not read.
    """

    def __init__(self, path: str, annotator: str, first: Sentence, passed: Tally) -> None:
        self._path, self._annotator, self._passed = path, annotator, passed
        self._line = first.line
        self._comments = first.comments
        self._own = first.comments.get("spans") == FIELDS
        self._size = self._length = 0
        self._pieces: list[str] = []
        self._last: Word | None = None
        self._paragraphs = False
        self._said: list[tuple[int, str]] = []
        self._tagged: list[tuple[list[Token], list[Word]]] = []
        self._remarks: dict[Remark, None] = {}

    def add(self, sentence: Sentence) -> None:
        """Take the next sentence, unless the article is longer than one can be."""
        self._size += sentence.size
        if self._size > LARGEST:  # nothing else of it matters
            return
        for line, reason in sentence.refused:
            self._refuse(line, reason)
        self._paragraphs = self._paragraphs or sentence.says("newpar")
        if not sentence.words:
            return
        if self._own:
            self._write(_joined(sentence.words)[0])
            self._said += ((word.line, word.misc["Span"]) for word in sentence.words if "Span" in word.misc)
        else:
            self._add_foreign(sentence)

    def finish(self) -> Iterator[Draft | Remark]:
        """The article, and what of it was not taken."""
        if self._size > LARGEST:
            self._refuse(self._line, _("The article is longer than {size} MB.").format(size=LARGEST // 1_000_000))
        elif found := self._article():
            yield found
        yield from sorted(self._remarks, key=lambda remark: (remark.line, remark.reason))

    def _refuse(self, line: int, reason: str) -> None:
        self._remarks[Refusal(self._path, line, reason)] = None

    def _repair(self, line: int, reason: str) -> None:
        self._remarks[Repair(self._path, line, reason)] = None

    def _write(self, said: str) -> None:
        self._pieces.append(said)
        self._length += len(said)

    def _add_foreign(self, sentence: Sentence) -> None:
        words = sentence.words
        said, places = _joined(words)
        said = said[: places[-1].end]
        given = sentence.comments.get("text", "").strip()
        if given and not any(_EXACT & word.misc.keys() for word in words):
            found = _found(given, words)
            if found is None:
                self._refuse(sentence.line, _("The sentence has other words than its text, and they were taken."))
            else:
                said, places = given, found
        self._write(self._gap(sentence))
        if any(tag.tag for word in words for tag in word.tags):
            moved = [Token(self._length + start, self._length + end) for start, end in places]
            self._tagged.append((moved, words))
        self._write(said)
        self._last = words[-1]
        for word in words:
            for key in _ENTITIES & word.misc.keys():
                opened, closed = word.misc[key].count("("), ")" in word.misc[key]
                self._passed.add(key, word.line, opened or not closed)

    def _gap(self, sentence: Sentence) -> str:
        """What stands in front of a sentence that is not ours."""
        if self._last is None:
            return ""
        after = self._last.after
        if "SpacesAfter" not in self._last.misc and (not self._paragraphs or sentence.says("newpar")):
            return "\n"
        return " " if after is None else after

    def _article(self) -> Draft | None:
        if self._last and "SpacesAfter" in self._last.misc:
            self._write(self._last.after or "")
        said = "".join(self._pieces)
        whole = [Zone(new_uid(), "", BODY, 0, len(said))]
        if not self._own:
            title = self._comments.get("title") or self._comments.get("newdoc id")
            known = {"title": title, "source": self._comments.get("source"), "url": self._comments.get("url")}
            return self._drafted(said, whole, known, self._entities())
        known = {key: unescape(self._comments[key]) for key in METADATA if key in self._comments}
        zones, spans = list(self._zones()), list(self._spans(len(said)))
        if self._comments.get("newdoc id") != article_uid(said):
            if zones or spans:
                reason = _("The text is not the one that its spans and zones were made for, and they are left out.")
                self._refuse(self._line, reason)
            return self._drafted(said, whole, known, [])
        return self._drafted(said, zones, known, spans) or self._drafted(said, whole, known, spans)

    def _drafted(
        self, said: str, zones: Iterable[Zone], known: dict[str, str | None], spans: Iterable[Span]
    ) -> Draft | None:
        """The article, or None where it cannot be one, which is then refused."""
        states, notes = (list(self._states()), list(self._notes())) if self._own else ([], [])
        try:
            return draft(said, zones=zones, spans=spans, states=states, notes=notes, line=self._line, **known)
        except Rejected as rejected:
            self._refuse(self._line, str(rejected))
            return None

    def _entries(self, key: str, given: str, between: str, count: int, line: int) -> Iterator[list[str]]:
        """The fields of each entry in a list of ours; refuses those that do not have so many."""
        for entry in given.split(between) if given else ():
            fields = entry.split(":")
            if len(fields) == count:
                yield fields
            else:
                reason = _("“{given}” is not as it should be in “{key}”.")
                self._refuse(line, reason.format(given=entry, key=key))

    def _spans(self, length: int) -> Iterator[Span]:
        """Our own spans, in a text of this length."""
        uids: set[str] = set()
        for line, given in self._said:
            for first, last, *named, value, note in self._entries("Span", given, ";", FIELDS.count(":") + 1, line):
                start, end = _offset(first), _offset(last)
                if not 0 <= start < end <= length:
                    reason = _("A span from {start} to {end} is not within the text.")
                    self._refuse(line, reason.format(start=first, end=last))
                    continue
                label, owner, uid = map(unescape, named)
                uid = uid if uid and uid not in uids else new_uid()
                uids.add(uid)
                owner = owner if owner.strip() else self._annotator
                optional = (None if said == NONE else unescape(said) for said in (value, note))
                yield Span(uid, "", owner, label, start, end, *optional)

    def _zones(self) -> Iterator[Zone]:
        for kind, start, end in self._entries("zones", self._comments.get("zones", ""), " ", 3, self._line):
            yield Zone(new_uid(), "", unescape(kind), _offset(start), _offset(end))

    def _states(self) -> Iterator[Status]:
        for entry in self._entries("states", self._comments.get("states", ""), " ", 2, self._line):
            annotator, state = map(unescape, entry)
            if state in STATES and annotator.strip():
                yield Status("", annotator, state)
            else:
                reason = _("“{state}” is no state of {annotator}.")
                self._refuse(self._line, reason.format(state=state, annotator=annotator))

    def _notes(self) -> Iterator[Note]:
        for entry in self._entries("notes", self._comments.get("notes", ""), " ", 2, self._line):
            annotator, said = map(unescape, entry)
            if said.strip() and annotator.strip():
                yield Note("", annotator, said.strip())

    def _entities(self) -> Iterator[Span]:
        """The entities that NER says, in whatever scheme; what had to be put right is said once of its kind."""
        rows = [
            [(tag.tag,) if tag.tag else () for word in words for tag in word.tags] for _places, words in self._tagged
        ]
        scheme = decoding.recognise(rows)
        told: set[str] = set()
        for (places, words), row in zip(self._tagged, rows, strict=True):
            where = [(place, tag.line) for place, word in zip(places, words, strict=True) for tag in word.tags]
            chunks, repairs = decoding.decode(row, scheme)
            for repair in repairs:
                if repair.reason not in told:
                    say = self._refuse if repair.kind == decoding.UNKNOWN else self._repair
                    say(where[repair.at][1], repair.reason)
                told.add(repair.reason)
            for label, start, end in chunks:
                (first, line), (last, _line) = where[start], where[end - 1]
                outside = [place for place, _line in (*where[max(start - 1, 0) : start], *where[end : end + 1])]
                if first in outside or last in outside:
                    reason = _("A span of {label} begins or ends within a word as it is written, and has all of it.")
                    self._repair(line, reason.format(label=label))
                yield Span(new_uid(), "", self._annotator, label, first.start, last.end)


def _offset(given: str) -> int:
    return int(given) if _OFFSET.fullmatch(given) else -1


def _joined(words: Iterable[Word]) -> tuple[str, list[Token]]:
    """The text of these words with what is said to stand between them, and where in it each of them is."""
    pieces: list[str] = []
    places: list[Token] = []
    at = 0
    for word in words:
        before = unescape(word.misc.get("SpacesBefore", ""))
        form = unescape(word.misc["SpacesInToken"]) if "SpacesInToken" in word.misc else word.form
        after = " " if word.after is None else word.after
        places.append(Token(at + len(before), at + len(before) + len(form)))
        pieces += (before, form, after)
        at = places[-1].end + len(after)
    return "".join(pieces), places


def _found(given: str, words: Iterable[Word]) -> list[Token] | None:
    """Where each of the words stands in a text that has them in order and nothing else; None in one that does not."""
    places: list[Token] = []
    at = 0
    for word in words:
        at = at if given.startswith(word.form, at) else seen_from(given, at)
        if not given.startswith(word.form, at):
            return None
        places.append(Token(at, at + len(word.form)))
        at = places[-1].end
    first, last = visible(given, at, len(given))
    return places if first == last else None
