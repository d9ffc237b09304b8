"""A person's settings on this machine (a small JSON file), and the program's folders."""

import getpass
import os
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
import platformdirs
from msgspec import Meta, Struct, field

from annotator.file_ops import discard_file, lock_file, replace_file
from annotator.i18n import FALLBACK_LANGUAGE, LANGUAGES
from annotator.system_language import system_languages

_NAME: Final = "annotator"
_FILE: Final = "settings.json"
_PATIENCE: Final = 0.5  # seconds
_MALFORMED_AT: Final = re.compile(r"\(byte (\d+)\)\Z")


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

    language: Literal["ar", "fr", "en"] | None = None
    theme: Literal["system", "light", "dark"] = "system"
    annotator: str | None = None
    last_corpus: str | None = None
    zoom: Annotated[int, Meta(ge=60, le=300)] = 100
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


FIELD_NAMES: Final = {field.encode_name: field.name for field in msgspec.structs.fields(Settings)}
"""The attribute of each setting, by its key in the file."""
SETTING_TYPES: Final = {field.encode_name: field.type for field in msgspec.structs.fields(Settings)}
"""The type of each setting, by its key in the file."""
WINDOW_STATE: Final = frozenset(
    (
        *("last_corpus", "geometry", "panel_widths", "hidden_panels", "recent_commands", "recent_corpora"),
        *("seen_tips", "other_people"),
    )
)
"""The keys of what the window remembers by itself."""


class SettingsProblem(Struct, frozen=True):
    """Something in the file of the settings that is not used.

    `key` is "" if that is all of it, whose bytes are `data`. `line` counts from 1, and is 0 if the file could not be
    read. Without an `error`, the key is that of no setting.
    """

    key: str
    line: int
    error: Exception | None = None
    data: bytes = b""

    @property
    def is_unknown(self) -> bool:
        """Return whether the key is that of no setting."""
        return self.error is None


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
    """Return the saved settings; the defaults apply to what is missing or invalid (see find_problems)."""
    return _read_file().settings or Settings()


def find_problems() -> list[SettingsProblem]:
    """Return what is wrong with the file of the settings: all of it, single values, and keys of no setting."""
    return _read_file().problems


def settings_path() -> Path:
    """Return the path of the file of the settings; it may not exist yet."""
    return config_dir() / _FILE


def change(before: Settings, **changes: Any) -> None:
    """Save these changes and keep the rest of the file, which another window may have changed.

    Keys of no setting, which may be a newer version's, stay. A file with something invalid is kept under another name,
    `settings.json.bad` or one that is free. `before` are this window's previous settings: in a dictionary such as
    `keys`, only items that differ from them change. Raises OSError.
    """
    config_dir().mkdir(parents=True, exist_ok=True)
    with lock_file(config_dir() / f"{_FILE}.lock", patience=_PATIENCE):
        content = _read_file()
        saved = content.settings or before
        for name, value in changes.items():
            if isinstance(value, dict):
                changes[name] = _merge(getattr(saved, name), getattr(before, name), value)
        if any(not problem.is_unknown for problem in content.problems):
            _keep_invalid_file()
        save(msgspec.structs.replace(saved, **changes), content.unknown)


def _merge(saved: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Apply the changes from `before` to `after` to `saved`."""
    changes = {name: value for name, value in after.items() if name not in before or before[name] != value}
    return {name: value for name, value in {**saved, **changes}.items() if name in after or name not in before}


class _Content(NamedTuple):
    """The file of the settings: `settings` is None if it cannot be used, `unknown` has the keys of no setting."""

    settings: Settings | None
    problems: list[SettingsProblem]
    unknown: dict[str, Any]


def _read_file() -> _Content:
    try:
        data = settings_path().read_bytes()
    except FileNotFoundError:
        return _Content(None, [], {})
    except OSError as error:
        return _Content(None, [SettingsProblem("", 0, error)], {})
    try:
        values = msgspec.json.decode(data.removeprefix(BOM_UTF8), type=dict[str, Any])  # editors on Windows write it
    except (ValueError, RecursionError) as error:
        return _Content(None, [SettingsProblem("", _find_line(data, error), error, data)], {})
    valid: dict[str, Any] = {}
    problems: list[SettingsProblem] = []
    for key, value in values.items():
        line = data.count(b"\n", 0, max(0, data.find(msgspec.json.encode(key)))) + 1
        try:
            convert_value(key, value)
        except KeyError:
            problems.append(SettingsProblem(key, line))
        except msgspec.ValidationError as error:
            problems.append(SettingsProblem(key, line, error))
        else:
            valid[key] = value
    unknown = {key: value for key, value in values.items() if key not in SETTING_TYPES}
    return _Content(msgspec.convert(valid, Settings), problems, unknown)


def convert_value(key: str, value: Any) -> Any:
    """Return a value of JSON as the setting has it. Raises KeyError for no setting, and msgspec.ValidationError."""
    return msgspec.convert(value, SETTING_TYPES[key])


def _find_line(data: bytes, error: Exception) -> int:
    """Return the line of an error in JSON: the last one unless msgspec names a byte."""
    match = _MALFORMED_AT.search(str(error))
    return data.count(b"\n", 0, int(match[1]) if match else len(data.rstrip())) + 1


def save(settings: Settings, unknown: Mapping[str, Any] = {}) -> None:
    """Save `settings`, and the values of `unknown` keys, to a new file that replaces the old one. Raises OSError.

    The window waits, so another program with the file open has half a second to close it.
    """
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    new_path = path.with_name(f"{_FILE}.{os.getpid()}.new")
    try:
        values = {**msgspec.to_builtins(settings), **unknown}
        new_path.write_bytes(msgspec.json.format(msgspec.json.encode(values), indent=2))
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


def _keep_invalid_file() -> None:
    """Copy the file to a free name. Raises OSError: it is not overwritten then."""
    data = settings_path().read_bytes()
    for number in count(1):
        path = settings_path().with_name(f"{_FILE}.bad" if number == 1 else f"{_FILE}.bad-{number}")
        if path.exists() and path.read_bytes() == data:
            return
        with suppress(FileExistsError), path.open("xb") as file:
            file.write(data)
            return


msgspec.json.Decoder(Settings)  # compile it before two threads decode: see model.structs
