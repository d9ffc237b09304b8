"""The settings: kept, never half-written, and no reason to crash."""

import getpass
import subprocess
import sys
import threading
from pathlib import Path

import platformdirs
import platformdirs.windows
import pytest

from annotator import settings
from annotator.file_ops import lock_file
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


def test_without_a_file_the_defaults_apply() -> None:
    assert settings.load() == Settings()
    assert (Settings().language, Settings().theme, Settings().zoom) == (None, "system", 100)
    assert not settings.config_dir().exists()


def test_what_was_saved_is_loaded() -> None:
    chosen = Settings("fr", "dark", "سميرة 🌿", "/أخبار/مقالات.corpus", 140, "AdnQywAD")
    settings.save(chosen)
    assert settings.load() == chosen
    settings.save(Settings("en", annotator="x"))
    assert settings.load() == Settings("en", annotator="x")
    assert [path.name for path in settings.config_dir().iterdir()] == ["settings.json"]


def test_changed_keys_are_kept_even_those_that_this_version_does_not_know() -> None:
    keys = {"undo": ["F12", "Ctrl+ئ"], "redo": [], "ribbon": ["Ctrl+Bogus"]}
    settings.save(Settings(keys=keys))
    assert settings.load().keys == keys
    assert Settings().keys == {}


def test_a_change_leaves_what_others_changed_meanwhile() -> None:
    one = two = Settings(annotator="Amal", keys={"undo": ["F12"], "redo": ["F11"]})
    settings.save(one)
    settings.change(one, zoom=140, keys={"undo": ["F12"], "done": ["Ctrl+D"]})
    settings.change(two, theme="dark", keys={"undo": ["F9"], "redo": ["F11"], "skip": ["Ctrl+K"]})
    keys = {"undo": ["F9"], "done": ["Ctrl+D"], "skip": ["Ctrl+K"]}
    assert settings.load() == Settings(annotator="Amal", theme="dark", zoom=140, keys=keys)


def test_a_change_of_settings_that_are_gone_saves_those_that_are_known() -> None:
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


def test_processes_that_change_settings_at_once_lose_nothing(home: Path) -> None:
    settings.save(Settings())
    processes = [subprocess.Popen([sys.executable, "-c", CHANGES, name]) for name in "ab"]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert set(settings.load().keys) == {f"{name} {time}" for name in "ab" for time in range(40)}


def test_a_change_waits_for_another_window_that_is_changing_something() -> None:
    settings.save(Settings(annotator="Amal"))
    thread = threading.Thread(target=settings.change, args=(settings.load(),), kwargs={"zoom": 140})
    with lock_file(settings.config_dir() / "settings.json.lock"):
        thread.start()
        thread.join(0.2)
        assert settings.load().zoom == 100
        settings.save(Settings(annotator="Omar"))
    thread.join()
    assert settings.load() == Settings(annotator="Omar", zoom=140)


def test_a_save_that_fails_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.save(Settings(annotator="old"))

    def full(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="disk full"):
            settings.save(Settings(annotator="new"))
    assert settings.load() == Settings(annotator="old")
    assert [path.name for path in settings.config_dir().iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"zoom": "wide"}', b'{"theme": "pink"}', b'{"zoom": null}']
)
def test_a_damaged_file_is_put_aside(content: bytes) -> None:
    path = _written(content)
    assert settings.load() == Settings()
    assert not path.exists()
    assert path.with_name("settings.json.bad").read_bytes() == content
    assert settings.load() == Settings()


def test_what_a_newer_version_wrote_is_passed_over() -> None:
    path = _written(b'{"annotator": "salma", "zoom": 120, "ribbons": {"colour": "green"}}')
    assert settings.load() == Settings(annotator="salma", zoom=120)
    assert path.exists()


def test_a_file_that_cannot_be_read_is_left_alone() -> None:
    _file().mkdir(parents=True)
    assert settings.load() == Settings()
    assert _file().is_dir()


def test_the_annotator_is_who_is_at_the_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "samira")
    assert Settings().annotator == settings.load().annotator == "samira"


@pytest.mark.parametrize("error", [KeyError("uid"), OSError("no user"), ImportError("pwd")])
def test_a_nameless_user_is_called_annotator(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert Settings().annotator == "annotator"


def test_the_language_is_the_environments_then_the_saved_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.language() == "ar"
    settings.save(Settings("fr"))
    assert settings.language() == "fr"
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "en")
    assert settings.language() == "en"
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "tlh")
    assert settings.language() == "ar"


def test_the_folders(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.config_dir() == home / "config"
    assert settings.data_dir() == home / "data"
    monkeypatch.delenv("ANNOTATOR_HOME")
    assert settings.config_dir() == Path(platformdirs.user_config_dir("annotator", appauthor=False))
    assert settings.data_dir() == Path(platformdirs.user_data_dir("annotator", appauthor=False))


def test_on_windows_all_lies_in_the_local_folder_that_no_server_copies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ANNOTATOR_HOME")
    folders = {"CSIDL_LOCAL_APPDATA": tmp_path / "Local", "CSIDL_APPDATA": tmp_path / "Roaming"}
    monkeypatch.setattr(platformdirs, "PlatformDirs", platformdirs.windows.Windows)
    monkeypatch.setattr(platformdirs.windows, "get_win_folder", lambda name: str(folders[name]))
    local = tmp_path / "Local" / "annotator"
    assert (settings.config_dir(), settings.data_dir()) == (local, local)
    assert settings.log_dir() == local / "Logs"
    assert settings.first_corpus_path() == local / "samples.corpus"
    assert not local.exists()


def test_without_a_saved_language_the_systems_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    def system(*languages: str) -> None:
        monkeypatch.setattr("annotator.settings.system_languages", lambda: languages)

    for languages, spoken in ((("en",), "en"), (("de", "fr", "en"), "fr"), (("de",), "ar"), ((), "ar")):
        system(*languages)
        assert settings.language() == spoken
    settings.save(Settings(zoom=150))  # whoever changed something else has chosen no language
    system("fr")
    assert settings.language() == "fr"
    settings.save(Settings("en"))
    assert settings.language() == "en"


def test_what_an_older_version_saved_is_still_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.settings.system_languages", lambda: ("fr",))
    _written(b'{"language": "ar", "zoom": 120}')
    assert settings.language() == "ar"
