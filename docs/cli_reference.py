"""Writes docs/cli.md: every verb with its options, from the program itself.

Run it after a verb has changed: python docs/cli_reference.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from dss.cli import cli

PAGE = Path(__file__).resolve().parent / "cli.md"
HEAD = """# Command line

Every verb, as `dss --help` tells it. Exit status: 0 done, 1 problems found or invalid input, 2 wrong usage,
3 too little known to advise.
"""


def reference() -> str:
    """The page."""
    context = click.Context(cli, info_name="dss", max_content_width=96, terminal_width=96,
                            help_option_names=cli.context_settings["help_option_names"])
    return HEAD + "".join(verb(name, command, context) for name, command in verbs(cli, context))


def verbs(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, those of groups within it in their place."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            inner = click.Context(command, info_name=name, parent=context)
            yield from ((f"{name} {below}", found) for below, found in verbs(command, inner))
        else:
            yield name, command


def verb(name: str, command: click.Command, context: click.Context) -> str:
    """One verb under its heading."""
    own = click.Context(command, info_name=name, parent=context, max_content_width=96, terminal_width=96)
    return f"\n## dss {name}\n\n```text\n{command.get_help(own).rstrip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
