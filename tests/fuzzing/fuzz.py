"""Fuzzing of one reader, or of each, for as long as one likes: what its code has not met yet, Atheris looks for.

    .venv/bin/pip install -c packaging/constraints.txt -e '.[fuzz]'
    .venv/bin/python tests/fuzzing/fuzz.py READER --seconds 120
    .venv/bin/python tests/fuzzing/fuzz.py READER FILE      read one file again

READER is the name of a format, recognition, storing, labels, settings, report, or all. What breaks one is kept in the
folder that --keep names, with what earlier runs have found; by default build/fuzzing. The command ends with 1 then.
A file that takes longer than LIMIT seconds, or more memory than ROOM, has broken its reader too.

Our own modules are instrumented; expat, libxml2, msgspec, zlib and the parts of pypdf, trafilatura and lxml are not:
Atheris sees what they answer, and not how they came to it.
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
LIMIT: Final = 20
"""Seconds that a file may take; those here are of some hundred kilobytes at most."""
ROOM: Final = 3_000
"""Megabytes."""
LONGEST: Final = 1 << 18
"""Bytes of a file that is tried."""

sys.path[:0] = [str(TESTS), str(ROOT)]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader")
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzzing")
    parser.add_argument("--within", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ["ANNOTATOR_HOME"] = tempfile.mkdtemp()
    if given.file:
        return _again(given.reader, given.file)
    if given.within:
        _fuzz(given.reader, given.seconds, given.keep)
    from fuzzing.targets import NAMES, can

    names = [name for name in NAMES if can(name)] if given.reader == "all" else [given.reader]
    broken = [name for name in names if not _run(name, given.seconds, given.keep)]
    print(f"{len(names)} read, {len(broken)} broken: {', '.join(broken) or '-'}")
    return 1 if broken else 0


def _again(name: str, file: Path) -> int:
    from fuzzing.targets import target

    resource.setrlimit(resource.RLIMIT_AS, (ROOM << 20, ROOM << 20))
    target(name)(file.read_bytes())
    return 0


def _run(name: str, seconds: int, keep: Path) -> bool:
    """Fuzz a reader in a process of its own; whether nothing broke it."""
    print(f"{name}: {seconds} s", flush=True)
    command = [sys.executable, __file__, name, "--within", "--seconds", str(seconds), "--keep", str(keep)]
    log = keep / f"{name}.log"
    keep.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as said:
        try:  # libFuzzer's own alarm does not reach code that holds the interpreter
            done = subprocess.run(command, stdout=said, stderr=said, timeout=seconds + 10 * LIMIT).returncode
        except subprocess.TimeoutExpired:
            done = -1
    lines = log.read_text(errors="replace").splitlines()
    print("\n".join(lines[-3:] if done == 0 else lines[-40:]), flush=True)
    return done == 0


def _fuzz(name: str, seconds: int, keep: Path) -> None:
    """Does not return: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["annotator"], enable_loader_override=False):
        from fuzzing.mutating import ODD
        from fuzzing.seeds import seeds
        from fuzzing.targets import target

        read = target(name)
    resource.setrlimit(resource.RLIMIT_AS, (2 * ROOM << 20, 2 * ROOM << 20))
    found, first = keep / name, keep / f"{name}.seeds"
    for folder in (found, first):
        folder.mkdir(parents=True, exist_ok=True)
    for at, seed in enumerate(seeds()[name]):
        (first / f"{at}").write_bytes(seed)
    words = keep / f"{name}.words"
    words.write_text("".join(f'"{_escaped(odd)}"\n' for odd in ODD if len(odd) < 60))
    limits = [f"-max_total_time={seconds}", f"-timeout={LIMIT}", f"-rss_limit_mb={ROOM}", f"-max_len={LONGEST}"]
    files = [f"-dict={words}", f"-artifact_prefix={keep}/{name}.", "-print_final_stats=1", str(found), str(first)]
    atheris.Setup([sys.argv[0], *limits, *files], read)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    sys.exit(main())
