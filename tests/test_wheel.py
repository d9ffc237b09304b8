"""The sdist, the wheel that is built of it, and the program that pip installs from that: for each Python at hand.

A Python takes half a minute on two cores, nearly all of it pip's; from the second run on, pip has the packages in its
cache. One that is not on this machine, or does not run, is skipped by its name.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

import pytest

from annotator import __version__

ROOT: Final = Path(__file__).resolve().parent.parent
RUNNING: Final = "{}.{}".format(*sys.version_info[:2])
PYTHONS: Final = {"oldest": ("3.11",), "newest": ("3.14", "3.13", "3.12")}
"""Versions that the wheel is tried on, those that are preferred first: one of each row."""
PROGRAMS: Final = "Scripts" if os.name == "nt" else "bin"
SAMPLE: Final = "01-reading-plan.txt"
UNREACHED: Final = "after connection broken by"
"""What pip prints where there is no network."""

FIRST_START: Final = """
from PySide6.QtCore import QTimer
from annotator.cli import main
from annotator.ui import app

made = app.create_application()

def look():
    shown = [widget.windowTitle() for widget in made.topLevelWidgets() if widget.isVisible()]
    if not shown:
        return QTimer.singleShot(50, look)
    print(*shown)
    made.closeAllWindows()

QTimer.singleShot(0, look)
main()
"""
"""The command without arguments; its window is closed once it is on the screen."""


class Installation(NamedTuple):
    """An environment that holds the wheel and what it asks for, and nothing else."""

    folder: Path
    home: Path

    def run(self, program: str, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one of its programs in a folder of its own, with `more` in the environment."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        own = {"ANNOTATOR_HOME": str(self.home / "own"), "ANNOTATOR_LANGUAGE": "en", "QT_QPA_PLATFORM": "offscreen"}
        return subprocess.run(
            [self.folder / PROGRAMS / program, *arguments],
            cwd=self.home,
            env={**inherited, **own, **more},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    def says(self, program: str, *arguments: str | Path, **more: str) -> str:
        """Return the output of a program that ends without complaint."""
        completed = self.run(program, *arguments, **more)
        assert (completed.returncode, completed.stderr) == (0, "")
        return completed.stdout


def built(*command: str | Path) -> None:
    """Run a program that builds something; what it printed is the test's message where it fails."""
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if completed.returncode and UNREACHED in completed.stderr and not os.environ.get("CI"):
        pytest.skip("pip finds no network: what the wheel asks for cannot be installed")
    assert completed.returncode == 0, completed.stdout + completed.stderr


def find_python(versions: Sequence[str]) -> str | Path:
    """Return the first Python of these versions that can make environments; skips where there is none."""
    for version in versions:
        if version == RUNNING:
            return sys.executable
        on_path = shutil.which(f"python{version}")
        # Programs that keep several Pythons have a folder for each, side by side.
        beside = sorted(Path(sys.base_prefix).parent.glob(f"*{version}.*/bin/python{version}"))
        candidates: list[str | Path] = [*([on_path] if on_path else []), *beside]
        for program in candidates:
            if subprocess.run([program, "-c", "import ensurepip, sqlite3"], capture_output=True).returncode == 0:
                return program
    return pytest.skip(f"no Python {' or '.join(versions)} that runs is on this machine")


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    built(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", folder)
    (archive,) = folder.iterdir()
    return archive


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that pip builds of the sdist, in which nothing was compiled yet."""
    folder = tmp_path_factory.mktemp("wheel")
    built(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, sdist)
    (archive,) = folder.iterdir()
    return archive


@pytest.fixture(scope="session", params=PYTHONS)
def installed(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    program = find_python(PYTHONS[request.param])
    folder, home = tmp_path_factory.mktemp(f"python-{request.param}"), tmp_path_factory.mktemp("elsewhere")
    built(program, "-m", "venv", folder)
    pip = (folder / PROGRAMS / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input")
    built(*pip, "--constraint", ROOT / "packaging" / "constraints.txt", wheel)
    yield Installation(folder, home)
    shutil.rmtree(folder)  # a third of a gigabyte, which pytest would keep


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def files(folder: str, pattern: str = "*") -> set[str]:
    """Return the files below a folder of the checkout, by their paths in it."""
    paths = (path for path in (ROOT / folder).rglob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in paths}


# --- What is in them


def test_the_sdist_has_what_builds_and_tests_the_program_and_nothing_that_is_built(sdist: Path) -> None:
    with tarfile.open(sdist) as opened:
        contents = {PurePosixPath(*PurePosixPath(name).parts[1:]).as_posix() for name in opened.getnames()}
    sources = {name for folder in ("annotator", "packaging", "tests") for name in files(folder)}
    assert {*sources, "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "docs/import.md"} <= contents
    compiled = files("resources/i18n", "*.mo")
    assert compiled
    assert files("resources") - compiled <= contents
    assert not [
        name for name in contents if name.startswith(("build", "dist", ".venv")) or name.endswith((".mo", ".pyc"))
    ]


def test_the_wheel_has_every_module_and_resource_and_nothing_else(wheel: Path) -> None:
    resources = files("resources") - files("resources", "*.po")
    for kind in ("fonts/*.ttf", "labels/*.toml", "samples/*.txt", "i18n/ar/*/*.mo", "i18n/fr/*/*.mo"):
        assert any(PurePosixPath(name).match(f"resources/{kind}") for name in resources), kind
    contents = {name for name in names(wheel) if ".dist-info/" not in name}
    assert contents == files("annotator") | {f"annotator/{name}" for name in resources}


def test_the_wheel_has_the_command_the_reader_of_spacy_and_the_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        (entry_points,) = (name for name in opened.namelist() if name.endswith("entry_points.txt"))
        lines = opened.read(entry_points).decode().splitlines()
    assert "annotator = annotator.cli:main" in lines
    assert "annotator.Corpus.v1 = annotator.library.spacy_reader:create_reader" in lines
    assert {"annotator/__init__.pyi", "annotator/py.typed"} <= names(wheel)
    assert {PurePosixPath(name).name for name in names(wheel) if "/licenses/" in name} == {"LICENSE", "OFL.txt"}


# --- What is installed


def test_it_is_this_version_and_lies_in_its_own_environment(installed: Installation) -> None:
    version = f"annotator, version {__version__}\n"
    assert installed.says("annotator", "--version") == version
    assert installed.says("python", "-m", "annotator", "--version") == version
    place = installed.says("python", "-c", "import annotator; print(annotator.__file__)")
    assert Path(place.strip()).is_relative_to(installed.folder)


def test_it_brings_all_that_it_asks_for_and_is_small(installed: Installation) -> None:
    assert "No broken requirements" in installed.says("python", "-m", "pip", "check", "--disable-pip-version-check")
    megabytes = sum(path.lstat().st_size for path in installed.folder.rglob("*") if path.is_file()) / 1024**2
    assert 100 < megabytes < 400


def test_it_lists_all_that_it_consists_of(installed: Installation) -> None:
    program = (
        "import importlib.metadata, re\n"
        "from annotator.licenses import list_components\n"
        "packages = {distribution.name for distribution in importlib.metadata.distributions()}\n"
        "listed = {component.package for component in list_components()}\n"
        "print(*{re.sub('[-_.]+', '-', name).lower() for name in packages - listed})"
    )
    unlisted = set(installed.says("python", "-c", program).split())
    assert unlisted <= {"arabic-news-annotator", "pip", "setuptools"}


@pytest.mark.parametrize(("language", "added"), [("ar", "أُضيف مقال واحد"), ("fr", "1 article ajouté")])
def test_it_does_the_job_in_every_language(language: str, added: str, installed: Installation) -> None:
    def command(*arguments: str | Path) -> str:
        return installed.says("annotator", "--language", language, *arguments)

    corpus, second_corpus, training = f"{language}.corpus", f"{language}-again.corpus", f"{language}.conll"
    assert added in command("import", corpus, ROOT / "resources" / "samples" / SAMPLE)
    command("suggest", corpus, "--accept")
    account = command("export", corpus, training, "--format", "conll2003", "--state", "all", "--json")
    assert '"verified": true' in account
    written = (installed.home / training).read_text(encoding="utf-8").count(" B-")
    assert written > 10
    assert f'"spans": {written}' in command("import", second_corpus, training, "--json")


def test_it_opens_its_window_on_a_first_start(installed: Installation) -> None:
    completed = installed.run("python", "-c", FIRST_START, ANNOTATOR_HOME=str(installed.home / "new"))
    # A screen that is none has no room to give to windows, and Qt says so.
    complaints = [line for line in completed.stderr.splitlines() if "propagateSizeHints" not in line]
    assert (completed.returncode, complaints) == (0, [])
    assert "Annotator" in completed.stdout


def test_it_names_the_command_that_brings_what_is_missing(installed: Installation) -> None:
    installed.says("annotator", "import", "extras.corpus", ROOT / "resources" / "samples" / SAMPLE)
    settings = installed.home / "onnx" / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"onnx_folder": "model"}', encoding="utf-8")
    ways: list[tuple[str, list[str], str]] = [
        ("spacy", ["export", "extras.corpus", "a.spacy", "--format", "spacy", "--state", "all"], "own"),
        ("huggingface", ["export", "extras.corpus", "a", "--format", "huggingface", "--state", "all"], "own"),
        ("onnx", ["suggest", "extras.corpus"], "onnx"),
    ]
    for extra, arguments, home in ways:
        completed = installed.run("annotator", *arguments, ANNOTATOR_HOME=str(installed.home / home))
        assert f'pip install ".[{extra}]"' in completed.stderr, completed
