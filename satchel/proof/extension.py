"""Terms that only a catch-all gives a meaning: what an issuer should not sign into a token unaware."""

from __future__ import annotations

from satchel.errors import LinkedError
from satchel.linked import pinned
from satchel.port import JsonObject
from satchel.text import for_terminal


def refuse_undefined(document: JsonObject) -> None:
    """Nothing, when every member at the top of a credential or presentation is a term that a published context defines.

    A context with @vocab gives every word some meaning, so that JSON-LD alone refuses none: a misspelt `validUntill`
    would be signed, and no reader would look for it. Raises LinkedError linked.undefined_term with the member's path.
    NOT checked here: members further in, and whether the document's own contexts define them (linked.to_quads does).
    """
    known = pinned.defined_terms()
    for name in document:
        if name not in known and not name.startswith("@"):
            shown = for_terminal(name, limit=80)
            raise LinkedError(
                "linked.undefined_term",
                f"no published context defines the member {shown}",
                details={"path": f"$.{shown}"},
            )
