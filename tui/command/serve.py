"""`satchel serve issuer|wallet|verifier`: one node on this machine, until it is stopped by Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Final

import click

from satchel.errors import UsageFault
from satchel.node.server import Serving
from satchel.node.settings import Home
from wallet import secret as secrets_of_wallets
from wallet.secret import Secret

ISSUER_PORT: Final = 8401
WALLET_PORT: Final = 8402
VERIFIER_PORT: Final = 8403
PASSPHRASE_LIMIT_BYTES: Final = 4096


def _home(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Home:
    return Home.resolve(value, os.environ)


_home_option = click.option(
    "--home", metavar="DIR", callback=_home, help="The home folder; else SATCHEL_HOME, else your data folder."
)
_socket_option = click.option(
    "--socket", metavar="FILE", type=click.Path(path_type=Path), help="Listen on this unix socket (0600) instead."
)


def _announce(serving: Serving) -> None:
    for url in serving.urls:
        click.echo(f"Listening on {url}; stop with Ctrl-C.", err=True)


def _run(work: Coroutine[object, object, None]) -> None:
    async def whole() -> None:
        await work

    asyncio.run(whole())


@click.group()
def serve() -> None:
    """Run a node: an issuer or a verifier for others, behind a proxy with TLS, or your wallet on this machine."""


@serve.command("issuer")
@_home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=ISSUER_PORT, show_default=True, type=click.IntRange(0, 65535))
@_socket_option
def serve_issuer(home: Home, host: str, port: int, socket: Path | None) -> None:
    """Serve the issuer of a home: its API, did.json, status lists, claim links and public badges."""
    from issuer import http

    _run(http.serve(home, announce=_announce, host=host, port=port, socket=socket))


@serve.command("wallet")
@_home_option
@click.option("--passphrase-file", metavar="FILE", help="Read the passphrase from the first line of this file.")
@click.option("--port", default=WALLET_PORT, show_default=True, type=click.IntRange(0, 65535))
@_socket_option
@click.option("--origin", metavar="URL", help="The public address, when a proxy with TLS stands before it.")
def serve_wallet(home: Home, passphrase_file: str | None, port: int, socket: Path | None, origin: str | None) -> None:
    """Serve your wallet on this machine alone. It stays unlocked for as long as it is served."""
    from wallet import http

    given = _passphrase(passphrase_file)
    _run(http.serve(home, given, announce=_announce, port=port, socket=socket, origin=origin))


@serve.command("verifier")
@click.option("--home", metavar="DIR", help="Use the trust lists and frameworks of this home; none without it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=VERIFIER_PORT, show_default=True, type=click.IntRange(0, 65535))
@_socket_option
@click.option("--origin", metavar="URL", help="The public address, when a proxy with TLS stands before it.")
def serve_verifier(home: str | None, host: str, port: int, socket: Path | None, origin: str | None) -> None:
    """Serve the page /verify and POST /api/v1/verify. Nothing that is sent is kept."""
    from verifier import http

    chosen = None if home is None else Home.resolve(home, os.environ)
    _run(http.serve(chosen, announce=_announce, host=host, port=port, socket=socket, origin=origin))


def _passphrase(path: str | None) -> Secret:
    if path is not None:
        try:
            with Path(path).open("rb") as file:
                line = file.read(PASSPHRASE_LIMIT_BYTES).split(b"\n", 1)[0]
        except OSError as fault:
            raise UsageFault("usage.file", f"{path}: {fault.strerror}") from fault
        return secrets_of_wallets.passphrase(line.decode("utf-8", "replace").rstrip("\r"))
    if (said := os.environ.get("SATCHEL_PASSPHRASE")) is not None:
        click.echo("The passphrase came from the environment, where other programs may read it.", err=True)
        return secrets_of_wallets.passphrase(said)
    if not sys.stdin.isatty():
        raise UsageFault("usage.option", "there is no terminal to ask for the passphrase: use --passphrase-file")
    return secrets_of_wallets.passphrase(click.prompt("Passphrase", hide_input=True, err=True))
