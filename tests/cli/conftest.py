"""A sample corpus, and a function that runs a command in this process."""

from pathlib import Path

import pytest
from builders import build_plain_article
from cli.sample import BODY, DATELINE, HEADLINE, PLAIN, TEXT, Ended, Run, locate

from annotator.cli import running
from annotator.model.labels import default_labels
from annotator.model.records import AnnotatedArticle, Article, Span, Status, Zone, article_uid
from annotator.store.corpus import Corpus


@pytest.fixture(autouse=True)
def _english_without_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    # The commands set these two; monkeypatch restores them after each test.
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "en")
    monkeypatch.setenv("LANGUAGE", "en")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "ANNOTATOR_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def niceness(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record how much a command lowers its priority, without lowering that of all later tests of this process."""
    increments: list[int] = []
    monkeypatch.setattr("os.nice", increments.append, raising=False)
    return increments


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Return a function that runs a command line in this process."""

    def command(*arguments: object) -> Ended:
        capsysbinary.readouterr()
        code = running.run([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Ended(code, out, err.decode())

    return command


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Create a corpus of two articles, the first labelled by two annotators."""
    path = tmp_path / "أخبار.corpus"
    uid = article_uid(TEXT)
    with Corpus.create(path, default_labels()) as corpus:
        zones = [
            (kind, *locate(part)) for kind, part in [("headline", HEADLINE), ("dateline", DATELINE), ("body", BODY)]
        ]
        corpus.add(
            AnnotatedArticle(
                Article(uid, TEXT, published="2024-07-09T09:00", source="وكالة", url="https://example.org/1"),
                tuple(Zone(f"z{index}", uid, *zone) for index, zone in enumerate(zones)),
                (
                    Span("s1", uid, "سميرة", "PLAN", *locate("خطة العمل 2024-2025")),
                    Span("s2", uid, "سميرة", "DATE", *locate("2024-2025"), "2024/2025", "فترة"),
                    Span("s3", uid, "salma", "INSTITUTION", *locate("وزارة العدل")),
                ),
                (Status(uid, "سميرة", "done"),),
            )
        )
        corpus.add(build_plain_article(PLAIN))
    return path
