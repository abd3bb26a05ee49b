"""`satchel serve issuer|wallet|verifier|all`: nodes on this machine, until they are stopped by Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Final

import click

from satchel.errors import UsageFault
from satchel.node.server import Serving
from satchel.node.settings import Home
from tui.command import vc_api as api
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
    """Run a node: an issuer or a verifier for others, behind a proxy with TLS, your wallet on this machine, or all."""


@serve.command("issuer")
@_home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=ISSUER_PORT, show_default=True, type=click.IntRange(0, 65535))
@_socket_option
@api.options_of_serve
def serve_issuer(
    home: Home,
    host: str,
    port: int,
    socket: Path | None,
    vc_api: bool,
    vc_api_client: str | None,
    vc_api_secret_file: str | None,
    vc_api_context: tuple[str, ...],
) -> None:
    """Serve the issuer of a home: its API, did.json, status lists, claim links and public badges.

    With --vc-api also the W3C's VC API: an instance for each proof suite and key, and a verifier. Its keys are made
    when they are first needed and kept in the home; `satchel vc-api config` tells them to a test suite.
    """
    from issuer import http

    opened = api.opened(vc_api, vc_api_client, vc_api_secret_file, vc_api_context)
    _run(http.serve(home, announce=_announce, host=host, port=port, socket=socket, vc_api=opened))


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
@click.option("--universal-resolver", metavar="URL", help="Resolve DIDs of other methods through this resolver.")
@api.options_of_serve
def serve_verifier(
    home: str | None,
    host: str,
    port: int,
    socket: Path | None,
    origin: str | None,
    universal_resolver: str | None,
    vc_api: bool,
    vc_api_client: str | None,
    vc_api_secret_file: str | None,
    vc_api_context: tuple[str, ...],
) -> None:
    """Serve the page /verify and POST /api/v1/verify. Nothing that is sent is kept.

    With --vc-api also the verifier's and the holder's part of the W3C's VC API, which need no key.
    """
    from verifier import http

    opened = api.opened(vc_api, vc_api_client, vc_api_secret_file, vc_api_context)
    chosen = None if home is None else Home.resolve(home, os.environ)
    _run(
        http.serve(
            chosen,
            announce=_announce,
            host=host,
            port=port,
            socket=socket,
            origin=origin,
            vc_api=opened,
            universal_resolver=universal_resolver,
        )
    )


@serve.command("all")
@_home_option
@click.option("--passphrase-file", metavar="FILE", help="Read the wallet's passphrase from this file's first line.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where issuer and verifier listen; the wallet never leaves."
)
@click.option("--issuer-port", default=ISSUER_PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--wallet-port", default=WALLET_PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--verifier-port", default=VERIFIER_PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--json", "as_json", is_flag=True, help="Print the three addresses as one line of JSON when all answer.")
@api.options_of_serve
def serve_all(
    home: Home,
    passphrase_file: str | None,
    host: str,
    issuer_port: int,
    wallet_port: int,
    verifier_port: int,
    as_json: bool,
    vc_api: bool,
    vc_api_client: str | None,
    vc_api_secret_file: str | None,
    vc_api_context: tuple[str, ...],
) -> None:
    """Serve the issuer, the wallet and a verifier of one home in one process, on three ports.

    The home must have an issuer and a wallet (`satchel init`). Port 0 takes a free one. Ctrl-C or SIGTERM stops all
    three: what was begun is answered first.
    """
    from tui.command import serve_all as together

    def announce(urls: Mapping[str, str]) -> None:
        for name, url in urls.items():
            click.echo(f"The {name} listens on {url}.", err=True)
        click.echo("Stop with Ctrl-C.", err=True)
        if as_json:
            click.echo(json.dumps({"schema": "satchel.serving/1", **urls}))

    opened = api.opened(vc_api, vc_api_client, vc_api_secret_file, vc_api_context)
    ports = together.Ports(issuer=issuer_port, wallet=wallet_port, verifier=verifier_port)
    _run(
        together.serve_all(home, _passphrase(passphrase_file), host=host, ports=ports, announce=announce, vc_api=opened)
    )


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
