"""What's new is told of this very version, alike in every language, and without a word of the inside."""

import re
from pathlib import Path

import bundle
import pytest
from ui.inspection import strip_isolates

from annotator import __version__, i18n
from annotator.resources import resource_path

ROOT = Path(__file__).resolve().parent.parent


def read_changes(language: str) -> str:
    return strip_isolates(resource_path("changes", f"{language}.md").read_text(encoding="utf-8"))


def shape(text: str) -> list[tuple[str, str, list[int]]]:
    """Each version with its day, and how many points each of its groups has."""
    versions = re.split(r"^## ", text, flags=re.M)[1:]
    heads = [re.findall(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$", version.splitlines()[0])[0] for version in versions]
    groups = [re.split(r"^### ", version, flags=re.M)[1:] for version in versions]
    points = [[len(re.findall(r"^- ", group, re.M)) for group in version] for version in groups]
    return [(*head, of) for head, of in zip(heads, points, strict=True)]


def test_the_newest_version_is_the_programs() -> None:
    assert bundle.read_releases()[0][0] == __version__


def test_the_page_of_the_checkout_is_the_one_in_the_program() -> None:
    assert (ROOT / "CHANGELOG.md").read_text(encoding="utf-8") == read_changes("en")
    assert [(version, day) for version, day, _points in shape(read_changes("en"))] == bundle.read_releases()


def test_there_is_a_page_for_each_language_and_no_other() -> None:
    assert {path.stem for path in resource_path("changes").iterdir()} == set(i18n.LANGUAGES)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_each_language_tells_of_the_same(language: str) -> None:
    assert shape(read_changes(language)) == shape(read_changes("en"))
    assert all(point for _version, _day, points in shape(read_changes(language)) for point in points)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_each_language_names_the_same_keys_and_commands(language: str) -> None:
    pattern = r"(?:Ctrl|Shift|Alt)\+[A-Za-z+]+|`[^`]+`|(?<![A-Za-z])[A-Z]+(?:[A-Z]|\d)\d*(?![A-Za-z])"
    assert sorted(re.findall(pattern, read_changes(language))) == sorted(re.findall(pattern, read_changes("en")))
