"""Fuzzing of one reader, or of each, for as long as you like: Atheris searches for inputs that reach new code.

    .venv/bin/pip install -c packaging/constraints.txt --group fuzz
    .venv/bin/python tests/fuzzing/fuzz.py READER --seconds 120
    .venv/bin/python tests/fuzzing/fuzz.py READER FILE      read one file again

READER is the name of a format, recognition, storing, labels, settings, report, changeset, or all. Inputs that break a
reader are stored in the folder of --keep, with those found by earlier runs; by default build/fuzzing. The command then
exits with 1. A file that takes longer than TIMEOUT seconds, or more memory than MAX_MEMORY, breaks its reader too.

Our own modules are instrumented; expat, libxml2, msgspec, zlib and the native parts of pypdf, trafilatura and lxml are
not.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parent.parent
ROOT: Final = TESTS.parent
TIMEOUT: Final = 20
"""Seconds that a file may take; inputs have some hundred kilobytes at most."""
MAX_MEMORY: Final = 3_000
"""Megabytes."""
MAX_INPUT: Final = 1 << 18
"""Bytes of the largest input."""

sys.path[:0] = [str(TESTS), str(ROOT)]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader")
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzzing")
    parser.add_argument("--within", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ["ANNOTATOR_HOME"] = tempfile.mkdtemp()
    if arguments.file:
        return _replay(arguments.reader, arguments.file)
    if arguments.within:
        _fuzz(arguments.reader, arguments.seconds, arguments.keep)
    from fuzzing.targets import NAMES, is_available

    names = [name for name in NAMES if is_available(name)] if arguments.reader == "all" else [arguments.reader]
    broken = [name for name in names if not _run_target(name, arguments.seconds, arguments.keep)]
    print(f"{len(names)} read, {len(broken)} broken: {', '.join(broken) or '-'}")
    return 1 if broken else 0


def _replay(name: str, file: Path) -> int:
    from fuzzing.targets import build_target

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY << 20, MAX_MEMORY << 20))
    build_target(name)(file.read_bytes())
    return 0


def _run_target(name: str, seconds: int, keep: Path) -> bool:
    """Fuzz a reader in a process of its own; return whether nothing broke it."""
    print(f"{name}: {seconds} s", flush=True)
    command = [sys.executable, __file__, name, "--within", "--seconds", str(seconds), "--keep", str(keep)]
    log = keep / f"{name}.log"
    keep.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as log_file:
        try:  # libFuzzer's own alarm does not interrupt code that holds the interpreter lock
            exit_code = subprocess.run(
                command, stdout=log_file, stderr=log_file, timeout=seconds + 10 * TIMEOUT
            ).returncode
        except subprocess.TimeoutExpired:
            exit_code = -1
    lines = log.read_text(errors="replace").splitlines()
    print("\n".join(lines[-3:] if exit_code == 0 else lines[-40:]), flush=True)
    return exit_code == 0


def _fuzz(name: str, seconds: int, keep: Path) -> None:
    """Fuzz a reader; does not return, since libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["annotator"], enable_loader_override=False):
        from fuzzing.mutating import ODD_PIECES
        from fuzzing.seeds import build_seeds
        from fuzzing.targets import build_target

        read = build_target(name)
    resource.setrlimit(resource.RLIMIT_AS, (2 * MAX_MEMORY << 20, 2 * MAX_MEMORY << 20))
    corpus, seed_folder = keep / name, keep / f"{name}.seeds"
    for folder in (corpus, seed_folder):
        folder.mkdir(parents=True, exist_ok=True)
    for index, seed in enumerate(build_seeds()[name]):
        (seed_folder / f"{index}").write_bytes(seed)
    words = keep / f"{name}.words"
    words.write_text("".join(f'"{_escape(odd)}"\n' for odd in ODD_PIECES if len(odd) < 60))
    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={TIMEOUT}",
        f"-rss_limit_mb={MAX_MEMORY}",
        f"-max_len={MAX_INPUT}",
    ]
    files = [
        f"-dict={words}",
        f"-artifact_prefix={keep}/{name}.",
        "-print_final_stats=1",
        str(corpus),
        str(seed_folder),
    ]
    atheris.Setup([sys.argv[0], *limits, *files], read)
    atheris.Fuzz()


def _escape(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    sys.exit(main())
