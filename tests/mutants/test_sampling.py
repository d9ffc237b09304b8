"""Which places a mutation test tries, and which tests it runs; with cosmic-ray, what its own operators do."""

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutants.sampling import RecordedTest, Source, choose_tests, sample

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENT = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8"))["mutant"]

TEXT = '''\
LIMIT = 3


def area(width: int | None, height=2) -> int | float:
    """Return it."""
    if width is None:
        _log.info("%d", height + 1)
        raise ValueError(_("no width") % (height + 1))
    return max(
        width,
        0,
    ) * height


class Box:
    def __repr__(self):
        return "Box" * 2
'''


@dataclass(frozen=True)
class Change:
    module_path: Path
    operator_name: str
    occurrence: int
    start_pos: tuple[int, int]


MODULE = Path("box.py")


def find_place(part: str, within: str) -> tuple[int, int]:
    [(line, text)] = [(line, text) for line, text in enumerate(TEXT.splitlines(), 1) if within in text]
    return line, text.index(part)


def test_annotations_log_messages_and_repr_are_invisible_and_what_they_stand_beside_is_not() -> None:
    source = Source(TEXT)
    for part, within in (("int |", "def area"), ("| float", "def area"), ("1", "_log"), ("2", '"Box"')):
        assert source.is_invisible(find_place(part, within)), part
    for part, within in (("3", "LIMIT"), ("2", "def area"), ("1", "raise"), ("max", "max")):
        assert not source.is_invisible(find_place(part, within)), part


def test_what_only_another_system_runs_is_invisible() -> None:
    other = "linux" if sys.platform == "win32" else "win32"
    for platform, is_invisible in ((other, True), (sys.platform, False)):
        source = Source(f"import sys\nif sys.platform == '{platform}':\n    size = 1\nelse:\n    size = 2\n")
        assert source.is_invisible((3, 11)) == is_invisible
        assert not source.is_invisible((5, 11))


def test_columns_are_of_characters_where_a_line_has_arabic() -> None:
    source = Source('def f(a="وزارة", b: int | str = 1 + 1): return a\n')
    assert source.is_invisible((1, 20))
    assert source.is_invisible((1, 24))
    assert not source.is_invisible((1, 34))


def test_a_sample_is_the_same_for_a_seed_and_has_each_place_once() -> None:
    changes = [Change(MODULE, f"operator {way}", 0, (line, 0)) for line in (1, 6, 9) for way in range(line)]
    sources = {MODULE: Source(TEXT)}
    drawn = list(sample(changes, sources, 1))
    assert drawn == list(sample(reversed(changes), sources, 1))
    assert sorted(change.start_pos[0] for change in drawn) == [1, 6, 9]
    assert len({tuple(sample(changes, sources, seed)) for seed in range(20)}) > 1


def test_the_innermost_statement_is_found_and_of_a_compound_one_its_head() -> None:
    source = Source(TEXT)
    assert source.lines_of_statement(11) == range(9, 13)
    assert source.lines_of_statement(6) == range(6, 7)
    assert source.lines_of_statement(1) == range(1, 2)
    assert source.lines_of_function(11) == range(5, 13)
    assert not source.lines_of_function(1)


def record_test(name: str, seconds: float, *lines: int) -> RecordedTest:
    return RecordedTest(name, seconds, {"annotator/store/box.py": frozenset(lines)} if lines else {})


def names(tests: list[RecordedTest]) -> list[str]:
    return [test.name for test in tests]


def test_tests_that_run_the_line_are_chosen_those_of_the_module_first_and_no_more_than_there_is_time_for() -> None:
    tests = [
        record_test("tests/jobs/test_other.py::fast", 0.1, 9),
        record_test("tests/jobs/test_other.py::slow", 3.0, 9, 10),
        record_test("tests/store/test_box.py::own", 1.0, 12),
        record_test("tests/store/test_box.py::elsewhere", 0.1, 6),
    ]
    selected = choose_tests(tests, "annotator/store/box.py", Source(TEXT), 11, 60)
    assert names(selected) == [tests[2].name, tests[0].name, tests[1].name]
    assert names(choose_tests(tests, "annotator/store/box.py", Source(TEXT), 11, 2)) == names(selected)[:2]


def test_a_line_that_no_test_runs_is_tried_with_those_of_its_function_or_of_its_module() -> None:
    near = record_test("tests/jobs/test_other.py::near", 0.1, 6)
    own = record_test("tests/store/test_box.py::in_another_process", 0.1)
    source = Source(TEXT)
    assert names(choose_tests([near, own], "annotator/store/box.py", source, 9, 60)) == [near.name]
    assert names(choose_tests([own], "annotator/store/box.py", source, 9, 60)) == [own.name]
    assert names(choose_tests([near, own], "annotator/store/box.py", source, 1, 60)) == [near.name]


def test_our_operators_do_what_their_examples_say() -> None:
    mutating = pytest.importorskip("cosmic_ray.mutating")
    from mutants.operators import OPERATORS

    for operator in OPERATORS.values():
        for example in operator.examples():
            assert mutating.mutate_code(example.pre_mutation_code, operator(), 0) == example.post_mutation_code


@pytest.mark.parametrize("mutant", EQUIVALENT, ids=lambda mutant: f"{mutant['module']} {mutant['removed'][:40]}")
def test_lines_of_an_equivalent_mutant_stand_in_its_module(mutant: dict[str, str]) -> None:
    """The command compares them with what a mutant changes, and would count one again as soon as a word differs."""
    lines = [line.strip() for line in (ROOT / mutant["module"]).read_text(encoding="utf-8").splitlines()]
    removed = mutant["removed"].split("\n")
    starts = [index for index, line in enumerate(lines) if line == removed[0]]
    assert any(lines[start : start + len(removed)] == removed for start in starts)
