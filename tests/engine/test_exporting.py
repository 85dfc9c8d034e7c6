"""What is exported comes back as it was, and no spreadsheet runs anything in it."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import StorageTrouble
from engine.exporting import write_table
from engine.importing.reading import read_sheet
from engine.importing.report import Findings
from engine.importing.tables import TABLES

COLUMNS = TABLES["challenges"].columns
DANGEROUS = "=+-@\t\r"
texts = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), st.sampled_from(DANGEROUS + "'\"\n,"))
)
rows = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, texts)), max_size=5)


def raw(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


@given(rows)
def test_every_text_comes_back_as_it_was_but_for_blanks_around_it(rows: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "challenges.csv"
        assert write_table(path, "challenges", rows) == len(rows)
        findings = Findings()
        sheet = read_sheet(path, findings, guarded=True)
    assert not findings.refusals
    assert sheet is not None
    assert [cells for _, cells in sheet.lines] == [{k: v.strip() for k, v in row.items()} for row in rows]


@given(rows)
def test_no_cell_begins_with_what_a_spreadsheet_would_run(rows: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "challenges.csv"
        write_table(path, "challenges", rows)
        cells = [cell for line in raw(path) for cell in line]
    assert not [cell for cell in cells if cell.startswith(tuple(DANGEROUS))]


def test_a_formula_is_kept_harmless(tmp_path: Path) -> None:
    path = tmp_path / "challenges.csv"
    write_table(path, "challenges", [{"challenge": "c1", "title": "=HYPERLINK(1)", "text": "'=1", "stage": "'tis"}])
    assert raw(path)[1] == ["c1", "", "", "'=HYPERLINK(1)", "''=1", "'tis", ""]


def test_times_numbers_and_nothing_have_a_form(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    at = datetime(2024, 9, 1, 8, tzinfo=UTC)
    write_table(path, "sites", [{"site": "s1", "parent": None, "enrolment": 0, "described_at": at}])
    written = dict(zip(*raw(path), strict=True))
    assert (written["parent"], written["enrolment"], written["described_at"]) == ("", "0", "2024-09-01T08:00:00+00:00")


def test_an_export_that_fails_leaves_what_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    write_table(path, "posts", [{"post": "p1"}])
    before = path.read_bytes()

    def failing() -> list[dict[str, str]]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(path, "posts", (row for _ in range(1) for row in failing()))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["posts.csv"]


def test_a_place_that_cannot_be_written_is_refused_and_left_clean(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").mkdir()
    with pytest.raises(StorageTrouble, match="cannot be written"):
        write_table(tmp_path / "posts.csv", "posts", [])
    with pytest.raises(StorageTrouble, match="cannot be written"):
        write_table(tmp_path / "gone" / "posts.csv", "posts", [])
    assert [file.name for file in tmp_path.iterdir()] == ["posts.csv"]


def test_a_column_that_is_not_ours_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="posts has no column colour"):
        write_table(tmp_path / "posts.csv", "posts", [{"post": "p1", "colour": "red"}])
