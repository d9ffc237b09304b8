"""All types are prepared before two threads may decode them, which would crash the process (msgspec)."""

import subprocess
import sys
from pathlib import Path

STORED = Path(__file__).parents[1] / "store" / "versions" / "v5.corpus"
WORK = """
import gc, msgspec, shutil, sys
from pathlib import Path

def unprepared_types():
    types, remaining = set(), [msgspec.Struct]
    while remaining:
        remaining += (subclasses := remaining.pop().__subclasses__())
        types.update(subclasses)
    own = {type_ for type_ in types if type_.__module__.startswith("annotator.")}
    return {type_ for type_ in own if not any(type(item).__name__ == "StructInfo" for item in gc.get_referents(type_))}

from annotator import settings
from annotator.model.records import DONE, Span
from annotator.jobs.suggesting import AnnotatorSuggester
from annotator.store.corpus import Corpus
from annotator.ui.session.session import Session
import annotator.jobs.checking, annotator.store.queries.article_list, annotator.suggest.dates, annotator.suggest.names

before = unprepared_types()
assert Span not in before
settings.save(settings.Settings())
settings.load()
session = Session("Sanae")
session.open(Corpus.open(Path(sys.argv[1])))
session.tag(session.labels.labels[0].name, 0, 3)
session.set_state(DONE)
session.undo()
list(session.corpus.load_articles([1]))
suggester = AnnotatorSuggester.from_corpus_file(session.corpus.path, "Sanae")
suggester.suggest(session.article, [], [])
print(*(f"{type_.__module__}.{type_.__name__}" for type_ in before - unprepared_types()))
session.close()
"""


def test_types_that_the_window_and_its_suggesters_decode_are_prepared(tmp_path: Path) -> None:
    path = tmp_path / "news.corpus"
    path.write_bytes(STORED.read_bytes())
    command = [sys.executable, "-c", WORK, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (result.returncode, result.stdout.split()) == (0, []), result.stderr
