"""The models that a person brings, and the page that tells how."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from consumers.reading import consumer
from suggest.models import article, entities, label_set, onnx_model

from annotator import settings
from annotator.settings import Settings
from annotator.suggest.external.configured import of_settings, own
from annotator.suggest.external.models import CannotSuggest
from annotator.suggest.external.plugins import RESERVED, plugged
from annotator.suggest.external.safe_suggester import Checked

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "own-models.md").read_text(encoding="utf-8")
LABELS = label_set("DATE", "INSTITUTION", "PLAN")
TEXT = "أطلقت الوزارة المخطط الأخضر"


@pytest.fixture
def brought(tmp_path: Path) -> tuple[str, str]:
    """A pipeline of spaCy's and a model in ONNX."""
    consumer("spacy")
    consumer("onnxruntime")
    ner = onnx_model(tmp_path / "ner", {"الوزارة": "B-ORG"})
    return str(entities(tmp_path / "news", LAW=["المخطط الأخضر"])), str(ner)


def proposed(suggesters: list, text: str = TEXT) -> list[tuple[str, str, str]]:
    found = [one for suggester in suggesters for one in suggester.suggest(article(text), LABELS)]
    return [(one.source, one.label, text[one.start : one.end]) for one in found]


def test_nothing_is_brought_by_default() -> None:
    assert own() == []
    assert of_settings(Settings()) == ((), ())


def test_what_is_named_is_there(brought: tuple[str, str]) -> None:
    spacy, onnx = brought
    assert proposed(own(spacy, onnx)) == [("onnx", "INSTITUTION", "الوزارة")]
    assert proposed(own(spacy, onnx, {"LAW": "PLAN"})) == [
        ("spacy", "PLAN", "المخطط الأخضر"),
        ("onnx", "INSTITUTION", "الوزارة"),
    ]


def test_what_cannot_be_had_is_a_sentence(tmp_path: Path) -> None:
    consumer("spacy")
    consumer("onnxruntime")
    none = str(tmp_path / "none")
    for place in ({"spacy": none}, {"onnx": none}, {"spacy": "~nobody/none"}, {"onnx": "none" * 2000}):
        with pytest.raises(CannotSuggest) as reason:
            own(**place)
        assert re.search(r"none.*\.$|cannot be loaded: .*none", str(reason.value))


def test_the_settings_say_which(brought: tuple[str, str], tmp_path: Path) -> None:
    spacy, onnx = brought
    settings.save(Settings(spacy_pipeline=spacy, onnx_folder=str(tmp_path / "none"), model_labels={"LAW": "PLAN"}))
    suggesters, refused = of_settings(settings.load())
    assert proposed(list(suggesters)) == [("spacy", "PLAN", "المخطط الأخضر")]
    assert refused == (f"There is no folder {tmp_path / 'none'}.",)
    assert proposed(list(of_settings(Settings(onnx_folder=onnx)).suggesters)) == [("onnx", "INSTITUTION", "الوزارة")]


def test_nothing_heavy_is_loaded_before_it_is_asked(brought: tuple[str, str]) -> None:
    program = (
        "import sys\n"
        "from annotator.suggest.external.configured import own\n"
        "from annotator.suggest.external.plugins import plugged\n"
        "plugged()\n"
        f"assert len(own(*{brought!r})) == 2\n"
        "heavy = {'spacy', 'thinc', 'onnxruntime', 'tokenizers', 'numpy'}\n"
        "sys.exit(sorted(heavy.intersection(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr


# --- docs/own-models.md


def block(kind: str, holding: str) -> str:
    """The code on the page that has these words in it."""
    (found,) = (code for code in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) if holding in code)
    return found


def test_the_pipeline_of_the_page_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer("spacy")
    consumer("onnxruntime")
    (tmp_path / "models").mkdir()
    onnx_model(tmp_path / "models" / "ner", {"الوزارة": "B-LAW"})
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(block("python", "spacy.blank"), {})
    exec(block("python", "own("), names)
    assert proposed(names["suggesters"]) == [("spacy", "PLAN", "المخطط الأخضر"), ("onnx", "PLAN", "الوزارة")]


def test_the_plugin_of_the_page_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads(block("toml", "entry-points"))["project"]
    (tmp_path / "quoted_plans.py").write_text(block("python", "class QuotedPlans"), encoding="utf-8")
    about = tmp_path / "quoted_plans-1.0.dist-info"
    about.mkdir()
    said = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (about / "METADATA").write_text(said, encoding="utf-8")
    lines = [
        line
        for group, entries in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {made}" for name, made in entries.items()))
    ]
    (about / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    suggesters, refused = plugged()
    told: list[str] = []
    text = "أطلقت الوزارة برنامج «أوراش» وبرنامج «فرصة »."
    assert refused == ()
    assert proposed([Checked(suggester, told.append) for suggester in suggesters], text) == [
        ("quoted", "PLAN", "أوراش")
    ]
    assert told == []


def test_the_page_names_the_settings_and_the_names_that_are_taken() -> None:
    for field in ("spacy_pipeline", "onnx_folder", "model_labels"):
        assert field in Settings.__struct_fields__
        assert f'"{field}"' in PAGE
    (taken,) = re.findall(r"The names (.*?) are taken", PAGE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", taken)) == RESERVED
