"""How a corpus stands with its team, in words."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from annotator import i18n
from annotator.remotes.remote import UnreadableFile, UnreadableKind
from annotator.ui.session.sync_state import SyncPhase, SyncState, explain_sync, summarise_sync
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr

NOW = datetime(2026, 11, 28, 16, 30, tzinfo=timezone(timedelta(hours=1)))
IN_STEP = SyncState("الدستور", synced="2026-11-28T13:02:59Z")


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (IN_STEP, f"in step {isolate_ltr('14:02')}"),
        (SyncState("a"), "not in step yet"),
        (replace(IN_STEP, pending=3), "3 steps wait"),
        (replace(IN_STEP, pending=1), "1 step waits"),
        (replace(IN_STEP, pending=3, phase=SyncPhase.SYNCING), "syncing"),
        (replace(IN_STEP, pending=12, phase=SyncPhase.UNREACHABLE), "12 steps wait: no network"),
        (replace(IN_STEP, phase=SyncPhase.UNREACHABLE), "no network"),
        (replace(IN_STEP, pending=2, phase=SyncPhase.UNREACHABLE, is_folder=True), "2 steps wait: no folder"),
        (replace(IN_STEP, phase=SyncPhase.UNREACHABLE, is_folder=True), "the folder of the team is missing"),
        (replace(IN_STEP, pending=2, phase=SyncPhase.ACCESS_DENIED), "no access any more"),
        (replace(IN_STEP, phase=SyncPhase.PASSWORD_LOCKED), "the keyring is locked"),
        (replace(IN_STEP, phase=SyncPhase.OTHER_TEAM), "not the server of your team"),
        (replace(IN_STEP, phase=SyncPhase.OTHER_TEAM, is_folder=True), "not the folder of your team"),
        (replace(IN_STEP, phase=SyncPhase.NEWER_PROGRAM_NEEDED), "newer program needed"),
        (replace(IN_STEP, phase=SyncPhase.FAILED), "sync failed"),
    ],
)
def test_word_says_how_the_corpus_stands(state: SyncState, word: str) -> None:
    assert summarise_sync(state, NOW, "") == word


def test_time_of_another_day_has_the_day() -> None:
    day = isolate("27 November")
    word = summarise_sync(replace(IN_STEP, synced="2026-11-27T22:30:00Z"), NOW, "")
    assert word == f"in step {day}, {isolate_ltr('23:30')}"


def test_reason_and_what_is_safe_stand_in_the_explanation_of_a_failure() -> None:
    state = replace(IN_STEP, pending=3, phase=SyncPhase.FAILED, reason="The disk is full.")
    assert explain_sync(state, NOW, "").splitlines() == [
        "The last sync failed. It is tried again by itself; if that does not help, ask the lead of the team.",
        "The disk is full.",
        "3 steps wait in this file, where they are safe.",
        f"Last in step: {isolate_ltr('14:02')}",
    ]


def test_wrong_clock_stands_in_the_explanation() -> None:
    lines = explain_sync(replace(IN_STEP, clock_error=3 * 3600), NOW, "").splitlines()
    assert lines[-1].startswith("Set the clock of this computer: it is 3 hours ahead of")
    assert len(explain_sync(IN_STEP, NOW, "").splitlines()) == len(lines) - 1


def build_file(number: int, **values: Any) -> UnreadableFile:
    name, since = f"{'d' * 32}/{number:08}.changeset", "2026-11-28T13:02:59+00:00"
    return UnreadableFile(name, "d" * 32, "It is incomplete.", since, **values)


def test_unreadable_files_stand_in_the_explanation() -> None:
    """Not in place of what hinders more, and not so many that the rest is out of sight."""
    files = (
        build_file(1, later=2, people=("عمر",)),
        build_file(2, kind=UnreadableKind.MISSING, later=1),
        *map(build_file, (3, 4)),
    )
    state = replace(IN_STEP, unreadable=files)
    assert summarise_sync(state, NOW, "") == "a file cannot be read"
    assert summarise_sync(replace(state, pending=3), NOW, "") == "3 steps wait"
    assert summarise_sync(replace(state, phase=SyncPhase.UNREACHABLE), NOW, "") == "no network"
    first, damaged, missing, others = explain_sync(state, NOW, "").splitlines()
    assert first.endswith("Of that of the others, something is missing here.")
    quoted = isolate(f"{'d' * 32}/00000001.changeset")
    time = isolate_ltr("14:02")
    assert damaged.startswith(f"The file “{quoted}” in the folder of the team cannot be read, since {time}. It")
    assert f"It is from the computer of “{isolate('عمر')}”. 2 later files wait for it." in damaged
    assert "is missing in the folder of the team" in missing
    assert others == "2 more files cannot be read."


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("is_folder", [False, True])
@pytest.mark.parametrize("phase", SyncPhase)
def test_every_state_has_words_in_every_language(phase: SyncPhase, is_folder: bool, language: str) -> None:
    i18n.set_language(language)
    try:
        for pending in (0, 1, 2, 3, 11, 100):
            for synced in (None, datetime.now(UTC).isoformat()):
                state = SyncState("فريق", phase=phase, pending=pending, synced=synced, is_folder=is_folder)
                files = [build_file(pending, later=pending, kind=kind, people=("a",)) for kind in UnreadableKind]
                for each in (state, *(replace(state, unreadable=(file,) * (pending + 1)) for file in files)):
                    word, explanation = summarise_sync(each, NOW, ""), explain_sync(each, NOW, "")
                    assert word
                    assert "{" not in word + explanation
                    assert explanation.rstrip()[-1] in ".\u2069"  # a sentence, or a time
    finally:
        i18n.set_language("en")


def test_work_under_another_name_is_said_not_to_be_sent() -> None:
    state = replace(IN_STEP, member="Sanae", role="annotator")
    assert summarise_sync(state, NOW, "Omar") == f"the work of {isolate('Omar')} is not sent"
    first_line = explain_sync(state, NOW, "Omar").splitlines()[0]
    assert first_line.startswith(f"On this computer the team knows {isolate('Sanae')}")
    assert summarise_sync(replace(state, role="lead"), NOW, "Omar") == f"in step {isolate_ltr('14:02')}"
    offline = replace(state, phase=SyncPhase.UNREACHABLE)
    assert summarise_sync(offline, NOW, "Omar") == "no network"
