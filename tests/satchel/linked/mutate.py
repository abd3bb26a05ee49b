"""Many JSON-LD documents of the field's shapes, most of them bent in a few places; the same for the same seed.

They feed differential tests: two processors must give the same canonical form, or both refuse. About two thirds are
mutated credentials, lists, presentations and DID documents of the pinned contexts; the rest are small documents whose
inline contexts use the corners of JSON-LD (scopes by type and property, containers, reverse, nest, import, direction).
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import TypeAlias

from satchel.port import JsonObject, JsonValue
from tests.satchel.linked.corners import corner
from tests.satchel.linked.shapes import CONTEXTS, OB, SHAPES, V2, X


def documents(seed: int, count: int) -> Iterator[JsonObject]:
    """`count` documents; the first of each shape comes unbent, so that every shape is also compared as it is."""
    rng = random.Random(seed)
    for number in range(count):
        if number < len(SHAPES):
            yield SHAPES[number](rng)
        elif rng.random() < 0.65:
            document = rng.choice(SHAPES)(rng)
            for _ in range(rng.choice((1, 1, 1, 2))):
                bend(rng, document)
            yield document
        else:
            yield corner(rng)


NAMES = (
    "",
    *("undefined", "name", "description", "validUntil", "achievement", "issuer", "proof", "credentialStatus"),
    *("termsOfUse", "refreshService", "relatedResource", "endorsementJwt", "verifiableCredential", "id", "type"),
    *("@id", "@type", "@index", "@evil", "@graph", "@included", "@reverse", "@nest", "@language", "@value", "@list"),
    *("@set", "@base", "@none", "__proto__", "constructor", "toString", "ex:thing", "urn:x:y"),
    *("https://schema.org/name", "a:b", "_:p", "cred:issuer", "sec:proofValue"),
)
TEXTS = (
    "",
    " ",
    "plain",
    "\u00e9",
    "e\u0301",
    "\U0001f600",
    'a "quoted" \\ text',
    "line\nbreak\ttab\r\f\b",
    "\x00\x1f\x7f\x80",
    "\u200b\u202e\ufeff",
    "https://a.example/b",
    "http://a.example/<b>",
    "https://a.example/b c",
    "did:key:z6Mk",
    "urn:uuid:1",
    "relative/path",
    "../up",
    "#fragment",
    "?query",
    "//host/path",
    "mailto:a@b.example",
    "_:b0",
    "_:b1",
    "_:x y",
    "@type",
    "@evil",
    "@id",
    "ex:thing",
    "a:b",
    ":x",
    "x:",
    "https://a.example/#b#c",
    "https://a.example/\u00a0",
    "https://a.example/\u2028x",
    "VerifiableCredential",
    "OpenBadgeCredential",
    "Achievement",
    "Profile",
    "Multikey",
    "1.0",
    "5",
    "1.0E0",
    "true",
    "2026-01-01T00:00:00Z",
    "en",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil",
    "https://a.example/`",
    "https://a.example/{x}",
    "A:B",
)
NUMBERS: tuple[JsonValue, ...] = (
    0,
    1,
    -1,
    5,
    1.0,
    -0.0,
    1.5,
    0.1,
    100.25,
    1e6,
    123456789.125,
    1e20,
    1e21,
    1e22,
    1.5e300,
    1e-6,
    1.5e-7,
    2**53,
    -(2**53),
    3.0e10,
    True,
    False,
)
TAGS = ("en", "EN-us", "de-CH-1996", "e n", "", "toolonglanguage", "@none", "x-y", "12", "en_US")


def bend(rng: random.Random, document: JsonObject) -> None:
    """Change the document in one place."""
    places = list(walk(document))
    delicate = ("@context", "id", "type", "@id", "@type")
    holder, key = rng.choice(places)
    while (key in delicate or not isinstance(key, str)) and rng.random() < 0.8:
        holder, key = rng.choice(places)
    rng.choice(BENDS)(rng, document, holder, key)


def walk(value: JsonValue) -> Iterator[tuple[JsonObject | list[JsonValue], str | int]]:
    """Every member and item, as its holder and its key."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield value, key
            yield from walk(item)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield value, position
            yield from walk(item)


Holder: TypeAlias = "JsonObject | list[JsonValue]"


def read(holder: Holder, key: str | int) -> JsonValue:
    return holder[key]  # type: ignore[index,call-overload]


def write(holder: Holder, key: str | int, value: JsonValue) -> None:
    holder[key] = value  # type: ignore[index,call-overload]


def change_text(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    value = read(holder, key)
    if isinstance(value, str) and value and rng.random() < 0.5:
        at = rng.randrange(len(value))
        write(holder, key, value[:at] + rng.choice('aZ0 "\\<\u00e9\n') + value[at + 1 :])
    else:
        write(holder, key, rng.choice(TEXTS))


def change_value(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    write(
        holder,
        key,
        rng.choice(
            (
                rng.choice(NUMBERS),
                None,
                [],
                {},
                [None],
                [[]],
                rng.choice(TEXTS),
                [rng.choice(TEXTS), rng.choice(NUMBERS)],
            )
        ),
    )


def wrap(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    value = copy.deepcopy(read(holder, key))
    write(
        holder,
        key,
        rng.choice(
            (
                lambda: [value],
                lambda: [value, value],
                lambda: [[value], value],
                lambda: {"@value": value},
                lambda: {"@value": value, "@language": rng.choice(TAGS)},
                lambda: {"@value": value, "@direction": rng.choice(("ltr", "rtl", "up"))},
                lambda: {"@value": value, "@language": rng.choice(TAGS), "@direction": "rtl"},
                lambda: {
                    "@value": value,
                    "@type": rng.choice(
                        (
                            X + "t",
                            "xsd:date",
                            "@json",
                            "Achievement",
                            "_:t",
                            "http://www.w3.org/2001/XMLSchema#double",
                            ["@json"],
                        )
                    ),
                },
                lambda: {"@value": value, "@index": "i"},
                lambda: {"@list": value},
                lambda: {"@list": [value, value]},
                lambda: {"@set": value},
                lambda: {"@set": [value], "@index": "i"},
                lambda: {"@id": value},
                lambda: {"id": value},
                lambda: {"@graph": value},
                lambda: {"@graph": [value], "@id": "urn:g"},
                lambda: {"en": value, "de": "x"},
                lambda: {"@none": value},
            )
        )(),
    )


def remove(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    del holder[key]  # type: ignore[arg-type]


def rename(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    if isinstance(holder, dict) and isinstance(key, str):
        value = holder.pop(key)
        holder[rng.choice((*NAMES, key.upper(), key + "x", "@" + key))] = value


def add(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    if isinstance(holder, dict):
        value: JsonValue = rng.choice(TEXTS)
        if rng.random() < 0.4:
            value = rng.choice(
                (
                    {"name": "x"},
                    {"id": "urn:a"},
                    [{"type": "Profile", "name": "n"}],
                    7,
                    None,
                    {"name": {"id": "urn:b"}},
                    [],
                )
            )
        holder[rng.choice(NAMES)] = copy.deepcopy(value)
    elif isinstance(holder, list):
        holder.append(rng.choice((*TEXTS, *NUMBERS, None)))


def transplant(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    """A copy of one part in the place of another, or beside it."""
    source, name = rng.choice(list(walk(document)))
    value = copy.deepcopy(read(source, name))
    if isinstance(holder, dict) and rng.random() < 0.5 and isinstance(name, str):
        holder[name] = value
    else:
        write(holder, key, value)


def reorder(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    if isinstance(holder, list):
        rng.shuffle(holder)
    else:
        items = list(holder.items())
        rng.shuffle(items)
        holder.clear()
        holder.update(items)


def retype(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    if isinstance(holder, dict):
        names = (
            "Achievement",
            "Profile",
            "VerifiableCredential",
            "AchievementSubject",
            "Undefined",
            X + "T",
            "DataIntegrityProof",
            "Multikey",
            "@json",
            "_:t",
            "Evidence",
            "rel/type",
            "@evil",
        )
        holder[rng.choice(("type", "type", "@type"))] = rng.choice(
            (
                rng.choice(names),
                [rng.choice(names), rng.choice(names)],
                [],
                None,
                [None],
                5,
                {"@id": "x"},
                [[rng.choice(names)]],
            )
        )


def change_context(rng: random.Random, document: JsonObject, holder: Holder, key: str | int) -> None:
    target = rng.choice(
        [place for place, _ in walk(document) if isinstance(place, dict)] if rng.random() < 0.5 else [document]
    )
    inline: JsonObject = rng.choice(
        (
            {"extra": X + "extra"},
            {"issuer": X + "issuer"},
            {"name": "https://schema.org/name"},
            {"@vocab": rng.choice((X, "", "rel", None, 5))},
            {"@base": rng.choice(("https://base.example/", None, "rel", 5))},
            {"@language": rng.choice((*TAGS, None, 5))},
            {"@direction": rng.choice(("rtl", "ltr", None, "up"))},
            {"@version": rng.choice((1.1, 1, "1.1", 1.0))},
            {"@protected": rng.choice((True, False, 1))},
            {"@propagate": rng.choice((True, False, None)), "extra": X + "extra"},
            {"@import": rng.choice(("https://unknown.example/", 5))},
            {"identifier": "@id"},
            {"kind": "@type"},
            {"@evil": X + "e"},
            {"undefined": None},
            {
                "undefined": {
                    "@id": X + "u",
                    "@type": rng.choice(("@id", "@vocab", "@json", "@none", "xsd:date", X + "t", "_:t", "rel")),
                }
            },
            {
                "undefined": {
                    "@id": X + "u",
                    "@container": rng.choice(
                        (
                            "@list",
                            "@set",
                            "@index",
                            "@language",
                            "@id",
                            "@type",
                            "@graph",
                            ["@graph", "@id"],
                            ["@graph", "@index"],
                            ["@graph", "@set"],
                            ["@list", "@set"],
                            "@evil",
                            None,
                        )
                    ),
                }
            },
            {"undefined": {"@reverse": X + "r"}},
            {
                "undefined": {
                    "@id": X + "u",
                    "@context": rng.choice((None, {"inner": X + "i"}, V2, {"issuer": X + "i"}, {"@vocab": X}, 5)),
                }
            },
            {"Undefined": {"@id": X + "U", "@context": {"undefined": X + "scoped"}}},
        )
    )
    present = target.get("@context", [])
    items = list(present) if isinstance(present, list) else [present]
    added: JsonValue = inline
    if rng.random() < 0.3:
        added = rng.choice((*CONTEXTS, None, OB + "/", V2.replace("https", "http"), 5, [V2]))
    items.insert(rng.randrange(len(items) + 1), copy.deepcopy(added))
    if rng.random() < 0.2:
        rng.shuffle(items)
    if rng.random() < 0.15 and len(items) > 1:
        del items[rng.randrange(len(items))]
    target["@context"] = items[0] if len(items) == 1 and rng.random() < 0.5 else items
    if "undefined" in inline and rng.random() < 0.8:
        target["undefined"] = copy.deepcopy(
            rng.choice(
                (
                    "text",
                    {"en": "x"},
                    {"name": "x"},
                    ["a", "b"],
                    {"urn:k": {"name": "x"}},
                    {"id": "urn:a"},
                    7,
                    {"inner": "x"},
                    [{"name": "n"}, {"name": "m"}],
                )
            )
        )


BENDS = (
    *[change_text] * 7,
    *[reorder] * 3,
    *[remove] * 3,
    *[transplant] * 3,
    *[change_value] * 2,
    *[wrap] * 2,
    *[rename] * 2,
    *[add] * 2,
    *[change_context] * 3,
    retype,
)
