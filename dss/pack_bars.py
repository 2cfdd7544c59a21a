"""What a pack may not touch: the bars of the knowledge base beneath, and all that they rest on.

A bar is a rule that forbids, or what a guarded (coercive or forceful) action needs. A pack may
add bars. It may not replace or override a rule that forbids, nor a rule that concludes a
finding on which a bar rests, nor conclude such a finding itself, nor replace a guarded
action, nor change what another action needs; an attribute on which a bar rests may be
replaced in its words only, and of no attribute may it change whether it frames a crisis, for
that decides when too little is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .issues import Place, Problems
from .packs import Overlay, Replaced
from .source import Mapping_, Node, Scalar, Sequence_

if TYPE_CHECKING:
    from .catalogue import Action
    from .conditions import Vocabulary
    from .findings import Finding
    from .rules import Rule

_ACTION_BARS = ("class", "needs", "needs_known", "excludes")
_MEANING = ("type", "values", "scale", "na", "needs_grade", "from_partners", "unit", "min", "max", "empty")


def check_bars(overlay: Overlay, words: Vocabulary, findings: Mapping[int, Finding],
               rules: Mapping[str, Rule], actions: Mapping[str, Action], problems: Problems) -> None:
    """Note everything by which the packs would weaken a bar of the knowledge base beneath."""
    bars = _Bars(overlay, words, findings, rules, actions)
    for old in overlay.replaced:
        bars.replaced(old, problems)
    for rule in rules.values():
        if ("rule", rule.id) in overlay.added:
            bars.rule(rule, problems)


class _Bars:
    def __init__(self, overlay: Overlay, words: Vocabulary, findings: Mapping[int, Finding],
                 rules: Mapping[str, Rule], actions: Mapping[str, Action]) -> None:
        self.words = words
        self.rules = rules
        self.core = {r.id: r for r in rules.values() if ("rule", r.id) not in overlay.added}
        self.findings = findings
        guarded = [a for a in actions.values() if a.guarded and ("action", a.id) not in overlay.added]
        self.rests: dict[int, Place] = {}
        for rule in self.core.values():
            if rule.forbids:
                self._rest(rule.reads, rule.place)
        for action in guarded:
            self._rest({at for row in action.needs for at, _ in row}, action.place)
        self.names = {words.variables[at].id: place for at, place in self.rests.items()}

    def _rest(self, reads: frozenset[int] | set[int], place: Place) -> None:
        """Follow what a bar reads down to the attributes, noting whose bar it is."""
        pending = sorted(reads)
        while pending:
            at = self.words.about_unknown.get(pending[0], pending[0])
            pending = pending[1:]
            if at in self.rests:
                continue
            self.rests[at] = place
            finding = self.findings.get(at)
            if finding is not None and finding.scorecard is not None:
                pending += sorted(finding.scorecard.reads)
            elif finding is not None:
                pending += sorted({v for r in self.rules.values() if any(f == at for f, _ in r.concludes)
                                   for v in r.reads})

    def rule(self, rule: Rule, problems: Problems) -> None:
        """A rule that a pack adds or puts in another's place."""
        for name in rule.overrides:
            other = self.core.get(name)
            if other is not None and (other.forbids or self._concludes(other)):
                problems.add("PK010", f"rule '{rule.id}' of a pack overrides '{name}', "
                             + ("which forbids" if other.forbids else "on which a bar rests"), rule.place,
                             "a pack may add bars, never lift one", also=[other.place])
        for at in self._concludes(rule):
            problems.add(
                "PK011",
                f"rule '{rule.id}' of a pack concludes '{self.words.variables[at].id}', on which a bar rests",
                rule.place,
                "let it favour, caution or forbid instead",
                also=[self.rests[at]],
            )

    def _concludes(self, rule: Rule) -> list[int]:
        return [at for at, _ in rule.concludes if at in self.rests]

    def replaced(self, old: Replaced, problems: Problems) -> None:
        """An entry of the knowledge base that a pack has replaced."""
        why = {"rule": self._rule_lost, "action": self._action_lost, "attribute": self._attribute_lost,
               "partner attribute": self._attribute_lost}[old.kind](old)
        if why:
            problems.add("PK012", f"a pack may not replace {old.kind} '{old.id}': {why}", _place(old.now),
                         "a pack may add bars, never lift one", also=[old.place])

    def _rule_lost(self, old: Replaced) -> str:
        then = list(_bodies(old.was))
        if any("forbid" in body for body in then):
            return "it forbids"
        concluded = {key.text for body in then if isinstance(found := body.get("conclude"), Mapping_)
                     for key, _ in found}
        found_ = sorted(concluded & set(self.names))
        return f"a bar rests on what it concludes ({', '.join(found_)})" if found_ else ""

    def _action_lost(self, old: Replaced) -> str:
        cls = old.was.get("class") if isinstance(old.was, Mapping_) else None
        if isinstance(cls, Scalar) and cls.text != "cooperative":
            return f"it is {cls.text}"
        changed = [name for name in _ACTION_BARS if _shape(old.was, name) != _shape(old.now, name)]
        return f"{', '.join(changed)} would change" if changed else ""

    def _attribute_lost(self, old: Replaced) -> str:
        if _shape(old.was, "frame") != _shape(old.now, "frame"):
            return "whether too little is known rests on its 'frame'"
        if old.kind == "attribute" and old.id not in self.names:
            return (
                ""  # attributes of partners always count: facts on which bars rest are worked out from them
            )
        changed = [name for name in _MEANING if _shape(old.was, name) != _shape(old.now, name)]
        return f"a bar rests on it, and {', '.join(changed)} would change" if changed else ""


def _bodies(rule: Node) -> Iterator[dict[str, Node]]:
    then = rule.get("then") if isinstance(rule, Mapping_) else None
    for body in then.items if isinstance(then, Sequence_) else ():
        if isinstance(body, Mapping_):
            yield {key.text: node for key, node in body}


def _shape(entry: Node, name: str) -> object:
    """What a key says, without the words that only people read."""
    node = entry.get(name) if isinstance(entry, Mapping_) else None
    if name == "values" and isinstance(node, Mapping_):
        return [key.text for key, _ in node]
    return _data(node)


def _data(node: Node | None) -> object:
    if isinstance(node, Mapping_):
        return {key.text: _data(value) for key, value in node}
    if isinstance(node, Sequence_):
        return [_data(item) for item in node.items]
    return node.text if node is not None else None


def _place(node: Node) -> Place:
    name = node.get("id") if isinstance(node, Mapping_) else None
    return name.place if name is not None else node.place
