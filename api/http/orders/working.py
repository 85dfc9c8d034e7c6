"""Challenges and resources."""

from typing import Final

from api.http.orders.row import TAKES_PART, row
from domain.challenges import (
    AnswerChallenge,
    ChangeChallengeStage,
    MergeChallenges,
    PostChallenge,
    ReframeChallenge,
    ResolveChallenge,
    SetChallengeAside,
)
from domain.resources import RequestResource, RetireResource, ReviewResource, ReviseResource, ShareResource, UseResource

CHALLENGES: Final = (
    row(
        "/challenges",
        PostChallenge,
        TAKES_PART,
        "Post a challenge",
        about="A problem of practice. The answer's `stream` is its id, and the `need` to ask recommendations for.",
        speaker="author",
        new="challenge",
        makes=True,
        example={
            "title": "Grade nine attendance fell after winter break",
            "text": "Absences of ninth graders doubled in January and did not come back.",
            "stage": "exploring",
        },
    ),
    row(
        "/challenges/{challenge}/reframe",
        ReframeChallenge,
        TAKES_PART,
        "Put a challenge in other words",
        example={"title": "Ninth graders stay away on Mondays"},
    ),
    row(
        "/challenges/{challenge}/stage",
        ChangeChallengeStage,
        TAKES_PART,
        "Say how far the work has come",
        example={"stage": "testing"},
    ),
    row(
        "/challenges/{challenge}/answers",
        AnswerChallenge,
        TAKES_PART,
        "Answer a challenge",
        speaker="member",
        new="answer",
        example={"text": "A call home after the first absence brought ours back."},
    ),
    row(
        "/challenges/{challenge}/resolve",
        ResolveChallenge,
        TAKES_PART,
        "Resolve a challenge",
        example={"note": "Calls home brought them back."},
    ),
    row(
        "/challenges/{challenge}/set-aside",
        SetChallengeAside,
        TAKES_PART,
        "Set a challenge aside",
        example={"reason": "The term is over."},
    ),
    row(
        "/challenges/{challenge}/merge",
        MergeChallenges,
        TAKES_PART,
        "Close a challenge in favour of another",
        example={"into": "challenge-00000002"},
    ),
)

RESOURCES: Final = (
    row(
        "/resources",
        ShareResource,
        TAKES_PART,
        "Share a resource",
        speaker="contributor",
        new="resource",
        makes=True,
        example={"title": "Raising attendance after winter break", "kind": "guide", "url": "https://example.org/guide"},
    ),
    row(
        "/resources/requests",
        RequestResource,
        TAKES_PART,
        "Ask for a resource that is missing",
        about="Its `resource` is the id under which it will stand once somebody shares it.",
        speaker="member",
        new="resource",
        example={"text": "A plan for the first week after winter break."},
    ),
    row(
        "/resources/{resource}/revise",
        ReviseResource,
        TAKES_PART,
        "Revise a resource",
        example={"title": "Raising attendance in grade nine"},
    ),
    row(
        "/resources/{resource}/reviews",
        ReviewResource,
        TAKES_PART,
        "Review a resource",
        speaker="member",
        example={"stars": 4, "text": "Worked in grade nine."},
    ),
    row(
        "/resources/{resource}/use",
        UseResource,
        TAKES_PART,
        "Say that one used a resource",
        speaker="member",
        example={"challenge": "challenge-00000001"},
    ),
    row(
        "/resources/{resource}/retire",
        RetireResource,
        TAKES_PART,
        "Retire a resource",
        example={"reason": "A newer guide stands on the shelf."},
    ),
)
