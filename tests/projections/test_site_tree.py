from domain.sites import RegisterSite
from domain.vocabulary import SiteKind
from projections.site_tree import district_of, districts, site, sites
from tests.histories import DISTRICT, SCHOOL, STATE, begun
from tests.projections.seeing import seen

LONE, OFFICE, BRANCH = "site-0000000a", "site-0000000b", "site-0000000c"


def test_a_site_belongs_to_the_nearest_district_it_lies_in_or_is() -> None:
    with seen(begun()) as c:
        assert district_of(c, SCHOOL) == district_of(c, DISTRICT) == DISTRICT


def test_without_a_district_the_state_or_organisation_stands_in_else_the_site_itself() -> None:
    history = begun()
    history.do(
        RegisterSite(site=OFFICE, kind=SiteKind.ORGANISATION, name="Literacy Trust", parent=STATE),
        RegisterSite(site=BRANCH, kind=SiteKind.SCHOOL, name="Lab School", parent=OFFICE),
        RegisterSite(site=LONE, kind=SiteKind.SCHOOL, name="Island"),
    )
    with seen(history) as c:
        assert district_of(c, STATE) == STATE
        assert district_of(c, BRANCH) == district_of(c, OFFICE) == OFFICE
        assert district_of(c, LONE) == LONE
        assert district_of(c, "site-0000ffff") == "site-0000ffff"


def test_the_districts_of_all_sites_are_those_of_each() -> None:
    with seen(begun()) as c:
        every = districts(c)
        assert every == {each.site: district_of(c, each.site) for each in sites(c)}
        for place in every:
            assert districts(c, {place, "site-ffffffff"}) == {place: every[place]}
        assert districts(c).keys() == {SCHOOL, DISTRICT, STATE}


def test_a_site_is_described_as_it_was_registered() -> None:
    history = begun()
    history.do(RegisterSite(site=LONE, kind=SiteKind.SCHOOL, name="Island", locale="rural", grades="K–8", enrolment=41))
    with seen(history) as c:
        island = site(c, LONE)
        assert island is not None
        assert (island.kind, island.locale, island.enrolment) == (SiteKind.SCHOOL, "rural", 41)
        assert site(c, "site-0000ffff") is None
