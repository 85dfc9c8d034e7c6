"""`make eval`: rank every task that is at hand, judge it beside the baselines, and write the page's figures."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress as Bar

from benchmarks import gate, machine, next_helper
from benchmarks.figures import Grid, between_marks, grids, page
from benchmarks.judge import Judge
from benchmarks.outcomes import Outcome, Verdict, outcome
from benchmarks.ranking_tasks import SHARED, Task, source_of, tasks_in, turned_round
from benchmarks.remembering import Remembering
from models.encoder import Encoder
from models.evaluation import Encodes, Progress
from models.whole_texts import WholeTexts

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "matching.md"
SAME: Final = 1e-5  # scores of the command and of this process: texts in other batches come out a little different


def main(shared: Path = SHARED, where: Path = PAGE) -> int:
    """Ends well when all holds that must."""
    data = shared / "data"
    tasks = tasks_in(data)
    if not tasks:
        print(f"There are no tasks in {data / 'tasks'}: set CONFRERE_SHARED to the folder that has data/tasks.")
        return 2
    page(where.read_text(encoding="utf-8"), "")  # a page without marks is refused now, and not when all is done
    start = time.monotonic()
    encoder, judge = WholeTexts(Encoder()), Judge(data / "rank_metrics.py")
    verdicts = list(through_the_gate(data / "tasks" / "banking77", encoder))
    with tempfile.TemporaryDirectory() as folder:
        asked = [*tasks, *filter(None, (turned_round(task, Path(folder)) for task in tasks))]
        outcomes = tuple(judged(asked, encoder, judge, Path(folder)))
        verdicts += [verdict for each in outcomes for verdict in each.verdicts]
        verdicts.append(same_by_command(min(tasks, key=lambda task: task.pairs), judge, Path(folder)))
    helped, verdict = who_helps_next(shared, encoder)
    tables = (*grids(outcomes), *helped)
    verdicts += verdict
    show(tables, verdicts)
    besides = (data / "tasks" / "banking77", data / "networks" / "dlt1")
    sources = {task.name: task.source for task in tasks} | {folder.name: source_of(folder) for folder in besides}
    how = f"Encoder {encoder.fingerprint}; {machine.described()['CPU']}; {time.monotonic() - start:.0f} s."
    known = {name: source for name, source in sources.items() if source}
    text = between_marks(datetime.now(UTC), how, tables, verdicts, known)
    where.write_text(page(where.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def through_the_gate(folder: Path, encoder: Encodes) -> Iterator[Verdict]:
    """Nothing where the data are not at hand."""
    if folder.is_dir():
        with step("the gate of the embedding code") as told:
            accuracy = gate.accuracy(folder, encoder, told)
        low, high = gate.PASSES
        words = f"gate of the embedding code: accuracy {accuracy:.4f} on {folder.name}, between {low} and {high}"
        yield Verdict(words, low <= accuracy <= high)


def judged(tasks: Sequence[Task], encoder: Encodes, judge: Judge, folder: Path) -> Iterator[Outcome]:
    remembering = Remembering(encoder)
    for number, task in enumerate(tasks, start=1):
        with step(f"[{number}/{len(tasks)}] {task.name}") as told:
            yield outcome(task, remembering, judge, folder / f"{task.name}.tsv", told)


def same_by_command(task: Task, judge: Judge, folder: Path) -> Verdict:
    """Whether the installed command gives the scores that were judged."""
    output = folder / "by-command.tsv"
    words = [str(Path(sys.executable).with_name("confrere")), "rank", "--output", str(output)]
    for name in ("candidates", "queries"):
        words += [f"--{name}", str(task.folder / f"{name}.jsonl")]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CONFRERE_")}
    with step(f"confrere rank, {task.name}"):
        subprocess.run(words, cwd=folder, env=plain, capture_output=True, check=True)  # noqa: S603 - our own command
    ours, theirs = judge.read(folder / f"{task.name}.tsv"), judge.read(output)
    apart = max((abs(score - theirs[pair]) for pair, score in ours.items() if pair in theirs), default=0.0)
    words_of = f"the command `confrere rank` gives the same scores on {task.name}, to {SAME:.5f}"
    return Verdict(words_of, ours.keys() == theirs.keys() and apart <= SAME)


def who_helps_next(shared: Path, encoder: WholeTexts) -> tuple[tuple[Grid, ...], tuple[Verdict, ...]]:
    """Nothing where the network is not at hand."""
    try:
        with step("who answers next"):
            found = next_helper.report(encoder, shared)
    except next_helper.Absent:
        return (), ()
    return found.tables(), (
        Verdict("who answers next: surely above each count, and lighter on the popular", found.passes),
    )


@contextmanager
def step(name: str) -> Iterator[Progress]:
    """Says when it begins and how long it took; where somebody watches, also how far it is."""
    start = time.monotonic()
    console = Console(stderr=True, highlight=False, markup=False)
    console.print(f"{name} …")
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("encoding and ranking")
        yield lambda done, of: bar.update(task, completed=done, total=of)
    console.print(f"{name}: {time.monotonic() - start:.0f} s")


def show(tables: Sequence[Grid], verdicts: Sequence[Verdict]) -> None:
    console = Console(width=200, highlight=False, markup=False)
    for table in tables:
        table.show(console)
    for verdict in verdicts:
        console.print(f"{'yes' if verdict.holds else 'NO '} {verdict.words}", style=None if verdict.holds else "red")


if __name__ == "__main__":
    sys.exit(main())
