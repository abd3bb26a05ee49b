"""Errors as HTTP tells them: RFC 9457 problem documents with our public codes, and the status of each.

Nothing of the server is imported here, so a store or a service may raise HttpFault without paying for aiohttp.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from satchel.codes import CODES
from satchel.errors import SatchelError
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal

MEDIA_TYPE: Final = "application/problem+json"
DETAIL_LIMIT: Final = 1000
ERRORS_LIMIT: Final = 20

# A whole code wins over its room. A room that is missing here is answered 500: we do not blame the client unasked.
STATUS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "http.bad_request": 400,
        "http.header_too_large": 431,
        "http.header_timeout": 408,
        "http.not_found": 404,
        "http.method_not_allowed": 405,
        "http.expectation": 417,
        "http.media_type": 415,
        "http.content_encoding": 415,
        "http.body_too_large": 413,
        "http.body_timeout": 408,
        "http.body_cut": 400,
        "http.body_invalid": 422,
        "http.query_invalid": 400,
        "http.idempotency_key": 400,
        "http.idempotency_reused": 422,
        "http.idempotency_open": 409,
        "http.rate_limited": 429,
        "http.busy": 503,
        "http.not_ready": 503,
        "http": 500,
        "token.scope": 403,
        "token": 401,
        "parse.too_large": 413,
        "parse": 400,
        "codec": 400,
        "fetch": 502,
        "database.full": 507,
        "database.busy": 503,
        "database.closed": 503,
        "database": 500,
        "settings": 500,
        "wallet.locked": 423,
        "wallet.missing": 404,
        "wallet.unknown_id": 404,
        "wallet.exists": 409,
        "claim.unknown": 404,
        "claim.used": 409,
        "claim.expired": 410,
        "claim.holder_unproven": 403,
        "claim": 422,
        "tui": 500,
        "usage": 400,
        "vc_api": 400,
        **dict.fromkeys(("archive", "registry", "given", "picture", "page", "refresh"), 422),
        **dict.fromkeys(
            (
                "key",
                "linked",
                "proof",
                "did",
                "credential",
                "status",
                "schema",
                "bake",
                "template",
                "issue",
                "batch",
                "stack",
                "endorsement",
                "presentation",
                "pathway",
                "passport",
                "framework",
            ),
            422,
        ),
        **dict.fromkeys(("wallet", "vault", "policy", "trust", "materials"), 422),
    }
)


class HttpFault(SatchelError):
    """A request cannot be answered, or a node cannot be served (http.*, token.*); `headers` go with the answer."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(code, message)
        self.headers: Mapping[str, str] = headers or {}
        self.errors = tuple(errors)
        """What is wrong and where: (JSON pointer or query name, sentence), for http.body_invalid and its like."""


def status_of(code: str) -> int:
    """The HTTP status of an error's code: the code's own, else its room's, else 500."""
    return STATUS.get(code) or STATUS.get(code.partition(".")[0], 500)


def problem_of(error: SatchelError) -> JsonObject:
    """The problem document: type, title, status, detail, code, next_step and, when given, errors.

    Everything that came from outside is made visible text. Of a failure of ours (5xx) only http.busy and
    http.not_ready tell a detail: other messages may name files and hosts of the node, and belong into its log.
    """
    status = status_of(error.code)
    problem: JsonObject = {
        "type": f"/errors/{error.code}",
        "title": CODES[error.code].sentence,
        "status": status,
        "code": error.code,
        "next_step": for_terminal(error.next_step),
    }
    if status < 500 or error.code in ("http.busy", "http.not_ready"):
        problem["detail"] = for_terminal(error.message, limit=DETAIL_LIMIT)
    if isinstance(error, HttpFault) and error.errors:
        listed: list[JsonValue] = [
            {"at": for_terminal(at, limit=200), "message": for_terminal(message, limit=200)}
            for at, message in error.errors[:ERRORS_LIMIT]
        ]
        problem["errors"] = listed
    return problem


def internal(instance: str) -> JsonObject:
    """The problem document of an unexpected failure: it tells nothing but the instance that the log has too."""
    return problem_of(HttpFault("http.internal", "unexpected")) | {"instance": f"urn:satchel:request:{instance}"}


def encode(problem: JsonObject) -> bytes:
    """The document's bytes, pure ASCII."""
    return json.dumps(problem, separators=(",", ":")).encode("ascii")


def last_word(error: HttpFault) -> bytes:
    """A whole HTTP/1.1 answer that ends the connection, for a connection that never became a request."""
    body = encode(problem_of(error))
    status = HTTPStatus(status_of(error.code))
    fields = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **error.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{head}\r\n".encode("ascii") + body
