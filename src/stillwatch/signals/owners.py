"""Who owns an account: what makes two accounts strangers to each other."""

import narwhals.stable.v2 as nw

from stillwatch.store.frames import Frame, Tables


def strangers(frame: Frame, tables: Tables, left: str, right: str) -> Frame:
    """Keep rows whose two accounts do not belong together, and say how sure that is.

    Accounts belong together when they have the same payer or the same organisation. Where either
    side has neither, nobody knows.

    Args:
        frame: rows that name two accounts.
        tables: for `accounts`.
        left: column with the one account.
        right: column with the other.

    Returns:
        The rows with different accounts that do not belong together, and a column `known`
        (int64): 1 where both owners are known to differ, 0 where an owner is unknown.
    """
    joined = frame.join(_owned(tables, "left"), left_on=left, right_on="left_account", how="inner")
    joined = joined.join(
        _owned(tables, "right"), left_on=right, right_on="right_account", how="inner"
    )
    payer = (nw.col("left_payer") == nw.col("right_payer")).fill_null(value=False)
    organization = (nw.col("left_org") == nw.col("right_org")).fill_null(value=False)
    names = ["left_payer", "left_org", "right_payer", "right_org"]
    known = ~nw.col("left_owner").is_null() & ~nw.col("right_owner").is_null()
    return (
        joined.filter((nw.col(left) != nw.col(right)) & ~payer & ~organization)
        .with_columns(known=known.cast(nw.Int64))
        .drop([*names, "left_owner", "right_owner"])
    )


def _owned(tables: Tables, side: str) -> Frame:
    return tables.accounts.select(
        nw.col("account").alias(f"{side}_account"),
        nw.col("payer").alias(f"{side}_payer"),
        nw.col("organization").alias(f"{side}_org"),
        nw.col("owner").alias(f"{side}_owner"),
    )
