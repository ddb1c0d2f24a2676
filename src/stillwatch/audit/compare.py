"""What changed between two releases of a tool, as two audits show it."""

from collections.abc import Iterable

import msgspec

from stillwatch.audit.model import Document, Finding


class Changed(msgspec.Struct, frozen=True):
    """A difference that both releases make, in other ways.

    Attributes:
        old, new: the finding in each.
        what: what is other: `variants`, `factors`, `place`.
    """

    old: Finding
    new: Finding
    what: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two audits side by side.

    Attributes:
        old, new: tool and version of each.
        gone: findings of the old audit only.
        added: findings of the new audit only.
        changed: findings of both that are not the same.
        same: findings of both.
        blind: factors that only one of the audits varied; what depends on them may only seem gone
            or added.
    """

    old: str
    new: str
    gone: tuple[Finding, ...]
    added: tuple[Finding, ...]
    changed: tuple[Changed, ...]
    same: tuple[Finding, ...]
    blind: tuple[str, ...]


def compare(old: Document, new: Document) -> Comparison:
    """What changed.

    Args:
        old: findings of the older release.
        new: findings of the newer one.
    """
    left = list(new.findings)
    gone, changed, same = [], [], []
    for one in old.findings:
        other = _partner(one, left)
        if other is None:
            gone.append(one)
            continue
        left.remove(other)
        what = tuple(_other(one, other))
        if what:
            changed.append(Changed(one, other, what))
        else:
            same.append(other)
    moved = list(_moved(gone, left))
    changed += moved
    gone = [one for one in gone if all(one is not pair.old for pair in moved)]
    return Comparison(
        old=f"{old.tool} {old.version}".strip(),
        new=f"{new.tool} {new.version}".strip(),
        gone=tuple(gone),
        added=tuple(left),
        changed=tuple(changed),
        same=tuple(same),
        blind=tuple(sorted(set(old.factors) ^ set(new.factors))),
    )


def _partner(one: Finding, among: Iterable[Finding]) -> Finding | None:
    """The finding of the other audit that is at the same place and of the same kind.

    Of several, one with the same factors and variants.
    """
    alike = [other for other in among if _place(other) == _place(one)]
    return min(alike, key=lambda other: len(list(_other(one, other))), default=None)


def _moved(gone: Iterable[Finding], left: list[Finding]) -> Iterable[Changed]:
    """The same texts of the environment shown elsewhere; taken out of those that are left."""
    for one in gone:
        other = next((other for other in left if one.shows and _shown(other) == _shown(one)), None)
        if other is not None:
            left.remove(other)
            yield Changed(one, other, ("place",))


def _shown(one: Finding) -> tuple[object, ...]:
    return (one.shows, one.factors, _texts(one))


def _place(one: Finding) -> tuple[str, ...]:
    """Where a finding stands, without what moves when a text beside it grows."""
    first = one.places[0]
    return (first.request, first.path, first.aspect, one.channel)


def _other(one: Finding, other: Finding) -> Iterable[str]:
    if _texts(one) != _texts(other):
        yield "variants"
    if set(one.factors) != set(other.factors):
        yield "factors"


def _texts(one: Finding) -> set[str | None]:
    """The variants; of quantities, which differ from run to run, none."""
    return {variant.text for variant in one.variants if variant.code_points or not variant.text}
