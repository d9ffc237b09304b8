"""The packages for Linux: what the .deb says and needs, a .tar.gz that is always the same, the kind of a corpus."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ET
from pathlib import Path

import archive
import click
import deb
import depends
import desktop
import pytest
from bundle import NAME, Bundle, read_releases

from annotator import __version__
from annotator.cli.command import TerminalCommand
from annotator.cli.root import root
from annotator.model.labels import default_labels
from annotator.model.links import SCHEME
from annotator.paths import CHANGESET_SUFFIX, INVITATION_SUFFIX
from annotator.store.corpus import Corpus

HERE = Path(__file__).resolve().parent.parent / "packaging" / "linux"
MIME = "application/vnd.arabic-news-annotator.corpus+sqlite3"
CHANGESET_MIME = "application/vnd.arabic-news-annotator.changeset+gzip"
INVITATION_MIME = "application/vnd.arabic-news-annotator.invitation+json"
MIME_NAMES = {"mime": "http://www.freedesktop.org/standards/shared-mime-info"}
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the packages for Linux are made there")

# --- What the package needs

TOLD = "libc6 (>= 2.41), libglib2.0-0t64 (>= 2.84.4), libegl1 (>= 1.7.0), zlib1g (>= 1:1.3.dfsg+really1.3.1), libgl1"


def test_the_c_library_has_a_version_and_what_was_renamed_its_older_name() -> None:
    assert depends.parse_depends(TOLD, "2.36") == [
        *("libc6 (>= 2.36)", "libegl1", "libgl1", "libglib2.0-0t64 | libglib2.0-0", "zlib1g")
    ]
    assert depends.parse_depends("", "2.36") == []


def test_the_c_library_is_as_new_as_the_newest_thing_that_is_asked_of_it() -> None:
    headers = (
        "  0x0 0x00 03 GLIBC_2.9\n  0x0 0x00 02 GLIBC_2.36\n  0x0 0x00 04 GLIBC_2.4\n  GLIBCXX_3.4.30\n  GLIBC_PRIVATE"
    )
    assert depends.find_required_glibc(headers) == "2.36"
    assert depends.find_required_glibc("") == "2.34"


@on_linux
def test_a_library_of_no_package_is_found_unless_it_is_the_bundles(tmp_path: Path) -> None:
    lines = [
        f"dpkg-shlibdeps: warning: no dependency information found for {tmp_path}/own/libicuuc.so.73 (used by a.so)",
        "dpkg-shlibdeps: warning: no dependency information found for /usr/local/lib/libodd.so.1 (used by b.so)",
    ]
    assert depends.find_packageless("\n".join(lines), [tmp_path / "own"]) == ["/usr/local/lib/libodd.so.1"]
    assert depends.find_packageless(lines[0], [tmp_path / "own"]) == []


@on_linux
def test_what_a_real_binary_is_linked_to_is_read_off_it(tmp_path: Path) -> None:
    for program in ("dpkg-shlibdeps", "objdump"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed; on Debian: sudo apt-get install dpkg-dev binutils")
    shutil.copy("/bin/ls", tmp_path / "ls")
    (tmp_path / "text").write_text("no program")
    (tmp_path / "link").symlink_to("ls")
    binaries = depends.find_binaries(tmp_path)
    assert binaries == [tmp_path / "ls"]
    needed = depends.find_dependencies(binaries, [tmp_path])
    assert any(re.fullmatch(r"libc6 \(>= 2\.\d+\)", entry) for entry in needed)
    assert "libselinux1" in needed


@on_linux
@pytest.mark.skipif(not shutil.which("objdump"), reason="objdump is not installed; on Debian: apt-get install binutils")
def test_a_binary_that_needs_a_newer_glibc_is_named(tmp_path: Path) -> None:
    shutil.copy("/bin/ls", tmp_path / "ls")
    needed = depends.find_newer_glibc([tmp_path / "ls"], (2, 0))
    assert needed == {tmp_path / "ls": depends.find_required_glibc(depends._read_headers([tmp_path / "ls"]))}
    assert depends.find_newer_glibc([tmp_path / "ls"], (9, 0)) == {}


# --- The package's control file


def test_the_control_file_is_one_that_dpkg_takes() -> None:
    control = deb.format_control("1.2.3", "amd64", ["libc6 (>= 2.36)", "libegl1"], 130_000)
    fields = dict(line.split(": ", 1) for line in control.splitlines() if not line.startswith(" "))
    assert fields["Package"] == NAME
    assert fields["Version"] == "1.2.3"
    assert fields["Depends"] == "libc6 (>= 2.36), libegl1"
    assert fields["Installed-Size"] == "130000"
    assert control.endswith("\n")
    assert all(line.startswith(" ") for line in control.partition("Description: ")[2].splitlines()[1:])
    assert all(len(line) <= 80 for line in control.splitlines() if line.startswith(" "))


def test_the_libraries_that_debian_has_are_not_in_its_package(tmp_path: Path) -> None:
    for name in ("libsqlite3.so.0", "libxcb-cursor.so.0", "libpython3.11.so.1.0", "base_library.zip"):
        (tmp_path / name).touch()
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "libQt6Core.so.6").symlink_to("PySide6/Qt/lib/libQt6Core.so.6")
    assert [path.name for path in deb.find_system_libraries(tmp_path)] == ["libsqlite3.so.0", "libxcb-cursor.so.0"]


def test_debians_list_of_changes_has_its_form() -> None:
    bundle = Bundle(HERE, HERE, HERE, "1.2.3", 0)
    first, *_, last = deb.format_changelog(bundle).splitlines()
    assert first == f"{NAME} (1.2.3) unstable; urgency=medium"
    assert re.fullmatch(r" -- .+ <\S+@\S+>  Thu, 01 Jan 1970 00:00:00 [+-]0000", last)


def test_the_size_is_in_kibibytes_rounded_up(tmp_path: Path) -> None:
    (tmp_path / "DEBIAN").mkdir()
    (tmp_path / "DEBIAN" / "control").write_bytes(b"x" * 9000)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"x" * 1025)
    assert deb.measure_installed_size(tmp_path) == 1 + 2


# --- The archive


@on_linux
def test_the_same_folder_gives_the_same_archive_whoever_packs_it_and_when(tmp_path: Path) -> None:
    for place, order in (("one", ("b", "a")), ("two", ("a", "b"))):
        folder = tmp_path / place / "program-1.0"
        (folder / "sub").mkdir(parents=True)
        for name in order:
            (folder / "sub" / name).write_text(name)
        os.utime(folder / "sub" / "a", (len(place), 7 if place == "one" else 8))
        (folder / "start").write_text("#!/bin/sh")
        (folder / "start").chmod(0o755 if place == "one" else 0o700)
        (folder / "lib.so.1").write_text("library")
        (folder / "lib.so.1").chmod(0o755)
        (folder / "lib.so").symlink_to("lib.so.1")
        (folder / "sub" / "twin").hardlink_to(folder / "start")
        archive.pack(folder, tmp_path / f"{place}.tar.gz", 1_000_000)
    packed = tmp_path / "one.tar.gz"
    assert packed.read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    with tarfile.open(packed) as opened:
        members = {member.name: member for member in opened}
        twin = opened.extractfile("program-1.0/sub/twin")
        assert twin
        assert twin.read() == b"#!/bin/sh"
    assert next(iter(members)) == "program-1.0"
    assert {member.mtime for member in members.values()} == {1_000_000}
    assert {(member.uid, member.uname) for member in members.values()} == {(0, "root")}
    assert members["program-1.0/start"].mode == 0o755
    assert members["program-1.0/sub/a"].mode == 0o644
    assert members["program-1.0/lib.so.1"].mode == 0o644
    assert members["program-1.0/lib.so"].linkname == "lib.so.1"


# --- The desktop


def find_kind(type_: str) -> ET.Element:
    """Return the description of a file type."""
    root = ET.parse(HERE / f"{NAME}.mime.xml").getroot()
    [element] = root.findall(f"mime:mime-type[@type='{type_}']", MIME_NAMES)
    return element


def list_patterns(kind: ET.Element) -> list[str | None]:
    """Return the patterns of the names of files of a type."""
    return [glob.get("pattern") for glob in kind.findall("mime:glob", MIME_NAMES)]


def matches(match: ET.Element, data: bytes) -> bool:
    """Whether the data is what the element asks for, and one of those within it, as shared-mime-info has it."""
    offset = int(match.attrib["offset"])
    value = match.attrib["value"]
    wanted = (
        int(value, 16).to_bytes(4, "big") if match.get("type") == "big32" else value.replace("\\000", "\0").encode()
    )
    within = match.findall("mime:match", MIME_NAMES)
    return data[offset : offset + len(wanted)] == wanted and (
        not within or any(matches(child, data) for child in within)
    )


def test_a_corpus_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    kind = find_kind(MIME)
    Corpus.create(tmp_path / "a.corpus", default_labels()).close()
    data = (tmp_path / "a.corpus").read_bytes()
    (match,) = kind.findall("mime:magic/mime:match", MIME_NAMES)
    assert matches(match, data)
    assert not matches(match, data[:68] + b"\0\0\0\0" + data[72:])
    assert not matches(match, b"text" + data[4:])
    assert list_patterns(kind) == ["*.corpus"]


def test_a_changeset_and_an_invitation_are_known_by_their_names() -> None:
    assert list_patterns(find_kind(CHANGESET_MIME)) == [f"*{CHANGESET_SUFFIX}"]
    assert list_patterns(find_kind(INVITATION_MIME)) == [f"*{INVITATION_SUFFIX}"]


def entry(name: str = NAME) -> dict[str, str]:
    """Return the lines of an entry, by default that of the menu, by key."""
    lines = (HERE / f"{name}.desktop").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def test_a_double_click_on_a_file_of_the_program_opens_it() -> None:
    assert entry()["MimeType"] == f"{MIME};{CHANGESET_MIME};{INVITATION_MIME};"
    assert entry()["Exec"] == "annotator %f"
    for text in ("Name", "GenericName", "Comment", "Keywords"):
        assert {text, f"{text}[ar]", f"{text}[fr]"} <= set(entry())


def test_a_click_on_a_link_opens_it() -> None:
    link = entry(f"{NAME}-link")
    assert link["MimeType"] == f"x-scheme-handler/{SCHEME};"
    assert link["Exec"] == "annotator %u"  # %f is nothing for what is no file
    assert link["NoDisplay"] == "true"
    for text in ("Name", "Comment"):
        assert {text, f"{text}[ar]", f"{text}[fr]"} <= set(link)
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", *(HERE / name for name in desktop.ENTRIES)], check=True)


@on_linux
def test_the_menu_the_icons_and_the_shops_are_told(tmp_path: Path) -> None:
    (tmp_path / "icons").mkdir()
    for size in (16, 256):
        (tmp_path / "icons" / f"{size}.png").write_bytes(b"picture")
    desktop.write_share(
        tmp_path / "share", Bundle(tmp_path, tmp_path / "icons", tmp_path, "1.2.3", 0), "https://a.example/p"
    )
    paths = [path for path in (tmp_path / "share").rglob("*") if path.is_file()]
    assert {path.relative_to(tmp_path / "share").as_posix() for path in paths} == {
        "bash-completion/completions/annotator",
        "fish/vendor_completions.d/annotator.fish",
        "zsh/vendor-completions/_annotator",
        f"applications/{NAME}.desktop",
        f"applications/{NAME}-link.desktop",
        f"icons/hicolor/16x16/apps/{NAME}.png",
        f"icons/hicolor/256x256/apps/{NAME}.png",
        f"icons/hicolor/scalable/apps/{NAME}.svg",
        f"metainfo/{NAME}.metainfo.xml",
        f"mime/packages/{NAME}.xml",
    }
    root = ET.parse(tmp_path / "share" / "metainfo" / f"{NAME}.metainfo.xml").getroot()
    versions = [(release.get("version"), release.get("date")) for release in root.findall("releases/release")]
    assert versions == read_releases()
    assert versions[0][0] == __version__
    addresses = [image.text for image in root.findall("screenshots/screenshot/image")]
    assert addresses == [f"https://a.example/p/{name}" for name in desktop.PICTURES]
    assert root.findtext("launchable") == f"{NAME}.desktop"
    if shutil.which("appstreamcli"):
        path = tmp_path / "share" / "metainfo" / f"{NAME}.metainfo.xml"
        completed = subprocess.run(["appstreamcli", "validate", "--no-net", path], capture_output=True, text=True)
        assert not re.search(r"^E:", completed.stdout, re.M), completed.stdout


def test_the_pictures_that_shops_show_are_there(tmp_path: Path) -> None:
    desktop.copy_pictures(tmp_path / "pictures")
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == set(desktop.PICTURES)


def test_every_page_that_the_help_names_is_copied(tmp_path: Path) -> None:
    desktop.copy_pages(tmp_path / "docs")
    names = root.list_commands(click.Context(root))
    for command in [root, *(root.load_command(name) for name in names)]:
        assert isinstance(command, TerminalCommand)
        assert (tmp_path / command.page).is_file()


@on_linux
def test_a_copy_in_any_folder_gets_into_the_menu_and_out_of_it(tmp_path: Path) -> None:
    folder = tmp_path / 'odd & "quoted" $(name)|50%\\'
    folder.mkdir()
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "16.png").write_bytes(b"picture")
    desktop.write_share(folder / "share", Bundle(tmp_path, tmp_path / "icons", tmp_path, "1", 0))
    shutil.copy(HERE / "portable" / "install.sh", folder)
    home = tmp_path / "home"
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    subprocess.run(["sh", folder / "install.sh"], env=env, check=True, capture_output=True)
    share = home / ".local" / "share"
    escaped = str(folder).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("%", "%%")
    for name, argument in zip(desktop.ENTRIES, ("%f", "%u"), strict=True):
        written = (share / "applications" / name).read_text(encoding="utf-8")
        [command] = re.findall(r"^Exec=(.*)$", written, re.M)
        assert command == f'"{escaped}/annotator" {argument}'.replace("\\", "\\\\")
    assert (share / "icons" / "hicolor" / "16x16" / "apps" / f"{NAME}.png").exists()
    subprocess.run(["sh", folder / "install.sh", "--remove"], env=env, check=True, capture_output=True)
    assert list(share.rglob(f"*{NAME}*")) == []
    assert subprocess.run(["sh", folder / "install.sh", "--help"], env=env, capture_output=True).returncode == 2


@on_linux
def test_pictures_go_to_a_folder_that_is_named_from_where_the_check_starts(tmp_path: Path) -> None:
    text = (HERE / "check.sh").read_text(encoding="utf-8")
    preparation = text.partition("\nsay() ")[0]
    (tmp_path / "check.sh").write_text(f'{preparation}\necho "$pictures"; rm -r "$work"\n', encoding="utf-8")
    dist = tmp_path / "dist"
    dist.mkdir()
    for name in ("a.deb", "a-linux-x86_64.tar.gz"):
        (dist / name).touch()
    command = ["sh", "check.sh", "dist", "pictures"]
    completed = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert completed.stdout == f"{tmp_path / 'pictures'}\n"
    assert (tmp_path / "pictures").is_dir()
