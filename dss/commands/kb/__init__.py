"""dss kb: tools for those who write and review the knowledge base."""

from __future__ import annotations

import click

from ...verbs import Verbs


@click.group("kb", cls=Verbs, home=__name__)
def command() -> None:
    """Look after the knowledge base."""
