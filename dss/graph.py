"""The knowledge base as a graph: attributes to findings to rules to actions, in Mermaid or DOT."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .kb import KnowledgeBase

KINDS = ("attribute", "finding", "rule", "action", "posture", "safeguard")
STYLE = {"reads": "-->", "concludes": "==>", "favours": "-->", "disfavours": "-.->", "forbids": "--x",
         "requires": "-.->", "overrides": "==>"}


@dataclass(frozen=True, slots=True)
class Node:
    """Something of the knowledge base: its kind, id and title."""

    kind: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Edge:
    """What one thing does to another, such as favours."""

    start: str
    verb: str
    end: str


@dataclass(frozen=True)
class Graph:
    """Nodes by id, and edges in the order of the rules."""

    nodes: dict[str, Node]
    edges: tuple[Edge, ...]


def graph_of(kb: KnowledgeBase) -> Graph:
    """The whole graph."""
    nodes: dict[str, Node] = {}
    for at, variable in enumerate(kb.variables):
        if "?" not in variable.id:
            nodes[variable.id] = Node(
                "finding" if at in kb.findings else "attribute", variable.id, variable.title
            )
    for kind, entries in (("rule", kb.rules), ("action", kb.actions), ("posture", kb.postures),
                          ("safeguard", kb.safeguards)):
        nodes |= {e.id: Node(kind, e.id, e.title) for e in entries.values()}
    edges: dict[Edge, None] = {}
    for name, variables in _reads(kb):
        edges.update(dict.fromkeys(Edge(v, "reads", name) for v in variables))
    for rule in kb.rules.values():
        edges.update(dict.fromkeys(_of_rule(kb, rule.id)))
    return Graph(nodes, tuple(edges))


def _reads(kb: KnowledgeBase) -> Iterable[tuple[str, list[str]]]:
    """What each rule, scorecard finding and action reads, by name."""
    for rule in kb.rules.values():
        yield rule.id, _names(kb, rule.reads)
    for at, finding in kb.findings.items():
        if finding.scorecard is not None:
            yield kb.variables[at].id, _names(kb, finding.scorecard.reads)
    for action in kb.actions.values():
        yield (
            action.id,
            _names(kb, {at for dnf in (action.needs, action.pointless) for row in dnf for at, _ in row}),
        )


def _names(kb: KnowledgeBase, positions: Iterable[int]) -> list[str]:
    """The attributes and findings at positions; a question of ignorance stands for its attribute."""
    real = {kb.words.about_unknown.get(at, at) for at in positions}
    return [kb.variables[at].id for at in sorted(real) if "?" not in kb.variables[at].id]


def _of_rule(kb: KnowledgeBase, name: str) -> Iterable[Edge]:
    rule = kb.rules[name]
    for at, _ in rule.concludes:
        yield Edge(name, "concludes", kb.variables[at].id)
    for target, n in rule.favours:
        yield Edge(name, "favours" if n > 0 else "disfavours", target)
    for target in rule.forbids:
        yield Edge(name, "forbids", target)
    for requirement in rule.requires:
        wanted = (
            *requirement.all_of,
            *requirement.one_of,
            *([requirement.safeguard] if requirement.safeguard else ()),
        )
        for target in wanted:
            yield Edge(name, "requires", target)
    for other in rule.overrides:
        yield Edge(name, "overrides", other)


def around(graph: Graph, name: str, depth: int) -> Graph:
    """The part of a graph within so many steps of one node, whichever way the edges point."""
    kept = {name}
    for _ in range(depth):
        kept |= {
            end for e in graph.edges for here, end in ((e.start, e.end), (e.end, e.start)) if here in kept
        }
    return Graph({n: node for n, node in graph.nodes.items() if n in kept},
                 tuple(e for e in graph.edges if e.start in kept and e.end in kept))


def connected(graph: Graph) -> Graph:
    """A graph without the nodes that no edge touches."""
    touched = {n for e in graph.edges for n in (e.start, e.end)}
    return Graph({n: node for n, node in graph.nodes.items() if n in touched}, graph.edges)


_MERMAID = {"attribute": ("[/", "/]"), "finding": ("{{", "}}"), "rule": ("[", "]"), "action": ("([", "])"),
            "posture": ("[[", "]]"), "safeguard": ("(", ")")}
_DOT = {"attribute": "parallelogram", "finding": "hexagon", "rule": "box", "action": "ellipse",
        "posture": "doubleoctagon", "safeguard": "note"}


def mermaid(graph: Graph) -> str:
    """The graph as a Mermaid flowchart."""
    number = {name: f"n{i}" for i, name in enumerate(graph.nodes)}
    out = ["flowchart LR"]
    for name, node in graph.nodes.items():
        left, right = _MERMAID[node.kind]
        out.append(f'  {number[name]}{left}"{_plain(node.title or name)}"{right}')
    for edge in graph.edges:
        out.append(f"  {number[edge.start]} {STYLE[edge.verb]}|{edge.verb}| {number[edge.end]}")
    return "\n".join(out) + "\n"


def dot(graph: Graph) -> str:
    """The graph in the DOT language."""
    out = ["digraph kb {", "  rankdir=LR;"]
    out += [
        f'  "{n}" [shape={_DOT[node.kind]}, label="{_plain(node.title or n)}"];'
        for n, node in graph.nodes.items()
    ]
    out += [f'  "{e.start}" -> "{e.end}" [label="{e.verb}"];' for e in graph.edges]
    return "\n".join([*out, "}"]) + "\n"


def _plain(text: str) -> str:
    return text.replace("\\", "").replace('"', "'")


FORMATS: dict[str, Callable[[Graph], str]] = {"mermaid": mermaid, "dot": dot}
