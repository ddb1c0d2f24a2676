"""Reading what the operator says about accounts."""

from stillwatch.sources.accounts import AccountRecord, load_accounts
from stillwatch.sources.blocks import Reject
from tests.sources.build import gzipped, line

FULL = {
    "account": "acct_1",
    "organization": "org_1",
    "created": "2026-01-01T00:00:00Z",
    "plan": "pro",
    "payer": 4711,
    "email_domain": "example.org",
    "declared_use": "coding",
    "licensed_reseller": True,
    "unknown": [1],
}


def test_all_fields_are_read(tmp_path):
    """A full line gives a typed record; numbers serve as tokens, unknown fields are passed over."""
    path = tmp_path / "accounts.jsonl"
    path.write_bytes(line(FULL))
    assert list(load_accounts(path)) == [
        AccountRecord(
            account="acct_1",
            organization="org_1",
            created_us=1_767_225_600_000_000,
            plan="pro",
            payer="4711",
            email_domain="example.org",
            declared_use="coding",
            licensed_reseller=True,
        )
    ]


def test_only_the_account_is_required(tmp_path):
    """What is missing is None, and nobody is a licensed reseller unless it says so."""
    path = tmp_path / "accounts.jsonl"
    path.write_bytes(line({"account": "a", "licensed_reseller": None}))
    assert list(load_accounts(path)) == [AccountRecord(account="a")]


def test_bad_lines_are_rejected_one_by_one(tmp_path):
    """A bad line is named with its number and never quoted; the rest is read."""
    path = tmp_path / "accounts.jsonl"
    bad = [{"plan": "secret"}, {"account": "b", "created": "yesterday"}]
    path.write_bytes(b"".join(map(line, [FULL, *bad])) + b"oops\n" + line({"account": "z"}))
    records = list(load_accounts(path))
    rejects = [item for item in records if isinstance(item, Reject)]
    assert [(item.label, item.line) for item in rejects] == [
        ("accounts.jsonl", 2),
        ("accounts.jsonl", 3),
        ("accounts.jsonl", 4),
    ]
    assert not any(word in item.reason for item in rejects for word in ("secret", "yesterday"))
    assert records[-1] == AccountRecord(account="z")


def test_compressed_accounts_are_read(tmp_path):
    """Compression is told by content here too."""
    path = tmp_path / "accounts.jsonl.gz"
    path.write_bytes(gzipped(line(FULL), line({"account": "b"})))
    assert [record.account for record in load_accounts(path)] == ["acct_1", "b"]
