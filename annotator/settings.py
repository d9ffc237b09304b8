"""A person's settings on this machine (a small JSON file), and the program's folders."""

import getpass
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import platformdirs
from msgspec import Struct, field

from annotator.file_ops import discard_file, lock_file, replace_file
from annotator.i18n import FALLBACK_LANGUAGE, LANGUAGES
from annotator.system_language import system_languages

_NAME: Final = "annotator"
_FILE: Final = "settings.json"
_PATIENCE: Final = 0.5  # seconds


def user_name() -> str:
    """Return the system's name of the user; `annotator` if it has none."""
    try:
        return getpass.getuser().strip() or _NAME
    except (KeyError, OSError, ImportError):  # no such user and no environment variable; the kind varies
        return _NAME


class Settings(Struct, frozen=True):
    """The settings. `language` is None until chosen (see `interface_language`), `annotator` until asked for.

    `zoom` is in per cent; `geometry` has the window's own format. `keys` holds only changed keys, by the window's name
    of the action. `suggestions` and `invisible` say whether suggestions and invisible characters are shown,
    `preselects_majority` whether what most annotators have is chosen at first in an adjudication, `asks_reason` whether
    it asks why a decision overrules them, `informative` whether the most informative article comes next,
    `selection_bar` whether buttons appear beside what is selected, `compact` whether the lines of the article are
    closer. `recent_commands` are the names of entries of the command palette, the latest first. `recent_corpora` are
    paths, with the times of their last openings (ISO 8601, UTC). `panel_widths` (pixels) and `hidden_panels` are those
    of the window's sidebars. `seen_tips` are names of tips that are not shown again, `other_people` those whose files
    the user has opened without being them.

    The last three configure a person's own models (see suggest): a spaCy pipeline (folder or name), an ONNX model's
    folder, and the corpus's label for each of theirs.
    """

    language: str | None = None
    theme: Literal["system", "light", "dark"] = "system"
    annotator: str | None = None
    last_corpus: str | None = None
    zoom: int = 100
    geometry: str | None = None
    keys: dict[str, list[str]] = {}
    numerals: Literal["western", "eastern"] = "western"
    informative: bool = field(default=False, name="instructive")
    suggestions: bool = True
    preselects_majority: bool = True
    asks_reason: bool = True
    invisible: bool = False
    panel_widths: dict[str, int] = {}
    hidden_panels: list[str] = []
    selection_bar: bool = True
    compact: bool = False
    recent_commands: list[str] = []
    recent_corpora: dict[str, str] = {}
    seen_tips: list[str] = []
    other_people: list[str] = []
    spacy_pipeline: str = ""
    onnx_folder: str = ""
    model_labels: dict[str, str] = {}

    @property
    def annotator_name(self) -> str:
        """The annotator, or the system's name of the user."""
        return self.annotator or user_name()


def config_dir() -> Path:
    """Return the folder of the settings; it may not exist yet."""
    return _portable_dir("config") or platformdirs.user_config_path(_NAME, appauthor=False)


def data_dir() -> Path:
    """Return the folder of sample corpus, key, backups and rescued copies; it may not exist yet."""
    return _portable_dir("data") or platformdirs.user_data_path(_NAME, appauthor=False)


def first_corpus_path() -> Path:
    """Return the path of the sample corpus for a first start; it may not exist yet."""
    return data_dir() / "samples.corpus"


def documents_dir() -> Path:
    """Return the folder where people keep their documents, or else their home."""
    folder = platformdirs.user_documents_path()
    return folder if folder.is_dir() else Path.home()


def log_dir() -> Path:
    """Return the folder of the log and error reports; it may not exist yet."""
    return _portable_dir("log") or platformdirs.user_log_path(_NAME, appauthor=False, ensure_exists=False)


def load() -> Settings:
    """Return the saved settings, or the defaults.

    An invalid file becomes `settings.json.bad`, and the defaults apply. Unknown fields, from a newer version, are
    ignored.
    """
    return _read_file() or Settings()


def change(before: Settings, **changes: Any) -> None:
    """Save these changes and keep the rest of the file, which another window may have changed.

    `before` are this window's previous settings: in a dictionary such as `keys`, only items that differ from them
    change. Raises OSError.
    """
    config_dir().mkdir(parents=True, exist_ok=True)
    with lock_file(config_dir() / f"{_FILE}.lock", patience=_PATIENCE):
        saved = _read_file() or before
        for name, value in changes.items():
            if isinstance(value, dict):
                changes[name] = _merge(getattr(saved, name), getattr(before, name), value)
        save(msgspec.structs.replace(saved, **changes))


def _merge(saved: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Apply the changes from `before` to `after` to `saved`."""
    changes = {name: value for name, value in after.items() if name not in before or before[name] != value}
    return {name: value for name, value in {**saved, **changes}.items() if name in after or name not in before}


def _read_file() -> Settings | None:
    """Return the saved settings; None without a readable file."""
    path = config_dir() / _FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except (ValueError, RecursionError):
        _move_damaged_file(path)
    except OSError:
        pass  # the defaults do
    return None


def save(settings: Settings) -> None:
    """Save `settings` to a new file that replaces the old one. Raises OSError.

    The window waits, so another program with the file open has half a second to close it.
    """
    path = config_dir() / _FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    new_path = path.with_name(f"{_FILE}.{os.getpid()}.new")
    try:
        new_path.write_bytes(msgspec.json.format(msgspec.json.encode(settings), indent=2))
        replace_file(new_path, path, patience=_PATIENCE)
    finally:
        discard_file(new_path)


def interface_language() -> str:
    """Return the language to use, a key of LANGUAGES.

    In this order: ANNOTATOR_LANGUAGE, the saved language, the system's first available one, English.
    """
    choice = os.environ.get("ANNOTATOR_LANGUAGE") or load().language
    if not choice:
        choice = next((code for code in system_languages() if code in LANGUAGES), FALLBACK_LANGUAGE)
    return choice if choice in LANGUAGES else FALLBACK_LANGUAGE


def _portable_dir(part: str) -> Path | None:
    """Return the folder below ANNOTATOR_HOME, for portable copies and isolated tests."""
    home = os.environ.get("ANNOTATOR_HOME")
    return Path(home, part) if home else None


def _move_damaged_file(path: Path) -> None:
    # In a read-only folder the damaged file stays.
    with suppress(OSError):
        replace_file(path, path.with_name(f"{_FILE}.bad"), patience=_PATIENCE)


msgspec.json.Decoder(Settings)  # compile it before two threads decode: see model.structs
