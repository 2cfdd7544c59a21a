"""Pages of the questionnaire: a question, why it is asked, the advice so far, the review."""

from __future__ import annotations

from ..asking import Effect, alike
from ..attributes import meaning
from ..outlook import PARTNERS
from ..replies import Value
from ..stages import PARTNER, QUESTION, SETTLED, Interview, bare, evidenced
from ..terms import NOT_APPLICABLE, UNKNOWN, Variable
from ..weigh import BARRED
from . import Page
from .layout import Sheet
from .text import counted

_SHOWN = 6


def spoken(value: Value) -> str:
    """An answer as one line."""
    inner = bare(value)
    if isinstance(inner, dict):
        may = ", ".join(inner.get("may_have", []))
        said = ", ".join(inner.get("has", [])) or "none"
        return f"{said}; perhaps {may}" if may else said
    said = " or ".join(inner) if isinstance(inner, list) else str(inner)
    return f"{said} ({value['grade']})" if evidenced(value) and value.get("grade") else said


def _spoken_of(variable: Variable, value: Value) -> str:
    inner = bare(value)
    if variable.kind == "set" and isinstance(inner, list):
        return ", ".join(inner)
    return spoken(value)


def place_page(state: Interview, page: Page) -> str:
    """What stands above the prompt: the question with its answers, or the choice there is."""
    sheet = Sheet(page)
    sheet.lines.append("")
    if state.place.kind == SETTLED:
        _settled(sheet, state)
    elif state.variable is not None:
        _question(sheet, state, state.variable)
    elif state.place.kind == QUESTION:
        _partner_list(sheet, state)
    else:
        _review(sheet, state)
    return str(sheet)


def progress(state: Interview) -> str:
    """How far one is, honestly: answered, settled, about how many still matter."""
    outlook = state.outlook
    known = state.answered
    unknown = sum(bare(state.profile[n]) == UNKNOWN for n in known)
    left = len([n for n in outlook.matter if n not in state.profile])
    parts = [f"{len(known)} answered" + (f" ({unknown} unknown)" if unknown else ""),
             "posture settled" if outlook.settled else "posture not settled",
             f"about {left} still matter{'s' if left == 1 else ''}" if left else "nothing left that matters"]
    return "; ".join(parts)


def _question(sheet: Sheet, state: Interview, variable: Variable) -> None:
    if state.place.kind == PARTNER:
        sheet.strong(f"{state.place.partner}: {variable.title}")
    else:
        sheet.dim(f"[{progress(state)}]")
        sheet.strong(f"#{state.number(variable.id)} {variable.title}")
    sheet.text(variable.question)
    for i, (value, words) in enumerate(meaning(variable), 1):
        number = f"{i:>2} " if variable.kind != "number" else "   "
        same = words.replace(" ", "-") == value
        sheet.text(value if same else f"{value}: {words}", 1, 5, number + " ")
    if variable.kind == "set":
        sheet.text("Several may hold: 1, 3. In part: 1 perhaps 3. Or none.", 1)
    if variable.na:
        sheet.text(f"{NOT_APPLICABLE}: does not apply here", 1, 5, " - ")
    if state.answer is not None:
        sheet.text(f"Now: {_spoken_of(variable, state.answer)}. Enter keeps it.")


def _partner_list(sheet: Sheet, state: Interview) -> None:
    sheet.dim(f"[{progress(state)}]")
    sheet.strong(f"#{state.number(PARTNERS)} Partners")
    sheet.text("Who are the partners, one by one? A list counts as complete. Some answers follow from it.")
    for i, partner in enumerate(state.partners, 1):
        known = sum(bare(v) != UNKNOWN for k, v in partner.items() if k in state.kb.partner.position)
        of = len(state.kb.partner.variables)
        sheet.text(f"{partner['name']}: {known} of {of} answered", 1, 5, f"{i:>2}  ")
    other = "none all clears the list" if state.partners else "none; ? if not known"
    sheet.text(f"add NAME, edit NAME, remove NAME; {other}; Enter when the list is complete.", 1)


def _settled(sheet: Sheet, state: Interview) -> None:
    outlook = state.outlook
    sheet.dim(f"[{progress(state)}]")
    if outlook.advice.cautious:
        sheet.strong("Settled: too little is known, and no open question can change that.")
    else:
        sheet.strong(f"Settled: {state.kb.postures[outlook.advice.posture].title}")
    left = len(outlook.matter)
    sheet.text(f"Checked: the scores of all {counted(len(state.kb.postures), 'posture')} {_over(state)}, "
               "with everything that is only presumed. The recommended posture stays the same.")
    if not outlook.firm:
        sheet.text("This takes what you answered 'unknown' or in part as it is; knowing more there could "
                   "still change it." + (" What a partner list would fill in was checked too."
                                         if PARTNERS in map(outlook.question, outlook.fillable) else ""))
    if left:
        sheet.text(f"About {counted(left, 'question')} could still change which actions go with it.")
    sheet.text("Enter stops here and shows the review; more goes on.", 1)


def _over(state: Interview) -> str:
    """What the scores were checked over: all that is not answered, if anything is."""
    n = len(state.outlook.unasked)
    open_ = [f"the {counted(n, 'question')} not answered"] if n else []
    open_ += [] if state.outlook.answered(PARTNERS) else ["the partner list"]
    if not open_:
        return "as all questions are answered"
    return f"over every way in which {' and '.join(open_)} could be answered or left open"


def _review(sheet: Sheet, state: Interview) -> None:
    sheet.heading("Your answers")
    kb = state.kb
    for group in kb.groups:
        rows = [v for v in kb.variables[: kb.attributes] if v.group == group.id and v.id in state.profile]
        if rows:
            sheet.strong(group.title, 1)
        for v in rows:
            note = " *" if evidenced(state.profile[v.id]) and state.profile[v.id].get("note") else ""
            sheet.text(f"{v.title}: {_spoken_of(v, state.profile[v.id])}{note}", 1, 5,
                       f"#{state.number(v.id):<3}")
    names = ", ".join(str(p["name"]) for p in state.partners)
    if PARTNERS in state.profile:
        sheet.text(f"Partners: {names or state.profile[PARTNERS]}", 1, 5, f"#{state.number(PARTNERS):<3}")
    open_ = state.outlook.matter
    sheet.blank()
    sheet.text(f"{progress(state)}. (* has a note)")
    if open_:
        sheet.text("Not answered though it may matter: " + ", ".join(
            f"#{state.number(n)}" for n in open_))
    sheet.text("Enter: the assessment. #7 or a name: change an answer. more: go on with the questions.")


def prompt(state: Interview) -> str:
    """The prompt's own line."""
    if state.place.kind in (QUESTION, PARTNER):
        return "> "
    return "Enter or more > " if state.place.kind == SETTLED else "Enter or #number > "


def view_page(state: Interview, view: str, page: Page) -> str:
    """The page of a view: why, help, or so far."""
    sheet = Sheet(page)
    {"why": _why, "help": _help, "so far": _so_far}[view](sheet, state)
    return str(sheet)


def _why(sheet: Sheet, state: Interview) -> None:
    variable = state.variable
    if variable is None:
        sheet.text("Some rules ask what each partner brings, and some answers follow from the list."
                   if state.place.kind == QUESTION else "There is no question here.")
        return
    sheet.text(variable.why)
    if variable.source:
        works = ", ".join(f"{state.kb.works[c.work].short} ({c.at})" if c.at else state.kb.works[c.work].short
                          for c in variable.source)
        sheet.text(f"Source: {works}", 1, 2)
    if variable.needs_grade:
        sheet.text(f"If you grade the evidence, {variable.needs_grade} or better is needed.", 1, 2)
    if state.place.kind == PARTNER:
        return
    rules = list(state.kb.rules.values())
    waiting = [rules[i].title for i in state.outlook.readers.facts.get(state.kb.at(variable.id), ())]
    if waiting:
        sheet.text(f"{len(waiting)} rules wait for it:" if len(waiting) > 1 else "One rule waits for it:")
        for title in waiting[:_SHOWN]:
            sheet.bullet(title, 1)
        if len(waiting) > _SHOWN:
            sheet.text(f"and {len(waiting) - _SHOWN} more", 1)
    sheet.text("What each answer would change by itself now:")
    _answers(sheet, state, variable)


def _answers(sheet: Sheet, state: Interview, variable: Variable) -> None:
    told: dict[str, list[str]] = {}
    for effect in state.outlook.effects(variable.id):
        names = variable.names(alike(state.kb, effect.at, effect.mask))
        told.setdefault(_change(state, effect), []).extend(names[:4] if variable.kind != "set" else names[:1])
    for change, names in told.items():
        sheet.text(f"{', '.join(dict.fromkeys(names))}: {change}", 1, 4, "- ")


def _change(state: Interview, effect: Effect) -> str:
    """What an answer opens and closes, in words."""
    kb, now, then = state.kb, state.outlook.advice, effect.advice
    before, after = now.mixes[0].actions, then.mixes[0].actions
    parts = []
    if then.posture != now.posture:
        parts.append(f"turns the posture to '{kb.postures[then.posture].title}'")
    elif then.cautious != now.cautious:
        parts.append("leaves too little known" if then.cautious else "makes enough known to advise")
    else:
        opened = [kb.actions[a].title for a in after if a not in before]
        closed = [kb.actions[a].title for a in before if a not in after]
        parts += [f"opens {_some(opened)}"] if opened else []
        parts += [f"closes {_some(closed)}"] if closed else []
    freed = [kb.actions[a].title for a, s in now.weighing.standing.items()
             if s.status == BARRED and then.weighing.standing[a].status == "available"]
    parts += [f"lifts the bar on {_some(freed)}"] if freed else []
    return "; ".join(parts) or "nothing yet"


def _some(titles: list[str]) -> str:
    more = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
    return ", ".join(titles[:3]) + more


def _so_far(sheet: Sheet, state: Interview) -> None:
    outlook, kb = state.outlook, state.kb
    mix = outlook.advice.mixes[0]
    if outlook.advice.cautious:
        sheet.text("Too little is known to advise more than to hold and verify.")
    sheet.strong(f"As it stands: {kb.postures[mix.posture].title}")
    for member in mix.members:
        sheet.bullet(kb.actions[member.action].title, 1)
    barred = sum(s.status == BARRED for s in outlook.advice.weighing.standing.values())
    if barred:
        are = "is" if barred == 1 else "are"
        sheet.text(f"{counted(barred, 'action')} {are} barred until more is known.")
    sheet.text("No question still open can change the posture." if outlook.settled
               else "This may still change: the posture is not settled.")
    sheet.text(progress(state) + ".")


_HELP: tuple[tuple[str, str], ...] = (
    ("1 or hig", "the answer with that number, or that begins so"),
    ("?", "not known (never counts as a value)"),
    ("n/a", "does not apply, where that is offered"),
    ("later", "ask again at the end"),
    ("at least high · at most 3 · 2, 3 · not low", "a partial answer: several values stay possible"),
    ("<", "back to the answer before; later ones stay"),
    ("#7 · #name · a full name", "go to that question and change it"),
    ("why", "why this is asked, and what each answer would change"),
    ("so far", "the advice as it stands"),
    ("note TEXT · grade B2", "evidence for the last answer (A1 best to F6)"),
    ("partners", "add, edit and remove partners"),
    ("title TEXT · you TEXT", "name the crisis, and who is advised"),
    ("review", "all answers; from there the assessment"),
    ("q", "save and leave; go on at any time"),
)


def _help(sheet: Sheet, state: Interview) -> None:
    if state.variable is not None and state.variable.help:
        sheet.text(state.variable.help)
        sheet.blank()
    for typed, meant in _HELP:
        sheet.text(meant, 1, 4, f"{typed}: ")
