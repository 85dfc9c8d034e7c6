"""The table of addresses that are read: each a query of the projections, asked for one reader."""

from functools import partial
from typing import Any, Final

from api.http.access import Access
from api.http.calling import Fresh, Paged
from api.http.endpoints import BASE, NETWORK, Endpoint
from api.http.questions import (
    Board,
    Me,
    OfMember,
    Query,
    Since,
    by_path,
    me,
    paged,
    policy,
    replies,
    reviews,
    shown,
    the_board,
    the_log,
    the_ties,
    time_offer,
)
from domain.policies import MatchingPolicy
from domain.vocabulary import Confidentiality
from projections import (
    challenge_board,
    introductions,
    member_directory,
    network_setting,
    resource_shelf,
    site_tree,
)
from projections.challenge_board import Answer as Reply
from projections.challenge_board import Challenge
from projections.introductions import Introduction
from projections.member_directory import MemberEntry, Profile
from projections.network_setting import Charter
from projections.resource_shelf import Resource, Review, Wish
from projections.shape import Page
from projections.site_tree import Site
from projections.ties import Tie
from projections.time_budgets import TimeOffer
from projections.timeline import Moment

_OWN_AND_OPEN: Final = f"Of the classes {Confidentiality.PUBLIC} and {Confidentiality.NETWORK}, and one's own."


def _get(path: str, name: str, summary: str, gives: Any, found_by: Query, **more: Any) -> Endpoint:  # noqa: ANN401 - an Endpoint's
    kind: str = more.pop("kind", "thing")
    home: str = more.pop("home", NETWORK)
    settled: dict[str, Any] = {"access": Access.MEMBER, "query": Fresh, "lasting": True} | more
    return Endpoint(
        method="GET",
        path=f"{home}{path}",
        name=name,
        tag=[*path.split("/"), "network"][1],
        summary=summary,
        gives=gives,
        answer=partial(shown, found_by, kind=kind),
        **settled,
    )


READS: Final[tuple[Endpoint, ...]] = (
    _get(
        "",
        "read_network",
        "The network: charter, cohorts, calendar, policy in force",
        Charter,
        lambda connection, _, __: network_setting.charter(connection),
        kind="network",
    ),
    _get(
        "/me",
        "read_me",
        "Who one is: network, member, roles",
        Me,
        me,
        home=BASE,
        about="The token alone tells; everything else lies below `/networks/{network}` of the network named here.",
    ),
    _get("/members", "list_members", "The members", Page[MemberEntry], paged(member_directory.people), query=Paged),
    _get(
        "/members/{member}",
        "read_member",
        "A member's profile",
        Profile,
        by_path(member_directory.profile, "member"),
        kind="member",
    ),
    _get(
        "/members/{member}/budget",
        "read_budget",
        "Minutes offered, held, spent and free today",
        TimeOffer,
        time_offer,
        kind="budget",
        lasting=False,
        about="One's own; staff read everybody's.",
    ),
    _get("/sites", "list_sites", "The sites", Page[Site], paged(site_tree.places), query=Paged),
    _get(
        "/sites/{site}",
        "read_site",
        "A site",
        Site,
        lambda connection, _, call: site_tree.site(connection, call.path["site"]),
        kind="site",
    ),
    _get(
        "/challenges",
        "list_challenges",
        "The challenges, the newest first",
        Page[Challenge],
        the_board,
        query=Board,
        about=_OWN_AND_OPEN,
    ),
    _get(
        "/challenges/{challenge}",
        "read_challenge",
        "A challenge",
        Challenge,
        by_path(challenge_board.seen, "challenge"),
        kind="challenge",
    ),
    _get(
        "/challenges/{challenge}/answers",
        "list_answers",
        "The answers to a challenge",
        Page[Reply],
        replies,
        query=Paged,
    ),
    _get(
        "/resources",
        "list_resources",
        "The resources on the shelf",
        Page[Resource],
        paged(resource_shelf.stock),
        query=Paged,
    ),
    _get(
        "/resources/requests",
        "list_requests",
        "Resources that somebody asked for",
        Page[Wish],
        paged(resource_shelf.wishes),
        query=Paged,
    ),
    _get(
        "/resources/{resource}",
        "read_resource",
        "A resource",
        Resource,
        by_path(resource_shelf.seen, "resource"),
        kind="resource",
    ),
    _get(
        "/resources/{resource}/reviews",
        "list_reviews",
        "What its readers say of a resource",
        Page[Review],
        reviews,
        query=Paged,
    ),
    _get(
        "/introductions",
        "list_introductions",
        "One's introductions",
        Page[Introduction],
        paged(introductions.meetings),
        query=Paged,
        about="Those in which one is one of the two; staff see that of others too.",
    ),
    _get(
        "/introductions/{introduction}",
        "read_introduction",
        "An introduction",
        Introduction,
        by_path(introductions.seen, "introduction"),
        kind="introduction",
    ),
    _get(
        "/ties",
        "list_ties",
        "Who helped whom",
        Page[Tie],
        the_ties,
        query=OfMember,
        about="One's own; staff and auditors read all.",
    ),
    _get(
        "/policies/{policy_hash}",
        "read_policy",
        "A policy that was ever proposed, by its hash",
        MatchingPolicy,
        policy,
    ),
    _get(
        "/events",
        "list_events",
        "The log, moment by moment",
        list[Moment],
        the_log,
        access=Access.AUDITOR,
        query=Since,
        about="What is told to few shows its position, times and class alone. Follow it at `/events/stream`.",
    ),
)
