"""The library's own cases, on each of our recorders."""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import eventsourcing.cryptography

from engine.storage.memory import MemoryRecorder
from engine.storage.recorder import Recorder
from engine.storage.sqlite import SQLiteRecorder

# the cases also import a cipher of a package that nobody here needs; the library's other one has the same name
sys.modules.setdefault("eventsourcing.cipher", eventsourcing.cryptography)

from eventsourcing.tests.persistence import (  # noqa: E402 - after the line above
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)


class OnDisk:
    addCleanup: Callable[..., Any]  # noqa: N815 - the library's tests are written for unittest

    def create_recorder(self) -> Recorder:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        recorder = SQLiteRecorder(Path(folder.name) / "events.db")
        self.addCleanup(recorder.close)
        return recorder

    def new_originator_id(self) -> str:
        return f"stream-{uuid4().hex}"


class InMemory:
    def create_recorder(self) -> Recorder:
        return MemoryRecorder()

    def new_originator_id(self) -> str:
        return f"stream-{uuid4().hex}"


class Log(ApplicationRecorderTestCase):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestLogOnDisk(OnDisk, Log): ...


class TestLogInMemory(InMemory, Log): ...


class TestPositionsOnDisk(OnDisk, NonInterleavingNotificationIDsBaseCase): ...


class TestPositionsInMemory(InMemory, NonInterleavingNotificationIDsBaseCase): ...


class TestProcessOnDisk(OnDisk, ProcessRecorderTestCase): ...


class TestProcessInMemory(InMemory, ProcessRecorderTestCase): ...


class TestTrackingOnDisk(OnDisk, TrackingRecorderTestCase): ...


class TestTrackingInMemory(InMemory, TrackingRecorderTestCase): ...


# the bare ones have no recorder and must not be collected
del Log, ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase
del ProcessRecorderTestCase, TrackingRecorderTestCase
