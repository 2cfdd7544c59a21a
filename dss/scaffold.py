"""New entries of a knowledge base: complete enough to load, with words in capitals to replace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .casetest import flow
from .kb import KnowledgeBase
from .kbschema import schema_line
from .profile_text import phrase_of
from .source import Mapping_, Node

TODO = "TODO"
"""The placeholder; 'dss kb check' names every one that is left."""


def rule_text(kb: KnowledgeBase, name: str, source: str) -> str:
    """A draft rule: it asks the first framing question, and warns."""
    variable = next((v for v in kb.variables[: kb.attributes] if v.frame), kb.variables[0])
    yes, no = (
        phrase_of(variable, variable.bit(v)) if variable.kind != "set" else [v] for v in variable.values[:2]
    )
    asked = f"has {variable.values[0]}" if variable.kind == "set" else flow(yes)
    return f"""
- id: {name}
  title: {TODO} state the effect in one line
  status: draft
  when:
    {variable.id}: {asked}
  then:
    - caution: {TODO} say what to heed, or put another verb here.
  because: >
    {TODO} give the reason a decision maker would read, quoting facts such as {{{variable.id}}}.
  source: {{work: {source}, at: {TODO}}}
  covers: []
  cases:
    - {{given: {{{variable.id}: {flow(yes)}}}, fires: yes}}
    - {{given: {{{variable.id}: {flow(no)}}}, fires: no}}
"""


def action_text(name: str, source: str) -> str:
    """A cooperative action with the mildest properties."""
    return f"""
  {name}:
    title: {_title(name)}
    class: cooperative
    definition: {TODO} say what is done.
    objective: {TODO} say what it is for.
    hard: 0
    escalation: 0
    reversibility: high
    lead_time: days
    indicators: [{TODO} what shows that it works]
    stops_if: [{TODO} what would make one stop it]
    source: {{work: {source}, at: {TODO}}}
"""


def attribute_text(name: str, source: str) -> str:
    """A question with two values on a scale."""
    return f"""
  {name}:
    type: scale
    values:
      low: low {name.replace('_', ' ')}
      high: high {name.replace('_', ' ')}
    title: {_title(name)}
    question: {TODO} ask for one fact?
    help: {TODO} say what each value means, for somebody who is no expert.
    why: {TODO} say in one sentence why it matters.
    source: {{work: {source}, at: {TODO}}}
"""


def precedent_text(kb: KnowledgeBase, name: str) -> str:
    """A historical case with the framing questions unanswered."""
    asked = "".join(f"  {v.id}: unknown\n" for v in kb.variables[: kb.attributes] if v.frame)
    return f"""{schema_line(f'precedents/{name}.yaml')}
id: {name}
title: {TODO} name the case and the year
year: 1900
decided: 1900-01-01
advised: {TODO} who was advised
story: >
  {TODO} tell what had happened by the day of the decision.
facts:
{asked}done: []
posture: {kb.fallback.id}
outcome: {TODO} what came of it.
result: mixed
claims: []
sources: [{TODO} where this is told]
lesson: {TODO} what one learns from it.
"""


def _title(name: str) -> str:
    words = name.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def inserted(text: str, node: Node, table: str, entry: str) -> str:
    """A file's text with an entry put at the end of its table or list."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    after = len(lines)
    if isinstance(node, Mapping_):
        keys = [key for key, _ in node.entries]
        at = next(i for i, key in enumerate(keys) if key.text == table)
        if at + 1 < len(keys):
            after = keys[at + 1].line
    while after and not lines[after - 1].strip():
        after -= 1
    return "".join(lines[:after]) + entry + "".join(lines[after:])


def with_schema_line(text: str, path: str) -> str:
    """A file's text with the line for editors on top, unless it has one."""
    return text if "yaml-language-server" in text[:400] else f"{schema_line(path)}\n{text}"


def new_file(kind: str, name: str) -> str:
    """The beginning of a file of rules, actions or attributes that does not exist yet."""
    heads: Mapping[str, str] = {
        "rules": f"principle: {name}\nrules:\n", "actions": f"line: {name}\nactions:\n",
        "attributes": f"group: {name}\ntitle: {_title(name)}\norder: 50\nattributes:\n",
    }
    return f"{schema_line(f'{kind}/{name}.yaml')}\n{heads[kind]}"


PACK: Mapping[str, str] = {
    "pack.yaml": """id: {id}
version: 0.1.0
title: {title}
licence: MIT
composition:
  places: 6
  places_per_line: 3
  entry: 8
  stranger: 16
  overlap: 60
  horizon: time_left
""",
    "scales.yaml": """scales:
  three: {{low: low, medium: medium, high: high}}
strengths: {{weak: 4, moderate: 8, strong: 12}}
""",
    "sources.yaml": "sources:\n  judgement: {{title: Judgement of this pack, kind: judgement}}\n",
    "principles.yaml": """principles:
  care: {{title: Take care, statement: First do no harm., points: [P1]}}
""",
    "safeguards.yaml": """safeguards:
  review-date:
    title: Set a review date
    text: Look again on a fixed day.
    owner: whoever decides
    by: weekly
    kind: review
""",
    "findings.yaml": """findings:
  urgent:
    title: Urgency
    values: {{no: there is no hurry, yes: there is a hurry}}
    otherwise: no
    why: Haste makes mistakes.
    source: {{work: judgement}}
""",
    "postures.yaml": """postures:
  wait-and-see:
    title: Wait and see
    purpose: Learn more before acting.
    band: [0, 10]
    core: [find-out-more]
    fits: [talk]
    counter_argument: Waiting costs time.
    review_in: one week
    fallback: yes
  talk-first:
    title: Talk first
    purpose: Settle the matter by talk.
    band: [0, 20]
    core: [talk]
    fits: [find-out-more]
    counter_argument: Talk may be used to play for time.
    review_in: one week
""",
    "invariants.yaml": """invariants:
  a-review-in-every-mix:
    title: A review date in every mix
    mix_safeguard: review-date
    source: {{work: judgement}}
""",
    "attributes/situation.yaml": """group: situation
title: The situation
order: 1
attributes:
  tension:
    type: scale
    frame: yes
    scale: three
    title: Tension
    question: How tense is it?
    why: Tense people err.
    source: {{work: judgement}}
  time_left:
    type: scale
    frame: yes
    values: [hours, days, weeks, months]
    title: Time left
    question: How much time is left?
    why: Slow remedies come too late.
    source: {{work: judgement}}
""",
    "actions/diplomatic.yaml": """line: diplomatic
actions:
  talk:
    title: Talk
    class: cooperative
    definition: Both sides meet.
    objective: Settle the matter.
    hard: 0
    escalation: -2
    reversibility: high
    lead_time: hours
  find-out-more:
    title: Find out more
    class: cooperative
    definition: Ask those who know.
    objective: Decide on facts.
    hard: 0
    escalation: 0
    reversibility: high
    lead_time: hours
""",
    "rules/care.yaml": """principle: care
rules:
- id: short-time-makes-it-urgent
  title: Little time makes it urgent
  when: {{time_left: [hours, days]}}
  then:
  - conclude: {{urgent: yes}}
  because: You report {{time_left}}.
  source: {{work: judgement}}
  covers: [P1]
  cases:
  - {{given: {{time_left: hours}}, fires: yes}}
  - {{given: {{time_left: weeks}}, fires: no}}
- id: tension-calls-for-talk
  title: Tension calls for talk
  when: {{tension: [medium, high]}}
  then:
  - favour: [talk, talk-first]
    strength: strong
  because: You report {{tension}} tension.
  source: {{work: judgement}}
  covers: [P1]
  cases:
  - {{given: {{tension: high}}, fires: yes}}
  - {{given: {{tension: low}}, fires: no}}
- id: calm-leaves-time-to-ask
  title: Without haste there is time to ask
  when: {{urgent: no}}
  then:
  - favour: [find-out-more]
    strength: moderate
  because: As you report it, {{urgent}}.
  source: {{work: judgement}}
  covers: []
  cases:
  - {{given: {{time_left: months}}, fires: yes}}
  - {{given: {{time_left: hours}}, fires: no}}
- id: every-mix-is-reviewed
  title: Every mix is reviewed
  always: yes
  then:
  - require: {{with: {{every: mix}}, safeguard: review-date}}
  because: Facts change.
  source: {{work: judgement}}
  covers: []
  cases:
  - {{given: {{}}, fires: yes}}
""",
}


def write_pack(folder: Path, name: str) -> list[str]:
    """Write a small knowledge base that passes its checks and can be grown; the files written."""
    written = []
    for path, text in PACK.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        body = text.format(id=name, title=_title(name))
        file.write_text(f"{schema_line(path)}\n{body}", encoding="utf-8")
        written.append(str(file))
    return written
