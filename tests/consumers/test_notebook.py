"""Run docs/notebook.ipynb in a kernel of Jupyter: it prints what is stored in it. It takes a quarter of a minute."""

import re
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pages
import pytest
from consumers.reading import consumer
from pages import ROOT

NOTEBOOK = pages.DOCS / "notebook.ipynb"
_DECIMAL = re.compile(r"\d+\.\d+")


def read_outputs(notebook: Any) -> list[list[dict[str, str]]]:
    """Return what each cell of code prints and shows, as text by its kind; decimals vary between processors."""
    return [
        [{kind: _DECIMAL.sub("0.0", "".join(text)) for kind, text in _list_texts(output)} for output in cell["outputs"]]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def _list_texts(output: dict[str, Any]) -> list[tuple[str, str]]:
    return [(output["name"], output["text"])] if output["output_type"] == "stream" else list(output["data"].items())


def test_the_notebook_prints_what_is_stored_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pandas", "datasets", "seqeval", "ipykernel"):
        consumer(name)
    client, nbformat = consumer("nbclient"), consumer("nbformat")
    shutil.copytree(ROOT / "resources" / "samples", tmp_path / "resources" / "samples")
    for variable, value in {
        "ANNOTATOR_LANGUAGE": "en",
        "HF_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": str(ROOT),
    }.items():
        monkeypatch.setenv(variable, value)
    stored = nbformat.read(NOTEBOOK, as_version=4)
    executed = deepcopy(stored)
    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client.NotebookClient(executed, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert read_outputs(executed) == read_outputs(stored)
    assert sum(map(bool, read_outputs(stored))) >= 8


def test_the_notebook_names_no_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert "site-packages" not in text
