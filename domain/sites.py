"""Sites: schools in districts in states, and organisations. A tree."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.kernel import Command, Decider, Event, Facts, owned_by
from domain.members import present, speaks_for
from domain.networks import chartered
from domain.refusals import IllegalMove, Malformed, Unknown
from domain.vocabulary import Id, Label, Name, SiteKind, StreamId, Text


class RegisterSite(Command, frozen=True, kw_only=True):
    site: Id
    kind: SiteKind
    name: Name
    parent: Id | None = None
    state: Label = ""
    locale: Label = ""
    grades: Label = ""
    site_type: Label = ""
    enrolment: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None


class DescribeSite(Command, frozen=True, kw_only=True):
    site: Id
    contact: Id  # the member whose words these are
    statement: Text


SiteCommand: TypeAlias = RegisterSite | DescribeSite


class SiteRegistered(Event, frozen=True, kw_only=True):
    kind: SiteKind
    name: str
    parent: str | None = None
    state: str = ""
    locale: str = ""
    grades: str = ""
    site_type: str = ""
    enrolment: int | None = None


class SiteDescribed(Event, frozen=True, kw_only=True):
    contact: str
    statement: Annotated[str, owned_by("contact")]


SiteEvent: TypeAlias = SiteRegistered | SiteDescribed


class NotRegistered(Struct, frozen=True):
    """No site of this id."""


class Registered(Struct, frozen=True, kw_only=True):
    as_registered: SiteRegistered
    described: SiteDescribed | None = None

    @property
    def parent(self) -> StreamId | None:
        return self.as_registered.parent


Site: TypeAlias = NotRegistered | Registered


def decide(command: SiteCommand, state: Site, facts: Facts) -> tuple[SiteEvent, ...]:
    match command, state:
        case RegisterSite(), NotRegistered():
            return (_registered(command, facts),)
        case RegisterSite(), Registered(as_registered=before):
            if _registered(command, facts) == before:
                return ()
            raise IllegalMove("a site of this id is registered already, otherwise", field="site")
        case DescribeSite(contact=contact, statement=statement), Registered():
            present(facts, contact, field="contact")
            speaks_for(contact, facts)
            described = SiteDescribed(contact=contact, statement=statement)
            return () if described == state.described else (described,)
        case _:
            raise Unknown("there is no such site in this network", field="site")


def evolve(state: Site, event: SiteEvent) -> Site:
    match event:
        case SiteRegistered():
            return Registered(as_registered=event)
        case SiteDescribed():
            return replace(state, described=event) if isinstance(state, Registered) else state


SITE: Final = Decider[SiteCommand, Site, SiteEvent](kind="site", initial=NotRegistered(), decide=decide, evolve=evolve)


def registered(facts: Facts, site: StreamId, *, field: str = "site") -> Registered:
    """A site of this network; refused when there is none."""
    state = facts(SITE, site)
    if isinstance(state, Registered):
        return state
    raise Unknown("there is no such site in this network", field=field)


_DEPTH: Final = 8  # school, district, region, state … and some room


def _registered(command: RegisterSite, facts: Facts) -> SiteRegistered:
    chartered(facts)
    _check_line(command, facts)
    return SiteRegistered(
        kind=command.kind,
        name=command.name,
        parent=command.parent,
        state=command.state,
        locale=command.locale,
        grades=command.grades,
        site_type=command.site_type,
        enrolment=command.enrolment,
    )


def _check_line(command: RegisterSite, facts: Facts) -> None:
    parent = command.parent
    for _ in range(_DEPTH):
        if parent is None:
            return
        if parent == command.site:
            raise Malformed("a site cannot lie inside itself", field="parent")
        parent = registered(facts, parent, field="parent").parent
    raise Malformed(f"sites lie at most {_DEPTH} deep", field="parent")
