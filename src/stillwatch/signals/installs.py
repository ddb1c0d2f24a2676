"""What signals of the family `marks` share: conversations by the install whose seal they carry."""

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Frame, Tables


def strange_installs(tables: Tables) -> Frame:
    """Sealed exchanges whose install belongs to another owner than the account."""
    return tables.seals.filter(~nw.col("install").is_null() & ~nw.col("related"))


def by_install(seals: Frame) -> Frame:
    """One row an account and install, with its first exchange as the exhibit.

    Columns: account, owner, install, install_account, install_owner, known (int64), threads, sites
    and agree of the fullest reading, log10_p of the surest, first_us, last_us, exchange.
    """
    pair = ["account", "install", "install_account", "install_owner"]
    sums = seals.group_by(pair).agg(
        nw.col("known").cast(nw.Int64).max().alias("known"),
        nw.col("owner").min(),
        nw.col("thread").n_unique().cast(nw.Int64).alias("threads"),
        nw.col("sites").max(),
        nw.col("agree").max(),
        nw.col("log10_p").min(),
        nw.col("ts_us").min().alias("first_us"),
        nw.col("ts_us").max().alias("last_us"),
    )
    first = (
        seals.with_columns(begun_us=nw.col("ts_us").min().over("account", "install"))
        .filter(nw.col("ts_us") == nw.col("begun_us"))
        .group_by("account", "install")
        .agg(nw.col("exchange").min())
    )
    return sums.join(first, on=["account", "install"], how="inner")


def by_version(tables: Tables) -> Frame:
    """One row an account, client and version: conversations that offer tools, by their seal.

    Small calls beside a conversation, as for a title, carry neither tools nor all of a seal.

    Columns: account, client, client_version; as int64 own (conversations with a seal of an install
    of the same owner), other (of another's), bare (of none); own_in, bare_in: an exchange of each.
    """
    offered = tables.exchanges.filter(nw.col("tool_count") > 0).select(
        "row", "client", "client_version"
    )
    group = ["account", "client", "client_version"]
    sealed = ~nw.col("install").is_null()
    conversations = (
        tables.seals.join(offered, on="row", how="inner")
        .with_columns(
            own=(sealed & nw.col("related")).cast(nw.Int64),
            other=(sealed & ~nw.col("related")).cast(nw.Int64),
        )
        .group_by(*group, "family")
        .agg(nw.col("own").max(), nw.col("other").max(), nw.col("exchange").min())
        .with_columns(bare=(nw.col("own") + nw.col("other") == 0).cast(nw.Int64))
    )
    return (
        conversations.with_columns(
            own_in=nw.when(nw.col("own") == 1).then(nw.col("exchange")),
            bare_in=nw.when(nw.col("bare") == 1).then(nw.col("exchange")),
        )
        .group_by(group)
        .agg(
            nw.col("own").sum(),
            nw.col("other").sum(),
            nw.col("bare").sum(),
            nw.col("own_in").min(),
            nw.col("bare_in").min(),
        )
    )
