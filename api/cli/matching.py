"""Commands that match: recommend, and rank from files."""

from collections.abc import Iterator
from contextlib import contextmanager
from os.path import realpath
from pathlib import Path

import click

from api.cli.printing import print_list
from api.cli.running import (
    err,
    json_option,
    need_id,
    network_option,
    out,
    print_json,
    progress_bar,
    running,
)
from domain.eligibility import Mode
from domain.recommendations import ListKind
from domain.refusals import BadFile, ModelTrouble, Refused
from engine.explaining import WordedList
from engine.runtime import Confrere
from engine.settings import read_settings
from models.encoder import Encoder, ModelFault
from models.evaluation import rank as ranked
from models.ranking_files import BadLine, BadScores, Note, load_candidates, load_queries, write_scores
from models.vector_index import WrongVectors
from models.whole_texts import WholeTexts
from projections import challenge_board

FOR_CHALLENGE = (ListKind.PEERS, ListKind.AHEAD, ListKind.RESOURCES, ListKind.EXPERTS, ListKind.CONSULTANCY)
KINDS = {
    "peers": ListKind.PEERS,
    "ahead": ListKind.AHEAD,
    "resources": ListKind.RESOURCES,
    "experts": ListKind.EXPERTS,
    "consultancy": ListKind.CONSULTANCY,
    "challenges": ListKind.CHALLENGES,
}

NOTES_SHOWN = 5  # on one file


@click.command()
@click.argument("subject")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only these lists.")
@click.option(
    "--mode",
    type=click.Choice([str(each) for each in Mode]),
    default=str(Mode.ANY),
    show_default=True,
    help="Whose company.",
)
@network_option
@json_option
def recommend(subject: str, kinds: tuple[str, ...], mode: str, network: str | None, as_json: bool) -> None:
    """Recommend for SUBJECT: people and resources for a challenge, or for a member challenges to help with.

    SUBJECT is the id of a challenge or of a member, or its beginning. A list is issued and stored; while nothing
    changes that it depends on, asking again gives the same list.

    \b
    Example: confrere recommend challenge-91bc
    Example: confrere recommend challenge-91bc --kind consultancy --mode mixed-role
    Example: confrere recommend member-3f2a
    """
    with running() as system:
        where = system.network(network)
        subject = need_id(system, where, subject, ("challenge", "member"))
        lists = recommended(system, where, subject, [KINDS[kind] for kind in kinds], Mode(mode))
        if as_json:
            print_json(lists)
            return
        for one in lists:
            print_list(one)


def recommended(system: Confrere, network: str, subject: str, kinds: list[ListKind], mode: Mode) -> list[WordedList]:
    """All lists asked for, least intensive first; one that cannot be made says why and the others go on."""
    in_person = subject.startswith("member-")
    reader = subject if in_person else system.ask(network, lambda c: challenge_board.author(c, subject))
    wanted = kinds or ([ListKind.CHALLENGES] if in_person else list(FOR_CHALLENGE))
    with progress_bar("encoding new texts") as told:
        kept = system.index(network, told)
    if kept.lost:
        err.print(f"{kept.lost} vectors were lost and have been made again")
    lists: list[WordedList] = []
    refusals: list[Refused] = []
    for kind in wanted:
        try:
            stored = system.recommend(network, reader, subject, kind, mode)
        except Refused as refusal:
            if len(wanted) == 1:
                raise
            refusals.append(refusal)
            err.print(f"{kind}: {refusal}", soft_wrap=True)
        else:
            worded = system.explain(network, stored.recommendation)
            system.looks.at(network, "recommend", worded)
            lists.append(worded)
    if refusals and not lists:
        raise refusals[0]
    return lists


@click.command()
@click.option("--candidates", required=True, type=click.Path(path_type=Path), help='Lines {"id", "texts": […]}.')
@click.option(
    "--queries",
    required=True,
    type=click.Path(path_type=Path),
    help='Lines {"id", "texts", "candidates": […] or null}.',
)
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Table query, candidate, score.")
def rank(candidates: Path, queries: Path, output: Path) -> None:
    """Rank candidates for queries from files, with the code that serves members. Needs no network.

    The table is written whole or not at all; a score is higher for nearer, and finite for every pair. Lines that are
    used but cannot be read as well as English text are named.

    \b
    Example: confrere rank --candidates people.jsonl --queries problems.jsonl --output scores.tsv
    """
    settings = read_settings()
    if realpath(output) in {realpath(candidates), realpath(queries)}:
        raise BadFile("this would overwrite what it reads", field=str(output), remedy="name another file")
    try:
        with noting() as note:
            people = load_candidates(candidates, note)
        with noting() as note:
            needs = load_queries(queries, {person.id for person in people}, note)
        with progress_bar("ranking") as told:
            encoder = WholeTexts(Encoder(settings.model, settings.threads))
            rows = write_scores(output, ranked(people, needs, encoder, told))
    except (BadLine, BadScores) as fault:
        raise BadFile(str(fault)) from fault
    except (ModelFault, WrongVectors) as fault:
        raise ModelTrouble(str(fault)) from fault
    except OSError as fault:
        raise BadFile(fault.strerror or "the file cannot be used", field=fault.filename) from fault
    out.print(f"{rows} scores in {output}", soft_wrap=True)


@contextmanager
def noting() -> Iterator[Note]:
    """Prints the first few notes on a file, and how many there were besides."""
    heard = 0

    def note(words: str) -> None:
        nonlocal heard
        heard += 1
        if heard <= NOTES_SHOWN:
            err.print(words, soft_wrap=True)

    yield note
    if heard > NOTES_SHOWN:
        err.print(f"and {heard - NOTES_SHOWN} more such notes", soft_wrap=True)
