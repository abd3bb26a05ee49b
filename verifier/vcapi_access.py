"""Who may use the VC API, when not everybody: one client by OAuth 2.0 client credentials, with short bearer tokens.

Tokens live in the memory of the process and end with it. Sources: RFC 6749 §4.4, §5; RFC 6750.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from satchel.node.guard import Token, TokenStore, create_token
from satchel.node.route import JSON, Answer, Call, Reply, Route
from satchel.port import Clock, Entropy, JsonObject

LIFETIME: Final = timedelta(hours=1)
TOKENS_LIMIT: Final = 1000
FORM: Final = "application/x-www-form-urlencoded"
_FORM_LIMIT_BYTES: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class Client:
    """A client's name, and the SHA-256 of its secret (32 random bytes as text, so no slow hash is needed)."""

    id: str
    secret_digest: str

    @staticmethod
    def of(id: str, secret: str) -> Client:
        """The client with this secret."""
        return Client(id, _digest(secret))


class ClientTokens:
    """The tokens given to the client, in front of those that the node knows besides (satchel.node.guard.TokenStore)."""

    def __init__(self, client: Client, others: TokenStore, *, scope: str, clock: Clock, entropy: Entropy) -> None:
        self._client = client
        self._others = others
        self._scope = scope
        self._clock = clock
        self._entropy = entropy
        self._given: OrderedDict[str, Token] = OrderedDict()

    async def find(self, digest: str, /) -> Token | None:
        """The token, given here or known besides."""
        return self._given.get(digest) or await self._others.find(digest)

    async def used(self, token_id: str, at: datetime, /) -> None:
        """Notes the use of a token that is kept elsewhere; those given here are not noted."""
        if all(token.id != token_id for token in self._given.values()):
            await self._others.used(token_id, at)

    def route(self) -> Route:
        """The token endpoint."""
        return Route(
            method="POST",
            path="/vc-api/oauth2/token",
            name="vc_api_give_token",
            summary="Gives the client a token, for grant_type client_credentials.",
            handler=self._give,
            answers=(
                Answer(summary="The token and how many seconds it lasts."),
                Answer(status=400, summary="The request is not understood."),
                Answer(status=401, summary="The client is not known."),
            ),
            tags=("vc-api",),
            accepts=(FORM,),
            body_limit_bytes=_FORM_LIMIT_BYTES,
        )

    async def _give(self, call: Call) -> Reply:
        try:
            pairs = parse_qsl(call.raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=20)
        except ValueError:
            return _refused(400, "invalid_request")
        form = dict(pairs)
        if len(form) != len(pairs) or "grant_type" not in form:
            return _refused(400, "invalid_request")
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type")
        # Both are compared whatever the first says.
        is_named = hmac.compare_digest(form.get("client_id", "").encode(), self._client.id.encode())
        is_secret = hmac.compare_digest(_digest(form.get("client_secret", "")), self._client.secret_digest)
        if not (is_named and is_secret):
            return _refused(401, "invalid_client")
        now = self._clock()
        secret, token = create_token(
            name="vc-api", scopes=(self._scope,), created=now, expires=now + LIFETIME, entropy=self._entropy
        )
        self._given[token.digest] = token
        while len(self._given) > TOKENS_LIMIT:
            self._given.popitem(last=False)
        given: JsonObject = {
            "access_token": secret.reveal(),
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": self._scope,
        }
        return Reply(body=json.dumps(given).encode("ascii"), media_type=JSON)


def _refused(status: int, error: str) -> Reply:
    return Reply(status=status, body=json.dumps({"error": error}).encode("ascii"), media_type=JSON)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
