"""IRIs and the words of JSON-LD that look like terms but are not.

A valid IRI here is absolute: it has a scheme, at most one number sign, none of the characters that N-Quads forbids in
an IRI, and no Unicode white space: what another processor would cut or drop must not be signed. Percent-encoding and
host names are not checked here. An identifier with a scheme and such a character, but no white space, is one that some
processors write with escapes, others as it is: `is_disputed`.
"""

from __future__ import annotations

import re
from typing import Final

KEYWORDS: Final = frozenset(
    {
        "@base",
        "@container",
        "@context",
        "@direction",
        "@graph",
        "@id",
        "@import",
        "@included",
        "@index",
        "@json",
        "@language",
        "@list",
        "@nest",
        "@none",
        "@prefix",
        "@propagate",
        "@protected",
        "@reverse",
        "@set",
        "@type",
        "@value",
        "@version",
        "@vocab",
    }
)

PROTO: Final = "__proto__"
"""A name that JavaScript gives a meaning of its own: processors written in it lose a member of this name."""

_SPACES: Final = "\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_FORBIDDEN: Final = f'\x00-\x20<>"{{}}|^`\\\\{_SPACES}\ud800-\udfff'
_IRI: Final = re.compile(f"[A-Za-z][A-Za-z0-9+.-]*:(//)?[^#{_FORBIDDEN}]*(?:#[^#{_FORBIDDEN}]*)?")
# What ECMAScript calls white space: the processors that sign look for nothing else.
_WHITE: Final = "\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_DISPUTED: Final = re.compile(f"[A-Za-z][A-Za-z0-9+.-]*:[^{_WHITE}\ud800-\udfff]*")
_BLANK: Final = re.compile(f"_:[^{_WHITE}\ud800-\udfff]*")
_LIKE_KEYWORD: Final = re.compile("@[A-Za-z]+")
_LANGUAGE: Final = re.compile("[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")

is_iri = _IRI.fullmatch
"""A match when the text is a valid absolute IRI; its group 1 is there when `//` follows the scheme."""
is_disputed = _DISPUTED.fullmatch
is_blank = _BLANK.fullmatch
is_like_keyword = _LIKE_KEYWORD.fullmatch
is_language = _LANGUAGE.fullmatch


def resolve(base: str, reference: str) -> str:
    """The reference against the base (RFC 3986 §5.2, strict): an absolute IRI when the base is one."""
    scheme, authority, path, query, fragment = _split(reference)
    if scheme is not None:
        return _join(scheme, authority, _without_dots(path), query, fragment)
    base_scheme, base_authority, base_path, base_query, _ = _split(base)
    if authority is not None:
        return _join(base_scheme, authority, _without_dots(path), query, fragment)
    if not path:
        return _join(base_scheme, base_authority, base_path, base_query if query is None else query, fragment)
    if not path.startswith("/"):
        if base_authority is not None and not base_path:
            path = "/" + path
        else:
            path = base_path[: base_path.rfind("/") + 1] + path
    return _join(base_scheme, base_authority, _without_dots(path), query, fragment)


def _split(iri: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    parts = re.fullmatch(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", iri, re.DOTALL)
    if parts is None:
        return None, None, iri, None, None
    return parts[1], parts[2], parts[3], parts[4], parts[5]


def _join(scheme: str | None, authority: str | None, path: str, query: str | None, fragment: str | None) -> str:
    """RFC 3986 §5.3."""
    text = "" if scheme is None else scheme + ":"
    if authority is not None:
        text += "//" + authority
    text += path
    if query is not None:
        text += "?" + query
    if fragment is not None:
        text += "#" + fragment
    return text


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4."""
    if "." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        if segment == ".":
            if last:
                kept.append("")
        elif segment == "..":
            if len(kept) > 1 or (kept and kept[0] != ""):
                kept.pop()
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/".join(kept)
