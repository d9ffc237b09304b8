"""What values of the model are called."""

from annotator.core.wording import source_title


def test_a_source_is_named_in_words_and_one_that_nobody_knows_by_its_own_name() -> None:
    assert [source_title(source) for source in ("dates", "memory", "my-own")] == ["Date rules", "Seen before", "my-own"]
