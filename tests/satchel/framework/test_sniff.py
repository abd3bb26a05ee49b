from __future__ import annotations

import json

import pytest

from satchel.errors import Malformed
from satchel.framework import sniff as sniffing
from satchel.framework.graph import FrameworkFault
from satchel.framework.sniff import sniff
from tests.satchel.framework.sample import KNOTS, table

PACKAGE = {"CFDocument": {"uri": "https://a.example/1", "title": "T"}, "CFItems": []}


def shape(raw: bytes) -> tuple[str, str]:
    found = sniff(raw, name="any.bin")
    return found.shape, found.format_name


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (KNOTS, ("json lines", "JSON lines")),
        (b'\xef\xbb\xbf{"uri": "urn:a:b", "label": "x"}', ("json lines", "JSON lines")),
        (b'\n  {"framework": {"title": "x"}}\n', ("json lines", "JSON lines")),
        (json.dumps(PACKAGE).encode(), ("case package", "CASE 1.0 package")),
        (json.dumps({"CFPackage": PACKAGE}).encode(), ("case package", "CASE 1.0 package")),
        (
            json.dumps({"CFDocument": {"caseVersion": "1.1"}}, indent=1).encode(),
            ("case package", "CASE 1.1 package"),
        ),
        (b'{"CFDocument": {"frameworkType": "x"}}', ("case package", "CASE 1.1 package")),
        (b'{"CFDocument": {"uri": "https://a.example/ims/case/v1p1/x"}}', ("case package", "CASE 1.1 package")),
        (b'[{"skillName": "x", "author": "y"}]', ("rsd skills", "RSD version 2")),
        (b'[{"skillName": "x", "authors": ["y"]}]', ("rsd skills", "RSD version 3")),
        (b'{"skillName": "x"}', ("rsd skills", "RSD")),
        (b'{"type": "RichSkillCollection", "skills": []}', ("rsd collection", "RSD collection")),
        (b'[{"uri": "u", "label": "l", "altLabel": "a"}]', ("esco rows", "ESCO JSON")),
        (b'[{"uri": "u", "label": "l", "skill": []}]', ("esco occupations", "ESCO JSON")),
        (table(("conceptUri", "preferredLabel")), ("esco concepts", "ESCO CSV")),
        (table(("occupationUri", "relationType", "skillUri")), ("esco relations", "ESCO CSV")),
        (table(("conceptUri", "broaderUri")), ("esco broader", "ESCO CSV")),
        (table(("fullStatement", "Human Coding Scheme")), ("case items", "CASE items CSV")),
        (table(("Skill Name", "Contextualized Skill Statement")), ("rsd table", "RSD CSV")),
        (b"O*NET-SOC Code\tTitle\tDescription\n", ("onet titles", "O*NET-SOC titles")),
        (table(("SOC Group", "SOC Code", "SOC Title")), ("onet soc", "SOC groups")),
        (table(("name", "description", "taxonomy")), ("onet names", "O*NET names")),
    ],
)
def test_the_bytes_say_what_a_file_is(raw: bytes, expected: tuple[str, str]) -> None:
    assert shape(raw) == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "framework.empty"),
        (b" \n ", "framework.empty"),
        (b"[]", "framework.empty"),
        (b"[1, 2]", "framework.format_unknown"),
        (b'[{"skillName": "x"}, 1]', "framework.format_unknown"),
        (b'[{"name": "x"}]', "framework.format_unknown"),
        (b'{"name": "x"}', "framework.format_unknown"),
        (b'{"CFItems": []}', "framework.format_unknown"),
        (b'{"CFDocument": "https://a.example/1"}', "framework.format_unknown"),
        (b'{"CFDocuments": []}', "framework.not_framework"),
        (b'[{"code": "11", "targetNodeName": "x", "frameworkName": "bls"}]', "framework.not_framework"),
        (b'[{"value": "x", "id": 1, "type": "Category", "skillCount": 2}]', "framework.not_framework"),
        (b'{"@type": "ceterms:Pathway"}', "framework.not_framework"),
        (b'{"@graph": [{"@type": ["ceterms:Pathway"]}]}', "framework.not_framework"),
        (b"Row Type,Name,Finder Detail Page\n", "framework.not_framework"),
        (b"first,second\n1,2\n", "framework.format_unknown"),
        (b"<?xml version='1.0'?><rdf/>", "framework.format_unknown"),
        (b"%PDF-1.7", "framework.format_unknown"),
        (b"PK\x03\x04 a zip", "framework.format_unknown"),
        (b"a,\x00b\n", "framework.format_unknown"),
        (b"name,description,taxonomy\n\xff\xfe,x,y\n", "framework.encoding"),
        ("name,description,taxonomy\n".encode("utf-16"), "framework.format_unknown"),
    ],
)
def test_what_is_no_framework_says_why(raw: bytes, code: str) -> None:
    with pytest.raises(FrameworkFault) as caught:
        sniff(raw, name="any.bin")
    assert caught.value.code == code
    assert caught.value.message.startswith("any.bin")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"[{", "parse.not_json"),
        (b'{"CFDocument": {"uri": "a", "uri": "b"}}', "parse.duplicate_key"),
        (b'{"CFDocument": NaN}', "parse.number"),
        (b"[" * 70 + b"]" * 70, "parse.too_deep"),
        (b'[{"skillName": "\\ud800"}]', "parse.surrogate"),
        (b'[{"skillName": "\xff"}]', "parse.not_utf8"),
    ],
)
def test_json_is_read_as_strictly_as_a_credential(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        sniff(raw, name="any.bin")
    assert caught.value.code == code
    assert "publisher" in caught.value.next_step


def test_a_file_beyond_the_limit_is_not_looked_at() -> None:
    with pytest.raises(FrameworkFault) as caught:
        sniff(b"[" + b" " * sniffing.FILE_LIMIT_BYTES, name="any.bin")
    assert caught.value.code == "framework.too_large"


def test_a_framework_may_be_larger_than_a_credential() -> None:
    raw = b'[{"skillName": "x"}' + b" " * (9 * 1024 * 1024) + b"]"
    assert sniff(raw, name="any.bin").shape == "rsd skills"


def test_a_broken_line_is_kept_with_its_number() -> None:
    found = sniff(KNOTS + b'{"uri": 1, "uri": 2}\n[]\n', name="any.bin")
    assert [line.number for line in found.lines if line.value is None] == [5, 6]


def test_the_name_of_the_file_decides_nothing() -> None:
    assert sniff(KNOTS, name="skills.csv").shape == "json lines"
    assert sniff(KNOTS, name="skills.csv").stem == "skills"
    assert sniff(KNOTS, name="skills").stem == "skills"
