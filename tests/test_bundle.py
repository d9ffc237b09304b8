"""What goes into the bundle and what stays out, its icons and terms, and the packages for Windows and macOS."""

import ast
import builtins
import importlib.metadata
import importlib.util
import os
import platform
import plistlib
import shutil
import struct
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import bundle
import dev
import freezing
import icons
import licences
import package
import pytest
import version_resource
import windows_packages
from PySide6.QtCore import QLibraryInfo
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from annotator import __version__, i18n, optional_packages
from annotator.licenses import Component
from annotator.model.links import SCHEME
from annotator.paths import CHANGESET_SUFFIX, CORPUS_SUFFIX, INVITATION_SUFFIX
from annotator.ui import app

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# --- freezing.py


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/plugins/platforms/libqwayland.so", True),
        ("PySide6/Qt/plugins/wayland-shell-integration/libxdg-shell.so", True),
        ("PySide6/Qt/plugins/wayland-shell-integration/libivi-shell.so", False),
        ("PySide6/Qt/plugins/wayland-decoration-client/libadwaita.so", True),
        ("PySide6/Qt/plugins/wayland-graphics-integration-client/libqt-plugin-wayland-egl.so", True),
        ("PySide6/Qt/plugins/wayland-graphics-integration-server/libqt-wayland-compositor-wayland-egl.so", False),
        ("PySide6/Qt/lib/libQt6WaylandClient.so.6", True),
        ("libwayland-client.so.0", False),
        ("PySide6/plugins/platforms/qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqcocoa.dylib", True),
        ("PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so", True),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", False),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
        ("PySide6/Qt/translations/qtbase_ar.qm", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/Qt/translations/qt_ar.qm", False),
        ("PySide6/Qt/lib/libQt6Core.so.6", True),
        ("libstdc++.so.6", False),
        ("libxcb.so.1", False),
        ("libxcb-cursor.so.0", True),
        ("libsqlite3.so.0", True),
        ("babel/locale-data/ar.dat", True),
        ("babel/locale-data/ar_MA.dat", False),
        ("babel/global.dat", True),
        ("lxml/isoschematron/resources/a.rng", False),
        ("lxml/etree.cpython-311-x86_64-linux-gnu.so", True),
        ("annotator/resources/fonts/NotoNaskhArabic-Regular.ttf", True),
        ("annotator/resources/i18n/ar/LC_MESSAGES/annotator.mo", True),
        ("annotator/resources/i18n/ar.po", False),
        ("click-8.5.1.dist-info/RECORD", False),
        ("click-8.5.1.dist-info/METADATA", True),
    ],
)
def test_the_bundle_holds_what_the_window_uses(destination: str, expected: bool) -> None:
    assert freezing.is_bundled(destination) is expected


@pytest.mark.skipif(sys.platform != "linux", reason="the plugins of other systems are not installed here")
def test_every_plugin_that_is_wanted_on_linux_is_one_of_qts() -> None:
    # Qt renames them: the Wayland plugin was called qwayland-generic before 6.10.
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    installed = {(path.parent.name, path.name.removeprefix("lib").split(".")[0]) for path in folder.rglob("*.so")}
    wanted = {(kind, name) for kind, names in freezing.PLUGINS.items() for name in names}
    assert wanted - installed == {("platforms", "qwindows"), ("platforms", "qcocoa")}


def test_a_library_goes_with_the_plugins_that_needed_it_and_with_what_needed_it_in_turn() -> None:
    links = {
        "program": ["libCore.so"],
        "plugin.so": ["libGui.so", "libCore.so"],
        "libGui.so": ["libCore.so", "libdbus.so"],
        "libCore.so": ["libicu.so"],
        "libgtk.so": ["libpango.so"],
        "libpango.so": ["libpango.so", "libcairo.so"],
    }
    libraries = ["libCore.so", "libGui.so", "libicu.so", "libgtk.so", "libpango.so", "libcairo.so", "libdbus.so"]
    assert freezing.find_unneeded(libraries, links) == {"libgtk.so", "libpango.so", "libcairo.so"}
    assert freezing.find_unneeded(["libcairo.so"], {"a.so": ["libcairo.so"]}) == set()


def test_a_library_is_neither_a_module_nor_python() -> None:
    assert freezing.is_library("libsqlite3.so.0")
    assert freezing.is_library("PySide6/Qt/lib/libicuuc.so.73")
    for other in ("libpython3.11.so.1.0", "PySide6/QtGui.abi3.so", "python3.11/lib-dynload/math.so", "lxml/etree.so"):
        assert not freezing.is_library(other), other
    assert freezing.is_part_of_python("libpython3.11.so.1.0")
    assert freezing.is_part_of_python("python3.11/lib-dynload/math.so")


def test_on_windows_a_module_is_no_library_and_qts_libraries_lie_beside_its_modules() -> None:
    for library in ("sqlite3.dll", "VCRUNTIME140.dll", "PySide6/Qt6Core.dll"):
        assert freezing.is_library(library), library
    for other in (
        *("_socket.pyd", "python313.dll", "python3.dll", "PySide6/QtCore.pyd", "lxml/etree.cp313-win_amd64.pyd"),
        *("PySide6/plugins/platforms/qwindows.dll", "shiboken6/shiboken6.abi3.dll"),
    ):
        assert not freezing.is_library(other), other


def test_the_bundle_of_windows_keeps_pythons_modules_and_what_something_is_linked_to() -> None:
    links = {
        "_socket.pyd": ["WS2_32.dll", "python313.dll"],
        "_sqlite3.pyd": ["SQLite3.DLL", "python313.dll"],
        "sqlite3.dll": ["KERNEL32.dll"],
        "libffi-8.dll": [],
        "python313.dll": ["VCRUNTIME140.dll"],
        "python3.dll": ["python313.dll"],
        "vcruntime140.dll": [],
        "PySide6\\QtCore.pyd": ["Qt6Core.dll", "python3.dll"],
        "PySide6\\Qt6Core.dll": ["VCRUNTIME140.dll"],
        "PySide6\\VCRUNTIME140.dll": [],
        "PySide6\\Qt6Pdf.dll": ["Qt6Core.dll"],
        "PySide6\\opengl32sw.dll": [],
        "PySide6\\plugins\\platforms\\qwindows.dll": ["Qt6Core.dll"],
    }
    entries = [(name, f"C:\\build\\{name}", "BINARY") for name in links]
    needed = freezing.select_needed(entries, lambda source: links[source.removeprefix("C:\\build\\")], PureWindowsPath)
    assert set(links) - {destination for destination, _source, _kind in needed} == {
        *("libffi-8.dll", "PySide6\\Qt6Pdf.dll", "PySide6\\opengl32sw.dll")
    }


def test_of_two_libraries_of_one_name_the_links_of_both_count() -> None:
    links = {"a\\core.dll": ["one.dll"], "b\\Core.dll": ["two.dll"], "one.dll": [], "two.dll": []}
    entries = [(name, name, "BINARY") for name in links]
    assert freezing.select_needed(entries, links.__getitem__, PureWindowsPath) == entries


def test_where_case_matters_a_library_of_another_case_is_another_one() -> None:
    entries = [("a.so", "a.so", "EXTENSION"), ("libB.so", "libB.so", "BINARY"), ("c.so", "libb.so", "SYMLINK")]
    links: dict[str, list[str]] = {"a.so": [], "libB.so": []}
    assert freezing.select_needed(entries, links.__getitem__, PurePosixPath) == entries[::2]


def test_the_bundle_is_made_with_names_that_pyinstaller_has_or_the_file_defines() -> None:
    tree = ast.parse((ROOT / "packaging" / "annotator.spec").read_text(encoding="utf-8"))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    defined = {node.id for node in names if isinstance(node.ctx, ast.Store)} | set(dir(builtins))
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.arg(arg=name):
                defined.add(name)
            case ast.Import() | ast.ImportFrom():
                defined |= {alias.asname or alias.name for alias in node.names}
    # https://pyinstaller.org/en/stable/spec-files.html; `workpath` is build_main.py's own.
    pyinstaller = {"Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE", "SPECPATH", "workpath"}
    assert {node.id for node in names} - defined == pyinstaller


def imported() -> set[str]:
    """Return the packages and modules that the program's own modules import anywhere."""
    modules = set()
    for path in (ROOT / "annotator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return modules


def test_nothing_that_the_program_imports_is_left_out_but_what_is_optional() -> None:
    names = imported()
    assert "PySide6.QtWidgets" in names
    assert not names & set(freezing.UNUSED)
    assert {name.partition(".")[0] for name in names} & set(freezing.OPTIONAL) == {
        *("spacy", "pyarrow", "pandas", "datasets", "onnxruntime", "tokenizers", "numpy")
    }


def test_every_optional_package_stays_out_of_the_bundle() -> None:
    groups = PROJECT["optional-dependencies"]
    names = {
        text.partition(">")[0] for extra, group in groups.items() if extra not in freezing.EXTRAS for text in group
    }
    assert names <= set(freezing.OPTIONAL)


def test_a_bundle_brings_what_a_team_needs() -> None:
    assert f"{dev.NAME}[{','.join(freezing.EXTRAS)}]" in dev.read_requirements("package")
    parts = {component.name for component in licences.collect_parts()}
    assert {"psycopg", "psycopg-binary", "keyring"} <= parts
    if sys.platform == "linux":
        assert {"SecretStorage", "jeepney", "cryptography"} <= parts  # the key ring of GNOME and KDE
    for name in freezing.FOUND_BY_NAME:
        assert importlib.util.find_spec(name), name
    # No library in it could be exchanged, and so its modules must lie there as they are.
    assert freezing.SOURCES == ("psycopg",)
    # Programs that start with what PyInstaller finds of entry points in the metadata: keyring's hook copies it.
    points = importlib.metadata.entry_points(group="keyring.backends")
    assert {"SecretService", "Windows", "macOS"} <= {point.name for point in points}


def test_a_bundle_says_what_can_be_done_about_an_optional_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        sentence = optional_packages.explain_missing("spaCy", "spacy")
        assert "spaCy" in sentence
        assert sentence.endswith('pip install ".[spacy]"')
    assert sentence.startswith("This needs spaCy, which cannot be added to this copy of Annotator.")


# --- package.py


def test_the_version_is_the_programs() -> None:
    assert bundle.read_version() == __version__


def test_the_time_of_a_package_is_given_or_the_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert bundle.source_date_epoch() == 86400
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert bundle.source_date_epoch() > 1_700_000_000


def test_the_environment_that_is_frozen_is_made_once_and_has_what_the_program_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran = []
    monkeypatch.setattr(dev, "run_quietly", lambda doing, command: ran.append([str(part) for part in command]))
    monkeypatch.setattr(package, "WORK", tmp_path / "package")
    package.make_environment()
    extras = ",".join(freezing.EXTRAS)
    packages = [text for text in dev.read_requirements("package") if dev.NAME not in text]
    assert ran[-1][-5:] == ["--no-build-isolation", "--editable", f".[{extras}]", *packages]
    count = len(ran)
    package.make_environment()
    assert len(ran) == count


def test_a_step_has_its_environment_without_another_programs_help(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(package, "PYTHON", sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))  # no program called env there, as on Windows
    check = "import os, sys; sys.exit(os.environ['WANTED'] != 'خط = a b')"
    package.run_step("Checking", {**os.environ, "WANTED": "خط = a b"}, "-c", check)
    with pytest.raises(dev.CannotGoOn, match="Checking failed"):
        package.run_step("Checking", {**os.environ, "WANTED": "no"}, "-c", check)


@pytest.mark.skipif(sys.platform != "linux", reason="apt is Linux's")
def test_what_makes_a_package_is_named_where_it_cannot_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "prepare_system", lambda with_xvfb: None)
    monkeypatch.setattr(dev, "find_apt_prefix", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "dpkg-shlibdeps" else name)
    monkeypatch.setattr(package, "find_missing_python_library", list)
    with pytest.raises(dev.CannotGoOn, match=r"sudo apt-get install dpkg-dev$"):
        package.prepare_tools()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(dev.CannotGoOn, match="made on Debian"):
        package.prepare_tools()


@pytest.mark.skipif(sys.platform != "linux", reason="apt is Linux's")
def test_debians_own_python_needs_its_shared_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_config_var", {"INSTSONAME": "libpython3.11.so.1.0"}.get)
    monkeypatch.setattr(dev, "can_load", lambda library: False)
    monkeypatch.setattr(sys, "base_prefix", "/opt/python")
    assert package.find_missing_python_library() == []
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    assert package.find_missing_python_library() == ["libpython{}.{}".format(*sys.version_info[:2])]
    monkeypatch.setattr(dev, "can_load", lambda library: True)
    assert package.find_missing_python_library() == []


def test_package_takes_no_other_arguments() -> None:
    with pytest.raises(dev.CannotGoOn):
        package.main(["--fast"])


@pytest.mark.skipif(sys.platform != "linux", reason="the C library is Linux's")
def test_packages_are_made_where_glibc_is_old_enough(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    package.check_glibc(any_version=False)
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.41"))
    with pytest.raises(dev.CannotGoOn, match=r"glibc 2\.41.*Debian 12 \(2\.36\).*--newer-glibc"):
        package.check_glibc(any_version=False)
    package.check_glibc(any_version=True)
    assert "glibc 2.41" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="the packages for Linux are made there")
def test_checksums_of_packages_for_two_machines_have_two_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = tmp_path / "made.deb"
    made.write_bytes(b"package")
    monkeypatch.setattr("depends.find_binaries", lambda folder: [])
    monkeypatch.setattr("linux_packages.build", lambda *arguments: [made])
    monkeypatch.setattr(package, "ROOT", tmp_path)
    monkeypatch.setattr(package, "DIST", tmp_path / "dist")
    names = set[str]()
    for machine in ("x86_64", "aarch64"):
        monkeypatch.setattr(platform, "machine", lambda machine=machine: machine)
        package.pack()
        names.update(path.name for path in package.DIST.iterdir())
    assert names == {"SHA256SUMS-linux-x86_64", "SHA256SUMS-linux-aarch64"}


# --- icons.py


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, qapp_cls: type) -> Path:
    folder = tmp_path_factory.mktemp("icons")
    icons.draw_icons(folder)
    return folder


def test_the_icon_is_drawn_in_each_size_on_nothing(drawn: Path, qapp: QApplication) -> None:
    for size in icons.SIZES:
        image = QImage(str(drawn / f"{size}.png"))
        assert image.size().toTuple() == (size, size)
        assert image.pixelColor(0, 0).alpha() == 0
        assert image.pixelColor(size // 2, size // 8).name() == "#2c6e66"


def test_the_icons_of_windows_and_macos_hold_the_pictures(drawn: Path) -> None:
    ico, picture = (drawn / "annotator.ico").read_bytes(), (drawn / "256.png").read_bytes()
    reserved, kind, count = struct.unpack_from("<HHH", ico)
    assert (reserved, kind) == (0, 1)
    width, _, _, _, _, bits, length, offset = struct.unpack_from("<BBBBHHII", ico, 6 + 16 * (count - 1))
    assert (width, bits, ico[offset : offset + length]) == (0, 32, picture)  # 0 is 256
    assert offset + length == len(ico)
    icns = (drawn / "annotator.icns").read_bytes()
    assert icns[:8] == b"icns" + struct.pack(">I", len(icns))
    assert b"ic08" + struct.pack(">I", 8 + len(picture)) + picture in icns


# --- licences.py


def test_the_terms_of_all_parts_are_told() -> None:
    components = licences.collect_parts()
    names = {component.name.lower() for component in components}
    assert {"pyside6_essentials", "sqlite-utils", "lxml", "python-bidi", "pyinstaller", "trafilatura"} <= names
    assert not names & {"spacy", "pytest", "setuptools", "pip", "arabic-news-annotator", "hypothesis"}
    assert all(component.terms and component.version for component in components)
    text = licences.format_text(
        [*components, Component("libsqlite3-0", "3", "see its text", "", ("in the public domain",))]
    )
    for part in (
        "PySide6_Essentials 6",
        "may be replaced",
        "GNU LESSER GENERAL PUBLIC LICENSE",
        "SIL OPEN FONT LICENSE",
    ):
        assert part in text
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in text.upper()
    assert text.rstrip().endswith("in the public domain")


# --- Windows

RESOURCE_PARTS = (
    "VSVersionInfo",
    "FixedFileInfo",
    "StringFileInfo",
    "StringTable",
    "StringStruct",
    "VarFileInfo",
    "VarStruct",
)


def test_nsis_makes_an_installer_of_a_folder(tmp_path: Path, drawn: Path) -> None:
    if not shutil.which("makensis"):
        pytest.skip("NSIS is not installed; on Debian: sudo apt-get install nsis")
    payload = tmp_path / "a payload"
    (payload / "_internal").mkdir(parents=True)
    for name in ("annotator.exe", "annotator-commands.exe", "LICENCES.txt", "_internal/خط.txt"):
        (payload / name).write_text("x", encoding="utf-8")
    target = tmp_path / "annotator-1.2.3.exe"
    completed = subprocess.run(
        windows_packages.build_command("1.2.3", payload, drawn / "annotator.ico", target),
        capture_output=True,
        text=True,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert target.read_bytes()[:2] == b"MZ"


def test_the_installer_needs_no_administrator_and_speaks_three_languages() -> None:
    script = windows_packages.SCRIPT.read_text(encoding="utf-8")
    assert "RequestExecutionLevel user" in script
    assert "HKLM" not in script
    for language in ("English", "Arabic", "French"):
        assert f'MUI_LANGUAGE "{language}"' in script
        for text in ("SHORTCUT", "CORPUS", "CHANGESET", "INVITATION", "LINK", "RUNNING", "KEPT"):
            assert f"LangString {text} ${{LANG_{language.upper()}}}" in script


def test_the_programs_of_windows_say_what_they_are(tmp_path: Path) -> None:
    calls: list[tuple[Any, Any]] = []

    def record(*arguments: Any, **options: Any) -> tuple[Any, Any]:
        calls.append((arguments, options))
        return arguments, options

    names: dict[str, Any] = dict.fromkeys(RESOURCE_PARTS, record)
    eval(version_resource.write(tmp_path, "1.2.3").read_text(encoding="utf-8"), names)
    strings = dict(arguments for arguments, _options in calls if len(arguments) == 2 and isinstance(arguments[1], str))
    assert (strings["FileDescription"], strings["ProductVersion"]) == ("Arabic News Annotator", "1.2.3")
    assert {"filevers": (1, 2, 3, 0), "prodvers": (1, 2, 3, 0)}.items() <= calls[0][1].items()


def test_the_installer_names_what_the_program_names() -> None:
    script = windows_packages.SCRIPT.read_text(encoding="utf-8")
    assert f'!define APP_USER_MODEL_ID "{app.APP_USER_MODEL_ID}"' in script
    assert '!define DATA "$LOCALAPPDATA\\annotator"' in script  # as tests/test_settings.py has it of the settings
    for kind, suffix in (
        ("CORPUS", CORPUS_SUFFIX),
        ("CHANGESET", CHANGESET_SUFFIX),
        ("INVITATION", INVITATION_SUFFIX),
    ):
        assert f'ADD_KIND "{suffix}" "${{{kind}_KIND}}" "$({kind})"' in script
    assert f'!define SCHEME "{SCHEME}"' in script
    assert 'WriteRegStr HKCU "${CLASSES}\\${SCHEME}" "URL Protocol" ""' in script
    assert "!insertmacro ADD_SCHEME" in script


def test_what_the_installer_puts_there_it_takes_away_and_nothing_else() -> None:
    script = windows_packages.SCRIPT.read_text(encoding="utf-8").partition("Section Uninstall")[2]
    assert 'RMDir /r "$INSTDIR"' not in script
    for kind, suffix in (
        ("CORPUS", CORPUS_SUFFIX),
        ("CHANGESET", CHANGESET_SUFFIX),
        ("INVITATION", INVITATION_SUFFIX),
    ):
        assert f'REMOVE_KIND "{suffix}" "${{{kind}_KIND}}"' in script
    assert 'DeleteRegKey HKCU "${CLASSES}\\${SCHEME}"' in script
    for name in ("annotator.exe", "annotator-commands.exe", "LICENCES.txt", "uninstall.exe"):
        assert f'Delete "$INSTDIR\\{name}"' in script


# --- macOS


def test_macos_knows_the_files_of_the_program_by_their_suffixes_and_its_links_by_their_scheme() -> None:
    info = plistlib.loads((ROOT / "packaging" / "macos" / "Info.plist").read_bytes())
    assert [schemes["CFBundleURLSchemes"] for schemes in info["CFBundleURLTypes"]] == [[SCHEME]]
    types, documents = info["UTExportedTypeDeclarations"], info["CFBundleDocumentTypes"]
    suffixes = [exported["UTTypeTagSpecification"]["public.filename-extension"] for exported in types]
    assert suffixes == [["corpus"], ["changeset"], ["team"]]
    identifiers = [[exported["UTTypeIdentifier"]] for exported in types]
    assert [document["LSItemContentTypes"] for document in documents] == identifiers
    assert info["CFBundleLocalizations"] == list(i18n.LANGUAGES)
    assert info["LSMinimumSystemVersion"] == "13.0"  # what the wheels of Qt 6.11 are made for
