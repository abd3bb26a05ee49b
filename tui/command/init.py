"""`satchel init issuer|wallet`: hands over to the role's own command."""

from __future__ import annotations

import importlib
from typing import Final

import click

_ROLES: Final = {"issuer": "issuer.command", "wallet": "wallet.command"}


class _Roles(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_ROLES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ROLES:
            return None
        command: click.Command = importlib.import_module(_ROLES[cmd_name]).init
        return command


@click.group(cls=_Roles)
def init() -> None:
    """Make an issuer node or a wallet."""
