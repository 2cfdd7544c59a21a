"""dss kb graph: attributes, findings, rules and actions as a graph, whole or around one id."""

from __future__ import annotations

import click

from ...options import kb_options, known


@click.command("graph")
@click.argument("around", required=False, default="", metavar="[ID]")
@click.option("--depth", default=1, show_default=True, type=click.IntRange(1, 6), help="Steps around ID.")
@click.option(
    "--kind",
    multiple=True,
    type=click.Choice(["attribute", "finding", "rule", "action", "posture", "safeguard"]),
    help="Only these kinds (repeatable).",
)
@click.option("--format", "-f", "fmt", type=click.Choice(["mermaid", "dot", "json"]), default="mermaid",
              show_default=True, help="How to print the graph.")
@kb_options
def command(
    around: str, depth: int, kind: tuple[str, ...], fmt: str, kb_folder: str | None, draft: bool
) -> None:
    """Print the graph of the knowledge base, or of what stands within some steps of ID."""
    from ...graph import FORMATS, Graph, connected, graph_of
    from ...graph import around as within
    from ...kb import load_kb

    graph = graph_of(load_kb(kb_folder, drafts=draft))
    known(around, graph.nodes, "attribute, finding, rule, action, posture or safeguard", "ID")
    if around:
        graph = within(graph, around, depth)
    if kind:
        nodes = {n: node for n, node in graph.nodes.items() if node.kind in kind or n == around}
        graph = Graph(nodes, tuple(e for e in graph.edges if e.start in nodes and e.end in nodes))
    graph = graph if around else connected(graph)
    if fmt == "json":
        import json

        data = {"schema": "dss/kb-graph/1",
                "nodes": [{"id": n.id, "kind": n.kind, "title": n.title} for n in graph.nodes.values()],
                "edges": [{"from": e.start, "verb": e.verb, "to": e.end} for e in graph.edges]}
        click.echo(json.dumps(data, indent=1, ensure_ascii=False))
        return
    click.echo(FORMATS[fmt](graph), nl=False)
