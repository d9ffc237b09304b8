"""Change the program in one small way after the other, and see whether a test notices: a mutation test.

    python3 packaging/dev.py test --with mutants --count 300 --seed 1

cosmic-ray makes the changes, each in a copy of the project; the work tree is never written to. What is mutated stands
in TARGETS, what is left out since nobody can see it in `sampling.Source`: annotations, log messages, texts, `__repr__`,
and what only another system runs. Which tests run a line is recorded once and kept in build/mutants until the program,
or the test, changes. Of a mutant the tests that run its line are run, those of its own module first, until one fails
or together they have taken `--budget` seconds. A mutant that only a later test would notice counts as a survivor, and
so does one that changes nothing: what has been looked at and found equivalent is in equivalent.toml with the reason,
and counted apart.

At the end the tests that failed are run once more with nothing changed: one that fails then has proved nothing, and
its mutants are shown as doubtful. The command ends with 1 where more than `--allow` percent survive.
"""

import argparse
import hashlib
import os
import queue
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
BUILD: Final = ROOT / "build" / "mutants"
EQUIVALENT: Final = Path(__file__).with_name("equivalent.toml")

sys.path[:0] = [str(ROOT / "tests")]

from mutants.sampling import RecordedTest, Source, choose_tests, distance, read_recorded, sample  # noqa: E402

TARGETS: Final = (
    *("store/**/*.py", "ui/session/session.py", "ui/session/step_writer.py"),
    *("model/operations.py", "model/history.py", "model/label_changes.py", "model/open_suggestions.py"),
    *("text/tokenizer.py", "text/sentences.py", "text/punctuation.py", "text/selection.py", "text/visible.py"),
    *("text/offsets.py", "text/search.py"),
    *("tagging/schemes.py", "tagging/flat.py", "tagging/nested.py", "tagging/combined.py"),
    *("jobs/export/*.py", "formats/report.py"),
    *("jobs/suggesting.py", "jobs/learning.py", "jobs/undo.py"),
    *("suggest/memory.py", "suggest/external/models.py", "suggest/overlaps.py"),
)
"""The store, the verbs, export, and what is kept of suggestions."""
TESTS: Final = (
    *("tests/text", "tests/model", "tests/tagging", "tests/store", "tests/formats", "tests/jobs", "tests/suggest"),
    *("tests/cli", "tests/ui/session/test_session.py", "tests/ui/session/test_suggestions.py"),
    *("tests/ui/commands/test_suggestion_commands.py", "tests/ui/commands/test_issue_commands.py"),
    *("tests/ui/test_save_errors.py", "tests/ui/commands/test_displacement_notifier.py", "tests/ui/test_closing.py"),
    *("tests/ui/test_damaged_rows.py", "tests/ui/test_backups.py", "tests/ui/session/test_step_writer.py"),
)
COPIED: Final = ("annotator", "resources", "tests", "packaging", "docs", "pyproject.toml", "README.md", "CHANGELOG.md")
LONGEST: Final = 30.0
"""Seconds that a test may take; a slower one is not asked."""
_START: Final = 30.0
"""Seconds until pytest runs its first test, at most."""
_SLOWER: Final = 6.0
"""Times as long as recorded may a test take, on a machine with other work."""
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass
class Mutant:
    """One change, and how it ended."""

    mutation: Any  # of cosmic-ray
    module: str
    line: int
    operator: str
    tests: list[RecordedTest]
    outcome: str = ""
    killer: str = ""
    diff: str = ""

    @property
    def place(self) -> str:
        """The module and the line."""
        return f"{self.module}:{self.line}"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="copies in which mutants are tried at once")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds of tests that a mutant has to survive")
    parser.add_argument("--allow", type=float, default=5.0, help="percent of the mutants that may survive")
    parser.add_argument(
        "--only", default="", help="of the places drawn, those that contain this, as store/backups.py:5"
    )
    options = parser.parse_args()
    copies = [make_copy(index) for index in range(options.jobs)]
    tests = record(copies)
    mutants = draw(copies[0], tests, options.count, options.seed, options.budget)
    mutants = [mutant for mutant in mutants if options.only in mutant.place]
    started = time.monotonic()
    for number, mutant in enumerate(try_all(mutants, copies), 1):
        print(f"{number:4} {mutant.outcome:9} {mutant.place} {mutant.operator}  {mutant.killer}", flush=True)
        if mutant.outcome == "survived":
            print(mutant.diff, flush=True)
    refute(mutants, copies[0])
    print(f"{time.monotonic() - started:.0f} seconds; seed {options.seed}")
    return report(mutants, options.allow)


def make_copy(index: int) -> Path:
    """Copy the project to a folder for one job, and return the folder."""
    folder = BUILD / f"copy{index}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    # Compiled code is taken by the digest of its source: a mutant that is as old and as long is not mistaken for it.
    compiled = ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "annotator", "tests"]
    subprocess.run([sys.executable, *compiled], cwd=folder, check=True)
    return folder


def record(copies: list[Path]) -> list[RecordedTest]:
    """Return what each test runs, after running those that changed since, or all where the program did."""
    program = _digest(sorted((copies[0] / "annotator").rglob("*.py")))
    folder = BUILD / "lines" / program
    files: dict[str, Path] = {}
    for path in sorted(path for name in TESTS for path in _test_files(copies[0] / name)):
        name = path.relative_to(copies[0]).as_posix()
        files[name] = folder / f"{name.replace('/', '.')}.{_digest([path])}.json"
    missing = [name for name, file in files.items() if not file.exists()]
    if missing:
        print(f"Recording which lines the tests of {len(missing)} files run …", file=sys.stderr, flush=True)
        fresh = BUILD / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        with ThreadPoolExecutor(len(copies)) as pool:
            shares = [missing[start :: len(copies)] for start in range(len(copies))]
            list(pool.map(lambda copy, names: _record_in(copy, fresh, names), copies, shares))
        folder.mkdir(parents=True, exist_ok=True)
        for name in missing:
            recorded = fresh / f"{name.replace('/', '.')}.json"
            files[name].write_text(
                recorded.read_text(encoding="utf-8") if recorded.exists() else "{}", encoding="utf-8"
            )
    for path in set(folder.glob("*.json")) - set(files.values()):
        path.unlink()
    return read_recorded(folder, LONGEST)


def _test_files(path: Path) -> Iterable[Path]:
    return [path] if path.is_file() else path.rglob("test_*.py")


def _record_in(copy: Path, folder: Path, names: list[str]) -> None:
    if names:
        plugin = ["-p", "mutants.recording", "--record-lines", str(folder)]
        environment = _environment(copy)
        environment["PYTHONPATH"] += os.pathsep + str(copy / "tests")  # where the plugin is
        command = [sys.executable, *_pytest(copy, "record"), *plugin, "--tb=short", *names]
        subprocess.run(command, env=environment, cwd=copy, stdout=sys.stderr)


def draw(copy: Path, tests: list[RecordedTest], count: int, seed: int, budget: float) -> list[Mutant]:
    """Return the mutants of this seed with the tests that are to notice each."""
    from cosmic_ray.commands.init import init
    from cosmic_ray.work_db import WorkDB, use_db
    from mutants import operators

    operators.register()
    folder = copy / "annotator"
    paths = [path for pattern in TARGETS for path in sorted(folder.glob(pattern)) if path.read_text(encoding="utf-8")]
    session = BUILD / "session.sqlite"
    session.unlink(missing_ok=True)
    with use_db(session, WorkDB.Mode.create) as database:
        init(paths, database, {})
        mutations = [mutation for item in database.work_items for mutation in item.mutations]
    sources = {path: Source(path.read_text(encoding="utf-8")) for path in paths}
    drawn = list(islice(filter(_compiles, sample(mutations, sources, seed)), count))
    print(f"{len(mutations)} mutations of {len(paths)} modules; {len(drawn)} are tried", file=sys.stderr, flush=True)
    mutants = []
    for mutation in drawn:
        module = mutation.module_path.relative_to(copy).as_posix()
        line = mutation.start_pos[0]
        selected = choose_tests(tests, module, sources[mutation.module_path], line, budget)
        mutants.append(Mutant(mutation, module, line, mutation.operator_name.partition("/")[2], selected))
    return mutants


def _compiles(mutation: Any) -> bool:
    """Say whether the mutant is Python: the star before a keyword, for one, is taken for a product."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    operator = get_operator(mutation.operator_name)(**mutation.operator_args)
    try:
        code = mutate_code(mutation.module_path.read_text(encoding="utf-8"), operator, mutation.occurrence)
        compile(code or "", mutation.module_path, "exec")
    except (SyntaxError, AttributeError):  # cosmic-ray 8.7 cannot replace an exception with a dot in its name
        return False
    return code is not None


def try_all(mutants: list[Mutant], copies: list[Path]) -> Iterator[Mutant]:
    """Yield each mutant after its tests have run, in as many copies at once as there are."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def work(mutant: Mutant) -> Mutant:
        copy = free.get()
        try:
            try_one(mutant, copy, copies[0])
        finally:
            free.put(copy)
        return mutant

    with ThreadPoolExecutor(len(copies)) as pool:
        yield from pool.map(work, mutants)


def try_one(mutant: Mutant, copy: Path, original: Path) -> None:
    """Run the tests of a mutant in `copy`, and write into it how that ended."""
    import attrs
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import TestOutcome

    if not mutant.tests:
        mutant.outcome = "survived"
        mutant.killer = "no test runs it"
        return
    mutation = attrs.evolve(mutant.mutation, module_path=copy / mutant.mutation.module_path.relative_to(original))
    # All files of tests are read before the first test runs, so the nearest tests are run by themselves at first.
    for _distance, group in groupby(mutant.tests, key=lambda test: distance(test, mutant.module)):
        tests = list(group)
        limit = _START + _SLOWER * sum(test.seconds for test in tests)
        result = mutate_and_test([mutation], shlex.join(_command(copy, tests)), limit)
        if result.test_outcome is not TestOutcome.SURVIVED:
            break
    output = result.output or ""
    mutant.diff = "\n".join(line for line in (result.diff or "").splitlines() if line[:1] in "+-")
    if result.test_outcome is TestOutcome.SURVIVED:
        mutant.outcome = "survived"
    elif result.test_outcome is TestOutcome.KILLED:
        match = _FAILED.search(output)
        mutant.outcome = "killed" if output else "doubtful"  # nothing but a broken command says nothing at all
        mutant.killer = match[1] if match else "timeout" if output == "timeout" else output.strip()[-200:]
    else:
        raise RuntimeError(f"{mutant.place}: {output}")


def refute(mutants: Iterable[Mutant], copy: Path) -> None:
    """Mark the mutants as doubtful whose test fails with nothing changed, too."""
    names = {test.name for mutant in mutants for test in mutant.tests}
    killers = sorted({mutant.killer for mutant in mutants if mutant.killer in names})
    if not killers:
        return
    command = _command(copy, [RecordedTest(name, 0, {}) for name in killers], first=False)
    completed = subprocess.run(command, capture_output=True, text=True, errors="replace")
    failing = set(_FAILED.findall(completed.stdout))
    print(f"{len(killers)} tests killed; {len(failing)} of them fail with nothing changed", flush=True)
    for mutant in mutants:
        if mutant.killer in failing:
            mutant.outcome = "doubtful"


def report(mutants: list[Mutant], allow: float) -> int:
    """Print the figure, and return the exit code."""
    entries = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["mutant"]
    reasons = {(entry["module"], entry["removed"], entry["operator"]): entry["reason"] for entry in entries}
    survivors: list[tuple[Mutant, str | None]] = []
    equivalent: list[tuple[Mutant, str | None]] = []
    for mutant in mutants:
        if mutant.outcome != "killed":
            lines = [line for line in mutant.diff.splitlines() if line[:1] == "-" and line[:2] != "--"]
            reason = reasons.get((mutant.module, "\n".join(line[1:].strip() for line in lines), mutant.operator))
            (equivalent if reason else survivors).append((mutant, reason))
    print("\nSurvivors:")
    for mutant, _reason in survivors:
        print(f"  {mutant.place} {mutant.operator} {mutant.killer}\n{mutant.diff}")
    print("\nEquivalent:")
    for mutant, reason in equivalent:
        print(f"  {mutant.place} {mutant.operator}: {reason}")
    count = len(mutants) or 1
    share = 100 * len(survivors) / count
    print(
        f"\n{len(mutants)} mutants: {len(mutants) - len(survivors) - len(equivalent)} killed, "
        f"{len(equivalent)} equivalent, {len(survivors)} survived ({share:.1f} %)"
    )
    return int(share > allow)


def _command(copy: Path, tests: list[RecordedTest], first: bool = True) -> list[str]:
    names = copy / "tests-to-run"
    names.write_text("\n".join(test.name for test in tests), encoding="utf-8")
    stop = ["-x"] if first else []
    return [sys.executable, __file__, "--in", str(copy), *stop, "--tb=no", "-rfE", f"@{names}"]


def _pytest(copy: Path, name: str) -> list[str]:
    return ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={copy / name}"]


def _environment(copy: Path) -> dict[str, str]:
    """Return the environment in which the copy is what is tested, in other processes too, the same each time."""
    settings = {"PYTHONPATH": str(copy), "QT_QPA_PLATFORM": "offscreen", "CI": "true", "PYTHONHASHSEED": "0"}
    settings["PYTHONDONTWRITEBYTECODE"] = ""  # cosmic-ray sets it, but see make_copy
    return {**os.environ, **settings}


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _run_in(copy: Path, arguments: list[str]) -> int:
    """Run pytest in a copy: cosmic-ray starts its command where it is itself, and with its own environment."""
    return subprocess.run(
        [sys.executable, *_pytest(copy, "temporary"), *arguments], cwd=copy, env={**_environment(copy)}
    ).returncode


if __name__ == "__main__":
    if sys.argv[1:2] == ["--in"]:
        sys.exit(_run_in(Path(sys.argv[2]), sys.argv[3:]))
    sys.exit(main())
