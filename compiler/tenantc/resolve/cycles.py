"""Finds the circles in a graph of references."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tenantc.source.path import Path


def cycles(graph: Mapping[Path, Iterable[Path]]) -> list[list[Path]]:
    """One circle for each set of settings that depend on each other, each beginning with its first path by name."""
    import networkx as nx

    digraph: nx.DiGraph[Path] = nx.DiGraph()
    digraph.add_edges_from((path, read) for path, reads in sorted(graph.items()) for read in sorted(reads))
    found: list[list[Path]] = []
    for component in nx.strongly_connected_components(digraph):
        part = digraph.subgraph(component)
        start = min(component)
        if len(component) == 1 and not part.has_edge(start, start):
            continue
        edges = nx.find_cycle(part, source=start)
        circle = [edge[0] for edge in edges]
        first = circle.index(min(circle))
        found.append([*circle[first:], *circle[:first]])
    return sorted(found)
