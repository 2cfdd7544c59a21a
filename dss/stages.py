"""Stages of a questionnaire: where one is, what was answered, and where one goes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .kb import KnowledgeBase
from .outlook import PARTNERS, Outlook
from .terms import Variable

QUESTION, PARTNER, SETTLED, REVIEW, DONE, LEFT = (
    "question", "partner", "settled", "review", "done", "left",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one is: at a question (an attribute, or the partner list), at a question about a
    named partner, at the news that the posture is settled, at the review, done, or gone."""

    kind: str
    name: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked: only what matters, or ``everything``; of every group, or of one."""

    everything: bool = False
    group: str = ""


@dataclass(frozen=True)
class Interview:
    """A questionnaire under way.

    ``later`` are the questions put off, ``again`` those put off a second time; ``trail`` the
    questions answered, in order; ``last`` the answer that evidence belongs to; ``back_to``
    where one goes on after an edit; ``refining`` says that one went on after it was settled.
    """

    outlook: Outlook
    scope: Scope
    place: Place
    trail: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    again: frozenset[str] = field(default_factory=frozenset)
    last: Place | None = None
    back_to: Place | None = None
    refining: bool = False

    @property
    def kb(self) -> KnowledgeBase:
        """The knowledge base that asks."""
        return self.outlook.kb

    @property
    def profile(self) -> Mapping[str, Any]:
        """The answers so far, as a profile."""
        return self.outlook.profile

    @property
    def answered(self) -> list[str]:
        """The questions that the profile answers, the partner list as one of them."""
        names = [v.id for v in self.kb.variables[: self.kb.attributes]]
        return [name for name in (*names, PARTNERS) if name in self.profile]

    @property
    def variable(self) -> Variable | None:
        """The variable now asked about, if any."""
        if self.place.kind == PARTNER:
            return self.kb.partner.variables[self.kb.partner.position[self.place.name]]
        if self.place.kind == QUESTION and self.place.name != PARTNERS:
            return self.kb.variables[self.kb.at(self.place.name)]
        return None

    @property
    def partners(self) -> Sequence[Mapping[str, Any]]:
        """The partners listed."""
        found = self.profile.get(PARTNERS)
        return found if isinstance(found, list) else []

    @property
    def answer(self) -> Any:
        """What stands as the answer to the present question; None when there is none."""
        if self.place.kind == PARTNER:
            return self.partner(self.place.partner).get(self.place.name)
        return self.profile.get(self.place.name)

    def partner(self, name: str) -> Mapping[str, Any]:
        return next((p for p in self.partners if p["name"] == name), {})

    def number(self, name: str) -> int:
        """The number of a question, by which one jumps to it."""
        return self.kb.attributes + 1 if name == PARTNERS else self.kb.at(name) + 1


@dataclass(frozen=True, slots=True)
class Turn:
    """The state after a reply, a ``message`` to show, and the name of a view to ``show``.

    ``taken`` is false when the reply was not understood or does not belong here.
    """

    state: Interview
    message: str = ""
    show: str = ""
    taken: bool = True


def refused(state: Interview, message: str) -> Turn:
    """The same state, because the reply could not be taken, and why."""
    return Turn(state, message, taken=False)


def following(state: Interview) -> Place:
    """Where to go next: the question that matters most, the news that it is settled, or the review."""
    outlook, scope = state.outlook, state.scope
    put_off = {*state.later}
    frame = [outlook.question(at) for at in outlook.framing]
    for name in frame:
        if name not in put_off and _within(state, name):
            return Place(QUESTION, name)
    if not (scope.everything or scope.group or state.refining) and outlook.settled:
        return Place(SETTLED)
    waiting = [name for name in wanted(state) if name not in put_off]
    waiting = waiting or [n for n in wanted(state) if n in put_off and n not in state.again]
    return Place(QUESTION, waiting[0]) if waiting else Place(REVIEW)


def wanted(state: Interview) -> list[str]:
    """The questions still to be asked in this scope, in the order in which they come."""
    outlook = state.outlook
    names = {**{outlook.question(at): None for at in outlook.framing}, **dict.fromkeys(outlook.order)}
    if state.scope.everything:
        names |= {outlook.question(at): None for at in outlook.unasked}
        names |= {} if outlook.answered(PARTNERS) else {PARTNERS: None}
    return [name for name in names if _within(state, name)]


def _within(state: Interview, name: str) -> bool:
    group = state.scope.group
    return not group or (name != PARTNERS and state.kb.variables[state.kb.at(name)].group == group)


def changed_to(state: Interview, key: str, value: Any) -> Interview:
    profile = {**state.profile, key: value}
    if value is None:
        del profile[key]
    return replace(state, outlook=Outlook(state.kb, profile))


def onward(state: Interview) -> Turn:
    """Go on: to the next question of a partner, to where one came from, or to what matters most."""
    if state.place.kind == PARTNER:
        names = list(state.kb.partner.position)
        i = names.index(state.place.name) + 1
        place = Place(PARTNER, names[i], state.place.partner) if i < len(names) else Place(QUESTION, PARTNERS)
        return Turn(replace(state, place=place))
    if state.back_to is not None:
        target, state = state.back_to, replace(state, back_to=None)
        if target.kind == REVIEW or (target.kind == QUESTION and target.name in wanted(state)):
            return Turn(replace(state, place=target))
    refining = state.refining and state.outlook.settled
    state = replace(state, refining=refining)
    return Turn(replace(state, place=following(state)))


def visit(state: Interview, name: str) -> Turn:
    back_to = state.back_to or (state.place if state.place.kind != PARTNER else None)
    return Turn(replace(state, place=Place(QUESTION, name), back_to=back_to))


def title_of(kb: KnowledgeBase, name: str) -> str:
    return kb.variables[kb.at(name)].title


def aftermath(before: Outlook, after: Outlook, name: str) -> str:
    """What an edit did to later answers: all are kept, but some may now be impossible, or idle."""
    told = []
    for other in sorted({*after.conflicts()} - {*before.conflicts()}):
        title = title_of(after.kb, other)
        told.append(f"The partner list by itself does not lead to your answer to '{title}', "
                    f"which counts as it stands (#{after.kb.at(other) + 1} changes it).")
    if name in before.profile:
        idle = [o for o in after.idle() - before.idle() if o != name]
        if idle:
            names = ", ".join(title_of(after.kb, o) for o in sorted(idle, key=after.kb.at))
            told.append(f"Kept, though nothing depends on it now: {names}.")
    return " ".join(told)


def evidenced(value: Any) -> bool:
    """Whether a value as a profile holds it comes with evidence."""
    return isinstance(value, Mapping) and "value" in value


def bare(value: Any) -> Any:
    """A value without its evidence."""
    return value["value"] if evidenced(value) else value
