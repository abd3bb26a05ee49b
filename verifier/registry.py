"""Trust: the allow lists of this verifier, who has decided on its own whom it knows, and the registries that it asks.

A list is a JSON file, `satchel.trust/1`: {"schema", "name", "issuers": [{"id", "name", "from"?, "until"?,
"distrusted"?, "accredits"?, "may_award"?, "may_not_award"?}]}. Days are written YYYY-MM-DD and both belong to the
time; what may be awarded is told by scopes (verifier.scope). Every key must be known: a misspelt `until` would trust
for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from did import syntax
from satchel.codec import strictjson
from satchel.errors import DidError, Malformed, SettingsFault
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier import scope
from verifier.scope import Scope

if TYPE_CHECKING:
    from verifier.remote import Registry

SCHEMA: Final = "satchel.trust/1"
LIMIT_BYTES: Final = 4 * 1024 * 1024
NAME_LIMIT_CHARS: Final = 200
REGISTRIES_LIMIT: Final = 16
ACCREDITATIONS_LIMIT: Final = 500

_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_LIST_KEYS: Final = frozenset({"schema", "name", "issuers"})
_ISSUER_KEYS: Final = frozenset(
    {"id", "name", "from", "until", "distrusted", "accredits", "may_award", "may_not_award"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIssuer:
    """One issuer of a list: its DID, the name that the list gives it, the days of the trust, or the distrust, whether
    it may accredit others, and what the list says that it may award."""

    id: str
    name: str
    since: date | None
    until: date | None
    is_distrusted: bool
    accredits: bool = False
    may_award: tuple[Scope, ...] = ()
    may_not_award: tuple[Scope, ...] = ()

    def covers(self, day: date) -> bool:
        """Whether the day is one of the entry's days."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """One list, by the name that it gives itself."""

    name: str
    issuers: tuple[KnownIssuer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The lists, the registries and the accreditations (files as they are) of a verifier, in the order of their files.
    A list is never fetched."""

    lists: tuple[TrustList, ...] = ()
    registries: tuple[Registry, ...] = ()
    accreditations: tuple[bytes, ...] = ()

    def find(self, issuer: str) -> tuple[tuple[str, KnownIssuer], ...]:
        """The entries of this issuer, each with the name of its list."""
        return tuple((one.name, known) for one in self.lists for known in one.issuers if known.id == issuer)

    def agencies(self, day: date) -> dict[str, str]:
        """Who may accredit others on this day: their names by their DID."""
        return {
            known.id: known.name
            for one in self.lists
            for known in one.issuers
            if known.accredits and not known.is_distrusted and known.covers(day)
        }


NO_TRUST: Final = Trust()


def load(raw: bytes, *, name: str) -> TrustList | Registry | bytes:
    """The list or registry of a file, or the file itself when it is an accreditation; `name` is the file's, for
    messages. Raises SettingsFault trust.invalid, trust.unknown_key."""
    where = for_terminal(name, limit=100)
    try:
        value = strictjson.loads(raw, limit_bytes=LIMIT_BYTES)
    except Malformed as fault:
        raise SettingsFault("trust.invalid", f"{where}: {fault.message}") from fault
    if isinstance(value, dict) and "@context" in value:
        from verifier import accreditation

        return accreditation.load(raw, where)
    return _read(value, where)


def together(found: Iterable[TrustList | Registry | bytes]) -> Trust:
    """The trust of these files. Raises SettingsFault trust.invalid for too many registries or accreditations: each of
    them is asked, or judged, for each credential."""
    items = tuple(found)
    accreditations = tuple(one for one in items if isinstance(one, bytes))
    registries = tuple(one for one in items if not isinstance(one, TrustList | bytes))
    if len(registries) > REGISTRIES_LIMIT or len(accreditations) > ACCREDITATIONS_LIMIT:
        raise SettingsFault(
            "trust.invalid",
            f"there are more than {REGISTRIES_LIMIT} registries or {ACCREDITATIONS_LIMIT} accreditations",
        )
    return Trust(
        lists=tuple(one for one in items if isinstance(one, TrustList)),
        registries=registries,
        accreditations=accreditations,
    )


def list_to_json(one: TrustList) -> JsonObject:
    """The list as it stands in a file."""
    return {"schema": SCHEMA, "name": one.name, "issuers": [_issuer_to_json(known) for known in one.issuers]}


def to_json(trust: Trust) -> list[JsonValue]:
    """The lists and the registries as they stand in files."""
    saved: list[JsonValue] = [list_to_json(one) for one in trust.lists]
    if trust.registries:
        from verifier import remote

        saved += [remote.to_json(one) for one in trust.registries]
    if trust.accreditations:
        from verifier import accreditation

        saved += [accreditation.to_json(one) for one in trust.accreditations]
    return saved


def from_json(value: JsonValue) -> Trust:
    """The trust that `to_json` wrote. Raises SettingsFault trust.invalid, trust.unknown_key."""
    if not isinstance(value, list):
        raise SettingsFault("trust.invalid", "saved trust is a list of lists")
    return together(_read(one, "saved list") for one in value)


def _read(value: JsonValue, where: str) -> TrustList | Registry | bytes:
    if isinstance(value, dict) and value.get("schema") != SCHEMA:
        from verifier import accreditation, remote

        if value.get("schema") == accreditation.SCHEMA:
            return accreditation.from_json(value, where)

        if value.get("schema") == remote.SCHEMA:
            return remote.load(value, where)
    return _list(value, where)


def _issuer_to_json(known: KnownIssuer) -> JsonObject:
    entry: JsonObject = {"id": known.id, "name": known.name}
    if known.since is not None:
        entry["from"] = known.since.isoformat()
    if known.until is not None:
        entry["until"] = known.until.isoformat()
    if known.is_distrusted:
        entry["distrusted"] = True
    if known.accredits:
        entry["accredits"] = True
    for key, scopes in (("may_award", known.may_award), ("may_not_award", known.may_not_award)):
        if scopes:
            entry[key] = scope.to_json(scopes)
    return entry


def _list(value: JsonValue, where: str) -> TrustList:
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise SettingsFault("trust.invalid", f"{where} is no {SCHEMA}")
    _check_keys(value, _LIST_KEYS, where)
    issuers = value.get("issuers")
    if not isinstance(issuers, list):
        raise SettingsFault("trust.invalid", f"{where}: issuers is no list")
    known = tuple(_issuer(entry, f"{where}, issuer {number}") for number, entry in enumerate(issuers, start=1))
    _check_twice(known, where)
    return TrustList(name=_name(value, where), issuers=known)


def _issuer(value: JsonValue, where: str) -> KnownIssuer:
    if not isinstance(value, dict):
        raise SettingsFault("trust.invalid", f"{where} is no object")
    _check_keys(value, _ISSUER_KEYS, where)
    identifier, distrusted = value.get("id"), value.get("distrusted", False)
    if not isinstance(identifier, str):
        raise SettingsFault("trust.invalid", f"{where} has no id")
    try:
        syntax.parse(identifier)
    except DidError as fault:
        raise SettingsFault("trust.invalid", f"{where}: {fault.message}") from fault
    accredits = value.get("accredits", False)
    if not isinstance(distrusted, bool) or not isinstance(accredits, bool):
        raise SettingsFault("trust.invalid", f"{where}: distrusted or accredits is neither true nor false")
    since, until = _day(value, "from", where), _day(value, "until", where)
    if since is not None and until is not None and until < since:
        raise SettingsFault("trust.invalid", f"{where} ends before it begins")
    return KnownIssuer(
        id=identifier,
        name=_name(value, where),
        since=since,
        until=until,
        is_distrusted=distrusted,
        accredits=accredits,
        may_award=_scopes(value, "may_award", where),
        may_not_award=_scopes(value, "may_not_award", where),
    )


def _scopes(value: JsonObject, key: str, where: str) -> tuple[Scope, ...]:
    return scope.read(value[key], f"{where}, {key}") if key in value else ()


def _check_twice(known: Sequence[KnownIssuer], where: str) -> None:
    """One list says one thing of an issuer: of two entries a reader would see the friendlier one."""
    seen: set[str] = set()
    for one in known:
        if one.id in seen:
            raise SettingsFault("trust.invalid", f"{where} names {for_terminal(one.id, limit=120)} twice")
        seen.add(one.id)


def _check_keys(value: JsonObject, known: frozenset[str], where: str) -> None:
    for key in value.keys() - known:
        raise SettingsFault("trust.unknown_key", f"{where} has an unknown key: {for_terminal(key, limit=60)}")


def _name(value: JsonObject, where: str) -> str:
    name = value.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LIMIT_CHARS:
        raise SettingsFault("trust.invalid", f"{where} has no name of 1 to {NAME_LIMIT_CHARS} characters")
    return name


def _day(value: JsonObject, key: str, where: str) -> date | None:
    if key not in value:
        return None
    text = value[key]
    try:
        if isinstance(text, str) and re.fullmatch(_DAY, text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise SettingsFault("trust.invalid", f"{where}: {key} is no day like 2026-11-24")
