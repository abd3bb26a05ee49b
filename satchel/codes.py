"""The one table of public codes: outcome, a plain sentence, and the next step. Codes are never renamed.

`outcome` is what a facet with this code says, or `error` when the code is only ever raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["pass", "warn", "unknown", "fail", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Code:
    """One public code."""

    outcome: Outcome | Literal["error"]
    sentence: str
    next_step: str


_PARSE = {
    "parse.ok": Code("pass", "The file was read.", ""),
    "parse.bom": Code("warn", "The file begins with a byte order mark.", "Ask the issuer to send plain UTF-8."),
    "parse.empty": Code("fail", "The file is empty.", "Ask for the file again."),
    "parse.too_large": Code("fail", "The file is larger than 8 MiB.", "Send the credential alone."),
    "parse.too_deep": Code("fail", "The file is nested deeper than 64 levels.", "Ask the issuer for a plain file."),
    "parse.not_utf8": Code("fail", "The text is not valid UTF-8.", "Save the file as UTF-8 and try again."),
    "parse.not_json": Code("fail", "The text is not valid JSON.", "Ask for the file as the issuer made it."),
    "parse.duplicate_key": Code(
        "fail", "A JSON object has the same member twice, so readers may disagree.", "Ask the issuer for a new file."
    ),
    "parse.number": Code("fail", "A number cannot be read exactly.", "Ask the issuer to write it as text."),
    "parse.surrogate": Code("fail", "A text has half of a character pair.", "Ask the issuer for a new file."),
    "parse.not_object": Code("fail", "The JSON is not one object.", "Send one credential a file."),
    "parse.not_credential": Code("fail", "The bytes are in no known credential format.", "Send JSON, PNG or SVG."),
    "parse.no_credential": Code("fail", "The image carries no credential.", "Ask for the baked badge."),
    "parse.image": Code("fail", "The image file is damaged.", "Ask for the baked badge again."),
    "parse.two_credentials": Code("fail", "The image carries more than one credential.", "Ask for one badge a file."),
    "parse.unreadable": Code("unknown", "The file could not be opened.", "Check that it exists and is readable."),
}

_CODEC = {
    "codec.base58": Code("error", "The text is not base58btc.", "Check that it was copied whole."),
    "codec.base64url": Code("error", "The text is not unpadded base64url.", "Check that it was copied whole."),
    "codec.multibase": Code("error", "The multibase prefix is not allowed here.", "Use the prefix of the format."),
    "codec.varint": Code("error", "The varint is cut, too long or not minimal.", "Check that it was copied whole."),
    "codec.jcs": Code("error", "The value has no canonical JSON form.", "Use JSON values only."),
    "codec.inflate": Code("error", "The compressed data is damaged.", "Ask for the list again."),
    "codec.inflate_limit": Code("error", "The compressed data grows past its limit.", "Do not trust its sender."),
}

_KEY: dict[str, Code] = {}

_LINKED: dict[str, Code] = {}

_PROOF: dict[str, Code] = {}

_DID: dict[str, Code] = {}

_FETCH: dict[str, Code] = {}

_CREDENTIAL: dict[str, Code] = {}

_VERIFIER: dict[str, Code] = {}

_NODE: dict[str, Code] = {}

_ISSUER: dict[str, Code] = {}

_WALLET: dict[str, Code] = {}

_USAGE = {
    "usage.option": Code("error", "An option or argument is not valid.", "Run the command with --help."),
    "usage.file": Code("error", "A file could not be read or written.", "Check the path and its permissions."),
}

CODES: Mapping[str, Code] = MappingProxyType(
    _PARSE
    | _CODEC
    | _KEY
    | _LINKED
    | _PROOF
    | _DID
    | _FETCH
    | _CREDENTIAL
    | _VERIFIER
    | _NODE
    | _ISSUER
    | _WALLET
    | _USAGE
)
