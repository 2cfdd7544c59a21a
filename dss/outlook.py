"""The outlook on a profile half filled in: what it leads to, what matters next, whether it is settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from .advice import Advice, advise
from .asking import Effect, Prospect, Readers, effects, prospects
from .evaluate import Inference, evaluate_situation, reevaluate
from .kb import KnowledgeBase
from .settle import hinges, settled
from .situation import Situation, aggregated, load_situation
from .terms import single

PARTNERS = "partners"


@dataclass(frozen=True)
class Outlook:
    """What follows from ``profile``, a profile as plain data. Everything is worked out when asked for."""

    kb: KnowledgeBase
    profile: Mapping[str, Any]

    @cached_property
    def situation(self) -> Situation:
        """The situation the profile describes."""
        return load_situation(self.kb, self.profile, name="answers")

    @cached_property
    def inference(self) -> Inference:
        """What follows, by the plain evaluator."""
        return evaluate_situation(self.situation, self.kb)

    @cached_property
    def advice(self) -> Advice:
        """The advice as it stands."""
        return advise(self.kb, self.inference, self.situation.weights)

    @cached_property
    def readers(self) -> Readers:
        """What the rules may still read."""
        return Readers(self.kb, self.inference)

    def answered(self, name: str) -> bool:
        """Whether an attribute (or the partners) was answered, be it by 'unknown', or follows from others."""
        if name in self.profile:
            return True
        return name != PARTNERS and single(self.situation.masks[self.kb.at(name)])

    @cached_property
    def unasked(self) -> tuple[int, ...]:
        """The attributes not answered."""
        return tuple(at for at in range(self.kb.attributes) if not self.answered(self.kb.variables[at].id))

    @cached_property
    def framing(self) -> tuple[int, ...]:
        """The framing attributes not answered."""
        return tuple(at for at in self.unasked if self.kb.variables[at].frame)

    @cached_property
    def moving(self) -> frozenset[int]:
        """The attributes and partner questions that answers may still change."""
        asked = () if self.answered(PARTNERS) else (*self.kb.words.about_partners, *self.fillable)
        return frozenset((*self.unasked, *asked))

    @cached_property
    def fillable(self) -> tuple[int, ...]:
        """The attributes that a partner list fills in: those it is counted for, where they are not
        answered, or by 'unknown'."""
        told = {f.at: f for f in self.situation.facts}
        return tuple(at for at in self.kb.aggregates
                     if at not in told or told[at].mask == self.kb.variables[at].full)

    @cached_property
    def facts(self) -> tuple[int, ...]:
        """The open attributes and partner questions that something can still read."""
        return tuple(at for at in sorted(self.moving) if at in self.readers.facts)

    @cached_property
    def matter(self) -> tuple[str, ...]:
        """The names of the questions that may still matter, in the order of the knowledge base."""
        frame = {self.kb.variables[at].id: None for at in self.framing}
        return tuple({**frame, **{self.question(at): None for at in self.facts}})

    def question(self, at: int) -> str:
        """The question that a fact is asked by: the partner list also of one that was answered 'unknown'."""
        name = self.kb.variables[at].id
        return PARTNERS if at >= self.kb.attributes or (at in self.moving and name in self.profile) else name

    @cached_property
    def prospects(self) -> tuple[Prospect, ...]:
        """What each fact promises, the most first."""
        return tuple(prospects(self.kb, self.inference, self.advice, self.situation.weights, self.facts))

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The questions that matter, what promises most first.

        Among equals comes first what the proof of settledness waits for most, then the order
        of the knowledge base.
        """
        weight = hinges(self.kb, self.situation, self.moving)
        ranked = sorted(self.prospects, key=lambda p: (-p.change, -weight.get(p.at, 0), p.at))
        return tuple(dict.fromkeys(self.question(p.at) for p in ranked))

    def promise(self, name: str) -> Fraction:
        """The mean change of the mix that answering a question brings."""
        return max((p.change for p in self.prospects if self.question(p.at) == name), default=Fraction(0))

    @cached_property
    def settled(self) -> bool:
        """Whether no question still open can change the posture, as the facts already given stand."""
        if any(p.tips for p in self.prospects):
            return False
        return settled(self.kb, self.situation, self.moving).settled

    @cached_property
    def firm(self) -> bool:
        """Whether, besides, nothing that was answered 'unknown' or in part can change it."""
        return self.settled and settled(self.kb, self.situation).settled

    def effects(self, name: str) -> list[Effect]:
        """The advice after each plausible answer to an attribute, as if it were still open."""
        at = self.kb.at(name)
        open_ = reevaluate(self.kb, self.inference, {at: self.kb.variables[at].full})
        return effects(self.kb, open_, advise(self.kb, open_, self.situation.weights),
                       self.situation.weights, at)

    def idle(self) -> frozenset[str]:
        """The answered attributes that nothing reads as the other answers stand."""
        found = set()
        for at in range(self.kb.attributes):
            name = self.kb.variables[at].id
            if name in self.profile and not self.kb.variables[at].frame:
                without = reevaluate(self.kb, self.inference, {at: self.kb.variables[at].full})
                if at not in Readers(self.kb, without).facts:
                    found.add(name)
        return frozenset(found)

    def conflicts(self) -> tuple[str, ...]:
        """The stated attributes that the partner list makes impossible."""
        partners = self.situation.partners
        if partners is None:
            return ()
        stated = {f.at: f for f in self.situation.facts if f.origin == "stated"}
        return tuple(self.kb.variables[at].id for at, aggregate in self.kb.aggregates.items()
                     if at in stated and not stated[at].mask & aggregated(aggregate, partners))
