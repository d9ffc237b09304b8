"""The corpora that were opened last on this computer, in the settings."""

from operator import itemgetter
from pathlib import Path
from typing import Final

from annotator.store.corpus import utc_timestamp
from annotator.ui.session.user_settings import UserSettings
from annotator.ui.widgets.bidi_text import elide_middle, isolate, isolate_ltr

_MAX: Final = 9
_MAX_FOLDER_LENGTH: Final = 44  # characters of a folder in a menu


class RecentCorpora:
    """Remembers paths with the time of their last opening; whether a corpus is still there is seen when it is opened.

    A look at all of them would wait for network drives that do not answer.
    """

    def __init__(self, settings: UserSettings) -> None:
        self._settings = settings

    def paths(self) -> list[Path]:
        """Return the paths, the last opened first."""
        times = self._settings.current.recent_corpora
        return [Path(path) for path, _time in sorted(times.items(), key=itemgetter(1), reverse=True)]

    def remember(self, path: Path) -> None:
        """Remember the corpus at `path` as the last opened, which the next start opens."""
        times = {**self._settings.current.recent_corpora, str(path.absolute()): utc_timestamp()}
        newest = sorted(times.items(), key=itemgetter(1))[-_MAX:]
        self._settings.save(last_corpus=str(path.absolute()), recent_corpora=dict(newest))

    def forget(self, path: Path) -> None:
        """Take a path off the list."""
        times = self._settings.current.recent_corpora
        self._settings.save(recent_corpora={other: time for other, time in times.items() if other != str(path)})


def describe_path(path: Path) -> str:
    """Return the name of a corpus and its folder, each in its own direction, short enough for a menu."""
    folder, home = str(path.parent), str(Path.home())
    if folder == home or folder.startswith((f"{home}/", f"{home}\\")):
        folder = "~" + folder[len(home) :]
    return f"{isolate(path.stem)}  –  {isolate_ltr(elide_middle(folder, _MAX_FOLDER_LENGTH))}"
