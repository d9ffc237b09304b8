"""The list of recent corpora in the settings, and how its paths are written in menus."""

from pathlib import Path

import pytest

from annotator import settings
from annotator.ui.session import recent_corpora
from annotator.ui.session.recent_corpora import RecentCorpora, describe_path
from annotator.ui.session.user_settings import UserSettings


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count openings instead of looking at the clock."""
    counter = iter(range(100, 1000))
    monkeypatch.setattr(recent_corpora, "utc_timestamp", lambda: str(next(counter)))


def create() -> RecentCorpora:
    """Create the list of one window."""
    return RecentCorpora(UserSettings(settings.load()))


@pytest.mark.usefixtures("times", "qapp")
def test_the_last_opened_comes_first_and_the_oldest_is_dropped(tmp_path: Path) -> None:
    recent, paths = create(), [tmp_path / f"{number}.corpus" for number in range(12)]
    for path in [*paths, paths[5]]:
        recent.remember(path)
    expected = [paths[5], *(paths[number] for number in (11, 10, 9, 8, 7, 6, 4, 3))]
    assert recent.paths() == create().paths() == expected
    assert settings.load().last_corpus == str(paths[5])


@pytest.mark.usefixtures("times", "qapp")
def test_two_windows_share_the_list(tmp_path: Path) -> None:
    first, second = create(), create()
    first.remember(tmp_path / "a.corpus")
    second.remember(tmp_path / "b.corpus")
    first.remember(tmp_path / "c.corpus")
    second.forget(tmp_path / "b.corpus")
    assert create().paths() == [tmp_path / "c.corpus", tmp_path / "a.corpus"]


def test_a_path_is_described_by_name_and_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/sanae"))
    isolates = str.maketrans("", "", "\u2066\u2068\u2069")
    assert describe_path(Path("/home/sanae/work/أخبار.corpus")).translate(isolates) == f"أخبار  –  {Path('~/work')}"
    assert describe_path(Path("/home/sanae2/a.corpus")).translate(isolates) == f"a  –  {Path('/home/sanae2')}"
    long = describe_path(Path("/media", "x" * 90, "a.corpus"))
    assert len(long.translate(isolates)) == len("a  –  ") + 44
    assert "…" in long
