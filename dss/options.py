"""Options that several verbs share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from .kb import KnowledgeBase, Sources
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


def write_report(content: str | bytes, out: str | None, page: Page) -> None:
    """Write a report to a file, or to standard output (bytes never to a terminal)."""
    if out is not None and out != "-":
        try:
            with open(out, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
        click.echo(f"Wrote {out}.", err=True)
    elif isinstance(content, bytes) and sys.stdout.isatty():
        raise click.UsageError("this format is not text: name a file with --output")
    else:
        click.echo(content, nl=False, color=page.color)


def spare_inputs(out: str | None, inputs: Iterable[str], option: str) -> None:
    """A usage error when ``out`` is one of the files that are read."""
    for name in inputs:
        if out not in (None, "-") and name != "-" and _same_file(out, name):
            raise click.UsageError(f"{option} would overwrite {name}, which is read: name another file")


def _same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def known(name: str, names: Iterable[str], what: str, option: str) -> None:
    """A usage error, with the nearest name, when ``name`` is given but is none of ``names``."""
    from .issues import nearest

    every = list(names)
    if name and name not in every:
        hint = nearest(name, every)
        raise click.BadParameter(f"there is no {what} '{name}'. {hint[:1].upper()}{hint[1:]}".strip(),
                                 param_hint=option)


def color_option(function: F) -> F:
    """--color."""
    return click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
                        show_default=True, help="Colour; auto obeys NO_COLOR and pipes.")(function)


def kb_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--kb, --pack and --draft; ``kb_folder`` is then what :func:`dss.kb.load_kb` takes."""
    @wraps(function)
    def with_packs(*args: Any, packs: tuple[str, ...], **given: Any) -> Any:
        if packs:
            from .kb import Sources

            given["kb_folder"] = Sources(given["kb_folder"], packs)
        return function(*args, **given)

    with_packs = click.option("--draft", is_flag=True, help="Let draft rules take part.")(with_packs)
    with_packs = click.option("--pack", "packs", multiple=True, metavar="PACK",
                              help="Lay a doctrine pack over it: a folder, or an installed pack's name. "
                                   "May be repeated.")(with_packs)
    return click.option("--kb", "kb_folder", metavar="DIR", default=None,
                        help="Use the knowledge base in DIR instead of the packaged one.")(with_packs)


def kb_arguments(source: str | Sources | None) -> list[str]:
    """The arguments that name a knowledge base again."""
    folder, packs = (
        (source, ()) if isinstance(source, str) or source is None else (source.folder, source.packs)
    )
    return [*(["--kb", str(folder)] if folder else []), *(x for p in packs for x in ("--pack", str(p)))]


def profile_argument(name: str = "profile", *, nargs: int = 1, metavar: str = "PROFILE") -> Callable[[F], F]:
    """A profile, or with ``nargs=-1`` several; shells complete file names."""
    return click.argument(name, nargs=nargs, required=True, metavar=metavar, shell_complete=_files)


def _files(_: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def ids(*kinds: str) -> Completer:
    """Completes ids of the knowledge base that --kb and --pack name: of rules, actions and so on."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            found = [CompletionItem(name, help=title) for kind in kinds for name, title in _named(ctx, kind)]
        except Exception:  # a shell waits: whatever is wrong is told when the command runs
            return []
        return [item for item in found if item.value.startswith(incomplete)]
    return complete


def _named(ctx: click.Context, kind: str) -> list[tuple[str, str]]:
    from .kb import load_kb

    given = ctx.params
    kb = load_kb(given.get("kb_folder"), packs=tuple(given.get("packs") or ()), cases=False)
    if kind in ("attributes", "findings"):
        at = range(kb.attributes) if kind == "attributes" else kb.findings
        return [(kb.variables[i].id, kb.variables[i].title) for i in at]
    return [(name, entry.title) for name, entry in getattr(kb, kind).items()]


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
