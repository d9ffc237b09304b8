"""Values of relative dates follow the day of publication, and no others."""

from typing import Final

from builders import locate
from msgspec.structs import replace

from annotator.model import operations
from annotator.model.records import Article, Edit, Span, article_uid
from annotator.suggest.dates.value_updates import update_values

TEXT: Final = "قالت الوزارة أمس الاثنين إن الخطة تبدأ يوم 9 يوليوز 2024 وتنتهي غدا."
ARTICLE: Final = Article(article_uid(TEXT), TEXT, published="2024-07-09")


def span(words: str, value: str | None) -> Span:
    return Span(words, ARTICLE.uid, "Sanae", "DATE", *locate(words, TEXT), value=value, source="dates")


YESTERDAY: Final = span("أمس الاثنين", "2024-07-08")
FIXED: Final = span("9 يوليوز 2024", "2024-07-09")
TYPED: Final = span("غدا", "2030")


def update(published: str | None) -> list[Edit]:
    edits = operations.set_published(ARTICLE, published)
    return list(update_values(ARTICLE, [YESTERDAY, FIXED, TYPED], edits))


def test_relative_date_gets_the_value_of_the_new_day() -> None:
    assert update("2024-07-16") == [Edit(YESTERDAY, replace(YESTERDAY, value="2024-07-15"))]


def test_relative_date_loses_its_value_with_the_publication() -> None:
    assert update(None) == [Edit(YESTERDAY, replace(YESTERDAY, value=None))]


def test_same_day_at_another_hour_changes_nothing() -> None:
    assert update("2024-07-09T10:00") == []


def test_other_edits_change_nothing() -> None:
    assert list(update_values(ARTICLE, [YESTERDAY], [Edit(None, YESTERDAY)])) == []


def test_value_is_found_once_the_day_is_known() -> None:
    unknown = replace(ARTICLE, published=None)
    valueless = replace(YESTERDAY, value=None)
    edits = operations.set_published(unknown, "2024-07-09")
    assert list(update_values(unknown, [valueless], edits)) == [Edit(valueless, YESTERDAY)]
