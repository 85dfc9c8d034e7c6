"""The table of commands that are posted over HTTP.

Left out are CharterNetwork, which is the operator's at the command line, and those that the engine alone sends:
IssueRecommendations, ExpireRecommendation, ExpireIntroduction, SuggestDisposition, ExpireOffer, RecordAccess,
SignCheckpoint, RecordExport, EraseMember and ConfirmErasure.
"""

from typing import Final

from api.http.orders.belonging import BELONGING
from api.http.orders.coaching import REQUESTS
from api.http.orders.engaging import ENGAGEMENTS
from api.http.orders.governing import GOVERNING
from api.http.orders.meeting import INTRODUCTIONS, RECOMMENDATIONS
from api.http.orders.privacy import PRIVACY
from api.http.orders.row import Row
from api.http.orders.working import CHALLENGES, RESOURCES

__all__ = ["ORDERS", "Row"]

ORDERS: Final[tuple[Row, ...]] = (
    *(*GOVERNING, *BELONGING, *CHALLENGES, *RESOURCES, *INTRODUCTIONS, *RECOMMENDATIONS),
    *(*REQUESTS, *ENGAGEMENTS, *PRIVACY),
)
