"""Run the commands of this project, on a machine with nothing but Python 3.11 or later.

    python3 packaging/dev.py run [-- ARGUMENTS]   open the window on the sample articles
    python3 packaging/dev.py test [ARGUMENTS]     run the tests (ARGUMENTS go to pytest)
    python3 packaging/dev.py lint                 check style, types, layers and names
    python3 packaging/dev.py bench [PART...]      measure the main job against other programs
    python3 packaging/dev.py package              make the packages for this system, in dist/
    python3 packaging/dev.py site                 make the site of the documentation, in build/site

`test` runs all tests but the slow ones, in parallel; `test --slow` runs those too, as CI does; `test --all`
runs every test there is, with all examples, as before a release. Tests that ARGUMENTS name run one after
the other.

`test --with consumers [ARGUMENTS]` also installs the heavy programs that read what the annotator
writes (spaCy, seqeval and the like), for the tests that are skipped without them. `--with peers`
installs Label Studio and doccano, each in an environment of its own, for tests that import, correct
and export with their servers. `--with wayland` installs a Wayland compositor that needs no screen,
for tests of the window there. Several may be given.

`test --with windows [--all] [ARGUMENTS]`, by root on Linux, runs the tests under Wine instead, with
Python and Qt for Windows: all that need no window, a selection of the others, or all (--all), and
then the story of the installed program, unless ARGUMENTS name tests. --installed runs it alone.

`test --with mutants [--count 300] [--seed 1]` changes a copy of the program in that many small ways, and prints which
of them no test notices (`--help` has the rest). It takes an hour or so.

Each first makes what is missing of what it needs: the environment in .venv with the packages that
constraints.txt pins, the compiled translations and, on Linux, the system libraries that Qt needs.
Where something cannot be installed from here, it says how to install it. `test` wants PostgreSQL's
server too, for the tests of a team on one: they start servers of their own, and are skipped without.
"""

# Standard library only, and no syntax that an older Python cannot parse: such a one must get to the message below.

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 (the one place that an older Python reaches)
    sys.stderr.write("Python 3.11 or later is needed; this is Python {}.{}.\n".format(*sys.version_info[:2]))
    sys.exit(2)

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
_BINARY = "Scripts/python.exe" if os.name == "nt" else "bin/python"
PYTHON = VENV / _BINARY
PEERS = ROOT / ".venv-peers"
PEER_GROUP = "bench"
"""The dependency group of pyproject.toml that `bench` measures against, in an environment of its own."""
SITE = ROOT / ".venv-site"
SITE_GROUP = "site"
"""The dependency group that makes the site, in an environment of its own too, with pins of its own."""
SITE_CONSTRAINTS = ROOT / "packaging" / "site_constraints.txt"
SITE_CONFIGURATION = ROOT / "packaging" / "mkdocs.yml"
PROJECT = ROOT / "pyproject.toml"
NAME = "arabic-news-annotator"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
GROUPS = ("consumers", "mutants")
"""Dependency groups of pyproject.toml that `--with` installs besides `dev`."""
PEER_SERVERS = {"label-studio": (3, 10, 13), "doccano": (3, 11, 11)}
"""Dependency groups of pyproject.toml, each a server in an environment of its own, and the major version and the first
and last minor version of Python that it runs on."""
SERVERS = "peers"
"""What follows `--with` to have the servers, too."""
WINDOWS = "windows"
"""What follows `--with` to run the tests under Wine."""
MUTANTS = "mutants"
"""What follows `--with` to measure what the tests notice."""
WAYLAND = "wayland"
"""What follows `--with` to have a Wayland compositor, too."""
SLOW = "--slow"
ALL = "--all"
ALL_EXAMPLES = "all"
"""The profile of Hypothesis with which `--all` looks further; tests/conftest.py registers it."""
CORES = os.cpu_count() or 1
LINTERS = (
    ("-m", "ruff", "check", "."),
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "mypy"),
    # Code for one system is unreachable on the others.
    ("-m", "mypy", "--platform", "win32", "--no-warn-unreachable", "annotator"),
    ("-m", "mypy", "--platform", "darwin", "--no-warn-unreachable", "annotator"),
    ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"),
    ("packaging/vague_names.py",),
)
"""What `lint` hands to Python, in this order."""
ON_LINUX = sys.platform == "linux"
DESKTOP_SETTINGS = ("QT_", "WAYLAND_", "XAUTHORITY", "XDG_CURRENT_DESKTOP", "LANGUAGE", "LC_")

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""What Qt and its plugins for X11 and Wayland are linked to and do not bring, with the Debian package of each."""

WAYLAND_PROGRAMS = {"grim": "grim", "sway": "sway", "wl-copy": "wl-clipboard"}
"""What the tests of the window on Wayland run, with the Debian package of each."""

OLDEST_POSTGRESQL = 15
SERVER_PROGRAMS = "/usr/lib/postgresql"
"""Where Debian has the programs of PostgreSQL's server, in a folder for each major version, and not on the PATH."""
NO_CLUSTER = "/etc/postgresql-common/createcluster.d/annotator.conf"
"""A file that is there while PostgreSQL is installed, so that Debian sets up no databases and starts no server."""


class CannotGoOn(Exception):
    """A command that cannot be carried out: why, in a sentence, and what to type where that helps."""

    exit_code = 2


def say(text: str) -> None:
    """Print a line of progress to standard error, apart from what the programs print."""
    print(text, file=sys.stderr, flush=True)


def run_quietly(doing: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
    """Run a command, and if it fails, print its output and raise CannotGoOn."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        say(done.stdout.rstrip())
        raise CannotGoOn(f"{doing} failed: the lines above say why.")


def hand_over(command: Sequence[str | Path], cwd: Path | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run a program in this terminal, and return its exit code as a shell would give it."""
    # Ctrl+C reaches the program from the terminal too: it ends in its own way, and this goes on after it.
    signal.signal(signal.SIGINT, lambda *_: None)
    code = subprocess.run(command, cwd=cwd, env=env).returncode
    return code if code >= 0 else 128 - code


# The environment


def environment_stamp() -> str:
    """Return what .venv is made from: its Python and its path on one line, a digest of the requirements on the next."""
    installed = hashlib.sha256(PROJECT.read_bytes() + CONSTRAINTS.read_bytes()).hexdigest()
    return "Python {}.{} {}\n{}".format(*sys.version_info[:2], VENV, installed)


def make_environment(groups: Iterable[str] = ()) -> None:
    """Bring .venv up to date with this Python, pyproject.toml and constraints.txt, and add these groups.

    A group that is installed stays, and is updated with the rest: the last line of the stamp lists the groups.
    """
    stamp_file = VENV / "stamp"
    wanted = environment_stamp()
    current = stamp_file.read_text(encoding="utf-8") if stamp_file.exists() and PYTHON.exists() else ""
    place, digest, installed = [*current.split("\n"), "", ""][:3]
    present = set(installed.split())
    if f"{place}\n{digest}" == wanted and present.issuperset(groups):
        return
    stamp_file.unlink(missing_ok=True)
    if place != wanted.split("\n")[0]:
        present = set()
        say(f"Making the Python environment in {VENV} …")
        run_quietly("Making the environment", [sys.executable, "-m", "venv", "--clear", VENV])
    present.update(groups)
    say("Installing the Python packages (the first time, this takes a minute or two) …")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    pip += ["--constraint", CONSTRAINTS]
    # The build tools are pinned too: by default pip would fetch the newest for each build.
    # One of the consumers, seqeval, is built here too: it is distributed as source only.
    built = ["setuptools", "setuptools-scm"] if "consumers" in present else []
    run_quietly("Installing the build tools", [*pip, "hatchling", "babel", *built])
    run_quietly(
        "Installing the packages", [*pip, "--no-build-isolation", *checkout_requirements(["dev", *sorted(present)])]
    )
    stamp_file.write_text(f"{wanted}\n{' '.join(sorted(present))}", encoding="utf-8", newline="\n")


def read_requirements(group: str) -> list[str]:
    """Return the requirements of a dependency group of pyproject.toml (PEP 735).

    They are read here because the pip that comes with Debian 12 knows no groups.
    """
    import tomllib

    groups = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["dependency-groups"]
    packages: list[str] = []
    for entry in groups[group]:
        packages += [entry] if isinstance(entry, str) else read_requirements(entry["include-group"])
    return packages


def checkout_requirements(groups: Iterable[str]) -> list[str]:
    """Return what pip installs: the checkout, with the extras that these groups name, and their other packages.

    pip would take the checkout and its own name with extras for two projects.
    """
    packages = [package for group in groups for package in read_requirements(group)]
    own = [package for package in packages if package.startswith(f"{NAME}[")]
    extras = ",".join(package[len(NAME) + 1 : -1] for package in own)
    return ["--editable", f".[{extras}]" if extras else ".", *(package for package in packages if package not in own)]


def make_peer_environment() -> Path:
    """Bring .venv-peers up to date, and return its Python. Raises CannotGoOn, as where there is no network."""
    return make_own_environment(PEERS, PEER_GROUP, CONSTRAINTS, "the peers")


def make_own_environment(folder: Path, group: str, constraints: Path, name: str) -> Path:
    """Bring the environment of a dependency group up to date, and return its Python. Raises CannotGoOn."""
    packages = read_requirements(group)
    python, stamp_file = folder / _BINARY, folder / "stamp"
    pins = hashlib.sha256(constraints.read_bytes()).hexdigest()
    wanted = "Python {}.{} {}\n{}\n{}".format(*sys.version_info[:2], folder, " ".join(packages), pins)
    if python.exists() and stamp_file.exists() and stamp_file.read_text(encoding="utf-8") == wanted:
        return python
    say(f"Making the environment of {name} in {folder} (a minute or two) …")
    run_quietly(f"Making the environment of {name}", [sys.executable, "-m", "venv", "--clear", folder])
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    run_quietly(f"Installing {name}", [*pip, "--constraint", constraints, *packages])
    stamp_file.write_text(wanted, encoding="utf-8", newline="\n")
    return python


def peer_server_python(name: str) -> Path:
    """Return the Python in the environment of a peer's server, which may not be there."""
    return ROOT / f".venv-{name}" / _BINARY


def make_server_environments() -> None:
    """Bring the environments of the peers' servers up to date; say so where Python is too new or old for one.

    Not with the versions of constraints.txt: these programs ask for older ones than the annotator. Raises CannotGoOn.
    """
    for name, (major, first, last) in PEER_SERVERS.items():
        maker = find_python([f"{major}.{minor}" for minor in range(last, first - 1, -1)])
        if maker is None:
            versions = f"{major}.{first}" + (f" to {major}.{last}" if last > first else "")
            say(f"{name} needs Python {versions}: the tests of it are skipped.")
            continue
        python = peer_server_python(name)
        stamp_file = python.parent.parent / "stamp"
        packages = read_requirements(name)
        wanted = f"{maker}\n{' '.join(packages)}"
        if python.exists() and stamp_file.exists() and stamp_file.read_text(encoding="utf-8") == wanted:
            continue
        say(f"Making the environment of {name} in {stamp_file.parent} (a minute or two) …")
        run_quietly(f"Making the environment of {name}", [maker, "-m", "venv", "--clear", stamp_file.parent])
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        run_quietly(f"Installing {name}", [*pip, *packages])
        stamp_file.write_text(wanted, encoding="utf-8", newline="\n")


def find_python(versions: Sequence[str]) -> str | None:
    """Return this Python if it is of one of these versions, else the first that is installed and runs, or None."""
    own = "{}.{}".format(*sys.version_info[:2])
    if own in versions:
        return sys.executable
    for version in versions:
        program = shutil.which(f"python{version}")
        # pyenv has a program for each version that it knows, and says of some that they are not chosen.
        if program and subprocess.run([program, "--version"], capture_output=True).returncode == 0:
            return program
    return None


def compile_translations() -> None:
    """Compile the catalogues unless they have not changed since the last time."""
    stamp_file = VENV / "compiled"
    sources = sorted((ROOT / "resources" / "i18n").glob("*.po"))
    wanted = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    if not stamp_file.exists() or stamp_file.read_text(encoding="utf-8") != wanted:
        run_quietly("Compiling the translations", [PYTHON, ROOT / "packaging" / "catalogues.py"])
        stamp_file.write_text(wanted, encoding="utf-8", newline="\n")


# The system, on Linux


def can_load(library: str) -> bool:
    """Whether the dynamic linker finds the library, as Qt will ask it to."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def find_missing(
    with_xvfb: bool,
    with_wayland: bool = False,
    loads: Callable[[str], bool] = can_load,
    finds: Callable[[str], object] = shutil.which,
) -> dict[str, str]:
    """Return what the programs need and this system lacks, with the Debian package of each."""
    missing = {library: package for library, package in QT_LIBRARIES.items() if not loads(library)}
    if with_xvfb and not finds("Xvfb"):
        missing["Xvfb"] = "xvfb"
    if with_wayland:
        missing.update((program, package) for program, package in WAYLAND_PROGRAMS.items() if not finds(program))
    if not PYTHON.exists() and not importlib.util.find_spec("ensurepip"):
        missing["Python's venv"] = "python{}.{}-venv".format(*sys.version_info[:2])
    return missing


def has_arabic_font() -> bool:
    """Whether a font for Arabic is installed, by fontconfig or else by the names of the files."""
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=ar"], capture_output=True).stdout.strip())
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts"]
    return any(any(folder.rglob("*Arab*.[to]tf")) for folder in folders)


def apt_commands(packages: Iterable[str], *before: str) -> list[list[str]]:
    """Return the commands that install Debian packages, each with the prefix `before` (such as sudo)."""
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *sorted(set(packages))]
    return [[*before, "apt-get", "update"], [*before, *install]]


def find_apt_prefix() -> list[str] | None:
    """Return the prefix with which apt-get installs without a question, or None where it cannot."""
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return quiet
    sudo = ["sudo", "--non-interactive", *quiet]
    may = shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True).returncode == 0
    return sudo if may else None


def prepare_system(with_xvfb: bool, with_wayland: bool = False) -> None:
    """Install what the programs need and, where apt is allowed to, a font for Arabic beside the program's own.

    Raises CannotGoOn, with what to type, where something that is needed cannot be installed from here.
    """
    if not ON_LINUX:
        return
    needed = find_missing(with_xvfb, with_wayland)
    packages = [*needed.values()] if has_arabic_font() else [*needed.values(), "fonts-noto-core"]
    if not packages:
        return
    before = find_apt_prefix()
    if before is not None:
        say(f"Installing {' '.join(sorted(set(packages)))} with apt …")
        try:
            for command in apt_commands(packages, *before):
                run_quietly("apt-get", command)
        except CannotGoOn:
            if needed:
                raise
            say("Going on with the fonts that the program brings.")
        needed = find_missing(with_xvfb, with_wayland)
    if needed:
        typed = " && ".join(shlex.join(command) for command in apt_commands(packages, "sudo"))
        how = f"Type this, and start again:\n  {typed}" if shutil.which("apt-get") else "Install that, and start again."
        raise CannotGoOn(f"This system lacks {', '.join(needed)}. {how}")


def find_postgresql(folder: str = SERVER_PROGRAMS) -> bool:
    """Whether the programs of a PostgreSQL server are here, as Debian has them or on the PATH."""
    versions = [path.parent.parent.name for path in Path(folder).glob("*/bin/initdb")]
    return any(version.isdigit() and int(version) >= OLDEST_POSTGRESQL for version in versions) or bool(
        shutil.which("initdb")
    )


def postgresql_commands(*before: str) -> list[list[str]]:
    """Return the commands that install PostgreSQL's server and start none, each with the prefix `before`."""
    file = shlex.quote(NO_CLUSTER)
    setting = f"mkdir -p $(dirname {file}) && echo 'create_main_cluster = false' > {file}"
    return [[*before, "sh", "-c", setting], *apt_commands(["postgresql"], *before), [*before, "rm", "-f", NO_CLUSTER]]


def prepare_postgresql() -> None:
    """Have apt install PostgreSQL's server for the tests of a team on one; where it cannot, say what is skipped."""
    if find_postgresql():
        return
    before = find_apt_prefix() if ON_LINUX else None
    if before is not None:
        say("Installing postgresql with apt …")
        *commands, tidy = postgresql_commands(*before)
        try:
            for command in commands:
                run_quietly("apt-get", command)
        except CannotGoOn:
            pass  # it has said why
        finally:
            run_quietly("Removing a setting of the installation", tidy)
        if find_postgresql():
            return
    how = " On Debian: sudo apt-get install postgresql" if ON_LINUX else ""
    say(f"There is no PostgreSQL {OLDEST_POSTGRESQL} or newer here: the tests of a team on a server are skipped.{how}")


# The screen, on Linux


def can_open_screen() -> bool:
    """Whether a window can be shown: a Wayland or X server accepts a connection. Always true on other systems."""
    if not ON_LINUX:
        return True
    wayland = os.environ.get("WAYLAND_DISPLAY")
    if wayland:
        with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
            connection.connect(str(Path(os.environ.get("XDG_RUNTIME_DIR", ""), wayland)))
            return True
    if not os.environ.get("DISPLAY"):
        return False
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connected = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connected)
    xcb.xcb_disconnect(connected)
    return not failed


@contextlib.contextmanager
def virtual_screen() -> Iterator[dict[str, str]]:
    """Yield the environment for programs on an X server of their own, which ends with the block.

    The settings of the user's own desktop are left out, so that windows look the same everywhere.
    Raises CannotGoOn where the server does not start.
    """
    reading, writing = os.pipe()
    with os.fdopen(reading) as answer, tempfile.TemporaryFile() as log:
        # The server itself chooses a free display (-displayfd). It is not in this terminal's
        # group: Ctrl+C must not take the screen away from a program that is still cleaning up.
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-noreset", "-nolisten", "tcp"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        try:
            ready, _, _ = select.select([answer], [], [], 60)
            display = answer.readline().strip() if ready else ""
            if not display:
                log.seek(0)
                say(log.read().decode(errors="replace").strip())
                raise CannotGoOn("The virtual screen (Xvfb) does not start: the lines above say why.")
            own = {name: value for name, value in os.environ.items() if not name.startswith(DESKTOP_SETTINGS)}
            yield {**own, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"}
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


# The commands


def prepare(with_xvfb: bool = False, with_wayland: bool = False, groups: Iterable[str] = ()) -> None:
    """Bring the system, the environment and the translations up to date."""
    prepare_system(with_xvfb, with_wayland)
    make_environment(groups)
    compile_translations()


def run(arguments: list[str]) -> int:
    """Open the window, or show the same job on a virtual screen where there is none."""
    prepare()
    if can_open_screen():
        return hand_over([PYTHON, "-P", "-m", "annotator", *arguments])
    say("There is no screen here: the same job is now done in a window on a virtual one.")
    prepare_system(with_xvfb=True)
    with virtual_screen() as env:
        return hand_over([PYTHON, ROOT / "packaging" / "demo.py", ROOT / "build" / "demo"], env=env)


def test(arguments: list[str]) -> int:
    """Run the tests, and with `--with GROUP` in front (once or more) those that need the group too.

    On Linux they run on a virtual screen, so that no window pops up.
    """
    groups: list[str] = []
    while arguments[:1] == ["--with"]:
        groups, arguments = [*groups, *(arguments[1:2] or [""])], arguments[2:]
    if groups == [WINDOWS]:
        return test_on_wine(arguments)
    if groups == [MUTANTS]:
        prepare(groups=groups)
        return hand_over([PYTHON, ROOT / "tests" / "mutants" / "measure.py", *arguments], cwd=ROOT)
    for alone in (WINDOWS, MUTANTS):
        if alone in groups:
            raise CannotGoOn(f"--with {alone} takes no other group beside it.")
    if not set(groups) <= {*GROUPS, SERVERS, WAYLAND}:
        raise CannotGoOn(
            f"--with is followed by the name of a group: {', '.join((*GROUPS, SERVERS, WAYLAND, WINDOWS))}."
        )
    if SERVERS in groups:
        make_server_environments()
    prepare(with_xvfb=True, with_wayland=WAYLAND in groups, groups=[group for group in groups if group in GROUPS])
    prepare_postgresql()
    pytest: list[str | Path] = [PYTHON, "-m", "pytest", *select_tests(arguments)]
    if not ON_LINUX:
        return hand_over(pytest, cwd=ROOT, env=allow_bytecode(os.environ))
    with virtual_screen() as env:
        return hand_over(pytest, cwd=ROOT, env=allow_bytecode(env))


def allow_bytecode(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without PYTHONDONTWRITEBYTECODE, which images of containers set.

    With it, each process of pytest compiles every test anew, for a quarter of a minute.
    """
    return {name: value for name, value in env.items() if name != "PYTHONDONTWRITEBYTECODE"}


def select_tests(arguments: list[str]) -> list[str]:
    """Return the arguments of pytest: without `--slow` or `--all` slow tests are left out, unless tests are named."""
    options = [argument for argument in arguments if argument not in (SLOW, ALL)]
    examples = ["--hypothesis-profile", ALL_EXAMPLES] if ALL in arguments else []
    if any((ROOT / argument.partition("::")[0]).exists() for argument in options if not argument.startswith("-")):
        return [*examples, *options]
    # Each file runs in one process. Whole stories need a core each. Others wait for windows and other programs now and
    # then: one process more uses these moments, but each takes seconds to find all tests.
    if ALL in arguments:
        selection = ["--numprocesses", str(CORES), *examples]
    elif SLOW in arguments:
        selection = ["--numprocesses", str(CORES), "-m", "not long"]
    else:
        selection = ["--numprocesses", str(CORES + 1), "-m", "not slow and not long"]
    # A process that crashed is not replaced: its tests would be given to another one, and the run might never end.
    selection += ["--dist", "loadfile", "--max-worker-restart", "0"]
    return [*selection, *options]


def lint(arguments: list[str]) -> int:
    """Run the linters one after the other, and return the highest of their exit codes. Takes no ARGUMENTS."""
    if arguments:
        raise CannotGoOn("lint takes no arguments.")
    make_environment()
    return max(hand_over([PYTHON, *command], cwd=ROOT) for command in LINTERS)


def test_on_wine(arguments: list[str]) -> int:
    """Run the tests as Windows runs them, under Wine, then the story of the installed program (see on_wine.py)."""
    command = [sys.executable, str(ROOT / "packaging" / "on_wine.py"), *arguments]
    if ON_LINUX:  # in place of this program, so that a signal reaches the one that has a screen to close
        os.execv(sys.executable, command)
    return hand_over(command)


def bench(arguments: list[str]) -> int:
    """Measure the main job against other programs (ARGUMENTS: `bench --help`).

    On Linux this runs on a virtual screen, so that no window pops up.
    """
    prepare(with_xvfb=True)
    command: list[str | Path] = [PYTHON, ROOT / "tests" / "benchmarks" / "bench.py", *arguments]
    if not ON_LINUX:
        return hand_over(command)
    with virtual_screen() as env:
        return hand_over(command, env=env)


def package(arguments: list[str]) -> int:
    """Make the packages of this system."""
    return hand_over([sys.executable, ROOT / "packaging" / "package.py", *arguments])


def site(arguments: list[str]) -> int:
    """Make the site of the documentation (mkdocs.yml); a warning is a failure. Takes no ARGUMENTS."""
    if arguments:
        raise CannotGoOn("site takes no arguments.")
    python = make_own_environment(SITE, SITE_GROUP, SITE_CONSTRAINTS, "the site")
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # an advertisement of a successor
    return hand_over([python, "-m", "mkdocs", "build", "--config-file", SITE_CONFIGURATION], cwd=ROOT, env=env)


COMMANDS = {"run": run, "test": test, "lint": lint, "bench": bench, "package": package, "site": site}


def main(arguments: list[str]) -> int:
    """Carry out one command and return the exit code."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name in ("-h", "--help"):
        print(__doc__)
        return 0
    if name not in COMMANDS:
        say(__doc__)
        return 2
    return run_command(COMMANDS[name], rest[1:] if rest[:1] == ["--"] else rest)


def run_command(command: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Run a command and return its exit code; where it cannot be carried out, say why."""
    # So that the virtual screen is closed when another program (such as a CI out of time) ends this one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return command(arguments)
    except CannotGoOn as reason:
        say(str(reason))
        return reason.exit_code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
