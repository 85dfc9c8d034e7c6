"""Introductions, and what a reader does with a list."""

from typing import Final

from api.http.orders.row import TAKES_PART, row
from domain.introductions import (
    ArrangeSiteVisit,
    ConfirmHelp,
    ConsentToIntroduction,
    DeclineIntroduction,
    DisputeHelp,
    FormPartnership,
    HoldSiteVisit,
    OfferIntroduction,
    RecordMeeting,
    ReportHelp,
)
from domain.recommendations import AcceptRecommendation, DismissRecommendation, ViewRecommendation

INTRODUCTIONS: Final = (
    row(
        "/introductions",
        OfferIntroduction,
        TAKES_PART,
        "Offer an introduction",
        about="Holds minutes of the helper's budget until somebody declines, or the offer expires. "
        "Who asks, or offers help, in person has consented by it. Staff alone introduce two others.",
        speaker="seeker",
        new="introduction",
        makes=True,
        dated=False,
        example={"helper": "member-0000000b", "challenge": "challenge-00000001", "minutes": 30},
    ),
    row("/introductions/{introduction}/consent", ConsentToIntroduction, TAKES_PART, "Consent", speaker="member"),
    row("/introductions/{introduction}/decline", DeclineIntroduction, TAKES_PART, "Decline", speaker="member"),
    row(
        "/introductions/{introduction}/meeting",
        RecordMeeting,
        TAKES_PART,
        "Record that the two met",
        example={"minutes": 30, "at": "2026-03-02T15:00:00Z"},
    ),
    row(
        "/introductions/{introduction}/report",
        ReportHelp,
        TAKES_PART,
        "Report the help given",
        speaker="member",
        example={"note": "We went through their call list."},
    ),
    row(
        "/introductions/{introduction}/confirm",
        ConfirmHelp,
        TAKES_PART,
        "Confirm help received",
        speaker="member",
        example={"note": "It helped."},
    ),
    row(
        "/introductions/{introduction}/dispute",
        DisputeHelp,
        TAKES_PART,
        "Dispute help",
        speaker="member",
        example={"note": "We never met."},
    ),
    row("/introductions/{introduction}/partnership", FormPartnership, TAKES_PART, "Form a partnership"),
    row(
        "/introductions/{introduction}/visits/arrange",
        ArrangeSiteVisit,
        TAKES_PART,
        "Arrange a site visit",
        example={"site": "site-00000001", "at": "2026-03-02T15:00:00Z"},
    ),
    row(
        "/introductions/{introduction}/visits/hold",
        HoldSiteVisit,
        TAKES_PART,
        "Record a site visit",
        example={"site": "site-00000001", "at": "2026-03-02T15:00:00Z"},
    ),
)

RECOMMENDATIONS: Final = (
    row(
        "/recommendations/{recommendation}/view",
        ViewRecommendation,
        TAKES_PART,
        "Say that one looked at a list",
        speaker="reader",
    ),
    row(
        "/recommendations/{recommendation}/accept",
        AcceptRecommendation,
        TAKES_PART,
        "Accept a pick",
        about="Says what the reader took up. To meet a person, offer an introduction next.",
        speaker="reader",
        example={"candidate": "member-0000000b"},
    ),
    row(
        "/recommendations/{recommendation}/dismiss",
        DismissRecommendation,
        TAKES_PART,
        "Dismiss a pick",
        about="It is not suggested for this need again.",
        speaker="reader",
        example={"candidate": "member-0000000b", "reason": "We work together already."},
    ),
)
