"""Run the programs that are measured beside this one, each in a process of the peers' own environment."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from annotator.model.records import AnnotatedArticle

PACKAGING: Final = str(Path(__file__).parents[2] / "packaging")
if PACKAGING not in sys.path:
    sys.path.append(PACKAGING)  # the environments are made there

import dev  # noqa: E402

PEERS: Final = {
    "label_studio": "Label Studio's converter (to a file)",
    "spacy": "spaCy's offsets_to_biluo_tags (of tokens it makes, no file)",
}
_PEER: Final = Path(__file__).with_name("peer.py")
_CONFIG: Final = """
<View><Labels name="label" toName="text">{labels}</Labels><Text name="text" value="$text"/></View>
"""


class Absent(Exception):
    """Why a peer cannot be measured, in a sentence."""


def make_environment() -> Path:
    """Return the Python of the peers' environment, which is made if need be. Raises Absent, as without a network."""
    try:
        return dev.make_peer_environment()
    except dev.CannotGoOn:
        raise Absent("the peers' packages cannot be installed here") from None


def write_articles(articles: Sequence[AnnotatedArticle], labels: Sequence[str], folder: Path) -> None:
    """Write for the peers, into `folder`, what they do not have from an export of ours: see peer.py."""
    rows = [
        {"text": item.article.text, "spans": [(span.start, span.end, span.label) for span in item.spans]}
        for item in articles
    ]
    (folder / "articles.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    names = "".join(f'<Label value="{name}"/>' for name in labels)
    (folder / "config.xml").write_text(_CONFIG.format(labels=names), encoding="utf-8")


class Peer:
    """A peer at work."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests, self._answers = requests, answers

    def convert(self) -> float:
        """Have it convert all articles; the milliseconds that it took by its own clock. Raises Absent."""
        try:
            print("once", file=self._requests, flush=True)
        except OSError:
            raise Absent("it ended") from None
        return float(read_answer(self._answers))


def read_answer(answers: IO[str]) -> str:
    """Return a line of a peer. Raises Absent where the peer has ended instead."""
    line = answers.readline()
    if not line:
        raise Absent("it does not run here")
    return line


@contextmanager
def start_peer(name: str, python: Path, folder: Path) -> Iterator[Peer]:
    """Yield a peer of PEERS, ready to convert what is in `folder`; it ends with the block. Raises Absent."""
    command = [str(python), str(_PEER), name, str(folder)]
    with (
        (folder / f"{name}.log").open("wb") as log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
        ) as process,
    ):
        assert process.stdin
        assert process.stdout
        try:
            read_answer(process.stdout)
            yield Peer(process.stdin, process.stdout)
        finally:
            process.kill()
