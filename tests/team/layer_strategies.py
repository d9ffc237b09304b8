"""Strategies for the layers of the tests of agreement: few places and labels, so that spans often meet."""

from hypothesis import strategies as st

from annotator.team.layers import LabelledRange, Layer, SharedArticle

TEXT = "قالت وزارة الصحة إن خطة العمل تبدأ غدا"
LABELS = ("DATE", "PLAN", "PERSON")

ranges = st.builds(
    lambda start, size: (start, min(start + size, len(TEXT))),
    st.integers(0, len(TEXT) - 1),
    st.integers(1, len(TEXT)),
)
spans: st.SearchStrategy[frozenset[LabelledRange]] = st.frozensets(
    st.builds(lambda text_range, label: (*text_range, label), ranges, st.sampled_from(LABELS)), max_size=8
)


@st.composite
def shared_articles(
    draw: st.DrawFn, names: tuple[str, ...] = ("Sanae", "Omar", "Hind"), min_size: int = 0
) -> list[SharedArticle]:
    """Draw articles, each with the layers of two annotators or more; their text is the same."""
    return [
        SharedArticle(
            f"uid{number}",
            number,
            TEXT,
            [(0, 16), (20, len(TEXT))],
            {
                name: Layer(draw(spans), done=draw(st.sampled_from(["2026-11-23T08:00:00.000+00:00", None])))
                for name in names
                if name in names[:2] or draw(st.booleans())
            },
        )
        for number in range(draw(st.integers(min_size, 4)))
    ]
