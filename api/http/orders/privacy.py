"""What members say about the use of their own words, and that they want to be forgotten."""

from typing import Final

from api.http.orders.row import ADMIN, MEMBER, row
from api.http.visit import Tables
from domain.erasure import LiftLegalHold, PlaceLegalHold, RequestErasure
from domain.own_words import CorrectAnswer, CorrectName, ReturnText, WithdrawText
from domain.refusals import Unknown
from domain.vocabulary import MemberId
from projections import evidence


def _is_their_text(connection: Tables, command: WithdrawText | ReturnText, speaker: MemberId) -> None:
    """Told to the member alone: others are refused as they are everywhere, and learn of no position whose it is."""
    if speaker == command.member and command.position not in evidence.owned_by(connection, command.member):
        raise Unknown(
            "at this position stands no text of yours that was ever matched",
            field="position",
            remedy="take one that your own data tell to be matched or withdrawn",
        )


_BEFORE: Final = (
    "From now on it reads as corrected. What it said before stays in the history: who asks for a day or a position "
    "before the correction, with `as_of` or `on`, is told what was told then. Erasure alone takes that away."
)

PRIVACY: Final = (
    row(
        "/members/{member}/texts/withdraw",
        WithdrawText,
        MEMBER,
        "Withdraw a text of one's own from matching",
        about="It stays where it was told, and leads to nobody and nothing any more. `position` is that of the event "
        "that holds the text, as one's own data names it: one that is matched. Any other is refused.",
        check=_is_their_text,
        example={"position": 41},
    ),
    row(
        "/members/{member}/texts/return",
        ReturnText,
        MEMBER,
        "Let a withdrawn text be matched again",
        check=_is_their_text,
        example={"position": 41},
    ),
    row(
        "/members/{member}/name",
        CorrectName,
        MEMBER,
        "Correct one's name",
        about=_BEFORE,
        example={"name": "Ada Aberg"},
    ),
    row(
        "/challenges/{challenge}/answers/{answer}/correct",
        CorrectAnswer,
        MEMBER,
        "Correct an answer of one's own",
        about=_BEFORE,
        speaker="member",
        example={"text": "We called every family on Monday mornings."},
    ),
    row(
        "/members/{member}/erasure",
        RequestErasure,
        MEMBER,
        "Ask to be erased",
        about="An admin is told. Who wants it at once erases themselves: `/members/{member}/erase`.",
    ),
    row(
        "/members/{member}/hold",
        PlaceLegalHold,
        ADMIN,
        "Place a legal hold: nothing of this member may be erased",
        example={"reason": "a lawsuit is pending"},
    ),
    row("/members/{member}/hold/lift", LiftLegalHold, ADMIN, "Lift a legal hold", example={"reason": "it was settled"}),
)
