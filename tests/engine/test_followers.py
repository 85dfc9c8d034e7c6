import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.catalogue import CATALOGUE
from domain.challenges import ChallengePosted, PostChallenge
from domain.kernel import Recorded, owners_of
from domain.members import LinkIdentity
from domain.refusals import NewerSoftware, StorageTrouble
from engine import followers, view_files
from engine.event_store import EventStore
from engine.followers import Views
from engine.sealing import KeyRing
from engine.storage.database import Database
from projections import challenge_board, evidence, ties
from projections.all import PROJECTIONS
from projections.member_directory import candidates
from projections.shape import Projection
from tests.histories import ADA, DESKS, DEV, NET, READING, History, begun, copy_into
from tests.random_histories import histories, random_history

ROOT = Path(__file__).parents[2]
BUSY = 7  # the seed of a history in which much happens


@contextmanager
def following(folder: Path | None, log: followers.Log, *more: Projection, network: str = NET) -> Iterator[Views]:
    views = Views(folder, network, log, (*PROJECTIONS, *more))
    try:
        yield views
    finally:
        views.close()


def digest_of(log: followers.Log, until: int | None = None) -> dict[str, str]:
    with following(None, log) as views:
        views.catch_up(until=until)
        assert views.last_error is None
        return views.digest()


def poisoned_by(event: type, times: int | None = None) -> Projection:
    """A projection that cannot take in one kind of event, or not the first few times."""
    tried = []

    def fill(_connection: sqlite3.Connection, recorded: Recorded) -> None:
        if isinstance(recorded.event, event) and (times is None or len(tried) < times):
            tried.append(recorded.position)
            raise ValueError(f"cannot read {recorded.event}")

    return Projection(name="poisoned", schema="", fill=fill)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("views-*.db*"))


def live(folder: Path) -> str:
    return (folder / "views").read_text().strip()


@settings(max_examples=25, deadline=None)
@given(histories(), st.lists(st.floats(0, 1), max_size=4))
def test_a_rebuilt_projection_equals_the_kept_up_one(history: History, stops: list[float]) -> None:
    with following(None, history) as views:
        for stop in sorted(stops):
            views.catch_up(until=round(stop * history.head()))
        views.catch_up()
        assert views.position == history.head()
        kept_up = views.digest()
        views.rebuild()
        assert views.digest() == kept_up == digest_of(history)


@settings(max_examples=10, deadline=None)
@given(histories(), st.floats(0, 1))
def test_a_view_of_the_past_is_what_was_seen_then(history: History, share: float) -> None:
    then = History()
    then.recorded = history.recorded[: round(share * len(history.recorded))]
    assert digest_of(history, until=then.head()) == digest_of(then)


def test_digests_tell_different_histories_apart() -> None:
    history = begun()
    before = digest_of(history)
    history.do(PostChallenge(challenge="challenge-000000ff", author=ADA, title="One more"))
    after = digest_of(history)
    assert {table for table in before if before[table] != after[table]} == {"challenges", "evidence", "timeline"}


def test_a_history_on_disk_gives_the_same_views_as_the_one_that_was_written(tmp_path: Path) -> None:
    history = random_history(BUSY, 300)
    keys = KeyRing.open(tmp_path / "data", tmp_path / "master.key")
    store = EventStore(tmp_path / "data", keys, CATALOGUE)
    copy_into(store, history.recorded)
    with following(tmp_path / "views", store) as views:
        views.catch_up()
        on_disk = views.digest()
    expected = digest_of(history)
    store.close()
    assert on_disk.keys() == expected.keys()
    assert {t for t in expected if on_disk[t] != expected[t]} <= {"timeline"}  # the log has its own instants


@contextmanager
def without_keys(history: History) -> Iterator[Views]:
    """The views of a log whose members were all erased."""
    keys = KeyRing.in_memory()
    store = EventStore(None, keys, CATALOGUE)
    copy_into(store, history.recorded)
    for owner in {each.stream for each in history.recorded if each.stream.startswith("member-")}:
        keys.destroy(owner)
        store.forget(owner)
    with following(None, store) as views:
        views.catch_up()
        yield views
    store.close()


@settings(max_examples=10, deadline=None)
@given(histories())
def test_views_can_still_be_built_when_every_key_was_destroyed(history: History) -> None:
    with without_keys(history) as views:
        assert views.last_error is None
        with views.reading() as c:
            assert {each.owner for each in evidence.all_evidence(c)} <= {NET}
            assert candidates(c).keys() >= {ADA}


def test_two_links_that_were_erased_are_no_obstacle() -> None:
    history = begun()
    history.do(LinkIdentity(member=ADA, same_as=DEV), LinkIdentity(member=ADA, same_as="member-000000ee"))
    with without_keys(history) as views:
        assert views.last_error is None


def test_views_are_found_again_as_far_as_they_were_kept_up(tmp_path: Path) -> None:
    history = begun()
    with following(tmp_path, history) as views:
        assert views.catch_up() == history.head()
    with following(tmp_path, history) as views:
        assert views.position == history.head()
        assert views.lag() == 0


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    with following(tmp_path / "network", begun()):
        assert stat.S_IMODE((tmp_path / "network").stat().st_mode) == 0o700


def test_another_networks_events_are_passed_over() -> None:
    history = begun()
    shared = History()
    for recorded in history.recorded:
        elsewhere = replace(recorded, network="network-00000002", position=2 * recorded.position)
        shared.recorded += [replace(recorded, position=2 * recorded.position - 1), elsewhere]
    with following(None, shared) as views:
        views.catch_up()
        assert (views.position, views.lag()) == (shared.head(), 0)
        with views.reading() as c:
            assert c.execute("select count(*) from members").fetchone() == (4,)


def test_progress_is_told_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "PAGE", 4)
    told: list[int] = []
    history = begun()
    with following(None, history) as views:
        views.catch_up(told.append)
    assert told == [4, 8, history.head()]


def test_a_reader_sees_one_position_however_long_it_reads(tmp_path: Path) -> None:
    history = begun()
    with following(tmp_path, history) as views:
        views.catch_up()
        with views.reading() as c:
            before = views.position_in(c)
            history.do(PostChallenge(challenge=DESKS, author=ADA, title="Desks"))
            views.catch_up()
            assert views.position_in(c) == before < views.position
            assert challenge_board.challenge(c, DESKS) is None
        with views.reading() as c:
            assert challenge_board.challenge(c, DESKS) is not None


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with (
        following(tmp_path, begun()) as views,
        views.reading() as c,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        c.execute("delete from members")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_follower_killed_in_the_middle_of_a_page_goes_on_where_it_was(tmp_path: Path, place: float) -> None:
    history = random_history(BUSY, 300)
    position = history.recorded[int(place * len(history.recorded))].position
    words = [sys.executable, "-m", "tests.engine.dying_follower", tmp_path, str(BUSY), str(position)]
    assert subprocess.run(words, cwd=ROOT, check=False, env=dict(os.environ)).returncode == -signal.SIGKILL
    with following(tmp_path, history) as views:
        assert position - 21 < views.position < position
        views.catch_up()
        assert views.digest() == digest_of(history)


@pytest.mark.parametrize("share", [0.3, 1])
def test_a_follower_that_was_overtaken_steps_aside(tmp_path: Path, share: float) -> None:
    """Between reading a page and writing it, another follower writes a part of it, or all."""
    history = random_history(BUSY, 100)

    class Overtaken(History):
        def page(self, after: int, **about: object) -> Sequence[Recorded]:
            page = history.page(after, **about)
            other.catch_up(until=round(share * history.head()))
            return page

    log = Overtaken()
    log.recorded = history.recorded
    with following(tmp_path, log) as one, following(tmp_path, history) as other:
        one.catch_up()
        assert one.last_error is None
        assert one.digest() == digest_of(history)


def test_two_followers_of_one_file_do_everything_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "PAGE", 3)
    history = random_history(BUSY, 400)
    log = Growing(history.recorded)
    with following(tmp_path, log) as one, following(tmp_path, log) as other:
        _together(*(lambda views=views: _until(views, history.head()) for views in (one, other)))
        assert one.last_error is other.last_error is None
        assert one.digest() == other.digest() == digest_of(history)


def test_threads_that_follow_to_different_ends_never_set_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "PAGE", 3)
    taken: list[tuple[int, int]] = []

    def take(self: Views, database: Database, after: int, end: int, limit: int, real=Views._take) -> int:  # noqa: ANN001
        taken.append((after, end))
        return real(self, database, after, end, limit)

    monkeypatch.setattr(Views, "_take", take)
    history = random_history(BUSY, 600)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with following(tmp_path, Growing(history.recorded)) as views:
            _together(*[lambda: _until(views, history.head())] * 6)
            assert views.last_error is None
            assert views.digest() == digest_of(history)
    finally:
        sys.setswitchinterval(before)
    assert all(after < end for after, end in taken)


def test_what_was_caught_up_with_is_read_also_from_the_file_of_a_rebuild(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = random_history(BUSY, 100)
    log = History()
    log.recorded.extend(whole.recorded[:60])

    with following(tmp_path, log) as views:
        views.catch_up()
        promised = log.head()
        built = views._built

        def built_while_more_came(path: Path | None, progress: object) -> view_files.ViewFile:
            nonlocal promised
            new = built(path, None)
            log.recorded.extend(whole.recorded[60:])
            promised = views.catch_up()
            del log.recorded[60:]
            return new

        monkeypatch.setattr(views, "_built", built_while_more_came)
        views.rebuild()
        assert promised == whole.recorded[-1].position
        with views.reading() as connection:
            assert views.position_in(connection) == promised


class Growing(History):
    """A log that is longer every time somebody looks, so that runners take pages of different ends."""

    def __init__(self, all_of_it: list[Recorded]) -> None:
        super().__init__()
        self._rest = list(all_of_it)
        self._turn = Lock()

    def head(self) -> int:
        with self._turn:  # two runners look at once, and a log is in order for both
            self.recorded.extend(self._rest[:2])
            del self._rest[:2]
            return super().head()


def _until(views: Views, position: int) -> None:
    for _ in range(10 * position):
        if views.catch_up() >= position:
            return


def _together(*works: Callable[[], None]) -> None:
    threads = [Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_poison_event_stops_the_follower_and_what_came_before_is_kept() -> None:
    history = begun()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Desks"))
    before = history.head() - 1
    history.do(PostChallenge(challenge=READING, author=ADA, title="Reading"))
    with following(None, history, poisoned_by(ChallengePosted)) as views:
        assert views.catch_up() == before
        assert views.last_error == f"position {before + 1}: the event challenge.posted cannot be taken in (ValueError)"
        assert views.digest() == digest_of(history, until=before)
        assert views.lag() == 2


def test_a_poison_that_passes_is_taken_in_by_the_next_call() -> None:
    history = begun()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Desks"))
    with following(None, history, poisoned_by(ChallengePosted, times=followers.PAGE.bit_length())) as views:
        views.catch_up()
        assert views.last_error is not None
        views.catch_up()
        assert views.last_error is None
        assert views.digest() == digest_of(history)


def test_an_event_of_newer_software_stops_the_follower_there() -> None:
    history = begun()
    newer = history.recorded[6].position

    class Newer(History):
        def page(self, after: int, **about: object) -> list[Recorded]:
            page = history.page(after, **about)
            if any(each.position == newer for each in page):
                raise NewerSoftware("this event comes from newer software", field=f"position {newer}")
            return list(page)

    log = Newer()
    log.recorded = history.recorded
    with following(None, log) as views:
        assert views.catch_up() == newer - 1
        assert views.last_error == f"position {newer}: this event comes from newer software"


def test_a_rebuild_changes_over_and_leaves_nothing_behind(tmp_path: Path) -> None:
    history = random_history(BUSY, 100)
    with following(tmp_path, history) as views:
        views.catch_up()
        old, before = live(tmp_path), views.digest()
        views.rebuild()
        assert live(tmp_path) != old
        assert {name.partition(".db")[0] for name in files(tmp_path)} == {Path(live(tmp_path)).stem}
        assert views.digest() == before


def test_a_rebuild_mends_what_was_damaged(tmp_path: Path) -> None:
    history = random_history(BUSY, 100)
    with following(tmp_path, history) as views:
        views.catch_up()
        with sqlite3.connect(tmp_path / live(tmp_path)) as meddling:
            meddling.execute("delete from ties")
        meddling.close()
        assert views.digest() != digest_of(history)
        views.rebuild()
        assert views.digest() == digest_of(history)


def test_a_file_damaged_beyond_reading_is_begun_anew(tmp_path: Path) -> None:
    history = begun()
    with following(tmp_path, history) as views:
        views.catch_up()
    (tmp_path / live(tmp_path)).write_bytes(b"not a database any more" * 1000)
    with following(tmp_path, history) as views:
        assert views.position == 0
        views.catch_up()
        assert views.digest() == digest_of(history)


def test_readers_of_the_old_file_finish_in_peace(tmp_path: Path) -> None:
    history = random_history(BUSY, 100)
    with following(tmp_path, history) as views:
        views.catch_up()
        with views.reading() as c:
            views.rebuild()
            assert ties.counts(c)
            assert len({name.partition(".db")[0] for name in files(tmp_path)}) == 2
        assert {name.partition(".db")[0] for name in files(tmp_path)} == {Path(live(tmp_path)).stem}


def test_another_process_goes_along_with_a_rebuild(tmp_path: Path) -> None:
    history = begun()
    with following(tmp_path, history) as ours, following(tmp_path, history) as theirs:
        ours.catch_up()
        theirs.rebuild()
        history.do(PostChallenge(challenge=DESKS, author=ADA, title="Desks"))
        theirs.catch_up()
        assert ours.position == theirs.position == history.head()
        with ours.reading() as c:
            assert challenge_board.challenge(c, DESKS) is not None


def test_every_one_of_many_rebuilds_elsewhere_is_noticed(tmp_path: Path) -> None:
    history = begun()
    with following(tmp_path, history) as ours, following(tmp_path, history) as theirs:
        for _ in range(5):
            ours.catch_up()
            theirs.rebuild()
            ours.catch_up()
            assert {name.partition(".db")[0] for name in files(tmp_path)} == {Path(live(tmp_path)).stem}
        assert ours.digest() == theirs.digest() == digest_of(history)


def test_a_question_amid_the_change_over_does_not_cost_the_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking: list[Thread] = []

    def change_over_while_somebody_asks(
        path: Path, change_over: Callable[[Path], None] = view_files.change_over
    ) -> None:
        change_over(path)
        asking.append(Thread(target=lambda: views.position))
        asking[0].start()
        asking[0].join(0.2)

    history = begun()
    with following(tmp_path, history) as views:
        views.catch_up()
        monkeypatch.setattr(view_files, "change_over", change_over_while_somebody_asks)
        views.rebuild()
        asking[0].join()
        assert (tmp_path / live(tmp_path)).exists()
        assert views.digest() == digest_of(history)


def test_when_nothing_is_new_neither_the_log_nor_the_pointer_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = begun()
    with following(tmp_path, history) as views:
        views.catch_up()
        monkeypatch.setattr(view_files, "pointed_at", None)
        monkeypatch.setattr(history, "page", None)
        assert views.catch_up() == history.head()
        with views.reading() as c:
            assert views.position_in(c) == history.head()


def test_what_another_process_recorded_is_noticed(tmp_path: Path) -> None:
    keys = KeyRing.in_memory()
    with (
        closing(EventStore(tmp_path, keys, CATALOGUE)) as ours,
        closing(EventStore(tmp_path, keys, CATALOGUE)) as theirs,
        following(tmp_path / "views", ours) as views,
    ):
        assert views.catch_up() == 0
        copy_into(theirs, begun().recorded)
        assert views.catch_up() == theirs.head() > 0


def test_a_follower_that_others_overtook_long_ago_says_where_it_stands(tmp_path: Path) -> None:
    history = begun()
    with following(tmp_path, history) as ours, following(tmp_path, history) as theirs:
        ours.catch_up(until=3)
        theirs.catch_up()
        assert ours.catch_up() == ours.position == history.head()
        assert ours.catch_up(until=3) == history.head()


def test_a_rebuild_that_cannot_finish_leaves_the_live_file_serving(tmp_path: Path) -> None:
    history = begun()
    with following(tmp_path, history, poisoned_by(ChallengePosted)) as views:
        views.catch_up()
        before, digest = live(tmp_path), views.digest()
        history.do(PostChallenge(challenge=DESKS, author=ADA, title="Desks"))
        with pytest.raises(StorageTrouble, match=r"challenge\.posted"):
            views.rebuild()
        assert (live(tmp_path), views.digest()) == (before, digest)
        assert {name.partition(".db")[0] for name in files(tmp_path)} == {Path(before).stem}


def test_what_a_crashed_rebuild_left_is_gone_after_the_next_opening(tmp_path: Path) -> None:
    history = begun()
    with following(tmp_path, history) as views:
        views.catch_up()
    left = view_files.next_after(tmp_path / live(tmp_path))
    for file in (left, left.with_name(f"{left.name}-wal")):
        file.write_bytes(b"half")
    with following(tmp_path, history) as views:
        assert views.position == history.head()
        assert not left.exists()
        assert not left.with_name(f"{left.name}-wal").exists()


def test_an_opening_spares_the_file_that_is_being_built(tmp_path: Path) -> None:
    history = begun()
    opened: list[str] = []

    def open_another(_position: int) -> None:
        with following(tmp_path, history) as another:
            opened.append(live(tmp_path))
            assert another.position == history.head()

    with following(tmp_path, history) as views:
        views.catch_up()
        before = live(tmp_path)
        views.rebuild(open_another)
        assert opened == [before]
        assert (tmp_path / live(tmp_path)).exists()
        assert views.digest() == digest_of(history)


def test_one_rebuild_at_a_time(tmp_path: Path) -> None:
    with (
        following(tmp_path, begun()) as views,
        view_files.held(tmp_path, "building"),
        pytest.raises(StorageTrouble, match="already"),
    ):
        views.rebuild()


def test_changed_code_begins_a_new_file_and_sweeps_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = begun()
    with following(tmp_path, history) as views:
        views.catch_up()
    monkeypatch.setattr(view_files, "fingerprint", lambda: "0123456789abcdef")
    with following(tmp_path, history) as views:
        assert views.position == 0
        views.catch_up()
        assert views.digest() == digest_of(history)
        assert live(tmp_path) == "views-0123456789abcdef.db"
        assert {name.partition(".db")[0] for name in files(tmp_path)} == {"views-0123456789abcdef"}


def test_the_fingerprint_follows_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = view_files.fingerprint()
    view_files.fingerprint.cache_clear()
    monkeypatch.setattr(view_files, "REVISION", view_files.REVISION + 1)
    assert view_files.fingerprint() != before
    view_files.fingerprint.cache_clear()


@settings(max_examples=15, deadline=None)
@given(histories())
def test_every_row_with_personal_text_names_its_owner(history: History) -> None:
    """Each personal text is made to tell whose it is; where it turns up in a row, that owner stands beside it."""
    telling = History()
    telling.recorded = [_telling(recorded) for recorded in history.recorded]
    with following(None, telling) as views:
        views.catch_up()
        assert views.last_error is None
        with views.reading() as c:
            names = [name for (name,) in c.execute("select name from sqlite_schema where type = 'table'").fetchall()]
            for name in names:
                cursor = c.execute(f"select * from {name}")
                columns = [column[0] for column in cursor.description]
                for row in cursor:
                    _check(name, dict(zip(columns, row, strict=True)))


def _telling(recorded: Recorded) -> Recorded:
    owned = owners_of(type(recorded.event))
    texts = {
        field: f"text of {recorded.stream if by == 'stream' else getattr(recorded.event, by)}."
        for field, by in owned.items()
        if getattr(recorded.event, field) and field not in {"other", "same_as"}
    }
    return replace(recorded, event=replace(recorded.event, **texts))


def _check(table: str, row: dict[str, object]) -> None:
    for column, value in row.items():
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        if "text of " in text:
            owner = text.partition("text of ")[2].partition(".")[0]
            assert row.get("owner") == owner, f"{table}.{column}"
