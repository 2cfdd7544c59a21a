"""Reading a mapping of known keys, with every mistake noted rather than raised."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .issues import Place, Problems, listing, nearest
from .source import Mapping_, Node, Scalar, Sequence_, kind_of
from .terms import Citation

ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


class Fields:
    """One mapping of a knowledge-base file, read by key.

    ``what`` names the thing in messages. Keys outside ``allowed`` and missing
    ``required`` keys are noted at once.
    """

    def __init__(
        self, node: Node, what: str, problems: Problems,
        allowed: Sequence[str], required: Sequence[str] = (), at: Place | None = None,
    ) -> None:
        self.problems = problems
        self.what = what
        self.place = at or node.place
        self.node = node if isinstance(node, Mapping_) else None
        if self.node is None:
            problems.add("KB001", f"{what} must be a mapping, not {kind_of(node)}", node.place)
            return
        for key, _ in self.node:
            if key.text not in allowed:
                problems.add("KB002", f"{what} has no key '{key.text}'", key.place,
                             nearest(key.text, allowed), listing("keys", allowed))
        for name in required:
            if self.node.get(name) is None:
                problems.add("KB003", f"{what} lacks '{name}'", self.place)

    def get(self, name: str) -> Node | None:
        """The node under a key, or None."""
        return self.node.get(name) if self.node else None

    def text(self, name: str, default: str = "") -> str:
        """A text, its white space folded."""
        node = self.get(name)
        if node is None:
            return default
        if not isinstance(node, Scalar):
            self._wrong(node, f"'{name}' of {self.what} must be text, not {kind_of(node)}")
            return default
        return " ".join(node.text.split())

    def one_of(self, name: str, allowed: Sequence[str], default: str = "") -> str:
        """One of the allowed words."""
        node = self.get(name)
        if node is None:
            return default
        if not isinstance(node, Scalar) or node.text not in allowed:
            said = node.text if isinstance(node, Scalar) else kind_of(node)
            self._wrong(node, f"'{name}' of {self.what} cannot be '{said}'",
                        listing("one of", allowed), nearest(said, allowed))
            return default or next(iter(allowed), "")
        return node.text

    def flag(self, name: str) -> bool:
        """yes or no; no when absent."""
        return self.one_of(name, ("no", "yes"), "no") == "yes"

    def integer(self, name: str, low: int, high: int, default: int = 0) -> int:
        """A whole number within bounds."""
        node = self.get(name)
        return default if node is None else self.integer_of(node, name, low, high, default)

    def integer_of(self, node: Node, name: str, low: int, high: int, default: int = 0) -> int:
        """The whole number a node holds."""
        text = node.text.lstrip("+") if isinstance(node, Scalar) else ""
        if not re.fullmatch(r"-?\d{1,12}", text) or not low <= int(text) <= high:
            self._wrong(node, f"'{name}' of {self.what} must be a whole number from {low} to {high}")
            return default
        return int(text)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(" ".join(n.text.split()) for n in self.scalars(name))

    def scalars(self, name: str) -> list[Scalar]:
        """A list of scalar nodes; a lone scalar is a list of one."""
        node = self.get(name)
        if node is None:
            return []
        items = node.items if isinstance(node, Sequence_) else (node,)
        out = [n for n in items if isinstance(n, Scalar)]
        for other in items:
            if not isinstance(other, Scalar):
                self._wrong(other, f"'{name}' of {self.what} takes a list of names, not {kind_of(other)}")
        return out

    def items(self, name: str) -> tuple[Node, ...]:
        """A list of any nodes."""
        node = self.get(name)
        if node is None:
            return ()
        if not isinstance(node, Sequence_):
            self._wrong(node, f"'{name}' of {self.what} must be a list, not {kind_of(node)}")
            return ()
        return node.items

    def entries(self, name: str) -> list[tuple[Scalar, Node]]:
        """The entries of a nested mapping."""
        node = self.get(name)
        if node is None:
            return []
        if not isinstance(node, Mapping_):
            self._wrong(node, f"'{name}' of {self.what} must be a mapping, not {kind_of(node)}")
            return []
        return list(node.entries)

    def citations(self, name: str, works: Sequence[str]) -> tuple[Citation, ...]:
        """One citation or a list of them; every work must be in the bibliography."""
        node = self.get(name)
        if node is None:
            return ()
        out = []
        for item in node.items if isinstance(node, Sequence_) else (node,):
            if not isinstance(item, Mapping_):
                self._wrong(item, f"the source of {self.what} must be a mapping, not {kind_of(item)}",
                            "{work: an id of sources.yaml, at: the place in it}")
                continue
            cited = Fields(item, f"the source of {self.what}", self.problems, ("work", "at"), ("work",))
            work = cited.text("work")
            if work and work not in works:
                self._wrong(cited.get("work") or item, f"'{work}' is not in sources.yaml",
                            nearest(work, works))
            out.append(Citation(work, cited.text("at")))
        return tuple(out)

    def _wrong(self, node: Node, message: str, *hints: str) -> None:
        self.problems.add("KB004", message, node.place, *hints)
