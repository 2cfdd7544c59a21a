"""Options that several verbs share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from .kb import KnowledgeBase
    from .render import Page
    from .situation import Situation

F = TypeVar("F", bound=Callable[..., Any])
MAX_WIDTH, PIPE_WIDTH = 100, 80


class _Formats(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "format"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from .issues import nearest
        from .render import formats

        if value not in formats():
            hint = nearest(value, formats())
            self.fail(f"'{value}' is not one of {', '.join(formats())}. {hint[:1].upper()}{hint[1:]}".strip(),
                      param, ctx)
        return value

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:  # noqa: ARG002
        from .render import formats

        return "[" + "|".join(formats()) + "]"


def format_option(default: str = "text") -> Callable[[F], F]:
    """--format."""
    return click.option("--format", "-f", "fmt", type=_Formats(), default=default, show_default=True,
                        help="How to print the result.")


def json_option(function: F) -> F:
    """--format text or json."""
    return click.option("--format", "-f", "fmt", type=click.Choice(["text", "json"]), default="text",
                        show_default=True, help="How to print the result.")(function)


def emit(data: Any, fmt: str, text: Callable[[], str]) -> None:
    """Print data as JSON, or the text made from it."""
    if fmt == "json":
        import json

        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        click.echo(text(), nl=False)


def color_option(function: F) -> F:
    """--color."""
    return click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
                        show_default=True, help="Colour; auto obeys NO_COLOR and pipes.")(function)


def kb_options(function: F) -> F:
    """--kb and --draft."""
    function = click.option("--draft", is_flag=True, help="Let draft rules take part.")(function)
    return click.option("--kb", "kb_folder", metavar="DIR", default=None,
                        help="Use the knowledge base in DIR instead of the packaged one.")(function)


def parse_weights(kb: KnowledgeBase, texts: Sequence[str]) -> dict[str, int]:
    """Weights given as PRINCIPLE=N, in hundredths; raises InvalidInput."""
    from .issues import Problems
    from .situation import read_weights
    from .source import from_python

    problems = Problems()
    given = dict(text.partition("=")[::2] for text in texts)
    node = from_python("--weight", given, problems)
    weights = read_weights(kb, node, problems) if node is not None and given else {}
    problems.raise_if_any()
    return weights


def read_profile(kb: KnowledgeBase, name: str) -> Situation:
    """The profile in a file, or on standard input for '-'."""
    from .situation import load_situation

    if name == "-":
        return load_situation(kb, sys.stdin.buffer.read((1 << 20) + 1), name="<stdin>")
    return load_situation(kb, name)


def page_for(color: str, verbose: bool = False) -> Page:
    """The page of the current standard output: as wide as the terminal, at most 100, 80 in a pipe."""
    import shutil

    from .render import Page

    terminal = sys.stdout.isatty()
    width = PIPE_WIDTH
    if terminal or "COLUMNS" in os.environ:
        width = min(MAX_WIDTH, max(40, shutil.get_terminal_size((PIPE_WIDTH, 24)).columns))
    wanted = color == "always" or (color == "auto" and terminal and not os.environ.get("NO_COLOR"))
    return Page(width=width, color=wanted, verbose=verbose)
