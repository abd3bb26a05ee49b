"""Stacks of the wallet's credentials: built from chosen ones, and checked part by part with who each part is about.

A stack proves who put it together. What each part says is judged by itself, and whether a part is about the learner of
the stack is an outcome of its own: key proven, e-mail hash matched, or not proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from satchel.codes import CODES
from satchel.credential import clr, identity, openbadge, stack
from satchel.credential.envelope import Envelope
from satchel.credential.stack import Part, StackFault
from satchel.port import Entropy, Fetch, JsonObject, JsonValue
from verifier import report as reports
from verifier.policy import Policy
from verifier.report import Report
from wallet import holding
from wallet.holding import Claim
from wallet.service import WalletService
from wallet.sign import new_urn, sign, to_bytes

Linkage: TypeAlias = Literal["stack.key_proven", "stack.email_matched", "stack.email_weak", "stack.not_proven"]

NAME_LIMIT_CHARS: Final = 255

_ACCEPTED: Final = ("accepted", "accepted_with_warnings")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPart:
    """One part with the verifier's report on it, and what ties its subject to the learner of the stack."""

    part: Part
    report: Report
    linkage: Linkage


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A stack that was checked. `learner` is proven when the manifest's report is a good one."""

    name: str
    learner: str
    manifest: Report
    parts: tuple[CheckedPart, ...]

    @property
    def is_signed(self) -> bool:
        """Whether the learner's key signed the manifest, and with it for these very files."""
        return self.manifest.verdict in _ACCEPTED

    @property
    def reports(self) -> tuple[Report, ...]:
        """The report on the manifest and those on the parts."""
        return (self.manifest, *(one.report for one in self.parts))


async def build(
    wallet: WalletService, starts_of_ids: Sequence[str], *, name: str, now: datetime, entropy: Entropy
) -> bytes:
    """The stack file of these credentials of the wallet, in the order given, signed by the holder.

    Raises WalletFault as WalletService.find, and StackFault as satchel.credential.stack.compose.
    """
    parts = await holding.open_some(wallet, starts_of_ids)
    return stack.compose(
        [one.envelope for one in parts],
        id=new_urn(entropy),
        learner=wallet.did,
        name=name[:NAME_LIMIT_CHARS],
        signer=await wallet.signer(),
        created=now,
    )


async def build_clr(
    wallet: WalletService, starts_of_ids: Sequence[str], *, name: str, now: datetime, entropy: Entropy
) -> tuple[bytes, tuple[str, ...]]:
    """A CLR 2.0 of those of these credentials that fit into one, signed by the holder; and the ids of the others.

    Raises WalletFault as WalletService.find, PresentationFault presentation.empty when none fits.
    """
    chosen = await holding.open_some(wallet, starts_of_ids)
    fitting = [one.envelope for one in chosen if clr.fits(one.envelope)]
    document = clr.compose(
        id=new_urn(entropy),
        learner=wallet.did,
        learner_name=None,
        name=name[:NAME_LIMIT_CHARS],
        parts=fitting,
        created=now,
    )
    left_out = tuple(one.card.id for one in chosen if not clr.fits(one.envelope))
    return to_bytes(sign(document, signer=await wallet.signer(), now=now)), left_out


async def check(
    raw: bytes, *, fetch: Fetch, now: datetime, emails: Sequence[str] = (), policy: Policy | None = None
) -> Checked:
    """The stack of a file, with a report on its manifest and on every part. `emails` are addresses that the asker
    knows to be the learner's, from elsewhere.

    Raises StackFault stack.not_a_stack, and as satchel.credential.stack.read. No wallet is needed.
    """
    if not stack.looks_like_stack(raw):
        raise StackFault("stack.not_a_stack", "the file does not begin as a zip file")
    found = stack.read(raw)
    manifest = await holding.judged(found.manifest, fetch=fetch, now=now, policy=policy)
    is_signed = manifest.verdict in _ACCEPTED
    parts: list[CheckedPart] = []
    for part in found.parts:
        report = await holding.judged(part.envelope, fetch=fetch, now=now, policy=policy)
        linkage = _linkage(part.envelope, found.learner if is_signed else None, emails)
        parts.append(CheckedPart(part=part, report=report, linkage=linkage))
    return Checked(name=found.name, learner=found.learner, manifest=manifest, parts=tuple(parts))


def claims(checked: Checked) -> tuple[Claim, ...]:
    """What the parts count for in a pathway: those that are accepted and proven to be about the learner."""
    found: list[Claim] = []
    for one in checked.parts:
        value = one.part.envelope.value
        if value is None:
            continue
        reason = _reason(one.report)
        if not reason and one.linkage == "stack.not_proven":
            reason = one.linkage
        found.append(
            holding.claim_of(
                value, id=one.part.file, title=openbadge.title(value), holder=checked.learner, reason=reason
            )
        )
    return tuple(found)


def _reason(report: Report) -> str:
    """Why a part counts for nothing, as a code; "" when it is accepted."""
    if report.verdict in _ACCEPTED:
        return ""
    bad = {facet.code for facet in report.facets if facet.outcome == "fail"}
    return "passport.expired" if bad == {"validity.expired"} else "stack.part_not_accepted"


def to_json(checked: Checked) -> JsonObject:
    """The outcome as `satchel.stack_check/1`."""
    parts: list[JsonValue] = [
        {
            "file": one.part.file,
            "id": one.part.id,
            "title": one.part.title,
            "linkage": {
                "outcome": CODES[one.linkage].outcome,
                "code": one.linkage,
                "sentence": CODES[one.linkage].sentence,
            },
            "report": reports.to_json(one.report),
        }
        for one in checked.parts
    ]
    return {
        "schema": "satchel.stack_check/1",
        "name": checked.name,
        "learner": checked.learner,
        "signed": checked.is_signed,
        "manifest": reports.to_json(checked.manifest),
        "parts": parts,
    }


def _linkage(envelope: Envelope, learner: str | None, emails: Sequence[str]) -> Linkage:
    """What ties the subject to the learner. `learner` is None when the manifest's signature was not accepted: then
    nobody has shown the key, and only an address from elsewhere can tie anything."""
    value = envelope.value
    if value is None:
        return "stack.not_proven"
    if learner is not None and learner in openbadge.subject_ids(value):
        return "stack.key_proven"
    wanted = dict.fromkeys(form for email in emails for form in (email.strip(), email.strip().lower()))
    outcomes = {
        identity.compare(item, form)
        for subject in openbadge.subjects(value)
        for item in identity.identities(subject, identity.EMAIL_TYPES)
        for form in wanted
    }
    if "same" in outcomes:
        return "stack.email_matched"
    return "stack.email_weak" if "weak" in outcomes else "stack.not_proven"
