"""Who may use a route: each declares one of these, two checks hold it: of the token, and of the roles."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from api.http.visit import Visit
from domain.refusals import NotTheirs, Unauthenticated, Unknown
from domain.vocabulary import NetworkRole
from engine.tokens import Bearer
from projections.reading import Reader

ACCESS: Final = "access"  # the option of a route that holds it


class Access(StrEnum):
    PUBLIC = "anybody, without a token"
    MEMBER = "everybody in the network"
    TAKES_PART = "everybody in the network, but for those who only audit or sponsor it"
    INVITED = "whom it is about, also before they joined, and everybody who takes part"
    STAFF = "facilitators and admins"
    AUDITOR = "auditors"
    ADMIN = "admins"
    DECISIONS = "facilitators, admins and auditors"
    FIGURES = "facilitators, admins, auditors and sponsors"


OFFICIAL: Final = frozenset(
    {Access.STAFF, Access.AUDITOR, Access.ADMIN, Access.DECISIONS, Access.FIGURES}
)  # all of it is read by office


def admit(visit: Visit, path: Mapping[str, str]) -> Bearer:
    """Who comes with a valid token of the network that the path names; another network is as if there were none."""
    bearer = known(visit)
    if path.get("network", bearer.network) != bearer.network:
        raise Unknown("there is no such network", field="network")
    return bearer


def known(visit: Visit) -> Bearer:
    """Whose token it is; refused when there is none."""
    if visit.bearer is None:
        raise visit.refusal or Unauthenticated("a token is needed", remedy="send Authorization: Bearer …")
    return visit.bearer


def permit(access: Access, reader: Reader) -> None:
    """Refuse a reader whose roles, at the position that is read, do not reach."""
    match access:
        case Access.PUBLIC | Access.MEMBER:
            allowed = True
        case Access.TAKES_PART | Access.INVITED:
            allowed = reader.takes_part
        case Access.STAFF:
            allowed = reader.staff
        case Access.AUDITOR:
            allowed = reader.auditor
        case Access.ADMIN:
            allowed = NetworkRole.ADMIN in reader.roles
        case Access.DECISIONS:
            allowed = reader.staff or reader.auditor
        case Access.FIGURES:
            allowed = reader.staff or reader.watches
    if not allowed:
        raise NotTheirs(f"this is for {access}", remedy="ask an admin of the network for the role")
