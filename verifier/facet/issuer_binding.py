"""issuer_binding: does the named issuer control the key that signed, and may that key make claims?

A good signature alone says that somebody signed. Sources: Data Integrity 1.0 §4.4, Controlled Identifiers 1.0 §3.3
(retrieve verification method), DID Core 1.0 §5.3.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from satchel.codec import timestamp
from satchel.codes import CODES
from satchel.errors import KeyFault
from satchel.key import multikey
from satchel.text import for_terminal
from verifier.facet.proof import AUTHENTICATION, PURPOSE, Checked, ProofPurpose
from verifier.report import Facet

_NAME: Final = "issuer_binding"
# A presentation's key is its holder's: the same outcomes, said of the holder.
_OF_HOLDER: Final[Mapping[str, str]] = {
    "issuer_binding.ok": "The key belongs to the holder and may show who presents.",
    "issuer_binding.other_issuer": "The key that signed does not belong to the named holder.",
    "issuer_binding.other_proof": "One proof is the holder's; another is by somebody else.",
    "issuer_binding.not_authorised": "The holder has not authorised the key to show who presents.",
    "issuer_binding.key_refused": "The holder's DID document does not give this key.",
    "issuer_binding.unresolved": "The holder's keys could not be found.",
    "issuer_binding.no_proof": "There is no proof whose key could be the holder's.",
}


def holder_facet(checked: Sequence[Checked], holder: str | None, now: datetime) -> Facet:
    """As `facet`, for the holder of a presentation; without a named holder whoever has signed is it."""
    named = holder if holder is not None else next((entry.did for entry in checked if entry.is_good), None)
    found = _facet(checked, named, now, AUTHENTICATION)
    return replace(found, message=_OF_HOLDER.get(found.code, found.message))


def facet(checked: Sequence[Checked], issuer: str | None, now: datetime) -> Facet:
    """Pass when a proof that holds (any proof when none does) is by a key of the issuer.

    A key in the fragment of a URL is nobody's: whoever wrote the credential wrote the key. An issuer whose document
    could not be had is unknown; a key that is not the issuer's is a failure.
    """
    return _facet(checked, issuer, now, PURPOSE)


def _facet(checked: Sequence[Checked], issuer: str | None, now: datetime, purpose: ProofPurpose) -> Facet:
    if not checked:
        return Facet.of(_NAME, "issuer_binding.no_proof")
    some_hold = any(entry.is_good for entry in checked)
    bound: list[Facet] = []
    strangers = 0
    for entry in checked:
        found = _bind(entry, issuer, now, purpose)
        if found.outcome == "fail":
            strangers += 1
        elif some_hold and not entry.is_good:
            # The issuer's name stands in a proof that was not checked: that binds nothing.
            found = Facet.of(_NAME, "issuer_binding.unresolved", "The proof that names the issuer was not checked.")
        bound.append(found)
    for outcome in ("pass", "warn", "unknown", "fail"):
        for found in bound:
            if found.outcome == outcome:
                if outcome == "pass" and strangers:
                    return Facet.of(_NAME, "issuer_binding.other_proof", issuer=issuer)
                return found
    return bound[0]


def _bind(entry: Checked, issuer: str | None, now: datetime, purpose: ProofPurpose) -> Facet:
    name = entry.proof.verification_method
    if entry.did is None:
        if name.startswith("did:"):
            return Facet.of(_NAME, "issuer_binding.key_refused", "The key is named by a broken DID.", issuer=issuer)
        if _key_in_fragment(name):
            return Facet.of(_NAME, "issuer_binding.key_in_fragment", issuer=issuer)
        shown = for_terminal(name, limit=200)
        return Facet.of(_NAME, "issuer_binding.unresolved", f"The key is named {shown}, which is no DID.")
    if entry.did != issuer:
        message = f"The key belongs to {for_terminal(entry.did, limit=120)}, the issuer is named {_shown(issuer)}."
        return Facet.of(_NAME, "issuer_binding.other_issuer", message, issuer=issuer)
    if entry.document is None or entry.method is None:
        fault = entry.fault
        if fault is not None and CODES[fault.code].outcome == "fail":
            return Facet.of(_NAME, "issuer_binding.key_refused", f"{fault.message}.", cause=fault.code)
        why = None if fault is None else f"The issuer's keys could not be found: {fault.message}."
        return Facet.of(_NAME, "issuer_binding.unresolved", why, cause=None if fault is None else fault.code)
    if not entry.document.authorises(name, purpose):
        return Facet.of(_NAME, "issuer_binding.not_authorised", issuer=issuer)
    return _in_time(entry, issuer, now)


def _in_time(entry: Checked, issuer: str | None, now: datetime) -> Facet:
    """A key that ended before the proof was made cannot have made it rightly; one that ended later is told, for the
    date of a proof is the signer's own claim."""
    method, created = entry.method, entry.proof.created
    ends = [timestamp.parse(text) for text in (method.expires, method.revoked) if text] if method is not None else []
    end = min(ends, default=None)
    if end is not None and end <= now:
        had_ended = created is None or created >= end
        code = "issuer_binding.key_expired" if had_ended else "issuer_binding.key_retired"
        return Facet.of(_NAME, code, ended=timestamp.render(end), issuer=issuer)
    message = f"The key belongs to {_shown(issuer)} and may sign claims."
    return Facet.of(_NAME, "issuer_binding.ok", message, issuer=issuer)


def _key_in_fragment(name: str) -> bool:
    fragment = name.partition("#")[2]
    if not fragment:
        return False
    try:
        multikey.decode(fragment)
    except KeyFault:
        return fragment.startswith("z6Mk")
    return True


def _shown(issuer: str | None) -> str:
    return "nothing" if issuer is None else for_terminal(issuer, limit=120)
