"""The picture of a pool: accounts, and the artefacts and threads that they share.

An account's shape tells its verdict, its size the number of exchanges, its letter and colour are
those of the other pictures.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from stillwatch.report.drawing import NARROW, WIDE, Picture, Row, colour, picture
from stillwatch.report.model import Edge, Node, PoolGraph
from stillwatch.report.words import count, number, plain, short_id

MOST_NODES: Final = 60

_MOST_EDGE_WORDS: Final = 12
_MOST_NAMES: Final = 20
_SHAPES: Final = {
    "ordinary": "circle",
    "undecided": "diamond",
    "relay": "square",
    "harvest": "square",
}


def graph(pool: PoolGraph, marks: Mapping[str, str]) -> Picture | None:
    """Which accounts share artefacts and threads; None without accounts.

    Args:
        pool: accounts and ties.
        marks: the letter of every account.
    """
    if not pool.nodes:
        return None
    nodes = _most_tied(pool)
    index = {node.account: place for place, node in enumerate(nodes)}
    edges = [edge for edge in pool.edges if edge.a in index and edge.b in index]
    hidden = len(pool.nodes) - len(nodes) + pool.left_out
    height = 260 if len(nodes) <= 4 else 360
    return picture(
        "graph",
        {"nodes": _node_rows(nodes, marks), "edges": _edge_rows(edges, index)},
        [(WIDE, height, {"margin": 70}), (NARROW, height, {"margin": 52})],
        f"{count(len(nodes), 'account')} and {count(len(edges), 'tie')} between them.",
        f"{count(hidden, 'account')} more not shown." if hidden else "",
    )


def _most_tied(pool: PoolGraph) -> list[Node]:
    """The accounts to show: those with most ties first, then those with most exchanges."""
    ties: Counter[str] = Counter()
    for edge in pool.edges:
        ties.update({edge.a: _strength(edge), edge.b: _strength(edge)})
    ranked = sorted(pool.nodes, key=lambda n: (-ties[n.account], -n.exchanges, n.account))
    return ranked[:MOST_NODES]


def _strength(edge: Edge) -> int:
    return edge.artefacts + edge.threads


def _node_rows(nodes: list[Node], marks: Mapping[str, str]) -> list[Row]:
    places = {account: place for place, account in enumerate(marks)}
    most = max(node.exchanges for node in nodes) or 1
    return [
        {
            "letter": marks[node.account],
            "name": plain(short_id(node.account, 16)) if len(nodes) <= _MOST_NAMES else "",
            # `size` is a radius squared in pixels: area stands for the number of exchanges.
            "size": round(120 + 280 * node.exchanges / most),
            "shape": _SHAPES[node.verdict],
            "colour": colour(places[node.account]),
        }
        for node in nodes
    ]


def _edge_rows(edges: list[Edge], index: Mapping[str, int]) -> list[Row]:
    most = max((_strength(edge) for edge in edges), default=1) or 1
    return [
        {
            "source": index[edge.a],
            "target": index[edge.b],
            "width": round(1.5 + 5 * _strength(edge) / most, 1),
            "words": tie_words(edge) if len(edges) <= _MOST_EDGE_WORDS else [],
        }
        for edge in edges
    ]


def tie_words(edge: Edge) -> list[str]:
    """What two accounts share, in words: threads, artefacts, or both."""
    parts = []
    if edge.threads:
        parts.append(f"{number(edge.threads)} thread{'s' if edge.threads > 1 else ''}")
    if edge.artefacts:
        parts.append(f"{number(edge.artefacts)} artefact{'s' if edge.artefacts > 1 else ''}")
    return parts
