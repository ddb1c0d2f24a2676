"""The marks key file: spans, rotation, refusals, and that secrets stay inside."""

import json
import stat

import pytest

from stillwatch.errors import KeyFileError
from stillwatch.marks.secrets import DAY_S, LASTS_DAYS, add_key, epochs, new_file, read_file

NOW = 1_780_000_000.0


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "marks.json"
    new_file(path, NOW)
    return path


def secrets_of(file):
    return [key["secret"] for key in json.loads(file.read_text())["keys"]]


def test_only_the_owner_can_read_the_file(file):
    """Its rights are those of a private key, also after a key was added."""
    add_key(file, NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_newest_key_seals_and_older_ones_are_read(file):
    """Rotation: two keys are valid at once, each in its span."""
    first = read_file(file).sealing(NOW + 1)
    add_key(file, NOW, NOW + 10 * DAY_S)
    keys = read_file(file)
    assert keys.sealing(NOW + 1).id == first.id
    later = NOW + 11 * DAY_S
    assert keys.sealing(later).id != first.id
    assert [key.id for key in keys.reading(later)] == [keys.sealing(later).id, first.id]


def test_before_its_span_and_after_it_no_key_seals(file):
    """An expired key is a clear error."""
    keys = read_file(file)
    for at_s in (NOW - DAY_S, NOW + (LASTS_DAYS + 1) * DAY_S):
        with pytest.raises(KeyFileError, match="No marks key is valid"):
            keys.sealing(at_s)


def test_keys_of_many_installs_are_those_of_each(file):
    """The fast way gives what HKDF gives."""
    key = read_file(file).keys[0]
    names = ["in_1", "in_2", "\u00e9"]
    assert list(key.install_keys(names, 7)) == [key.install_key(name, 7) for name in names]
    assert len({key.install_key("in_1", 7), key.install_key("in_1", 8)}) == 2


def test_epochs_follow_the_clock(file):
    """An epoch has the days that the file says."""
    key = read_file(file).keys[0]
    assert list(epochs(key, NOW, NOW + 14 * DAY_S)) == [key.epoch(NOW), key.epoch(NOW) + 1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f["keys"][0].update(secret="ab" * 31), "is not 32 bytes"),
        (lambda f: f["keys"][0].update(secret="zz" * 32), "is not 32 bytes"),
        (lambda f: f.update(keys=[]), "format"),
        (lambda f: f.update(epoch_days=0), "format"),
        (lambda f: f.update(stillwatch_marks_keys=2), "format"),
        (lambda f: f["keys"][0].update(seals_from="soon"), "is not a marks key file"),
    ],
)
def test_a_wrong_key_file_is_refused_without_quoting_it(file, change, says):
    """The error says what is wrong and holds nothing of the secret."""
    read = json.loads(file.read_text())
    change(read)
    file.write_text(json.dumps(read))
    with pytest.raises(KeyFileError, match=says) as error:
        read_file(file)
    for key in read["keys"]:
        assert key["secret"] not in error.value.message + error.value.hint
    assert error.value.__cause__ is None


def test_a_file_that_is_there_is_not_overwritten(file):
    """Losing a key would lose all seals made with it."""
    before = file.read_bytes()
    with pytest.raises(KeyFileError, match="is there already"):
        new_file(file, NOW)
    assert file.read_bytes() == before


def test_secrets_are_in_no_text_of_an_object(file):
    """What ends in logs and tracebacks shows names only."""
    keys = read_file(file)
    shown = repr(keys) + str(keys.keys[0]) + f"{keys.keys[0]!r}"
    secret = secrets_of(file)[0]
    assert secret not in shown
    assert repr(bytes.fromhex(secret)) not in shown


def test_a_missing_file_is_a_clear_error(tmp_path):
    """It says how to make one."""
    with pytest.raises(KeyFileError) as error:
        read_file(tmp_path / "none.json")
    assert "marks keys new" in error.value.hint
