"""No type is first looked into by msgspec while two threads may decode it: that ends the process."""

import subprocess
import sys
from pathlib import Path

STORED = Path(__file__).parents[1] / "store" / "versions" / "v5.corpus"
WORK = """
import gc, msgspec, shutil, sys
from pathlib import Path

def unknown():
    kinds, left = set(), [msgspec.Struct]
    while left:
        left += (found := left.pop().__subclasses__())
        kinds.update(found)
    ours = {kind for kind in kinds if kind.__module__.startswith("annotator.")}
    return {kind for kind in ours if not any(type(one).__name__ == "StructInfo" for one in gc.get_referents(kind))}

from annotator import settings
from annotator.model.records import DONE, Span
from annotator.jobs.checking import check
from annotator.jobs.suggestion_service import Proposals
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import articles
from annotator.store.queries.annotated_articles import drafts
from annotator.ui.session.session import Session
import annotator.suggest.dates, annotator.suggest.names

before = unknown()
assert Span not in before
settings.save(settings.Settings())
settings.load()
session = Session("Sanae")
session.open(Corpus.open(Path(sys.argv[1])))
session.tag(session.labels.labels[0].name, 0, 3)
session.set_state(DONE)
session.undo()
list(drafts(session.corpus, [1]))
proposals = Proposals.of(session.corpus.path, "Sanae")
proposals.open(session.article)
print(*(f"{kind.__module__}.{kind.__name__}" for kind in before - unknown()))
session.close()
"""


def test_what_a_window_and_its_suggesters_decode_is_known_to_msgspec_before(tmp_path: Path) -> None:
    path = tmp_path / "news.corpus"
    path.write_bytes(STORED.read_bytes())
    command = [sys.executable, "-c", WORK, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
