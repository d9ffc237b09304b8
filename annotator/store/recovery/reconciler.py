"""What one article comes to where its tables and the record of edits may each have lost something (see `salvage`)."""

import sqlite3
from collections.abc import Mapping
from typing import Final, cast

import msgspec
from msgspec import Struct

from annotator.i18n import _
from annotator.model import zones as zoning
from annotator.model.colours import next_ready
from annotator.model.history import LABELS
from annotator.model.labels import BadLabelSet, Label, LabelSet, check
from annotator.model.operations import Rejected, check_span, check_zones
from annotator.model.records import (
    Article,
    Edit,
    Note,
    Publication,
    Record,
    Rejection,
    Span,
    Status,
    Step,
    Zone,
    new_uid,
)
from annotator.store import index, rows
from annotator.store.corpus import Corpus, now
from annotator.store.errors import CorpusError

SPARE: Final = -1
"""A staged record that a backup holds: it counts where the file has none of its kind."""
FOUND: Final = 0
"""One that no tree led to, and that may have been deleted."""
SURE: Final = 1


class Loss(Struct, frozen=True):
    """What could not be brought back, or not for sure: the table, what names it there, and a sentence about it."""

    table: str
    row: str
    message: str
    lost: bool = True


class Settling:
    """Into a corpus that has its articles, their edits and, in the table `staged`, what their tables held.

    `missing` is the last edit that may be one of those that are lost; `losses` is added to; `spare` are labels by name,
    for spans whose label is lost; `lossy` the tables of which something is lost, and `damaged` those of which a row is
    damaged that is about an article, each with the article's uid.
    """

    def __init__(
        self,
        corpus: Corpus,
        missing: float,
        losses: list[Loss],
        spare: Mapping[str, Label],
        lossy: set[str],
        damaged: set[tuple[str, str]],
    ) -> None:
        self._corpus, self._missing, self._losses, self._spare = corpus, missing, losses, spare
        self._lossy, self._damaged = lossy, damaged
        self._recorded = bool(corpus.tuples("SELECT 1 FROM edit LIMIT 1"))
        self._labels = {label.name for label in corpus.labels().labels}
        self._annotators = set(corpus.annotators())

    def settle(self, article: Article) -> None:
        """Write what the article has of each kind, and into the record what it lacks of that."""
        tabled: dict[tuple[str, ...], tuple[Record, bool]] = {}
        query = "SELECT record, sure FROM staged WHERE article = ? ORDER BY sure"
        staged = [
            (msgspec.json.decode(text, type=Record), sure) for text, sure in self._corpus.tuples(query, article.uid)
        ]
        kinds = {type(record) for record, sure in staged if sure != SPARE}
        for record, sure in staged:
            if sure != SPARE or type(record) not in kinds:
                tabled[_key(record)] = (record, sure != FOUND)
        said: dict[tuple[str, ...], tuple[Record | None, int]] = {}
        missing = self._missing
        for row in self._corpus.query("SELECT * FROM edit WHERE article = ? ORDER BY id", article.uid):
            edit = rows.to_edit(row)
            of = edit.after or edit.before
            if not isinstance(of, rows.RECORDED):
                continue
            key = _key(of)
            if edit.before != said.get(key, (None, 0))[0] and (key in said or not isinstance(of, Zone)):
                missing = max(missing, row["id"])  # this edit is damaged, or one before it is: of whatever it was
            said[key] = edit.after, row["id"]
        kept: dict[tuple[str, ...], Record] = {}
        for key in dict.fromkeys([*tabled, *said]):
            if record := self._decided(article, key, tabled.get(key), said.get(key), missing):
                kept[key] = record
        self._write(article, kept)
        self._complete(article, {key: last for key, (last, _id) in said.items()}, kept)

    def _decided(
        self,
        article: Article,
        key: tuple[str, ...],
        tabled: tuple[Record, bool] | None,
        said: tuple[Record | None, int] | None,
        missing: float,
    ) -> Record | None:
        """What the table and the record of edits come to for one thing; what is not sure of it is told. `missing` is
        the last edit that may be lost."""
        row, sure = tabled or (None, True)
        if said is None:
            if row and (self._recorded or missing or not sure) and isinstance(row, Span | Status | Note):
                self._doubt(article, key, row)
            return row
        last, number = said
        if row == last:
            return row
        later = number < missing  # an edit may be missing that came after
        if not sure:
            row = None  # deleted, or older than what the record says
        if row is None:
            lossy = self._is_lossy(key[0], article)
            if not lossy and later:
                return None  # by the edit that is missing
            if lossy:
                if later and last:
                    self._doubt(article, key, last)
                return last
        elif later:
            self._doubt(article, key, row)
            return row
        told = _("Article {number}: what its table says of {row} is not what the record of edits says: {one}; {other}.")
        shown = {"one": rows.encoded(row) or "–", "other": rows.encoded(last) or "–"}
        of = row or last
        if of:
            name = ", ".join(key[1:])
            self._lose(key[0], name, told.format(number=article.id, row=_called(of, article), **shown))
        return None

    def _write(self, article: Article, kept: dict[tuple[str, ...], Record]) -> None:
        """Write the records that can be, each where it fits; the others are lost, and leave `kept`."""
        zones = [record for record in kept.values() if isinstance(record, Zone)]
        anew = not zones and self._is_lossy("zone", article)
        try:
            check_zones(article, zones)
        except Rejected:
            anew = True
        if anew:
            for zone in zones:
                del kept[_key(zone)]
            made = [Zone(new_uid(), article.uid, *stretch) for stretch in zoning.recognise(article.text)]
            kept |= {_key(zone): zone for zone in made}
            said = _("The zones of article {number} are recognised anew.").format(number=article.id)
            self._lose("zone", article.uid, said, lost=False)
        for key, record in list(kept.items()):
            try:
                if not isinstance(record, Zone | Status | Publication | Note):
                    check_span(article, cast(Span, record))
                    self._know_label(record.label)
                if not isinstance(record, Zone | Publication):
                    self._know(record.annotator)
                self._corpus._insert(key[0], rows.to_row(record))
            except (Rejected, BadLabelSet, CorpusError, sqlite3.IntegrityError) as error:
                del kept[key]
                said = _("Article {number}: {row} cannot be: {error}")
                said = said.format(number=article.id, row=_called(record, article), error=error)
                self._lose(key[0], ", ".join(key[1:]), said)
        texts = {article.uid: article.text}
        index.add_spans(self._corpus._db, [one for one in kept.values() if isinstance(one, Span)], texts)
        index.add_rejections(self._corpus._db, [one for one in kept.values() if isinstance(one, Rejection)], texts)

    def _complete(
        self, article: Article, said: dict[tuple[str, ...], Record | None], kept: dict[tuple[str, ...], Record]
    ) -> None:
        """Where the record of edits says something else than what is there now, have it end with that, in a step for
        each annotator which is not to be undone, nor what was before it."""
        edits: dict[str, list[Edit]] = {}
        for key, last in said.items():
            there = kept.get(key)
            if there != last:
                of = there or last
                edits.setdefault(getattr(of, "annotator", ""), []).append(Edit(last, there))
        somebody = next((name for name in edits if name), None) or next(iter(self._corpus.annotators()), None)
        for annotator, some in edits.items():
            who = annotator or somebody
            if who:
                self._know(who)
                self._corpus._remember(Step(new_uid(), who, now(), LABELS, tuple(some)), some)

    def _is_lossy(self, table: str, article: Article) -> bool:
        return table in self._lossy or (table, article.uid) in self._damaged

    def _know(self, annotator: str) -> None:
        if annotator not in self._annotators:
            self._corpus._know(annotator)
            self._annotators.add(annotator)

    def _know_label(self, name: str) -> None:
        """Make a label anew that spans have and whose row is lost."""
        if name in self._labels:
            return
        labels = self._corpus.labels()
        label = self._spare.get(name) or Label(name, {}, next_ready(labels))
        check(LabelSet((*labels.labels, label)))
        self._corpus._insert("label", rows.from_label(label, len(labels.labels)))
        self._labels.add(name)
        said = _("The label {name} is made anew, without its title and its key.")
        if name in self._spare:
            said = _("The label {name} is taken from a backup.")
        self._lose("label", name, said.format(name=name), lost=name not in self._spare)

    def _lose(self, table: str, row: str, message: str, *, lost: bool = True) -> None:
        self._losses.append(Loss(table, row, message, lost))

    def _doubt(self, article: Article, key: tuple[str, ...], record: Record) -> None:
        said = _("Article {number}: {row} may have been changed or removed since: an edit is missing.")
        said = said.format(number=article.id, row=_called(record, article))
        self._lose(key[0], ", ".join(key[1:]), said, lost=False)


def _key(record: Record) -> tuple[str, ...]:
    return (rows.KEYS[type(record)][0], *rows.key(record).values())


def _called(record: Record, article: Article) -> str:
    """A record as a person knows it."""
    if isinstance(record, Status):
        return record.state
    if isinstance(record, Zone):
        return _("a zone")
    if isinstance(record, Publication | Note):
        return _("a note")
    text = " ".join(article.text[record.start : record.end].split())
    return _("“{text}” ({label})").format(text=text, label=record.label)
