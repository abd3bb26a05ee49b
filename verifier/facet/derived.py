"""proof, of a part that a holder shows: did the issuer leave to the holder what every reader needs?

What is left out cannot be seen. But an issuer who signs statement by statement says which of them no holder can take
away; where not even issuer and beginning are among those, the end and the status may have been taken away as well.
Source: Data Integrity ECDSA Cryptosuites 1.0 §3.4 and BBS Cryptosuites 1.0 §3.3 (mandatory pointers).
"""

from __future__ import annotations

from typing import Final

from satchel.proof import bbs, ecdsa_sd, selective
from satchel.proof.configuration import Proof
from satchel.proof.secured import Secured

_VOCABULARY: Final = "https://www.w3.org/2018/credentials#"
_ISSUER: Final = f" <{_VOCABULARY}issuer> "
_BEGINNINGS: Final = tuple(f" <{_VOCABULARY}{name}> " for name in ("validFrom", "issuanceDate"))


def statements(secured: Secured, proof: Proof) -> tuple[list[str], list[str]]:
    """The mandatory statements and the others of a base or derived proof. Raises ProofError, LinkedError as verifying
    it does."""
    is_bbs = proof.cryptosuite == "bbs-2023"
    if (bbs if is_bbs else ecdsa_sd).is_base(proof):
        base = bbs.read_base(proof) if is_bbs else ecdsa_sd.read_base(proof)
        relabel = (selective.shuffled_labels if is_bbs else selective.hmac_labels)(base.hmac_key)
        found = selective.Statements(secured.document, secured.contexts, relabel)
        return selective.split(found.lines, found.chosen(base.mandatory).indexes)
    derived = bbs.read_derived(proof) if is_bbs else ecdsa_sd.read_derived(proof)
    labels = {number: f"_:b{label}" if is_bbs else f"_:{label}" for number, label in derived.labels.items()}
    return selective.split(selective.shown(secured, labels), derived.mandatory)


def leaves_to_holder(secured: Secured, proof: Proof) -> bool:
    """Whether issuer or beginning of the credential are not among the statements that no holder can take away."""
    fixed, _ = statements(secured, proof)
    has_issuer = any(_ISSUER in line for line in fixed)
    return not has_issuer or not any(name in line for line in fixed for name in _BEGINNINGS)
