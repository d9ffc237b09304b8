"""Check docs/recipes.md: what it adds to a copy of the program, formats and more, then works.

CONTRIBUTING.md names every folder of tests, CONTEXT.md every package, docs/adr every decision.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pages
import pytest
from pages import ROOT

PAGE = pages.DOCS / "recipes.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
STEP = re.compile(r"`([\w./-]+)`:\n\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the program with what the page adds to it."""
    folder = tmp_path_factory.mktemp("recipes")
    for part in ("annotator", "resources"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "packaging/catalogues.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name, kind, content in STEP.findall(pages.text(PAGE)):
        path = folder / name
        if kind == "diff":
            path.write_text(changed(path.read_text(encoding="utf-8"), content), encoding="utf-8")
        else:
            assert not path.exists()
            path.write_text(content, encoding="utf-8")
    return folder


def changed(text: str, diff: str) -> str:
    """Return the text after a diff, each of whose parts is in it once."""
    for part in diff.split("@@\n"):
        lines = part.splitlines()
        before, after = ("\n".join(line[1:] for line in lines if line[0] != sign) for sign in "+-")
        assert text.count(before) == 1, f"found {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    return text


def test_the_recipes_work(copy: Path) -> None:
    typed = list(pages.follow(PAGE, copy))
    assert len(typed) == 10
    for line, expected, printed in typed:
        assert pages.prints(expected, printed), f"$ {line}\n{printed}"


def test_the_recipes_keep_to_the_rules_of_the_house(copy: Path) -> None:
    for command in (["check"], ["format", "--check"]):
        completed = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "annotator"],
            cwd=copy,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert completed.returncode == 0, completed.stdout


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
from annotator.model.labels import default_labels
from annotator.model.article_builder import build_article
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.ui import app

def answer():
    dialog = QApplication.activeModalWidget()
    print(type(dialog).__name__, dialog.findChild(QLabel).text())
    dialog.reject()

controller = app.ApplicationController(app.create_application(), Settings(language="en", annotator="Sanae"))
corpus = Corpus.create(Path("window.corpus"), default_labels())
corpus.add(build_article("Two words"))
controller.open_corpus(corpus)
window = controller.window
controller.session.tag("PLAN", 0, 3)
window.action("copy_spans").trigger()
print(window.action("copy_spans").text(), QApplication.clipboard().text(), window.toast.message())
QTimer.singleShot(100, answer)
window.action("count_words").trigger()
print(window.action("count_words").shortcut().toString())
window.suggestions.close()
controller.session.close()
"""


def test_action_and_dialog_of_the_recipes_work_in_a_window(copy: Path) -> None:
    completed = subprocess.run(
        [sys.executable, "-c", WINDOW],
        cwd=copy,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "ANNOTATOR_HOME": str(copy / "home"), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert completed.stdout.splitlines() == [
        "Copy spans\t\u2066Ctrl+Shift+Q\u2069 Two Spans copied.",
        "WordCountDialog 2 words",
        "Ctrl+W",
    ], completed.stderr


@pytest.mark.parametrize("recipe", ["An action", "A dialog"])
def test_an_action_and_a_dialog_are_one_file_and_one_line(recipe: str) -> None:
    section = pages.text(PAGE).partition(f"## {recipe}\n")[2].partition("\n## ")[0]
    module, table = STEP.findall(section)
    assert module[1] == "python"
    assert (table[0], table[1]) == ("annotator/ui/commands/table.py", "diff")
    assert [line[0] for line in table[2].splitlines() if line[0] in "+-"] == ["+"]


@pytest.mark.parametrize("recipe", ["A format that is read", "A format that is written"])
def test_a_format_is_one_file_and_one_line(recipe: str) -> None:
    section = pages.text(PAGE).partition(f"## {recipe}\n")[2].partition("\n## ")[0]
    module, registry = [step for step in STEP.findall(section) if step[0].endswith(".py")]
    assert module[1] == "python"
    assert (registry[0], registry[1]) == ("annotator/formats/registry.py", "diff")
    assert [line[0] for line in registry[2].splitlines() if line[0] in "+-"] == ["+"]


def test_the_page_names_every_folder_of_tests() -> None:
    own = {path.name for path in (ROOT / "annotator").iterdir()} | {"fixtures", "__pycache__"}
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert folders - own == set(re.findall(r"^\| `tests/(\w+)` \|", pages.text(CONTRIBUTING), re.MULTILINE))


def test_the_shape_of_the_code_is_all_there_is() -> None:
    (tree,) = pages.blocks(ROOT / "CONTEXT.md", "")
    names = {path.name for path in (ROOT / "annotator").iterdir() if path.is_dir() or path.suffix == ".py"}
    assert {name for name in names if not name.startswith("__") and name not in tree} == set()
