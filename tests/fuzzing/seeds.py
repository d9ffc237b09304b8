"""Small files in every format and dialect that is read, which fuzzing starts from."""

import base64
import io
import zipfile
import zlib
from typing import Final

import msgspec
from team.changesets import CHANGESET, list_lines

from annotator import optional_packages
from annotator.model.records import article_uid

TEXT: Final = "معرض الكتاب في وجدة\n2024-07-09\nقالت وزارة الصحة، اليوم، إن خطّة «2030» سـتنجز 😀."
SEPARATOR: Final = b"\n=====\n"
"""Separates the `.ann` and the `.txt` of a brat seed."""

_PAGE: Final = (
    '<!DOCTYPE html><html lang="ar"><head><meta charset="utf-8"><title>معرض الكتاب</title>'
    '<meta property="og:site_name" content="جريدة"><link rel="canonical" href="https://example.ma/a/1">'
    '<meta property="article:published_time" content="2024-07-09T09:00">'
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "معرض الكتاب"}</script></head>'
    "<body><nav><a href='/'>الرئيسية</a></nav><article><h1>معرض الكتاب</h1><p>الثلاثاء 9 يوليوز 2024 - 09:00</p>"
    + "<p>قالت وزارة الصحة، اليوم، إن الخطة ستنجز في سنة 2030 &amp; بعدها &#1600;.</p>" * 4
    + "<ul><li>أ</li><li>ب</li></ul><table><tr><td>1</td></tr></table></article></body></html>"
)
_BINARY_PAGE: Final = base64.encodebytes(_PAGE.encode())
_SAVED: Final = (
    b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.ma/a/1\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; type="text/html"; boundary="--x"\r\n\r\n----x\r\n'
    b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Location: https://example.ma/a/1\r\n\r\n" + _BINARY_PAGE + b"\r\n----x--\r\n"
)

WORD_NAMESPACE: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_DOCUMENT: Final = (
    f"<w:document {WORD_NAMESPACE}><w:body><w:p><w:pPr><w:t>x</w:t></w:pPr><w:r><w:t>قالت الوزارة</w:t><w:tab/></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>2024</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:br/></w:r></w:p></w:tc></w:tr>"
    "</w:tbl><w:p><w:ins><w:r><w:t>خطة</w:t></w:r></w:ins><w:del><w:r><w:delText>y</w:delText></w:r></w:del></w:p>"
    "</w:body></w:document>"
)
_RELATIONS: Final = (
    '<Relationships><Relationship Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>'
)
_CORE: Final = (
    '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title>معرض</dc:title>'
    "<dcterms:created>2024-07-09T08:30:00Z</dcterms:created></cp:coreProperties>"
)

_XMI: Final = (
    '<?xml version="1.0"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" '
    'xmlns:n="http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore" xmlns:c="http:///custom.ecore" '
    'xmi:version="2.0"><cas:NULL xmi:id="0"/>'
    '<n:NamedEntity xmi:id="3" sofa="1" begin="0" end="5" value="INSTITUTION" identifier="Q1"/><!--exact range: 0-6-->'
    '<c:Span xmi:id="4" sofa="1" begin="6" end="8" label="DATE" note="x"/>'
    '<c:Odd xmi:id="5" sofa="1" begin="0" end="2"><links>7</links><links>8</links></c:Odd>'
    '<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="وزارة 😀 الصحة"/>'
    '<cas:View sofa="1" members="3 4 5"/></xmi:XMI>'
)
_CAS: Final = (
    '{"%TYPES": {}, "%FEATURE_STRUCTURES": [{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": '
    '"_InitialView", "mimeType": "text", "sofaString": "وزارة 😀 الصحة"}, {"%ID": 2, "%TYPE": "custom.Span", '
    '"@sofa": 1, "%EXACT": "0-6", "begin": 0, "end": 5, "label": "INSTITUTION", "score": 0.5, "list": [1, {"a": null}]}], '
    '"%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2]}}}'
)

_TSV3: Final = (
    "#FORMAT=WebAnno TSV 3.3\n#T_SP=custom.Span|label|note\n#T_RL=custom.Relation|label|BT_custom.Span\n"
    "#T_SP=x.Host|ROLE_x.Host:links_x.Link|x.Filler|value\n\n\n#Sentence.id=0a32a10\n#Span=1 0-12\n#Text=وزارة الصحة 😀\\tx\n"
    "1-1\t0-5\tوزارة\tINSTITUTION[1]|B\\|C\t*[1]|_\t_\t_\t*\t_\t_\t\n"
    "1-2\t6-11\tالصحة\tINSTITUTION[1]\tx[1]\trel\t1-1[1_2]\t_\t_\t_\t\n1-2.1\t8-11\tصحة\tP\t*\t_\t_\t_\t_\t_\t\n"
    "\n#Text=خطة\n2-1\t16-19\tخطة\t_\t_\t_\t_\t_\t_\t_\t\n"
)
_TSV31: Final = "#FORMAT=WebAnno TSV 3.1\n#T_SP=a.B|c\n\n#Text=\\u0648\\u0632\\n\n1-1\t0-2\tوز\tD\t\n"

_CONLLU: Final = (
    "# newdoc id = a\n# title = معرض\n# newpar\n# sent_id = 1\n# text = لوزارة الصحة .\n"
    "1-2\tلوزارة\t_\t_\t_\t_\t_\t_\t_\tNER=B-ORG\n1\tل\t_\tADP\t_\t_\t2\tcase\t_\tNER=O\n"
    "2\tوزارة\t_\t_\t_\t_\t0\t_\t_\tNER=B-ORG\n3\tالصحة\t_\t_\t_\t_\t2\t_\t_\tNER=I-ORG|Entity=(x)\n"
    "3.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n4\t.\t_\t_\t_\t_\t2\t_\t_\tSpaceAfter=No|SpacesBefore=\\s\\u200f\n\n"
)
_OWN_CONLLU: Final = (
    f"# newdoc id = {article_uid('a b  ')}\n# spans = start:end:label:annotator:uid:value:note\n# title = a\n# zones = body:0:4\n# states = leila:done\n"
    "# notes = leila:x\n# sent_id = 1\n# text = a b c\n1\ta\t_\t_\t_\t_\t_\t_\t_\tSpan=0:1:DATE:leila:u:v:_\n"
    "2\tb\t_\t_\t_\t_\t_\t_\t_\tSpacesAfter=\\s\\s\n\n"
)

_TASKS: Final = (
    '[{"id": 1, "data": {"text": "وزارة 😀 الصحة", "title": "معرض"}, "annotations": [{"completed_by": {"email": "l@x"},'
    ' "result": [{"id": "r", "type": "labels", "from_name": "label", "to_name": "text", "value": {"start": 0, "end": 5,'
    ' "text": "وزارة", "labels": ["ORG"]}, "meta": {"text": ["n"], "value": "v"}}, {"id": "r", "type": "choices", '
    '"value": {"choices": ["c"]}}]}], "predictions": [{"model_version": "m", "result": []}], "drafts": []}]'
)

_SPACY_JSON: Final = (
    '[{"id": 0, "paragraphs": [{"raw": "قالت الوزارة.", "sentences": [{"tokens": [{"orth": "قالت", "ner": "O"}, '
    '{"orth": "الوزارة", "ner": "U-ORG"}, {"orth": ".", "ner": "-"}]}]}, {"sentences": [{"tokens": '
    '[{"orth": "خطة", "ner": "B-P"}, {"orth": "2030", "ner": "L-P"}]}]}]}]'
)

_MAP: Final = (
    b"1 begincodespacerange <00> <ff> endcodespacerange\n2 beginbfchar\n<01> <0648>\n<02> <0632>\nendbfchar endcmap"
)
_DRAWN: Final = b"BT /F 12 Tf 1 0 0 1 20 700 Tm <0102> Tj 0 -14 Td (Hello) Tj ET"


def build_pdf(stream: bytes = _DRAWN, *extra: bytes, catalog: bytes = b"", pages: bytes = b"3 0 R") -> bytes:
    """Build a PDF of one page with the content stream `stream`, and additional objects from number 8 on."""
    packed = zlib.compress(stream)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Kids[" + pages + b"]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        b"<</Length %d>>stream\n" % len(_MAP) + _MAP + b"\nendstream",
        b"<</Title(a)>>",
        *extra,
    )
    data, offsets = io.BytesIO(b"%PDF-1.4\n"), []
    data.seek(0, 2)
    for number, content in enumerate(objects, 1):
        offsets.append(data.tell())
        data.write(b"%d 0 obj" % number + content + b"\nendobj\n")
    table = data.tell()
    data.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    data.writelines(b"%010d 00000 n \n" % place for place in offsets)
    data.write(b"trailer<</Root 1 0 R/Info 7 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return data.getvalue()


def build_docx(body: str = _DOCUMENT, core: str = _CORE, relations: str = _RELATIONS) -> bytes:
    """Build a Word document with these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("_rels/.rels", relations)
        file.writestr("word/document.xml", body)
        file.writestr("docProps/core.xml", core)
    return stream.getvalue()


def build_docbin(**replaced: object) -> bytes:
    """Build a DocBin of two words with some of its columns replaced."""
    orth, iob, kind = 65, 77, 78
    tokens = b"".join(number.to_bytes(8, "little") for number in (_hash("وزارة"), 3, _hash("ORG"), _hash("x"), 1, 0))
    columns: dict[str, object] = {
        "version": "0.1",
        "attrs": [orth, iob, kind],
        "tokens": tokens,
        "spaces": b"\x01\x00",
        "lengths": (2).to_bytes(4, "little"),
        "strings": ["وزارة", "ORG", "x"],
        "cats": [{}],
        "flags": [{"has_unknown_spaces": False}],
        "span_groups": [b""],
        **replaced,
    }
    return zlib.compress(msgspec.msgpack.encode(columns))


def _hash(text: str) -> int:
    if not optional_packages.is_installed("spacy"):
        return 0
    from spacy.strings import get_string_id

    return int(get_string_id(text))


def _pack_brat(ann: str, text: str = TEXT) -> bytes:
    return ann.encode() + SEPARATOR + text.encode()


def _join_lines(*values: str) -> bytes:
    return "".join(f"{value}\n" for value in values).encode()


def build_seeds() -> dict[str, list[bytes]]:
    """Return seeds by the name of their reader (see fuzzing.targets.NAMES)."""
    seeds = {
        "text": [
            TEXT.encode(),
            TEXT.encode("utf-16"),
            b"\xef\xbb\xbf" + TEXT.encode(),
            "قالت وزارة الصحة إن الخطة ستنجز في سنة 2030".encode("cp1256"),
            "ﺍﻟﻮﺯﺍﺭﺓ ﻗﺎﻟﺖ ﺇﻥ ﺍﻟﺨﻄﺔ\nتزجنتس ةطخلا (2030) نإ".encode(),
            "اقرأ أيضا\n• رابط\nمشاركة\nمعرض\nالثلاثاء 9 يوليوز 2024 - 09:00\nنص طويل.\nوسوم: كتاب".encode(),
        ],
        "html": [_PAGE.encode(), _SAVED, _PAGE.replace("utf-8", "windows-1256").encode("cp1256", "ignore")],
        "csv": [
            'title,text,date\nمعرض,"قالت, الوزارة\n«خطة»",2024-07-09\nب,"ج ""د""",x\n'.encode(),
            "sep=;\nعنوان;نص\nأ;ب\n".encode(),
            "العنوان\tالنص\nأ\tب\n".encode("utf-16"),
            "قصير,نص أطول من غيره بكثير حقا\nب,نص آخر أطول من غيره بكثير\n".encode(),
        ],
        "docx": [build_docx(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40, b"{\\rtf1 x}"],
        "pdf": [build_pdf(), build_pdf(b"BT /F 12 Tf 2 0 0 1 20 700 Tm [(He) -300 <01>] TJ ET q 1 0 0 -1 0 0 cm Q")],
        "jsonl": [
            _join_lines(
                '{"text": "وزارة الصحة", "title": "t", "published": "9 يوليوز 2024", "zones": [{"kind": "body", "start": 0,'
                ' "end": 5}], "spans": [{"uid": "u", "start": 0, "end": 5, "label": "ORG", "annotator": "l", "value": "v",'
                ' "note": "n", "text": "وزارة"}], "states": {"l": "done"}, "notes": {"l": "x"}}',
                '{"text": "a\\ud83d\\ude00\\u200f", "spans": null}',
            )
        ],
        "doccano": [
            _join_lines(
                '{"id": 1, "text": "وزارة الصحة", "label": [[0, 5, "ORG"]], "Comments": ["c"], "meta": {"url": "u"}}'
            ),
            '[{"text": "وزارة", "entities": [{"start_offset": 0, "end_offset": 2, "label": "A"}], "relations": [1]}]'.encode(),
            '{"data": "وزارة", "annotations": [{"label": 1, "start_offset": 0, "end_offset": 2, "user": 3}]}'.encode(),
        ],
        "prodigy": [
            _join_lines(
                '{"text": "وزارة الصحة", "tokens": [{"text": "وزارة", "start": 0, "end": 5, "id": 0, "ws": true}], "spans": '
                '[{"start": 0, "end": 5, "label": "ORG", "token_start": 0, "value": "v"}], "answer": "accept", '
                '"_annotator_id": "l", "meta": {"title": "t"}}',
                '{"text": "b", "answer": "reject", "relations": [{}]}',
            )
        ],
        "labelstudio": [
            _TASKS.encode(),
            '[{"id": 1, "text": "وزارة", "label": [{"start": 0, "end": 2, "text": "وز", "labels": ["A", "B"]}]}]'.encode(),
        ],
        "conll": [
            "-DOCSTART- (معرض) -X- O O\n\nقالت VBD B-VP O\nوزارة NNP B-NP B-ORG\nالصحة NNP I-NP I-ORG\n. . O O\n\n«خ» x O B-P\n".encode(),
            "# http://a.ma/b [2024-07-09]\n1\tوزارة\tB-ORG\tB-X\n2\tالصحة\tI-ORG\tO\n\n1\t15\tO\tO\n".encode(),
            'وزارة B-ORG B-X\nالصحة I-ORG\n$#$ O\n"\nخ L-P U-Q\n" O\n'.encode(),
            "وزارة|NNP|B-ORG الصحة|NNP|I-ORG\n".encode(),
            "# newdoc id = x\nوزارة\tU-ORG\n/\tO\n5\tO\n".encode("utf-16"),
            '{"tokens": ["وزارة", "الصحة"], "ner_tags": ["B-ORG", "I-ORG"]}\n{"words": ["b"], "labels": [1]}\n'.encode(),
            "وزارة ORG\nالصحة O\n".encode(),
        ],
        "conllu": [_CONLLU.encode(), _OWN_CONLLU.encode()],
        "brat": [
            _pack_brat(
                'T1\tORG 0 5\tمعرض \nA1\tValue T1 2024\n#1\tAnnotatorNotes T1\tنص\n#2\tNoteJSON T1\t"a\\nb"\nR1\tr Arg1:T1\n'
                'T2\tDATE 20 30;31 35\n*\tEquiv T1 T2\nE1\tX:T1\nM1\tNeg E1\n#3\tValueJSON T2\t"v"\n'
            ),
            b"T1\tA 0 1;2 3\ta b" + SEPARATOR + b"\xef\xbb\xbfa\nb",
        ],
        "webanno": [_TSV3.encode(), _TSV31.encode()],
        "xmi": [_XMI.encode(), _CAS.encode(), _XMI.replace("1.0", '1.0" encoding="utf-16', 1).encode("utf-16")],
        "cas-json": [_CAS.encode(), _XMI.encode()],
        "spacy-json": [_SPACY_JSON.encode()],
        "spacy": [build_docbin(), build_docbin(flags=[{"has_unknown_spaces": True}])],
        "labels": [
            '[[label]]\nname = "DATE"\nkey = "1"\ncolour = { light = "#b97a1c", dark = "#e0a84a" }\n'
            'title = { ar = "تاريخ", en = "Date" }\nguideline = { en = """x""" }\n'.encode()
        ],
        "settings": [
            b'{"language": "fr", "zoom": 120, "keys": {"undo": ["Ctrl+Z"]}, "geometry": "x", "model_labels": {"A": "B"}}'
        ],
        "changeset": [_join_lines(*(line.decode() for line in list_lines(CHANGESET)))],
        "report": [b'{"format": "brat", "files": "00", "parts": {"train": {"articles": 1}}, "left_out": []}'],
    }
    return {
        **seeds,
        "storing": seeds["text"],
        "recognition": [seed for reader_seeds in seeds.values() for seed in reader_seeds],
    }
