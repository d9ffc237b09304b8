"""Web pages: the main text, the metadata that the page states, and nothing from anywhere else."""

import codecs
import email.message
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from formats import items
from formats.items import read_annotated_article, read_only_item
from running import takes_linear_time

from annotator.formats.documents import web
from annotator.formats.documents.web import read, sniff
from annotator.model.records import BODY, HEADLINE, AnnotatedArticle, Article

TITLE = "افتتاح معرض الكتاب بوجدة"
FIRST = "افتتحت وزارة الثقافة، يوم الثلاثاء، معرض الكتاب بمدينة وجدة، بحضور كتاب وناشرين من كل البلدان المغاربية."
SECOND = "وقال الوزير إن المعرض “سيستمر” أسبوعين، وإن الخطة 2023-2030 تنص على فتح مكتبات جديدة في كل المدن."
THIRD = "ويشارك في المعرض، حسب بلاغ للوزارة، أكثر من مئتي ناشر، إضافة إلى لقاءات يومية مع الكتاب والقراء."
HEAD = (
    f'<title>{TITLE} - جريدة</title><meta property="og:title" content="{TITLE}">'
    '<meta property="og:site_name" content="جريدة"><link rel="canonical" href="https://example.ma/a/1">'
)
DATED = '<meta property="article:published_time" content="2024-07-09T09:00:00+01:00">'
MENU = "<nav><ul><li><a href='/'>الرئيسية</a></li><li><a href='/s'>رياضة</a></li></ul></nav>"
FOOT = "<footer><p>جميع الحقوق محفوظة</p></footer>"

read_article = partial(items.read_article, read)
read_reason = partial(items.read_reason, read)


def build_page(*paragraphs: str, head: str = HEAD, above: str = f"<h1>{TITLE}</h1>", declared: str = "") -> str:
    text = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs or (FIRST, SECOND, THIRD))
    return (
        f"<!DOCTYPE html>\n<html lang='ar'><head>{declared}{head}</head><body>{MENU}"
        f"<article>{above}{text}</article>{FOOT}</body></html>"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


@pytest.fixture(autouse=True)
def network_requests(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Record and fail every attempt to reach the network."""
    attempts: list[object] = []

    def fail(*arguments: object, **_options: object) -> None:
        attempts.append(arguments)
        raise OSError("no network in this test")

    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo")):
        monkeypatch.setattr(owner, name, fail)
    return attempts


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Listen for calls that nobody should make, not even a library with sockets of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_text_and_metadata_of_a_page(path: Path) -> None:
    item = read_annotated_article(read, path, build_page(head=HEAD + DATED))
    text = "\n".join((TITLE, FIRST, SECOND, THIRD))
    assert item.article == Article(item.article.uid, text, TITLE, "2024-07-09", "جريدة", "https://example.ma/a/1")
    assert [zone.kind for zone in item.zones] == [HEADLINE, BODY, BODY, BODY]


def test_the_headline_is_not_repeated(path: Path) -> None:
    page = build_page(TITLE, FIRST, SECOND, THIRD, above="")
    assert read_article(path, page).text.count(TITLE) == 1
    assert read_article(path, page).text.startswith(TITLE)
    # The title may differ from the headline in its marks and spaces.
    article = read_article(path, build_page("«اِفتتاح  معرض الكتاب» بوجدة", FIRST, SECOND, THIRD, above=""))
    assert article.text.split("\n")[0].startswith("«اِفتتاح")


def test_a_page_without_title_or_source(path: Path) -> None:
    bare = read_article(path, build_page(head="", above=""))
    assert bare.text == "\n".join((FIRST, SECOND, THIRD))
    assert (bare.title, bare.published, bare.source, bare.url) == (None, None, None, None)


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (f"<h1>{TITLE}</h1><div>الثلاثاء 9 يوليوز 2024 - 10:30</div>", "2024-07-09T10:30"),
        (f"<h1>{TITLE}</h1><div>جريدة</div><div>وجدة</div><div>9 يوليوز 2024</div>", "2024-07-09"),
        (f"<h1>{TITLE}</h1><script>var d = '9 يوليوز 2024'</script>", None),
    ],
)
def test_time_of_publication_is_read_below_the_headline(path: Path, above: str, expected: str | None) -> None:
    assert read_article(path, build_page(above=above)).published == expected


def test_time_of_publication_is_never_guessed(path: Path) -> None:
    # Years of a copyright notice and parts of addresses are no dates of publication.
    head = '<meta property="og:image" content="http://x.ma/2013/8/p.jpg">' + HEAD
    assert read_article(path, build_page(head=head).replace("محفوظة", "محفوظة © 2013")).published is None


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", ""),
        ("utf-8", "windows-1256"),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1256", "windows-1256"),
        ("cp1256", "WINDOWS-1256"),
        ("cp1256", ""),
        ("cp1256", "utf-8"),
        ("cp1256", "x-nonsense"),
        ("iso8859-6", "iso-8859-6"),
    ],
)
@pytest.mark.parametrize(
    "form", ['<meta charset="{}">', "<meta http-equiv=Content-Type content='text/html; charset={}'>"]
)
def test_encodings_are_detected(path: Path, encoding: str, declared: str, form: str) -> None:
    data = build_page(declared=form.format(declared) if declared else "")
    if encoding == "iso8859-6":
        data = data.replace("“", "").replace("”", "")
    text = read_article(path, data.encode(encoding)).text
    assert text == "\n".join((TITLE, FIRST, SECOND, THIRD)).translate(
        {8220: None, 8221: None} if encoding == "iso8859-6" else {}
    )


def test_an_undeclared_encoding_of_french_is_detected(path: Path) -> None:
    french = (
        "Le président a été reçu à Rabat, où il a déjeuné avec l’équipe du théâtre et les élèves de l’école voisine. "
    )
    data = (
        f"<html><head><title>Théâtre à Rabat</title></head><body><p>{french * 3}</p><p>{french * 2}</p></body></html>"
    )
    assert french.strip() in read_article(path, data.encode("cp1252")).text


def test_nothing_is_loaded(path: Path, network_requests: list[object], server: socket.socket) -> None:
    url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    outside = (
        '<base href="http://127.0.0.1:9/"><link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
        '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"><script src="http://127.0.0.1:9/x.js"></script>'
    )
    above = '<iframe src="http://127.0.0.1:9/"></iframe><img src="http://127.0.0.1:9/x.png"><embed src="http://127.0.0.1:9/x">'
    text = read_article(
        path, build_page(head=HEAD + outside, above=f"<h1>{TITLE}</h1>{above}").replace("http://127.0.0.1:9/", url)
    ).text
    assert all(part in text for part in (TITLE, FIRST, SECOND, THIRD))
    assert network_requests == []
    with pytest.raises(OSError, match="no network"):
        socket.create_connection(server.getsockname())


def test_scripts_are_neither_run_nor_read(path: Path) -> None:
    script = (
        "<script>document.write('<p>مكتوب</p>'); var a = 'كلام طويل من البرنامج';</script><style>p {color: red}</style>"
    )
    text = read_article(path, build_page(FIRST, script + SECOND, THIRD)).text
    assert text == "\n".join((TITLE, FIRST, SECOND, THIRD))


@pytest.mark.parametrize("doctype", ["<!DOCTYPE html [{}]>", '<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd" [{}]>'])
def test_entities_are_not_expanded(
    path: Path, tmp_path: Path, network_requests: list[object], server: socket.socket, doctype: str
) -> None:
    doctype = doctype.replace("9", str(server.getsockname()[1]))
    secret = tmp_path / "secret.txt"
    secret.write_text("كلمة السر", encoding="utf-8")
    entities = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 12))
    declared = doctype.format(f'<!ENTITY e0 "بوم">{entities}<!ENTITY f SYSTEM "{secret.as_uri()}">')
    data = '<?xml version="1.0" encoding="UTF-8"?>' + build_page(FIRST + " &e11; &f;", SECOND, THIRD).replace(
        "<!DOCTYPE html>", declared
    ).replace("<html ", '<html xmlns="http://www.w3.org/1999/xhtml" ')
    text = read_article(path, data).text
    assert "كلمة السر" not in text
    assert "بوم" not in text
    assert FIRST in text
    assert network_requests == []


def test_mhtml_is_read(path: Path) -> None:
    message = email.message.EmailMessage()
    message["Snapshot-Content-Location"] = "https://example.ma/a/2"
    message["Subject"] = TITLE
    message.set_content(
        build_page(head=f"<title>{TITLE}</title>"), subtype="html", charset="utf-8", cte="quoted-printable"
    )
    message.make_related()
    message.add_related(b"\x89PNG" + bytes(100), "image", "png")
    data = message.as_bytes().replace(b"multipart/related;", b'multipart/related; type="text/html";')
    assert sniff("page.mhtml", data)
    assert sniff("page", data)
    saved = read_article(path, data)
    assert saved.text == "\n".join((TITLE, FIRST, SECOND, THIRD))
    assert saved.url == "https://example.ma/a/2"
    for cut in range(0, len(data), 97):
        assert read_only_item(read, path, data[:cut])
    assert read_reason(path, b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x--\n") == (
        "The file contains no web page."
    )


@pytest.mark.parametrize(
    "data",
    ["", " ", "<html></html>", "<html><body></body></html>", "<div>" * 10_000 + FIRST, "<" * 100_000, "<p" * 50_000],
)
def test_pages_without_text_are_refused(path: Path, data: str) -> None:
    assert read_reason(path, data) in ("No main text found in the page.", "The text is empty.")


def test_binary_pages_are_refused(path: Path) -> None:
    assert read_reason(path, b"<html>" + bytes(range(256)) * 30)
    nul = read_reason(path, build_page(FIRST + "\0", SECOND, THIRD).encode() + b"\xff")
    assert nul


def test_large_pages_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_annotated_article(read, path, build_page(*["<a href='/x'>ا</a>" * 1000] * 9)).article
    assert (
        read_reason(path, build_page("<a href='/x'>ا</a>" * web.MAX_ELEMENTS))
        == "The page has more than 20000 elements."
    )
    monkeypatch.setattr(web, "MAX_BYTES", 10_000)
    assert read_reason(path, build_page() + " " * 10_000) == "The file is larger than 0 MB."


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.html", build_page(), True),
        ("a", build_page(), True),
        ("a.php", "\n <!-- x -->\n<HTML><body>", True),
        ("a.html", codecs.BOM_UTF8 + build_page().encode(), True),
        ("a", build_page().encode("utf-16"), True),
        ("a.xhtml", '<?xml version="1.0"?>\n<!DOCTYPE html><html/>', True),
        ("a.htm", "نص <p>فقرة", True),
        ("a.html", FIRST, False),
        ("a.txt", f"نص <p>{FIRST}", False),
        ("a.xhtml", '<?xml version="1.0"?><xmi:XMI xmlns:p="x"><p/></xmi:XMI>', False),
        ("a.json", '[{"text": "<html>"}]', False),
        ("a.eml", "From: x\nMIME-Version: 1.0\nContent-Type: text/plain\n\nx", False),
        ("a.html", "", False),
    ],
)
def test_sniff(name: str, data: bytes | str, expected: bool) -> None:
    assert sniff(name, data if isinstance(data, bytes) else data.encode()) is expected


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<meta ", b"<?xml ", b"a:b\n", b"a:b\n ", b" ", b"<!-- -->", b"content-type:"]
)
def test_time_for_hostile_beginnings_is_linear(piece: bytes) -> None:
    assert takes_linear_time(lambda size: sniff("a.html", (piece * size)[:size]), 8_192)
    assert takes_linear_time(lambda size: web._CHARSET.search((piece * size)[:size]), 2_048)


def test_real_page(shared: Path, network_requests: list[object]) -> None:
    folder = shared / "data" / "html"
    path = folder / "cnn-arabic.html"
    assert sniff(path.name, path.read_bytes()[: 1 << 16])
    (item,) = read(path, "a")
    assert isinstance(item, AnnotatedArticle)
    expected_lines = [line for line in (folder / "cnn-arabic.txt").read_text(encoding="utf-8").split("\n") if line]
    lines = item.article.text.split("\n")
    # The headline, then exactly the main text, then two superfluous lines about the site's comments.
    assert lines[0] == item.article.title == "معارضون يسيطرون على مخازن للصواريخ بريف دمشق"
    assert lines[1:-2] == expected_lines
    assert len(expected_lines) == 7
    assert [zone.kind for zone in item.zones] == [HEADLINE] + [BODY] * 9
    assert item.article.published == "2013-08-28T14:00"
    assert item.article.source == "CNNArabic"
    assert item.article.url == "http://arabic.cnn.com/2013/middle_east/8/3/syria.clashes/index.html"
    assert network_requests == []


def test_sniff_accepts_no_sample_file_of_other_formats(shared: Path) -> None:
    files = (file for file in (shared / "data").rglob("*") if file.is_file() and file.suffix != ".html")
    for path in sorted(files):
        assert not sniff(path.name.lower(), path.read_bytes()[: 1 << 16]), path
