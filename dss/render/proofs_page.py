"""Proofs for printed reports: nested statements, each rule told once."""

from __future__ import annotations

from typing import Any

from .blocks_page import Bullets, Fold, Item, Text
from .text import citation

Data = dict[str, Any]
WHO = {"stated": "reported", "partners": "from the partner list", "presumed": "presumed", "open": "open",
       "rule": "rule", "derived": "follows", "step": "composition"}


def proof_fold(d: Data, item: str) -> Fold:
    """The proof of an action or posture of the recommended mix, to be opened."""
    proof = d["proofs"][item]
    told: set[str] = set()
    items = tuple(_item(part, told) for part in proof["because"])
    head = proof["text"][:1].upper() + proof["text"][1:] + "."
    return Fold("Proof, down to the facts reported", (Text(head, role="strong"), Bullets(items)))


def _item(part: Data, told: set[str]) -> Item:
    cited = f" [{citation(part['source'])}]" if part["source"] else ""
    note = f" ({part['note']})" if part["note"] and part["kind"] != "rule" else ""
    lead = f"{part['note']}. " if part["kind"] == "rule" and part["note"] else ""
    text = part["text"][:1].upper() + part["text"][1:]
    if part["id"] and part["id"] in told and part["because"]:
        return Item(f"{text} (shown above)", lead, part["kind"])
    told.add(part["id"])
    return Item(f"{text}{note}{cited}", lead, part["kind"], tuple(_item(p, told) for p in part["because"]))
