"""Resources: material usable without its author present; asked for, shared, reviewed, used, retired."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.challenges import author_of
from domain.kernel import Command, Decider, Event, Facts, owned_by
from domain.members import hidden, may_steer, present, speaks_for
from domain.networks import chartered
from domain.refusals import IllegalMove, NotTheirs, Unknown
from domain.vocabulary import Id, Label, MemberId, OptionalText, OwnerId, Text, Title

_ADDRESS: Final = r"^(https?://|/)[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+$(?!\n)"
Url: TypeAlias = Annotated[str, Meta(max_length=1000, pattern=rf"^$(?!\n)|{_ADDRESS}")]


class ShareResource(Command, frozen=True, kw_only=True):
    resource: Id
    contributor: Id  # a member, or the network itself for what staff put on the shelf
    title: Title
    kind: Label = ""
    grades: Label = ""
    topics: OptionalText = ""
    url: Url = ""
    description: OptionalText = ""


class ReviseResource(Command, frozen=True, kw_only=True):
    resource: Id
    title: Title
    topics: OptionalText = ""
    url: Url = ""
    description: OptionalText = ""


class RequestResource(Command, frozen=True, kw_only=True):
    resource: Id  # where it will stand once somebody shares it
    member: Id
    text: Text


class ReviewResource(Command, frozen=True, kw_only=True):
    resource: Id
    member: Id
    stars: Annotated[int, Meta(ge=1, le=5)]
    text: OptionalText = ""


class UseResource(Command, frozen=True, kw_only=True):
    resource: Id
    member: Id
    challenge: Id | None = None


class RetireResource(Command, frozen=True, kw_only=True):
    resource: Id
    reason: Text


ResourceCommand: TypeAlias = (
    ShareResource | ReviseResource | RequestResource | ReviewResource | UseResource | RetireResource
)


class ResourceRequested(Event, frozen=True, kw_only=True):
    member: str
    text: Annotated[str, owned_by("member")]


class ResourceShared(Event, frozen=True, kw_only=True):
    contributor: str
    title: Annotated[str, owned_by("contributor")]
    kind: Annotated[str, owned_by("contributor")] = ""
    grades: Annotated[str, owned_by("contributor")] = ""
    topics: Annotated[str, owned_by("contributor")] = ""
    url: Annotated[str, owned_by("contributor")] = ""
    description: Annotated[str, owned_by("contributor")] = ""


class ResourceRevised(Event, frozen=True, kw_only=True):
    contributor: str
    title: Annotated[str, owned_by("contributor")]
    topics: Annotated[str, owned_by("contributor")] = ""
    url: Annotated[str, owned_by("contributor")] = ""
    description: Annotated[str, owned_by("contributor")] = ""


class ResourceReviewed(Event, frozen=True, kw_only=True):
    member: str
    stars: int
    text: Annotated[str, owned_by("member")] = ""


class ResourceUsed(Event, frozen=True, kw_only=True):
    member: str
    challenge: str | None = None


class ResourceRetired(Event, frozen=True, kw_only=True):
    contributor: str
    reason: Annotated[str, owned_by("contributor")]


ResourceEvent: TypeAlias = (
    ResourceRequested | ResourceShared | ResourceRevised | ResourceReviewed | ResourceUsed | ResourceRetired
)


class Missing(Struct, frozen=True):
    """Nothing of this id on the shelf."""


class Requested(Struct, frozen=True):
    by: frozenset[str]


class Shared(Struct, frozen=True, kw_only=True):
    shared: ResourceShared
    revised: ResourceRevised | None = None
    reviews: dict[str, ResourceReviewed] = {}  # the latest of each member
    uses: frozenset[ResourceUsed] = frozenset()


class Retired(Struct, frozen=True):
    shared: ResourceShared


Resource: TypeAlias = Missing | Requested | Shared | Retired


def decide(command: ResourceCommand, state: Resource, facts: Facts) -> tuple[ResourceEvent, ...]:
    if isinstance(state, Shared | Retired) and hidden(facts, state.shared.contributor):
        raise Unknown("there is no such resource in this network", field="resource")
    match command, state:
        case ShareResource(), Missing() | Requested():
            _contributor(command.contributor, facts)
            return (_shared(command),)
        case ShareResource(), Shared(shared=shared) | Retired(shared=shared):
            speaks_for(command.contributor, facts)
            if _shared(command) == shared:
                return ()
            raise IllegalMove("a resource of this id stands already", field="resource", remedy="revise that one")
        case RequestResource(member=member, text=text), Missing() | Requested():
            _speaking(member, facts)
            repeated = isinstance(state, Requested) and member in state.by
            return () if repeated else (ResourceRequested(member=member, text=text),)
        case RequestResource(), _:
            return ()
        case _, Shared():
            return _decide_shared(command, state, facts)
        case RetireResource(), Retired():
            return ()
        case _, Retired():
            raise IllegalMove("this resource is retired", field="resource")
        case _:
            raise Unknown("there is no such resource in this network", field="resource")


def _decide_shared(command: ResourceCommand, state: Shared, facts: Facts) -> tuple[ResourceEvent, ...]:
    match command:
        case ReviseResource():
            _only_contributor(state, facts)
            revised = _revised(command, state)
            return () if revised == state.revised else (revised,)
        case ReviewResource(member=member, stars=stars, text=text):
            _speaking(member, facts)
            reviewed = ResourceReviewed(member=member, stars=stars, text=text)
            return () if reviewed == state.reviews.get(member) else (reviewed,)
        case UseResource(member=member, challenge=challenge):
            _speaking(member, facts)
            if challenge is not None:
                author_of(facts, challenge)
            used = ResourceUsed(member=member, challenge=challenge)
            return () if used in state.uses else (used,)
        case RetireResource(reason=reason):
            _only_contributor(state, facts)
            return (ResourceRetired(contributor=state.shared.contributor, reason=reason),)
        case ShareResource() | RequestResource():
            return ()


def evolve(state: Resource, event: ResourceEvent) -> Resource:
    match event:
        case ResourceRequested(member=member):
            return Requested(_asked_by(state) | {member}) if isinstance(state, Missing | Requested) else state
        case ResourceShared():
            return Shared(shared=event) if isinstance(state, Missing | Requested) else state
        case ResourceRevised():
            return replace(state, revised=event) if isinstance(state, Shared) else state
        case ResourceReviewed(member=member):
            return replace(state, reviews={**state.reviews, member: event}) if isinstance(state, Shared) else state
        case ResourceUsed():
            return replace(state, uses=state.uses | {event}) if isinstance(state, Shared) else state
        case ResourceRetired():
            return Retired(state.shared) if isinstance(state, Shared) else state


RESOURCE: Final = Decider[ResourceCommand, Resource, ResourceEvent](
    kind="resource", initial=Missing(), decide=decide, evolve=evolve
)


def _asked_by(state: Missing | Requested) -> frozenset[str]:
    return state.by if isinstance(state, Requested) else frozenset()


def _contributor(contributor: OwnerId, facts: Facts) -> None:
    if contributor == facts.network:
        chartered(facts)
    else:
        present(facts, contributor, field="contributor")
    speaks_for(contributor, facts)  # for the network: staff


def _speaking(member: MemberId, facts: Facts) -> None:
    present(facts, member, field="member")
    speaks_for(member, facts)


def _only_contributor(state: Shared, facts: Facts) -> None:
    if not may_steer(facts, state.shared.contributor):
        raise NotTheirs("only its contributor or a facilitator may do this", field="resource")


def _shared(command: ShareResource) -> ResourceShared:
    return ResourceShared(
        contributor=command.contributor,
        title=command.title,
        kind=command.kind,
        grades=command.grades,
        topics=command.topics,
        url=command.url,
        description=command.description,
    )


def _revised(command: ReviseResource, state: Shared) -> ResourceRevised:
    return ResourceRevised(
        contributor=state.shared.contributor,
        title=command.title,
        topics=command.topics,
        url=command.url,
        description=command.description,
    )
