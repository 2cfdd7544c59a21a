"""An assessment as the JSON contract dss/assessment/1: fields may be added, never renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .catalogue import LEVELS, TIMES
from .compose import POSTURE_UNIT, Member, Mix, decimal
from .conditions import OPEN, compile_tree, conjuncts, status
from .precedents import Likeness, nearest_precedents
from .robust import Shares, completions
from .terms import Citation, bits, join, single
from .weigh import BARRED, FORBIDDEN, POINTLESS, UNIT, UNMET
from .wording import in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .advice import Tipping
    from .assessment import Assessment
    from .catalogue import Action
    from .kb import KnowledgeBase
    from .rules import Rule

Number = int | float


def number(numerator: int, denominator: int) -> Number:
    """An exact fraction rounded once to two decimals; whole numbers stay whole."""
    text = decimal(numerator, denominator)
    return float(text) if "." in text else int(text)


def cite(a: Assessment, citations: tuple[Citation, ...]) -> list[dict[str, str]]:
    """Citations as data, with the work's title."""
    works = a.kb.works
    return [{"work": c.work, "title": works[c.work].title, "short": works[c.work].short, "at": c.at}
            for c in citations]


def assessment_data(a: Assessment, *, extended: bool = True) -> dict[str, Any]:
    """The contract; ``extended`` adds the proofs, titles and works that printed reports show."""
    kb, trace = a.kb, a.trace
    from .addenda import addenda, parts, works
    from .assessment import DISCLAIMER, SCHEMA

    tips = [t for t in a.tipping if t.kind != "mix"]
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "status": a.status,
        "profile": {
            "title": a.situation.title,
            "you": a.situation.you,
            "as_of": a.situation.as_of,
            "digest": a.situation.digest,
            "story": a.situation.story,
            "sources": list(a.situation.sources),
        },
        "kb": {
            "id": kb.id,
            "version": kb.version,
            "digest": kb.digest,
            "packs": [{"id": p.id, "version": p.version, "digest": p.digest} for p in kb.packs],
        },
        "engine": dict(a.engine),
        "facts": _facts(a),
        "weights": {p: number(w, 100) for p, w in a.situation.weights.items()},
        "findings": _findings(a),
        "fired": list(trace.fired),
        "open": list(trace.open),
        "defeated": [{"rule": r, "by": list(by)} for r, by in trace.defeats],
        "mixes": [_mix(a, i, mix) for i, mix in enumerate(a.advice.mixes)],
        "postures": [
            {
                "id": r.posture,
                "title": kb.postures[r.posture].title,
                "score": number(r.score, POSTURE_UNIT),
                "feasible": r.feasible,
                "reason": r.reason,
                **parts(a, r),
            }
            for r in a.advice.ratings
        ],
        "actions": _actions(a),
        "forbidden": [
            {
                "action": name,
                "title": kb.actions[name].title,
                "hard": kb.actions[name].hard,
                "barred_until": facts,
                "rules": [_rule(a, rule) for rule in rules],
            }
            for name, facts, rules in a.forbidden()
        ],
        "tipping": [_tip(a, t) for t in tips],
        "tipping_grouped": _grouped(a, tips),
        "tipping_rest": sum(1 for t in a.tipping if t.kind == "mix"),
        "questions": [
            {
                "attribute": kb.variables[q.at].id,
                "question": kb.variables[q.at].question,
                "opens": [*q.postures, *q.unbars],
            }
            for q in a.questions
        ],
        "robustness": {"completions": shares_data(a, completions(a))},
        "unknown": [kb.variables[at].id for at in a.unknown()],
        "presumed": [kb.variables[at].id for at in trace.presumed],
        "fragile": [kb.variables[at].id for at in a.fragile()],
        "precedents": [
            precedent_data(kb, x, a.situation.masks) for x in nearest_precedents(kb, a.situation.masks)
        ],
        "disclaimer": DISCLAIMER,
    }
    if not extended:
        return data
    data |= addenda(a)
    return data | {"works": works(a, data)}


def _facts(a: Assessment) -> list[dict[str, Any]]:
    out = []
    for fact in a.situation.facts:
        variable = a.kb.variables[fact.at]
        entry: dict[str, Any] = {"attribute": variable.id, "title": variable.title, "group": variable.group}
        names = variable.names(fact.mask)
        if len(names) == 1:
            entry["value"] = fact.said if variable.kind == "number" else names[0]
        elif fact.mask == variable.full:
            entry["value"] = "unknown"
        else:
            entry["possible"] = names if variable.kind != "set" else [n.split("+") for n in names]
        if variable.kind == "set" and len(names) == 1:
            entry["value"] = [] if names[0] == "none" else names[0].split("+")
        entry |= {"says": variable.say(fact.mask), "grade": fact.grade, "note": fact.note,
                  "as_of": fact.as_of, "source": fact.origin}
        if fact.too_weak:
            entry["too_weak"] = True
        out.append(entry)
    return out


def _findings(a: Assessment) -> list[dict[str, Any]]:
    out = []
    for at in a.kb.findings:
        variable = a.kb.variables[at]
        value, possible = a.trace.inference.value[at], a.trace.inference.possible[at]
        names = variable.names(value)
        out.append({
            "id": variable.id, "title": variable.title,
            "value": names[0] if len(names) == 1 else None,
            "possible": variable.names(possible), "presumed": value != possible,
            "says": variable.say(value), "telling": _telling(a, at),
            "rules": [r.id for r in a.trace.rules_in() if any(f == at for f, _ in r.concludes)],
        })
    return out


def _telling(a: Assessment, at: int) -> bool:
    """Whether a finding says more than its default: concluded otherwise, or not settled."""
    inference, finding = a.trace.inference, a.kb.findings[at]
    return bool(finding.scorecard) or inference.possible[at] != finding.otherwise


def _rule(a: Assessment, rule: Rule) -> dict[str, Any]:
    return {"rule": rule.id, "title": rule.title, "text": a.trace.because(rule),
            "source": cite(a, rule.source), "covers": list(rule.covers)}


def _mix(a: Assessment, index: int, mix: Mix) -> dict[str, Any]:
    posture = a.kb.postures[mix.posture]
    squares, total = a.hard_share(mix)
    return {
        "id": "recommended" if index == 0 else f"alternative-{index}",
        "posture": posture.id,
        "title": posture.title,
        "purpose": posture.purpose,
        "score": number(mix.score, POSTURE_UNIT),
        "hard_share": number(squares, total),
        "band": list(posture.band),
        "escalation": a.escalation(mix),
        "reversibility": least_reversible(a, mix),
        "lead_time": longest_immediate(a, mix),
        "actions": [_member(a, m) for m in mix.members],
        "safeguards": [
            {"id": s, "title": g.title, "text": g.text, "owner": g.owner, "by": g.by, "kind": g.kind}
            for s in a.safeguards(mix) for g in (a.kb.safeguards[s],)
        ],
        "cautions": [{"rule": r.id, "text": text, "source": cite(a, r.source)}
                     for r, text in a.cautions(mix)],
        "indicators": list(dict.fromkeys(i for m in mix.actions for i in a.kb.actions[m].indicators)),
        "review_in": posture.review_in,
        "counter_argument": posture.counter_argument,
        "changes_if": _grouped(a, [t for t in a.tipping if t.kind == "posture"]) if index == 0 else [],
        "steps": [{"step": s.step, "action": s.action, "reason": s.reason} for s in mix.steps],
    }


def least_reversible(a: Assessment, mix: Mix) -> str:
    """The lowest reversibility of a mix's actions."""
    return min((a.kb.actions[m].reversibility for m in mix.actions), key=LEVELS.index, default=LEVELS[-1])


def longest_immediate(a: Assessment, mix: Mix) -> str:
    """The longest lead time of a mix's immediate actions."""
    found = [a.kb.actions[m.action].lead_time for m in mix.members if m.horizon == "immediate"]
    return max(found, key=TIMES.index) if found else TIMES[0]


def _member(a: Assessment, member: Member) -> dict[str, Any]:
    action = a.kb.actions[member.action]
    weighing = a.advice.weighing
    return {
        "id": action.id, "title": action.title, "line": action.line, "class": action.cls,
        "horizon": member.horizon, "score": number(weighing.scores.get(action.id, 0), UNIT),
        "hard": action.hard, "escalation": action.escalation, "required_by": list(member.required_by),
        "objective": action.objective, "lead_time": action.lead_time,
        "reversibility": action.reversibility,
        "principles": _row(a, action.id),
        "because": [_rule(a, r) for r in because(a, member)],
        "not_known": open_needs(a, action),
        "stops_if": list(action.stops_if),
        "cameo": [{"code": c.code, "goldstein": c.goldstein, "toward": c.toward} for c in action.codes],
    }


def open_needs(a: Assessment, action: Action) -> list[str]:
    """What an action needs that is not known to be there, part by part and in words."""
    possible = a.trace.inference.possible
    if status(action.needs, possible) != OPEN:
        return []
    return [in_words(a.kb, part) for part in conjuncts(action.needs_tree)
            if status(compile_tree(part, a.kb.variables), possible) == OPEN]


def because(a: Assessment, member: Member) -> list[Rule]:
    """The rules a member of a mix rests on: those that speak for it, else those that require it."""
    speaking = a.supporting(member.action)
    required = [a.kb.rules[r] for r in member.required_by if a.kb.rules[r] not in speaking]
    return [*required, *speaking] if member.required_by else speaking


def _row(a: Assessment, target: str) -> dict[str, Number]:
    return {p: number(n, 4) for p, n in a.advice.weighing.points.get(target, {}).items() if n}


def precedent_data(kb: KnowledgeBase, near: Likeness, masks: Sequence[int]) -> dict[str, Any]:
    """A precedent with its likeness to a situation; ``similarity`` is percent."""
    p = near.precedent
    return {
        "id": p.id, "title": p.title, "year": p.year, "similarity": number(100 * near.similarity.numerator,
                                                                         near.similarity.denominator),
        "shared": near.shared, "posture": p.posture, "posture_title": kb.postures[p.posture].title,
        "result": p.result, "story": p.story, "outcome": p.outcome, "lesson": p.lesson,
        "done": [{"action": a, "title": kb.actions[a].title, "note": note} for a, note in p.done],
        "differs": [
            {"attribute": kb.variables[at].id, "here": " or ".join(kb.variables[at].names(masks[at])),
             "there": " or ".join(kb.variables[at].names(p.masks[at]))}
            for at in near.differs
        ],
        "claims": [{"by": c.by, "claim": c.claim, "source": c.source} for c in p.claims],
        "sources": list(p.sources),
    }


def shares_data(a: Assessment, s: Shares) -> dict[str, Any]:
    """How often each posture comes first."""
    return {
        "tried": s.tried, "total": s.total or None, "exhaustive": s.exhaustive,
        "first": [{"posture": p or None, "title": a.kb.postures[p].title if p else "too little known",
                   "count": n} for p, n in s.first],
    }


def _actions(a: Assessment) -> list[dict[str, Any]]:
    chosen = set(a.advice.mixes[0].actions)
    out = []
    for name, standing in a.advice.weighing.standing.items():
        status = "chosen" if name in chosen else standing.status
        out.append({
            "id": name, "title": a.kb.actions[name].title, "line": a.kb.actions[name].line,
            "score": number(a.advice.weighing.scores.get(name, 0), UNIT), "status": status,
            "detail": _detail(a, name, status), "principles": _row(a, name),
        })
    return out


def _detail(a: Assessment, name: str, status: str) -> str:
    if status in (FORBIDDEN, BARRED):
        rules = a.advice.weighing.standing[name].rules
        titles = "; ".join(a.kb.rules[r].title for r in rules)
        return titles or "what it needs is not established"
    if status == UNMET:
        return "what it needs is not there"
    if status == POINTLESS:
        return "already in place, or to no purpose here"
    step = next((s for s in a.advice.mixes[0].steps if s.action == name), None)
    return step.reason if step else "no rule speaks for it here"


def _tip(a: Assessment, t: Tipping) -> dict[str, Any]:
    from .lead import lead_after

    variable = a.kb.variables[t.flip.at]
    lead = lead_after(a, t.flip)
    return {
        "attribute": variable.id, "from": names(a, t.flip.at, t.flip.before),
        "to": names(a, t.flip.at, t.flip.after), "kind": t.kind,
        "effect": f"{_supposed(a, t.flip.at, [t])}, {outcome(a, t)}",
        "answer": _answer(a, t), "outcome": outcome(a, t),
        "lead": None if lead is None else number(lead, POSTURE_UNIT),
    }


def _grouped(a: Assessment, tips: Sequence[Tipping]) -> list[str]:
    """The tipping answers in sentences, those with one effect together."""
    groups: dict[tuple[int, str], list[Tipping]] = {}
    for t in tips:
        groups.setdefault((t.flip.at, outcome(a, t)), []).append(t)
    return [f"{_supposed(a, at, ts)}, {what}" for (at, what), ts in groups.items()]


def _supposed(a: Assessment, at: int, tips: Sequence[Tipping]) -> str:
    answers = join([f"'{_answer(a, t)}'" for t in tips], "or")
    return f"if {a.kb.variables[at].title[:1].lower()}{a.kb.variables[at].title[1:]} were {answers}"


def _answer(a: Assessment, t: Tipping) -> str:
    variable = a.kb.variables[t.flip.at]
    if variable.kind == "set" and single(t.flip.before):
        changed = bits(bits(t.flip.before)[0] ^ bits(t.flip.after)[0])[0]
        gained = bits(t.flip.after)[0] >> changed & 1
        return f"with {variable.values[changed]}" if gained else f"without {variable.values[changed]}"
    return names(a, t.flip.at, t.flip.after)


def names(a: Assessment, at: int, mask: int) -> str:
    """Possible values by id, or 'unknown'."""
    variable = a.kb.variables[at]
    if mask == variable.full:
        return "unknown"
    fact = a.situation.fact(at)
    if fact is not None and fact.mask == mask and variable.kind in ("number", "set"):
        return fact.said
    return " or ".join(variable.names(mask))


def outcome(a: Assessment, t: Tipping) -> str:
    """What a flip would do, in words."""
    kb = a.kb
    if t.flip.advice.cautious and not a.advice.cautious:
        return "too little would be known to advise"
    if t.kind == "posture":
        return f"the posture would become '{kb.postures[t.flip.advice.posture].title}'"
    lead = set(kb.postures[a.advice.posture].core)
    into = [kb.actions[x].title for x in t.entered if x in lead]
    out = [kb.actions[x].title for x in t.left if x in lead]
    parts = ([f"'{join(into, 'and')}' would enter the mix"] if into else []) + (
        [f"'{join(out, 'and')}' would leave it"] if out else [])
    return " and ".join(parts) or "the mix would change"
