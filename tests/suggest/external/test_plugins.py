"""Suggesters of other packages, installed as a module and its metadata."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import build_label_set
from suggest.suggesting import article

from annotator.suggest.external.plugins import RESERVED, load_plugins

Install = Callable[..., None]

LABELS = build_label_set("PLAN")
SUGGESTER = """
from annotator.model.records import Suggestion

class {name}:
    name = {source!r}

    def suggest(self, article, labels):
        return [Suggestion(0, 3, "PLAN", self.name, 0.5)]
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package with this code and these entry points."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(package: str, code: str, **entries: str) -> None:
        sys.modules.pop(package, None)  # an earlier test's
        (tmp_path / f"{package}.py").write_text(code, encoding="utf-8")
        about = tmp_path / f"{package}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
        lines = [f"{name} = {package}:{factory}" for name, factory in entries.items()]
        (about / "entry_points.txt").write_text("\n".join(["[annotator.suggesters]", *lines]), encoding="utf-8")

    return install


def test_without_plugins_there_are_none() -> None:
    assert load_plugins() == ((), ())


def test_plugin_is_found_by_its_entry_point(install: Install) -> None:
    install("tiny_plugin", SUGGESTER.format(name="Tiny", source="tiny"), tiny="Tiny")
    (suggester,), problems = load_plugins()
    assert (suggester.name, problems) == ("tiny", ())
    assert [suggestion.end for suggestion in suggester.suggest(article("خطة"), LABELS)] == [3]


def test_plugins_are_sorted_by_name(install: Install) -> None:
    install("plugin_a", SUGGESTER.format(name="A", source="a"), z="A")
    install("plugin_b", SUGGESTER.format(name="B", source="b"), y="B")
    assert [suggester.name for suggester in load_plugins().suggesters] == ["b", "a"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("def Broken():\n    raise ValueError('no lexicon.\\nMore lines.')", "no lexicon"),
        ("def Broken():\n    raise ValueError", "ValueError"),
        ("raise SystemExit('I must be alone')", "I must be alone"),
        ("Other = 1", "module 'broken_plugin' has no attribute 'Broken'"),
        ("Broken = 1", "'int' object is not callable"),
        ("Broken = dict", "it is not a suggester"),
        ("class Broken:\n    name = 'x'", "it is not a suggester"),
        ("class Broken:\n    name = 3\n    def suggest(self, article, labels): pass", "it is not a suggester"),
        ("class Broken:\n    name = ''\n    def suggest(self, article, labels): pass", "it is not a suggester"),
        *(
            (SUGGESTER.format(name="Broken", source=name), f"another suggester is already named “{name}”")
            for name in sorted(RESERVED)
        ),
    ],
)
def test_broken_plugin_is_reported_and_the_others_load(install: Install, code: str, reason: str) -> None:
    install("broken_plugin", code, broken="Broken")
    install("tiny_plugin", SUGGESTER.format(name="Tiny", source="tiny"), tiny="Tiny")
    suggesters, problems = load_plugins()
    assert [suggester.name for suggester in suggesters] == ["tiny"]
    assert problems == (f"The suggester “broken” from broken_plugin cannot be used: {reason}.",)


def test_first_of_two_plugins_of_one_name_is_loaded(install: Install) -> None:
    install("plugin_a", SUGGESTER.format(name="A", source="tiny"), a="A")
    install("plugin_b", SUGGESTER.format(name="B", source="tiny"), b="B")
    suggesters, problems = load_plugins()
    assert [type(suggester).__name__ for suggester in suggesters] == ["A"]
    assert problems == ("The suggester “b” from plugin_b cannot be used: another suggester is already named “tiny”.",)
