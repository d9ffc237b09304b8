"""The components of the program: all are listed with their licences, and these are compatible with ours."""

import importlib.metadata
import struct
import sys
import sysconfig
import tomllib
from pathlib import Path

import freezing
import licences
import msgspec
import pytest
from bundle import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PySide6.QtCore import qVersion

from annotator import __version__, licenses, resources
from annotator.licenses import BundleContents, Component
from annotator.resources import resource_path


@pytest.fixture(scope="module")
def components() -> dict[str, Component]:
    return {component.name: component for component in licenses.list_components()}


def test_every_component_has_a_version_and_terms(components: dict[str, Component]) -> None:
    assert list(components)[:4] == ["Arabic News Annotator", "Qt", "Python", "SQLite"]
    assert {"PySide6_Essentials", "shiboken6", "lxml", "trafilatura", "courlan"} <= set(components)
    assert not {"pip", "pytest", "spacy", "pyinstaller", "arabic-news-annotator"} & set(components)
    assert all(component.version and component.terms for component in components.values())
    assert components["Arabic News Annotator"].version == __version__
    assert components["Qt"].version == qVersion()
    assert components["Python"].version == sys.version.split()[0]


def test_licences_that_require_their_text_are_included_in_full(components: dict[str, Component]) -> None:
    for name, words in {
        "Arabic News Annotator": "Apache License",
        "Qt": "GNU LESSER GENERAL PUBLIC LICENSE",
        "PySide6_Essentials": "GNU LESSER GENERAL PUBLIC LICENSE",
        "shiboken6": "GNU GENERAL PUBLIC LICENSE",
        "python-bidi": "GNU LESSER GENERAL PUBLIC LICENSE",
        "psycopg": "GNU LESSER GENERAL PUBLIC LICENSE",
        "psycopg-binary": "PostgreSQL Global Development Group",
        "Python": "PYTHON SOFTWARE FOUNDATION LICENSE",
        "SQLite": "public domain",
        "Noto Naskh Arabic": "SIL OPEN FONT LICENSE",
    }.items():
        assert words.lower() in "\n".join(components[name].texts).lower(), name
    assert "SIL OPEN FONT" not in "".join(components["Arabic News Annotator"].texts)
    assert "Copyright" in "".join(components["lxml"].texts)


def test_qt_wheel_with_only_commercial_terms_gets_the_lgpl(tmp_path: Path) -> None:
    wheel = tmp_path / "pyside6_essentials-6.11.3.dist-info"
    (wheel / "licenses").mkdir(parents=True)
    commercial = "Licensees may not use the GNU Lesser General Public License. See the agreement.\n"
    (wheel / "licenses" / "LicenseRef-Qt-Commercial.txt").write_text(commercial, encoding="utf-8")
    metadata = (
        "Metadata-Version: 2.4\nName: PySide6_Essentials\nVersion: 6.11.3\nLicense: LGPL-3.0-only OR GPL-3.0-only\n"
    )
    (wheel / "METADATA").write_text(metadata, encoding="utf-8")
    (wheel / "RECORD").write_text(f"{wheel.name}/licenses/LicenseRef-Qt-Commercial.txt,,\n", encoding="utf-8")
    part = licences.read_component(importlib.metadata.Distribution.at(wheel))
    assert part.texts[0] == commercial
    titles = [text.strip().splitlines()[0].strip() for text in part.texts[1:]]
    assert titles == ["GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE"]


def test_only_licence_files_of_a_package_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "large-1.0.dist-info"
    (package / "licenses").mkdir(parents=True)
    (package / "licenses" / "LICENSE.txt").write_text("the terms", encoding="utf-8")
    (package / "METADATA").write_text("Metadata-Version: 2.4\nName: large\nVersion: 1.0\n", encoding="utf-8")
    names = ["large/__init__.py", f"{package.name}/METADATA", f"{package.name}/licenses/LICENSE.txt"]
    lines = [f"{name},sha256=x,1\n" for name in [*names, f"{package.name}/LICENSE-that-is-gone"]]
    (package / "RECORD").write_text("".join(lines), encoding="utf-8")

    def fail(_: object) -> None:
        raise AssertionError("each of a package's files is looked for, which takes half a minute on Windows")

    monkeypatch.setattr(importlib.metadata.Distribution, "files", property(fail))
    assert licences.read_component(importlib.metadata.Distribution.at(package)).texts == ("the terms",)


def test_lgpl_text_of_a_package_is_not_repeated(components: dict[str, Component]) -> None:
    titles = [text for text in components["python-bidi"].texts if "GNU LESSER GENERAL PUBLIC LICENSE\n" in text]
    assert len(titles) == 1


@pytest.mark.parametrize("is_in_prefix", [True, False])
def test_python_licence_is_found_in_the_prefix_or_taken_from_the_copy(
    is_in_prefix: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "Lib"))
    monkeypatch.setattr(sysconfig, "get_python_version", lambda: "0.0")
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    if is_in_prefix:
        (tmp_path / "LICENSE.txt").write_text("the terms of this Python", encoding="utf-8")
    [python] = [part for part in licences.collect_components() if part.name == "Python"]
    (text,) = python.texts
    assert ("PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2" in text) is not is_in_prefix
    assert (text == "the terms of this Python") is is_in_prefix


def test_every_required_package_is_a_component(components: dict[str, Component]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {
        canonicalize_name(requirement.name)
        for requirement in map(Requirement, project["dependencies"])
        if not requirement.marker or requirement.marker.evaluate()
    }
    assert len(required) > 10
    assert required <= {canonicalize_name(name) for name in components}


def test_the_list_is_what_the_script_makes_of_this_environment() -> None:
    listed = msgspec.json.decode(resource_path("components.json").read_bytes(), type=tuple[Component, ...])
    facts, current = (
        {component.name: (component.terms, component.home, component.package) for component in components}
        for components in (listed, licences.collect_components())
    )
    # Other systems and versions of Python need a package more or less.
    shared = facts.keys() & current.keys()
    assert len(shared) > 30
    assert {name: facts[name] for name in shared} == {name: current[name] for name in shared}
    if sys.platform == "linux" and sys.version_info[:2] == (3, 11):
        assert facts.keys() == current.keys(), "packaging/licences.py makes it anew"


def test_versions_are_those_that_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"lxml": "77.1", "PySide6_Essentials": "6.20.1.2"}

    def find_version(name: str) -> str:
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(importlib.metadata, "version", find_version)
    found = {component.name: component.version for component in licenses.list_components()}
    fonts = {name for name in found if name.startswith("Noto")}
    assert found.keys() - fonts == {*versions, "Qt", "Arabic News Annotator", "Python", "SQLite"}
    assert (found["lxml"], found["Qt"], found["PySide6_Essentials"]) == ("77.1", "6.20.1", "6.20.1.2")


def test_fonts_match_the_files(components: dict[str, Component]) -> None:
    fonts = {(family(path), version(path)) for path in resource_path("fonts").glob("*.ttf")}
    assert fonts == {
        (component.name, component.version) for component in components.values() if component.terms == "OFL-1.1"
    }


def family(path: Path) -> str:
    return read_name(path, 1)


def version(path: Path) -> str:
    return read_name(path, 5).removeprefix("Version ").partition(";")[0]


def read_name(path: Path, name_id: int) -> str:
    """Read a record of the name table of a font (https://learn.microsoft.com/en-us/typography/opentype/spec/name)."""
    font = path.read_bytes()
    tables = (
        struct.unpack_from(">4s4xII", font, 12 + 16 * index) for index in range(struct.unpack_from(">H", font, 4)[0])
    )
    [start] = [offset for tag, offset, _length in tables if tag == b"name"]
    count, texts = struct.unpack_from(">HH", font, start + 2)
    for index in range(count):
        platform, _encoding, _language, name, length, offset = struct.unpack_from(">6H", font, start + 6 + 12 * index)
        if (platform, name) == (3, name_id):
            return font[start + texts + offset :][:length].decode("utf-16-be")
    raise LookupError(name_id)


# --- In a bundle


def test_bundle_reads_the_list_written_at_build(
    components: dict[str, Component], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle_components = [
        *components.values(),
        Component("libxcb-cursor0", "0.1.5-1", "see its text", "", ("the terms",)),
    ]
    licences.write(tmp_path, bundle_components)
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    (tmp_path / "resources").mkdir()
    (tmp_path / "parts.json").rename(tmp_path / "resources" / "parts.json")
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: pytest.fail("a bundle has no metadata"))
    assert licenses.list_components() == tuple(bundle_components)
    contents = licenses.load_bundle_contents()
    assert contents
    assert contents.commit == licences.read_commit()


def test_written_lists_agree_for_people_and_for_the_window(components: dict[str, Component], tmp_path: Path) -> None:
    licences.write(tmp_path, components.values())
    contents = msgspec.json.decode((tmp_path / "parts.json").read_bytes(), type=BundleContents)
    text = (tmp_path / "LICENCES.txt").read_text(encoding="utf-8")
    for component in contents.parts:
        assert f"{component.name} {component.version}: {component.terms}" in text
        for body in component.texts:
            assert body.strip() in text


def test_shared_terms_are_written_once_with_all_names() -> None:
    text = licences.format_text(
        [Component("one", "1", "MIT", "", ("Do.",)), Component("two", "2", "MIT", "", ("Do.\n", "And say."))]
    )
    assert text.count("Do.") == 1
    assert "one 1, two 2\n" in text
    assert text.rstrip().endswith("And say.")


# --- Terms


def test_every_component_of_a_bundle_may_be_redistributed() -> None:
    assert licences.find_unknown_terms(licences.collect_parts()) == []


@pytest.mark.parametrize(
    ("terms", "fits"),
    [
        ("MIT", True),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("Apache-2.0 AND CNRI-Python", True),
        ("GPL-3.0-only", False),
        ("GPL-2.0-only OR AGPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("(MIT OR GPL-3.0-only) AND GPL-2.0-only", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_incompatible_terms_are_reported(terms: str, fits: bool) -> None:
    assert (licences.find_unknown_terms([Component("new", "1", terms)]) == []) is fits


def test_lgpl_components_are_in_replaceable_files(components: dict[str, Component]) -> None:
    bound = {name for name, component in components.items() if not free_otherwise(component.terms)}
    assert bound == set(licenses.REPLACEABLE)
    for name in bound:
        folder = licenses.library_folder(name)
        assert folder
        kinds = {".py"} if name in freezing.SOURCES else {".so", ".pyd", ".dll"}
        assert any(kinds & set(path.suffixes) for path in folder.rglob("*")), name
    assert licenses.library_folder("lxml") is None


def free_otherwise(terms: str) -> bool:
    """Return whether a component can be used without the LGPL or the GPL."""
    return any("GPL" not in way for way in terms.split(" OR "))
