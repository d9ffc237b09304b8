"""What one person chose on this machine, kept in one small JSON file; and where the program keeps its things."""

import getpass
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import platformdirs
from msgspec import Struct, field

from annotator.file_ops import discard_file, lock_file, replace_file
from annotator.i18n import DEFAULT, LANGUAGES
from annotator.system_language import system_languages

_NAME: Final = "annotator"
_FILE: Final = "settings.json"
_PATIENCE: Final = 0.5  # seconds


def user_name() -> str:
    """What the system calls the person at the keyboard; `annotator` where it does not say."""
    try:
        return getpass.getuser().strip() or _NAME
    except (KeyError, OSError, ImportError):  # no such user and nothing in the environment: which error, varies
        return _NAME


class Settings(Struct, frozen=True):
    """The choices. `language` is None until a person chooses one (see `language`). `zoom` is in per cent; `geometry` is
    the window's, in whatever form the window wrote it.

    `keys` has only what a person changed: the keys of an action by its name, as the window names both. `suggestions`
    and `invisible` say whether these are shown: invisible characters are those of the articles.

    The last three say which models of one's own propose spans (see suggest): a pipeline of spaCy's by folder or
    name, a folder with a model in ONNX, and the corpus's label for a label of theirs.
    """

    language: str | None = None
    theme: Literal["system", "light", "dark"] = "system"
    annotator: str = field(default_factory=user_name)
    last_corpus: str | None = None
    zoom: int = 100
    geometry: str | None = None
    keys: dict[str, list[str]] = {}
    numerals: Literal["western", "eastern"] = "western"
    instructive: bool = False
    suggestions: bool = True
    invisible: bool = False
    spacy_pipeline: str = ""
    onnx_folder: str = ""
    model_labels: dict[str, str] = {}


def config_dir() -> Path:
    """The folder of the settings; it may not be there yet."""
    return _home("config") or platformdirs.user_config_path(_NAME, appauthor=False)


def data_dir() -> Path:
    """The folder of the corpora that the program makes by itself; it may not be there yet."""
    return _home("data") or platformdirs.user_data_path(_NAME, appauthor=False)


def first_corpus_path() -> Path:
    """The path of the corpus with the sample articles that a first start opens; it may not exist yet."""
    return data_dir() / "samples.corpus"


def log_dir() -> Path:
    """The folder of the log and of reports of errors; it may not be there yet."""
    return _home("log") or platformdirs.user_log_path(_NAME, appauthor=False, ensure_exists=False)


def load() -> Settings:
    """The saved settings, and the defaults where nothing was saved.

    A file that does not read as settings is kept beside as `settings.json.bad`, and the defaults apply; what a newer
    version wrote besides is passed over.
    """
    return _load() or Settings()


def change(before: Settings, **changes: Any) -> None:
    """Save these changes and leave everything else in the file as it is: another window may have changed that.

    `before` are the settings of this window before the changes: of keys (and of all that has names of its own), only
    what differs from these is changed. Raises OSError.
    """
    config_dir().mkdir(parents=True, exist_ok=True)
    with lock_file(config_dir() / f"{_FILE}.lock", patience=_PATIENCE):
        saved = _load() or before
        for name, value in changes.items():
            if isinstance(value, dict):
                changes[name] = _merged(getattr(saved, name), getattr(before, name), value)
        save(msgspec.structs.replace(saved, **changes))


def _merged(saved: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what is saved with the changes from `before` to `after`."""
    changes = {name: value for name, value in after.items() if name not in before or before[name] != value}
    return {name: value for name, value in {**saved, **changes}.items() if name in after or name not in before}


def _load() -> Settings | None:
    """The saved settings; None where there are none, or none that can be read."""
    path = config_dir() / _FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except (ValueError, RecursionError):
        _put_aside(path)
    except OSError:
        pass  # a person can work without
    return None


def save(settings: Settings) -> None:
    """Keep `settings`: the whole file is written beside, then takes the old one's place. Raises OSError.

    The window waits for it, so another program that has the file open is given half a second to close it.
    """
    path = config_dir() / _FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{_FILE}.{os.getpid()}.new")
    try:
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(settings), indent=2))
        replace_file(beside, path, patience=_PATIENCE)
    finally:
        discard_file(beside)


def language() -> str:
    """The language to speak, a key of LANGUAGES: ANNOTATOR_LANGUAGE's, else the saved one, else the first of the
    system's that there is, else Arabic."""
    wanted = os.environ.get("ANNOTATOR_LANGUAGE") or load().language
    if not wanted:
        wanted = next((code for code in system_languages() if code in LANGUAGES), DEFAULT)
    return wanted if wanted in LANGUAGES else DEFAULT


def _home(part: str) -> Path | None:
    """The folder below ANNOTATOR_HOME, which makes a copy of the program portable and a test harmless."""
    home = os.environ.get("ANNOTATOR_HOME")
    return Path(home, part) if home else None


def _put_aside(path: Path) -> None:
    # In a folder that cannot be written to, the damaged file stays; the defaults apply all the same.
    with suppress(OSError):
        replace_file(path, path.with_name(f"{_FILE}.bad"), patience=_PATIENCE)


msgspec.json.Decoder(Settings)  # looked into before two threads decode it: see model.structs
