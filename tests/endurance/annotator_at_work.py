"""Work as a scripted annotator in a real session, and report in a pipe what is about to be done and what is shown.

Whoever reads the pipe may end the process at any time.

Each line is one JSON object. {"doing": verb} begins a verb; {"step": …}, {"article": …}, {"labels": …} and {"stand": …}
say what one transaction is about to write; {"shown": …} says that all of it is done, with what the screen shows then,
{"stored": …} that what an import has announced is done; {"not": …} that it was refused and nothing of it is written.
"""

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication
from soundness import fingerprint

from annotator.checks.all_checks import KINDS
from annotator.checks.boundaries import PUNCTUATION
from annotator.checks.issue import Fix, Issue
from annotator.formats.report import report_path
from annotator.jobs.export.existing_output import CannotExport, folder_digest
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.jobs.occurrences import find_in_corpus, label_occurrences
from annotator.jobs.undo import undo_step
from annotator.model.history import LABELS_STEP
from annotator.model.label_changes import REMOVE, LabelChange
from annotator.model.labels import Label, LabelSet, default_labels
from annotator.model.reasons import Code
from annotator.model.records import STATES, ZONE_KINDS, AnnotatedArticle, Edit, Span, Step, Suggestion
from annotator.store import row_mapping
from annotator.store.corpus import AddResult, Corpus
from annotator.store.errors import CorpusError
from annotator.store.label_set import change_labels, count_spans
from annotator.store.queries.training_data import StoredModel, last_edit_id, save_model
from annotator.text.proclitics import normalise_form
from annotator.text.tokenizer import tokenize
from annotator.ui.session.session import Session

CORPUS: Final = "desk.corpus"
ANNOTATORS: Final = ("Sanae", "عمر", "Ève")
EXPORTS: Final = {
    "flat.conll": ExportOptions(state="all", annotator=ANNOTATORS[0]),
    "whole.jsonl": ExportOptions(format="jsonl", state="all"),
    "standoff": ExportOptions(format="brat", state="all", annotator=ANNOTATORS[0]),
    "parts": ExportOptions(state="all", annotator=ANNOTATORS[0], split={"train": 1}),
}
"""What is exported, by the name of the file or the folder."""

_SAMPLES: Final = Path(__file__).resolve().parents[2] / "resources" / "samples"
_WORDS: Final = (  # with tatweel, marks, an emoji and a direction mark
    "أعلنت وزارة الصحة، يوم الإثنين 3 ماي 2024، عن خُطّةٍ وطنيـــة 2024-2030 😀 للأمم المتحدة "
    "في وجدة ولالأحزاب\u200f بالرباط"
)
_FILES: Final = frozenset(["os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "open"])

Tell = Callable[[dict[str, Any]], None]


class Death:
    """Ends this process as nothing in it can prevent, at the first of these since `begin`; 0 is never.

    Before SQL statement `statements`; before `folder` is touched for the time `files`, a file in it opened, moved,
    removed or made (what SQLite does is unseen); or `late` seconds after the commit `commits` has begun, while it is
    under way. Made before anything is opened.
    """

    def __init__(self, folder: Path, statements: int = 0, files: int = 0, commits: int = 0, late: float = 0) -> None:
        self._folder, self._is_counting = str(folder), False
        self._statements, self._files, self._commits, self._late = statements, files, commits, late
        if files:
            sys.addaudithook(self._count_file_event)
        if statements or commits:
            self._connect, sqlite3.connect = sqlite3.connect, self._connect_traced  # type: ignore[assignment]

    def begin(self) -> None:
        """Count from now on."""
        self._is_counting = True

    def _count_file_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._is_counting and event in _FILES and str(arguments[0]).startswith(self._folder):
            self._files -= 1
            if self._files == 0:
                _die()

    def _connect_traced(self, *arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = self._connect(*arguments, **options)
        connection.set_trace_callback(self._count)
        return connection

    def _count(self, statement: str) -> None:
        if not self._is_counting:
            return
        self._statements -= 1
        self._commits -= statement == "COMMIT"
        if self._statements == 0:
            _die()
        if self._commits == 0 and statement == "COMMIT":
            Thread(target=_die, args=[self._late]).start()  # SQLite works on meanwhile


def _die(late: float = 0) -> None:
    time.sleep(late)
    os.kill(os.getpid(), signal.SIGKILL)


class AnnouncingCorpus(Corpus):
    """A corpus that tells what it is about to write."""

    tell: Tell
    """Of all of them."""

    def apply_in_batches(self, step: Step) -> Iterator[int]:
        """As Corpus does."""
        if step.edits:
            _announce(self.tell, step, step.edits)
        return super().apply_in_batches(step)

    def add(self, draft: AnnotatedArticle) -> AddResult:
        """As Corpus does."""
        self.tell({"article": draft.article.uid})
        return super().add(draft)

    def save_position(self, annotator: str, article: str, offset: int) -> None:
        """As Corpus does."""
        self.tell({"stand": [article, offset]})
        super().save_position(annotator, article, offset)

    def _record_edits(self, step: Step, edits: Iterable[Edit]) -> None:
        edits = list(edits)
        if step.name == LABELS_STEP:
            _announce(self.tell, step, edits)
        super()._record_edits(step, edits)


def _announce(tell: Tell, step: Step, edits: Iterable[Edit]) -> None:
    records = [(row_mapping.encode_record(edit.before), row_mapping.encode_record(edit.after)) for edit in edits]
    tell(
        {
            "step": step.uid,
            "name": step.name,
            "annotator": step.annotator,
            "edits": len(records),
            "are": fingerprint(records),
        }
    )


def describe_screen(session: Session) -> dict[str, Any]:
    """Return what the session shows of the open article, in the form of soundness.Rows."""
    assert session.article
    assert session.corpus
    return {
        "annotator": session.annotator,
        "article": session.article.uid,
        "span": _to_builtins(session.spans),
        "zone": _to_builtins(session.zones),
        "status": session.status and session.status.state,
        "note": session.note and session.note.text,
        "title": session.article.custom_title,
        "published": session.article.published,
        "is_removed": session.removal is not None,
        "labels": [label.name for label in session.labels.labels],
        "undo": [step.uid for step in session.undoable],
        "redo": [step.uid for step in session.redoable],
        "place": session.corpus.last_position(session.annotator),
    }


def digest_export(path: Path) -> list[str | None]:
    """Return the digests of the export at `path` and of its report, None for a missing one."""
    digest = folder_digest(path) if path.is_dir() else _digest_file(path)
    return [digest, _digest_file(report_path(path))]


def _digest_file(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.exists() else None


def _to_builtins(records: Iterable[Any]) -> dict[str, Any]:
    return {record.uid: msgspec.to_builtins(record) for record in records}


def create_corpus(folder: Path, random: Random) -> None:
    """Make the corpus with some articles in it."""
    with Corpus.create(folder / CORPUS, default_labels()) as corpus:
        for _count in import_paths(corpus, random.sample(sorted(_SAMPLES.glob("*.txt")), 5)):
            pass


class ScriptedAnnotator:
    """The annotator and what they can do.

    Every verb returns whether it was done. Nothing is done twice in the same way, for `random` chooses.
    """

    def __init__(self, folder: Path, random: Random, tell: Tell) -> None:
        self._folder, self._random, self._tell = folder, random, tell
        self._reasons: list[str] = []
        self._session = Session(random.choice(ANNOTATORS))
        self._session.failed.connect(self._reasons.append)
        self._session.get_offset = self._choose_offset
        self._session.open(AnnouncingCorpus.open(folder / CORPUS))
        assert self._session.article
        tell({"shown": describe_screen(self._session)})

    def _choose_offset(self) -> int:
        """Return some place in the text that is open, as a caret would be."""
        article = self._session.article
        return self._random.randrange(min(100, len(article.text))) if article else 0

    def do(self, verb: str) -> None:
        """Do this, and tell."""
        self._tell({"doing": verb})
        self._reasons.clear()
        done = getattr(self, verb)()
        if done:
            self._tell({"shown": describe_screen(self._session)})
        else:
            self._tell({"not": self._reasons[-1] if self._reasons else "there was nothing to do"})

    # By key

    def tag(self) -> bool:
        return self._session.tag(self._choose_label(), *self._choose_range())

    def relabel(self) -> bool:
        span = self._choose_span()
        return span is not None and self._session.relabel(span, self._choose_label())

    def resize(self) -> bool:
        span = self._choose_span()
        return span is not None and self._session.resize(span, *self._choose_range())

    def remove(self) -> bool:
        span = self._choose_span()
        return span is not None and self._session.remove(span)

    def describe(self) -> bool:
        span = self._choose_span()
        return span is not None and self._session.describe(span, self._choose_value(), self._choose_value())

    def accept(self) -> bool:
        suggestion = self._make_suggestion()
        return self._session.accept(
            suggestion, self._random.choice([suggestion, replace(suggestion, label=self._choose_label())])
        )

    def accept_each(self) -> bool:
        return self._session.accept_all([self._make_suggestion() for _ in range(self._random.randint(1, 5))])

    def reject(self) -> bool:
        return self._session.reject(self._make_suggestion())

    def dismiss(self) -> bool:
        return self._session.dismiss(
            Issue(self._random.choice(KINDS), self._choose_label(), *self._choose_range(), "", Code.HUGE)
        )

    def apply_fix(self) -> bool:
        span, remedy = (
            self._choose_span(),
            Fix(self._random.choice([self._choose_label(), None]), *self._choose_range()),
        )
        if span is None:
            return False
        return self._session.apply_fix(
            Issue(PUNCTUATION, span.label, span.start, span.end, "", Code.PUNCTUATION, span.uid, remedy)
        )

    def write_note(self) -> bool:
        return self._session.write_note(self._choose_value())

    def set_title(self) -> bool:
        return self._session.set_title(self._choose_value())

    def set_published(self) -> bool:
        return self._session.set_published(self._random.choice([None, "2024-07-09", "2023-01-01T08:30"]))

    def toggle_removed(self) -> bool:
        return self._session.restore_article() if self._session.removal else self._session.remove_article()

    def set_state(self) -> bool:
        return self._session.set_state(self._random.choice(STATES))

    def mark_zone(self) -> bool:
        return self._session.mark_zone(self._random.choice(ZONE_KINDS), *self._choose_range())

    def undo(self) -> bool:
        return self._session.undo()

    def redo(self) -> bool:
        return self._session.redo()

    def open(self) -> bool:
        if not self._session.articles:
            return False
        self._session.open_article(self._random.randrange(min(8, len(self._session.articles))))
        return True

    def work_as(self) -> bool:
        self._session.switch_annotator(self._random.choice(ANNOTATORS))
        return True

    # By a job, which has a connection of its own

    def tag_all(self) -> bool:
        session, article = self._session, self._session.article
        assert article
        words = normalise_form(article.text, *self._choose_range(most=1))

        def job(corpus: Corpus) -> Generator[Any, None, Any]:
            occurrences = yield from find_in_corpus(corpus, session.annotator, words)
            return (
                yield from label_occurrences(
                    corpus, session.annotator, self._choose_label(), occurrences[:800], article.uid
                )
            )

        return self._run(job)

    def undo_by_job(self) -> bool:
        session = self._session
        past = session.undoable[-1:]
        return bool(past) and self._run(lambda corpus: undo_step(corpus, session.annotator, past[0].uid))

    def change_labels(self) -> bool:
        def job(corpus: Corpus) -> Generator[Any, None, Any]:
            change = self._make_label_change(corpus)
            names = [[label.name for label in labels.labels] for labels in (change.before, change.after)]
            self._tell({"labels": names, "renamed": change.new_names, "deleted": change.deleted_labels()})
            yield from change_labels(corpus, change)

        return self._run(job)

    def learn(self) -> bool:
        lessons = self._random.randrange(1_000_000)

        def job(corpus: Corpus) -> Generator[Any, None, Any]:
            yield
            doubts = {corpus.article(number).uid: float(lessons) for number in self._session.articles.numbers}
            model = self._random.randbytes(self._random.randrange(100_000))
            save_model(corpus, "model", StoredModel(model, lessons, last_edit_id(corpus)), doubts)

        return self._run(job)

    def import_files(self) -> bool:
        paths, strict = (
            [self._write_import_file() for _ in range(self._random.randint(1, 3))],
            self._random.random() < 0.2,
        )

        def job(corpus: Corpus) -> Generator[Any, None, Any]:
            importing = import_paths(corpus, paths, ImportOptions(annotator=self._session.annotator, strict=strict))
            if strict:
                skipped = (yield from importing).skipped
            else:
                skipped = []
                for _count in importing:
                    self._tell({"stored": True})
                    yield
            for path in paths:
                path.unlink()
            if skipped:  # a removed article, and nothing of the rest was stored
                raise CorpusError(skipped[0].reason)

        return self._run(job)

    def export(self) -> bool:
        name = self._random.choice(list(EXPORTS))
        self._tell({"exporting": name})
        path = self._folder / "exports" / name
        try:
            done = self._run(lambda corpus: export(corpus, path, EXPORTS[name]))
        except CannotExport as error:  # its report is missing, say: put away, as the sentence asks for
            self._reasons.append(str(error))
            if path.exists():
                path.rename(self._folder / "exports" / f".away.{self._random.getrandbits(64):x}")
            done = False
        self._tell({"exported": name, "is": digest_export(path)})
        return done

    # Inside

    def _run(self, job: Callable[[Corpus], Generator[Any, None, Any]]) -> bool:
        assert self._session.corpus
        try:
            with AnnouncingCorpus.open(self._session.corpus.path) as corpus:
                for _count in job(corpus):
                    pass
        except CorpusError as error:
            self._reasons.append(str(error))
            return False
        finally:
            self._session.reload_articles()
            self._session.reload()
        return True

    def _choose_label(self) -> str:
        return self._random.choice(self._session.labels.labels).name

    def _choose_span(self) -> Span | None:
        return self._random.choice(self._session.spans) if self._session.spans else None

    def _choose_range(self, most: int = 4) -> tuple[int, int]:
        assert self._session.article
        tokens = tokenize(self._session.article.text)
        first = self._random.randrange(len(tokens))
        last = min(len(tokens), first + self._random.randint(1, most)) - 1
        return tokens[first].start, tokens[last].end

    def _choose_value(self) -> str:
        return self._random.choice(["", "2024-07-09", "ملاحظة 😀", f"{self._random.getrandbits(40):x}"])

    def _make_suggestion(self) -> Suggestion:
        value = self._choose_value() or None
        return Suggestion(
            *self._choose_range(), self._choose_label(), self._random.choice(["dates", "names"]), 0.9, value
        )

    def _make_label_change(self, corpus: Corpus) -> LabelChange:
        """Rename a label, and add or remove one; no name comes back."""
        before, used = corpus.labels(), count_spans(corpus)
        labels = list(before.labels)
        self._random.shuffle(labels)
        fresh = replace(labels[0], name=f"L{self._random.getrandbits(48):x}")
        if len(labels) < 4:
            new = Label(f"L{self._random.getrandbits(48):x}", {}, fresh.colour, None)
            return LabelChange(before, LabelSet((fresh, *labels[1:], new)), _map_names(before, labels[0], fresh))
        gone = labels.pop()
        instead = {gone.name: self._random.choice([REMOVE, labels[1].name])} if used.get(gone.name) else {}
        renamed = {old: new for old, new in _map_names(before, labels[0], fresh).items() if old != gone.name}
        return LabelChange(before, LabelSet((fresh, *labels[1:])), renamed, instead)

    def _write_import_file(self) -> Path:
        """Write a file to import: a text, or lines with articles, some of them known, and spans, states and notes."""
        folder = self._folder / "incoming"
        folder.mkdir(exist_ok=True)
        name = f"{self._random.getrandbits(64):x}"
        if self._random.random() < 0.3:
            path = folder / f"{name}.txt"
            path.write_text(self._make_text(), encoding="utf-8")
            return path
        path = folder / f"{name}.jsonl"
        count = self._random.choice([3, 20, 130])
        with path.open("w", encoding="utf-8") as stream:
            for _ in range(count):
                article = self._session.article
                text = article.text if article and self._random.random() < 0.1 else self._make_text()
                places = [self._random.randrange(len(text) - 9) for _ in range(self._random.randrange(4))]
                spans = [
                    {
                        "start": start,
                        "end": start + 9,
                        "label": self._choose_label(),
                        "annotator": self._random.choice(ANNOTATORS),
                    }
                    for start in places
                ]
                line = {"text": text, "spans": spans, "states": {ANNOTATORS[0]: "done"}, "notes": {ANNOTATORS[1]: "x"}}
                stream.write(msgspec.json.encode(line).decode() + "\n")
        return path

    def _make_text(self) -> str:
        words = [
            *self._random.choices(_WORDS.split(), k=self._random.randint(8, 40)),
            f"{self._random.getrandbits(64):x}",
        ]
        return "\n".join([" ".join(words[:5]), " ".join(words[5:])])


def _map_names(before: LabelSet, old: Label, new: Label) -> dict[str, str]:
    return {label.name: new.name if label.name == old.name else label.name for label in before.labels}


BY_KEY: Final = {
    **dict.fromkeys(["tag", "undo"], 12),
    **dict.fromkeys(["relabel", "resize", "redo", "accept", "reject", "accept_each", "set_state"], 5),
    **dict.fromkeys(["remove", "describe", "dismiss", "apply_fix", "write_note", "mark_zone"], 3),
    **dict.fromkeys(["set_title", "set_published", "toggle_removed"], 2),
}
"""How often each verb is done, beside the others: those that are a step in the open article,"""
OTHERS: Final = {
    **dict.fromkeys(["open", "work_as"], 3),
    **dict.fromkeys(["tag_all", "undo_by_job", "change_labels", "learn", "import_files", "export"], 1),
}
"""and those that are not."""


def work(folder: Path, random: Random, tell: Tell, death: Death, first: str | None) -> None:
    """Work until the process is ended, with this verb first."""
    AnnouncingCorpus.tell = staticmethod(tell)
    (folder / "exports").mkdir(exist_ok=True)
    app = QCoreApplication([])
    annotator = ScriptedAnnotator(folder, random, tell)
    death.begin()
    if first:
        annotator.do(first)
    while app:
        annotator.do(*random.choices([*BY_KEY, *OTHERS], [*BY_KEY.values(), *OTHERS.values()]))
