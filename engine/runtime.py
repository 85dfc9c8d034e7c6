"""The composition root: puts the store, keys, projections, evidence and model together, and closes them again."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection
from threading import Event, RLock
from types import TracebackType
from typing import Final, Self, TypeVar

from domain.catalogue import CATALOGUE
from domain.coaching.events import DispositionSuggested
from domain.eligibility import Mode
from domain.policies import Numerics
from domain.recommendations import ListKind
from domain.refusals import Refused, StorageTrouble, Unknown
from domain.vocabulary import MemberId, StreamId
from engine.access import Looks
from engine.at_hand import AtHand, Progress
from engine.checkpoints import Proofs
from engine.commands import Commands
from engine.common_needs import CommonNeeds
from engine.erasing import Erasures
from engine.event_store import EventStore
from engine.evidence_index import Encoding, Kept
from engine.explaining import WordedList
from engine.exports import Exports
from engine.followers import Views
from engine.hypothetical import Hypotheses
from engine.letting_go import LettingGo
from engine.lists import Lists
from engine.looking_back import Record
from engine.note_folder import NAME as CHECKPOINTS
from engine.note_folder import NoteFolder
from engine.past import Past
from engine.queries import Queries
from engine.reactions import Reactions
from engine.rederiving import Rederiving
from engine.sealing import KeyRing
from engine.settings import Settings
from engine.themes import Theme
from engine.tokens import Tokens
from engine.tree_file import TreeFile
from engine.vector_store import VectorStore
from engine.when import NOW, When
from models.encoder import Encoder
from models.learning import Choice
from models.view import View
from models.whole_texts import WholeTexts
from projections.network_setting import setting
from projections.recommendation_lists import IssuedList

T = TypeVar("T")


class Confrere:
    """The running system. Use it as a context manager; it may be shared by threads."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open, or begin, what the settings name. Raises KeyTrouble, StorageTrouble."""
        self.settings: Final = settings
        self.clock: Final = clock
        self.keys: Final = _opened(lambda: KeyRing.open(settings.data, settings.master_key))
        try:
            self.store: Final = _opened(lambda: EventStore(settings.data, self.keys, CATALOGUE, clock=clock))
        except BaseException:
            self.keys.close()
            raise
        self.commands: Final = Commands(self.store, clock)
        self.past: Final = Past(self.store, self._folder)
        self.queries: Final = Queries(self.store, self.views, self.past, clock)
        self.looks: Final = Looks(self.commands, self.queries, clock)
        self._views: Final[dict[StreamId, Views]] = {}
        self._proofs: Final[dict[StreamId, Proofs]] = {}
        self.ended: Final = Event()  # while it is set, who waits for texts to be encoded is refused
        self._opening: Final = RLock()  # of what is opened at its first use, once for all threads
        derived = LettingGo(
            self._folder, self.keys, self.views, self.past, lambda: self.tokens, lambda: self.exports, self.ended
        )
        self.erasures: Final = Erasures(self.store, self.keys, self.commands, derived, clock)
        self.at_hand: Final = AtHand(self.queries, self._plain, self._other, self.ended)
        self.lists: Final = Lists(self.store, self.commands, self.queries, self.at_hand, clock)
        self.reactions: Final = Reactions(self.store, self.commands, self.queries, self.at_hand, clock, self.ended)
        self.rederiving: Final = Rederiving(self.store, self.queries, lambda: self.vectors)
        self.hypothetical: Final = Hypotheses(self.queries, self.rederiving)
        self.common_needs: Final = CommonNeeds(self.at_hand, self.keys, self._folder, clock)

    def __enter__(self) -> Self:
        """Finishes first what a crash left of an erasure, as far as it can be finished."""
        for network in self.store.networks():
            with suppress(Refused):  # the next start, or a service's chores, try again
                self.erasures.resume(network)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.at_hand.close()
        self.past.close()
        for views in self._views.values():
            views.close()
        for proofs in self._proofs.values():
            proofs.close()
        if "vectors" in self.__dict__:
            self.vectors.close()
        if "exports" in self.__dict__:
            self.exports.close()
        if "tokens" in self.__dict__:
            self.tokens.close()
        self.store.close()
        self.keys.close()

    @cached_property
    def encoder(self) -> WholeTexts:
        """Loads nothing heavy until a text has to be encoded."""
        return WholeTexts(Encoder(self.settings.model, self.settings.threads))

    @cached_property
    def vectors(self) -> VectorStore:
        return VectorStore(self.settings.data, self.keys, self.encoder.fingerprint)

    @cached_property
    def exports(self) -> Exports:
        """What was written out, and writing more."""
        return _opened(lambda: Exports(self.settings.data, self.store, self.commands, self.clock))

    @cached_property
    def tokens(self) -> Tokens:
        return _opened(lambda: Tokens(self.settings.data, self.store.network_of, self.clock))

    def views(self, network: StreamId) -> Views:
        """The projections of one network, as far as they were kept up."""
        with self._opening:
            if network not in self._views:
                if network not in self.store.networks():
                    raise Unknown("there is no such network", field="network")
                self._views[network] = _opened(lambda: Views(self._folder(network), network, self.store))
            return self._views[network]

    def proofs(self, network: StreamId) -> Proofs:
        """What is signed and proven of one network's log."""
        with self._opening:
            if network not in self._proofs:
                if network not in self.store.networks():
                    raise Unknown("there is no such network", field="network")
                folder = self._folder(network)
                tree = _opened(lambda: TreeFile(folder / "tree", network, self.store))
                notes = NoteFolder(self.settings.checkpoints or folder / CHECKPOINTS, network)
                self._proofs[network] = Proofs(network, self.store, self.commands, self.keys, tree, notes, self.clock)
            return self._proofs[network]

    def network(self, name: str | None) -> StreamId:
        """The network of this id, beginning of an id, or name; without a name the only one there is."""
        networks = self.store.networks()
        found = networks if name is None else self._called(name, networks)
        if len(found) == 1:
            return found[0]
        if not networks:
            raise Unknown("there is no network yet", field="network", remedy="charter one")
        words = "several networks are meant" if found else "there is no such network"
        raise Unknown(words, field="network", remedy="name one of those there are by its id")

    def _called(self, name: str, networks: Sequence[StreamId]) -> Sequence[StreamId]:
        if name in networks:
            return (name,)
        called = [each for each in networks if self.ask(each, setting).name == name]
        return called or [each for each in networks if name.startswith("network-") and each.startswith(name)]

    def ask(
        self,
        network: StreamId,
        query: Callable[[Connection], T],
        progress: Progress | None = None,
        when: When = NOW,
    ) -> T:
        """Answer a query of the operator's from projections that hold everything recorded so far, or by some time."""
        return self.queries.ask(network, query, when=when, progress=progress)

    def react(self, network: StreamId) -> int:
        """Carry out what is due by now: offers run out, freed time is offered, needs get a suggestion.

        Says how many events that made.
        """
        return self.reactions.react(network)

    def suggest(self, network: StreamId, coaching: StreamId) -> DispositionSuggested:
        """What would do for a need: the stored suggestion while its inputs lead to the same, else a new one."""
        return self.reactions.suggesting.suggest(network, coaching)

    def index(self, network: StreamId, progress: Progress | None = None) -> Kept:
        """Bring projections and evidence up to the head, encoding what is new."""
        with self.at_hand.kept_up(network, progress) as up:
            return up.kept

    def warm(self, network: StreamId) -> Kept:
        """What a first list would wait for, ahead of it; a server can do this while it answers other questions."""
        with self.at_hand.kept_up(network) as up:
            up.index.corpus.vectors.get_ready()
            return up.kept

    def recommend(
        self,
        network: StreamId,
        reader: MemberId,
        subject: StreamId,
        kind: ListKind,
        mode: Mode = Mode.ANY,
        progress: Progress | None = None,
    ) -> IssuedList:
        """The reader's list for this need: the stored one while its inputs lead to the same, else a new one."""
        self.reactions.expire(network)
        return self.lists.recommend(network, reader, subject, kind, mode, progress)

    def choices(self, network: StreamId, progress: Progress | None = None) -> list[Choice]:
        """Of the network's past needs, who answered first among all who could have: what weights are learned from."""
        with self.at_hand.kept_up(network) as up:
            ledger = self.at_hand.ledger(network, up)
            return Record(up.connection, up.index, ledger, setting(up.connection).policy).choices(progress)

    def why_not(self, network: StreamId, recommendation: StreamId, candidate: StreamId) -> str:
        """In words for its reader, what keeps a candidate off a list as things stand now."""
        return self.lists.why_not(network, recommendation, candidate).because

    def themes(self, network: StreamId, member: MemberId) -> tuple[Theme, ...]:
        """What open needs have in common, to one of the staff."""
        return self.common_needs.themes(network, member)

    def explain(self, network: StreamId, recommendation: StreamId) -> WordedList:
        """A stored list in words."""
        return self.lists.explain(network, recommendation)

    def evidence(self, network: StreamId) -> AbstractContextManager[tuple[Connection, View, Encoding]]:
        """All evidence that is open and holds now, the projections at the same position, and what encoded it."""
        return self.at_hand.evidence(network)

    def _plain(self) -> tuple[Encoding, VectorStore]:
        return self.encoder, self.vectors

    def _other(self, numerics: Numerics) -> tuple[Encoding, VectorStore]:
        encoder = WholeTexts(Encoder(self.settings.model, self.settings.threads, numerics))
        return encoder, VectorStore(self.settings.data, self.keys, encoder.fingerprint)

    def _folder(self, network: StreamId) -> Path:
        return self.settings.data / network


def _opened(opening: Callable[[], T]) -> T:
    try:
        return opening()
    except OSError as error:
        where = str(error.filename) if error.filename else None
        raise StorageTrouble(
            "this cannot be opened or made", field=where, remedy="check the folder and its permissions"
        ) from error
