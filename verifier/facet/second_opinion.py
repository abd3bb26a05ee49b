"""second_opinion: does another engine say the same of the signature? Loud when it does not, and never the verdict."""

from __future__ import annotations

from typing import Final

from verifier.materials import SecondOpinion
from verifier.report import Facet

_NAME: Final = "second_opinion"
_GOOD: Final = ("pass", "warn")


def facet(opinion: SecondOpinion, proof: Facet) -> Facet:
    """`proof` is our own facet on the same signature; an open one can be neither agreed with nor contradicted."""
    if opinion.said == "failed":
        return Facet.of(_NAME, "second_opinion.failed", opinion.message)
    if opinion.said == "not_applicable" or proof.outcome not in ("pass", "warn", "fail"):
        return Facet.of(_NAME, "second_opinion.not_applicable", opinion.message)
    is_same = (opinion.said == "good") == (proof.outcome in _GOOD)
    return Facet.of(_NAME, "second_opinion.agrees" if is_same else "second_opinion.disagrees", opinion.message)
