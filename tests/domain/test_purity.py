"""Deciding reads no clock, no chance, no network and no environment."""

import ast
from pathlib import Path

import pytest

import domain

FILES = sorted(Path(domain.__path__[0]).glob("*.py"))
ALLOWED = {
    "bisect",
    "collections",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "itertools",
    "re",
    "typing",
    "zoneinfo",
    "msgspec",
    "domain",
}
CLOCKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "getenv", "environ", "urandom", "uuid4"}
DOORS = {
    "open",
    "print",
    "input",
    "exec",
    "eval",
    "__import__",
    "id",
    "hash",
}  # hash() of a text changes with the process


def imported(tree: ast.Module) -> set[str]:
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def test_there_is_a_domain_to_look_at() -> None:
    assert len(FILES) > 10


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_domain_imports_types_and_nothing_that_acts(file: Path) -> None:
    assert imported(ast.parse(file.read_text(encoding="utf-8"))) <= ALLOWED


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_domain_asks_no_clock_and_opens_no_file(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert asked.isdisjoint(CLOCKS)
    assert called.isdisjoint(DOORS)
