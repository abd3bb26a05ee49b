"""Policies: what each facet's outcome does to the verdict. Data, not code; a file may refine a built-in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeAlias

from satchel.codes import Outcome
from satchel.errors import SettingsFault
from satchel.port import JsonObject, JsonValue

Verdict: TypeAlias = Literal["accepted", "accepted_with_warnings", "undecided", "rejected", "malformed"]
Effect: TypeAlias = Literal["ignore", "warn", "undecided", "reject"]
Row: TypeAlias = Mapping[Outcome, Effect]

PROOFS_LIMIT: Final = 16

_EFFECTS: Final[Mapping[str, tuple[Effect, ...]]] = MappingProxyType(
    {"warn": ("warn", "ignore"), "unknown": ("undecided", "warn", "ignore"), "fail": ("reject", "warn", "ignore")}
)
_SEVERITY: Final[Mapping[Effect, int]] = MappingProxyType({"ignore": 0, "warn": 1, "undecided": 2, "reject": 3})
_VERDICTS: Final[tuple[Verdict, ...]] = ("accepted", "accepted_with_warnings", "undecided", "rejected")

_QUIET: Final[Row] = MappingProxyType({"pass": "ignore", "not_applicable": "ignore"})


def _row(*, fail: Effect, unknown: Effect, warn: Effect = "warn") -> Row:
    return MappingProxyType({**_QUIET, "fail": fail, "unknown": unknown, "warn": warn})


_DECIDES: Final = _row(fail="reject", unknown="undecided")
_ADVISES: Final = _row(fail="warn", unknown="warn")
_INFORMS: Final = _row(fail="ignore", unknown="ignore", warn="ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A name, whom it is for, and for each facet the effect of each outcome. A facet that the table does not name only
    informs. `proofs` is how many good proofs a document must have: that one was taken away nobody can see."""

    name: str
    table: Mapping[str, Row]
    proofs: int = 1
    # Words for people, kept out of saved policies.
    purpose: str = field(default="", compare=False)

    def effect(self, facet: str, outcome: Outcome) -> Effect:
        """What this outcome of this facet does to the verdict."""
        return self.table.get(facet, _INFORMS)[outcome]


_DEFAULT: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "parse": _DECIDES,
        "data_model": _DECIDES,
        "proof": _DECIDES,
        "issuer_binding": _DECIDES,
        "validity": _DECIDES,
        "status": _DECIDES,
        "subject": _DECIDES,
        "parts": _DECIDES,
        "schema": _ADVISES,
        "published_key": _ADVISES,
        "endorsements": _ADVISES,
        "evidence": _ADVISES,
        "results": _ADVISES,
        "alignment": _ADVISES,
        "issuer_trust": _row(fail="warn", unknown="ignore"),
    }
)

_REFUSES: Final = _row(fail="reject", unknown="warn")

# The W3C test suites ask for the proof and the data model alone: their vectors name issuers without a DID beside a
# did:key. Whether the issuer controls the key is still told.
_W3C: Final[Mapping[str, Row]] = MappingProxyType(
    {**_DEFAULT, "issuer_binding": _ADVISES, "schema": _INFORMS, "published_key": _INFORMS}
)
_EMPLOYER: Final[Mapping[str, Row]] = MappingProxyType(
    {
        **_DEFAULT,
        "issuer_trust": _row(fail="reject", unknown="warn"),
        "issuer_authority": _row(fail="reject", unknown="ignore"),
        "results": _REFUSES,
        "evidence": _REFUSES,
        "endorsements": _REFUSES,
        "second_opinion": _row(fail="warn", unknown="ignore"),
    }
)
_EXACTING: Final[Mapping[str, Row]] = MappingProxyType(
    {
        **dict.fromkeys(_DEFAULT, _DECIDES),
        "issuer_authority": _row(fail="reject", unknown="warn"),
        "privacy": _row(fail="warn", unknown="warn"),
        "chain": _DECIDES,
        "timestamp": _row(fail="reject", unknown="warn"),
        "second_opinion": _row(fail="reject", unknown="ignore"),
    }
)
# That validator takes a key from where the credential says it is, and warns when a status list cannot be had; it holds
# every badge against its own schema. What it cannot know (trust, alignment, results) informs.
_ONE_EDTECH: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "parse": _DECIDES,
        "data_model": _DECIDES,
        "schema": _row(fail="reject", unknown="warn"),
        "proof": _row(fail="reject", unknown="warn"),
        "issuer_binding": _row(fail="warn", unknown="warn"),
        "validity": _DECIDES,
        "status": _row(fail="reject", unknown="warn"),
        "parts": _row(fail="reject", unknown="warn"),
        "endorsements": _row(fail="reject", unknown="warn"),
    }
)
# The consortium's own verifier lets an issuer that no registry names pass with a warning, and does not ask whether a
# status list of another host is rightly kept.
_DCC: Final[Mapping[str, Row]] = MappingProxyType(
    {
        **_DEFAULT,
        "issuer_trust": _row(fail="warn", unknown="warn"),
        "schema": _row(fail="warn", unknown="ignore"),
        "alignment": _INFORMS,
        "results": _INFORMS,
        "evidence": _INFORMS,
        "endorsements": _INFORMS,
    }
)
# For records that outlive their issuer: an end date and a status that nobody answers for any more are told.
_ARCHIVE: Final[Mapping[str, Row]] = MappingProxyType(
    {
        **_DEFAULT,
        "validity": _row(fail="warn", unknown="undecided"),
        "status": _row(fail="reject", unknown="warn"),
        "published_key": _row(fail="reject", unknown="warn"),
    }
)

POLICIES: Final[Mapping[str, Policy]] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            Policy(name="default", table=_DEFAULT, purpose="For anybody: what was signed, by whom, and does it hold."),
            Policy(
                name="employer", table=_EMPLOYER, purpose="For an application: results, evidence and endorsements too."
            ),
            Policy(name="exacting", table=_EXACTING, purpose="Nothing open: what cannot be checked is not accepted."),
            Policy(name="w3c", table=_W3C, purpose="The proof and the data model, as the W3C's suites ask."),
            Policy(
                name="1edtech-compat", table=_ONE_EDTECH, purpose="What the reference validator of 1EdTech would say."
            ),
            Policy(
                name="dcc-compat",
                table=_DCC,
                purpose="What the verifier of the Digital Credentials Consortium would say.",
            ),
            Policy(name="archive", table=_ARCHIVE, purpose="For old records: an end date alone does not reject."),
        )
    }
)


class Judged(Protocol):
    """What a verdict needs of a facet."""

    @property
    def facet(self) -> str: ...

    @property
    def outcome(self) -> Outcome: ...


def verdict(policy: Policy, facets: Sequence[Judged]) -> Verdict:
    """The worst effect of the facets under the policy; `malformed` when the bytes could not be read."""
    worst = 0
    for entry in facets:
        if entry.outcome in _QUIET:
            continue
        if entry.facet == "parse" and entry.outcome == "fail":
            return "malformed"
        worst = max(worst, _SEVERITY[policy.effect(entry.facet, entry.outcome)])
    return _VERDICTS[worst]


def load(raw: bytes) -> Policy:
    """The policy of a TOML file: `name`, an optional `base` (a built-in policy, `default` if none), the number of good
    `proofs` that are asked for (1 if none is given), and a table `[facet.NAME]` with `fail`, `unknown` and `warn` for
    each facet that differs.

    Raises SettingsFault policy.invalid naming the place. The facet `parse` cannot be changed: what cannot be read
    cannot be judged.
    """
    import tomllib

    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise _invalid(f"the file is no TOML: {fault}") from fault
    for key in document.keys() - {"name", "base", "proofs", "facet"}:
        raise _invalid(f"the key {key} is unknown")
    name, base, facets = document.get("name"), document.get("base", "default"), document.get("facet", {})
    if not isinstance(name, str) or not name.strip():
        raise _invalid("name is missing")
    if not isinstance(base, str) or base not in POLICIES:
        raise _invalid(f"base must be one of {', '.join(POLICIES)}")
    if not isinstance(facets, dict):
        raise _invalid("facet must be a table")
    return Policy(name=name, table=_refined(POLICIES[base].table, facets), proofs=_proofs(document.get("proofs", 1)))


def to_json(policy: Policy) -> JsonObject:
    """The whole policy as JSON, so that a saved verification can be repeated without the file it came from."""
    rows: JsonObject = {facet: dict[str, JsonValue](row.items()) for facet, row in policy.table.items()}
    return {"name": policy.name, "proofs": policy.proofs, "facet": rows}


def from_json(value: JsonValue) -> Policy:
    """The policy that `to_json` wrote. Raises SettingsFault policy.invalid."""
    if not isinstance(value, dict):
        raise _invalid("a saved policy is an object")
    facets, name = value.get("facet"), value.get("name")
    if not isinstance(name, str) or not isinstance(facets, dict):
        raise _invalid("a saved policy has a name and a table of facets")
    rows: dict[str, object] = {}
    for facet, row in facets.items():
        if not isinstance(row, dict):
            raise _invalid(f"facet.{facet} is no table")
        rows[facet] = {outcome: effect for outcome, effect in row.items() if outcome not in _QUIET}
    # Saved before a number could be asked for: one.
    return Policy(name=name, table=_refined({}, rows), proofs=_proofs(value.get("proofs", 1)))


def _proofs(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= PROOFS_LIMIT:
        raise _invalid(f"proofs must be a whole number from 1 to {PROOFS_LIMIT}")
    return value


def _refined(table: Mapping[str, Row], facets: Mapping[str, object]) -> Mapping[str, Row]:
    refined = dict(table)
    for facet, changes in facets.items():
        if not isinstance(changes, dict):
            raise _invalid(f"facet.{facet} must be a table")
        row: dict[Outcome, Effect] = dict(refined.get(facet, _INFORMS))
        for outcome, effect in changes.items():
            allowed = _EFFECTS.get(outcome, ())
            if effect not in allowed:
                options = ", ".join(allowed) or "no value: use fail, unknown or warn"
                raise _invalid(f"facet.{facet}.{outcome} takes {options}")
            row[outcome] = effect
        if facet == "parse" and row != _DECIDES:
            raise _invalid("facet.parse cannot be changed")
        refined[facet] = MappingProxyType(row)
    return MappingProxyType(refined)


def _invalid(message: str) -> SettingsFault:
    return SettingsFault("policy.invalid", f"policy: {message}")
