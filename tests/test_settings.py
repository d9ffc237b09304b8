"""The settings: saved, never half-written, and never a reason to crash."""

import codecs
import getpass
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import platformdirs
import platformdirs.windows
import pytest
from running import raising

from annotator import settings
from annotator.file_ops import lock_file
from annotator.jobs.settings_problems import describe_problem
from annotator.settings import Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    monkeypatch.delenv("ANNOTATOR_LANGUAGE", raising=False)
    return tmp_path


def _file() -> Path:
    return settings.config_dir() / "settings.json"


def _written(content: bytes) -> Path:
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().write_bytes(content)
    return _file()


def test_defaults_apply_without_a_file() -> None:
    assert settings.load() == Settings()
    assert (Settings().language, Settings().theme, Settings().zoom) == (None, "system", 100)
    assert not settings.config_dir().exists()


def test_saved_settings_are_loaded() -> None:
    saved = Settings("fr", "dark", "سميرة 🌿", "/أخبار/مقالات.corpus", 140, "AdnQywAD")
    settings.save(saved)
    assert settings.load() == saved
    settings.save(Settings("en", annotator="x"))
    assert settings.load() == Settings("en", annotator="x")
    assert [path.name for path in settings.config_dir().iterdir()] == ["settings.json"]


def test_changed_keys_are_kept_even_if_unknown() -> None:
    keys = {"undo": ["F12", "Ctrl+ئ"], "redo": [], "ribbon": ["Ctrl+Bogus"]}
    settings.save(Settings(keys=keys))
    assert settings.load().keys == keys
    assert Settings().keys == {}


def test_change_keeps_concurrent_changes() -> None:
    first_window = two = Settings(annotator="Amal", keys={"undo": ["F12"], "redo": ["F11"]})
    settings.save(first_window)
    settings.change(first_window, zoom=140, keys={"undo": ["F12"], "done": ["Ctrl+D"]})
    settings.change(two, theme="dark", keys={"undo": ["F9"], "redo": ["F11"], "skip": ["Ctrl+K"]})
    keys = {"undo": ["F9"], "done": ["Ctrl+D"], "skip": ["Ctrl+K"]}
    assert settings.load() == Settings(annotator="Amal", theme="dark", zoom=140, keys=keys)


def test_change_without_a_file_saves_the_current_settings() -> None:
    settings.change(Settings(annotator="Amal"), zoom=140)
    assert settings.load() == Settings(annotator="Amal", zoom=140)
    _written(b"{")
    settings.change(Settings(annotator="Amal", zoom=140), theme="dark")
    assert settings.load() == Settings(annotator="Amal", zoom=140, theme="dark")


CHANGES = """
import sys
from annotator import settings
before = settings.load()
for time in range(40):
    settings.change(before, keys={**before.keys, f"{sys.argv[1]} {time}": ["F1"]})
    before = settings.load()
"""


def test_concurrent_changes_of_processes_are_all_kept(home: Path) -> None:
    settings.save(Settings())
    processes = [subprocess.Popen([sys.executable, "-c", CHANGES, name]) for name in "ab"]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert set(settings.load().keys) == {f"{name} {time}" for name in "ab" for time in range(40)}


def test_change_waits_for_the_lock_of_another_window() -> None:
    settings.save(Settings(annotator="Amal"))
    thread = threading.Thread(target=settings.change, args=(settings.load(),), kwargs={"zoom": 140})
    with lock_file(settings.config_dir() / "settings.json.lock"):
        thread.start()
        thread.join(0.2)
        assert settings.load().zoom == 100
        settings.save(Settings(annotator="Omar"))
    thread.join()
    assert settings.load() == Settings(annotator="Omar", zoom=140)


def test_failed_save_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.save(Settings(annotator="old"))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", raising(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            settings.save(Settings(annotator="new"))
    assert settings.load() == Settings(annotator="old")
    assert [path.name for path in settings.config_dir().iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"zoom": "wide"}', b'{"theme": "pink"}', b'{"zoom": null}', b"[" * 9999],
)
def test_damaged_file_stays_until_it_is_replaced_and_is_kept_then(content: bytes) -> None:
    path = _written(content)
    assert settings.load() == Settings()
    assert path.read_bytes() == content
    settings.change(Settings(), zoom=140)
    assert path.with_name("settings.json.bad").read_bytes() == content
    assert settings.load() == Settings(zoom=140)
    assert settings.find_problems() == []


def test_a_damaged_file_never_replaces_one_that_was_kept() -> None:
    for content in (b"{1", b"{2", b"{2", b"{3"):
        path = _written(content)
        settings.change(Settings(), zoom=140)
    copies = {file.name: file.read_bytes() for file in path.parent.glob("*.bad*")}
    assert copies == {"settings.json.bad": b"{1", "settings.json.bad-2": b"{2", "settings.json.bad-3": b"{3"}


def test_a_file_that_cannot_be_kept_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    path = _written(b"{")
    path.with_name("settings.json.bad").mkdir()
    with pytest.raises(OSError, match="settings"):
        settings.change(Settings(), zoom=140)
    assert path.read_bytes() == b"{"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('{\n  "zoom": 120,\n  "theme": "dark"\n', 3),
        ('{\n  "zoom": 120\n  "theme": "dark"\n}', 3),
        ('{\n  "annotator": "سلمى",,\n}', 2),
        ("[]", 1),
    ],
)
def test_problem_of_a_damaged_file_names_the_line(content: str, line: int) -> None:
    _written(content.encode())
    [problem] = settings.find_problems()
    assert (problem.key, problem.line, problem.is_unknown) == ("", line, False)
    assert str(_file()) in describe_problem(problem)
    assert f":{line}: " in describe_problem(problem)


def test_a_byte_order_mark_is_no_problem() -> None:
    _written(codecs.BOM_UTF8 + b'{"zoom": 120}')
    assert settings.load() == Settings(zoom=120)
    assert settings.find_problems() == []


def test_an_invalid_value_costs_itself_alone() -> None:
    _written(b'{\n "annotator": "salma",\n "zoom": "wide",\n "theme": "dark",\n "language": "xx"\n}')
    assert settings.load() == Settings(annotator="salma", theme="dark")
    assert [(problem.key, problem.line) for problem in settings.find_problems()] == [("zoom", 3), ("language", 5)]
    settings.change(settings.load(), annotator="omar")
    assert settings.load() == Settings(annotator="omar", theme="dark")
    assert b"wide" in _file().with_name("settings.json.bad").read_bytes()


def test_unknown_keys_are_told_and_kept() -> None:
    _written(b'{"annotator": "salma",\n "ribbons": {"colour": "green"},\n "spacy_pipelin": "x"}')
    assert settings.load() == Settings(annotator="salma")
    problems = settings.find_problems()
    assert [(problem.key, problem.line, problem.is_unknown) for problem in problems] == [
        ("ribbons", 2, True),
        ("spacy_pipelin", 3, True),
    ]
    assert "spacy_pipeline" in describe_problem(problems[1])
    settings.change(settings.load(), zoom=120)
    saved = msgspec.json.decode(_file().read_bytes())
    assert (saved["zoom"], saved["ribbons"], saved["spacy_pipelin"]) == (120, {"colour": "green"}, "x")
    assert not _file().with_name("settings.json.bad").exists()


def test_unreadable_file_is_left_in_place() -> None:
    _file().mkdir(parents=True)
    assert settings.load() == Settings()
    assert _file().is_dir()
    [problem] = settings.find_problems()
    assert isinstance(problem.error, OSError)
    assert str(_file()) in describe_problem(problem)


def test_annotator_defaults_to_the_system_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "samira")
    assert Settings().annotator is None, "it is asked for"
    assert Settings().annotator_name == settings.load().annotator_name == "samira"


@pytest.mark.parametrize("error", [KeyError("uid"), OSError("no user"), ImportError("pwd")])
def test_user_without_a_name_is_called_annotator(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", raising(error))
    assert Settings().annotator_name == "annotator"


def test_language_comes_from_the_environment_then_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.interface_language() == "en"
    settings.save(Settings("fr"))
    assert settings.interface_language() == "fr"
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "en")
    assert settings.interface_language() == "en"
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "tlh")
    assert settings.interface_language() == "en"


def test_folders_are_the_platforms(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.config_dir() == home / "config"
    assert settings.data_dir() == home / "data"
    monkeypatch.delenv("ANNOTATOR_HOME")
    assert settings.config_dir() == Path(platformdirs.user_config_dir("annotator", appauthor=False))
    assert settings.data_dir() == Path(platformdirs.user_data_dir("annotator", appauthor=False))


def test_windows_folders_are_local_and_not_roaming(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ANNOTATOR_HOME")
    folders = {"CSIDL_LOCAL_APPDATA": tmp_path / "Local", "CSIDL_APPDATA": tmp_path / "Roaming"}
    monkeypatch.setattr(platformdirs, "PlatformDirs", platformdirs.windows.Windows)
    monkeypatch.setattr(platformdirs.windows, "get_win_folder", lambda name: str(folders[name]))
    local = tmp_path / "Local" / "annotator"
    assert (settings.config_dir(), settings.data_dir()) == (local, local)
    assert settings.log_dir() == local / "Logs"
    assert settings.first_corpus_path() == local / "samples.corpus"
    assert not local.exists()


def test_language_defaults_to_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    def system(*languages: str) -> None:
        monkeypatch.setattr("annotator.settings.system_languages", lambda: languages)

    for languages, spoken in ((("en",), "en"), (("de", "fr", "en"), "fr"), (("de",), "en"), ((), "en")):
        system(*languages)
        assert settings.interface_language() == spoken
    settings.save(Settings(zoom=150))  # whoever changed something else has chosen no language
    system("fr")
    assert settings.interface_language() == "fr"
    settings.save(Settings("en"))
    assert settings.interface_language() == "en"


def test_language_saved_by_an_older_version_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.settings.system_languages", lambda: ("fr",))
    _written(b'{"language": "ar", "zoom": 120}')
    assert settings.interface_language() == "ar"
