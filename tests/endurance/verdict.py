"""Judge whether a corpus is what its annotator had seen when the process was killed, by what it had reported."""

import shutil
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from annotator_at_work import ANNOTATORS, BY_KEY, CORPUS, EXPORTS, digest_export
from msgspec import Struct
from resuming import undo_and_redo
from soundness import Edited, Rows, describe_article, find_faults, fingerprint, revert_edits

from annotator.formats.report import report_path
from annotator.jobs.export.existing_output import folder_digest, read_digest
from annotator.jobs.export.exporter import export
from annotator.model import history
from annotator.model.records import StepInfo
from annotator.store.corpus import Corpus

_MOST_FAULTS: Final = 6  # faults: more say no more

Exported = list[str | None]
"""What was told of an export: the file and its report."""


class Ledger(Struct):
    """What is known of a corpus since the last look: its edits and articles, and the exports beside it.

    Edits and articles are each a count and a digest.
    """

    edits: tuple[int, str] = (0, "")
    articles: tuple[int, str] = (0, "")
    exports: dict[str, Exported] = {}


class Verdict(Struct):
    """The result of a look at a corpus: faults, of which there must be none, and counts of what was looked at."""

    faults: list[str]
    ledger: Ledger
    counts: dict[str, int] = {}
    articles: int = 0


class _Story:
    """What a process said before it was killed."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.done: list[dict[str, Any]] = []
        """What was said to be done, of what was announced."""
        self.stored: list[dict[str, Any]] = []
        """That part of it which the screen did not show yet: an import that goes on."""
        self.rejected: list[dict[str, Any]] = []
        self.open: list[dict[str, Any]] = []
        """What was announced last, and may be done or not: all of it or nothing."""
        self.screen: dict[str, Any] | None = None
        self.verb = "opening"
        """What it was doing."""
        self.exporting: str | None = None
        self.exports: dict[str, Exported] = {}
        for line in lines:
            self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        if "doing" in line:
            self.verb = line["doing"]
        elif "exporting" in line:
            self.exporting = line["exporting"]
        elif "exported" in line:
            self.exports[line["exported"]], self.exporting = line["is"], None
        elif "not" in line:
            self.rejected += self.open
            self.open = []
        elif "stored" in line or "shown" in line:
            self.done += self.open
            self.stored += self.open
            self.open = []
            if "shown" in line:
                self.stored = []
                self.screen, self.verb = line["shown"], f"after {self.verb.removeprefix('after ')}"
        else:
            self.open.append(line)


def judge(folder: Path, lines: list[dict[str, Any]], ledger: Ledger, random: Random) -> Verdict:
    """Check the corpus in `folder`, whose last process reported these lines, and its exports; then undo and redo."""
    story, rows = _Story(lines), Rows(folder / CORPUS)
    wrong = find_faults(rows)
    if _count_rows(rows.edits[: ledger.edits[0]], edited=True) != ledger.edits:
        wrong.append("edits that had been there are gone, or others")
    if _count_rows(rows.articles[: ledger.articles[0]]) != ledger.articles:
        wrong.append("articles that had been there are gone, or others")
    landed = _has_landed(story, rows, ledger, wrong)
    if story.screen:
        wrong += _compare_with_screen(story.screen, rows, story, landed)
    exports = {**ledger.exports, **story.exports}
    for name in EXPORTS:
        wrong += _check_export(folder, name, exports, unfinished=name == story.exporting)
    wrong += _find_unexpected_files(folder)
    wrong = wrong[:_MOST_FAULTS]
    annotator = story.screen["annotator"] if story.screen else random.choice(ANNOTATORS)
    undone, not_undone = undo_and_redo(folder / CORPUS, annotator, random.randint(1, 4))
    wrong += not_undone
    after = Rows(folder / CORPUS, deeply=False)
    counts = {
        "steps": sum("step" in line for line in story.done),
        "landed": int(landed),
        "screens": int(story.screen is not None),
        "undone": undone,
    }
    ledger = Ledger(_count_rows(after.edits, edited=True), _count_rows(after.articles), exports)
    return Verdict(wrong, ledger, counts, len(after.articles))


def _count_rows(rows: list[Any], *, edited: bool = False) -> tuple[int, str]:
    """Return how many rows there are and their digest; of edits without the records, whose labels are renamed."""
    content = msgspec.json.encode([row[:6] if edited else row for row in rows])
    return len(rows), sha256(content).hexdigest() if rows else ""


def _has_landed(story: _Story, rows: Rows, ledger: Ledger, wrong: list[str]) -> bool:
    """Whether what was announced last is done. Adds to `wrong` what else is not as it was reported."""
    steps, articles = rows.steps(), {uid for _id, uid, _text in rows.articles}
    earlier = {uid for _id, uid, _text in rows.articles[: ledger.articles[0]]}
    earlier |= {line["article"] for line in story.done if "article" in line}
    wrong += [f"{line} had been shown and is not there" for line in story.done if not _is_there(line, steps, articles)]
    for line in story.rejected:
        if _is_there(line, steps, articles) and line.get("article") not in earlier and "step" in line:
            wrong.append(f"{line} was refused and is there")
    doubtful = [line for line in story.open if line.get("article") not in earlier and "stand" not in line]
    present = [_is_there(line, steps, articles) for line in doubtful if "labels" not in line]
    if len({*present}) > 1:
        wrong.append(f"half of what {story.verb} does is there: {present}")
    landed = any(present)
    for line in doubtful:
        if "labels" in line and line["labels"][0] != line["labels"][1]:
            if rows.labels not in line["labels"] or (present and landed != (rows.labels == line["labels"][1])):
                wrong.append(f"the labels {rows.labels} are neither those before nor those after")
            landed = landed or rows.labels == line["labels"][1]
            if landed and not _is_barred(line["deleted"], rows, story):
                wrong.append(f"{line['deleted']} is deleted, and what was before it can be undone")
    announced = {line["step"] for line in [*story.done, *story.open] if "step" in line}
    announced |= {edit.step for edit in rows.edits[: ledger.edits[0]]}
    wrong += [f"nobody said anything of step {uid}" for uid in steps if uid not in announced]
    return landed


def _is_there(line: dict[str, Any], steps: dict[str, list[Edited]], articles: set[str]) -> bool:
    """Whether what the line announces is there, and whole."""
    if "article" in line:
        return line["article"] in articles
    if "labels" in line or "stand" in line:
        return True  # a later one may have come
    edits = steps.get(line["step"], [])
    if line["name"] == history.LABELS_STEP:  # announced in parts
        return bool(edits)
    are: str = fingerprint((edit.before, edit.after) for edit in edits)
    is_whole: bool = len(edits) == line["edits"] and are == line["are"]
    return is_whole


def _is_barred(deleted: list[str], rows: Rows, story: _Story) -> bool:
    """Whether every layer that ever had a deleted label has a step that ends what can be undone in it."""
    barring = {line["step"] for line in story.open if line.get("name") == history.LABELS_STEP}
    barred = {(edit.article, edit.annotator) for edit in rows.edits if edit.step in barring}
    about = {edit.step for edit in rows.edits for label in deleted if f'"{label}"' in f"{edit.before}{edit.after}"}
    return {(edit.article, edit.annotator) for edit in rows.edits if edit.step in about} <= barred


def _compare_with_screen(screen: dict[str, Any], rows: Rows, story: _Story, landed: bool) -> list[str]:
    """Return how the corpus differs from the screen, apart from what was done since."""
    article, mine = screen["article"], screen["annotator"]
    layer = deepcopy(rows.layer(article, mine))
    since = {line["step"] for line in [*story.stored, *(story.open if landed else [])] if "step" in line}
    wrong = revert_edits(
        layer,
        [edit for edit in rows.edits if edit.step in since and edit.article == article and edit.annotator == mine],
    )
    renamed: dict[str, str] = next((line["renamed"] for line in story.open if landed and "labels" in line), {})
    spans = {uid: {**span, "label": renamed.get(span["label"], span["label"])} for uid, span in screen["span"].items()}
    history_ = [
        StepInfo(edit.step, edit.name, edit.undoes)
        for edit in rows.edits
        if edit.article == article and edit.annotator == mine and edit.step not in since
    ]
    undo, redo = history.build_stacks({past.uid: past for past in history_}.values())
    status, note = layer["status"].get((article, mine)), layer["note"].get((article, mine))
    stored = {
        "span": {key[0]: row for key, row in layer["span"].items()},
        "zone": {key[0]: row for key, row in layer["zone"].items()},
        "status": status and status["state"],
        "note": note and note["text"],
        **describe_article(layer, article),
        "labels": rows.labels,
        "undo": [past.uid for past in undo],
        "redo": [past.uid for past in redo],
    }
    wanted = {name: screen[name] for name in stored} | {"span": spans}
    if any("labels" in line for line in story.open) and landed:
        wanted["labels"] = rows.labels
    wrong += [
        f"{name}: the screen had {wanted[name]}, the corpus has {stored[name]}"
        for name in stored
        if stored[name] != wanted[name]
    ]
    return [*wrong, *_check_position(screen, rows, story, landed)]


def _check_position(screen: dict[str, Any], rows: Rows, story: _Story, landed: bool) -> list[str]:
    """Check that the position of the annotator is written with the step."""
    position = list(rows.places.get(screen["annotator"], ()))
    told_of = [line["stand"] for line in story.open if "stand" in line]
    allowed = told_of[-1:] if landed and story.verb in BY_KEY else [*told_of, screen["place"] or []]
    return [] if position in allowed else [f"the annotator is at {position}, and was at {allowed}"]


def _check_export(folder: Path, name: str, exports: dict[str, Exported], *, unfinished: bool) -> list[str]:
    """Check an export: it is the known one or, where the next one was under way, that one.

    It must be complete, with its own report or none. Its present digests are in `exports` afterwards.
    """
    path = folder / "exports" / name
    digests, previous = digest_export(path), exports.get(name, [None, None])
    if digests == previous:
        return []
    if not unfinished:
        return [f"the export {name} is not as it was left: {digests}, not {previous}"]
    exports[name] = digests
    anew = path.with_name(f"anew.{name}")
    with Corpus.open(folder / CORPUS) as corpus:
        for _count in export(corpus, anew, EXPORTS[name]):
            pass
    whole = digest_export(anew)
    report_path(anew).unlink()
    shutil.rmtree(anew) if anew.is_dir() else anew.unlink()
    if digests == whole:  # its files may be those of the old one, and its report counts what they leave out
        return []
    if digests[0] is None and path.suffix == "":
        aside = [other for other in path.parent.glob(f".{name}.*.old") if folder_digest(other) == previous[0]]
        return [] if previous[0] and aside else [f"the export {name} is gone"]
    if digests[0] == previous[0]:
        # The next export puts a report back that a killed one had set aside.
        is_back = previous[1] is None and read_digest(report_path(path)) == digests[0]
        return [] if is_back or digests[1] in (previous[1], None) else [f"the old export {name} has another report"]
    if digests[0] == whole[0]:
        return [] if digests[1] is None else [f"the new export {name} has another report"]
    return [f"the export {name} is neither the old one nor the new one"]


def _find_unexpected_files(folder: Path) -> list[str]:
    """Return files that are neither hidden nor expected."""
    expected = {CORPUS, f"{CORPUS}-wal", f"{CORPUS}-shm", "exports", "incoming"}
    expected |= {name + end for name in EXPORTS for end in ("", ".report.json")}
    paths = [*folder.iterdir(), *(folder / "exports").glob("*")]
    return [f"there is {path}" for path in paths if path.name not in expected and not path.name.startswith(".")]
