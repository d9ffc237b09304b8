"""The story of the installed program: what it reads and decides by itself. The story runs under Wine alone."""

import os
import subprocess
import sys
from pathlib import Path

import package
import pytest

if sys.platform == "win32":
    pytest.skip("Wine is for other systems", allow_module_level=True)

import computer
import installed_story
import on_wine
import wine

from annotator.text.tokenizer import tokenize

ROOT = Path(__file__).resolve().parent.parent
EXPORTED = r"""Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\Software\Classes\.corpus]
@="ArabicNewsAnnotator.Corpus"

[HKEY_CURRENT_USER\Software\Classes\.corpus\OpenWithProgids]
"ArabicNewsAnnotator.Corpus"=""

[HKEY_CURRENT_USER\Software\Classes\ArabicNewsAnnotator.Corpus\shell\open\command]
@="\"C:\\users\\سناء\\annotator.exe\" \"%1\""
"Size"=dword:0000000a
"Long"=hex:01,02,\
  03
"""


def test_the_registry_is_read_as_windows_exports_it() -> None:
    classes = r"HKEY_CURRENT_USER\Software\Classes"
    assert computer.parse_registry(EXPORTED) == {
        rf"{classes}\.corpus": {"": "ArabicNewsAnnotator.Corpus"},
        rf"{classes}\.corpus\OpenWithProgids": {"ArabicNewsAnnotator.Corpus": ""},
        rf"{classes}\ArabicNewsAnnotator.Corpus\shell\open\command": {
            "": r'"C:\users\سناء\annotator.exe" "%1"',
            "Size": "dword:0000000a",
            "Long": "hex:01,02,  03",
        },
    }


def test_what_is_never_seen_ends_the_story() -> None:
    answers = iter((0, "", 7))
    assert computer.wait_until(lambda: next(answers), "a seven") == 7
    with pytest.raises(computer.Unexpected, match="Never seen in 0 seconds: a seven") as failure:
        computer.wait_until(lambda: 0, "a seven", seconds=0)
    assert failure.value.exit_code == 1
    with pytest.raises(computer.Unexpected, match="Not seen: a seven"):
        installed_story.expect(False, "a seven")


def test_what_is_frozen_is_made_by_programs_of_the_checkout() -> None:
    paths = [ROOT / word for _, command in package.FREEZING for word in command if word.startswith("packaging/")]
    assert len(paths) == len(package.FREEZING)
    assert [path for path in paths if not path.is_file()] == []
    assert [name for name in installed_story.FROZEN_FROM if not (ROOT / name).exists()] == []


def test_the_keys_label_what_the_story_looks_for() -> None:
    text = next(iter(installed_story.ARTICLES.values()))
    words = [text[token.start : token.end] for token in tokenize(text) if text[token.start].isalnum()]
    caret, selected, spans = 0, list[str](), list[tuple[str, str]]()
    for key in " ".join(installed_story.KEYS[:-1]).split():
        if key == "Left":
            caret += 1
        elif key == "shift+Left":
            selected = selected or [words[caret]]
            caret += 1
            selected.append(words[caret])
        else:
            spans.append(({"1": "DATE", "2": "INSTITUTION", "3": "PLAN"}[key], " ".join(selected)))
            selected = []
    assert spans == installed_story.SPANS


def test_a_window_is_told_from_what_learns_beside_it() -> None:
    program = r"C:\users\سناء\AppData\Local\Programs\ArabicNewsAnnotator\annotator.exe"
    assert computer.is_window([program, r"C:\news.corpus"])
    assert not computer.is_window([program, "learn", r"C:\news.corpus"])
    assert not computer.is_window([program.replace("annotator.exe", "annotator-commands.exe"), "list"])
    assert not computer.is_window(["start", program])
    assert not computer.is_window([])


def test_only_keys_of_wine_may_be_left_in_the_registry() -> None:
    software = r"HKEY_CURRENT_USER\Software"
    for key in (rf"{software}\Classes", rf"{software}\Wine\FileOpenAssociations\.corpus"):
        assert installed_story.is_wines_own(key)
    for key in (rf"{software}\Classes\.corpus", rf"{software}\ArabicNewsAnnotator"):
        assert not installed_story.is_wines_own(key)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["tests/text"], (["tests/text"], [])),
        (["--installed"], (None, [True])),
        ([], ([], [False])),
        (["--all"], (["--all"], [True])),
    ],
)
def test_the_story_runs_alone_or_after_all_tests_and_its_first_start_after_the_usual_ones(
    arguments: list[str], expected: tuple[list[str] | None, list[bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    stories: list[bool] = []
    monkeypatch.setattr(sys, "path", [*sys.path])

    def run_tests(arguments: list[str]) -> int:
        ran.append(arguments)
        return 0

    def run_story(is_whole: bool = True) -> int:
        stories.append(is_whole)
        return 1

    monkeypatch.setattr("wine_tests.main", run_tests)
    monkeypatch.setattr("installed_story.main", run_story)
    assert on_wine.main(arguments) == bool(stories)
    assert (ran[0] if ran else None, stories) == expected


def test_what_is_missing_is_said_by_the_program_that_takes_over() -> None:
    program = ROOT / "packaging" / "on_wine.py"
    completed = subprocess.run(
        [sys.executable, program], env={**os.environ, "PATH": ""}, capture_output=True, text=True
    )
    assert completed.returncode == 2
    assert completed.stderr.strip() in wine._REASONS.values()
