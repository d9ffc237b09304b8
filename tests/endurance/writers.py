"""Let eight processes write to one corpus at once, while others import, export, copy and read, and check the result.

    python tests/endurance/writers.py --steps 500     steps of each writer; without it 60

Four annotators write in layers of their own on the same articles, and two work twice, each in two windows. Each reports
what was written and what was refused; at the end the corpus must contain the first and not the second. Ends with 1
where it does not. Needs a system with fork.
"""

import os
import shutil
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, Final, cast

import click
import msgspec
from forking import ForkedProcess
from msgspec import Struct
from PySide6.QtCore import QCoreApplication
from soundness import Rows, find_faults, fingerprint

from annotator import i18n
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.imports.importer import import_paths
from annotator.model import history, operations
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.store import row_mapping
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import Conflict, LockedCorpus
from annotator.text.tokenizer import tokenize
from annotator.ui.session.session import Session

ALONE: Final = ("Sanae", "عمر", "Ève", "لُبنى")
TWICE: Final = ("Hind", "يوسف")
_SAMPLES: Final = Path(__file__).resolve().parents[2] / "resources" / "samples"
_ARTICLES: Final = 3
_LABELS: Final = ("DATE", "INSTITUTION", "PLAN")


class Report(Struct):
    """What a process reports at its end.

    `written` has a digest of the edits by step, `rejected` the steps that were refused. `locked` is how often it was
    locked out, `hurried` the same for a window, which waits a quarter of a second and then tries again; `longest` the
    seconds of its longest step, and `wrong` what it saw that must not be.
    """

    written: dict[str, str] = {}
    rejected: list[str] = []
    locked: int = 0
    hurried: int = 0
    longest: float = 0.0
    log: int = 0
    """Bytes that the log had at most."""
    wrong: list[str] = []
    done: int = 0


def run(folder: Path, steps: int, seed: int) -> tuple[list[str], Counter[str]]:
    """Run them all in `folder`, which is new; return what is wrong at the end, and counts."""
    path = folder / "shared.corpus"
    _create_corpus(path)
    writers = [
        ForkedProcess(partial(_write, path, name, steps, Random(f"{seed}:{number}")))
        for number, name in enumerate(ALONE)
    ]
    writers += [
        ForkedProcess(partial(_work_at_window, path, name, steps, Random(f"{seed}/{number}")))
        for number, name in enumerate((*TWICE, *TWICE))
    ]
    others = [ForkedProcess(partial(work, path, folder)) for work in (_import, _export, _copy, _read)]
    reports = [msgspec.json.decode(writer.wait(), type=Report) for writer in writers]
    (folder / "ended").touch()
    beside = [msgspec.json.decode(other.wait(), type=Report) for other in others]
    stored = Rows(path)
    wrong = [*find_faults(stored), *(fault for report in (*reports, *beside) for fault in report.wrong)]
    steps_there = stored.steps()
    for report in reports:
        for uid, are in report.written.items():
            if fingerprint((edit.before, edit.after) for edit in steps_there.get(uid, ())) != are:
                wrong.append(f"step {uid} was written, and is not there as it was")
        wrong += [f"step {uid} was refused, and is there" for uid in report.rejected if uid in steps_there]
    announced = {uid for report in reports for uid in report.written}
    wrong += [
        f"nobody wrote step {uid}"
        for uid, (first, *_) in steps_there.items()
        if uid not in announced and first.name != history.IMPORT_STEP
    ]
    counts = Counter(
        written=sum(len(report.written) for report in reports),
        refused=sum(len(report.rejected) for report in reports),
        locked_out=sum(report.locked for report in (*reports, *beside)),
        windows_waiting=sum(report.hurried for report in reports),
        longest_ms=round(1000 * max(report.longest for report in reports)),
        log_kb=max(report.log for report in (*reports, *beside)) // 1000,
        imports=beside[0].done,
        exports=beside[1].done,
        copies=beside[2].done,
        snapshots=beside[3].done,
    )
    return wrong, counts


def _create_corpus(path: Path) -> None:
    def make() -> None:
        with Corpus.create(path, default_labels()) as corpus:
            for sample in sorted(_SAMPLES.glob("*.txt"))[:_ARTICLES]:
                corpus.add(build_article(sample.read_text(encoding="utf-8")))

    ForkedProcess(make).wait()


def _write(path: Path, annotator: str, steps: int, random: Random) -> Report:
    """Write by the methods of the store, with what was read some steps ago."""
    report = Report()
    with Corpus.open(path) as corpus:
        articles = [corpus.article(number) for number in range(1, _ARTICLES + 1)]
        layer: list[Span] = []
        done: list[Step] = []
        for count in range(steps):
            article = random.choice(articles)
            if count % 5 == 0 or (layer and layer[0].article != article.uid):
                layer = corpus.spans(article.uid, annotator)
            try:
                if done and random.random() < 0.2:
                    last = done.pop()
                    edits, undoes = list(history.reverse_step(last)), last.uid
                else:
                    edits, undoes = _make_edits(article, layer, annotator, random), None
            except operations.InvalidEdit:
                continue
            step = Step(new_uid(), annotator, utc_timestamp(), "tag", tuple(edits), undoes)
            if edits and _apply(corpus, step, report) and not undoes:
                done.append(step)
            report.log = max(report.log, _log_size(path))
    return report


def _make_edits(article: Any, layer: list[Span], annotator: str, random: Random) -> list[Edit]:
    tokens = tokenize(article.text)
    token = random.choice(tokens)
    label = random.choice(_LABELS)
    verb = random.random()
    if not layer or verb < 0.4:
        return operations.add_span(article, layer, annotator, label, token.start, token.end)
    span = random.choice(layer)
    if verb < 0.6:
        return operations.relabel(article, layer, span, label)
    if verb < 0.9:
        return operations.resize(article, layer, span, token.start, token.end)
    return operations.remove_span(span)


def _apply(corpus: Corpus, step: Step, report: Report) -> bool:
    since = time.monotonic()
    while True:
        try:
            corpus.apply(step)
        except LockedCorpus:
            report.locked += 1
        except Conflict:
            report.rejected.append(step.uid)
            return False
        else:
            report.written[step.uid] = _fingerprint(step)
            return True
        finally:
            report.longest = max(report.longest, time.monotonic() - since)


def _fingerprint(step: Step) -> str:
    return fingerprint(
        (row_mapping.encode_record(edit.before), row_mapping.encode_record(edit.after)) for edit in step.edits
    )


class _RememberingCorpus(Corpus):
    """A corpus that remembers the step that it was asked to write last."""

    last: Step | None = None

    def apply_in_batches(self, step: Step) -> Iterator[int]:
        self.last = step
        return super().apply_in_batches(step)


def _work_at_window(path: Path, annotator: str, steps: int, random: Random) -> Report:
    """Work at a window, while another window of the same annotator is open on the same article."""
    report, reasons, app = Report(), list[str](), QCoreApplication([])
    session = Session(annotator)
    session.failed.connect(reasons.append)
    corpus = _RememberingCorpus.open(path)
    session.open(corpus)
    session.open_by_id(1)
    article = session.article
    assert article
    assert app
    for count in range(steps):
        if count % 7 == 0:
            session.check_file()  # as the window does by the clock
        token, label = random.choice(tokenize(article.text)), random.choice(_LABELS)
        span = random.choice(session.spans) if session.spans else None
        verb, since = random.random(), time.monotonic()
        corpus.last = cast(Step | None, None)
        reasons.clear()
        if verb < 0.35 or not span:
            done = session.tag(label, token.start, token.end)
        elif verb < 0.5:
            done = session.relabel(span, label)
        elif verb < 0.7:
            done = session.resize(span, token.start, token.end)
        elif verb < 0.8:
            done = session.remove(span)
        elif verb < 0.95:
            done = session.undo()
        else:
            done = session.redo()
        while session.pending_step:
            report.hurried += 1
            session.retry_save()
            done = not reasons
        report.longest = max(report.longest, time.monotonic() - since)
        step = corpus.last
        if step and done:
            report.written[step.uid] = _fingerprint(step)
        elif step:
            report.rejected.append(step.uid)
            if not reasons:
                report.wrong.append(f"step {step.uid} was refused, and nobody was told")
        report.log = max(report.log, _log_size(path))
    session.close()
    return report


def _import(path: Path, folder: Path) -> Report:
    report, random = Report(), Random(1)
    for count in _repeat_until_ended(folder, report):
        file = folder / f"incoming{count}.jsonl"
        words = (_SAMPLES / "01-reading-plan.txt").read_text(encoding="utf-8").split()
        texts = [" ".join([*random.sample(words, 30), f"{random.getrandbits(64):x}"]) for _ in range(30)]
        spans = [{"start": 0, "end": 9, "label": "PLAN", "annotator": name} for name in (*ALONE, *TWICE)]
        file.write_bytes(b"".join(msgspec.json.encode({"text": text, "spans": spans}) + b"\n" for text in texts))
        while not _is_imported(path, file):
            report.locked += 1  # what was stored by then stays; once more, and the rest comes
        time.sleep(0.05)
    return report


def _is_imported(path: Path, file: Path) -> bool:
    try:
        with Corpus.open(path) as corpus:
            for _count in import_paths(corpus, [file]):
                pass
    except LockedCorpus:
        return False
    return True


def _export(path: Path, folder: Path) -> Report:
    report = Report()
    for count in _repeat_until_ended(folder, report):
        with Corpus.open(path, readonly=True) as corpus:  # it reads its file back: what is not whole is an error
            for _count in export(
                corpus, folder / f"export{count % 2}.jsonl", ExportOptions(format="jsonl", state="all")
            ):
                pass
    return report


def _copy(path: Path, folder: Path) -> Report:
    report = Report()
    for count in _repeat_until_ended(folder, report):
        copy = folder / f"copy{count}.corpus"
        source, target = sqlite3.connect(path), sqlite3.connect(copy)
        source.backup(target, pages=64, sleep=0.001)
        source.close()
        target.close()
        report.wrong += [f"in copy {count}: {fault}" for fault in find_faults(Rows(copy))]
        copy.unlink()
    return report


def _read(path: Path, folder: Path) -> Report:
    report = Report()
    for count in _repeat_until_ended(folder, report):
        report.wrong += [f"in snapshot {count}: {fault}" for fault in find_faults(Rows(path))]
    return report


def _repeat_until_ended(folder: Path, report: Report) -> Iterator[int]:
    """Yield counts until the writers have ended, at least once."""
    while not report.done or not (folder / "ended").exists():
        yield report.done
        report.log = max(report.log, _log_size(folder / "shared.corpus"))
        report.done += 1


def _log_size(path: Path) -> int:
    log = path.with_name(path.name + "-wal")
    return log.stat().st_size if log.exists() else 0


@click.command()
@click.option("--steps", default=60, show_default=True, help="Of each writer.")
@click.option("--seed", default=1, show_default=True, help="Of what each does; how they meet is the machine's.")
def main(steps: int, seed: int) -> None:
    """Have eight processes write to one corpus at once, and see what of it arrived."""
    folder = Path(mkdtemp(prefix="writers-"))
    os.environ["ANNOTATOR_HOME"] = str(folder / "home")
    i18n.set_language("en")
    since = time.monotonic()
    wrong, counts = run(folder, steps, seed)
    for name, count in counts.items():
        click.echo(f"{count:8} {name}")
    click.echo(f"{time.monotonic() - since:8.0f} seconds")
    for fault in wrong[:10]:
        click.echo(fault, err=True)
    if wrong:
        click.echo(f"what to look at: {folder}", err=True)
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
