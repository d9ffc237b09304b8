"""Moving the files of an export into place, and back after an error."""

from pathlib import Path

import pytest

from annotator.jobs.export.file_output import moved_aside


def fail_after(report: Path, old: Path, text: str | None) -> None:
    """Fail in the block that moves the old report aside, after writing a new one if there is a text."""
    with moved_aside(report, old):
        assert not report.exists()
        if text is not None:
            report.write_text(text, encoding="utf-8")
        raise ValueError("the disk is full")


def test_old_report_is_moved_back_after_an_error(tmp_path: Path) -> None:
    report, old = tmp_path / "report.json", tmp_path / "old"
    report.write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match="full"):
        fail_after(report, old, None)
    assert report.read_text(encoding="utf-8") == "old"
    assert not old.exists()


def test_new_report_stays_after_an_error(tmp_path: Path) -> None:
    report, old = tmp_path / "report.json", tmp_path / "old"
    report.write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match="full"):
        fail_after(report, old, "new")
    assert report.read_text(encoding="utf-8") == "new"
    assert not old.exists()


def test_error_without_an_old_report_is_raised_unchanged(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="full"):
        fail_after(tmp_path / "report.json", tmp_path / "old", None)
    assert list(tmp_path.iterdir()) == []
