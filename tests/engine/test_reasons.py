import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.recommendations import Reason
from domain.vocabulary import Confidentiality
from engine.reasons import WordedReason, nearest_sentence, quoted, worded
from models.lexical import Figures, terms
from models.passages import sentences
from models.sharing import places
from projections.evidence import Evidence, Says, Strength
from tests.histories import ADA, BEN, BUSES, NOON

FIGURES = Figures(items=100, spread={"winter": 50, "fluency": 2})
NEED = "Reading in winter\nOur choir sings well. Reading fluency stalls after the winter break."
TEXT = "We sing. Each January we practise reading fluency in pairs. The winter break is long and the choir rests."


def piece(text: str, says: Says = Says.ANSWERED, owner: str = BEN, subject: str = BEN) -> Evidence:
    return Evidence(
        id="e1a",
        subject=subject,
        subject_kind="member",
        owner=owner,
        says=says,
        strength=Strength.DEMONSTRATED,
        text=text,
        challenge=BUSES,
        source=BUSES,
        at=NOON,
        confidentiality=Confidentiality.NETWORK,
        since=1,
        until=None,
    )


def told(
    text: str = TEXT,
    passage: tuple[int, int] | None = None,
    meets: tuple[int, int] | None = None,
    need: str = NEED,
    says: Says = Says.ANSWERED,
) -> WordedReason:
    reason = Reason(says=says, evidence="e1a", part="words", value=0.4, passage=passage, met="e2b", meets=meets)
    known = Figures(items=100, spread=dict.fromkeys(terms(need), 2))
    return worded(reason, piece(text, says), piece(need, Says.IS_ABOUT, ADA, BUSES), need, known)


def at(text: str, part: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)


def test_a_reason_shows_both_passages_and_names_what_they_share() -> None:
    ours, theirs = (
        "Reading fluency stalls after the winter break.",
        "Each January we practise reading fluency in pairs.",
    )
    reason = told(passage=at(TEXT, theirs), meets=at(NEED, ours))
    assert (reason.excerpt, reason.yours) == (theirs, ours)
    assert reason.shared == ("Reading fluency",)
    assert (reason.says, reason.evidence, reason.part, reason.value) == ("answered", "e1a", "words", 0.4)


def test_what_the_passages_share_is_not_named_again_for_the_texts() -> None:
    need, text = "Reading fluency. Reading.", "Reading fluency. Reading."
    assert told(text, (0, 16), (0, 16), need).shared == ("Reading fluency",)


@pytest.mark.parametrize("span", [None, (0, 900), (8, 8), (9, 3), (-4, 8), (1, 8), (0, 5)])
def test_a_pointer_that_points_at_no_words_is_not_followed(span: tuple[int, int] | None) -> None:
    """As in lists from before there were any, or where a text is cut another way now."""
    reason = told(passage=span, meets=span)
    assert reason.yours == ""
    assert reason.excerpt == "The winter break is long and the choir rests."  # by words, as it was
    assert reason.shared == ("choir", "Reading fluency", "winter break")


def test_a_title_may_be_what_fits() -> None:
    reason = told("Reading fluency\nWe sing.", (0, 15), (0, 17), says=Says.SHARED)
    assert (reason.title, reason.excerpt) == ("Reading fluency", "Reading fluency")


def test_a_long_sentence_is_shown_where_the_shared_words_stand() -> None:
    text = f"{'and so on ' * 20}until reading fluency came {'and went on ' * 15}at last."
    reason = told(text, (0, len(text)), at(NEED, "Reading fluency stalls after the winter break."))
    assert reason.excerpt.startswith("…")
    assert "and so on until reading fluency came and went on" in reason.excerpt
    assert reason.excerpt.endswith("…")
    assert len(reason.excerpt) <= 180
    other = told(text, (0, len(text)), at(NEED, "Our choir sings well."))
    assert other.excerpt.startswith("and so on")  # nothing to be shown


def test_the_nearest_sentence_is_the_one_with_the_rarest_words_of_the_need() -> None:
    assert nearest_sentence("Winter comes. Fluency! And more winter.", FIGURES) == "Fluency!"
    assert nearest_sentence("One. Two.", FIGURES) == "One."
    assert nearest_sentence("", FIGURES) == ""
    assert nearest_sentence("topics|of|winter", FIGURES) == "topics, of, winter"


def test_a_long_sentence_is_cut_between_words() -> None:
    just = f"{'a' * 89} {'b' * 90}"
    assert nearest_sentence(just, FIGURES) == just
    assert nearest_sentence(f"{just}b", FIGURES) == f"{'a' * 89}…"
    assert nearest_sentence("c" * 200, FIGURES) == f"{'c' * 179}…"


@given(st.text(st.characters(codec="utf-8"), max_size=600))
def test_an_excerpt_is_short_and_stands_in_the_text(text: str) -> None:
    excerpt = nearest_sentence(text, FIGURES)
    assert len(excerpt) <= 180 or "|" in text
    assert excerpt.removesuffix("…") in text.replace("|", ", ") or excerpt in text


PROSE = st.lists(
    st.sampled_from(
        ["winter", "winters", "break", "Reading", "fluency", "thread", "of", "9", "2024", ". ", "\n", "|", "–"]
    ),
    max_size=60,
).map(" ".join)


@given(PROSE.filter(sentences), PROSE.filter(sentences), st.data())
def test_what_is_quoted_stands_there_and_what_is_called_shared_stands_whole_in_both(
    need: str, text: str, data: st.DataObject
) -> None:
    theirs, ours = (data.draw(st.sampled_from(sentences(each))) for each in (text, need))
    reason = told(text, theirs, ours, need)
    for shown, whole, span in ((reason.excerpt, text, theirs), (reason.yours, need, ours)):
        assert shown.strip("…") in whole[slice(*span)].replace("|", ", ")
        assert shown == quoted(whole, span, ()) or len(shown) > 100  # as a whole unless it is long
        words = set(shown.strip("…").replace(",", " ").split())
        assert words <= {*whole.replace("|", " , ").split(), ","} | {each + "." for each in whole.split()}
    for each in reason.shared:
        assert places([each], need)
        assert places([each], text)
    assert "thread" not in reason.shared or "thread" in text.split()


def test_a_reason_is_told_as_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(told()))["yours"] == ""
