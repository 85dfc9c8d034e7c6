"""Every figure about speed: one table, each row a ratio in one run against a limit or a peer."""

from rich.console import Console
from rich.table import Table

from benchmarks import search, storage


def main() -> None:
    table = Table("what", "against", "ratio", "wanted", "met", title="speed, as a share of the peer's speed or time")
    for row in (*storage.rows(), *search.rows()):
        table.add_row(row.what, row.against, f"{row.ratio:.2f}", row.wanted, row.met)
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
