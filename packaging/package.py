"""Make the packages that people install on this system, in dist/: `dev.py package` runs it.

    arabic-news-annotator_VERSION_ARCHITECTURE.deb, …-VERSION-linux-MACHINE.tar.gz    Linux (on Debian or the like)
    …-VERSION-windows-MACHINE.exe, …-VERSION-windows-MACHINE.zip                      Windows, with NSIS
    …-VERSION-macos-MACHINE.zip                                                       macOS

What is made on Linux runs where the C library is as new, and newer: Debian 12, the oldest system supported, makes the
packages. On a newer one `--newer-glibc` goes on all the same, with packages for such systems alone.

The program is frozen in an environment of its own, build/package/env, which holds what it needs and nothing else: what
happens to be installed elsewhere cannot get in. `package.py --frozen` is the second half, and runs there.
"""

# Standard library only, as in dev.py, but for what the second half imports.

import hashlib
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import dev
from bundle import ROOT, Bundle, read_version, source_date_epoch

HERE: Final = ROOT / "packaging"
WORK: Final = ROOT / "build" / "package"
DIST: Final = ROOT / "dist"
ENVIRONMENT: Final = WORK / "env"
PYTHON: Final = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
FREEZING: Final = (
    ("Compiling the translations", ("packaging/catalogues.py",)),
    ("Drawing the icons", ("packaging/icons.py", "build/package/icons")),
    ("Listing the licences", ("packaging/licences.py", "build/package")),
    (
        "PyInstaller",
        # --clean: what it reuses of an earlier run may differ from what it would make now.
        (
            *("-m", "PyInstaller", "--noconfirm", "--clean", "--distpath", "build/package/frozen"),
            *("--workpath", "build/package/work", "packaging/annotator.spec"),
        ),
    ),
)
"""The steps that freeze the program: Python programs, run in the checkout with `freezing_variables`."""
TOOLS: Final = {"dpkg-deb": "dpkg", "dpkg-shlibdeps": "dpkg-dev", "strip": "binutils"}
"""The programs that make a Debian package, with the package of each."""
OLDEST_GLIBC: Final = (2, 36)
"""The C library of Debian 12, the oldest system that the packages for Linux are for."""
NEWER_GLIBC: Final = "--newer-glibc"
_FINISH: Final = "--frozen"


def main(arguments: list[str]) -> int:
    """Make the packages of this system and return the exit code. Raises dev.CannotGoOn."""
    if arguments and arguments[0] == _FINISH:
        return pack(arguments[1:] == [NEWER_GLIBC])
    if arguments not in ([], [NEWER_GLIBC]):
        raise dev.CannotGoOn(f"package takes no arguments but {NEWER_GLIBC}.")
    check_glibc(any_version=bool(arguments))
    prepare_tools()
    make_environment()
    variables = {**os.environ, **freezing_variables(source_date_epoch()), "PYTHONPATH": str(HERE)}
    dev.say("Freezing the program …")
    for doing, command in FREEZING:
        run_step(doing, variables, *command)
    dev.say("Packing it …")
    return dev.hand_over([PYTHON, HERE / "package.py", _FINISH, *arguments], cwd=ROOT, env=variables)


def check_glibc(any_version: bool) -> None:
    """Check that packages made here run on the oldest supported system. Raises dev.CannotGoOn, unless `any_version`."""
    glibc = platform.libc_ver()[1]
    if not dev.ON_LINUX or _parse_version(glibc) <= OLDEST_GLIBC:
        return
    oldest = "{}.{}".format(*OLDEST_GLIBC)
    problem = (
        f"This system has glibc {glibc}: packages made here do not run where it is older, as in Debian 12 ({oldest})."
    )
    if not any_version:
        raise dev.CannotGoOn(f"{problem} Make them on Debian 12, or for newer systems alone with {NEWER_GLIBC}.")
    dev.say(problem)


def _parse_version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def run_step(doing: str, environment: Mapping[str, str], *command: str | Path) -> None:
    """Run this Python program in the environment that is frozen. Raises dev.CannotGoOn."""
    dev.run_quietly(doing, [PYTHON, *command], environment)


def freezing_variables(timestamp: int) -> dict[str, str]:
    """Return the variables with which the program is frozen, for files of the time `timestamp` (seconds since 1970)."""
    return {"PYTHONHASHSEED": "0", "QT_QPA_PLATFORM": "offscreen", "SOURCE_DATE_EPOCH": str(timestamp)}


def prepare_tools() -> None:
    """Have apt install what is missing, Qt's libraries too. Raises dev.CannotGoOn, with what to type instead."""
    dev.prepare_system(with_xvfb=False)
    if not dev.ON_LINUX:
        return
    if not shutil.which("dpkg"):
        raise dev.CannotGoOn("Packages for Linux are made on Debian or one of its kin.")
    missing = [package for program, package in TOOLS.items() if not shutil.which(program)]
    missing += find_missing_python_library()
    before = dev.find_apt_prefix()
    if missing and before is None:
        raise dev.CannotGoOn(f"This installs what is missing: sudo apt-get install {' '.join(missing)}")
    if missing and before:
        for command in dev.apt_commands(missing, *before):
            dev.run_quietly("apt-get", command)


def find_missing_python_library() -> list[str]:
    """Return the Debian package of the library of Debian's Python that PyInstaller needs, where it is missing."""
    library = sysconfig.get_config_var("INSTSONAME") or ""
    if sys.base_prefix != "/usr" or ".so" not in library or dev.can_load(library):
        return []
    return ["libpython{}.{}".format(*sys.version_info[:2])]


def make_environment() -> None:
    """Bring the environment up to date with this Python, pyproject.toml and constraints.txt."""
    stamp_file = WORK / "stamp"
    wanted = hashlib.sha256(f"{sys.version}{dev.environment_stamp()}".encode()).hexdigest()
    if stamp_file.exists() and stamp_file.read_text(encoding="utf-8") == wanted:
        return
    dev.say(f"Making an environment in {ENVIRONMENT} (this takes a minute or two) …")
    WORK.mkdir(parents=True, exist_ok=True)
    stamp_file.unlink(missing_ok=True)
    dev.run_quietly("Making the environment", [sys.executable, "-m", "venv", "--clear", ENVIRONMENT])
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    pip += ["--constraint", dev.CONSTRAINTS]
    dev.run_quietly("Installing the build tools", [*pip, "hatchling", "babel"])
    dev.run_quietly("Installing the packages", [*pip, "--no-build-isolation", *dev.checkout_requirements(["package"])])
    stamp_file.write_text(wanted, encoding="utf-8", newline="\n")


def pack(any_glibc: bool = False) -> int:
    """Pack what was frozen, print how large each package is, and return 0, the exit code.

    Raises dev.CannotGoOn where a binary needs a newer C library than the oldest system has, unless `any_glibc`.
    """
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    bundle = Bundle(
        WORK / "frozen" / "annotator", WORK / "icons", WORK / "LICENCES.txt", read_version(), source_date_epoch()
    )
    folder = {"linux": "linux", "darwin": "macos", "win32": "windows"}[sys.platform]
    sys.path.append(str(HERE / folder))
    if sys.platform == "linux":
        import depends
        import linux_packages as packages

        newer = depends.find_newer_glibc(depends.find_binaries(bundle.folder), OLDEST_GLIBC)
        if newer and not any_glibc:
            listing = ", ".join(f"{path.name} ({version})" for path, version in newer.items())
            raise dev.CannotGoOn(f"These need a newer glibc than {'{}.{}'.format(*OLDEST_GLIBC)}: {listing}.")
    elif sys.platform == "darwin":
        import macos_packages as packages
    else:
        import windows_packages as packages
    sums = ""
    for path in packages.build(bundle, WORK, DIST):
        sums += f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB")
    (DIST / f"SHA256SUMS-{folder}-{platform.machine()}").write_text(sums, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(dev.run_command(main, sys.argv[1:]))
