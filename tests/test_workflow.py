"""The workflows name only files and commands that exist. Whether they run, no test can tell."""

import re
from pathlib import Path
from typing import Any

import dev
import pytest
from consumers.reading import consumer

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / ".github" / "workflows" / "packages.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    """Return the jobs by name, as YAML has them."""
    parsed = consumer("yaml").safe_load(TEXT)["jobs"]
    assert isinstance(parsed, dict)
    return parsed


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github" / "workflows").iterdir()), ids=lambda path: path.stem)
def test_every_file_and_command_that_a_workflow_names_exists(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    paths = re.findall(r"\b(?:packaging|resources|tests)(?:/[\w.-]+)+", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
    commands = re.findall(r"packaging/dev\.py (\w+)", text)
    assert commands
    assert set(commands) <= set(dev.COMMANDS)


def test_every_job_waits_for_jobs_that_there_are_and_the_release_for_all(jobs: dict[str, Any]) -> None:
    needs = {name: job.get("needs", []) for name, job in jobs.items()}
    needed = {name: [others] if isinstance(others, str) else others for name, others in needs.items()}
    assert {other for others in needed.values() for other in others} <= set(jobs)
    assert set(needed["release"]) == set(jobs) - {"release"}


def test_what_is_taken_from_another_job_was_left_by_it(jobs: dict[str, Any]) -> None:
    steps = [step for job in jobs.values() for step in job["steps"]]
    uploaded = {step["with"]["name"] for step in steps if "upload-artifact" in step.get("uses", "")}
    systems = jobs["make"]["strategy"]["matrix"]["system"]
    uploaded |= {f"packages-{system}" for system in systems if "packages-${{ matrix.system }}" in uploaded}
    taken = [step["with"] for step in steps if "download-artifact" in step.get("uses", "")]
    assert len(taken) == 2
    for download in taken:
        assert download.get("name") in uploaded or download.get("pattern") == "packages-*"
    assert "packages-python" in uploaded


def test_actions_are_named_with_their_version() -> None:
    for action in re.findall(r"uses: (\S+)", TEXT):
        assert re.fullmatch(r"actions/[\w-]+@v\d+", action), action
