"""doccano's own server: projects, uploads, spans and downloads."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from peer_servers.server_process import Client, free_port, peer_environment, peer_python, run_command, running_server

PACKAGE: Final = "doccano"
_NAME, _PASSWORD = "admin", "a password of tests"
# Its tasks (uploads and downloads) run within the request instead of in a second process with a queue.
_SETTINGS: Final = """
from config.settings.production import *
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_STORE_EAGER_RESULT = True
"""


class Doccano:
    """A running server, as its administrator."""

    def __init__(self, url: str) -> None:
        self._client = Client(url)
        login = {"username": _NAME, "password": _PASSWORD}
        self._client.token = self._client.send("POST", "/v1/auth/login/", login)["key"]

    def create_project(self, *, grapheme_mode: bool = False) -> int:
        """Create a project for spans that may overlap, and return its number."""
        project = {
            "name": "news",
            "description": "news",
            "guideline": "",
            "project_type": "SequenceLabeling",
            "resourcetype": "SequenceLabelingProject",
            "allow_overlapping": True,
            "grapheme_mode": grapheme_mode,
            "collaborative_annotation": False,
        }
        return int(self._client.send("POST", "/v1/projects", project)["id"])

    def upload_label_types(self, project: int, file: Path) -> None:
        """Upload a file of label types, as the page of the labels does."""
        self._client.upload(f"/v1/projects/{project}/span-type-upload", "file", file)

    def label_types(self, project: int) -> list[dict[str, Any]]:
        """Return the project's label types."""
        types: list[dict[str, Any]] = self._client.send("GET", f"/v1/projects/{project}/span-types")
        return types

    def upload(self, project: int, file: Path) -> list[Any]:
        """Upload a JSONL file, and return what the server complains about."""
        upload = self._client.upload("/v1/fp/process/", "filepond", file).decode()
        request = {
            "format": "JSONL",
            "task": "SequenceLabeling",
            "uploadIds": [upload],
            "column_data": "text",
            "column_label": "label",
            "encoding": "utf_8",
        }
        task = self._client.send("POST", f"/v1/projects/{project}/upload", request)["task_id"]
        status = self._client.send("GET", f"/v1/tasks/status/{task}")
        errors: list[Any] = (status.get("result") or {}).get("error", []) if status["ready"] else [status]
        return [*errors, *([status["error"]] if status.get("error") else [])]

    def examples(self, project: int) -> list[dict[str, Any]]:
        """Return the texts, each with its number and metadata."""
        path = f"/v1/projects/{project}/examples?limit=100000&offset=0"
        examples: list[dict[str, Any]] = self._client.send("GET", path)["results"]
        return examples

    def spans(self, project: int, example: int) -> list[dict[str, Any]]:
        """Return the spans of a text, each with its number."""
        spans: list[dict[str, Any]] = self._client.send("GET", f"/v1/projects/{project}/examples/{example}/spans")
        return spans

    def add_span(self, project: int, example: int, start: int, end: int, label: int) -> None:
        """Add a span, as the window does; `label` is the number of a label type."""
        span = {"start_offset": start, "end_offset": end, "label": label}
        self._client.send("POST", f"/v1/projects/{project}/examples/{example}/spans", span)

    def change_span(self, project: int, example: int, span: int, **fields: int) -> None:
        """Move or relabel a span."""
        self._client.send("PATCH", f"/v1/projects/{project}/examples/{example}/spans/{span}", fields)

    def delete_span(self, project: int, example: int, span: int) -> None:
        """Delete a span."""
        self._client.send("DELETE", f"/v1/projects/{project}/examples/{example}/spans/{span}")

    def download(self, project: int, folder: Path) -> list[Path]:
        """Download the project as JSONL, one file for each user, into `folder`."""
        request = {"format": "JSONL", "exportApproved": False}
        task = self._client.send("POST", f"/v1/projects/{project}/download", request)["task_id"]
        content = self._client.send_bytes("GET", f"/v1/projects/{project}/download?taskId={task}")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(folder)
            return [folder / name for name in archive.namelist()]


@contextmanager
def running_doccano(folder: Path) -> Iterator[Doccano]:
    """Run a server with its data in `folder`; skips the test where doccano is not installed."""
    python = peer_python(PACKAGE)
    script = "import backend; print(list(backend.__path__)[0])"
    backend = run_command([python, "-c", script], folder).strip()
    (folder / "peer_settings.py").write_text(_SETTINGS, encoding="utf-8")
    env = peer_environment(
        folder,
        {
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "peer_settings",
            "DOCCANO_HOME": str(folder),
            "MEDIA_ROOT": str(folder / "media"),
            "PYTHONPATH": f"{folder}:{backend}",
            "STANDALONE": "True",
        },
    )
    admin = ["--noinput", "--username", _NAME, "--password", _PASSWORD, "--email", "a@example.org"]
    for command in (["migrate", "-v", "0"], ["create_roles"], ["create_admin", *admin]):
        run_command([python, Path(backend, "manage.py"), *command], Path(backend), env)
    port = free_port()
    arguments = ["config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--timeout", "600"]
    server: list[str | Path] = [python, "-m", "gunicorn", *arguments, "--chdir", backend]
    url = f"http://127.0.0.1:{port}"
    with running_server(server, folder, env, f"{url}/v1/auth/login/"):
        yield Doccano(url)
