"""Click groups that find their commands in a package: one module, one verb."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click


class Verbs(click.Group):
    """A group whose commands are the modules of a package, imported when needed.

    ``home`` is the package's name; without it that of the group's own verbs, ``dss.commands``.
    """

    def __init__(self, *args: Any, home: str = "dss.commands", **more: Any) -> None:
        super().__init__(*args, **more)
        self.home = home

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The verbs, sorted."""
        names = [entry.name for entry in os.scandir(self._folder()) if not entry.name.startswith("_")]
        return sorted(name.removesuffix(".py").replace("_", "-") for name in names)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs with the first line of each module, read without importing it."""
        rows = [(verb, self._says(verb)) for verb in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _says(self, verb: str) -> str:
        path = os.path.join(self._folder(), verb.replace("-", "_"))
        path = os.path.join(path, "__init__.py") if os.path.isdir(path) else f"{path}.py"
        with open(path, encoding="utf-8") as file:
            line = file.readline().strip().strip('"')
        text = line.partition(": ")[2]
        return text[:1].upper() + text[1:]

    def _folder(self) -> str:
        return os.path.dirname(str(import_module(self.home).__file__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{self.home}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest verb named when there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from .issues import nearest

            hint = nearest(args[0], self.list_commands(ctx))
            if hint and hint not in error.message:
                said = f"{error.message.rstrip('.')}. {hint[0].upper()}{hint[1:]}"
                raise click.UsageError(said, ctx) from error
            raise
