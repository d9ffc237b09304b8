"""`import annotator` offers few names, each described, and costs next to nothing before one is used."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import annotator

STUB = Path(annotator.__file__).with_suffix(".pyi")


def test_the_stub_declares_the_public_names() -> None:
    """Type checkers read it in place of the module, which loads its names when they are used."""
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    imports = {
        alias.asname: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert sorted(imports, key=str) == sorted(annotator.__all__)
    for name, module in imports.items():
        assert getattr(annotator, str(name)) is getattr(sys.modules[str(module)], str(name))


def test_a_public_name_is_described() -> None:
    for name in annotator.__all__:
        member = getattr(annotator, name)
        assert inspect.getdoc(member)
        if inspect.isclass(member):
            public = {key: value for key, value in vars(member).items() if not key.startswith("_")}
            assert [key for key, value in public.items() if callable(value) and not inspect.getdoc(value)] == []


def test_names_are_listed_and_an_unknown_one_is_an_attribute_error() -> None:
    assert set(annotator.__all__) <= set(dir(annotator))
    assert not hasattr(annotator, "Window")


def test_the_import_alone_loads_none_of_the_program() -> None:
    code = (
        "import sys, annotator; "
        "print([name for name in sys.modules if name.startswith('annotator.')], 'msgspec' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "[] False\n"


def test_the_window_loads_nothing_of_the_library() -> None:
    code = "import sys, annotator.ui.app; print([name for name in sys.modules if name.startswith('annotator.library')])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"


def test_reading_loads_neither_qt_nor_optional_packages() -> None:
    code = (
        "import sys, annotator; annotator.open; "
        "print([name for name in ('PySide6', 'spacy', 'pandas', 'datasets', 'pyarrow') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"
