"""Rules of the house that `dev.py lint` has no tool for: translations, lengths, and what a command may load."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import catalogues
import pytest
import vague_names

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 600


def test_every_text_is_translated() -> None:
    assert catalogues.find_problems() == []


def test_every_module_is_short_enough_to_do_one_thing() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "annotator").rglob("*.py")}
    assert lengths
    assert {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST} == {}


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, also within functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_no_modules_of_packaging_import_each_other_in_a_circle() -> None:
    """import-linter holds the program to this, and does not see modules outside of a package."""
    paths = {path.stem: path for path in (ROOT / "packaging").rglob("*.py")}
    graph = {name: paths.keys() & set(imported_modules(path)) for name, path in paths.items()}
    assert graph["package"] >= {"dev", "bundle"}
    TopologicalSorter(graph).prepare()


def test_names_that_say_nothing_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vague_names, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text("def told(one, row):\n    self._found = [left for left in one]\n", encoding="utf-8")
    assert vague_names.count_vague_names(tmp_path) == (4, 2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" says")[0] for line in lines] == [
        *("a.py:1: `one`", "a.py:1: `told`", "a.py:2: `_found`", "a.py:2: `left`"),
    ]


def annotations(statement: ast.stmt) -> list[ast.expr]:
    """Return the annotations of a class's field or method, without those within the method."""
    if isinstance(statement, ast.AnnAssign):
        return [statement.annotation]
    if not isinstance(statement, ast.FunctionDef):
        return []
    arguments = statement.args
    every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return [node for node in (*(each.annotation for each in every if each), statement.returns) if node]


def bound_names(statement: ast.stmt) -> set[str]:
    """Return the names that a statement of a class's body binds."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def test_no_field_hides_a_type_that_its_class_names() -> None:
    """CPython 3.14 evaluates annotations when they are asked for: `list: list[str]` then names the field itself."""
    hidden = []
    for path in sorted((ROOT / "annotator").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bound = set().union(*map(bound_names, node.body))
                types = {
                    name.id
                    for statement in node.body
                    for annotation in annotations(statement)
                    for name in ast.walk(annotation)
                    if isinstance(name, ast.Name)
                }
                hidden += [f"{path.relative_to(ROOT)} {node.name}.{name}" for name in sorted(bound & types)]
    assert hidden == []


HELP = "import runpy; sys.argv = ['annotator', '--help']; runpy.run_module('annotator', run_name='__main__')"


@pytest.mark.parametrize("code", ["import annotator.cli", HELP], ids=["import", "help"])
def test_a_command_never_loads_qt(code: str) -> None:
    """Qt takes longer to load than most commands take, and a server need not have its libraries."""
    assert_loads_none(code, "PySide6", "shiboken6")


def test_a_command_without_a_corpus_loads_no_sqlite_utils() -> None:
    """To import it takes 31 ms, beside 82 for all else that help and the completion of a word need."""
    assert_loads_none(HELP, "sqlite_utils")


def test_a_window_without_a_team_loads_nothing_of_teams_and_files() -> None:
    """Their patterns alone took 7 ms of each start."""
    packages = "annotator.formats", "annotator.model.zones", "annotator.remotes.invitation", "keyring", "psycopg"
    assert_loads_none("import annotator.ui.app", *packages)


def assert_loads_none(code: str, *packages: str) -> None:
    """Fail if `code`, in a process of its own, loads one of these packages."""
    expression = f"[name for name in sys.modules for package in {packages} if f'{{name}}.'.startswith(f'{{package}}.')]"
    # A list as the exit code: Python prints it and ends with 1.
    program = (
        f"import sys\ntry:\n    {code}\nexcept SystemExit as end:\n    assert not end.code\nsys.exit({expression} or 0)"
    )
    completed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")
    assert completed.returncode == 0, completed.stderr
