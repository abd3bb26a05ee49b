"""`satchel vc-api config`, and the options by which `satchel serve` opens the VC API."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from satchel.codec import strictjson
from satchel.errors import Malformed, UsageFault
from satchel.exchange.vcapi import ExchangeFault
from satchel.node.settings import Home
from satchel.port import JsonObject

if TYPE_CHECKING:
    from verifier.vcapi import Options
    from verifier.vcapi_access import Client

DEFAULT_URL: Final = "http://127.0.0.1:8401"
SECRET_LIMIT_BYTES: Final = 4096
SECRET_LEAST_CHARS: Final = 32
CONTEXT_LIMIT_BYTES: Final = 1024 * 1024

F = TypeVar("F", bound=Callable[..., Any])


def options_of_serve(command: F) -> F:
    """Adds the options that open the API to a command; it gets them as `vc_api`, `vc_api_client`,
    `vc_api_secret_file` and `vc_api_context`."""
    for option in (
        click.option(
            "--vc-api-context",
            multiple=True,
            metavar="URL=FILE",
            help="A further JSON-LD context that the VC API knows, from a file. May be given several times.",
        ),
        click.option(
            "--vc-api-secret-file", metavar="FILE", help="The client's secret is the first line of this file."
        ),
        click.option(
            "--vc-api-client",
            metavar="ID",
            help="Let only this client use the VC API, by OAuth 2.0 client credentials.",
        ),
        click.option(
            "--vc-api",
            is_flag=True,
            help="Open the VC API for test suites, below /vc-api: whoever reaches it can sign.",
        ),
    ):
        command = option(command)
    return command


def opened(vc_api: bool, client: str | None, secret_file: str | None, contexts: Sequence[str]) -> Options | None:
    """How the API is opened; None when it is not asked for. Raises ExchangeFault vc_api.client, vc_api.context."""
    if not vc_api:
        if client or secret_file or contexts:
            raise UsageFault("usage.option", "the options of the VC API need --vc-api")
        return None
    from verifier.vcapi import OPEN, Options

    added = dict(_context(text) for text in contexts)
    return Options(contexts=OPEN.contexts.extended(added), client=_client(client, secret_file))


def _client(client: str | None, secret_file: str | None) -> Client | None:
    from verifier.vcapi_access import Client

    if client is None and secret_file is None:
        return None
    if not client or secret_file is None:
        raise ExchangeFault("vc_api.client", "a client has a name and a file with its secret")
    lines = _read(secret_file, SECRET_LIMIT_BYTES, "vc_api.client").split(b"\n", 1)
    secret = lines[0].decode("utf-8", "replace").strip()
    if len(secret) < SECRET_LEAST_CHARS:
        raise ExchangeFault("vc_api.client", f"the secret in {secret_file} has fewer than {SECRET_LEAST_CHARS} signs")
    return Client.of(client, secret)


def _context(text: str) -> tuple[str, JsonObject]:
    url, sign, path = text.partition("=")
    if not sign or not url.startswith("https://"):
        raise ExchangeFault("vc_api.context", f"{text} is not an https URL, a = and a file")
    try:
        value = strictjson.load_object(_read(path, CONTEXT_LIMIT_BYTES, "vc_api.context"))
    except Malformed as fault:
        raise ExchangeFault("vc_api.context", f"{path}: {fault.message}") from fault
    if "@context" not in value:
        raise ExchangeFault("vc_api.context", f"{path} has no @context")
    return url, value


def _read(path: str, limit_bytes: int, code: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(limit_bytes + 1)
    except OSError as fault:
        raise ExchangeFault(code, f"{path}: {fault.strerror}") from fault
    if len(raw) > limit_bytes:
        raise ExchangeFault(code, f"{path} is larger than {limit_bytes} bytes")
    return raw


@click.group("vc-api")
def vc_api() -> None:
    """What test suites need to know of a node that is served with --vc-api."""


@vc_api.command("config")
@click.option("--home", metavar="DIR", help="The home folder; else SATCHEL_HOME, else your data folder.")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the node is reached.")
@click.option("--verifier", "is_verifier", is_flag=True, help="The node is a verifier: it issues nothing.")
@click.option("--client", metavar="ID", help="The client of --vc-api-client.")
@click.option(
    "--secret-env",
    metavar="NAME",
    default="SATCHEL_CLIENT_SECRET",
    show_default=True,
    help="The environment variable in which the suite finds the client's secret.",
)
def config(home: str | None, url: str, is_verifier: bool, client: str | None, secret_env: str) -> None:
    """Print the endpoints and DIDs of a node as the W3C's suites read them (localConfig.cjs).

    Keys that an instance lacks are made now and kept in the home, so that this may run before the node is served.
    """
    from satchel.exchange import vcapi
    from satchel.node import entropy
    from satchel.proof.suites import SUITES

    issuers = {}
    if not is_verifier:
        from issuer import identity
        from issuer.http.vcapi_keys import benches
        from satchel.errors import IssueFault

        chosen = Home.resolve(home, os.environ)
        chosen.check()
        settings = chosen.config().issuer
        if settings is None:
            raise IssueFault("issue.no_issuer", f"{chosen.path} has no issuer")
        own = identity.read(chosen, settings.origin, settings.key)
        if own is None:
            raise IssueFault("issue.key", f"{chosen.path} has no key of its issuer")
        found = benches(chosen, own.did, entropy=entropy.system)
        issuers = {name: bench.did for name, bench in found.items()}
    oauth2: JsonObject | None = None
    if client is not None:
        base = url.rstrip("/")
        oauth2 = {
            "clientId": client,
            "clientSecret": secret_env,
            "tokenEndpoint": f"{base}/vc-api/oauth2/token",
            "tokenAudience": base,
            "scopes": ["vc_api"],
        }
    selective = [name for name in vcapi.SELECTIVE if name in SUITES]
    told = vcapi.local_config(url, issuers, selective=selective, oauth2=oauth2)
    click.echo(json.dumps(told, indent=2))
