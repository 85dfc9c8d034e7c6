"""What holds for the whole network, and its sites."""

from typing import Final

from api.http.orders.row import STAFF, TAKES_PART, row
from domain.networks import (
    AdoptPolicy,
    CloseCohort,
    OpenCohort,
    ProposePolicy,
    ReviseCharterSection,
    SetSchoolCalendar,
    WaiveRule,
)
from domain.sites import DescribeSite, RegisterSite

GOVERNING: Final = (
    row(
        "/charter",
        ReviseCharterSection,
        STAFF,
        "Write a section of the charter anew",
        example={"section": "vision and problem of practice", "text": "Every ninth grader is in school."},
    ),
    row("/cohorts", OpenCohort, STAFF, "Open a cohort", example={"cohort": "Autumn 2026"}),
    row("/cohorts/close", CloseCohort, STAFF, "Close a cohort", example={"cohort": "Autumn 2026"}),
    row(
        "/calendar",
        SetSchoolCalendar,
        STAFF,
        "Set the school calendar: zone, terms, holidays",
        example={"zone": "America/New_York", "holidays": ["2026-11-26"]},
    ),
    row(
        "/policies",
        ProposePolicy,
        STAFF,
        "Propose a matching policy",
        about="Known from now on by the hash of its content; it holds once it is adopted.",
        example={"policy": {"list_length": 7}},
    ),
    row("/policies/adopt", AdoptPolicy, STAFF, "Adopt a proposed policy", example={"policy_hash": "0" * 64}),
    row(
        "/waivers",
        WaiveRule,
        STAFF,
        "Set a rule aside for one challenge",
        example={
            "rule": "a consultant from the presenter's own site",
            "subject": "challenge-00000001",
            "reason": "Only they know the building.",
        },
    ),
    row(
        "/sites",
        RegisterSite,
        STAFF,
        "Register a school, district, state or organisation",
        new="site",
        makes=True,
        example={"kind": "school", "name": "Hill School"},
    ),
    row(
        "/sites/{site}/describe",
        DescribeSite,
        TAKES_PART,
        "Describe a site in a member's words",
        speaker="contact",
        example={"statement": "We see every ninth grader weekly."},
    ),
)
