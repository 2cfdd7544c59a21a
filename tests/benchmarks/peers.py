"""The same compiled rules in four other rule engines, each checked before it is timed.

The peers are spared what they do not know: every profile is fully known, the findings are
handed to them worked out, and a test of a set, or an ``unless``, is one yes or no. What is
left is the core of the matter: of all rules, which fire? Ours is timed with everything it
does in an assessment: reading the partner list, deriving the findings, its account.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from profiles import Choices, complete  # noqa: E402

from dss import KnowledgeBase, Situation, load_situation  # noqa: E402
from dss.conditions import ESTABLISHED, status  # noqa: E402
from dss.evaluate import Inference, evaluate_situation, fired  # noqa: E402
from dss.terms import bits  # noqa: E402

Inputs = dict[str, int]
Matcher = Callable[[Inputs], set[str]]
Row = tuple[str, tuple[tuple[str, tuple[int, ...]], ...]]
"""A rule's id and one alternative of its condition: inputs with the numbers each may have."""


@dataclass(frozen=True)
class Peers:
    """The rules as rows of plain numbers, and how a profile becomes such numbers."""

    kb: KnowledgeBase
    rows: tuple[Row, ...]
    sets: Mapping[tuple[int, int], str]

    def inputs(self, inference: Inference) -> Inputs:
        """A fully known profile's numbers."""
        out = {f"v{at}": bits(mask)[0] for at, mask in enumerate(inference.value)
               if self.kb.variables[at].kind != "set"}
        for (at, allowed), name in self.sets.items():
            out[name] = int(bool(inference.value[at] & allowed))
        for i, rule in enumerate(self.kb.rules.values()):
            if rule.unless:
                out[f"u{i}"] = int(status(rule.unless, inference.value) == ESTABLISHED)
        return out

    @property
    def names(self) -> list[str]:
        """All inputs."""
        return sorted({name for _, row in self.rows for name, _ in row})


def compiled(kb: KnowledgeBase) -> Peers:
    """The rules of a knowledge base for the peers; none may override another."""
    assert not any(rule.overrides for rule in kb.rules.values())
    sets: dict[tuple[int, int], str] = {}
    rows = []
    for i, rule in enumerate(kb.rules.values()):
        for conjunction in rule.when:
            row = []
            for at, allowed in conjunction:
                if kb.variables[at].kind == "set":
                    row.append((sets.setdefault((at, allowed), f"s{len(sets)}"), (1,)))
                else:
                    row.append((f"v{at}", tuple(bits(allowed))))
            rows.append((rule.id, tuple([*row, (f"u{i}", (0,))] if rule.unless else row)))
    return Peers(kb, tuple(rows), sets)


def known_situations(kb: KnowledgeBase, count: int) -> list[Situation]:
    """Fully known profiles with partner lists."""
    empty = load_situation(kb, {"partners": "none"})
    out = []
    for seed in range(count):
        profile = complete(kb, empty, Choices(random.Random(seed).choice))
        out.append(load_situation(kb, {**profile, "partners": "none"}))
    return out


def clips(peers: Peers) -> Matcher:
    """CLIPS by clipspy: a fact of many slots, a rule for each row."""
    import clips

    environment: Any = clips.Environment()
    slots = " ".join(f"(slot {name})" for name in peers.names)
    environment.build(f"(deftemplate profile {slots})")
    found: set[str] = set()
    ids = list(dict.fromkeys(name for name, _ in peers.rows))
    environment.define_function(lambda i: found.add(ids[i]), name="fired")
    for n, (rule, row) in enumerate(peers.rows):
        tests = " ".join(f"({name} {'|'.join(map(str, allowed))})" for name, allowed in row)
        environment.build(f"(defrule r{n} (profile {tests}) => (fired {ids.index(rule)}))")
    template = environment.find_template("profile")

    def match(inputs: Inputs) -> set[str]:
        environment.reset()
        found.clear()
        template.assert_fact(**{name: inputs[name] for name in peers.names})
        environment.run()
        return set(found)

    return match


def zen(peers: Peers) -> Matcher:
    """zen-engine: one decision table that collects all rows that hold."""
    import zen

    columns = [{"id": name, "field": name, "name": name, "type": "expression"} for name in peers.names]
    rules = [{"_id": f"r{n}", "out": json.dumps(rule),
              **{name: ", ".join(map(str, allowed)) for name, allowed in row}}
             for n, (rule, row) in enumerate(peers.rows)]
    table = {"hitPolicy": "collect", "inputs": columns, "rules": rules,
             "outputs": [{"id": "out", "field": "rule", "name": "rule", "type": "expression"}]}
    nodes = [{"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
             {"id": "table", "type": "decisionTableNode", "name": "table", "content": table,
              "position": {"x": 1, "y": 0}},
             {"id": "end", "type": "outputNode", "name": "end", "position": {"x": 2, "y": 0}}]
    edges = [{"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
             {"id": "b", "sourceId": "table", "targetId": "end", "type": "edge"}]
    decision: Any = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def match(inputs: Inputs) -> set[str]:
        return {row["rule"] for row in decision.evaluate(inputs)["result"]}

    return match


def rule_engine(peers: Peers) -> Matcher:
    """rule-engine: an expression for each row, tried in turn."""
    import rule_engine as engine

    def test(name: str, allowed: Sequence[int]) -> str:
        if len(allowed) == 1:
            return f"{name} == {allowed[0]}"
        return f"{name} in [{', '.join(map(str, allowed))}]"

    rules: list[tuple[str, Any]] = [
        (rule, engine.Rule(" and ".join(test(*part) for part in row) or "true")) for rule, row in peers.rows]

    def match(inputs: Inputs) -> set[str]:
        return {name for name, rule in rules if rule.matches(inputs)}

    return match


def durable(peers: Peers) -> Matcher:
    """durable-rules: a fact asserted and retracted, a rule for each row."""
    from functools import reduce
    from operator import and_, or_

    from durable.lang import assert_fact, m, retract_fact, ruleset, when_all

    found: set[str] = set()
    name = f"peers{id(peers)}"

    def noting(rule: str) -> Callable[[Any], None]:
        def act(_: Any) -> None:
            found.add(rule)

        return act

    with ruleset(name):
        for rule, row in peers.rows:
            parts = [reduce(or_, [getattr(m, key) == n for n in allowed]) for key, allowed in row]
            if not parts:
                parts = [m.kind == 1]

            when_all(reduce(and_, parts))(noting(rule))

    def match(inputs: Inputs) -> set[str]:
        found.clear()
        fact = {**inputs, "kind": 1, "id": 1}
        assert_fact(name, fact)
        retract_fact(name, fact)
        return set(found)

    return match


PEERS: Mapping[str, Callable[[Peers], Matcher]] = {
    "clipspy": clips, "zen-engine": zen, "rule-engine": rule_engine, "durable-rules": durable,
}


def checked(kb: KnowledgeBase, situations: Sequence[Situation], names: Sequence[str] = tuple(PEERS),
            ) -> tuple[dict[str, Matcher], list[Inputs]]:
    """The peers, after each has fired exactly our rules on every situation; and the inputs."""
    peers = compiled(kb)
    inferences = [evaluate_situation(s, kb) for s in situations]
    inputs = [peers.inputs(inference) for inference in inferences]
    wanted = [{r for r, state in zip(kb.rules, i.states, strict=True) if fired(state)} for i in inferences]
    out = {}
    for name in names:
        match = PEERS[name](peers)
        for i, (given, rules) in enumerate(zip(inputs, wanted, strict=True)):
            assert match(given) == rules, f"{name} fires other rules on profile {i}"
        out[name] = match
    return out, inputs


if __name__ == "__main__":
    from dss import load_kb

    packaged = load_kb()
    for peer in PEERS:
        checked(packaged, known_situations(packaged, 100), [peer])
        print(f"{peer}: fires the same rules")
