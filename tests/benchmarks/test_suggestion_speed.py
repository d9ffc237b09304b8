"""That the time for suggestions is that of all suggesters."""

import pytest
import suggestion_speed


def test_all_suggesters_are_asked_about_another_article_each_time() -> None:
    taught = suggestion_speed._train_suggesters()
    assert taught.names[:3] == ["dates", "names", "model"]
    assert taught.names[-1] == "memory"
    articles = [suggestion_speed.make_article(number) for number in range(3)]
    assert len({article.uid for article in articles}) == 3
    assert {len(article.text.split()) for article in articles} == {500}
    assert all(suggestion_speed.measure_times(2))
    times, speed = suggestion_speed.measure(2)
    assert times.what == "all suggesters on an article of 500 words"
    assert [rate * time / 1000 for rate, time in zip(speed.own, times.own, strict=True)] == pytest.approx(
        [566] * 2, abs=1
    )
    assert times.wanted
    assert speed.wanted
