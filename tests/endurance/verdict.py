"""Whether a corpus is what its annotator had seen when the process was killed: told by what the process had said."""

import shutil
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from annotator_at_work import ANNOTATORS, BY_KEY, CORPUS, EXPORTS, told
from msgspec import Struct
from resuming import back_and_forth
from soundness import Edited, Rows, faults, fingerprint, take_back

from annotator.formats.report import report_path
from annotator.jobs.export.existing_output import folder_digest, read_digest
from annotator.jobs.export.exporter import export
from annotator.model import history
from annotator.model.records import StepInfo
from annotator.store.corpus import Corpus

_TOLD: Final = 6  # faults: more say no more

Exported = list[str | None]
"""What was told of an export: the file and its report."""


class Ledger(Struct):
    """What is known of a corpus since it was looked at last: the edits and articles that it holds, each as their count
    and a number that tells them from others, and the exports beside it."""

    edits: tuple[int, str] = (0, "")
    articles: tuple[int, str] = (0, "")
    exports: dict[str, Exported] = {}


class Verdict(Struct):
    """What was found: faults, which there must not be, and counts of what was looked at."""

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
        self.refused: list[dict[str, Any]] = []
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
            self.refused += self.open
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
    """Look at the corpus in `folder`, whose last process said these lines, and at the exports beside it; then undo and
    redo in it."""
    story, rows = _Story(lines), Rows(folder / CORPUS)
    wrong = faults(rows)
    if _counted(rows.edits[: ledger.edits[0]], edited=True) != ledger.edits:
        wrong.append("edits that had been there are gone, or others")
    if _counted(rows.articles[: ledger.articles[0]]) != ledger.articles:
        wrong.append("articles that had been there are gone, or others")
    landed = _landed(story, rows, ledger, wrong)
    if story.screen:
        wrong += _other_than(story.screen, rows, story, landed)
    exports = {**ledger.exports, **story.exports}
    for name in EXPORTS:
        wrong += _export(folder, name, exports, unfinished=name == story.exporting)
    wrong += _strangers(folder)
    wrong = wrong[:_TOLD]
    annotator = story.screen["annotator"] if story.screen else random.choice(ANNOTATORS)
    undone, not_undone = back_and_forth(folder / CORPUS, annotator, random.randint(1, 4))
    wrong += not_undone
    after = Rows(folder / CORPUS, deeply=False)
    counts = {
        "steps": sum("step" in line for line in story.done),
        "landed": int(landed),
        "screens": int(story.screen is not None),
        "undone": undone,
    }
    ledger = Ledger(_counted(after.edits, edited=True), _counted(after.articles), exports)
    return Verdict(wrong, ledger, counts, len(after.articles))


def _counted(rows: list[Any], *, edited: bool = False) -> tuple[int, str]:
    """How many rows, and what tells them from others; of edits not the records, in which labels get other names."""
    said = msgspec.json.encode([row[:6] if edited else row for row in rows])
    return len(rows), sha256(said).hexdigest() if rows else ""


def _landed(story: _Story, rows: Rows, ledger: Ledger, wrong: list[str]) -> bool:
    """Whether what was announced last is done. Says what else is not as it was said."""
    steps, articles = rows.steps(), {uid for _id, uid, _text in rows.articles}
    known = {uid for _id, uid, _text in rows.articles[: ledger.articles[0]]}
    known |= {line["article"] for line in story.done if "article" in line}
    wrong += [f"{line} had been shown and is not there" for line in story.done if not _is_there(line, steps, articles)]
    for line in story.refused:
        if _is_there(line, steps, articles) and line.get("article") not in known and "step" in line:
            wrong.append(f"{line} was refused and is there")
    doubtful = [line for line in story.open if line.get("article") not in known and "stand" not in line]
    there = [_is_there(line, steps, articles) for line in doubtful if "labels" not in line]
    if len({*there}) > 1:
        wrong.append(f"half of what {story.verb} does is there: {there}")
    landed = any(there)
    for line in doubtful:
        if "labels" in line and line["labels"][0] != line["labels"][1]:
            if rows.labels not in line["labels"] or (there and landed != (rows.labels == line["labels"][1])):
                wrong.append(f"the labels {rows.labels} are neither those before nor those after")
            landed = landed or rows.labels == line["labels"][1]
            if landed and not _is_barred(line["deleted"], rows, story):
                wrong.append(f"{line['deleted']} is deleted, and what was before it can be undone")
    said = {line["step"] for line in [*story.done, *story.open] if "step" in line}
    said |= {edit.step for edit in rows.edits[: ledger.edits[0]]}
    wrong += [f"nobody said anything of step {uid}" for uid in steps if uid not in said]
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
    about = {edit.step for edit in rows.edits for said in deleted if f'"{said}"' in f"{edit.before}{edit.after}"}
    return {(edit.article, edit.annotator) for edit in rows.edits if edit.step in about} <= barred


def _other_than(shown: dict[str, Any], rows: Rows, story: _Story, landed: bool) -> list[str]:
    """In what the corpus is other than the screen, aside from what was done since."""
    here, mine = shown["article"], shown["annotator"]
    layer = deepcopy(rows.layer(here, mine))
    since = {line["step"] for line in [*story.stored, *(story.open if landed else [])] if "step" in line}
    wrong = take_back(
        layer, [edit for edit in rows.edits if edit.step in since and edit.article == here and edit.annotator == mine]
    )
    renamed: dict[str, str] = next((line["renamed"] for line in story.open if landed and "labels" in line), {})
    spans = {uid: {**span, "label": renamed.get(span["label"], span["label"])} for uid, span in shown["span"].items()}
    history_ = [
        StepInfo(edit.step, edit.name, edit.undoes)
        for edit in rows.edits
        if edit.article == here and edit.annotator == mine and edit.step not in since
    ]
    undo, redo = history.build_stacks({past.uid: past for past in history_}.values())
    status, note = layer["status"].get((here, mine)), layer["note"].get((here, mine))
    there = {
        "span": {key[0]: row for key, row in layer["span"].items()},
        "zone": {key[0]: row for key, row in layer["zone"].items()},
        "status": status and status["state"],
        "note": note and note["text"],
        "labels": rows.labels,
        "undo": [past.uid for past in undo],
        "redo": [past.uid for past in redo],
    }
    wanted = {name: shown[name] for name in there} | {"span": spans}
    if any("labels" in line for line in story.open) and landed:
        wanted["labels"] = rows.labels
    wrong += [
        f"{name}: the screen had {wanted[name]}, the corpus has {there[name]}"
        for name in there
        if there[name] != wanted[name]
    ]
    return [*wrong, *_place(shown, rows, story, landed)]


def _place(shown: dict[str, Any], rows: Rows, story: _Story, landed: bool) -> list[str]:
    """Where the annotator stands is written with the step."""
    there = list(rows.places.get(shown["annotator"], ()))
    told_of = [line["stand"] for line in story.open if "stand" in line]
    allowed = told_of[-1:] if landed and story.verb in BY_KEY else [*told_of, shown["place"] or []]
    return [] if there in allowed else [f"the annotator is at {there}, and was at {allowed}"]


def _export(folder: Path, name: str, exports: dict[str, Exported], *, unfinished: bool) -> list[str]:
    """Whether an export is the one that was told of, or the next one where that was under way: whole, and with its own
    report or none. What it is now is in `exports` then."""
    path = folder / "exports" / name
    found, known = told(path), exports.get(name, [None, None])
    if found == known:
        return []
    if not unfinished:
        return [f"the export {name} is not as it was left: {found}, not {known}"]
    exports[name] = found
    anew = path.with_name(f"anew.{name}")
    with Corpus.open(folder / CORPUS) as corpus:
        for _count in export(corpus, anew, EXPORTS[name]):
            pass
    whole = told(anew)
    report_path(anew).unlink()
    shutil.rmtree(anew) if anew.is_dir() else anew.unlink()
    if found[0] is None and path.suffix == "":
        aside = [one for one in path.parent.glob(f".{name}.*.old") if folder_digest(one) == known[0]]
        return [] if known[0] and aside else [f"the export {name} is gone"]
    if found[0] == known[0]:
        # The next export puts a report back that a killed one had set aside.
        is_back = known[1] is None and read_digest(report_path(path)) == found[0]
        return [] if is_back or found[1] in (known[1], None) else [f"the old export {name} has another report"]
    if found[0] == whole[0]:
        return [] if found[1] in (whole[1], None) else [f"the new export {name} has another report"]
    return [f"the export {name} is neither the old one nor the new one"]


def _strangers(folder: Path) -> list[str]:
    """Files that are neither hidden nor known."""
    known = {CORPUS, f"{CORPUS}-wal", f"{CORPUS}-shm", "exports", "incoming"}
    known |= {name + end for name in EXPORTS for end in ("", ".report.json")}
    there = [*folder.iterdir(), *(folder / "exports").glob("*")]
    return [f"there is {path}" for path in there if path.name not in known and not path.name.startswith(".")]
