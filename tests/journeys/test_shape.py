"""The imported network of educators has the shape that was published of it, to the last digit."""

import csv
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.api.shell import Shell
from tests.journeys.conftest import ROOT

PUBLISHED = {
    "nodes": "445",
    "isolates": "3",
    "density": "0.980 %",
    "mutual dyads": "212",
    "asymmetric dyads": "1512",
    "in-degree, min / max": "0 / 273",
    "out-degree, min / max": "0 / 74",
    "mean in-degree = mean out-degree": "4.351",
    "tie frequency, mean": "1.262",  # what the files give; the 1.28 that was printed cannot be had from them
    "tie frequency, max": "15",
    "centralization, total degree": "0.383",
    "centralization, in-degree": "0.606",
    "ties": "1936",
}
WITHOUT_STAFF = {
    "nodes": "443",
    "ties": "1410",
    "centralization, total degree": "0.076",
    "centralization, in-degree": "0.070",
    "isolates": "75",
    "mutual dyads": "138",
    "asymmetric dyads": "1134",
    "in-degree, min / max": "0 / 34",
    "out-degree, min / max": "0 / 39",
}


@pytest.fixture(scope="module")
def educators(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("educators"))
    shell.run("charter", "Educators", "--zone", "America/New_York")
    mapping = ROOT / "docs" / "mappings" / "dlt1.toml"
    shell.run("import", shared / "networks" / "dlt1", "--mapping", mapping)
    return shell


def printed(shell: Shell, *options: str) -> dict[str, str]:
    """Each figure as it stands in the table."""
    lines = shell.run("shape", *options, COLUMNS="160").stdout.splitlines()
    begins = next(line.index("value") for line in lines if line.startswith("figure"))
    ends = next(line.index("counted as") for line in lines if line.startswith("figure"))
    return {line[:begins].strip(): line[begins:ends].strip() for line in lines if len(line) > ends}


def test_its_figures_are_those_that_were_published(educators: Shell) -> None:
    found = printed(educators)
    assert {name: found[name] for name in PUBLISHED} == PUBLISHED


def test_without_its_two_facilitators_it_falls_apart_as_was_published(educators: Shell) -> None:
    found = printed(educators, "--without-staff")
    assert {name: found[name] for name in WITHOUT_STAFF} == WITHOUT_STAFF
    assert float(found["hub dependence"]) > 0.75


def posts(shared: Path, before: str) -> list[tuple[str, str]]:
    with (shared / "networks" / "dlt1" / "posts.csv").open(encoding="utf-8") as file:
        return [(row["sender"], row["receiver"]) for row in csv.DictReader(file) if row["at"] < before]


@pytest.mark.parametrize(("day", "after"), [("2013-05-01", "2013-05-02"), ("2013-06-01", "2013-06-02")])
def test_on_a_day_it_has_the_ties_of_that_day(educators: Shell, shared: Path, day: str, after: str) -> None:
    pairs = [pair for pair in posts(shared, after) if pair[0] != pair[1]]
    ties, found = Counter(pairs), educators.json("shape", "--on", day)["figures"]
    assert found["members"] == 445  # the set does not say when they came
    assert (found["ties"], found["frequency_max"]) == (len(ties), max(ties.values()))
    assert found["density"] == len(ties) / (445 * 444)
    tied = {member for pair in ties for member in pair}
    assert found["isolates"] == 445 - len(tied)


def test_as_it_was_known_before_the_import_it_had_nobody(educators: Shell) -> None:
    found = educators.json("shape", "--as-of", "3")["figures"]
    assert (found["members"], found["ties"], found["density"]) == (0, 0, None)


def test_a_window_counts_the_ties_used_in_it(educators: Shell, shared: Path) -> None:
    before = Counter(posts(shared, "2013-05-02"))
    late = Counter(posts(shared, "2013-06-02")) - before
    found = educators.json("shape", "--on", "2013-06-01", "--since", "2013-05-02")
    assert found["figures"]["ties"] == len([pair for pair in late if pair[0] != pair[1]])
    assert found["new_ties"] == len([pair for pair in late.keys() - before.keys() if pair[0] != pair[1]])
    assert found["since"] == "2013-05-02T04:00:00Z"  # midnight of New York's summer


def test_what_changed_in_a_month_is_what_was_written_in_it(educators: Shell, shared: Path) -> None:
    before, after = posts(shared, "2013-05-02"), posts(shared, "2013-06-02")
    found = educators.json("diff", "2013-05-01", "2013-06-01")
    times = {change["what"]: change["times"] for change in found["changes"]}
    assert times["challenges answered"] == len(after) - len(before)
    ties = {pair for pair in after if pair[0] != pair[1]} - set(before)
    assert found["ties"] == [{"kind": "exchanged", "formed": len(ties), "ended": 0}]
    assert set(times) == {"challenges posted", "challenges answered"}


def test_over_time_each_day_is_as_it_is_on_that_day(educators: Shell) -> None:
    days = educators.json("shape", "--over-time")
    assert (days[0]["day"], days[-1]["day"]) == ("2013-04-06", "2013-06-15")
    for each in (days[0], days[4]):
        on = educators.json("shape", "--on", each["day"])
        assert on["figures"] == each["whole"]
        assert on["hub_dependence"] == each["hub_dependence"]
        alone = educators.json("shape", "--on", each["day"], "--without-staff")
        assert alone["figures"] == each["without_staff"]


def test_over_time_fits_a_narrow_terminal_with_every_day_whole(educators: Shell) -> None:
    printed = educators.run("shape", "--over-time", COLUMNS="80").stdout
    days = [each["day"] for each in educators.json("shape", "--over-time")]
    assert [line.split()[0] for line in printed.splitlines()[-len(days) :]] == days
    assert all(len(line) <= 80 for line in printed.splitlines())
    assert "…" not in printed


def test_a_picture_shows_how_its_shape_came_to_be(educators: Shell, tmp_path: Path) -> None:
    picture = tmp_path / "shape.svg"
    educators.run("shape", "--over-time", "--picture", picture)
    drawn = ET.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314 - our own
    words = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Educators", "density", "centralization, total degree", "0.383", "1936"} <= set(words)
    lines = [each.get("d") for each in drawn.iter("{http://www.w3.org/2000/svg}path") if each.get("stroke") != "#888"]
    assert len(lines) == 16  # eight charts, with staff and without
    assert all(line and line.count("L") == 10 for line in lines)


def test_what_does_not_go_together_is_refused(educators: Shell, tmp_path: Path) -> None:
    assert educators.refused("shape", "--picture", tmp_path / "x.svg").startswith("--picture: a picture shows")
    assert educators.refused("shape", "--over-time", "--without-staff").startswith("--over-time: over time both")
    assert educators.refused("shape", "--window", "3", "--since", "2013-05-01").startswith("window: either a first day")
    assert educators.refused("shape", "--over-time", "--as-of", "3").startswith("--over-time: nobody had joined yet")
    assert educators.refused("shape", "--over-time", "--picture", tmp_path / "no" / "x.svg")
