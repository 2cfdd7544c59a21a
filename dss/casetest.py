"""The cases of a knowledge base: run them, and ask what each phrase has to do with the result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from .conditions import ESTABLISHED, OPEN, AllOf, AnyOf, NotOf, Phrase, Tree, compile_tree
from .evaluate import Inference, RuleStep, evaluate_situation, fired, program, truth
from .issues import Issue, Place, Problems
from .kb import KnowledgeBase
from .rules import Case, Rule
from .situation import Situation, read_situation
from .witness import Goal, Undecided, both, realised, searcher

TRUE, FALSE = AllOf(()), AnyOf(())
LONGEST_LINE = 100


@dataclass(frozen=True)
class Outcome:
    """One case run: the inference it led to (None when its facts cannot be read), and what happened."""

    rule: Rule
    case: Case
    situation: Situation | None
    inference: Inference | None
    fires: bool
    problems: tuple[Issue, ...]

    @property
    def passed(self) -> bool:
        """Whether the rule did what the case says."""
        return self.inference is not None and self.fires == self.case.fires


@lru_cache(maxsize=2)
def run_cases(kb: KnowledgeBase) -> tuple[Outcome, ...]:
    """Run every case of every rule (kept between calls)."""
    index = {name: i for i, name in enumerate(kb.rules)}
    return tuple(_run(kb, rule, case, index[rule.id]) for rule in kb.rules.values() for case in rule.cases)


def _run(kb: KnowledgeBase, rule: Rule, case: Case, index: int) -> Outcome:
    problems = Problems()
    situation = read_situation(kb, case.given, case.place.file, b"", problems)
    if situation is None or problems.found:
        return Outcome(rule, case, None, None, False, tuple(problems.found))
    inference = evaluate_situation(situation, kb)
    return Outcome(rule, case, situation, inference, fired(inference.states[index]), ())


def by_rule(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The readable outcomes of each rule."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.inference is not None:
            found.setdefault(outcome.rule.id, []).append(outcome)
    return found


# --- coverage


@dataclass(frozen=True, slots=True)
class Undecisive:
    """A phrase or branch that no case shows at work.

    ``lacks`` is ``carries`` (no case in which the result hangs on its being true) or
    ``holds back`` (none in which it hangs on its being false); ``case`` is one that would show it.
    """

    rule: str
    part: str
    lacks: str
    text: str
    place: Place
    case: str


@dataclass(frozen=True, slots=True)
class PhraseCoverage:
    """How many phrases and branches there are, and those that are not decisive."""

    parts: int
    missing: tuple[Undecisive, ...]

    @property
    def decisive(self) -> int:
        """How many phrases and branches are decisive both ways."""
        return self.parts - len({(m.rule, m.part, m.text, m.place) for m in self.missing})


def cover(kb: KnowledgeBase, only: Collection[str] = ()) -> PhraseCoverage:
    """Which phrases and branches (of all rules, or those named) are decisive both ways in some case."""
    steps = rule_steps(kb)
    outcomes = by_rule(run_cases(kb))
    parts = 0
    missing: list[Undecisive] = []
    for i, rule in enumerate(kb.rules.values()):
        if only and rule.id not in only:
            continue
        for where, tree in (("when", rule.when_tree), ("unless", rule.unless_tree)):
            for part, rebuilt in parts_of(tree):
                parts += 1
                for lacks, constant in (("carries", FALSE), ("holds back", TRUE)):
                    changed = with_tree(kb, steps[i], where, rebuilt(constant))
                    if not any(flips(changed, o) for o in outcomes.get(rule.id, ())):
                        missing.append(_undecisive(kb, rule, where, part, lacks, steps[i], changed))
    return PhraseCoverage(parts, tuple(missing))


def _undecisive(kb: KnowledgeBase, rule: Rule, where: str, part: Tree, lacks: str, step: RuleStep,
                changed: RuleStep) -> Undecisive:
    kind = "phrase" if isinstance(part, Phrase) else "branch"
    return Undecisive(rule.id, f"{kind} in {where}", lacks, tree_text(kb, part), place_of(part) or rule.place,
                      telling_case(kb, step, changed))


def rule_steps(kb: KnowledgeBase) -> list[RuleStep]:
    """Each rule's step by the rule's position."""
    found = [step for step in program(kb).steps if isinstance(step, RuleStep)]
    return sorted(found, key=lambda step: step.index)


def with_tree(kb: KnowledgeBase, step: RuleStep, where: str, tree: Tree) -> RuleStep:
    """A rule's step with another 'when' or 'unless'."""
    dnf = compile_tree(tree, kb.variables)
    return (
        replace(step, settled=False, when=dnf)
        if where == "when"
        else replace(step, settled=False, unless=dnf)
    )


def flips(changed: RuleStep, outcome: Outcome) -> bool:
    """Whether a changed rule would do otherwise in a case."""
    inference = outcome.inference
    assert inference is not None
    return fired(changed.state(inference.possible, inference.value, inference.states)) != outcome.fires


Rebuild = Callable[[Tree], Tree]
"""Gives the whole condition with a tree in a part's place."""


def parts_of(tree: Tree) -> Iterator[tuple[Tree, Rebuild]]:
    """Every phrase, and every composite alternative, with a way to put something in its place."""
    yield from _parts(tree, lambda new: new)


def _parts(tree: Tree, put: Rebuild) -> Iterator[tuple[Tree, Rebuild]]:
    if isinstance(tree, Phrase):
        yield tree, put
    elif isinstance(tree, NotOf):
        yield from _parts(tree.part, lambda new: put(NotOf(new)))
    else:
        kind = type(tree)
        for i, part in enumerate(tree.parts):
            inner = partial(_put_among, kind, tree.parts, i, put)
            if kind is AnyOf and not isinstance(part, Phrase):
                yield part, inner
            yield from _parts(part, inner)


def _put_among(
    kind: type[AllOf] | type[AnyOf], parts: tuple[Tree, ...], i: int, put: Rebuild, new: Tree
) -> Tree:
    return put(kind((*parts[:i], new, *parts[i + 1 :])))


def place_of(tree: Tree) -> Place | None:
    """Where the first phrase of a tree stands."""
    if isinstance(tree, Phrase):
        return tree.place
    inner = (tree.part,) if isinstance(tree, NotOf) else tree.parts
    return next((found for part in inner if (found := place_of(part)) is not None), None)


def tree_text(kb: KnowledgeBase, tree: Tree) -> str:
    """A condition nearly as written."""
    if isinstance(tree, Phrase):
        name = kb.variables[tree.variable].id
        return kb.variables[tree.variable].title if name.startswith("partners>=") else (
            f"{name.partition('?')[0]}: {tree.text}")
    if isinstance(tree, NotOf):
        return f"not {{{tree_text(kb, tree.part)}}}"
    word = ", " if isinstance(tree, AllOf) else " | "
    return "{" + word.join(tree_text(kb, part) for part in tree.parts) + "}"


# --- cases that would tell


def telling_case(kb: KnowledgeBase, step: RuleStep, changed: RuleStep) -> str:
    """A case, ready to be pasted, in which a rule and its changed form part; empty if none was found."""
    find = searcher(kb)
    for not_doing in (_never_does, _does_not):
        for fires, doing, idle in ((False, changed, step), (True, step, changed)):
            hangs_on = [
                find.holds(doing.when),
                find.fails(idle.when),
                find.holds(idle.unless),
                find.fails(doing.unless),
            ]
            case = _case(kb, both([_does(doing, hangs_on), not_doing(idle, hangs_on)]), fires)
            if case:
                return case
    return ""


def _does(step: RuleStep, hangs_on: Sequence[Goal]) -> Goal:
    """A form of a rule fires."""
    def verdict(inference: Inference) -> int:
        state = step.state(inference.possible, inference.value, inference.states)
        return ESTABLISHED if fired(state) else min(truth(state), OPEN)

    return Goal(verdict, both(hangs_on).hangs_on)


def _never_does(step: RuleStep, hangs_on: Sequence[Goal]) -> Goal:
    """A form of a rule can no longer fire."""
    def verdict(inference: Inference) -> int:
        return ESTABLISHED - truth(step.state(inference.possible, inference.value, inference.states))

    return Goal(verdict, both(hangs_on).hangs_on)


def _does_not(step: RuleStep, hangs_on: Sequence[Goal]) -> Goal:
    """A form of a rule does not fire on what is known, though it may when more is."""
    def verdict(inference: Inference) -> int:
        return (
            OPEN if fired(step.state(inference.possible, inference.value, inference.states)) else ESTABLISHED
        )

    return Goal(verdict, both(hangs_on).hangs_on)


def _case(kb: KnowledgeBase, goal: Goal, fires: bool) -> str:
    find = searcher(kb)
    try:
        witness = find.find(goal)
    except Undecided:
        return ""
    profile = None if witness is None else realised(kb, find.settled(goal, witness), goal)
    return "" if profile is None else case_text(profile, fires)


def case_text(profile: Mapping[str, object], fires: bool) -> str:
    """A case as it is written under a rule: on one line if it fits."""
    said = "yes" if fires else "no"
    line = f"    - {{given: {flow(profile)}, fires: {said}}}\n"
    if len(line) <= LONGEST_LINE + 1:
        return line
    body = "".join(_entry(name, value) for name, value in profile.items())
    return f"    - given:\n{body}      fires: {said}\n"


def _entry(name: str, value: object) -> str:
    line = f"        {name}: {flow(value)}\n"
    if len(line) <= LONGEST_LINE + 1 or not isinstance(value, (list, tuple)):
        return line
    return f"        {name}:\n" + "".join(f"          - {flow(v)}\n" for v in value)


def flow(value: object) -> str:
    """Plain data as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {flow(v)}" for name, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    text = str(value)
    return f'"{text}"' if any(c in text for c in ",[]{}:#") else text
