"""Small articles of our own to learn from."""

from collections.abc import Iterable
from itertools import product

from annotator.model.records import Article, article_uid
from annotator.suggest.crf.training import TrainingExample

_WHO = ("وزارة التجهيز", "وزارة الثقافة", "مجلس المستشارين", "جامعة القاضي عياض", "شركة الضحى", "وزارة السياحة")
_WHEN = (*map(str, range(2012, 2021)), *(f"{day} {month} 2021" for day in (3, 12) for month in ("ماي", "غشت")))
_SAID = ("أعلنت {} اليوم عن نتائجها سنة {} بالرباط.", "قال متحدث باسم {} إن الأشغال بدأت في {} كما كان مقررا.")
_BEHIND = ("سلمت الرسالة ل{} في {} دون تأخير.", "وقع الاتفاق مع الشركاء و{} بعد لقاء {} في فاس.")
_PLANNED = "أطلقت {} برنامج التنمية القروية {} قبل أيام."


def example(marked: str, labelled: tuple[tuple[int, int], ...] | None = None) -> TrainingExample:
    """Create an example from a text in which `[` and `|LABEL]` enclose the spans, which may nest."""
    text, spans, open_ = "", [], list[int]()
    pieces = marked.replace("[", "\0[\0").replace("]", "\0]\0").replace("|", "\0|").split("\0")
    for piece in pieces:
        if piece == "[":
            open_.append(len(text))
        elif piece.startswith("|"):
            spans.append((open_.pop(), len(text), piece[1:]))
        elif piece != "]":
            text += piece
    return TrainingExample(Article(article_uid(text), text), tuple(sorted(spans)), labelled)


def examples() -> list[TrainingExample]:
    """Return articles of a sentence or two with dates, institutions (some after proclitics) and plans with both."""
    return list(_examples())


def _examples() -> Iterable[TrainingExample]:
    for index, (who, when) in enumerate(product(_WHO, _WHEN)):
        statement, behind = _SAID[index % 2], _BEHIND[index % 2]
        institution, date = f"[{who}|INSTITUTION]", f"[{when}|DATE]"
        yield example(f"{statement.format(institution, date)} {behind.format(institution, date)}")
        planned = f"[برنامج التنمية القروية {date}|PLAN]"
        yield example(_PLANNED.replace("برنامج التنمية القروية {}", "{}").format(institution, planned))
