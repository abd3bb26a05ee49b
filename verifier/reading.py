"""How a document is read before it is judged: which contexts are held, and what its inline contexts may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import JsonValue
from verifier.facet.spelling import check_contexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`check_inline` takes the contexts of a document and tells whether some stand inline; it raises for what they must
    not do (verifier.facet.spelling)."""

    contexts: Contexts
    check_inline: Callable[[list[JsonValue]], bool]


STRICT: Final = Reading(contexts=PINNED, check_inline=check_contexts)
"""How Satchel reads: pinned contexts alone, and inline ones that only add plain new terms."""
