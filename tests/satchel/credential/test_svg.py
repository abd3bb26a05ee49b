from __future__ import annotations

from xml.etree import ElementTree

import pytest

from satchel.credential import svg
from satchel.credential.carrier import LIMIT_BYTES
from satchel.errors import BakeError

from . import pictures
from .pictures import CREDENTIAL, JWS, NAMESPACE

JSON = CREDENTIAL.decode()
SIGNED = f'<openbadges:credential verify="{JWS.decode()}"/>'
PLAIN = f"<openbadges:credential><![CDATA[{JSON}]]></openbadges:credential>"
PUBLIC = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'


@pytest.mark.parametrize(
    ("image", "payload"),
    [
        (pictures.svg(SIGNED), JWS),
        (pictures.svg(PLAIN), CREDENTIAL),
        (pictures.svg(f"<openbadges:credential> {JWS.decode()}\n</openbadges:credential>"), JWS),
        (pictures.svg(f"<g><openbadges:credential>{JSON}</openbadges:credential></g>"), CREDENTIAL),
        (pictures.svg(f'<x:credential xmlns:x="{NAMESPACE}" verify="{JWS.decode()}"></x:credential>'), JWS),
        (pictures.svg(SIGNED, prolog="\ufeff<?xml version='1.0' encoding='UTF-8'?>\n"), JWS),
        (pictures.svg(SIGNED, prolog=f"<?xml version='1.0' encoding='utf-8'?>\n{PUBLIC}\n"), JWS),
        (pictures.svg(SIGNED, prolog="<!DOCTYPE svg>"), JWS),
        (
            pictures.svg('<b:assertion xmlns:b="http://openbadges.org" verify="https://a.example/1">{}</b:assertion>'),
            b"{}",
        ),
        (pictures.svg(f'<b:assertion xmlns:b="http://openbadges.org" verify="{JWS.decode()}">{{}}</b:assertion>'), JWS),
    ],
)
def test_the_credential_is_the_attribute_or_the_text_of_its_element(image: bytes, payload: bytes) -> None:
    assert svg.unbake(image).payload == payload


def test_a_credential_at_the_deepest_level_is_read_and_one_level_further_is_refused() -> None:
    deepest = svg.DEPTH_LIMIT - 2  # the root and the element itself
    assert svg.unbake(pictures.svg("<g>" * deepest + SIGNED + "</g>" * deepest)).payload == JWS
    assert svg.unbake(pictures.svg("<g><g/></g>" * 500 + SIGNED)).payload == JWS
    with pytest.raises(BakeError) as refused:
        svg.unbake(pictures.svg("<g>" * (deepest + 1) + SIGNED + "</g>" * (deepest + 1)))
    assert refused.value.code == "bake.limit"


def test_the_same_credential_twice_is_noted() -> None:
    assert svg.unbake(pictures.svg(SIGNED + SIGNED)).notes == ("parse.baked_twice",)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BROKEN = {
    "not well formed": (pictures.svg(SIGNED)[:-8], "bake.image"),
    "no XML at all": (b"< nothing", "bake.image"),
    "two roots": (pictures.svg(SIGNED) + pictures.svg(), "bake.image"),
    "same attribute twice": (pictures.svg(f'<openbadges:credential verify="{JWS.decode()}" verify=""/>'), "bake.image"),
    "other encoding": (pictures.svg(SIGNED, prolog='<?xml version="1.0" encoding="UTF-7"?>'), "bake.image"),
    "latin-1": (pictures.svg(SIGNED, prolog='<?xml version="1.0" encoding="iso-8859-1"?>'), "bake.image"),
    "half a character": (pictures.svg(PLAIN).replace(b"\xc3\x84", b"\xc3"), "bake.image"),
    "another root": (b"<html><body/></html>", "bake.format"),
    "root without namespace": (f"<svg>{SIGNED}</svg>".replace("openbadges:", "").encode(), "bake.format"),
    "external entity": (
        pictures.svg(
            "<openbadges:credential>&x;</openbadges:credential>",
            prolog='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        ),
        "bake.dtd",
    ),
    "remote document type": (
        pictures.svg(SIGNED, prolog='<!DOCTYPE svg SYSTEM "https://a.example/x.dtd">'),
        "bake.dtd",
    ),
    "other public document type": (
        pictures.svg(SIGNED, prolog='<!DOCTYPE svg PUBLIC "-//A//DTD X//EN" "https://a.example/x.dtd">'),
        "bake.dtd",
    ),
    "parameter entity": (
        pictures.svg(SIGNED, prolog='<!DOCTYPE svg [<!ENTITY % p SYSTEM "https://a.example/p"> %p;]>'),
        "bake.dtd",
    ),
    "billion laughs": (
        pictures.svg(
            "<openbadges:credential>&l9;</openbadges:credential>",
            prolog=f'<!DOCTYPE svg [<!ENTITY l0 "lol">{LAUGHS}]>',
        ),
        "bake.dtd",
    ),
    "quadratic entity": (
        pictures.svg(
            f"<openbadges:credential>{'&q;' * 1000}</openbadges:credential>",
            prolog=f'<!DOCTYPE svg [<!ENTITY q "{"q" * 10000}">]>',
        ),
        "bake.dtd",
    ),
    "subset behind the public name": (
        pictures.svg(SIGNED, prolog=PUBLIC[:-1] + ' [<!ENTITY x "y">]>'),
        "bake.dtd",
    ),
    "unknown entity in the text": (
        pictures.svg("<openbadges:credential>{&x;}</openbadges:credential>", prolog=PUBLIC),
        "bake.dtd",
    ),
    "unknown entity in the attribute": (
        pictures.svg(f'<openbadges:credential verify="{JWS.decode()}&x;"/>', prolog=PUBLIC),
        "bake.text",
    ),
    "entity without a document type": (
        pictures.svg("<openbadges:credential>&x;</openbadges:credential>"),
        "bake.image",
    ),
    "nothing": (pictures.svg(), "bake.none"),
    "in a comment": (pictures.svg(f"<!-- {SIGNED} -->"), "bake.none"),
    "in another namespace": (pictures.svg(SIGNED, attributes=' xmlns:openbadges="https://a.example/"'), "bake.none"),
    "in a namespace that only begins so": (
        pictures.svg(SIGNED, attributes=f' xmlns:openbadges="{NAMESPACE}/"'),
        "bake.none",
    ),
    "without a namespace": (pictures.svg(SIGNED.replace("openbadges:", "")), "bake.none"),
    "in a processing instruction": (pictures.svg(f"<?openbadges {SIGNED[1:-2]}?>"), "bake.none"),
    "two credentials": (pictures.svg(SIGNED + PLAIN), "bake.several"),
    "attribute and text differ": (
        pictures.svg(f'<openbadges:credential verify="{JWS.decode()}">{JSON}</openbadges:credential>'),
        "bake.several",
    ),
    "empty": (pictures.svg("<openbadges:credential/>"), "bake.text"),
    "only white space": (pictures.svg("<openbadges:credential> \n </openbadges:credential>"), "bake.text"),
    "attribute that is no JWS": (pictures.svg('<openbadges:credential verify="https://a.example/1"/>'), "bake.text"),
    "empty attribute": (pictures.svg(f'<openbadges:credential verify="">{JSON}</openbadges:credential>'), "bake.text"),
    "elements inside": (pictures.svg("<openbadges:credential>{<b/>}</openbadges:credential>"), "bake.text"),
    "a credential inside": (
        pictures.svg(f"<openbadges:credential>{SIGNED}</openbadges:credential>"),
        "bake.text",
    ),
    "nested too deep": (pictures.svg("<g>" * 300 + SIGNED + "</g>" * 300), "bake.limit"),
    "never closed": (b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 1_000_000, "bake.limit"),
    "too large": (pictures.svg(SIGNED) + b" " * LIMIT_BYTES, "bake.limit"),
}


@pytest.mark.parametrize(("image", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_image_is_refused_when_read(image: bytes, code: str) -> None:
    with pytest.raises(BakeError) as refused:
        svg.unbake(image)
    assert refused.value.code == code


REFUSED_WHEN_BAKED = ("bake.image", "bake.format", "bake.dtd", "bake.limit")


@pytest.mark.parametrize(("image", "code"), [case for case in BROKEN.values() if case[1] in REFUSED_WHEN_BAKED])
def test_a_broken_image_is_refused_when_baked(image: bytes, code: str) -> None:
    with pytest.raises(BakeError) as refused:
        svg.bake(image, JWS)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "image",
    [
        pictures.svg(),
        pictures.svg(attributes=""),
        pictures.svg(attributes=' xmlns:openbadges="http://openbadges.org"'),
        pictures.svg(prolog=f'<?xml version="1.0"?>\r\n<!-- <svg> -->{PUBLIC}'),
        pictures.svg(attributes=" data-x='a>b' data-y=\"'\""),
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg" />',
        b"\xef\xbb\xbf" + pictures.svg(),
    ],
)
@pytest.mark.parametrize(
    "payload",
    [JWS, CREDENTIAL, b'{"a": "]]> <b> & \xf0\x9f\x8e\x93"}', b'{\r\n "a":\r\t1\n}\n', b'{"]]>": "]]>]]>"}'],
)
def test_what_is_baked_comes_out_again_byte_for_byte(image: bytes, payload: bytes) -> None:
    baked = svg.bake(image, payload)
    assert svg.unbake(baked).payload == payload
    assert svg.bake(svg.bake(image, JWS), payload) == baked
    (element,) = ElementTree.fromstring(baked).iter(f"{{{NAMESPACE}}}credential")
    assert (element.get("verify") or element.text or "").encode() == payload


def test_the_picture_stays_byte_for_byte() -> None:
    image = pictures.svg("<g id='first'/>", attributes="", prolog="<?xml version='1.0'?>\n")
    baked = svg.bake(image, JWS)
    declaration = f' xmlns:openbadges="{NAMESPACE}"'.encode()
    opening = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"'
    assert baked == image.replace(opening + b">", opening + declaration + b">" + SIGNED.encode())


def test_baking_replaces_an_element_wherever_it_stands() -> None:
    image = pictures.svg(f"<g>{PLAIN}</g>")
    assert svg.bake(image, JWS) == pictures.svg(f"{SIGNED}<g></g>")


def test_baking_refuses_an_image_with_the_same_credential_twice() -> None:
    with pytest.raises(BakeError) as refused:
        svg.bake(pictures.svg(SIGNED + SIGNED), JWS)
    assert refused.value.code == "bake.several"


@pytest.mark.parametrize("character", ["\ufffe", "\uffff"])
def test_baking_refuses_what_xml_cannot_carry(character: str) -> None:
    with pytest.raises(BakeError) as refused:
        svg.bake(pictures.svg(), f'{{"a": "{character}"}}'.encode())
    assert refused.value.code == "bake.payload"


def test_a_million_attributes_or_namespaces_are_read_in_time() -> None:
    many = " ".join(f'a{n}=""' for n in range(200_000))
    spaces = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(20_000))
    assert svg.unbake(pictures.svg(f"<g {many}/><g {spaces}/>{SIGNED}")).payload == JWS
