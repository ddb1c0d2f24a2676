"""Sealed ids: what they tell with the key, and what they do not tell without it."""

import os
import random
import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.cli.marks import ids as command
from stillwatch.errors import KeyFileError
from stillwatch.marks.id_shapes import SHAPES
from stillwatch.marks.ids import SKEW_S, IdReader, IdSealer
from stillwatch.marks.secrets import add_key, new_file

NOW_S = 1_795_000_000.0
DAY_S = 86_400
BASE58 = "[1-9A-HJ-NP-Za-km-z]"
LOOKS = {
    "toolu": rf"toolu_01{BASE58}{{22}}",
    "msg": rf"msg_01{BASE58}{{22}}",
    "call": r"call_[0-9A-Za-z]{24}",
    "chatcmpl": r"chatcmpl-[0-9A-Za-z]{29}",
    "resp": r"resp_[0-9a-f]{50}",
    "fc": r"fc_[0-9a-f]{50}",
    "rs": r"rs_[0-9a-f]{50}",
    "item": r"msg_[0-9a-f]{50}",
}
every_kind = pytest.mark.parametrize("kind", LOOKS)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A key file's keys, valid from `NOW_S` on for a year."""
    return new_file(tmp_path_factory.mktemp("keys") / "marks.json", NOW_S)


@pytest.fixture(scope="module")
def sealer(keys):
    return IdSealer(keys, lambda: NOW_S + 60)


@pytest.fixture(scope="module")
def reader(keys):
    return IdReader(keys)


@every_kind
def test_ids_have_the_vendor_s_shape_and_tell_their_account(kind, sealer, reader):
    """They look like the vendor's, and only their own account owns them."""
    for account in ("acct_1", "", "konto-ä", "\ud800"):
        issued = sealer.issue(account, kind)
        assert re.fullmatch(LOOKS[kind], issued)
        standing = reader.check(issued, account, NOW_S + 90)
        assert standing.own
        assert standing.minted.time_s == NOW_S + 60
        strange = reader.check(issued, "another", NOW_S + 90)
        assert strange.minted == standing.minted
        assert not strange.own


def test_every_shape_is_tested():
    """A new shape needs its look here."""
    assert LOOKS.keys() == SHAPES.keys()


@every_kind
def test_an_altered_id_is_none_of_ours(kind, sealer, reader):
    """Any one character changed, dropped or added."""
    issued = sealer.issue("acct_1", kind)
    start = len(SHAPES[kind][0])
    for place in range(start, len(issued)):
        changed = issued[:place] + ("4" if issued[place] == "3" else "3") + issued[place + 1 :]
        assert reader.read(changed, NOW_S + 90) is None
        assert reader.read(issued[:place] + issued[place + 1 :], NOW_S + 90) is None
    assert reader.read(issued + "3", NOW_S + 90) is None


@pytest.mark.parametrize("prefix", ["call_", "fc_", "toolu_bdrk_", "x-", ""])
@every_kind
def test_a_new_prefix_does_not_hide_an_id(kind, prefix, sealer, reader):
    """Relays rename prefixes when they translate between APIs."""
    issued = sealer.issue("acct_1", kind)
    tail = issued[max(issued.rfind("_"), issued.rfind("-")) + 1 :]
    assert reader.check(prefix + tail, "acct_1", NOW_S + 90).own


@given(text=st.text(max_size=90) | st.from_regex(r"(toolu_01|call_|msg_)[0-9A-Za-z]{22,50}"))
def test_any_text_may_be_given(text, reader):
    """Foreign ids, and texts that are no ids, are none of ours."""
    assert reader.read(text, NOW_S + 90) is None


def test_numbers_past_128_bits_are_none_of_ours(reader):
    """The largest texts of every shape decode to no block."""
    for prefix, body in SHAPES.values():
        last = body.alphabet.write(body.alphabet.base**body.length - 1, body.length)
        assert reader.read(prefix + last, NOW_S + 90) is None


@every_kind
def test_ids_of_one_account_show_nothing_without_the_key(kind, sealer):
    """Two ids of one account have no more in common than two of different accounts."""
    start = len(SHAPES[kind][0])
    same = [sealer.issue("acct_1", kind)[start:] for _ in range(400)]
    mixed = [sealer.issue(f"acct_{n}", kind)[start:] for n in range(400)]

    def shared(ids):
        pairs = pairwise(ids)
        return sum(a == b for left, right in pairs for a, b in zip(left, right, strict=True))

    expected = 400 * len(same[0]) / SHAPES[kind][1].alphabet.base
    for ids in (same, mixed):
        assert abs(shared(ids) - expected) < 6 * expected**0.5 + 40


@every_kind
def test_characters_are_spread_evenly(kind, sealer):
    """No character in the last places is much more common than another."""
    letters = Counter("".join(sealer.issue("acct_1", kind)[-8:] for _ in range(1_500)))
    base = SHAPES[kind][1].alphabet.base
    expected = 8 * 1_500 / base
    assert len(letters) == base
    assert max(abs(n - expected) for n in letters.values()) < 6 * expected**0.5


def test_ids_never_repeat(sealer):
    """Even many within one second."""
    issued = [sealer.issue("acct_1", "toolu") for _ in range(20_000)]
    assert len(set(issued)) == len(issued)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_fork_does_not_repeat_ids(sealer):
    """Both processes go on with counts of their own."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, "\n".join(sealer.issue("a", "toolu") for _ in range(100)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = set(os.read(read, 65_536).decode().split())
    ours = {sealer.issue("a", "toolu") for _ in range(100)}
    os.close(read)
    os.close(write)
    assert len(theirs) == 100
    assert not theirs & ours


def test_an_id_is_read_within_the_span_of_its_key(sealer, reader):
    """Months later it is; after the span, or from the future, it is not."""
    issued = sealer.issue("acct_1", "toolu")
    assert reader.read(issued, NOW_S + 300 * DAY_S)
    assert reader.read(issued, NOW_S + 366 * DAY_S) is None
    assert reader.read(issued, NOW_S + 60 - SKEW_S + 1)
    assert reader.read(issued, NOW_S + 60 - SKEW_S - 2) is None


def test_keys_rotate_and_two_are_read_at_once(tmp_path):
    """The sealer goes over to the new key when it begins; ids of both are read."""
    new_file(tmp_path / "marks.json", NOW_S)
    keys = add_key(tmp_path / "marks.json", NOW_S, NOW_S + 10 * DAY_S)
    clock = [NOW_S + DAY_S]
    sealer, reader = IdSealer(keys, lambda: clock[0]), IdReader(keys)
    before = sealer.issue("acct_1", "toolu")
    clock[0] = NOW_S + 11 * DAY_S
    after = sealer.issue("acct_1", "toolu")
    found = [reader.check(one, "acct_1", NOW_S + 12 * DAY_S) for one in (before, after)]
    assert all(one.own for one in found)
    assert [one.minted.key for one in found] == [key.id for key in keys.keys]
    assert reader.read(before, NOW_S + 366 * DAY_S) is None
    assert reader.check(after, "acct_1", NOW_S + 366 * DAY_S).own


def test_without_a_valid_key_nothing_is_issued(keys):
    """Before the first key begins, and after the last has ended."""
    for at_s in (NOW_S - DAY_S, NOW_S + 400 * DAY_S):
        with pytest.raises(KeyFileError):
            IdSealer(keys, lambda at_s=at_s: at_s)


def test_another_key_reads_nothing(sealer, tmp_path):
    """A key of somebody else knows no ids of ours."""
    strange = IdReader(new_file(tmp_path / "marks.json", NOW_S))
    assert all(strange.read(sealer.issue("a", kind), NOW_S + 90) is None for kind in LOOKS)


def test_no_made_up_id_is_accepted(reader):
    """Zero in 50,000, where the bound allows one in 10^11."""
    draw = random.Random(1)
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    assert reader.false_accept < 1e-11
    for _ in range(50_000):
        made = "toolu_01" + "".join(draw.choices(letters, k=22))
        assert reader.read(made, NOW_S + 90) is None


def test_owners_are_found_by_their_tags(sealer, reader):
    """Every account has its own tag under every key."""
    accounts = [f"acct_{n}" for n in range(2_000)]
    owners = reader.owners(accounts)
    minted = reader.read(sealer.issue("acct_1234", "msg"), NOW_S + 90)
    assert owners[minted.key, minted.tag] == ("acct_1234",)
    assert len(owners) == len(accounts)


def test_the_command_issues_and_checks(tmp_path, capsys, monkeypatch):
    """What it issues it recognises, and names the owner among accounts that it is told."""
    monkeypatch.setattr(command.time, "time", lambda: NOW_S + 60)
    file = tmp_path / "marks.json"
    new_file(file, NOW_S)
    monkeypatch.setattr(command, "IdSealer", lambda keys: IdSealer(keys, lambda: NOW_S + 30))
    assert command.issue("toolu", keys=file, account="acct_1", count=2) == 0
    issued = capsys.readouterr().out.split()
    assert len(issued) == 2
    assert command.check(issued, keys=file, account="acct_1") == 0
    among = tmp_path / "accounts.jsonl"
    among.write_text('{"account": "acct_1"}\n{"account": "acct_2"}\n')
    capsys.readouterr()
    assert command.check(issued[:1], keys=file, account="acct_2", among=among) == 1
    assert "acct_1" in capsys.readouterr().out
    assert command.check(["toolu_01abc"], keys=file, account="acct_2") == 0
    assert "not by us" in capsys.readouterr().out
