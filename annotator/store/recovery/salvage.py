"""What can be brought back of a damaged corpus, into a new one, and what cannot.

Nearly everything stands in the file twice: in its table, and in the record of edits. What both say is sure. Where one
is lost the other stands for it, and where the two differ and no edit is missing that would explain it, neither does.
An article is its text: one whose text is not that of its uid is looked for in the backups.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from msgspec import Struct

from annotator.file_ops import discard_file, rename_file
from annotator.i18n import _, ngettext
from annotator.model.colours import next_ready
from annotator.model.labels import BadLabelSet, Label, LabelSet, check
from annotator.model.records import Record, article_uid
from annotator.store import index, rows, sqlite_errors
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, Damaged, ExistingCorpus, NewerCorpus
from annotator.store.recovery.damaged_database import Wreck
from annotator.store.recovery.integrity import damage
from annotator.store.recovery.reconciler import FOUND, SPARE, SURE, Loss, Settling
from annotator.store.restoring import look

_AT_ONCE: Final = 50  # articles, between two words about how far it is


class Salvaged(Struct, frozen=True):
    """What is in the new corpus, and what is not."""

    articles: int
    spans: int
    edits: int
    losses: tuple[Loss, ...]


def salvage(path: Path, target: Path, others: Sequence[Path] = ()) -> Generator[tuple[int, int], None, Salvaged]:
    """Bring what can be read of the damaged corpus at `path` into a new one at `target`, where there must be no file.

    Articles that it has lost are taken from `others`, backups of it, the best first. The damaged file is only read; no
    connection of this process may have it open (see `pages.Pages`). Yields how much of how much is done; closed before
    its end, it leaves nothing. What is in the new corpus has been looked through. Raises ExistingCorpus,
    NewerCorpus, Damaged (there is nothing of a corpus in it), CorpusError.
    """
    if target.exists():
        raise ExistingCorpus(_("“{path}” is there already.").format(path=target))
    with sqlite_errors.translating_file_errors(path):
        wreck = Wreck(path)
    making = target.with_name(f".{uuid4().hex}.part")
    try:
        if wreck.newer():
            raise NewerCorpus(sqlite_errors.newer_version_message(path))
        for done, total in wreck.survey():
            yield done, 2 * total
        with Corpus.create(making, LabelSet(())) as corpus:
            salvaged = yield from _Salvage(wreck, corpus).all(others, wreck.pages.count)
            if not salvaged.articles:
                raise Damaged(_("Nothing of a corpus can be read in “{path}”.").format(path=path))
        with sqlite_errors.translating_file_errors(target):
            rename_file(making, target)
        return salvaged
    finally:
        wreck.close()
        discard_file(making)


class _Salvage:
    """One salvage, into an empty corpus."""

    def __init__(self, wreck: Wreck, corpus: Corpus) -> None:
        self._wreck, self._corpus = wreck, corpus
        self._losses: list[Loss] = []
        self._gone: Counter[str] = Counter()  # edits of each article that is lost
        self._spare: dict[str, Label] = {}  # labels that a backup holds
        self._unnamed = 0  # articles that are lost and of which not even a title is known
        self._named: set[str] = set()  # the uids of those of which one is
        self._damaged: set[tuple[str, str]] = set()  # tables of which a row is damaged, and the article it is about
        self._missing: float = 0  # the last edit that may be one of those that are lost

    def all(self, others: Sequence[Path], pages: int) -> Generator[tuple[int, int], None, Salvaged]:
        corpus = self._corpus
        with corpus.transaction():
            corpus._db.execute("PRAGMA defer_foreign_keys = ON")
            corpus._db.execute("CREATE TEMP TABLE staged (article TEXT, kind TEXT, record TEXT, sure INTEGER)")
            self._labels()
            self._insert("annotator", (row.values for row in self._wreck.rows("annotator")))
            yield from self._articles(others, pages)
            self._edits(others)
            self._stage()
            corpus._db.execute("CREATE INDEX temp.staged_by_article ON staged(article)")
            settling = Settling(corpus, self._missing, self._losses, self._spare, self._wreck.lossy(), self._damaged)
            numbers = [number for (number,) in corpus.tuples("SELECT id FROM article ORDER BY id")]
            for done, number in enumerate(numbers):
                if done % _AT_ONCE == 0:
                    yield pages + pages * done // len(numbers), 2 * pages
                settling.settle(corpus.article(number))
            self._places()
            self._orphans()
            corpus._db.execute("DROP TABLE staged")
        if self._wreck.pages.torn:
            said = _("The log beside the file is not whole: what was written last may be missing.")
            self._lose("", "", said, lost=False)
        for problem in damage(corpus):
            self._losses.append(Loss(problem.table, problem.row, problem.message))
        self._count()
        [(articles, spans, edits)] = corpus.tuples(
            "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM span), (SELECT count(*) FROM edit)"
        )
        return Salvaged(articles, spans, edits, tuple(self._losses))

    # Labels, annotators, articles

    def _labels(self) -> None:
        found: list[Label] = []
        for row in sorted(self._wreck.rows("label"), key=lambda row: row.values["position"]):
            try:
                label = self._label(row.values, LabelSet(tuple(found)))
                check(LabelSet((*found, label)))
            except (CorpusError, BadLabelSet) as error:
                self._lose("label", row.values["name"], str(error))
                continue
            found.append(label)
        self._insert("label", (rows.from_label(label, at) for at, label in enumerate(found)))

    def _label(self, row: dict[str, Any], others: LabelSet) -> Label:
        """The label in a row; without a key, or with a colour that the fewest others have, where its own cannot be."""
        with suppress(CorpusError):
            return rows.to_label(row)
        ready = next_ready(others)
        colour = {"light": ready.light, "dark": ready.dark}
        try:
            label = rows.to_label({**row, "key": None})
        except CorpusError:
            try:
                label = rows.to_label({**row, **colour})
            except CorpusError:
                label = rows.to_label({**row, **colour, "key": None})
        said = _("The label {name} has another colour or no key: its own could not be read.")
        self._lose("label", label.name, said.format(name=label.name), lost=False)
        return label

    def _articles(self, others: Sequence[Path], pages: int) -> Iterator[tuple[int, int]]:
        """Those in the file, then those that only a backup has."""
        broken: dict[int, dict[str, Any]] = {}
        for row in self._wreck.rows("article"):
            if _whole(row.values):
                self._add_article(row.values)
                yield pages, 2 * pages
            else:
                broken[row.rowid] = row.values
        for other in others:
            try:
                with look(other) as backup:
                    self._spare = {label.name: label for label in backup.labels().labels} | self._spare
                    for (number,) in backup.tuples("SELECT id FROM article"):
                        [held] = backup.query("SELECT * FROM article WHERE id = ?", number)
                        if _whole(held) and self._add_article(dict(held)):
                            self._stage_zones(backup, held["uid"])
                        yield pages, 2 * pages
            except CorpusError:  # a backup that is damaged too
                continue
        there = {number for (number,) in self._corpus.tuples("SELECT id FROM article")}
        self._unnamed = len(set(range(1, max([*there, *broken, 1]))) - there - broken.keys())
        for number in sorted(broken.keys() - there):
            said = _("Article {number} (“{title}”) is lost: its text is damaged.")
            title = broken[number]["title"] or broken[number]["uid"]
            self._lose("article", str(number), said.format(number=number, title=title))
            self._named.add(broken[number]["uid"])

    def _add_article(self, row: dict[str, Any]) -> bool:
        """Add an article that is not there yet, under its number if that is free; whether it is new."""
        if self._corpus.tuples("SELECT 1 FROM article WHERE uid = ?", row["uid"]):
            return False
        if self._corpus.tuples("SELECT 1 FROM article WHERE id = ?", row["id"]):
            row = {**row, "id": None}
        number = self._corpus._insert("article", row)
        index.add_article(self._corpus._db, number, row["text"])
        return True

    def _stage_zones(self, backup: Corpus, uid: str) -> None:
        """Zones have no edits as they were at first: for where the file has lost them too."""
        for zone in backup.zones(uid):
            self._stage_record(zone, SPARE)

    # The record of edits

    def _edits(self, others: Sequence[Path]) -> None:
        """Take over the edits of articles that are there, as they are; know which are missing."""
        unread = 0
        seen: dict[int, str] = {}
        articles = {uid for (uid,) in self._corpus.tuples("SELECT uid FROM article")}

        def take(row: dict[str, Any]) -> bool:
            try:
                edit = rows.to_edit(row)
            except (CorpusError, ValueError):
                return False
            of = edit.after or edit.before
            who = getattr(of, "annotator", row["annotator"])  # a zone has none
            if row["id"] in seen or (edit.article, who) != (row["article"], row["annotator"]) or not who.strip():
                return False
            seen[row["id"]] = row["step"]
            if row["article"] in articles:
                self._corpus._know(row["annotator"])
                self._corpus._insert("edit", row)
            else:
                self._gone[row["article"]] += 1
            return True

        for row in self._wreck.rows("edit"):
            unread += not take(row.values)
        labels = {label.name for label in self._corpus.labels().labels}
        for other in others:
            with suppress(CorpusError), look(other) as backup:  # one that is damaged too is of no use
                there = dict(backup.tuples("SELECT id, step FROM edit"))
                # Of another past, or with labels of other names, it would say what never was.
                if {label.name for label in backup.labels().labels} == labels and all(
                    seen.get(id_, step) == step for id_, step in there.items()
                ):
                    for id_ in sorted(there.keys() - seen.keys()):
                        [held] = backup.query("SELECT * FROM edit WHERE id = ?", id_)
                        take(dict(held))
        last = max(seen, default=0)
        missing = set(range(1, last + 1)) - seen.keys()
        self._missing = float("inf") if "edit" in self._wreck.ends else max(missing, default=0)
        if missing or (unread and "edit" in self._wreck.ends):
            most = len(missing) or unread
            said = ngettext(
                "{count} edit of the record is lost: it cannot be undone.",
                "{count} edits of the record are lost: they cannot be undone.",
                most,
            )
            self._lose("edit", "", said.format(count=most))
        if "edit" in self._wreck.ends:
            said = _("The last edits of the record may be lost: where it ends is not known.")
            self._lose("edit", "", said)

    # What is about an article: from its table, and from the record

    def _stage(self) -> None:
        lengths = {row["uid"]: len(row["text"]) for row in self._corpus.query("SELECT uid, text FROM article")}
        for kind in rows.ABOUT_ARTICLES:
            table = rows.KEYS[kind][0]
            for row in self._wreck.rows(table):
                try:
                    record = rows.to_record(kind, row.values)
                    if (length := lengths.get(record.article)) is not None:
                        rows.check_place(record, length)
                except CorpusError as error:
                    self._damaged.add((table, row.values["article"]))
                    self._lose(table, str(row.rowid), str(error), lost=not self._is_recorded(kind, row.values))
                    continue
                self._stage_record(record, SURE if row.sure else FOUND)

    def _is_recorded(self, kind: type[Record], row: dict[str, Any]) -> bool:
        """Return whether the record of edits knows what a row is about, and so what it held."""
        query = "SELECT 1 FROM edit WHERE article = ? AND after IS NOT NULL AND instr(after, ?) LIMIT 1"
        names = [str(row[column]) for column in rows.KEYS[kind][1] if column != "article"]
        return kind in rows.RECORDED and bool(self._corpus.tuples(query, row["article"], *names))

    def _stage_record(self, record: Record, sure: int) -> None:
        row = {"article": record.article, "kind": rows.KEYS[type(record)][0], "record": rows.encoded(record)}
        self._corpus._insert("staged", row | {"sure": sure})

    # The rest

    def _places(self) -> None:
        for row in self._wreck.rows("place"):
            there = self._corpus.tuples("SELECT text FROM article WHERE uid = ?", row.values["article"])
            annotator, offset = row.values["annotator"], row.values["offset"]
            if there and annotator.strip():
                if not 0 <= offset <= len(there[0][0]):
                    offset = 0
                    said = _("Where {annotator} stopped in an article is not known any more.")
                    self._lose("place", annotator, said.format(annotator=annotator), lost=False)
                self._corpus._know(annotator)
                self._corpus._insert("place", {**row.values, "offset": offset}, "REPLACE")

    def _orphans(self) -> None:
        """Tell which articles are lost, and how many spans and edits with each."""
        query = (
            "SELECT article, sum(kind = 'span') FROM staged WHERE article NOT IN (SELECT uid FROM article) GROUP BY 1"
        )
        spans = dict(self._corpus.tuples(query))
        known = sorted({*spans, *self._gone})
        for uid in known:
            said = _("An article is lost, with its spans ({spans}) and edits ({edits}): {uid}")
            self._lose("article", uid, said.format(uid=uid, spans=spans.get(uid, 0), edits=self._gone[uid]))
        if (others := self._unnamed - len(set(known) - self._named)) > 0:
            said = ngettext(
                "{count} article is lost of which nothing is known.",
                "{count} articles are lost of which nothing is known.",
                others,
            )
            self._lose("article", "", said.format(count=others))

    def _count(self) -> None:
        """Tell what could not be read and was found nowhere else, by table."""
        for table, count in self._wreck.lost.items():
            if table in ("mention", "doubt", "learned"):
                continue  # made anew
            said = ngettext(
                "{count} page or row of the table “{table}” could not be read.",
                "{count} pages or rows of the table “{table}” could not be read.",
                count,
            )
            if not table:
                said = _("The first page, which says what is where, could not be read.")
            self._lose(table, "", said.format(count=count, table=table), lost=False)

    def _insert(self, table: str, new: Iterable[dict[str, Any]]) -> None:
        for row in new:
            self._corpus._insert(table, row, "IGNORE")

    def _lose(self, table: str, row: str, message: str, *, lost: bool = True) -> None:
        self._losses.append(Loss(table, row, message, lost))


def _whole(row: Any) -> bool:
    try:
        return bool(row["text"]) and article_uid(row["text"]) == row["uid"]
    except UnicodeEncodeError:
        return False
