"""issuer_binding: does the named issuer control the key that signed, and may that key make claims?

A good signature alone says that somebody signed. Sources: Data Integrity 1.0 §4.4, Controlled Identifiers 1.0 §3.3
(retrieve verification method), DID Core 1.0 §5.3.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from did.document import DidDocument
from satchel.codec import timestamp
from satchel.codes import CODES
from satchel.errors import KeyFault
from satchel.key import multikey
from satchel.text import for_terminal
from verifier.facet.proof import AUTHENTICATION, PURPOSE, Checked, ProofPurpose
from verifier.report import Facet

_NAME: Final = "issuer_binding"
_NO_HISTORY: Final = (
    "Whether the issuer had authorised the key when it signed is not known: nobody here kept its DID document of then."
)
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
    name = entry.name
    if entry.did is None:
        if name.startswith("did:"):
            return Facet.of(_NAME, "issuer_binding.key_refused", "The key is named by a broken DID.", issuer=issuer)
        if _key_in_fragment(name):
            return Facet.of(_NAME, "issuer_binding.key_in_fragment", issuer=issuer)
        if not name:
            return Facet.of(_NAME, "issuer_binding.unresolved", "No key is named.", issuer=issuer)
        shown = for_terminal(name, limit=200)
        return Facet.of(_NAME, "issuer_binding.unresolved", f"The key is named {shown}, which leads to no DID.")
    if entry.did != issuer:
        message = f"The key belongs to {for_terminal(entry.did, limit=120)}, the issuer is named {_shown(issuer)}."
        return Facet.of(_NAME, "issuer_binding.other_issuer", message, issuer=issuer)
    if entry.document is None or entry.method is None:
        fault = entry.fault
        if fault is not None and CODES[fault.code].outcome == "fail":
            past = None if entry.document is None else entry.document.past
            told = f"{fault.message}." if past is None or past.is_whole else f"{fault.message}. {_NO_HISTORY}"
            return Facet.of(_NAME, "issuer_binding.key_refused", told, cause=fault.code)
        why = None if fault is None else f"The issuer's keys could not be found: {fault.message}."
        return Facet.of(_NAME, "issuer_binding.unresolved", why, cause=None if fault is None else fault.code)
    then, today = _standing(entry, entry.document, now, purpose)
    if purpose == AUTHENTICATION:
        # Who presents shows a key of today: with an old one and an old date a thief would pass for its owner.
        then = then and today
    if not (then or today):
        why = None if entry.document.past is None or entry.document.past.is_whole else _NO_HISTORY
        return Facet.of(_NAME, "issuer_binding.not_authorised", why, issuer=issuer)
    if not then:
        return Facet.of(_NAME, "issuer_binding.key_backdated", issuer=issuer)
    return _in_time(entry, issuer, now, is_authorised=today)


def _standing(entry: Checked, document: DidDocument, now: datetime, purpose: ProofPurpose) -> tuple[bool, bool]:
    """Whether the key that signed was authorised when the signature says that it was made, and whether it is now.

    Of a DID without a history the present is all that is known; so it is when a signature bears no date.
    """
    past = document.past

    def stands(one: DidDocument | None) -> bool:
        return (
            one is not None
            and entry.method is not None
            and one.authorises(entry.name, purpose)
            # The same name may have been given to another key since.
            and one.methods[entry.name].key == entry.method.key
        )

    today = stands(past.at(now) if past is not None and past.is_whole else document)
    then = today if past is None or entry.created is None else stands(past.at(entry.created))
    return then, today


def _in_time(entry: Checked, issuer: str | None, now: datetime, *, is_authorised: bool) -> Facet:
    """A key that ended before the proof was made cannot have made it rightly; one that ended later is told, for the
    date of a proof is the signer's own claim. `is_authorised`: it is still listed for this purpose."""
    created = entry.created
    present = None if entry.document is None else entry.document.methods.get(entry.name)
    marks = [mark for one in (entry.method, present) if one is not None for mark in (one.expires, one.revoked) if mark]
    end = min(map(timestamp.parse, marks), default=None)
    if end is not None and end <= now:
        had_ended = created is None or created >= end
        code = "issuer_binding.key_expired" if had_ended else "issuer_binding.key_retired"
        return Facet.of(_NAME, code, ended=timestamp.render(end), issuer=issuer)
    if not is_authorised:
        message = f"The key belonged to {_shown(issuer)} and might sign claims when it did; it was replaced since."
        return Facet.of(_NAME, "issuer_binding.ok", message, issuer=issuer, rotated=True)
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
