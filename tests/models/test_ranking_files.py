"""Files of candidates and queries become a whole table of scores, or a refusal with file and line."""

import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import ranking_files
from models.ranking_files import BadLine, BadScores, Candidate, Query, load_candidates, load_queries, write_scores


def lines(path: Path, *found: object) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in found), encoding="utf-8")
    return path


def test_files_are_read(tmp_path: Path) -> None:
    people = lines(tmp_path / "c.jsonl", {"id": "é", "texts": ["a"]}, {"id": "b", "texts": []})
    people.write_text("\ufeff" + people.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    needs = lines(tmp_path / "q.jsonl", {"id": "q", "texts": ["x"], "candidates": ["b"]}, {"id": "r", "texts": []})
    assert load_candidates(people) == (Candidate(id="é", texts=("a",)), Candidate(id="b", texts=()))
    assert load_queries(needs, {"é", "b"}) == (
        Query(id="q", texts=("x",), candidates=("b",)),
        Query(id="r", texts=(), candidates=None),
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"id": "b", "texts": "no list"}', "not as described"),
        (b'{"id": "b", "texts": [7]}', r"texts\[0\]"),
        (b'{"id": 7, "texts": []}', r"\$\.id"),
        (b'{"id": "b"}', "texts"),
        (b'{"id": "b", "texts": ["\\ud800"]}', "not as described"),
        (b'["b"]', "not as described"),
        (b'{"id": "b", "texts": [', "not as described"),
        (b'{"id": "b\xff", "texts": []}', "not UTF-8"),
        (b'{"id": "a", "texts": []}', "'a' was there before"),
        (b'{"id": "b\\tc", "texts": []}', "without tabs"),
        (b'{"id": "b\\nc", "texts": []}', "without tabs"),
        (b'{"id": "", "texts": []}', "must be a word"),
        (b'{"id": "b\\u0000", "texts": []}', "must be a word"),
        (b'{"id": "' + b"b" * 1001 + b'", "texts": []}', "at most 1000 letters"),
        (b'{"id": "b", "texts": ["\xed\xa0\x80"]}', "not UTF-8"),
        (b'{"id": "b", "texts": [], "score": NaN}', "not as described"),
        (b'{"id": "b", "texts": [], "more": ' + b"[" * 100_000, "too deep"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: bytes, why: str) -> None:
    path = tmp_path / "candidates.jsonl"
    path.write_bytes(b'{"id": "a", "texts": []}\n\n' + line + b"\n")
    with pytest.raises(BadLine, match=rf"candidates\.jsonl, line 3: .*{why}"):
        load_candidates(path)


def test_line_ends_blank_lines_and_a_mark_before_the_first_line_are_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(b'\xef\xbb\xbf\r\n \t\r\n{"id": "a", "texts": ["x\\u0000y"]}\r\n\n{"id": "b", "texts": []}')
    assert load_candidates(path) == (Candidate(id="a", texts=("x\0y",)), Candidate(id="b", texts=()))
    for nothing in (b"", b"\n\n", b"\xef\xbb\xbf"):
        path.write_bytes(nothing)
        assert load_candidates(path) == ()


def test_a_line_in_utf_16_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text('{"id": "a", "texts": []}\n', encoding="utf-16")
    with pytest.raises(BadLine, match="line 1: is not UTF-8"):
        load_candidates(path)


def test_a_line_may_be_long_but_not_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking_files, "LONGEST_LINE", 2**20)
    path = tmp_path / "c.jsonl"
    line = b'{"id": "a", "texts": ["%s"]}' % (b"x" * (2**20 - 27))
    assert len(line) == 2**20 - 1
    path.write_bytes(line + b"\n")
    (candidate,) = load_candidates(path)
    assert len(candidate.texts[0]) == 2**20 - 27
    path.write_bytes(b"\n" + line + b"  \n")
    with pytest.raises(BadLine, match="line 2: is longer than 1 MiB"):
        load_candidates(path)


def test_a_refusal_shows_no_more_than_the_beginning_of_an_id(tmp_path: Path) -> None:
    path = lines(tmp_path / "queries.jsonl", {"id": "q", "texts": ["x"], "candidates": ["secret" * 10_000]})
    with pytest.raises(BadLine) as refused:
        load_queries(path, {"a"})
    assert len(str(refused.value)) < len(str(path)) + 200


def test_lines_that_are_used_but_read_badly_are_noted_with_file_and_number(tmp_path: Path) -> None:
    notes: list[str] = []
    path = lines(
        tmp_path / "c.jsonl",
        {"id": "a", "texts": ["Reading"]},
        {"id": "b", "texts": []},
        {"id": "c", "texts": ["数学"]},
    )
    assert len(load_candidates(path, notes.append)) == 3
    assert [note.partition(": ")[0] for note in notes] == [f"{path}, line 2", f"{path}, line 3"]
    assert "says nothing" in notes[0]
    assert "English" in notes[1]


@pytest.mark.parametrize(
    ("named", "why"), [(["a", "c"], "no candidate 'c'"), ([""], "no candidate ''"), (["a", "a"], "named twice")]
)
def test_a_query_names_candidates_that_are_there_once_each(tmp_path: Path, named: list[str], why: str) -> None:
    path = lines(tmp_path / "queries.jsonl", {"id": "q", "texts": ["x"], "candidates": named})
    with pytest.raises(BadLine, match=rf"queries\.jsonl, line 1: .*{why}"):
        load_queries(path, {"a"})


def test_scores_are_plain_decimal_numbers_under_a_header(tmp_path: Path) -> None:
    path = tmp_path / "scores.tsv"
    assert write_scores(path, [("q", "a", 0.5), ("q", "b", 1e-9), ("q", "c", -1.0)]) == 3
    table = "query\tcandidate\tscore\nq\ta\t0.500000\nq\tb\t0.000000\nq\tc\t-1.000000\n"
    assert path.read_bytes() == table.encode()


@pytest.mark.parametrize(
    "bad", [("q", "b", float("nan")), ("q", "b", float("inf")), ("q", "b\tc", 0.1), ("", "b", 0.1)]
)
def test_a_table_is_written_whole_or_not_at_all(tmp_path: Path, bad: tuple[str, str, float]) -> None:
    path = tmp_path / "scores.tsv"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(BadScores):
        write_scores(path, [("q", "a", 0.5), bad])
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_ranking_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[str, str, float]]:
        yield "q", "a", 0.5
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_scores(tmp_path / "scores.tsv", rows())
    assert list(tmp_path.iterdir()) == []


def test_what_a_link_names_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "link.tsv").symlink_to(tmp_path / "scores.tsv")
    write_scores(tmp_path / "link.tsv", [("q", "a", 0.5)])
    assert (tmp_path / "link.tsv").is_symlink()
    assert (tmp_path / "scores.tsv").read_text("utf-8").endswith("q\ta\t0.500000\n")


def test_a_link_that_names_itself_is_replaced_as_one_that_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "loop.tsv").symlink_to("loop.tsv")
    assert write_scores(tmp_path / "loop.tsv", [("q", "a", 0.5)]) == 1
    assert (tmp_path / "loop.tsv").read_text("utf-8").endswith("q\ta\t0.500000\n")


@pytest.mark.parametrize("kind", ["folder", "device", "pipe"])
def test_what_is_no_file_is_never_replaced(tmp_path: Path, kind: str) -> None:
    path = Path(os.devnull) if kind == "device" else tmp_path / kind
    if kind == "folder":
        path.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(BadScores, match="no file that could be replaced"):
        write_scores(path, [("q", "a", 0.5)])
    assert path.is_dir() or path.is_fifo() or path.is_char_device()


def test_a_fault_of_the_disk_names_the_table_and_not_the_file_beside_it(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"scores\.tsv") as fault:
        write_scores(tmp_path / "nowhere" / "scores.tsv", [("q", "a", 0.5)])
    assert fault.value.filename == str(tmp_path / "nowhere" / "scores.tsv")


def test_a_disk_that_takes_no_more_leaves_the_table_that_was_there(tmp_path: Path) -> None:
    """A limit on how large a file may grow fails in the same call, with other words."""
    path = tmp_path / "scores.tsv"
    path.write_text("before", encoding="utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        with pytest.raises(OSError, match=r"scores\.tsv"):
            write_scores(path, [("q", f"p{number}", 0.5) for number in range(10_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]
