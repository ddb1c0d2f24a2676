"""Codewords, and the fast ways of making many of them."""

import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.marks.bulk import many_keys, one_key
from stillwatch.marks.codeword import bits, codeword

KEYS = st.binary(min_size=32, max_size=32)


@given(KEYS, st.integers(1, 600))
def test_a_codeword_is_hkdf_expand_cut_to_its_width(key, width):
    """The same bytes as the library's HKDF-Expand, with no bit past the width."""
    size = -(-width // 8)
    whole = HKDFExpand(SHA256(), size, b"stillwatch/seal/1/g").derive(key)
    mask = (1 << width) - 1
    word = codeword(key, "g", width)
    assert len(word) == size
    assert int.from_bytes(word, "little") == int.from_bytes(whole, "little") & mask


@given(KEYS, st.integers(1, 300), st.integers(1, 300))
def test_a_longer_grammar_keeps_the_bits_of_a_shorter_one(key, one, other):
    """So a later version of a grammar reads what an earlier one wrote."""
    low, high = sorted((one, other))
    assert bits(codeword(key, "g", high), high)[:low] == bits(codeword(key, "g", low), low)


def test_grammars_and_keys_have_codewords_of_their_own():
    """Nothing of one codeword tells about another."""
    key, other = bytes(32), bytes([1]) * 32
    words = {codeword(k, g, 256) for k in (key, other) for g in ("a", "b")}
    assert len(words) == 4


@given(st.binary(max_size=64), st.lists(st.binary(max_size=200), max_size=5))
def test_many_messages_under_one_key_are_plain_hmac(key, messages):
    """The fast way gives what `hmac` gives."""
    assert list(one_key(key, messages)) == [hmac.digest(key, m, "sha256") for m in messages]


@pytest.mark.parametrize("size", [1, 32, 64])
@given(data=st.data())
def test_one_message_under_many_keys_is_plain_hmac(size, data):
    """The fast way gives what `hmac` gives."""
    keys = data.draw(st.lists(st.binary(min_size=size, max_size=size), max_size=5))
    message = data.draw(st.binary(max_size=200))
    assert list(many_keys(keys, message, size)) == [hmac.digest(k, message, "sha256") for k in keys]
