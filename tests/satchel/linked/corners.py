"""Small documents over random inline contexts that use the corners of JSON-LD."""

from __future__ import annotations

import random

from satchel.port import JsonObject, JsonValue
from tests.satchel.linked.shapes import OB, V2, X

TERMS = ("a", "b", "c", "d", "e")
CLASSES = ("A", "B", "C")
ALIASES = {"id": "@id", "type": "@type", "value": "@value", "list": "@list", "nest": "@nest", "rev": "@reverse"}
XSD = "http://www.w3.org/2001/XMLSchema#"
CONTAINERS: tuple[JsonValue, ...] = (
    "@list",
    "@set",
    "@index",
    "@language",
    "@id",
    "@type",
    "@graph",
    ["@graph", "@id"],
    ["@graph", "@index"],
    ["@index", "@set"],
    ["@graph", "@id", "@set"],
)


def chance(rng: random.Random, percent: float) -> bool:
    return rng.random() * 100 < percent


def corner(rng: random.Random) -> JsonObject:
    """A small document over a random inline context."""
    context = local_context(rng, 2)
    if chance(rng, 10):
        context["@propagate"] = rng.choice((True, False))
    document: JsonObject = {"@context": context if chance(rng, 80) else [context, local_context(rng, 1)]}
    document |= node(rng, 3, context)
    return document


def local_context(rng: random.Random, depth: int) -> JsonObject:
    """Mostly valid; its terms are the same few, so that scopes and protection meet."""
    context: JsonObject = {"ex": X}
    if chance(rng, 85):
        context["@vocab"] = X
    if chance(rng, 20):
        context["@version"] = 1.1
    if chance(rng, 15):
        context["@language"] = rng.choice(("en", "DE", None))
    if chance(rng, 1):
        context["@direction"] = rng.choice(("rtl", None))
    if chance(rng, 12):
        context["@protected"] = True
    for name, keyword in ALIASES.items():
        if chance(rng, 30):
            context[name] = keyword
    for term in rng.sample(TERMS, rng.randrange(2, 6)):
        context[term] = definition(rng, term, depth)
    for name in rng.sample(CLASSES, rng.randrange(4)):
        context[name] = "ex:" + name
        if depth and chance(rng, 70):
            scoped: JsonValue = local_context(rng, depth - 1)
            if chance(rng, 15) and isinstance(scoped, dict):
                scoped["@propagate"] = rng.choice((True, True, False))
            if chance(rng, 5):
                scoped = rng.choice((None, [None, scoped], V2, OB, [scoped]))
            context[name] = {"@id": "ex:" + name, "@context": scoped}
    return context


def definition(rng: random.Random, term: str, depth: int) -> JsonValue:
    if chance(rng, 30):
        return rng.choice(
            (X + term, "ex:" + term, X + rng.choice(TERMS), "ex:other/" + term, None if chance(rng, 10) else X + term)
        )
    if chance(rng, 8):
        return {"@reverse": "ex:" + term} | rng.choice(
            ({}, {}, {"@container": "@set"}, {"@type": "@id"}, {"@container": "@index"})
        )
    made: JsonObject = {"@id": "ex:" + term}
    if chance(rng, 50):
        made["@container"] = rng.choice(CONTAINERS)
        if made["@container"] == "@index" and chance(rng, 30):
            made["@index"] = rng.choice(("ex:key", "a", "b"))
    if chance(rng, 50) and made.get("@container") not in ("@language", "@type"):
        made["@type"] = rng.choice(("@id", "@id", "@vocab", "@json", "@none", X + "t", XSD + "integer", XSD + "double"))
    if chance(rng, 12):
        made["@language"] = rng.choice(("fr", None, "PT-br"))
    if chance(rng, 8):
        made["@direction"] = rng.choice(("rtl", "ltr", None))
    if chance(rng, 8):
        made["@protected"] = chance(rng, 70)
    if chance(rng, 3):
        made["@prefix"] = True
    if depth and chance(rng, 25):
        made["@context"] = local_context(rng, depth - 1) if chance(rng, 95) else None
    return made


def node(rng: random.Random, depth: int, context: JsonObject) -> JsonObject:
    made: JsonObject = {}
    if chance(rng, 60):
        made["id" if chance(rng, 50 if "id" in context else 4) else "@id"] = rng.choice(
            ("urn:1", "urn:2", "ex:i", "https://a.example/", "_:x", "_:y", "a" if chance(rng, 10) else "urn:3")
        )
    if chance(rng, 60):
        made["type" if chance(rng, 50 if "type" in context else 4) else "@type"] = rng.choice(
            (*CLASSES, [*CLASSES[:2]], ["C", "A"], "ex:Z", "urn:t")
        )
    for term in rng.sample((*TERMS, "ex:free", "urn:full"), rng.randrange(1, 5)):
        made[term] = value_of(rng, depth, context, term)
    if chance(rng, 10):
        made[rng.choice(("type", "id", "rev", "nest", "list", "value"))] = rng.choice(("A", "urn:v", {}, ["B"]))
    if depth and chance(rng, 6):
        made["@reverse"] = {rng.choice(TERMS): node(rng, depth - 1, context)}
    if depth and chance(rng, 6):
        made["@included"] = node(rng, depth - 1, context)
    if depth and chance(rng, 6):
        made["nest" if "nest" in context else "@nest"] = {
            term: value_of(rng, depth - 1, context, term) for term in rng.sample(TERMS, 2)
        }
    if depth and chance(rng, 6):
        made["@graph"] = [node(rng, depth - 1, context)]
    if chance(rng, 4):
        made["@index"] = rng.choice(("i", "j"))
    if depth and chance(rng, 10):
        made["@context"] = local_context(rng, 1) if chance(rng, 90) else None
    return made


def value_of(rng: random.Random, depth: int, context: JsonObject, term: str) -> JsonValue:
    """A value that fits the term as this context defines it, or now and then any value."""
    known = context.get(term)
    if depth <= 0:
        return rng.choice(("text", "urn:v", 7))
    if chance(rng, 12) or not isinstance(known, dict):
        return value(rng, depth, context)
    container = known.get("@container", [])
    kinds = container if isinstance(container, list) else [container]
    if known.get("@type") == "@json":
        return rng.choice((None, 1, "x", [1.5, {"b": 1, "a": None}], {"\u20ac": "\n"}))
    if "@reverse" in known or ("@graph" in kinds and len(kinds) == 1):
        return (
            node(rng, max(depth - 1, 0), context) if chance(rng, 60) else [node(rng, 0, context), node(rng, 0, context)]
        )
    if "@language" in kinds:
        return {rng.choice(("en", "de-CH", "@none", "FR")): rng.choice(("x", ["y", "z"], None, [])) for _ in range(2)}
    if {"@id", "@type", "@index"} & set(kinds):
        keys = {
            "@id": ("urn:k", "ex:k", "_:x", "@none"),
            "@type": ("A", "B", "ex:k", "@none"),
            "@index": ("i", "j", "@none"),
        }
        names = next(keys[kind] for kind in kinds if kind in keys)
        is_list = chance(rng, 40)
        return {
            name: [node(rng, 0, context), node(rng, 0, context)] if is_list else node(rng, max(depth - 1, 0), context)
            for name in rng.sample(names, rng.randrange(1, 3))
        }
    if "@list" in kinds:
        return [item(rng, depth, context, known) for _ in range(rng.randrange(4))]
    return item(rng, depth, context, known) if chance(rng, 70) else [item(rng, depth, context, known) for _ in range(2)]


def item(rng: random.Random, depth: int, context: JsonObject, known: JsonObject) -> JsonValue:
    if known.get("@type") == "@id":
        return rng.choice(("urn:v", "ex:v", "_:x", "https://a.example/v"))
    if depth and chance(rng, 40):
        return node(rng, depth - 1, context)
    if known.get("@type") == XSD + "double":
        return rng.choice((1, 2.5, "1.0E0", -3, True))
    return rng.choice(("text", "\u00e9", "a", "B", "true", 7, 1.25, False))


def value(rng: random.Random, depth: int, context: JsonObject) -> JsonValue:
    kind = rng.random()
    if kind < 0.35 or not depth:
        return rng.choice(
            (
                "plain",
                "\u00e9",
                "e\u0301",
                "\U0001f600",
                'a "quoted" \\ text',
                "line\nbreak\ttab\r\f\b",
                "urn:v",
                "ex:v",
                "a",
                "B",
                1,
                2.5,
                True,
                None,
                "https://a.example/v",
            )
        )
    if kind < 0.6:
        return node(rng, depth - 1, context)
    if kind < 0.7:
        return [value(rng, depth - 1, context) for _ in range(rng.randrange(3))]
    if kind < 0.85:
        made: JsonObject = {"value" if "value" in context else "@value": rng.choice(("v", 1, True, "5"))}
        if chance(rng, 40) and "v" in made.values():
            made["@language"] = rng.choice(("en", "fr-CA", None))
            if chance(rng, 30):
                made["@direction"] = "rtl"
        elif chance(rng, 40):
            made["@type"] = rng.choice(("ex:t", "@json", "A", XSD + "integer"))
        if chance(rng, 10):
            made["@index"] = "i"
        return made
    if kind < 0.93:
        return {"list" if "list" in context else "@list": value(rng, depth - 1, context)}
    if kind < 0.97:
        return {"@set": value(rng, depth - 1, context)}
    return {"@graph": node(rng, depth - 1, context)}
