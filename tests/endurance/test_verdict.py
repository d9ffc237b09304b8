"""What verdict.py says of an export that was under way when its process was killed."""

from pathlib import Path

import pytest
import verdict
from annotator_at_work import ANNOTATORS, CORPUS, EXPORTS, digest_export
from builders import apply_edits, create_corpus

from annotator.formats.report import report_path
from annotator.generators import finish
from annotator.jobs.export.exporter import export
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import Edit
from annotator.store.corpus import Corpus

TEXT = "أعلنت وزارة الصحة عن خطة وطنية."


def label(corpus: Corpus, name: str, start: int, end: int) -> None:
    """Have the annotator of the exports label a range of the article."""
    article = corpus.article(1)
    [edit] = operations.add_span(article, corpus.spans(article.uid, ANNOTATORS[0]), ANNOTATORS[0], name, start, end)
    assert isinstance(edit, Edit)
    apply_edits(corpus, [edit], ANNOTATORS[0])


@pytest.mark.parametrize("name", ["flat.conll", "parts"])
def test_a_new_export_may_have_the_files_of_the_old_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / "exports" / name
    path.parent.mkdir()
    with create_corpus(tmp_path / CORPUS, build_article(TEXT)) as corpus:
        label(corpus, "PLAN", 6, 17)
        finish(export(corpus, path, EXPORTS[name]))
        before = digest_export(path)
        label(corpus, "INSTITUTION", 6, 11)  # inside the plan, so that only the report counts it
        finish(export(corpus, path, EXPORTS[name]))
    after = digest_export(path)
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)
    assert verdict._check_export(tmp_path, name, {name: before}, unfinished=True) == []
    report_path(path).write_bytes(b"{}")
    assert verdict._check_export(tmp_path, name, {name: before}, unfinished=True)
