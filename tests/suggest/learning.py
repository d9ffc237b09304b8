"""Small articles of our own to learn from, and what is to be learned."""

from collections.abc import Iterable
from itertools import product

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Article, article_uid
from annotator.suggest.crf.training import Example

LABELS = LabelSet(tuple(Label(name, {}, Colour("#000000", "#ffffff")) for name in ("DATE", "INSTITUTION", "PLAN")))

_WHO = ("وزارة التجهيز", "وزارة الثقافة", "مجلس المستشارين", "جامعة القاضي عياض", "شركة الضحى", "وزارة السياحة")
_WHEN = (*map(str, range(2012, 2021)), *(f"{day} {month} 2021" for day in (3, 12) for month in ("ماي", "غشت")))
_SAID = ("أعلنت {} اليوم عن نتائجها سنة {} بالرباط.", "قال متحدث باسم {} إن الأشغال بدأت في {} كما كان مقررا.")
_BEHIND = ("سلمت الرسالة ل{} في {} دون تأخير.", "وقع الاتفاق مع الشركاء و{} بعد لقاء {} في فاس.")
_PLANNED = "أطلقت {} برنامج التنمية القروية {} قبل أيام."


def example(marked: str, labelled: tuple[tuple[int, int], ...] | None = None) -> Example:
    """The article with this text, in which `[` and `|LABEL]` stand around the spans, which may nest."""
    text, spans, open_ = "", [], list[int]()
    pieces = marked.replace("[", "\0[\0").replace("]", "\0]\0").replace("|", "\0|").split("\0")
    for piece in pieces:
        if piece == "[":
            open_.append(len(text))
        elif piece.startswith("|"):
            spans.append((open_.pop(), len(text), piece[1:]))
        elif piece != "]":
            text += piece
    return Example(Article(article_uid(text), text), tuple(sorted(spans)), labelled)


def examples() -> list[Example]:
    """Articles of a sentence or two with dates, institutions behind proclitics and without, and plans with both
    in them."""
    return list(_examples())


def _examples() -> Iterable[Example]:
    for at, (who, when) in enumerate(product(_WHO, _WHEN)):
        said, behind = _SAID[at % 2], _BEHIND[at % 2]
        institution, date = f"[{who}|INSTITUTION]", f"[{when}|DATE]"
        yield example(f"{said.format(institution, date)} {behind.format(institution, date)}")
        planned = f"[برنامج التنمية القروية {date}|PLAN]"
        yield example(_PLANNED.replace("برنامج التنمية القروية {}", "{}").format(institution, planned))
