"""Set up CPython and Qt for Windows under Wine, for the tests: `dev.py test --with windows` on Linux.

Wine 10 is in a Debian 13 of its own, made by debootstrap in a folder that stays (6 GB; `WINE_ROOT` says where).
Everything comes from the registries that this machine is set up for, by their own clients: apt, Maven and pip.

    with wine.prepare_windows() as windows:
        windows.run_python("-m", "annotator", "list", r"C:\\news.corpus")
        windows.run([r"C:\\setup.exe", "/S"], timeout=60)
        windows.run_linux(["makensis", "-V2", "/win/setup.nsi"])

Wine is not Windows: what passes here was tried on Wine, and reports must say so.
"""

# Standard library only, as in dev.py.

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import dev
import freezing

SUITE: Final = "trixie"  # the Debian that has Wine 10
CPYTHON: Final = "org.bytedeco:cpython:3.13.5-1.5.12:jar:windows-x86_64"
PYTHON_VERSION: Final = "3.13"
DEBIAN_PACKAGES: Final = (
    *("wine", "wine64", "wine32:i386"),  # the installer that NSIS makes is a 32-bit program
    *("nsis", "gcc-mingw-w64-x86-64", "binutils-mingw-w64-x86-64"),
    *("xauth", "xvfb", "xdotool", "imagemagick", "fonts-noto-core"),
)
WINDOWS_PACKAGES: Final = ("colorama", "pefile", "pywin32-ctypes", "setuptools", "tzdata")
"""What our requirements bring on Windows alone: pip, asked from Linux, reads their conditions as Linux would."""
PYTHON: Final = r"Z:\win\py\python.exe"
HERE: Final = Path(__file__).resolve().parent
ENVIRONMENT: Final = {
    "HOME": "/root",
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "WINEDEBUG": "-all",
    "WINEDLLOVERRIDES": "mscoree,mshtml=",  # otherwise Wine offers to download them, in a window that nobody answers
    "QT_QPA_PLATFORM": "offscreen",
}
FORWARDED: Final = ("CI", "http_proxy", "https_proxy", "no_proxy", "WINEDEBUG")


class Unusable(dev.CannotGoOn):
    """A failure although everything that is needed was there."""

    exit_code = 1


def default_root() -> Path:
    """Return the folder of the Debian with Wine: `WINE_ROOT`, or else one in the user's cache."""
    if root := os.environ.get("WINE_ROOT"):
        return Path(root).absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "arabic-news-annotator" / "windows-on-wine"


class Windows:
    """The Windows in a folder, which runs its programs and those of the Debian around it.

    All of them run in namespaces of their own, so that nothing outlives this program, however it ends: neither a
    process that hangs nor a mounted folder of the system.
    """

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self.share = root / "win"
        """A folder that both sides see: `/win` of Debian is `Z:\\win` of Windows."""
        self.checkout = self.share / "checkout"
        self.drive_c = root / "root" / ".wine" / "drive_c"
        self._environment = {
            **ENVIRONMENT,
            **{name: os.environ[name] for name in FORWARDED if name in os.environ},
            **environment,
        }
        self._first: subprocess.Popen[bytes] | None = None
        self._enter: list[str] = []

    def open(self) -> None:
        """Make the namespaces in which everything runs. Raises dev.CannotGoOn where the system does not allow that."""
        # A pid namespace lasts as long as its first process. That is `cat` here, which ends when our end of its
        # standard input is closed, even by a SIGKILL. It ignores SIGCHLD so that the kernel removes orphans.
        script = f"""set -e
            root={_quote(self.root)}
            mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp/.X11-unix" /tmp/.X11-unix
            mount -t proc proc "$root/proc"
            mount --rbind /sys "$root/sys"
            mount --rbind /dev "$root/dev"
            mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
            echo ready
            trap '' CHLD
            exec cat >/dev/null"""
        self._first = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._first.stdout
        if self._first.stdout.readline() != b"ready\n":
            self._first.wait()
            raise dev.CannotGoOn(_REASONS["namespaces"])
        pid = self._first.pid
        [child] = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        self._enter = ["nsenter", "--target", child, "--mount", "--pid", "chroot", str(self.root)]

    def close(self) -> None:
        """End every program. Wine writes its registry first, if it still can."""
        if not self._first:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.run_linux(["wineserver", "-k"], timeout=20, quiet=True)
        assert self._first.stdin
        self._first.stdin.close()
        try:
            self._first.wait(10)
        except subprocess.TimeoutExpired:
            self._first.kill()
            self._first.wait()
        self._first = None

    def start(
        self,
        command: Sequence[str],
        *,
        cwd: str = "/win",
        environment: Mapping[str, str] | None = None,
        output: IO[bytes] | int | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start a program of the Debian, which writes to `output`; killing it does not kill what it has started."""
        every = {**self._environment, **(environment or {})}
        settings = [f"{name}={value}" for name, value in every.items()]
        shell = ["sh", "-c", 'cd "$0" && exec "$@"', cwd]
        return subprocess.Popen(
            [*self._enter, "env", "-i", *settings, *shell, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
        )

    def run_linux(
        self,
        command: Sequence[str],
        *,
        cwd: str = "/win",
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
        quiet: bool = False,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program of the Debian around Windows and return its exit code and, if `quiet`, its output.

        Raises subprocess.TimeoutExpired; what hangs then ends with this object.
        """
        process = self.start(command, cwd=cwd, environment=environment, output=subprocess.PIPE if quiet else None)
        try:
            printed, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        text = (printed or b"").decode(errors="replace")
        return subprocess.CompletedProcess(list(command), process.returncode, text)

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: str = "/win/checkout",
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
        quiet: bool = False,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program of Windows, named by its path there, as `run_linux` does."""
        return self.run_linux(["wine", *command], cwd=cwd, environment=environment, timeout=timeout, quiet=quiet)

    def run_python(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
        quiet: bool = False,
    ) -> "subprocess.CompletedProcess[str]":
        """Run Windows' Python in the checkout there."""
        command = [PYTHON, *arguments]
        return self.run(command, environment=environment, timeout=timeout, quiet=quiet)

    def run_required(self, doing: str, command: Sequence[str], timeout: float = 900, exit_code: int = 2) -> str:
        """Run a program of the Debian that must succeed, and return its output. Raises dev.CannotGoOn."""
        try:
            done = self.run_linux(command, timeout=timeout, quiet=True)
            printed, success = done.stdout, done.returncode == 0
        except subprocess.TimeoutExpired as late:
            printed, success = f"It did not end within {late.timeout:.0f} seconds.", False
        if not success:
            dev.say("\n".join(printed.splitlines()[-20:]))
            raise (Unusable if exit_code == 1 else dev.CannotGoOn)(f"{doing} failed: the lines above say why.")
        return printed


@contextlib.contextmanager
def prepare_windows(root: Path | None = None, environment: Mapping[str, str] | None = None) -> Iterator[Windows]:
    """Yield a Windows with this checkout, as it is on disk, and the packages that it pins.

    What is missing is made first, which takes seven minutes where nothing is there. Only one program uses a folder at a
    time; the next one waits. Raises dev.CannotGoOn, with what to do about it.
    """
    root = root or default_root()
    check_system()
    dev.make_environment()  # whose pip downloads the packages
    with _lock(root):
        stamp = root / ".debian"
        if not stamp.exists() or stamp.read_text(encoding="ascii") != describe_debian():
            make_debian(root)
        _copy_network_settings(root)
        windows = Windows(root, environment or {})
        windows.open()
        try:
            install_wine(windows)
            install_python(windows)
            copy_checkout(windows.checkout)
            install_packages(windows)
            yield windows
        finally:
            windows.close()


@contextlib.contextmanager
def _lock(root: Path) -> Iterator[None]:
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(root.name + ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            dev.say(f"Another program uses {root}: waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


_REASONS: Final = {
    "system": "The tests of Windows run on Windows, or under Wine on Linux on a 64-bit PC.",
    "root": "Wine gets a Debian of its own (debootstrap, chroot), which only root can make: start this as root.",
    "debootstrap": "debootstrap is missing: install it, and start again.",
    "maven": "Maven (mvn) is missing, which downloads Python for Windows: install it, and start again.",
    "source": "apt has no address of Debian's packages in its settings: Wine comes from there.",
    "namespaces": "This system does not let root mount anything (a container, perhaps): use a whole machine.",
}


def check_system() -> None:
    """Check that this machine can run Wine. Raises dev.CannotGoOn, with what to do, where it cannot."""
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        raise dev.CannotGoOn(_REASONS["system"])
    if os.geteuid() != 0:
        raise dev.CannotGoOn(_REASONS["root"])
    probe = ["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True).returncode:
        raise dev.CannotGoOn(_REASONS["namespaces"])


def require_program(program: str, package: str, reason: str) -> None:
    """Have apt install a program that is missing. Raises dev.CannotGoOn with `reason` where there is no apt."""
    if shutil.which(program):
        return
    before = dev.find_apt_prefix()
    if before is None:
        raise dev.CannotGoOn(reason)
    for command in dev.apt_commands([package], *before):
        dev.run_quietly("apt-get", command)


def find_mirror() -> str:
    """Return the address from which apt gets Debian's packages here. Raises dev.CannotGoOn."""
    query = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"]
    listed = subprocess.run(query, capture_output=True, text=True).stdout if shutil.which("apt-get") else ""
    sources = [line.split() for line in listed.splitlines()]
    # A mirror of Debian's main archive has all its releases; those of security updates and of others have no such pool.
    for address, release in (source for source in sources if len(source) == 2):
        if re.fullmatch(r"https?://\S+/debian/?", address) and "security" not in release:
            return address.rstrip("/")
    raise dev.CannotGoOn(_REASONS["source"])


def describe_debian() -> str:
    """Return a digest of what the Debian with Wine and Windows' Python are made from."""
    return hashlib.sha256("\n".join([SUITE, CPYTHON, *DEBIAN_PACKAGES]).encode()).hexdigest()


def make_debian(root: Path) -> None:
    """Make a bare Debian 13, in place of one that was made from something else. Raises dev.CannotGoOn."""
    require_program("debootstrap", "debootstrap", _REASONS["debootstrap"])
    mirror = find_mirror()
    dev.say(f"Making a Debian with Wine in {root}, which is kept (6 GB, some seven minutes) …")
    partial = root.with_name(root.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, str(partial), mirror]
    # What debootstrap mounts is visible to it alone, and is gone when it is killed.
    dev.run_quietly(
        "Downloading Debian 13 (debootstrap)", ["unshare", "--mount", "--pid", "--fork", "--kill-child", *command]
    )
    sources = f"deb {mirror} {SUITE} main\n"
    (partial / "etc" / "apt" / "sources.list").write_text(sources, encoding="utf-8", newline="\n")
    (partial / ".debian").write_text(describe_debian(), encoding="ascii", newline="\n")
    if (root / ".debian").exists():  # of other packages
        shutil.rmtree(root)
    partial.rename(root)


def _copy_network_settings(root: Path) -> None:
    for name in ("resolv.conf", "hosts"):
        source, target = Path("/etc", name), root / "etc" / name
        if source.exists():
            target.unlink(missing_ok=True)  # it may be a dangling link
            shutil.copyfile(source, target)
    query = ["apt-config", "dump", "--format", '%F "%v";%n', "Acquire::http", "Acquire::https"]
    settings = subprocess.run(query, capture_output=True, text=True).stdout
    (root / "etc" / "apt" / "apt.conf").write_text(settings, encoding="utf-8", newline="\n")


def install_wine(windows: Windows) -> None:
    """Install Wine and the tools beside it, and set Windows up. Raises dev.CannotGoOn."""
    root = windows.root
    windows.share.mkdir(exist_ok=True)
    if not (root / ".wine").exists():
        dev.say("Installing Wine, NSIS and a compiler for Windows …")
        windows.run_required("dpkg", ["dpkg", "--add-architecture", "i386"])
        windows.run_required("Downloading Wine (apt-get)", ["apt-get", "--quiet", "update"])
        install = ["apt-get", "--quiet", "install", "--yes", "--no-install-recommends", *DEBIAN_PACKAGES]
        windows.run_required("Downloading Wine (apt-get)", install, timeout=1800)
        windows.run_required("Setting Windows up", ["wineboot", "--init"], exit_code=1)
        (root / ".wine").touch()
    share_drive(windows.drive_c)
    configured = root / ".configured"
    source = (HERE / "icuuc.c").read_bytes()
    wanted = hashlib.sha256(source + b"1").hexdigest()
    if configured.exists() and configured.read_text(encoding="ascii") == wanted:
        return
    (windows.share / "icuuc.c").write_bytes(source)
    target = "/root/.wine/drive_c/windows/system32/icuuc.dll"
    compiler = ["x86_64-w64-mingw32-gcc", "-shared", "-o", target, "/win/icuuc.c"]
    windows.run_required("Compiling icuuc.dll", compiler, exit_code=1)
    # A program that crashes, as in some tests, ends without a window that waits for an answer.
    key = [r"HKCU\Software\Wine\WineDbg", "/v", "ShowCrashDialog", "/t", "REG_DWORD", "/d", "0", "/f"]
    windows.run_required("Setting Windows up", ["wine", "reg", "add", *key], timeout=300, exit_code=1)
    windows.run_required("Setting Windows up", ["wineserver", "--wait"], timeout=300, exit_code=1)
    configured.write_text(wanted, encoding="ascii", newline="\n")


def share_drive(drive_c: Path) -> None:
    r"""Give drive C a name on the network, `\\localhost\C$`, as Windows does for administrators.

    Wine looks in this folder for the computers and their shares.
    """
    computer = drive_c.parent / "dosdevices" / "unc" / "localhost"
    computer.mkdir(parents=True, exist_ok=True)
    share = computer / "c$"
    if not share.is_symlink():
        share.symlink_to(os.path.relpath(drive_c, computer), target_is_directory=True)


def install_python(windows: Windows) -> None:
    """Install Windows' CPython, with a python3.dll. Raises dev.CannotGoOn."""
    folder = windows.share / "py"
    if (folder / "python3.dll").exists():
        return
    dev.say("Downloading Python for Windows …")
    require_program("mvn", "maven", _REASONS["maven"])
    shutil.rmtree(folder, ignore_errors=True)
    download = ["mvn", "--quiet", "--batch-mode", "dependency:copy", f"-Dartifact={CPYTHON}"]
    download += [f"-DoutputDirectory={windows.share}", "-Dmdep.stripVersion=true"]
    dev.run_quietly("Downloading Python for Windows (Maven)", download)
    jar = windows.share / "cpython-windows-x86_64.jar"
    prefix = "org/bytedeco/cpython/windows-x86_64/"
    unpacked = windows.share / "jar"
    with zipfile.ZipFile(jar) as archive:
        archive.extractall(unpacked, [name for name in archive.namelist() if name.startswith(prefix)])
    (unpacked / prefix).rename(folder)
    shutil.rmtree(unpacked)
    jar.unlink()
    # PySide6 is linked to python3.dll, the stable ABI of all versions, which this build of CPython lacks. Ours has no
    # code: Windows' loader takes each of its names from python313.dll.
    library = f"python{PYTHON_VERSION.replace('.', '')}"
    printed = windows.run_required("objdump", ["x86_64-w64-mingw32-objdump", "-p", f"/win/py/{library}.dll"])
    names = parse_exported_names(printed)
    lines = ["LIBRARY python3.dll", "EXPORTS", *(f"  {name}={library}.{name}" for name in names)]
    (windows.share / "python3.def").write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
    (windows.share / "empty.c").write_text("int unused;\n", encoding="ascii", newline="\n")
    compiler = ["x86_64-w64-mingw32-gcc", "-shared", "-nostdlib", "-Wl,--entry=0", "-o", "/win/py/python3.dll"]
    windows.run_required("Compiling python3.dll", [*compiler, "/win/empty.c", "/win/python3.def"], exit_code=1)


def parse_exported_names(dump: str) -> list[str]:
    """Return the names that a DLL of CPython exports, from the output of `objdump -p`. Raises Unusable."""
    _, _, table = dump.partition("Name Pointer] Table")
    names = re.findall(r"^\s*\[\s*\d+\]\s.*?\b((?:_?Py|PY_)\w+)$", table, re.MULTILINE)
    if len(names) < 1000:
        raise Unusable(f"Python for Windows has {len(names)} functions by objdump's list: it is read wrongly.")
    return names


def copy_checkout(target: Path) -> None:
    """Copy the files of this checkout that git tracks or would add, as they are on disk. Raises dev.CannotGoOn."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=dev.ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise dev.CannotGoOn("git lists the files to test: this needs git, and a clone of the repository.") from error
    shutil.rmtree(target, ignore_errors=True)
    for name in filter(None, listed.split("\0")):
        source, copy = dev.ROOT / name, target / name
        if source.is_file():  # not one that was deleted and not committed
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)


def read_requirements() -> list[str]:
    """Return what the program, its tests and its packages need on Windows."""
    project = tomllib.loads(dev.PROJECT.read_text(encoding="utf-8"))["project"]
    extras = [text for extra in freezing.EXTRAS for text in project["optional-dependencies"][extra]]
    texts = [*project["dependencies"], *extras, *dev.read_requirements("dev")]
    split = [text.partition(";") for text in texts if project["name"] not in text]
    needed = [text.strip() for text, _, marker in split if "linux" not in marker and "< '3.12'" not in marker]
    return [*needed, *WINDOWS_PACKAGES]


def read_pins() -> list[str]:
    """Return the pinned versions without their conditions, by which pip on Linux would skip those for Windows."""
    return [line.partition(";")[0].strip() for line in dev.CONSTRAINTS.read_text(encoding="utf-8").splitlines()]


def install_packages(windows: Windows) -> None:
    """Install the pinned packages and the checkout into Windows' Python, where they changed. Raises dev.CannotGoOn."""
    share, stamp = windows.share, windows.share / "packages.stamp"
    version = (windows.checkout / "annotator" / "__init__.py").read_text(encoding="utf-8")
    wanted = hashlib.sha256("\n".join([*read_requirements(), *read_pins(), version, CPYTHON]).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    stamp.unlink(missing_ok=True)
    dev.say("Installing the packages into Windows' Python …")
    (share / "wanted.txt").write_text("\n".join(read_requirements()) + "\n", encoding="utf-8", newline="\n")
    (share / "constraints.txt").write_text("\n".join(read_pins()) + "\n", encoding="utf-8", newline="\n")
    shutil.rmtree(share / "wheels", ignore_errors=True)
    download_packages(share, ["-r", str(share / "wanted.txt")])
    pip = [
        "wine",
        r"Z:\win\py\python.exe",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-warn-script-location",
        "--no-index",
    ]
    files = ["--find-links", r"Z:\win\wheels", "-c", r"Z:\win\constraints.txt", "-r", r"Z:\win\wanted.txt"]
    windows.run_required("Installing the packages", [*pip, *files], exit_code=1)
    project = ["--no-build-isolation", "--no-deps", "--force-reinstall", "--editable", r"Z:\win\checkout"]
    windows.run_required("Installing the checkout", [*pip, *project], exit_code=1)
    stamp.write_text(wanted, encoding="ascii", newline="\n")


def download_packages(share: Path, wanted: Sequence[str]) -> None:
    """Download wheels for Windows. Raises dev.CannotGoOn without a network, Unusable where our pins are wrong."""
    target = ["--platform", "win_amd64", "--python-version", PYTHON_VERSION, "--implementation", "cp"]
    pip: list[str | Path] = [
        dev.PYTHON,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    pip += [*target, "--only-binary=:all:", "--dest", share / "wheels", "--constraint", share / "constraints.txt"]
    try:
        dev.run_quietly("Downloading the packages", [*pip, *wanted])
    except dev.CannotGoOn as error:
        if subprocess.run([*pip, "--no-deps", WINDOWS_PACKAGES[0]], capture_output=True).returncode == 0:
            raise Unusable(str(error)) from error  # there is a network, so the pins are wrong for Windows
        raise


def _quote(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
