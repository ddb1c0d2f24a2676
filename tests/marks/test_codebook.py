"""The book of codewords: the same rows as one by one, and the same nearest row."""

import random

import numpy as np
import pytest

from stillwatch.marks.codebook import CHUNK, Codebook, Span
from stillwatch.marks.codeword import codeword
from stillwatch.marks.grammar import parse
from stillwatch.marks.read import Reading
from stillwatch.marks.secrets import new_file

NOW = 1_780_000_000.0


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return new_file(tmp_path_factory.mktemp("keys") / "k.json", NOW).keys[0]


def sites(width):
    lines = "\n".join(f"line {n} is [[{n}|big|large]] here" for n in range(width))
    text = f"[[region]]\nid = 'r'\nplace = 'system'\ntext = '''{lines}'''\n"
    return parse(f'stillwatch_grammar = 1\nname = "g{width}"\nabout = "a"\n{text}', "f")


@pytest.mark.parametrize("width", [5, 64, 100, 256, 300])
def test_every_row_is_the_codeword_of_its_install_key_and_epoch(key, width):
    """Any width: rows found by their own codeword, with nothing past the width."""
    grammar = sites(width)
    names = [f"in_{n}" for n in range(50)]
    spans = [Span(key, 3), Span(key, 4)]
    book = Codebook(grammar, names, spans)
    assert len(book) == 100
    for name in names[::7]:
        for span in spans:
            word = codeword(key.install_key(name, span.epoch), grammar.name, width)
            value = int.from_bytes(word, "little")
            row = book.nearest(Reading(value, (1 << width) - 1))
            assert row.agreed == width
            if width > 30:
                assert (row.install, row.span) == (name, span)


def test_the_nearest_row_is_that_of_a_plain_count(key):
    """Searching in chunks finds what counting one by one finds, also across chunks."""
    grammar = sites(128)
    names = [f"in_{n}" for n in range(CHUNK + 500)]
    book = Codebook(grammar, names, [Span(key, 1)])
    words = [
        int.from_bytes(codeword(one, grammar.name, 128), "little")
        for one in key.install_keys(names, 1)
    ]
    draw = random.Random(2)
    for _ in range(20):
        known = draw.getrandbits(128) & draw.getrandbits(128)
        bits = draw.getrandbits(128) & known
        apart = np.array([((word ^ bits) & known).bit_count() for word in words])
        row = book.nearest(Reading(bits, known))
        assert names.index(row.install) == int(apart.argmin())
        assert row.agreed == known.bit_count() - apart.min()


def test_the_nearest_of_a_few_is_one_of_them(key):
    """Names that are in no book are passed over."""
    grammar = sites(128)
    book = Codebook(grammar, [f"in_{n}" for n in range(100)], [Span(key, 1), Span(key, 2)])
    word = int.from_bytes(codeword(key.install_key("in_9", 2), grammar.name, 128), "little")
    reading = Reading(word, (1 << 128) - 1)
    assert book.nearest_of(["in_8", "in_9", "in_none"], reading).install == "in_9"
    assert book.nearest_of(["in_8"], reading).install == "in_8"
    assert book.nearest_of(["in_none"], reading) is None
    assert book.nearest_of([], reading) is None


def test_memory_is_thirty_two_bytes_a_row_for_256_sites(key, coding):
    """As the module says."""
    book = Codebook(coding, [f"in_{n}" for n in range(1000)], [Span(key, 1)])
    assert book.nbytes == 32_000
