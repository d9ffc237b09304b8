"""What the program is made of: every part is told with its terms, and none has terms that do not go with ours."""

import importlib.metadata
import struct
import sys

import licences
import msgspec
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PySide6.QtCore import qVersion

from annotator import __version__, licenses, resources
from annotator.licenses import Contents, Part
from annotator.resources import resource


@pytest.fixture(scope="module")
def found():
    return {one.name: one for one in licenses.parts()}


def test_every_part_is_told_with_its_version_and_its_terms(found):
    assert list(found)[:4] == ["Arabic News Annotator", "Qt", "Python", "SQLite"]
    assert {"PySide6_Essentials", "shiboken6", "lxml", "trafilatura", "typing_extensions"} <= set(found)
    assert not {"pip", "pytest", "spacy", "pyinstaller", "arabic-news-annotator"} & set(found)
    assert all(one.version and one.terms for one in found.values())
    assert found["Arabic News Annotator"].version == __version__
    assert found["Qt"].version == qVersion()
    assert found["Python"].version == sys.version.split()[0]


def test_the_terms_of_what_asks_for_its_text_are_there_in_full(found):
    for name, words in {
        "Arabic News Annotator": "Apache License",
        "Qt": "GNU LESSER GENERAL PUBLIC LICENSE",
        "PySide6_Essentials": "GNU LESSER GENERAL PUBLIC LICENSE",
        "shiboken6": "GNU GENERAL PUBLIC LICENSE",
        "python-bidi": "GNU LESSER GENERAL PUBLIC LICENSE",
        "Python": "PYTHON SOFTWARE FOUNDATION LICENSE",
        "SQLite": "public domain",
        "Noto Naskh Arabic": "SIL OPEN FONT LICENSE",
    }.items():
        assert words.lower() in "\n".join(found[name].texts).lower(), name
    assert "SIL OPEN FONT" not in "".join(found["Arabic News Annotator"].texts)
    assert "Copyright" in "".join(found["lxml"].texts)


def test_a_wheel_of_qt_with_the_commercial_terms_alone_has_the_lgpl_listed_too(tmp_path):
    wheel = tmp_path / "pyside6_essentials-6.11.3.dist-info"
    (wheel / "licenses").mkdir(parents=True)
    commercial = "Licensees may not use the GNU Lesser General Public License. See the agreement.\n"
    (wheel / "licenses" / "LicenseRef-Qt-Commercial.txt").write_text(commercial, encoding="utf-8")
    said = "Metadata-Version: 2.4\nName: PySide6_Essentials\nVersion: 6.11.3\nLicense: LGPL-3.0-only OR GPL-3.0-only\n"
    (wheel / "METADATA").write_text(said, encoding="utf-8")
    (wheel / "RECORD").write_text(f"{wheel.name}/licenses/LicenseRef-Qt-Commercial.txt,,\n", encoding="utf-8")
    part = licenses.part(importlib.metadata.Distribution.at(wheel))
    assert part.texts[0] == commercial
    titles = [text.strip().splitlines()[0].strip() for text in part.texts[1:]]
    assert titles == ["GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE"]


def test_of_the_files_of_a_package_those_with_terms_alone_are_looked_for(tmp_path, monkeypatch):
    package = tmp_path / "large-1.0.dist-info"
    (package / "licenses").mkdir(parents=True)
    (package / "licenses" / "LICENSE.txt").write_text("the terms", encoding="utf-8")
    (package / "METADATA").write_text("Metadata-Version: 2.4\nName: large\nVersion: 1.0\n", encoding="utf-8")
    names = ["large/__init__.py", f"{package.name}/METADATA", f"{package.name}/licenses/LICENSE.txt"]
    lines = [f"{name},sha256=x,1\n" for name in [*names, f"{package.name}/LICENSE-that-is-gone"]]
    (package / "RECORD").write_text("".join(lines), encoding="utf-8")

    def fail(_):
        raise AssertionError("each of a package's files is looked for, which takes half a minute on Windows")

    monkeypatch.setattr(importlib.metadata.Distribution, "files", property(fail))
    assert licenses.part(importlib.metadata.Distribution.at(package)).texts == ("the terms",)


def test_the_text_of_the_lgpl_stands_once_with_a_part_that_brings_it(found):
    titles = [text for text in found["python-bidi"].texts if "GNU LESSER GENERAL PUBLIC LICENSE\n" in text]
    assert len(titles) == 1


@pytest.mark.parametrize("beside", [True, False])
def test_pythons_terms_are_a_text_where_only_the_prefix_has_it_and_where_nothing_has_it(beside, tmp_path, monkeypatch):
    monkeypatch.setattr(licenses.sysconfig, "get_path", lambda name: str(tmp_path / "Lib"))
    monkeypatch.setattr(licenses.sysconfig, "get_python_version", lambda: "0.0")
    monkeypatch.setattr(licenses.sys, "base_prefix", str(tmp_path))
    if beside:
        (tmp_path / "LICENSE.txt").write_text("the terms of this Python", encoding="utf-8")
    [python] = [part for part in licenses.installed() if part.name == "Python"]
    (text,) = python.texts
    assert ("PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2" in text) is not beside
    assert (text == "the terms of this Python") is beside


def test_every_package_that_the_program_asks_for_is_a_part(found):
    asked = map(Requirement, importlib.metadata.requires(licenses.PROJECT))
    held = {canonicalize_name(one.name) for one in asked if not one.marker or one.marker.evaluate({"extra": ""})}
    assert len(held) > 10
    assert held <= {canonicalize_name(name) for name in found}


def test_the_fonts_are_those_that_lie_there(found):
    there = {(family(path), version(path)) for path in resource("fonts").glob("*.ttf")}
    assert there == {(one.name, one.version) for one in found.values() if one.terms == "OFL-1.1"}


def family(path):
    return named(path, 1)


def version(path):
    return named(path, 5).removeprefix("Version ").partition(";")[0]


def named(path, wanted):
    """What a font says of itself (https://learn.microsoft.com/en-us/typography/opentype/spec/name)."""
    font = path.read_bytes()
    tables = (struct.unpack_from(">4s4xII", font, 12 + 16 * at) for at in range(struct.unpack_from(">H", font, 4)[0]))
    [start] = [offset for tag, offset, _length in tables if tag == b"name"]
    count, texts = struct.unpack_from(">HH", font, start + 2)
    for at in range(count):
        platform, _encoding, _language, name, length, offset = struct.unpack_from(">6H", font, start + 6 + 12 * at)
        if (platform, name) == (3, wanted):
            return font[start + texts + offset :][:length].decode("utf-16-be")
    raise LookupError(wanted)


# --- In a bundle


def test_a_bundle_tells_what_was_written_where_it_was_made(found, tmp_path, monkeypatch):
    made = [*found.values(), Part("libxcb-cursor0", "0.1.5-1", "see its text", "", ("the terms",))]
    licences.write(tmp_path, made)
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    (tmp_path / "resources").mkdir()
    (tmp_path / "parts.json").rename(tmp_path / "resources" / "parts.json")
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: pytest.fail("a bundle has no metadata"))
    assert licenses.parts() == tuple(made)
    assert licenses.bundled().commit == licences.commit()


def test_what_is_written_is_the_same_for_people_and_for_the_window(found, tmp_path):
    licences.write(tmp_path, found.values())
    told = msgspec.json.decode((tmp_path / "parts.json").read_bytes(), type=Contents)
    text = (tmp_path / "LICENCES.txt").read_text(encoding="utf-8")
    for one in told.parts:
        assert f"{one.name} {one.version}: {one.terms}" in text
        for body in one.texts:
            assert body.strip() in text


def test_terms_of_several_parts_stand_once_under_the_names_of_all():
    told = licences.text([Part("one", "1", "MIT", "", ("Do.",)), Part("two", "2", "MIT", "", ("Do.\n", "And say."))])
    assert told.count("Do.") == 1
    assert "one 1, two 2\n" in told
    assert told.rstrip().endswith("And say.")


# --- Terms


def test_every_part_of_a_bundle_may_be_given_away():
    assert licences.unknown(licences.parts()) == []


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
def test_terms_that_do_not_go_with_ours_are_found(terms, fits):
    assert (licences.unknown([Part("new", "1", terms)]) == []) is fits


def test_what_is_under_the_lgpl_alone_lies_in_files_that_can_be_replaced(found):
    bound = {name for name, one in found.items() if not free_otherwise(one.terms)}
    assert bound == set(licenses.REPLACEABLE)
    for name in bound:
        folder = licenses.folder(name)
        assert any({".so", ".pyd", ".dll"} & set(path.suffixes) for path in folder.rglob("*")), name
    assert licenses.folder("lxml") is None


def free_otherwise(terms):
    """Whether there is a way to use a part without the LGPL or the GPL."""
    return any("GPL" not in way for way in terms.split(" OR "))
