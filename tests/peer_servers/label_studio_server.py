"""Label Studio's own server: projects, imports, annotations and exports."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from peer_servers.server_process import Client, free_port, peer_environment, peer_python, running_server

PACKAGE: Final = "label-studio"
USER: Final = "salma@example.org"
"""The user who imports, corrects and exports."""
_TOKEN: Final = "0123456789abcdef0123456789abcdef01234567"
_SILENT: Final = {
    "COLLECT_ANALYTICS": "false",
    "FRONTEND_SENTRY_DSN": "",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
}
"""The settings that keep it from calling its makers."""


class LabelStudio:
    """A running server, as its administrator."""

    def __init__(self, url: str) -> None:
        self._client = Client(url, _TOKEN)

    def create_project(self, config: str) -> int:
        """Create a project with this labelling configuration, and return its number."""
        return int(self._client.send("POST", "/api/projects", {"title": "news", "label_config": config})["id"])

    def import_file(self, project: int, file: Path) -> dict[str, Any]:
        """Import a file of tasks, and return what the server counts."""
        counts: dict[str, Any] = json.loads(self._client.upload(f"/api/projects/{project}/import", "file", file))
        return counts

    def tasks(self, project: int) -> list[dict[str, Any]]:
        """Return the tasks with their annotations."""
        path = f"/api/tasks?project={project}&page_size=100000&fields=all"
        tasks: list[dict[str, Any]] = self._client.send("GET", path)["tasks"]
        return tasks

    def change_annotation(self, annotation: int, results: list[dict[str, Any]]) -> None:
        """Save an annotation, as its window does."""
        self._client.send("PATCH", f"/api/annotations/{annotation}", {"result": results})

    def add_annotation(self, task: int, results: list[dict[str, Any]], **more: Any) -> None:
        """Add an annotation to a task."""
        self._client.send("POST", f"/api/tasks/{task}/annotations", {"result": results, **more})

    def add_prediction(self, task: int, results: list[dict[str, Any]]) -> None:
        """Add a prediction to a task."""
        prediction = {"task": task, "result": results, "score": 0.5, "model_version": "v1"}
        self._client.send("POST", "/api/predictions", prediction)

    def add_draft(self, task: int, results: list[dict[str, Any]]) -> None:
        """Add a draft to a task."""
        self._client.send("POST", f"/api/tasks/{task}/drafts", {"result": results})

    def export(self, project: int, shape: str, path: Path) -> Path:
        """Export a project as JSON, JSON_MIN, CSV or TSV, also tasks without annotations."""
        content = self._client.send_bytes(
            "GET", f"/api/projects/{project}/export?exportType={shape}&download_all_tasks=true"
        )
        path.write_bytes(content)
        return path


@contextmanager
def running_label_studio(folder: Path) -> Iterator[LabelStudio]:
    """Run a server with its data in `folder`; skips the test where Label Studio is not installed."""
    program = peer_python(PACKAGE).with_name("label-studio")
    env = peer_environment(folder, {**_SILENT, "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "data")})
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    user = ["--username", USER, "--password", "a password of tests", "--user-token", _TOKEN]
    command: list[str | Path] = [program, "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", folder / "data", *user, "--enable-legacy-api-token", "--log-level", "WARNING"]
    with running_server(command, folder, env, f"{url}/api/projects"):
        yield LabelStudio(url)
