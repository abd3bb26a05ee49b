"""How texts, numbers and JSON values look as RDF literals in canonical N-Quads.

Sources: JSON-LD 1.1 Processing Algorithms §8.2 and §8.6 (canonical numbers), RDF Dataset Canonicalization §5 (escapes).
"""

from __future__ import annotations

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
_SMALL: Final = 1e-6
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
    """Whether the processors in use give a finite number one canonical form: a small fraction whose shortest form has
    no decimal point (1e-7) is the integer 0 for one of them."""
    if not isinstance(value, float) or datatype == XSD_DOUBLE or abs(value) >= _SMALL or value == 0:
        return True
    return "." in repr(value)


def native(value: bool | int | float, datatype: str | None) -> str:
    """The literal of a JSON boolean or number, coerced to `datatype` when one is given."""
    if isinstance(value, bool):
        return f'"{"true" if value else "false"}{typed(datatype or XSD_BOOLEAN)}'
    is_whole = isinstance(value, int) or value.is_integer()
    if is_whole and abs(value) < _INTEGERS_END and datatype != XSD_DOUBLE:
        return f'"{int(value)}{typed(datatype or XSD_INTEGER)}'
    return f'"{double(float(value))}{typed(datatype or XSD_DOUBLE)}'


def double(value: float) -> str:
    """The canonical xsd:double of a finite number: one digit, a point, at most 15 digits, E and the exponent.

    A number half-way between two such forms is rounded away from zero, as the processors that sign do.
    """
    mantissa, exponent = f"{value:.15E}".split("E")
    top, bottom = value.as_integer_ratio()
    fraction_bits = bottom.bit_length() - 1
    if fraction_bits and _SEVENTEEN_DIGITS <= (exact := abs(top) * 5**fraction_bits) < 10 * _SEVENTEEN_DIGITS:
        rounded = str(exact // 10 + 1)
        mantissa = f"{'-' if value < 0 else ''}{rounded[0]}.{rounded[1:]}"
        exponent = str(len(rounded) - fraction_bits)
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}{'0' if mantissa.endswith('.') else ''}E{int(exponent)}"
