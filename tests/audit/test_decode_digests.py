"""Digests of the environment's texts are named; other digits are not."""

import hashlib

import pytest

from stillwatch.audit.decode_digests import forms
from stillwatch.audit.findings import judge
from tests.audit.made_up import USERS, recording


def known(make):
    """What is said about a header that is made from the levels."""

    def plant(levels, drafts, _):
        drafts[0]["headers"].append(["X-Install", make(levels)])

    found = judge(recording(plant)).findings
    (one,) = [one for one in found if one.places[0].path == "headers.x-install"]
    return one.known


@pytest.mark.parametrize(("algorithm", "digits"), [("sha256", 64), ("sha256", 16), ("md5", 32)])
def test_a_digest_of_a_name_is_told(algorithm, digits):
    """Whole or cut."""

    def make(levels):
        name = USERS[levels["user"]].encode()
        return hashlib.new(algorithm, name).hexdigest()[:digits]

    assert known(make) == f"{digits} hex digits of the {algorithm} digest of user name"


def test_a_digest_with_a_secret_is_not_told():
    """Nor is anything made up about it."""
    assert known(lambda levels: hashlib.sha256(f"x{levels['user']}".encode()).hexdigest()) == ""


@pytest.mark.parametrize(
    "address", ["https://git.example.org/a/b.git", "git@git.example.org:a/b.git"]
)
def test_addresses_of_repositories_are_written_in_one_way(address):
    """As host and path."""
    assert forms(address)[" as host and path"] == "git.example.org/a/b"
