"""The card of a credential: what a list shows. Its JSON is the plain form of the vault's summary blob.

All text of a card comes from outside and goes to a person's eyes through satchel.text only.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from json import JSONDecoder
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from satchel.codec import jcs, timestamp
from satchel.credential import openbadge
from satchel.credential.envelope import Envelope
from satchel.errors import CodecError, WalletFault
from satchel.port import JsonObject, JsonValue

if TYPE_CHECKING:
    from verifier.report import Report

SCHEMA: Final = 1
TEXT_LIMIT_CHARS: Final = 300
REMARKS_LIMIT: Final = 40

_ACCEPTED: Final = ("accepted", "accepted_with_warnings")
_DECODER: Final = JSONDecoder()
_SUFFIXES: Final[Mapping[str, str]] = {"json": ".json", "png": ".png", "svg": ".svg", "token": ".jwt"}


class Card(NamedTuple):
    """One credential of the wallet. Dates are as the credential writes them; the verdict is that of the day it was
    added, and `remarks` are the codes of the facets that did not pass then.

    A named tuple, because ten thousand are made at each unlock. The order of its fields is that of the summary blob.
    """

    id: str
    title: str
    issuer_id: str
    issuer_name: str
    credential_id: str
    valid_from: str
    valid_until: str
    awarded: str
    added_at: str
    verdict: str
    policy: str
    remarks: tuple[str, ...]
    digest: str
    size_bytes: int
    format: str
    container: str
    name: str

    @property
    def is_accepted(self) -> bool:
        """Whether the verdict at adding was a good one."""
        return self.verdict in _ACCEPTED

    def is_expired(self, now: datetime) -> bool:
        """Whether the written end of validity is past; False when it cannot be read."""
        end = _instant(self.valid_until)
        return end is not None and end < now

    def file_name(self) -> str:
        """A file name made of the title and the id: lower case ASCII letters, digits and hyphens, and a suffix."""
        words = re.findall(r"[a-z0-9]+", self.title.lower())
        stem = "-".join(words)[:60].strip("-") or "credential"
        return f"{stem}-{self.id[:8]}{_SUFFIXES.get(self.container, '.bin')}"


_REMARKS: Final = Card._fields.index("remarks")


def record_text(record_id: bytes) -> str:
    """The id of a record as people type it: 26 characters of lower case base32."""
    return base64.b32encode(record_id).decode("ascii").rstrip("=").lower()


def of(record_id: bytes, envelope: Envelope, report: Report, *, now: datetime) -> Card:
    """The card of a credential that was just judged."""
    value: JsonObject = envelope.value or {}
    dates = openbadge.dates(value)
    remarks = [facet.code for facet in report.facets if facet.outcome not in ("pass", "not_applicable")]
    return Card(
        id=record_text(record_id),
        title=_cut(openbadge.title(value) or envelope.name),
        issuer_id=_cut(openbadge.issuer_id(value)),
        issuer_name=_cut(openbadge.issuer_name(value)),
        credential_id=_cut(value.get("id")),
        valid_from=_cut(dates.valid_from),
        valid_until=_cut(dates.valid_until),
        awarded=_cut(dates.awarded),
        added_at=timestamp.render(now),
        verdict=report.verdict,
        policy=report.policy,
        remarks=tuple(remarks[:REMARKS_LIMIT]),
        digest=envelope.digest,
        size_bytes=len(envelope.raw),
        format=envelope.format,
        container=envelope.container,
        name=_cut(envelope.name),
    )


def encode(card: Card) -> bytes:
    """The summary blob's plain bytes: a JSON array of the fields."""
    fields: list[JsonValue] = [list(field) if isinstance(field, tuple) else field for field in card]
    return jcs.encode(fields)


def decode(raw: bytes) -> Card:
    """The card of a summary blob. Raises WalletFault wallet.record when it is not one.

    The bytes are our own and were authenticated just now, so the plain decoder of the library reads them; what comes
    from outside goes through strictjson, which takes as long as the decryption.
    """
    try:
        fields = _DECODER.decode(raw.decode())
        fields[_REMARKS] = tuple(fields[_REMARKS])
        return Card._make(fields)
    except (ValueError, LookupError, TypeError) as error:
        raise WalletFault("wallet.record", "The summary of a record cannot be read.") from error


def to_json(card: Card) -> JsonObject:
    """The card as JSON for programs."""
    return {
        "schema": "satchel.card/1",
        "id": card.id,
        "title": card.title,
        "issuer": {"id": card.issuer_id, "name": card.issuer_name},
        "credential_id": card.credential_id,
        "valid_from": card.valid_from,
        "valid_until": card.valid_until,
        "awarded": card.awarded,
        "added_at": card.added_at,
        "verdict": card.verdict,
        "policy": card.policy,
        "remarks": list(card.remarks),
        "digest": card.digest,
        "size_bytes": card.size_bytes,
        "format": card.format,
        "container": card.container,
        "name": card.name,
    }


def replaced(cards: Iterable[Card]) -> dict[str, str]:
    """The id of each card that a newer one replaces, with that one's id.

    Open Badges 3.0: the same issuer and the same credential id, and the newest validFrom counts. Only credentials
    that were accepted take part: else anybody could push a good badge out of the list by an unproven one.
    """
    groups: dict[tuple[str, str], list[Card]] = {}
    for card in cards:
        # A text that was cut could be equal to another one that was not.
        whole = 0 < len(card.issuer_id) < TEXT_LIMIT_CHARS and 0 < len(card.credential_id) < TEXT_LIMIT_CHARS
        if whole and card.is_accepted:
            groups.setdefault((_plain(card.issuer_id), _plain(card.credential_id)), []).append(card)
    older: dict[str, str] = {}
    for group in groups.values():
        if len(group) > 1:
            dated = [(start, card) for card in group if (start := _instant(card.valid_from)) is not None]
            newest, current = max(dated, key=lambda one: (one[0], one[1].added_at, one[1].id), default=(None, None))
            if newest is not None and current is not None:
                older.update((card.id, current.id) for start, card in dated if start < newest)
    return older


def _plain(identifier: str) -> str:
    """An identifier as Open Badges 3.0 compares it: percent-decoded and trimmed."""
    return (unquote(identifier) if "%" in identifier else identifier).strip()


def _instant(text: str) -> datetime | None:
    try:
        return timestamp.parse(text)
    except CodecError:
        return None


def _cut(value: JsonValue) -> str:
    """A text of bounded length; '' for anything that is not a text."""
    return value[:TEXT_LIMIT_CHARS] if isinstance(value, str) else ""
