"""Changesets as files: what is written is read, and nothing else is."""

import gzip
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace
from strategies import examples
from team.changesets import (
    CHANGESET,
    LAYER,
    RECORDS,
    SPAN,
    TEXT,
    UID,
    build_step,
    change_lines,
    changesets,
    encode,
    list_lines,
    seal_lines,
)

from annotator.generators import finish
from annotator.model.changeset import Changeset
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.team import changeset_file
from annotator.team.changeset_file import InvalidChangeset, NewerChangeset, read_changeset

SMALL = Changeset("1.0", "laptop", CHANGESET.people, steps=CHANGESET.steps[:1])


def read(path: Path, data: bytes) -> Changeset:
    path.write_bytes(data)
    return finish(read_changeset(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.changeset"


def find(lines: list[dict[str, Any]], kind: str, uid: str) -> Any:
    """Return what the line of this kind and uid holds."""
    [value] = [line[kind] for line in lines if kind in line and line[kind].get("uid", line[kind].get("name")) == uid]
    return value


def test_every_kind_of_item_and_record_is_read_as_it_was_written(path: Path) -> None:
    assert read(path, encode(CHANGESET)) == CHANGESET
    assert {type(record) for record in RECORDS} == set(changeset_file._RECORD_KINDS)
    assert encode(CHANGESET) == encode(CHANGESET)


@examples(50)
@given(changesets())
def test_any_changeset_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, changeset: Changeset
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.changeset"
    assert read(path, encode(changeset)) == changeset


def test_a_step_of_many_edits_is_written_in_several_lines(path: Path) -> None:
    edits = tuple(Edit(None, replace(SPAN, uid=f"s{index}", start=index, end=index + 1)) for index in range(1_201))
    changeset = replace(CHANGESET, steps=(build_step("many", *edits), CHANGESET.steps[0]))
    data = encode(changeset)
    assert gzip.decompress(data).count(b'{"edits":[') == 2
    assert read(path, data) == changeset


def test_a_day_of_work_is_small(path: Path) -> None:
    random = Random(7)
    article = CHANGESET.articles[0]
    steps = tuple(
        Step(
            new_uid(),
            LAYER[1],
            f"2026-11-27T09:00:{index % 60:02}.{index % 1000:03}+00:00",
            "tag",
            (edit,),
            None,
            index,
        )
        for index in range(3_000)
        for start in [random.randrange(2_000)]
        for edit in [Edit(None, Span(new_uid(), UID, LAYER[1], "DATE", start, start + random.randrange(1, 30)))]
    )
    data = encode(Changeset("1.0", "laptop", CHANGESET.people, articles=(article,), steps=steps))
    assert len(data) < 3_000 * 66  # bytes: 2 MB for 30,000 steps, and uids alone are 32


def test_a_file_that_was_cut_off_anywhere_is_refused(path: Path) -> None:
    data = encode(SMALL)
    for length in range(len(data)):
        with pytest.raises(InvalidChangeset):
            read(path, data[:length])


def test_a_flipped_bit_is_refused_or_changes_nothing(path: Path) -> None:
    data = encode(SMALL)
    unharmed = []
    for index in range(len(data)):
        flipped = bytearray(data)
        flipped[index] ^= 1 << index % 8
        try:
            assert read(path, bytes(flipped)) == SMALL
            unharmed.append(index)
        except InvalidChangeset:
            pass
    # Flags, time and system in the header of gzip say nothing here, nor do the bits that fill up the last byte.
    assert set(unharmed) <= {*range(3, 10), len(data) - 9}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "This is not a changeset."),
        (b"SQLite format 3\0", "This is not a changeset."),
        (gzip.compress(b""), "This is not a changeset."),
        (gzip.compress(b'{"a": 1}\n'), "This is not a changeset."),
        (gzip.compress(b"[" * 1_000_000 + b"\n"), "This is not a changeset."),
        (encode(CHANGESET) + b"x", "It is incomplete or was damaged"),
        (encode(CHANGESET) * 2, "It is incomplete or was damaged"),
        (b"PK\3\4", "It is incomplete or was damaged"),
    ],
    ids=["nothing", "a corpus", "an empty file", "other lines", "depth", "a byte more", "twice", "half a ZIP file"],
)
def test_other_files_are_refused(path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(InvalidChangeset, match=reason):
        read(path, data)


def _set(kind: str, uid: str, /, **values: object) -> Callable[[list[dict[str, Any]]], object]:
    return lambda lines: find(lines, kind, uid).update(values)


def _change_record(uid: str, /, **values: object) -> Callable[[list[dict[str, Any]]], object]:
    return lambda lines: find(lines, "step", uid)["edits"][0]["after"].update(values)


def _change_article(**values: object) -> Callable[[list[dict[str, Any]]], object]:
    return lambda lines: next(line for line in lines if "article" in line)["article"]["article"].update(values)


def _insert(index: int, line: dict[str, Any]) -> Callable[[list[dict[str, Any]]], object]:
    return lambda lines: lines.insert(index, line)


HARM = {
    "another text": (_change_article(text=TEXT + "."), "The text of article .* is not the one"),
    "a NUL": (_change_article(text="a\0"), "NUL"),
    "a number": (_change_article(id=7), "The text of article"),
    "a zone elsewhere": (
        lambda lines: next(line for line in lines if "article" in line)["article"]["zones"][0].update(end=400),
        "A zone from 0 to 400 is not within the text",
    ),
    "a negative offset": (_change_record("e1", start=-1), "Step e1 contains an impossible edit"),
    "an empty range": (_change_record("e1", start=16), "Step e1 contains an impossible edit"),
    "an offset beyond any text": (_change_record("e1", end=5_000_001), "Step e1 contains an impossible edit"),
    "an offset that is no number": (_change_record("e1", end=1e300), "Expected `int`"),
    "a label that is none": (_change_record("e1", label="a b"), "Step e1 contains an impossible edit"),
    "a stranger's span": (_change_record("e1", annotator="يوسف"), "“يوسف” is not a valid annotator"),
    "a stranger's step": (_set("step", "e1", annotator="يوسف"), "“يوسف” is not a valid annotator"),
    "an unknown state": (_change_record("e3", state="reviewed"), "Step e3 contains an impossible edit"),
    "an unknown field": (_change_record("e3", colour="red"), "step e3 needs a newer version"),
    "a blank title": (_change_record("e5", text=""), "Step e5 contains an impossible edit"),
    "no edit": (_set("step", "e1", edits=[]), "Step e1 contains an impossible edit"),
    "an edit of nothing": (_set("step", "e1", edits=[{"before": None, "after": None}]), "impossible edit"),
    "an edit of two records": (
        lambda lines: find(lines, "step", "e1")["edits"][0].update(
            before=find(lines, "step", "e3")["edits"][0]["after"]
        ),
        "Step e1 contains an impossible edit",
    ),
    "a clock that ends": (_set("step", "e1", clock=(1 << 63) - 1), "Step e1 contains an impossible edit"),
    "a negative clock": (_set("step", "e1", clock=-1), "Step e1 contains an impossible edit"),
    "a label that is no label": (
        lambda lines: find(lines, "label", "l0")["after"]["label"]["colour"].update(light="red"),
        "the colour “red” of DATE is not",
    ),
    "a change of no label": (_set("label", "l0", after=None), "Step l0 contains an impossible edit"),
    "a label at an endless position": (
        lambda lines: find(lines, "label", "l0")["after"].update(position=1 << 62),
        "Step l0 contains an impossible edit",
    ),
    "no time": (_set("step", "e1", time="noon"), "“noon” is not a time"),
    "the same step twice": (_set("step", "e1", uid="e2"), "e2 appears twice"),
    "one identity for two": (_set("person", "gold", uids=["p1"]), "p1 appears twice"),
    "no identity": (_set("person", "gold", uids=[]), "“gold” is not a valid annotator"),
    "an unknown kind of person": (_set("person", "gold", kind="machine"), "“gold” is not a valid annotator"),
    "no name": (_set("batch", "b1", name=""), "“” is not a valid name"),
    "another kind of line": (_insert(1, {"colour": {}}), "“colour” is not something"),
    "a second header": (lambda lines: lines.insert(1, lines[0]), "“changeset” is not something"),
    "edits of no step": (_insert(1, {"edits": []}), "“edits” is not something"),
    "two things in a line": (lambda lines: lines[1].update(lines[2], other=1), "It cannot be used"),
    "steps before people": (lambda lines: lines.insert(1, lines.pop()), "“سلمى” is not a valid annotator"),
}


@pytest.mark.parametrize("harm", HARM)
def test_what_no_corpus_may_hold_is_refused(path: Path, harm: str) -> None:
    change, reason = HARM[harm]
    with pytest.raises(InvalidChangeset, match=reason) as raised:
        read(path, change_lines(change))
    assert raised.value.line > 1


@pytest.mark.parametrize(
    "line", [b'{"step":' + b"[" * 1_000_000, b'{"step":{"uid":"\\ud800"}}', b'{"step":{"uid":"\xff"}}', b"", b"{}"]
)
def test_lines_that_are_no_json_are_refused(path: Path, line: bytes) -> None:
    with pytest.raises(InvalidChangeset):
        read(path, seal_lines([list_lines(CHANGESET)[0], line]))


def test_wrong_counts_are_refused(path: Path) -> None:
    lines = gzip.decompress(encode(CHANGESET)).splitlines(keepends=True)
    lines[-1] = lines[-1].replace(b'"assignment":2', b'"assignment":3')
    with pytest.raises(InvalidChangeset, match="It is incomplete or was damaged"):
        read(path, gzip.compress(b"".join(lines)))


@pytest.mark.parametrize(
    ("name", "limit"), [("MAX_LINE_LENGTH", 100), ("MAX_UNPACKED_SIZE", 1000), ("MIN_UNPACKED_SIZE", 1000)]
)
def test_more_than_any_changeset_holds_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: int
) -> None:
    data = encode(CHANGESET)
    monkeypatch.setattr(changeset_file, name, limit)
    if name == "MIN_UNPACKED_SIZE":
        monkeypatch.setattr(changeset_file, "MAX_RATIO", 1)
    with pytest.raises(InvalidChangeset, match="It is larger when unpacked"):
        read(path, data)


def test_a_line_too_long_to_be_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changeset_file, "MAX_LINE_LENGTH", 1000)
    edit = Edit(None, replace(SPAN, note="س" * 1000))
    with pytest.raises(InvalidChangeset, match="too long for a changeset"):
        encode(replace(CHANGESET, steps=(build_step("e", edit),)))


# Versions


def test_a_newer_format_is_refused(path: Path) -> None:
    data = change_lines(lambda lines: lines[0]["changeset"].update(version=2))
    with pytest.raises(NewerChangeset, match="update the program"):
        read(path, data)


NEWS: dict[str, tuple[Callable[[list[dict[str, Any]]], object], tuple[str, ...]]] = {
    "a kind of record": (
        lambda lines: find(lines, "step", "e3")["edits"].append(
            {"before": None, "after": {"type": "link", "to": "s1"}}
        ),
        ("e3",),
    ),
    "a field of a record": (_change_record("e1", confidence=0.5), ("e1",)),
    "a value of a field": (_change_record("e3", state="reviewed"), ("e3",)),
    "a field of a step": (_set("step", "e2", place="Oujda"), ("e2",)),
    "a kind of line": (_insert(3, {"template": {"uid": "t"}}), ()),
    "a kind of person": (
        lambda lines: find(lines, "person", LAYER[1]).update(kind="machine"),
        tuple(step.uid for step in CHANGESET.steps),
    ),
    "a field of an article": (_change_article(language="ar"), ()),
}


@pytest.mark.parametrize("news", NEWS)
def test_what_only_a_newer_program_can_read_is_left_out_and_named(path: Path, news: str) -> None:
    change, newer_steps = NEWS[news]

    def add(lines: list[dict[str, Any]]) -> None:
        lines[0]["changeset"]["needs"].append("news")
        change(lines)

    changeset = read(path, change_lines(add))
    assert changeset.newer_steps == newer_steps
    assert changeset.steps == tuple(step for step in CHANGESET.steps if step.uid not in newer_steps)
    assert changeset.articles == CHANGESET.articles


def test_a_changeset_of_an_older_program_lacks_the_fields_that_came_later(path: Path) -> None:
    def remove(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            for field in ("clock", "device", "actor", "undoes"):
                line.get("step", {}).pop(field, None)

    [step, *_steps] = read(path, change_lines(remove)).steps
    assert step == replace(CHANGESET.steps[0], clock=0, device=None)


# ZIP files


def pack(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, encode(CHANGESET))
    return path


def test_a_changeset_in_a_zip_file_is_read(path: Path) -> None:
    pack(path, "من سلمى.changeset", "__MACOSX/._من سلمى.changeset", "readme.txt")
    assert finish(read_changeset(path)) == CHANGESET


@pytest.mark.parametrize("names", [(), ("a.txt",), ("a.changeset", "b.changeset")])
def test_a_zip_file_without_one_changeset_is_refused(path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(InvalidChangeset, match="The ZIP file contains no changeset, or several"):
        finish(read_changeset(pack(path, *names)))


@pytest.mark.parametrize("method", ["ZIP_STORED", "ZIP_DEFLATED", "ZIP_BZIP2", "ZIP_LZMA"])
def test_a_zip_file_with_another_byte_anywhere_is_read_or_refused(path: Path, method: str) -> None:
    """Each of its methods says in another way that it cannot unpack."""
    with zipfile.ZipFile(path, "w", getattr(zipfile, method)) as archive:
        archive.writestr("a.changeset", gzip.compress(b'{"changeset": {}}\n'))
    whole = path.read_bytes()
    for position in range(len(whole)):
        data = bytearray(whole)
        data[position] ^= 0xFF
        with suppress(InvalidChangeset):
            read(path, bytes(data))


def test_a_damaged_zip_file_is_refused(path: Path) -> None:
    data = bytearray(pack(path, "a.changeset").read_bytes())
    data[200] ^= 1
    with pytest.raises(InvalidChangeset, match="It is incomplete or was damaged"):
        read(path, bytes(data))
