"""The job without a screen, its pictures, and the pinned packages."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import demo
import dev
import pictures
import pytest
import window_driver
from consumers.reading import consumer
from guide_pictures import GUIDE_PICTURES
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication
from team_pictures import TEAM_PICTURES

from annotator.store.corpus import Corpus
from annotator.ui.widgets.theme import DARK

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GROUPS = ("dev", "consumers", "bench", "fuzz", "mutants")

# --- demo.py: its own corpus, and the pictures of it


def test_the_demo_empties_no_folder_but_its_own(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(SystemExit, match="holds other things"):
        demo.clear_folder(tmp_path)
    own = tmp_path / "own"
    demo.clear_folder(own)
    (own / "old").touch()
    demo.clear_folder(own)
    assert [path.name for path in own.iterdir()] == ["made-by-demo"]


@pytest.mark.slow
def test_a_picture_is_of_a_window_in_the_middle_of_the_work(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the windows, and one of what the guide and the pages for leads tell of; all of them take a minute."""
    monkeypatch.setattr(pictures, "LANGUAGES", ("ar",))
    monkeypatch.setattr(pictures, "THEMES", ("dark",))
    monkeypatch.setattr(pictures, "SIZES", ((1366, 768),))
    monkeypatch.setattr(pictures, "GUIDES", ("en",))
    monkeypatch.setattr(pictures, "GUIDE_PICTURES", {"nested": GUIDE_PICTURES["nested"]})
    monkeypatch.setattr(pictures, "TEAM_PICTURES", {"team": TEAM_PICTURES["team"]})
    target = tmp_path / "pictures"
    assert pictures.take_pictures(tmp_path, target) == 0
    assert pictures.picture_names() == ["window-ar-dark-1366x768.png", "nested-en.png", "team-en.png"]
    assert sorted(path.name for path in target.iterdir()) == sorted(pictures.picture_names())
    window, nested, team = (QImage(str(target / name)) for name in pictures.picture_names())
    assert window.size().toTuple() == (1366, 768)
    assert nested.width() < 800
    assert team.width() > 800
    dark = QColor(DARK.paper)
    assert window.pixelColor(683, 130) == dark
    with Corpus.open(tmp_path / "worked.corpus", readonly=True) as corpus:
        first = corpus.article(1)
        spans = corpus.spans(first.uid, window_driver.ANNOTATOR)
    tagged = sorted((first.text[span.start : span.end], span.value or "") for span in spans)
    assert tagged == sorted((tag.words, tag.value) for tag in window_driver.TAGS)


def test_a_picture_keeps_every_hue_in_256_colours(tmp_path: Path, qapp: QApplication) -> None:
    picture = QPixmap(200, 200)
    painter = QPainter(picture)
    for shade in range(200):
        painter.fillRect(0, shade, 200, 1, QColor(shade, shade, shade))
        painter.fillRect(shade, 199 - shade, 200, 1, QColor(shade, shade, 200))
    painter.fillRect(0, 0, 2, 2, QColor("#a03b2a"))
    painter.end()
    pictures._save(picture, tmp_path / "one.png")
    saved = QImage(str(tmp_path / "one.png"))
    assert saved.colorCount() == 256
    assert saved.pixelColor(0, 0) == QColor("#a03b2a")


# --- The pinned packages


def pins() -> dict[str, Requirement]:
    """Return the pinned packages by canonical name; of two versions, that of the running Python."""
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines]
    requirements.sort(key=lambda pin: pin.marker is None or pin.marker.evaluate())
    return {canonicalize_name(pin.name): pin for pin in requirements}


def test_the_constraints_are_names_and_exact_versions() -> None:
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert re.fullmatch(r'[\w.-]+==[\w.]+(; [\w ]+ [=<>!]+ "[\w.]+")?', line), line
    assert len({(canonicalize_name(pin.name), str(pin.marker)) for pin in map(Requirement, lines)}) == len(lines)
    assert lines == sorted(lines, key=str.lower)


def needed(requirements: list[str], environments: list[dict[str, str]]) -> set[str]:
    """Every package that the requirements bring on one of the environments at least."""
    packages, waiting = set(), [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        marker = requirement.marker
        if marker and not any(marker.evaluate({**environment, "extra": extra}) for environment in environments):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in {"", *requirement.extras}:
            if (name, wanted) not in packages:
                packages.add((name, wanted))
                try:
                    waiting += [(Requirement(text), wanted) for text in importlib.metadata.requires(name) or []]
                except importlib.metadata.PackageNotFoundError:
                    assert marker, f"{name} is not installed"  # another system's
    return {name for name, _ in packages}


OWN = {"pip", PROJECT["name"]}  # sqlite-utils names pip, and every environment has it from the start


def environments() -> list[dict[str, str]]:
    """Every kind of machine that the pins are for, as markers of requirements see it."""
    systems = [("linux", "posix", "Linux"), ("darwin", "posix", "Darwin"), ("win32", "nt", "Windows")]
    return [
        {
            "python_version": version,
            "python_full_version": f"{version}.1",
            "sys_platform": system,
            "os_name": kind,
            "platform_system": name,
        }
        for version in ("3.11", "3.12", "3.13", "3.14")
        for system, kind, name in systems
    ]


def test_everything_that_is_installed_is_pinned() -> None:
    requirements = [*PROJECT["dependencies"], *dev.read_requirements("dev")]
    assert needed(requirements, environments()) - OWN <= set(pins())


def test_everything_that_is_pinned_is_needed() -> None:
    for name in (
        *("datasets", "krippendorff", "label_studio_sdk", "nervaluate", "nltk", "onnx", "onnxruntime", "pyarrow"),
        *("ipykernel", "nbclient", "pandas", "seqeval", "spacy", "statsmodels", "tokenizers"),
    ):
        consumer(name)
    # No test needs these, so their own requirements are not known here.
    tools = [*dev.read_requirements("fuzz"), *dev.read_requirements("mutants")]
    alone = {canonicalize_name(Requirement(text).name) for text in tools} - OWN
    extras = [text for extra in PROJECT["optional-dependencies"].values() for text in extra]
    groups = [text for group in ("dev", "consumers", "bench") for text in dev.read_requirements(group)]
    requirements = [*PROJECT["dependencies"], *extras, *groups]
    assert needed(requirements, environments()) - OWN | alone == set(pins())


def test_the_pins_are_versions_that_the_project_allows() -> None:
    extras = [text for extra in PROJECT["optional-dependencies"].values() for text in extra]
    groups = [text for group in GROUPS for text in dev.read_requirements(group)]
    for text in [*PROJECT["dependencies"], *extras, *groups]:
        if Requirement(text).name in OWN:
            continue
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate():
            pin = pins()[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(str(pin.specifier).removeprefix("==")), text


def test_qt_gives_back_what_it_takes() -> None:
    """PySide6 6.12.0 takes a reference off None at each void call on CPython 3.11, until it aborts.

    References too many do no harm: CPython 3.14 keeps those that a module for older versions adds to None.
    """
    program = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "app = QApplication([])\n"
        "window = QWidget()\n"
        "before = sys.getrefcount(None)\n"
        "for _ in range(100_000):\n"
        "    window.update()\n"
        "print(before - sys.getrefcount(None))\n"
    )
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    completed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env)
    assert completed.returncode == 0, completed.stderr
    assert int(completed.stdout) < 100
