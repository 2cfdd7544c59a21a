"""The Assessment: one situation judged, as frozen data and as the JSON contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .advice import Advice, Question, Tipping, advise, barring_facts, flips, questions, tipping
from .compose import Mix, hard_share, requirements
from .kb import KnowledgeBase
from .rules import Rule
from .situation import Situation, load_situation, meets
from .trace import Trace
from .version import __version__
from .weigh import BARRED, FORBIDDEN

SCHEMA = "dss/assessment/1"
ADVICE, TOO_LITTLE = "advice", "too-little-known"
FRAGILE_BELOW = "C3"
DISCLAIMER = "This is decision support for people who decide. It is not legal advice."


@dataclass(frozen=True)
class Assessment:
    """One situation judged against one knowledge base.

    ``trace`` is what was inferred, ``advice`` what follows from it. :meth:`as_data` is
    the stable JSON contract ``dss/assessment/1``.
    """

    kb: KnowledgeBase
    situation: Situation
    trace: Trace
    advice: Advice
    engine: Mapping[str, str]

    @property
    def status(self) -> str:
        """``advice`` or ``too-little-known``."""
        return TOO_LITTLE if self.advice.cautious else ADVICE

    @cached_property
    def _flips(self) -> tuple[list[Tipping], list[Question]]:
        base = self.trace.inference
        tried = list(flips(self.kb, base, self.advice, self.situation.weights))
        return tipping(self.kb, self.advice, tried), questions(self.kb, base, self.advice, tried)

    @property
    def tipping(self) -> list[Tipping]:
        """Single answers that would change the advice, the weightiest first."""
        return self._flips[0]

    @property
    def questions(self) -> list[Question]:
        """The open facts worth finding out, the weightiest first."""
        return self._flips[1]

    def supporting(self, action: str) -> list[Rule]:
        """The fired rules that speak for an action, strongest first."""
        found = [(n, r) for r in self.trace.rules_in() for t, n in r.favours if t == action and n > 0]
        return [r for _, r in sorted(found, key=lambda pair: -pair[0])]

    def hard_share(self, mix: Mix) -> tuple[int, int]:
        """The share of hard power of a mix, as a fraction of percent points."""
        return hard_share([self.kb.actions[a].hard for a in mix.actions])

    def escalation(self, mix: Mix) -> int:
        """The sum of the escalation effects of a mix's actions."""
        return sum(self.kb.actions[a].escalation for a in mix.actions)

    def safeguards(self, mix: Mix) -> list[str]:
        """The safeguards that fired rules ask for beside a mix's actions."""
        needed = requirements(self.kb, self.trace.inference)
        found = [r.safeguard for r, _ in needed.every_mix if r.safeguard]
        for action in mix.actions:
            found += [r.safeguard for r, _ in needed.by_action.get(action, ()) if r.safeguard]
        return [s for s in self.kb.safeguards if s in found]

    def cautions(self, mix: Mix) -> list[tuple[Rule, str]]:
        """The warnings of fired rules that concern a mix."""
        return [
            (rule, self.trace.because(rule, caution.text))
            for rule in self.trace.rules_in() for caution in rule.cautions
            if not caution.having or set(caution.having) & set(mix.actions)
        ]

    def unknown(self) -> list[int]:
        """The attributes of which nothing is known."""
        possible = self.trace.inference.possible
        return [at for at in range(self.kb.attributes) if possible[at] == self.kb.variables[at].full]

    def fragile(self) -> list[int]:
        """Attributes graded worse than C3 whose change would change the posture."""
        moving = {t.flip.at for t in self.tipping if t.kind == "posture"}
        return [f.at for f in self.situation.facts
                if f.grade and not meets(f.grade, FRAGILE_BELOW) and f.at in moving]

    def forbidden(self) -> list[tuple[str, list[str], list[Rule]]]:
        """Each action that is forbidden or barred, the attributes to answer first, and the rules."""
        out: list[tuple[str, list[str], list[Rule]]] = []
        for name, standing in self.advice.weighing.standing.items():
            if standing.status == FORBIDDEN:
                out.append((name, [], [self.kb.rules[r] for r in standing.rules]))
            elif standing.status == BARRED:
                facts = barring_facts(self.kb, self.trace.inference, name, standing.rules)
                out.append((name, [self.kb.variables[at].id for at in facts],
                            [self.kb.rules[r] for r in standing.rules]))
        return out

    def as_data(self, *, extended: bool = True) -> dict[str, Any]:
        """The JSON contract ``dss/assessment/1`` as plain data; the same input gives the same data.

        Without ``extended`` the proofs, titles and bibliography that printed reports show are left out.
        """
        from .contract import assessment_data

        return assessment_data(self, extended=extended)

    def _repr_html_(self) -> str:
        from .notebook import assessment_html

        return assessment_html(self.as_data(extended=False))


def assess(kb: KnowledgeBase, source: Situation | Mapping[str, object] | str | Path) -> Assessment:
    """Judge a situation, a profile file or a plain dict of answers.

    Raises :class:`~dss.issues.InvalidInput` when the profile has problems, or when packs would
    lead to advice that breaks an invariant.
    """
    from .engine import Engine

    situation = source if isinstance(source, Situation) else load_situation(kb, source)
    if kb.packs:
        from .held import hold_to_invariants

        hold_to_invariants(kb, situation)
    engine = Engine.for_thread(kb)
    trace = engine.run(situation)
    return Assessment(kb, situation, trace, advise(kb, trace.inference, situation.weights),
                      {"dss": __version__, "experta": engine.version})
