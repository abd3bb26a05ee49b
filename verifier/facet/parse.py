"""parse: could the bytes be read at all, and with which remarks?"""

from __future__ import annotations

from typing import Final

from satchel.credential.envelope import Envelope
from verifier.report import Facet

_OK: Final = Facet.of("parse", "parse.ok")


def facet(envelope: Envelope) -> Facet:
    """Fail with the envelope's fault; warn with its first note; else pass. All notes stand in details."""
    if envelope.fault is not None:
        return Facet.of("parse", envelope.fault.code, envelope.fault.message)
    if envelope.notes:
        return Facet.of("parse", envelope.notes[0], notes=list(envelope.notes))
    return _OK
