"""Suggesters of other packages, installed as a module and its metadata."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from builders import build_label_set
from consumers.reading import consumer
from suggest.models import entities, onnx_model
from suggest.suggesting import article

from annotator import settings
from annotator.settings import Settings
from annotator.suggest.base import Suggester
from annotator.suggest.built_in import RESERVED
from annotator.suggest.external.loading import configured_suggesters, load_plugins, suggesters_from_settings
from annotator.suggest.external.models import CannotSuggest
from annotator.suggest.external.safe_suggester import SafeSuggester

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


ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "own-models.md").read_text(encoding="utf-8")
LABELS = build_label_set("DATE", "INSTITUTION", "PLAN")
TEXT = "أطلقت الوزارة المخطط الأخضر"


@pytest.fixture
def model_paths(tmp_path: Path) -> tuple[str, str]:
    """Create a spaCy pipeline and an ONNX model, and return their paths."""
    consumer("spacy")
    consumer("onnxruntime")
    ner = onnx_model(tmp_path / "ner", {"الوزارة": "B-ORG"})
    return str(entities(tmp_path / "news", LAW=["المخطط الأخضر"])), str(ner)


def suggested_texts(suggesters: Iterable[Suggester], text: str = TEXT) -> list[tuple[str, str, str]]:
    suggestions = [suggestion for suggester in suggesters for suggestion in suggester.suggest(article(text), LABELS)]
    return [
        (suggestion.source, suggestion.label, text[suggestion.start : suggestion.end]) for suggestion in suggestions
    ]


def test_no_models_are_configured_by_default() -> None:
    assert configured_suggesters() == []
    assert suggesters_from_settings(Settings()) == ((), ())


def test_configured_models_suggest(model_paths: tuple[str, str]) -> None:
    spacy, onnx = model_paths
    assert suggested_texts(configured_suggesters(spacy, onnx)) == [("onnx", "INSTITUTION", "الوزارة")]
    assert suggested_texts(configured_suggesters(spacy, onnx, {"LAW": "PLAN"})) == [
        ("spacy", "PLAN", "المخطط الأخضر"),
        ("onnx", "INSTITUTION", "الوزارة"),
    ]


def test_missing_model_raises_with_a_readable_message(tmp_path: Path) -> None:
    consumer("spacy")
    consumer("onnxruntime")
    none = str(tmp_path / "none")
    places: list[dict[str, Any]] = [{"spacy": none}, {"onnx": none}, {"spacy": "~nobody/none"}, {"onnx": "none" * 2000}]
    for place in places:
        with pytest.raises(CannotSuggest) as reason:
            configured_suggesters(**place)
        assert re.search(r"none.*(\.$|” cannot be loaded: )", str(reason.value))


def test_the_message_is_in_the_language_of_the_commands() -> None:
    program = (
        "from annotator.suggest.external.loading import configured_suggesters\nconfigured_suggesters(onnx='nowhere')"
    )
    for language, is_arabic in (("en", False), ("ar", True)):
        completed = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "ANNOTATOR_LANGUAGE": language, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        message = completed.stderr.strip().rpartition("CannotSuggest: ")[2]
        assert bool(re.search("[\u0600-\u06ff]", message)) == is_arabic, message


def test_settings_configure_models_and_report_problems(model_paths: tuple[str, str], tmp_path: Path) -> None:
    spacy, onnx = model_paths
    settings.save(Settings(spacy_pipeline=spacy, onnx_folder=str(tmp_path / "none"), model_labels={"LAW": "PLAN"}))
    suggesters, problems = suggesters_from_settings(settings.load())
    assert suggested_texts(list(suggesters)) == [("spacy", "PLAN", "المخطط الأخضر")]
    assert problems == (f"The folder {tmp_path / 'none'} does not exist.",)
    assert suggested_texts(list(suggesters_from_settings(Settings(onnx_folder=onnx)).suggesters)) == [
        ("onnx", "INSTITUTION", "الوزارة")
    ]


def test_heavy_packages_are_not_imported_before_use(model_paths: tuple[str, str]) -> None:
    program = (
        "import sys\n"
        "from annotator.suggest.external.loading import configured_suggesters\n"
        "from annotator.suggest.external.loading import load_plugins\n"
        "load_plugins()\n"
        f"assert len(configured_suggesters(*{model_paths!r})) == 2\n"
        "heavy = {'spacy', 'thinc', 'onnxruntime', 'tokenizers', 'numpy'}\n"
        "sys.exit(sorted(heavy.intersection(sys.modules)) or 0)"
    )
    completed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert completed.returncode == 0, completed.stderr


# --- docs/own-models.md


def block(kind: str, holding: str) -> str:
    """Return the code block on the page that contains these words."""
    blocks: list[str] = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    (code_block,) = (code for code in blocks if holding in code)
    return code_block


def test_pipeline_of_the_docs_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer("spacy")
    consumer("onnxruntime")
    onnx_model(tmp_path / "ner-model", {"الوزارة": "B-LAW"})
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(block("python", "spacy.blank"), {})
    exec(block("python", "configured_suggesters("), names)
    assert suggested_texts(names["suggesters"]) == [("spacy", "PLAN", "المخطط الأخضر"), ("onnx", "PLAN", "الوزارة")]


def test_plugin_of_the_docs_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads(block("toml", "entry-points"))["project"]
    (tmp_path / "quoted_plans.py").write_text(block("python", "class QuotedPlans"), encoding="utf-8")
    about = tmp_path / "quoted_plans-1.0.dist-info"
    about.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (about / "METADATA").write_text(metadata, encoding="utf-8")
    lines = [
        line
        for group, entries in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {target}" for name, target in entries.items()))
    ]
    (about / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    suggesters, problems = load_plugins()
    messages: list[str] = []
    text = "أطلقت الوزارة برنامج «أوراش» وبرنامج «فرصة »."
    assert problems == ()
    assert suggested_texts([SafeSuggester(suggester, messages.append) for suggester in suggesters], text) == [
        ("quoted", "PLAN", "أوراش")
    ]
    assert messages == []


def test_docs_list_the_settings_and_the_reserved_names() -> None:
    for field in ("spacy_pipeline", "onnx_folder", "model_labels"):
        assert field in Settings.__struct_fields__
        assert f'"{field}"' in PAGE
    (reserved,) = re.findall(r"The names (.*?) are taken", PAGE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", reserved)) == RESERVED
