"""The page of each code: of a check from its module, of an error of reading from the table here."""

from __future__ import annotations

from . import checks

READING = {
    "KB001": "Something that must be a mapping of keys is a list or a value.",
    "KB002": "A key is not known there; the keys that are known are listed.",
    "KB003": "A key that must be there is missing.",
    "KB004": "A value is not of the kind its key takes, or cites a work that sources.yaml lacks.",
    "KB005": "The folder holds no knowledge base.",
    "KB006": "A file that every knowledge base has is missing.",
    "KB007": "A setting of pack.yaml names something that is not there or not of the right kind.",
    "KB010": "An id is defined twice.",
    "KB011": "An id is used that nothing defines.",
    "KB012": "An action names itself.",
    "KB013": "A band is not a pair of percents, lower one first.",
    "KB014": "Not exactly one posture is the fallback.",
    "KB015": "A selector matches no action.",
    "KB016": "A selector compares a number otherwise than with 'at least'.",
    "KB017": "A restated point does not lead to a core point.",
    "KB020": "A condition is not a mapping.",
    "KB021": "'all:' or 'any:' is not followed by a list.",
    "KB022": "A condition names something that is neither an attribute nor a finding.",
    "KB023": "'at_least:' lacks its number or its partner condition.",
    "KB024": "A phrase or value does not fit the variable it is about.",
    "KB025": "A condition has too many alternatives when written out.",
    "KB026": "Only an attribute of the crisis can be asked to be unknown.",
    "KB030": "A rule's id is not lower-case words joined by hyphens.",
    "KB031": "A rule has neither 'when' nor 'always: yes'.",
    "KB032": "A condition can never hold: its phrases allow no common value.",
    "KB033": "A text quotes {something} that does not exist.",
    "KB034": "A point is covered that principles.yaml does not list.",
    "KB035": "A rule lacks a case that fires, or one that does not.",
    "KB036": "A consequence has no verb, or more than one.",
    "KB037": "A rule concludes a finding that does not exist.",
    "KB038": "A rule weighs the same action or posture twice.",
    "KB039": "A requirement names not exactly one of all_of, one_of and safeguard.",
    "KB040": "An id of an attribute, finding or invariant is malformed or taken.",
    "KB041": "A set has too many elements.",
    "KB042": "An attribute has fewer than two values.",
    "KB043": "A grade is not an Admiralty grade.",
    "KB044": "An attribute uses a scale that scales.yaml lacks.",
    "KB045": "A value has a name that no value may have.",
    "KB046": "An aggregate over partners names not exactly one method.",
    "KB047": "The cuts of an aggregate do not rise from 0 over values of its attribute.",
    "KB048": "An aggregate reads a partner attribute with another scale.",
    "KB049": "A number's max is not above its min.",
    "KB050": "A finding has both or neither of 'otherwise' and a scorecard.",
    "KB051": "The cuts of a scorecard do not name the finding's values in rising order.",
    "KB052": "A part of a scorecard has not exactly one of 'of' and 'when'.",
    "KB053": "A scorecard gives points by value to a set or a number.",
    "KB060": "Rules and findings depend on each other in a circle.",
    "KB070": "An invariant makes not exactly one claim.",
    "KB071": "An invariant about raising an attribute does not say which.",
    "KB072": "'mix_with' and 'beside' do not stand together.",
    "KB080": "A precedent's id is not the name of its file.",
}


UNREAD = (
    "This is found while the files are read; until it is mended, no other check runs and nothing\n"
    "can be assessed."
)


def explanation(code: str) -> str | None:
    """The page of a code, or None when there is no such code."""
    for check in checks():
        if check.code == code:
            return f"{check.code}: {check.title}\n\n{check.page}\n"
    if code in READING:
        return f"{code}: {READING[code]}\n\n{UNREAD}\n"
    return None


def listing_of_checks() -> str:
    """Every check on a line, then every code of reading."""
    out = [f"{check.code}  {check.title}" for check in checks()]
    out += ["", "While the files are read:"]
    out += [f"{code}  {text}" for code, text in READING.items()]
    return "\n".join(out) + "\n"
