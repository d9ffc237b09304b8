"""Where the name of a place ends, in a list or not."""

from annotator.suggest.names.data import load_knowledge
from annotator.suggest.names.word_roles import DEFINITE, LOCAL, NOUN, SentenceLine


def find_place_end(line: SentenceLine, start: int) -> int:
    """Return the end of the place at `start`: one word, or a listed place of several, or two if the first begins such.

    قرية كفر سابا; more with a person's name: جماعة سيدي علي بلقاسم.
    """
    end = start + line.word_count_at(start)
    first, second = line.word_at(start), line.word_at(end)
    knowledge = load_knowledge()
    if first is None or second is None or first.kind == LOCAL or first.word not in knowledge.openers:
        return end
    if second.word not in knowledge.persons:
        is_name = not second.lead and second.kind in (NOUN, DEFINITE, LOCAL)
        return end + line.word_count_at(end) if is_name else end
    while (word := line.word_at(end)) and word.word in knowledge.persons:  # سيدي يوسف بن علي
        end += 1
    return end + 1 if word and not word.lead and word.kind == NOUN else end


def find_locality_end(line: SentenceLine, start: int) -> int | None:
    """Return the end of a kind of place at `start` with its name: مدينة سلا, جماعة بوكراع; None if it has none."""
    following = line.word_at(start + 1)
    if following is None or following.lead or following.kind not in (NOUN, DEFINITE, LOCAL):
        return None
    return None if following.is_work or following.is_head else find_place_end(line, start + 1)
