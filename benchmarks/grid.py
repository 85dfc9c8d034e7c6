"""A table of figures, for the terminal and for a page, and how its numbers are written."""

from msgspec import Struct
from rich.console import Console
from rich.table import Table


class Grid(Struct, frozen=True):
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_markdown(self) -> str:
        lines = [self.heads, ("---",) * len(self.heads), *self.rows]
        cells = (" | ".join(cell.replace("|", r"\|") for cell in line) for line in lines)
        return "\n".join([f"### {self.title}", "", *(f"| {line} |" for line in cells)])

    def show(self, console: Console) -> None:
        table = Table(*self.heads, title=self.title, title_justify="left")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)


def plain(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1)


def signed(value: float) -> str:
    return f"{value:+.3f}".replace("0.", ".", 1).replace("-", "−")
