"""Who may use a route: each declares one of these, one guard and one check hold it."""

from enum import StrEnum
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from api.http.visit import Visit, visit_of
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


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A token of the network that the path names, unless the route is for anybody."""
    if handler.opt[ACCESS] is Access.PUBLIC:
        return
    bearer = known(visit_of(connection.scope))
    if connection.path_params.get("network", bearer.network) != bearer.network:
        raise Unknown("there is no such network", field="network")


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
    if not allowed:
        raise NotTheirs(f"this is for {access}", remedy="ask an admin of the network for the role")
