"""What was ever stored stays readable."""

import msgspec
import pytest

from domain.catalogue import CATALOGUE
from domain.kernel import Event
from tests.domain.samples import SAMPLES, Stored, stored

STORED = stored()


def name(sample: Stored) -> str:
    return f"{sample.name} {sample.version}"


def plain(event: Event) -> dict[str, object]:
    """As it would be stored."""
    return msgspec.json.decode(msgspec.json.encode(event), type=dict[str, object])


def keeps(stored: object, now: object) -> bool:
    """Everything that was stored is there; what came later, also deep inside, may stand beside it."""
    if isinstance(stored, dict) and isinstance(now, dict):
        return all(field in now and keeps(value, now[field]) for field, value in stored.items())
    if isinstance(stored, list) and isinstance(now, list):
        return len(stored) == len(now) and all(map(keeps, stored, now))
    return stored == now


def read(sample: Stored) -> Event:
    entry = CATALOGUE.by_name[sample.name]
    return msgspec.convert(CATALOGUE.upcast(sample.name, sample.version, dict(sample.fields)), entry.type)


def test_every_event_has_a_stored_sample_of_each_version() -> None:
    wanted = {(entry.name, version) for entry in CATALOGUE.entries for version in range(1, entry.version + 1)}
    found = [(sample.name, sample.version) for sample in STORED]
    assert set(found) == wanted, "run: python -m tests.domain.samples"
    assert len(found) == len(wanted)


@pytest.mark.parametrize("sample", STORED, ids=name)
def test_every_stored_sample_is_read(sample: Stored) -> None:
    assert type(read(sample)) is CATALOGUE.by_name[sample.name].type


PRESENT = [sample for sample in STORED if sample.version == CATALOGUE.by_name[sample.name].version]


@pytest.mark.parametrize("sample", PRESENT, ids=name)
def test_a_sample_of_the_present_version_keeps_every_value(sample: Stored) -> None:
    assert keeps(sample.fields, plain(read(sample)))


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_what_is_stored_is_what_was_meant(event: Event) -> None:
    entry = CATALOGUE.by_type[type(event)]
    (sample,) = (each for each in STORED if (each.name, each.version) == (entry.name, entry.version))
    assert keeps(sample.fields, plain(event))


def test_a_lost_field_a_changed_value_and_a_shorter_list_are_found() -> None:
    assert keeps({"a": [{"b": 1}]}, {"a": [{"b": 1, "new": 2}], "new": 3})
    for now in ({}, {"a": []}, {"a": [{}]}, {"a": [{"b": 2}]}, {"a": [{"b": 1}, {}]}):
        assert not keeps({"a": [{"b": 1}]}, now)


def test_every_event_has_one_instance_that_says_something_in_every_field() -> None:
    """A value that equals its default would not tell whether the field was read at all."""
    assert sorted(CATALOGUE.by_type[type(event)].name for event in SAMPLES) == sorted(CATALOGUE.by_name)
    silent = {
        f"{type(event).__name__}.{field.name}"
        for event in SAMPLES
        for field in msgspec.structs.fields(event)
        if field.default is not msgspec.NODEFAULT and getattr(event, field.name) == field.default
    }
    assert not silent
