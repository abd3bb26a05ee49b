"""Literals: canonical numbers and escapes."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.linked.literal import XSD, XSD_DOUBLE, double, escaped, is_agreed, native, tagged, typed


@pytest.mark.parametrize(
    ("value", "datatype", "expected"),
    [
        (True, None, f'"true"^^<{XSD}boolean>'),
        (False, "urn:t", '"false"^^<urn:t>'),
        (0, None, f'"0"^^<{XSD}integer>'),
        (-7, None, f'"-7"^^<{XSD}integer>'),
        (5.0, None, f'"5"^^<{XSD}integer>'),
        (-0.0, None, f'"0"^^<{XSD}integer>'),
        (1e20, None, f'"100000000000000000000"^^<{XSD}integer>'),
        (1e21, None, f'"1.0E21"^^<{XSD}double>'),
        (5.3, None, f'"5.3E0"^^<{XSD}double>'),
        (0.1, None, f'"1.0E-1"^^<{XSD}double>'),
        (123456789.125, None, f'"1.23456789125E8"^^<{XSD}double>'),
        (5, XSD_DOUBLE, f'"5.0E0"^^<{XSD}double>'),
        (True, XSD_DOUBLE, f'"true"^^<{XSD}double>'),
        (2.5, XSD + "float", f'"2.5E0"^^<{XSD}float>'),
        (30.0, XSD + "float", f'"30"^^<{XSD}float>'),
        (3, XSD + "string", '"3"'),
    ],
)
def test_a_number_has_its_canonical_form(value: float, datatype: str | None, expected: str) -> None:
    assert native(value, datatype) == expected


@pytest.mark.parametrize("value", [1e-7, -1e-7, 5e-324, 3e-10])
def test_a_number_that_processors_write_differently_is_not_agreed(value: float) -> None:
    assert not is_agreed(value, None)


@pytest.mark.parametrize("value", [0, 0.0, True, 1e-6, 1.5e-7, 0.1, 1e300, 2**53, 0.5, 2.0**-20, 2.0**-24])
def test_a_usual_number_is_agreed(value: float) -> None:
    assert is_agreed(value, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2.0**-24, "5.960464477539063E-8"),
        (-(2.0**-24), "-5.960464477539063E-8"),
        (1234567890123456.5, "1.234567890123457E15"),
        (1234567890123457.5, "1.234567890123458E15"),
        (999999999999999.95, "1.0E15"),
    ],
)
def test_a_number_half_way_between_two_forms_is_rounded_away_from_zero(value: float, expected: str) -> None:
    assert double(value) == expected


def test_a_small_fraction_is_agreed_as_a_double() -> None:
    assert is_agreed(1e-7, XSD_DOUBLE) and native(1e-7, XSD_DOUBLE) == f'"1.0E-7"^^<{XSD}double>'


def test_a_text_is_escaped_as_canonical_n_quads_asks() -> None:
    assert escaped('a"b\\c\n\r\t\b\f\x00\x1f\x7f') == 'a\\"b\\\\c\\n\\r\\t\\b\\f\\u0000\\u001F\\u007F'
    assert escaped("é\u200b\U0001f600\u2028'") == "é\u200b\U0001f600\u2028'"


def test_a_text_is_closed_by_its_type_or_tag() -> None:
    assert typed(XSD + "string") == '"' and typed("urn:t") == '"^^<urn:t>'
    assert tagged(None, None, None) == '"' and tagged("en", None, None) == '"@en'
    assert tagged("ar", "rtl", "i18n-datatype") == '"^^<https://www.w3.org/ns/i18n#ar_rtl>'
    assert tagged(None, "ltr", "i18n-datatype") == '"^^<https://www.w3.org/ns/i18n#_ltr>'
    assert tagged("ar", "rtl", None) == '"@ar' and tagged("ar", "rtl", "compound-literal") is None


@settings(derandomize=True)
@given(st.floats(min_value=-1e300, max_value=1e300))
def test_a_double_reads_back_as_nearly_the_same_number(value: float) -> None:
    text = double(value)
    assert re.fullmatch(r"-?\d\.\d+E-?\d+", text) and (text.endswith("0E0") or not re.search(r"\.\d+0E", text))
    assert math.isclose(float(text), value, rel_tol=1e-15, abs_tol=5e-324)


@settings(derandomize=True)
@given(st.text())
def test_an_escaped_text_is_one_line_and_reads_back(text: str) -> None:
    found = escaped(text)
    assert not re.search('[\x00-\x1f\x7f]|(?<!\\\\)(?:\\\\\\\\)*"', found)
    plain = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "\\": "\\"}
    back = re.sub(r"\\(?:u(....)|(.))", lambda part: chr(int(part[1], 16)) if part[1] else plain[part[2]], found)
    assert back == text
