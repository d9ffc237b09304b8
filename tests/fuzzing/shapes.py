"""Files of any size with the worst shape for some reader: none may cost more than its size."""

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from fuzzing.seeds import SEPARATOR, WORD_NAMESPACE, build_docbin, build_docx, build_pdf

Shape = Callable[[int], bytes]
"""A function that returns a file of about this many bytes."""


def _repeat(piece: bytes | str, before: bytes | str = b"", after: bytes | str = b"") -> Shape:
    piece, before, after = ((part.encode() if isinstance(part, str) else part) for part in (piece, before, after))
    return lambda size: before + piece * (size // len(piece)) + after


def _enlarge(shape: Shape) -> Shape:
    """Return a ten times larger shape, for readers so fast that their worst case shows late."""
    return lambda size: shape(10 * size)


def _nest(opening: str, closing: str, before: str = "", within: str = "x", after: str = "") -> Shape:
    def shape(size: int) -> bytes:
        times = size // (len(opening.encode()) + len(closing.encode()))
        return (before + opening * times + within + closing * times + after).encode()

    return shape


def _number_lines(line: str, before: str = "", after: str = "") -> Shape:
    """Return a shape of numbered lines."""

    def shape(size: int) -> bytes:
        return (
            before + "".join(line.replace("@", str(index)) for index in range(size // len(line.encode()))) + after
        ).encode()

    return shape


_MARK: Final = "\u0651"
_WORD: Final = "وزارة "
_WORDS: Final[dict[str, Shape]] = {
    "one long word": _repeat("و"),
    "one long line": _repeat(_WORD),
    "combining marks": _repeat(_MARK, "و"),
    "marks that nothing is under": _repeat(_MARK, " ", "و"),
    "invisible marks": _repeat("\u200b", "و", "و"),
    "marks of direction between letters": _repeat("و\u200f\u200e"),
    "joiners": _repeat("\u200d", "😀", "😀"),
    "spaces": _repeat(" ", "و", "و"),
    "newlines": _repeat("\n", "و", "و"),
    "carriage returns": _repeat("\r\n", "و", "و"),
    "digits": _repeat("1"),
    "digits and spaces": _repeat("1 ", "", "x"),
    "dots": _repeat(".", "و"),
    "quotation marks": _repeat("“", "و"),
    "brackets": _repeat("(", "و"),
    "brackets of both kinds": _repeat(")(", "و"),
    "addresses": _repeat("https://..", "و"),
    "mail": _repeat("a.", "و", "@"),
    "links to others": _repeat("اقرأ أيضا\n"),
    "links in a list": _repeat("• اقرأ أيضا\n", "نص.\n", "نص طويل.\n"),
    "short lines": _repeat("نص\n"),
    "dates": _repeat("9 يوليوز 2024\n"),
    "sentences": _repeat("نص. "),
    "letters as they are drawn": _repeat("ﺓﺭﺍﺯﻭ "),
    "lines as they are drawn": _repeat("ﺓﺭﺍﺯﻭ (GB 5) 2024\n"),
    "brackets in a line that is drawn": _repeat("ﺓ(", "ﺍﻟﻮﺯﺍﺭﺓ "),
    "numbers in a line that is drawn": _repeat("ﺓ1 a ", "ﺍﻟﻮﺯﺍﺭﺓ "),
    "signs for words": _repeat("ﷲ ﷺ "),
    "letters beyond U+FFFF": _repeat("😀"),
    "flags": _repeat("🇲"),
    "hamzas": _repeat("و\u0654", "ؤ"),
}


def _pack_docx(shape: Shape, *, part: str = "word/document.xml") -> Shape:
    def pack(size: int) -> bytes:
        data = shape(size).decode()
        return build_docx(**{"core" if part.startswith("docProps") else "body": data})

    return pack


def _many_members(size: int) -> bytes:
    stream = io.BytesIO(build_docx())
    with zipfile.ZipFile(stream, "a") as file:
        for index in range(size // 100):
            file.writestr(f"{index}", b"")
    return stream.getvalue()


def _many_zeros(size: int) -> bytes:
    """Compress zeros, which are a thousand times as large uncompressed."""
    compressor = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    return b"".join(compressor.compress(zeros) for _megabyte in range(size // 1000)) + compressor.flush()


def _draw_pdf(piece: bytes, before: bytes = b"", after: bytes = b"") -> Shape:
    return lambda size: build_pdf(b"BT /F 12 Tf 1 0 0 1 20 700 Tm " + before + piece * (size // len(piece)) + after)


_XMI: Final = (
    '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:c="http:///c.ecore">'
)
_SOFA: Final = '<cas:Sofa xmi:id="1" sofaID="_InitialView" sofaString="وزارة الصحة"/>'
_CAS: Final = '{"%TYPES": {}, "%FEATURE_STRUCTURES": ['
_CAS_SOFA: Final = '{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "sofaString": "وزارة"}'
_PARAGRAPH: Final = "<p>قالت وزارة الصحة، اليوم، إن الخطة ستنجز في سنة 2030 وبعدها.</p>" * 4
_BODY: Final = f"<html><head><title>معرض</title></head><body><article>{_PARAGRAPH}"
_MHTML: Final = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n"
_ONE: Final = '{"text": "وزارة الصحة", '

SHAPES: Final[dict[str, dict[str, Shape]]] = {
    "text": _WORDS,
    "storing": _WORDS,
    "html": {
        "tags that nothing closes": _repeat("<div>", _BODY),
        "tags within tags": _nest("<b>", "</b>", _BODY),
        "lists within lists": _nest("<ul><li>", "</li></ul>", _BODY),
        "tables within tables": _nest("<table><tr><td>", "</td></tr></table>", _BODY),
        "attributes": _number_lines(' a@="x"', _BODY + "<p", ">x</p>"),
        "one long attribute": _repeat("a", _BODY + '<p class="', '">x</p>'),
        "a comment that nothing closes": _repeat("a", _BODY + "<!--"),
        "comments": _repeat("<!---->", _BODY),
        "comments before the page": _repeat("<!---->"),
        "entities": _repeat("&amp;", _BODY + "<p>", "</p>"),
        "a long title": _repeat(
            "و ", "<html><head><title>", f"</title></head><body><article>{_PARAGRAPH}" + "<p>و و</p>" * 900
        ),
        "paragraphs": _repeat("<p>وزارة الصحة</p>", _BODY),
        "links": _repeat("<a href='/x'>و</a>", _BODY),
        "breaks": _repeat("و<br>", _BODY),
        "one long paragraph": _repeat(_WORD, _BODY + "<p>", "</p>"),
        "a paragraph of newlines": _repeat("\n", _BODY + "<p>و", "و</p>"),
        "a paragraph of spaces": _repeat(" ", _BODY + "<p>و", "و</p>"),
        "digits": _repeat("2024-", _BODY + "<p>", "</p>"),
        "dates": _repeat("2024-07-09 ", _BODY + "<p>", "</p>"),
        "metadata": _repeat(
            '<meta property="article:published_time" content="x2024">', _BODY.replace("</head>", ""), ""
        ),
        "a long script": _repeat("[", _BODY + '<script type="application/ld+json">', "</script>"),
        "many scripts": _repeat('<script type="application/ld+json">{"@type":"NewsArticle"}</script>', _BODY),
        "a long header of a saved page": _repeat(
            "(", _MHTML + "Content-Location: ", "\n\n--x\nContent-Type: text/html\n\n" + _BODY
        ),
        "a long type of a saved page": _repeat(
            " a=b;", _MHTML + "\n--x\nContent-Type: text/html;", "\n\n" + _BODY + "\n--x--\n"
        ),
        "encoded words": _repeat(
            " =?utf-8?q?a?=", _MHTML + "Snapshot-Content-Location: ", "\n\n--x\nContent-Type: text/html\n\n" + _BODY
        ),
        "parts of a saved page": _repeat("--x\nContent-Type: image/png\n\na\n", _MHTML + "\n"),
        "parts within parts": _number_lines("--x\nContent-Type: message/rfc822\n\n" + _MHTML + "\n", _MHTML + "\n"),
        "parts with marks of their own": lambda size: b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\nMIME-Version: 1.0\n\n--b%d\n" % (index, index)
            for index in range(size // 70)
        ),
        "headers": _repeat("A: b\n", "", "MIME-Version: 1.0\nContent-Type: text/html\n\n" + _BODY),
        "bytes that are no encoding": _repeat(b"\xe9\xff ", b"<html><body><article><p>"),
        "control characters": _repeat("&#1;\x0b", _BODY + "<p>", "</p>"),
    },
    "csv": {
        "commas": _repeat(",", "text,b\n"),
        "columns": _number_lines("c@,", "", "text\nx\n"),
        "a quotation mark that nothing closes": _repeat("a\n", 'text,b\n"'),
        "quotation marks": _repeat('"', "text,b\n"),
        "rows that are not like others": _repeat("a,b,c\n", "text,b\n"),
        "quoted newlines in many cells": _repeat('"a\n",', "text,b\n"),
        "one line": _repeat("a", "text,b\n"),
        "rows": _repeat("نص,9 يوليوز 2024\n", "text,date\n"),
        "semicolons and tabs": _repeat(";\t|", "text,b\n"),
        "blank lines": _repeat("\n", "text,b\n"),
        "long dates": _repeat("1", "text,date\nنص,"),
    },
    "docx": {
        "tables within tables": _pack_docx(
            _nest(
                "<w:tr><w:tc>",
                "</w:tc></w:tr>",
                f"<w:document {WORD_NAMESPACE}><w:body>",
                "<w:p><w:r><w:t>x</w:t></w:r></w:p>",
                "</w:body></w:document>",
            )
        ),
        "a table a little deep, and long": _pack_docx(
            lambda size: (
                f"<w:document {WORD_NAMESPACE}><w:body>"
                + "<w:tr><w:tc>" * 60
                + "<w:p><w:r><w:t>x</w:t></w:r></w:p>" * (size // 40)
                + "</w:tc></w:tr>" * 60
                + "</w:body></w:document>"
            ).encode()
        ),
        "paragraphs that nothing closes": _pack_docx(_repeat("<w:p>", f"<w:document {WORD_NAMESPACE}><w:body>")),
        "paragraphs": _pack_docx(
            _repeat(
                "<w:p><w:r><w:t>x</w:t></w:r></w:p>", f"<w:document {WORD_NAMESPACE}><w:body>", "</w:body></w:document>"
            )
        ),
        "lines of a property": _pack_docx(_repeat("a\n", "<a><title>", "</title></a>"), part="docProps/core.xml"),
        "attributes": _pack_docx(
            _number_lines(' a@="x"', f"<w:document {WORD_NAMESPACE}><w:body", "></w:body></w:document>")
        ),
        "members": _many_members,
    },
    "pdf": {
        "text": _draw_pdf(b"(Hello) Tj 0 -14 Td "),
        "text in one line": _draw_pdf(b"(Hello) Tj "),
        "one long text": _draw_pdf(b"a", b"(", b") Tj"),
        "arrays within arrays": _draw_pdf(b"["),
        "dictionaries within dictionaries": _draw_pdf(b"<<"),
        "states that nothing takes back": _draw_pdf(b"q "),
        "brackets": _draw_pdf(b"("),
        "numbers": _draw_pdf(b"1 "),
        "letters that are turned": _draw_pdf(b"1 0.1 0 1 0 0 Tm (a) Tj "),
        "objects": lambda size: build_pdf(b"", *[b"null"] * (size // 40)),
        "pages": lambda _size: build_pdf(pages=b"3 0 R " * 400),
        "a page within itself": lambda _size: build_pdf(pages=b"2 0 R"),
        "zeros": lambda size: build_pdf(bytes(size * 100)),
        "a dictionary that nothing closes": _repeat(b"<<", b"%PDF-1.4\ntrailer"),
        "an array that nothing closes": _repeat(b"[", b"%PDF-1.4\ntrailer<</Root"),
        "text that ends nowhere": _repeat(b"(", b"%PDF-1.4\ntrailer<</Root"),
        "names": _repeat(b"/a", b"%PDF-1.4\ntrailer<<"),
        "nothing else": _repeat(b"\n", b"%PDF-1.4"),
        "trailers": _repeat(b"trailer<</Prev 9>>\n", b"%PDF-1.4\n", b"startxref\n9\n%%EOF"),
        "tables of objects": _repeat(b"xref\n0 1\n0000000000 65535 f\n", b"%PDF-1.4\n", b"startxref\n9\n%%EOF"),
        "a table that says that it is long": _repeat(b"0 99999999\n", b"%PDF-1.4\nxref\n", b"startxref\n9\n%%EOF"),
    },
    "jsonl": {
        "brackets": _repeat("[", '{"text": "a", "spans": '),
        "closed brackets": _nest("[", "]", '{"text": "a", "spans": ', "", "}"),
        "objects": _nest('{"a":', "}", "", "1"),
        "lists": _repeat("[],", '{"text": "a", "x": [', "1]}"),
        "spans": _repeat('{"start": 0, "end": 1, "label": "A"},', _ONE + '"spans": [', "{}]}"),
        "spans that are nowhere": _repeat('{"start": 9, "end": 1, "label": "A"},', '{"text": "a", "spans": [', "{}]}"),
        "spans over all": lambda size: (
            '{"text": "'
            + "ﺓﺭﺍﺯﻭ" * (size // 20)
            + '", "spans": ['
            + ",".join(f'{{"start": {index}, "end": {size // 4}, "label": "A"}}' for index in range(size // 100))
            + "]}"
        ).encode(),
        "zones": _number_lines('{"kind": "body", "start": @, "end": @},', '{"text": "a", "zones": [', "{}]}"),
        "labels": _number_lines('{"start": 0, "end": 1, "label": "A@"},', _ONE + '"spans": [', "{}]}"),
        "escapes": _repeat("\\u0648", '{"text": "', '"}'),
        "a text that nothing closes": _repeat("a", '{"text": "'),
        "lines that are nothing": _repeat("{\n"),
        "blank lines": _repeat("\n", '{"text": "a"}'),
        "keys": _number_lines('"k@": 1,', "{", '"text": "a"}'),
        "states": _number_lines('"a@": "done",', '{"text": "a", "states": {', '"b": "x"}}'),
        "a long date": _repeat("1 ", '{"text": "a", "published": "', '"}'),
    },
    "doccano": {
        "lists": _repeat("[],", '[{"text": "a", "label": [', "[]]}]"),
        "labels": _repeat('[0, 1, "A"],', '[{"text": "ab", "label": [', '[0, 1, "B"]]}]'),
        "lists within lists": _nest("[", "]", '[{"text": "a", "label": ', "", "}]"),
        "a list that nothing closes": _repeat("[", '[{"text": "a"},'),
        "quotation marks": _repeat('\\"', '[{"text": "'),
        "values": _repeat('{"text":"a"},', "[", "1]"),
        "numbers": _repeat("1,", "[", "1]"),
        "commas": _repeat(",", "[", "1]"),
        "values over several lines": _repeat('{\n"text":"a"}\n', "{\n}\n"),
        "columns": _number_lines('"k@": "v",', "{", '"z": 1}'),
        "spaces": _repeat(" ", "[", "1]"),
    },
    "prodigy": {
        "spans": _repeat(
            '{"start": 0, "end": 1, "label": "A"},', '{"text": "ab", "answer": "accept", "spans": [', "{}]}"
        ),
        "spans that are nowhere": _repeat(
            '{"start": 5, "end": 1, "label": "A", "text": "' + "x" * 90 + '"},', '{"text": "ab", "spans": [', "{}]}"
        ),
    },
    "labelstudio": {
        "results": _repeat(
            '{"id": "r", "type": "labels", "value": {"start": 0, "end": 1, "labels": ["A"]}},',
            '[{"data": {"text": "ab"}, "annotations": [{"result": [',
            "{}]}]}]",
        ),
        "annotations": _repeat(
            '{"completed_by": 1, "result": []},', '[{"data": {"text": "ab"}, "annotations": [', "{}]}]"
        ),
        "columns": _number_lines(
            '"k@": "vvvvv",',
            '[{"data": {',
            '"text": "ab"}, "annotations": [{"result": [{"type": "labels", "value": {"start": 0, "end": 1, "labels": []}}]}]}]',
        ),
        "labels": _repeat(
            '"A",',
            '[{"data": {"text": "ab"}, "annotations": [{"result": [{"type": "labels", "value": {"start": 0, "end": 1, "labels": [',
            '"B"]}}]}]}]',
        ),
        "texts that are not there": _repeat(
            '{"id": "r", "type": "labels", "value": {"start": 1, "end": 2, "text": "'
            + "x " * 40
            + '", "labels": ["A"]}},',
            '[{"data": {"text": "ab"}, "annotations": [{"result": [',
            "{}]}]}]",
        ),
        "choices": _number_lines(
            '{"id": "r@", "type": "choices", "value": {"choices": ["A"]}},',
            '[{"data": {"text": "ab"}, "annotations": [{"result": [',
            "{}]}]}]",
        ),
    },
    "conll": {
        "a long sentence": _repeat("وزارة B-ORG\n"),
        "sentences": _repeat("وزارة B-ORG\n\n"),
        "quotation marks": _enlarge(_repeat('" O\n', "و B-X\n")),
        "quotation marks of both kinds": _repeat("\" O\n' O\n” O\n", "و B-X\n"),
        "dots": _repeat(". O\n", "و B-X\n"),
        "tags": _repeat(" B-A", "و B-X\nو"),
        "labels": _number_lines("و B-A@\n"),
        "labels that go on": lambda size: "".join(
            "و" + "".join(f" {'B' if index < 2 else 'I'}-A{label}" for label in range(200)) + "\n"
            for index in range(size // 1400)
        ).encode(),
        "tags that are out of order": _repeat("و I-A\nو I-B\n"),
        "tags that are none": _number_lines("و B-A\nو Q@\nو O\nو O\nو O\nو O\n"),
        "a line that begins an article": _repeat("(", "و B-A\n\n-DOCSTART- "),
        "articles": _repeat("-DOCSTART- -X- O\n\nو O\n\n", "و B-A\n"),
        "long tokens": _number_lines("@" + "و" * 500 + " B-ORG\n"),
        "long tags": _number_lines("و B-@" + "A" * 500 + "\n", "و B-A\n" * 99),
        "items": _repeat("و|B-A ", "", "\n"),
        "comments": _repeat("# a\n", "و B-A\n"),
        "columns": _repeat(" a", "و B-A\n" * 50),
        "marks in tokens": _repeat(".\u0651", "", " B-A\n"),
        "words that end in marks": _repeat("\u200f", "1", " B-A\n% O\n"),
        "spaces": _repeat(" ", "و B-A\nو", "O\n"),
    },
    "conllu": {
        "words": _repeat("1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n"),
        "words and a text of marks": lambda size: (
            "# text = "
            + "و " * (size // 60)
            + "\u200b" * (size // 6)
            + "\n"
            + "1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n" * (size // 60)
        ).encode(),
        "words before a text of marks": lambda size: (
            "# text = "
            + "\u200b" * (size // 6)
            + "و " * (size // 60)
            + "\n"
            + "1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n" * (size // 60)
        ).encode(),
        "words that are joined": _repeat(
            "1-99\tو\t_\t_\t_\t_\t_\t_\t_\tNER=B-X\n"
            + "".join(f"{index}\tو\t_\t_\t_\t_\t_\t_\t_\t_\n" for index in range(1, 100))
        ),
        "lines that are none": _repeat("x\n", "1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n"),
        "misc": _number_lines("k@=v|", "1\tو\t_\t_\t_\t_\t_\t_\t_\t", "a=b\n"),
        "tags": _repeat("1\tو\t_\t_\t_\t_\t_\t_\t_\tNER=I-X\n\n"),
        "comments": _number_lines("# k@ = v\n", "", "1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n"),
        "spans": _repeat(
            "0:1:A:l:u:_:_;",
            "# spans = start:end:label:annotator:uid:value:note\n1\tو\t_\t_\t_\t_\t_\t_\t_\tSpan=",
            "0:1:A:l:u:_:_\n",
        ),
        "escapes": _repeat("\\s", "1\tو\t_\t_\t_\t_\t_\t_\t_\tSpacesAfter=", "\n"),
        "documents": _repeat("# newdoc\n1\tو\t_\t_\t_\t_\t_\t_\t_\t_\n\n"),
    },
    "brat": {
        "spans": lambda size: (
            "".join(f"T{index}\tA 0 1\n" for index in range(size // 12)).encode() + SEPARATOR + "وزارة".encode()
        ),
        "spans of two pieces far apart": _enlarge(
            lambda size: (
                "".join(f"T{index}\tA 0 1;{size // 2} {size // 2 + 1}\n" for index in range(size // 40)).encode()
                + SEPARATOR
                + b"a"
                + b" " * (size // 2 - 1)
                + b"bc"
            )
        ),
        "pieces": lambda size: b"T1\tA 0 1" + b";0 1" * (size // 4) + SEPARATOR + b"abc",
        "pieces in order": lambda size: (
            ("T1\tA 0 1" + "".join(f";{2 * index} {2 * index + 1}" for index in range(1, size // 20))).encode()
            + SEPARATOR
            + b"a\n" * (size // 20)
        ),
        "notes": _repeat("#1\tAnnotatorNotes T1\tx\n", "T1\tA 0 1\n", SEPARATOR + b"abc"),
        "attributes": _repeat("A1\tX T1\n", "T1\tA 0 1\n", SEPARATOR + b"abc"),
        "kinds": _number_lines("A1\tX@ T1\n", "T1\tA 0 1\n", SEPARATOR.decode() + "abc"),
        "lines that are nothing": _repeat("x\n", "T1\tA 0 1\n", SEPARATOR + b"abc"),
        "one long line": _repeat("x", "T1\t", SEPARATOR + b"abc"),
        "long copies": lambda size: b"T1\tA 0 1\t" + b"x" * size + SEPARATOR + b"abc",
        "newlines in the text": lambda size: b"T1\tA 0 1\n" + SEPARATOR + b"a\r\n" * (size // 3),
    },
    "webanno": {
        "layers": _repeat("#T_SP=a|b\n", "#FORMAT=WebAnno TSV 3.3\n", "#Text=a\n1-1\t0-1\ta\n"),
        "stacked values": _repeat("a|", "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text=a\n1-1\t0-1\ta\t", "b\n"),
        "numbers in values": _repeat("[1]", "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text=a\n1-1\t0-1\ta\t", "b\n"),
        "escapes": _repeat("\\", "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text=a\n1-1\t0-1\ta\t", "b\n"),
        "escapes of Java": _repeat("\\u", "#FORMAT=WebAnno TSV 3.1\n#T_SP=a|b\n\n#Text=", "\n1-1\t0-1\ta\t_\n"),
        "escapes of Java of one letter": _repeat(
            "u", "#FORMAT=WebAnno TSV 3.1\n#T_SP=a|b\n\n#Text=\\", "\n1-1\t0-1\ta\t_\n"
        ),
        "slots": _repeat("a;", "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|ROLE_x:l_x|y\n\n#Text=a\n1-1\t0-1\ta\t", "\t_\n"),
        "sentences far apart": lambda size: (
            "#FORMAT=WebAnno TSV 3.3\n\n"
            + "".join(f"#Text=a\n1-1\t{index * 9000}-{index * 9000 + 1}\ta\t\n\n" for index in range(size // 30))
        ).encode(),
        "tokens": lambda size: (
            "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n\n#Text="
            + "a " * (size // 30)
            + "\n"
            + "".join(f"1-{index}\t{2 * index}-{2 * index + 1}\ta\tX[1]\n" for index in range(size // 30))
        ).encode(),
        "lines that wait": _repeat("#Text=a\n", "#FORMAT=WebAnno TSV 3.3\n"),
        "blanks in an id": _repeat("a32", "#FORMAT=WebAnno TSV 3.3\n\n\n#Sentence.id=0", "\n#Text=a\n1-1\t0-1\ta\t\n"),
        "exact ranges": _number_lines("#Span=@ 0-1\n", "#FORMAT=WebAnno TSV 3.3\n\n\n", "#Text=a\n1-1\t0-1\ta\t\n"),
    },
    "xmi": {
        "structures": _repeat("<c:A/>", _XMI + _SOFA, "</xmi:XMI>"),
        "spans": _repeat('<c:A sofa="1" begin="0" end="2" value="X"/>', _XMI + _SOFA, "</xmi:XMI>"),
        "kinds": _number_lines('<c:A@ sofa="1"/>', _XMI + _SOFA, "</xmi:XMI>"),
        "elements within elements": _nest("<c:A>", "</c:A>", _XMI + _SOFA, "x", "</xmi:XMI>"),
        "attributes": _number_lines(' a@="x"', _XMI + _SOFA + "<c:A", "/></xmi:XMI>"),
        "views": _number_lines('<cas:View sofa="@" members="1 2"/>', _XMI + _SOFA, "</xmi:XMI>"),
        "members": _number_lines("@ ", _XMI + _SOFA + '<cas:View sofa="1" members="', '"/></xmi:XMI>'),
        "lists": _repeat("<l>1</l>", _XMI + _SOFA + "<c:A>", "</c:A></xmi:XMI>"),
        "names of spaces": _number_lines(' xmlns:a@="http:///a@.ecore"', _XMI + _SOFA + "<c:A", "/></xmi:XMI>"),
        "comments before": _repeat("<!---->", "", _XMI + "</xmi:XMI>"),
        "comments after": _repeat("<!--exact range: 0-2-->", _XMI + _SOFA + "<c:A/>", "</xmi:XMI>"),
    },
    "cas-json": {
        "structures": _repeat("{},", _CAS + _CAS_SOFA + ",", "{}]}"),
        "lists": _repeat("[],", _CAS + _CAS_SOFA + '], "x": [', "1]}"),
        "lists within lists": _nest("[", "]", _CAS + _CAS_SOFA + ',{"%TYPE": ', "", "}]}"),
        "views": _number_lines('"@": {"%SOFA": @, "%MEMBERS": [1]},', _CAS + _CAS_SOFA + '], "%VIEWS": {', '"x": 1}}'),
    },
    "spacy-json": {
        "tokens": _repeat(
            '{"orth": "و", "ner": "U-A"},', '[{"paragraphs": [{"sentences": [{"tokens": [', '{"orth": "x"}]}]}]}]'
        ),
        "sentences": _repeat(
            '{"tokens": [{"orth": "و", "ner": "U-A"}]},', '[{"paragraphs": [{"sentences": [', '{"tokens": []}]}]}]'
        ),
        "paragraphs": _repeat(
            '{"sentences": [{"tokens": [{"orth": "و"}]}]},', '[{"paragraphs": [', '{"sentences": []}]}]'
        ),
        "lists within lists": _nest("[", "]", '[{"paragraphs": '),
        "documents": _repeat('{"paragraphs": []},', "[", "{}]"),
        "spaces": _repeat(" "),
        "empty tokens": _repeat(
            '{"orth": "", "ner": "U-A"},',
            '[{"paragraphs": [{"raw": "x", "sentences": [{"tokens": [',
            '{"orth": "x"}]}]}]}]',
        ),
    },
    "spacy": {
        "zeros": _many_zeros,
        "texts": lambda size: build_docbin(strings=[f"a{index}" for index in range(size // 8)]),
        "lists within lists": lambda size: (
            build_docbin(cats=zlib.compress(b""))
            if size < 0
            else zlib.compress(b"\x88\xa7version\xa1x\xa5attrs" + b"\x91" * size)
        ),
        "documents without words": lambda size: build_docbin(
            lengths=bytes(size // 3 * 4), tokens=b"", spaces=b"", flags=[], span_groups=[]
        ),
    },
    "recognition": {
        "spaces": _repeat(" "),
        "newlines": _repeat("\n"),
        "brackets": _repeat("["),
        "objects": _repeat('{"paragraphs":'),
        "sentences": _repeat('"sentences" ', '[{"paragraphs":[{'),
        "quotation marks": _repeat('"'),
        "comments": _repeat("<!--"),
        "tags": _repeat("<"),
        "meta": _repeat("<meta charset"),
        "names": _repeat("a:b\n"),
        "hashes": _repeat("#"),
        "tabs": _repeat("1\t"),
        "XMI": _repeat(" http://www.omg.org/XM", "<XMI "),
        "percent": _repeat("%PDF"),
        "labels": _repeat('" : [ [ 1 , 1 ,'),
        "numbers": _repeat("1-1\t"),
        "zeros": _many_zeros,
    },
    "labels": {
        "brackets": _repeat("[", "a="),
        "parts of a key": _repeat(".a", "a", "=1"),
        "keys of many parts": _repeat("a" + ".a" * 90 + "=1\n"),
        "labels": _number_lines(
            '[[label]]\nname = "A@"\ncolour = { light = "#b97a1c", dark = "#e0a84a" }\ntitle = {}\n'
        ),
        "tables": _number_lines("[a@]\n"),
        "digits": _repeat("1", "a="),
        "quotation marks": _repeat('"""', "a="),
    },
    "settings": {"brackets": _repeat("[", '{"x":'), "keys": _number_lines('"k@": 1,', "{", '"z": 1}')},
    "report": {"brackets": _repeat("[", '{"x":')},
}
"""By the name of the reader (see fuzzing.targets.NAMES)."""
