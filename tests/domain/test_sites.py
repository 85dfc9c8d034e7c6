from domain.members import GrantNetworkRole
from domain.sites import DescribeSite, RegisterSite, SiteDescribed, SiteRegistered
from domain.vocabulary import NetworkRole, SiteKind
from tests.domain.scenario import ADA, BEN, DISTRICT, SCHOOL, given, nothing_yet

THE_DISTRICT = RegisterSite(site=DISTRICT, kind=SiteKind.DISTRICT, name="River District")
THE_SCHOOL = RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill School", parent=DISTRICT, enrolment=412)


def test_a_school_lies_in_a_district_that_stands() -> None:
    given().when(THE_SCHOOL).refused("parent: there is no such site")
    given(THE_DISTRICT).when(THE_SCHOOL).then(
        SiteRegistered(kind=SiteKind.SCHOOL, name="Hill School", parent=DISTRICT, enrolment=412)
    )


def test_a_member_is_no_parent_of_a_site() -> None:
    given().when(RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill School", parent=ADA)).refused(
        "no such site"
    )


def test_a_site_does_not_lie_inside_itself() -> None:
    given().when(RegisterSite(site=SCHOOL, kind=SiteKind.SCHOOL, name="Hill", parent=SCHOOL)).refused("inside itself")


def test_a_site_is_registered_once_in_one_way() -> None:
    given(THE_DISTRICT).when(THE_DISTRICT).then_nothing()
    renamed = RegisterSite(site=DISTRICT, kind=SiteKind.DISTRICT, name="Lake District")
    given(THE_DISTRICT).when(renamed).refused("registered already, otherwise")


def test_sites_lie_eight_deep_and_no_deeper() -> None:
    line = [
        RegisterSite(
            site=f"site-{depth:08x}",
            kind=SiteKind.ORGANISATION,
            name="Level",
            parent=f"site-{depth - 1:08x}" if depth else None,
        )
        for depth in range(9)
    ]
    assert given(*line[:7]).when(line[7]).events
    given(*line[:8]).when(line[8]).refused("at most 8 deep")


def test_there_is_no_site_before_there_is_a_charter() -> None:
    nothing_yet().when(THE_DISTRICT).refused("no charter yet")


def test_a_statement_has_a_member_whose_words_it_is() -> None:
    describe = DescribeSite(site=DISTRICT, contact=ADA, statement="We read together.")
    given().when(describe).refused("no such site")
    given(THE_DISTRICT).when(describe, by=ADA).then(SiteDescribed(contact=ADA, statement="We read together."))
    given(THE_DISTRICT, describe).when(describe).then_nothing()
    nobody = DescribeSite(site=DISTRICT, contact="member-eeeeeeee", statement="We read together.")
    given(THE_DISTRICT).when(nobody).refused("contact: there is no such member")


def test_words_are_put_into_nobodys_mouth_but_by_staff() -> None:
    describe = DescribeSite(site=DISTRICT, contact=ADA, statement="We read together.")
    given(THE_DISTRICT).when(describe, by=BEN).refused("only the member or a facilitator")
    facilitates = GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR)
    assert given(THE_DISTRICT, facilitates).when(describe, by=BEN).events
