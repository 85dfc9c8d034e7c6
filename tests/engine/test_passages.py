import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from domain.challenges import AnswerChallenge, PostChallenge, ReframeChallenge
from domain.recommendations import Inputs, Listing, ListKind, Pick, Reason, same_outcome
from domain.vocabulary import Confidentiality, OwnerId
from engine.explaining import WordedList, in_words
from engine.passages import pointed
from engine.snapshot import Need
from engine.vector_store import Vector
from models.encoder import Encoder
from models.lexical import terms
from models.passages import sentences
from projections import evidence
from projections.evidence import Evidence, Says, Strength
from projections.recommendation_lists import IssuedList
from tests.engine.town import (
    ABSENT,
    ADA,
    BEN,
    CHALLENGES,
    CLEO,
    DAN,
    EVE,
    EXPERTS,
    MONDAYS,
    NET,
    NOON,
    PEERS,
    QUIET,
    Town,
)

CONFIDED = [Confidentiality.GROUP, Confidentiality.PAIR, Confidentiality.SEALED]
ASKED = (PEERS, EXPERTS, ListKind.RESOURCES, ListKind.AHEAD)


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def reasons(stored: IssuedList) -> list[Reason]:
    return [reason for pick in stored.issued.picks for reason in pick.reasons]


def pieces(town: Town, ids: Collection[str]) -> Mapping[str, Evidence]:
    return town.ask(NET, lambda c: evidence.evidence(c, ids))


def read(town: Town, stored: IssuedList, *, confided: bool = True) -> WordedList:
    """By the list's reader; the operator is confided nothing."""
    return town.ask(NET, lambda c: in_words(c, stored, confided=confided))


def yours(worded: WordedList) -> set[str]:
    return {reason.yours for pick in worded.picks for reason in pick.reasons}


# where a list points


def test_each_reason_points_at_a_sentence_and_at_the_readers_own_that_it_meets(town: Town) -> None:
    for kind in ASKED:
        stored = town.ask_for(kind)
        for reason in reasons(stored):
            known = pieces(town, [reason.evidence, reason.met or ""])
            assert reason.passage in sentences(known[reason.evidence].text)
            assert reason.met is not None
            assert known[reason.met].owner == ADA
            assert known[reason.met].challenge == ABSENT
            assert reason.meets in sentences(known[reason.met].text)


def test_what_is_shown_is_the_sentence_that_means_the_same(town: Town) -> None:
    text = "Our choir is large. After the holidays many freshmen were missing from class. The hall is cold."
    town.say(AnswerChallenge(challenge=MONDAYS, answer="answer-00000002", member=CLEO, text=text))
    (told,) = [pick for pick in town.explain(NET, town.ask_for(EXPERTS).recommendation).picks if pick.candidate == CLEO]
    (reason,) = told.reasons
    assert reason.excerpt == "After the holidays many freshmen were missing from class."
    assert reason.yours == "Absences of ninth graders doubled in January and did not come back."


def test_a_sentence_is_encoded_once_and_kept_under_its_owner(town: Town) -> None:
    text = "We call home. A call after the first absence brought our ninth graders back to school."
    town.say(AnswerChallenge(challenge=MONDAYS, answer="answer-00000002", member=CLEO, text=text))
    town.index(NET)
    assert town.counting.counted() > 0
    before = kept(town)
    town.ask_for(EXPERTS)
    made = list(town.counting.texts)
    assert {"We call home.", "A call after the first absence brought our ninth graders back to school."} <= set(made)
    assert len(made) == len(set(made))
    assert kept(town)[CLEO] == before[CLEO] + 2
    town.counting.counted()
    town.dismiss(EXPERTS, DAN)
    assert CLEO in town.picks(EXPERTS)  # another list of the same texts
    assert town.counting.counted() == 0


def kept(town: Town) -> dict[str, int]:
    with sqlite3.connect(town.folder / "data" / "vectors.db") as connection:
        return dict(connection.execute("select owner, count(*) from vectors group by owner"))


def test_where_it_points_makes_no_list_another(town: Town) -> None:
    stored = town.ask_for(PEERS).issued
    bare = replace(
        stored, picks=tuple(replace(pick, reasons=tuple(map(unpointed, pick.reasons))) for pick in stored.picks)
    )
    assert stored != bare
    assert same_outcome(stored, bare)


def unpointed(reason: Reason) -> Reason:
    return replace(reason, passage=None, met=None, meets=None)


# what is never shown


def test_a_need_that_was_put_otherwise_is_not_quoted_as_it_was(town: Town) -> None:
    stored = town.ask_for(EXPERTS)
    assert "" not in yours(read(town, stored))
    again = ReframeChallenge(challenge=ABSENT, title="Grade nine attendance fell", text="Absences doubled in January.")
    town.say(again, by=ADA)
    assert yours(read(town, stored)) == {""}
    assert yours(read(town, town.ask_for(EXPERTS))) <= {"Grade nine attendance fell", "Absences doubled in January."}
    assert all(reason.excerpt for pick in read(town, stored).picks for reason in pick.reasons)


@pytest.mark.parametrize("confidentiality", CONFIDED)
def test_the_readers_own_confidential_need_is_quoted_to_its_reader_alone(
    town: Town, confidentiality: Confidentiality
) -> None:
    secret = PostChallenge(
        challenge=QUIET,
        author=DAN,
        title="Ninth graders absent after winter break",
        text="Attendance fell in January: a colleague falsified it.",
        confidentiality=confidentiality,
    )
    town.say(secret, by=DAN)
    stored = town.ask_for(PEERS, QUIET, DAN)
    assert yours(read(town, stored)) == {"Ninth graders absent after winter break"}
    assert yours(read(town, stored, confided=False)) == {""}
    assert yours(town.explain(NET, stored.recommendation)) == {""}


@pytest.mark.parametrize("confidentiality", CONFIDED)
def test_nothing_confidential_stands_on_anybodys_list(town: Town, confidentiality: Confidentiality) -> None:
    """Not even one's own words: who asks for a member reads that member's list too."""
    words = "Canary: attendance of ninth graders fell after winter break, week after week. Absences doubled in January."
    town.say(
        PostChallenge(
            challenge=QUIET, author=CLEO, title="Canary of attendance", text=words, confidentiality=confidentiality
        ),
        by=CLEO,
    )
    for member in (EVE, BEN):
        answer = f"answer-0000000{member[-1]}"
        town.say(AnswerChallenge(challenge=QUIET, answer=answer, member=member, text=words))
    asked = [town.ask_for(kind) for kind in ASKED] + [town.ask_for(CHALLENGES, each, each) for each in (BEN, EVE)]
    assert all(stored.issued.picks for stored in asked)
    met = pieces(town, {reason.met or "" for stored in asked for reason in reasons(stored)})
    assert confidentiality in {each.confidentiality for each in met.values()}  # there was something to be shown
    for stored in asked:
        assert b"Canary" not in msgspec.json.encode(read(town, stored))


# on paper


def piece(id_: str, text: str, **more: Any) -> Evidence:
    told: dict[str, Any] = {
        "subject": BEN,
        "subject_kind": "member",
        "owner": BEN,
        "says": Says.ANSWERED,
        "strength": Strength.DEMONSTRATED,
        "challenge": MONDAYS,
        "source": MONDAYS,
        "at": NOON,
        "confidentiality": Confidentiality.NETWORK,
        "since": 1,
        "until": None,
    }
    return Evidence(id=id_, text=text, **(told | more))


class Paper:
    """Texts as they are given, without any model: every meaning asked for is noted."""

    def __init__(self, need: str, *written: Evidence, erased: Collection[OwnerId] = ()) -> None:
        self.need = piece("e1b", need, owner=ADA, subject=ABSENT, says=Says.IS_ABOUT, challenge=ABSENT)
        self.written = {each.id: each for each in written}
        self.erased = erased
        self.asked: list[tuple[OwnerId, str]] = []

    def own(self, need: Need) -> Sequence[Evidence]:
        return [self.need]

    def pieces(self, ids: Collection[str]) -> Mapping[str, Evidence]:
        return {id_: self.written[id_] for id_ in ids if id_ in self.written}

    ready = True

    def meanings(self, passages: Sequence[tuple[OwnerId, str]]) -> Sequence[Vector | None]:
        self.asked += passages
        return [None if owner in self.erased else _letters(text) for owner, text in passages]

    def points(self, *picks: Sequence[str]) -> list[tuple[tuple[int, int] | None, str | None, tuple[int, int] | None]]:
        """Of a list on which each pick stands for these pieces; unless it is said, one for each of two."""
        spread = dict.fromkeys(terms(self.need.text), 1)
        listing = Listing(
            inputs=Inputs(position=9, policy_hash="p", encoder="m", seed=0, items=36, words_share=0.3),
            terms=msgspec.json.encode(spread).decode(),
            picks=tuple(
                Pick(
                    candidate=BEN,
                    score=0.5,
                    parts={},
                    reasons=tuple(Reason(says="answered", evidence=id_, part="words", value=0.1) for id_ in ids),
                )
                for ids in picks or (["e2"], ["e3"])
            ),
        )
        found = pointed(Need(reader=ADA, subject=ABSENT, kind=EXPERTS, at=NOON), listing, self)
        return [(reason.passage, reason.met, reason.meets) for pick in found.picks for reason in pick.reasons]


def _letters(text: str) -> Vector:
    counts = np.array([text.casefold().count(chr(97 + letter)) for letter in range(26)], dtype=np.float32)
    return counts / max(1.0, float(np.linalg.norm(counts)))


NONE = (None, None, None)


def test_where_there_is_nothing_to_choose_from_no_meaning_is_asked_for() -> None:
    paper = Paper("Absences doubled", piece("e2", "They came back."), piece("e3", "A call home"))
    assert paper.points() == [((0, 15), "e1b", (0, 16)), ((0, 11), "e1b", (0, 16))]
    assert paper.asked == []


def test_a_text_of_one_sentence_goes_by_the_vector_that_it_has() -> None:
    paper = Paper("Absences doubled", piece("e2", "They came. Absences fell."), piece("e3", " A call home\n"))
    assert paper.points() == [((11, 25), "e1b", (0, 16)), ((1, 12), "e1b", (0, 16))]
    assert paper.asked == [(ADA, "Absences doubled"), (BEN, "They came."), (BEN, "Absences fell.")]


def test_what_is_quoted_stands_below_the_title_where_anything_does() -> None:
    titled = piece("e2", "Absences doubled\nWe asked. Absences fell.", says=Says.SHARED)
    paper = Paper("Absences doubled", titled, piece("e3", "Absences doubled", says=Says.SHARED))
    assert paper.points() == [((27, 41), "e1b", (0, 16)), ((0, 16), "e1b", (0, 16))]
    assert (BEN, "Absences doubled") not in paper.asked


def test_in_further_reasons_words_choose_and_no_sentence_is_encoded() -> None:
    first, second = piece("e2", "They came. Absences fell."), piece("e3", "Doors opened. Absences doubled again.")
    paper = Paper("Absences doubled. Nobody knows.", first, second)
    assert paper.points(["e2", "e3"])[1] == ((14, 37), "e1b", (0, 17))
    assert [text for owner, text in paper.asked if owner == BEN] == ["They came.", "Absences fell.", *[second.text] * 2]


@pytest.mark.parametrize("confidentiality", CONFIDED)
def test_nothing_points_into_what_is_not_open(confidentiality: Confidentiality) -> None:
    paper = Paper(
        "A need. It has two.", piece("e2", "Two. Words.", confidentiality=confidentiality), piece("e3", "Two.")
    )
    assert paper.points() == [NONE, ((0, 4), "e1b", (8, 19))]
    assert (BEN, "Words.") not in paper.asked


def test_nothing_points_at_the_words_of_somebody_who_was_erased() -> None:
    paper = Paper("A need. It has two.", piece("e2", "Two. Words.", owner=CLEO), piece("e3", "Two."), erased=[CLEO])
    assert paper.points() == [NONE, ((0, 4), "e1b", (8, 19))]
    assert Paper("A need. It has two.", piece("e2", "Two. Words."), erased=[ADA]).points() == [NONE, NONE]


def test_while_the_model_is_not_at_hand_words_choose_and_no_sentence_is_encoded() -> None:
    first = piece("e2", "They came. Absences fell.")
    paper = Paper("Absences doubled", first)
    paper.ready = False
    assert paper.points(["e2"]) == [((11, 25), "e1b", (0, 16))]
    assert [text for owner, text in paper.asked if owner == BEN] == [first.text] * 2


def test_what_has_no_words_meets_nothing() -> None:
    assert Paper("Absences doubled", piece("e2", "1. 2."), piece("e3", "…")).points() == [NONE, NONE]
    assert Paper("9:30", piece("e2", "Two. Words.")).points() == [NONE, NONE]
