"""How texts, numbers and JSON values look as RDF literals in canonical N-Quads.

Sources: JSON-LD 1.1 Processing Algorithms §8.2 and §8.6 (canonical numbers), RDF Dataset Canonicalization §5 (escapes).
"""

from __future__ import annotations

import math
from typing import Final, Literal

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_JSON: Final = RDF + "JSON"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
XSD_STRING: Final = XSD + "string"
XSD_BOOLEAN: Final = XSD + "boolean"
XSD_INTEGER: Final = XSD + "integer"
XSD_DOUBLE: Final = XSD + "double"
I18N: Final = "https://www.w3.org/ns/i18n#"

Directions = Literal["i18n-datatype", "compound-literal"] | None

_INTEGERS_END: Final = 1e21
_SEVENTEEN_DIGITS: Final = 10**16
_ESCAPES: Final = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    8: "\\b",
    9: "\\t",
    10: "\\n",
    12: "\\f",
    13: "\\r",
    34: '\\"',
    92: "\\\\",
}


def escaped(text: str) -> str:
    """The text as it stands between the quotation marks of a canonical literal."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return text.translate(_ESCAPES)


def tagged(language: str | None, direction: str | None, directions: Directions) -> str | None:
    """What follows a text of no datatype: its closing quotation mark and its tag.

    None when the direction asks for more than a tag (a compound literal).
    """
    if direction is not None and directions == "i18n-datatype":
        return f'"^^<{I18N}{language or ""}_{direction}>'
    if direction is not None and directions == "compound-literal":
        return None
    return '"' if language is None else f'"@{language}'


def typed(datatype: str) -> str:
    """What follows a text of this datatype."""
    return '"' if datatype == XSD_STRING else f'"^^<{datatype}>'


def is_agreed(value: bool | int | float, datatype: str | None) -> bool:
    """Whether the processors in use give the number one canonical form.

    They do not for NaN and infinities; for small fractions written without a decimal point (1e-7: "0" for one of them);
    and for fractions half-way between two forms of 16 digits (2^-24), which are rounded up or to even.
    """
    if not isinstance(value, float) or value.is_integer():
        return True
    if not math.isfinite(value):
        return False
    mantissa, _, exponent = repr(value).partition("e")
    if datatype != XSD_DOUBLE and "." not in mantissa and int(exponent) < -6:
        return False
    top, bottom = value.as_integer_ratio()
    digits = abs(top) * 5 ** (bottom.bit_length() - 1)
    return not _SEVENTEEN_DIGITS <= digits < 10 * _SEVENTEEN_DIGITS


def native(value: bool | int | float, datatype: str | None) -> str:
    """The literal of a JSON boolean or number, coerced to `datatype` when one is given."""
    if isinstance(value, bool):
        return f'"{"true" if value else "false"}{typed(datatype or XSD_BOOLEAN)}'
    is_whole = isinstance(value, int) or value.is_integer()
    if is_whole and abs(value) < _INTEGERS_END and datatype != XSD_DOUBLE:
        return f'"{int(value)}{typed(datatype or XSD_INTEGER)}'
    return f'"{double(float(value))}{typed(datatype or XSD_DOUBLE)}'


def double(value: float) -> str:
    """The canonical xsd:double of a finite number: one digit, a point, at most 15 digits, E and the exponent."""
    mantissa, exponent = f"{value:.15E}".split("E")
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}{'0' if mantissa.endswith('.') else ''}E{int(exponent)}"
