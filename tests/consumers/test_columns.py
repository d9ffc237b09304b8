"""seqeval, nervaluate, NLTK and spaCy find in our columns the spans that the corpus has."""

from pathlib import Path

import pytest
from consumers.reading import consumer, expected_places, place_chunks, read_columns, run_export

from annotator.store.corpus import Corpus
from annotator.tagging.schemes import BILOU, IOB1, IOB2, IOBES, SCHEMES

FORMATS = ["conll2003", "conll2002"]
formats = pytest.mark.parametrize("format_", FORMATS)
schemes = pytest.mark.parametrize("scheme", SCHEMES)


def test_the_corpus_has_spans_of_every_fate(corpus: Corpus, tmp_path: Path) -> None:
    """Else the tests below would prove little."""
    report = run_export(corpus, tmp_path / "a", boundary="split")
    assert report.written > 100
    assert min(len(report.split), len(report.flattened), len(report.outside_zones), len(report.widened)) > 0
    assert sum(map(len, expected_places(corpus, report))) == report.written + len(report.split) + len(report.widened)


@formats
@schemes
@pytest.mark.parametrize("boundary", ["widen", "split"])
@pytest.mark.parametrize("flatten", ["outermost", "innermost"])
def test_seqeval(corpus: Corpus, tmp_path: Path, format_: str, scheme: str, boundary: str, flatten: str) -> None:
    seqeval = consumer("seqeval.scheme")
    metrics = consumer("seqeval.metrics")
    report = run_export(corpus, tmp_path / "a", format=format_, scheme=scheme, boundary=boundary, flatten=flatten)
    articles = read_columns(tmp_path / "a")
    kind = {IOB1: seqeval.IOB1, IOB2: seqeval.IOB2, IOBES: seqeval.IOBES, BILOU: seqeval.BILOU}[scheme]
    places = []
    for article in articles:
        read = seqeval.Entities([[tag for _word, tag in sentence] for sentence in article], kind).entities
        chunks = [
            (entity.sent_id, entity.start, entity.end - 1, entity.tag) for sentence in read for entity in sentence
        ]
        places.append(place_chunks([[word for word, _tag in sentence] for sentence in article], chunks))
    assert places == expected_places(corpus, report)
    tags = [[tag for _word, tag in sentence] for article in articles for sentence in article]
    scores = metrics.classification_report(tags, tags, mode="strict", scheme=kind, output_dict=True)
    assert (scores["micro avg"]["f1-score"], scores["micro avg"]["support"]) == (1, sum(map(len, places)))
    assert {label: scores[label]["support"] for label in report.labels} == report.labels


@formats
def test_nervaluate(corpus: Corpus, tmp_path: Path, format_: str) -> None:
    """It knows the tags of IOB2, a list of them a sentence."""
    evaluator = consumer("nervaluate").Evaluator
    report = run_export(corpus, tmp_path / "a", format=format_)
    places = []
    for article in read_columns(tmp_path / "a"):
        tags = [[tag for _word, tag in sentence] for sentence in article]
        read = evaluator(tags, tags, tags=list(report.labels), loader="list")
        chunks = [
            (number, entity.start, entity.end, entity.label)
            for number, sentence in enumerate(read.true)
            for entity in sentence
        ]
        places.append(place_chunks([[word for word, _tag in sentence] for sentence in article], chunks))
        if chunks:
            overall = read.evaluate()["overall"]["strict"]
            assert (overall.correct, overall.f1) == (len(chunks), 1)
    assert places == expected_places(corpus, report)


@formats
@pytest.mark.parametrize("scheme", [IOB1, IOB2])
def test_nltk(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str, scheme: str) -> None:
    """It knows no other scheme, and reads nothing outside of the folders that it is told of."""
    monkeypatch.setattr(consumer("nltk.data"), "path", [str(tmp_path)])
    reader = consumer("nltk.corpus.reader.conll").ConllCorpusReader
    trees = consumer("nltk.chunk.util")
    report = run_export(corpus, tmp_path / "a", format=format_, scheme=scheme)
    kinds = {"conll2003": ("words", "pos", "ignore", "chunk"), "conll2002": ("words", "chunk")}[format_]
    read = reader(str(tmp_path), "a", kinds)
    sentences = ((words, grid) for words, grid in zip(read.sents(), read._grids(), strict=True) if words)
    places = []
    for article in read_columns(tmp_path / "a"):  # of a line that begins an article it makes an empty sentence
        chunks = []
        for number, rows in enumerate(article):
            words, grid = next(sentences)
            assert list(words) == [word for word, _tag in rows]
            tagged = [(word, "", row[-1]) for word, row in zip(words, grid, strict=True)]
            assert scheme == IOB1 or trees.conlltags2tree(tagged, strict=True)
            first = 0
            for part in trees.conlltags2tree(tagged):
                length = 1 if isinstance(part, tuple) else len(part)
                if not isinstance(part, tuple):
                    chunks.append((number, first, first + length - 1, part.label()))
                first += length
        places.append(place_chunks([[word for word, _tag in rows] for rows in article], chunks))
    assert next(sentences, None) is None
    assert places == expected_places(corpus, report)


@pytest.mark.parametrize("scheme", [IOB1, IOB2])
def test_spacy_convert(corpus: Corpus, tmp_path: Path, scheme: str) -> None:
    """`spacy convert --converter ner` as it is typed, and the file of documents that it makes."""
    spacy = consumer("spacy")
    convert = consumer("spacy.cli.convert").convert_cli
    report = run_export(corpus, tmp_path / "news.conll", scheme=scheme)
    (tmp_path / "made").mkdir()
    command = consumer("typer").main.get_command(_build_app(convert))
    arguments = [str(tmp_path / "news.conll"), str(tmp_path / "made"), "--converter", "ner", "--lang", "ar"]
    command.main(arguments, standalone_mode=False)
    (file,) = (tmp_path / "made").iterdir()
    docs = list(spacy.tokens.DocBin().from_disk(file).get_docs(spacy.blank("ar").vocab))
    places = []
    for doc in docs:
        places.append(
            place_chunks([[token.text for token in doc]], [(0, e.start, e.end - 1, e.label_) for e in doc.ents])
        )
    assert places == expected_places(corpus, report)
    assert [[len(sent) for sent in doc.sents] for doc in docs] == [
        [len(sentence) for sentence in article] for article in read_columns(tmp_path / "news.conll")
    ]


def _build_app(command: object) -> object:
    import typer

    app = typer.Typer()
    app.command()(command)
    return app


def test_spacy_conllu(corpus: Corpus, tmp_path: Path) -> None:
    """Its converter of CoNLL-U makes a document of each sentence."""
    converters = consumer("spacy.training.converters")
    report = run_export(corpus, tmp_path / "a.conllu", format="conllu")
    content = (tmp_path / "a.conllu").read_text(encoding="utf-8")
    places = []
    for article in content.split("# newdoc id = ")[1:]:
        docs = list(converters.conllu_to_docs(f"# newdoc id = {article}", n_sents=1, no_print=True))
        sentences = [[token.text for token in doc] for doc in docs]
        chunks = [(index, e.start, e.end - 1, e.label_) for index, doc in enumerate(docs) for e in doc.ents]
        places.append(place_chunks(sentences, chunks))
    assert places == expected_places(corpus, report)


def test_spacy_iob(corpus: Corpus, tmp_path: Path) -> None:
    """Its other converter takes a sentence a line, each token with its tag, and groups them ten to a document."""
    converters = consumer("spacy.training.converters")
    report = run_export(corpus, tmp_path / "a", format="conll2002")
    places = []
    for article in read_columns(tmp_path / "a"):
        lines = "\n".join(" ".join(f"{word}|{tag}" for word, tag in sentence) for sentence in article)
        (doc,) = converters.iob_to_docs(lines, n_sents=len(article), no_print=True)
        places.append(
            place_chunks([[token.text for token in doc]], [(0, e.start, e.end - 1, e.label_) for e in doc.ents])
        )
    assert places == expected_places(corpus, report)
