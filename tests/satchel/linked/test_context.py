"""Contexts: what breaks one, what protects a term, what is remembered, and the budget."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from satchel.errors import LinkedError, Malformed
from satchel.linked.canon import canonicalize
from satchel.linked.context import CONTEXT_WORK_LIMIT, Contexts, Work
from satchel.linked.emit import to_quads
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from tests.satchel.linked.shapes import DI, OB, V1, V2, X


def refusal(document: JsonObject, contexts: Contexts = PINNED) -> tuple[str, object]:
    with pytest.raises(LinkedError) as caught:
        to_quads(document, contexts=contexts)
    return caught.value.code, caught.value.details["path"]


def lines(document: JsonObject, contexts: Contexts = PINNED) -> list[str]:
    return canonicalize(to_quads(document, contexts=contexts)).decode().split("\n")[:-1]


BROKEN: dict[str, JsonValue] = {
    "a number": 5,
    "an array in an array": [[V2]],
    "no text and no object as a definition": {"a": 5},
    "an empty term": {"": X},
    "a circle": {"a": "b:x", "b": "a:y"},
    "a circle through itself": {"a": {"@id": "a:x"}},
    "no iri": {"a": {"@type": "@id"}},
    "an id that is no text": {"a": {"@id": 5}},
    "a relative id": {"a": {"@id": "rel"}},
    "an alias of @context": {"a": "@context"},
    "an iri term with another iri": {"urn:a": "urn:b"},
    "an unknown entry": {"a": {"@id": X, "@evil": 1}},
    "a keyword redefined": {"@id": X},
    "@type redefined": {"@type": X},
    "@type with another container": {"@type": {"@container": "@list"}},
    "@type of a term no text": {"a": {"@id": X, "@type": 5}},
    "@type of a term relative": {"a": {"@id": X, "@type": "rel"}},
    "@type of a term blank": {"a": {"@id": X, "@type": "_:t"}},
    "an unknown container": {"a": {"@id": X, "@container": "@evil"}},
    "two containers that do not go together": {"a": {"@id": X, "@container": ["@list", "@set"]}},
    "a container twice": {"a": {"@id": X, "@container": ["@set", "@set"]}},
    "a container that is no text": {"a": {"@id": X, "@container": [5]}},
    "a type map of texts": {"a": {"@id": X, "@container": "@type", "@type": X}},
    "@reverse and @id": {"a": {"@id": X, "@reverse": X}},
    "@reverse no text": {"a": {"@reverse": 5}},
    "@reverse relative": {"a": {"@reverse": "rel"}},
    "@reverse with a list": {"a": {"@reverse": X, "@container": "@list"}},
    "a term with a slash and no iri": {"@vocab": X, "a/b c": {"@type": "@id"}},
    "a number too large for an inline context": {"a": {"@id": X, "@type": 2**60}},
    "@index without an index container": {"a": {"@id": X, "@index": X}},
    "@index a keyword": {"a": {"@id": X, "@container": "@index", "@index": "@type"}},
    "@language of a term no text": {"a": {"@id": X, "@language": 5}},
    "@direction of a term": {"a": {"@id": X, "@direction": "up"}},
    "@nest a keyword": {"a": {"@id": X, "@nest": "@id"}},
    "@prefix no boolean": {"a": {"@id": X, "@prefix": 1}},
    "@prefix of a compact iri": {"x": X, "x:a": {"@id": X + "a", "@prefix": True}},
    "@prefix of a keyword": {"a": {"@id": "@type", "@prefix": True}},
    "@propagate no boolean": {"@propagate": 1},
    "@version": {"@version": 1.0},
    "@version true": {"@version": True},
    "@vocab no text": {"@vocab": 5},
    "@language no text": {"@language": 5},
    "@direction": {"@direction": "up"},
    "@base no text": {"@base": 5},
    "a broken scope that nothing uses": {"a": {"@id": X, "@context": {"b": {"@id": 5}}}},
}


@pytest.mark.parametrize("context", BROKEN.values(), ids=BROKEN)
def test_a_broken_context_is_refused(context: JsonValue) -> None:
    assert refusal({"@context": [context], "@id": "urn:a", "urn:p": "v"}) == ("linked.context_invalid", "/@context")


REFUSED: dict[str, tuple[JsonValue, str]] = {
    "a base": ({"@base": "https://base.example/"}, "linked.unsupported"),
    "a relative base": ({"@base": "rel"}, "linked.unsupported"),
    "a protection that is a number": ({"@protected": 1}, "linked.unsupported"),
    "a term's protection that is a text": ({"a": {"@id": X, "@protected": "no"}}, "linked.unsupported"),
    "a context in a context": ({"@context": {"a": X}}, "linked.unsupported"),
    "a term of javascript": ({"__proto__": X}, "linked.unsupported"),
    "a container that is null": ({"a": {"@id": X, "@container": None}}, "linked.unsupported"),
    "a graph container twice": ({"a": {"@id": X, "@container": ["@graph", "@graph"]}}, "linked.unsupported"),
    "an id with a bracket": ({"a": "https://a.example/<b>"}, "linked.unsupported"),
    "a type with a brace": ({"a": {"@id": X, "@type": "https://a.example/{b}"}}, "linked.unsupported"),
    "a reverse with a quotation mark": ({"a": {"@reverse": 'https://a.example/"'}}, "linked.unsupported"),
    "a relative vocabulary": ({"@vocab": "rel"}, "linked.relative_iri"),
    "a bad language": ({"@language": "e n"}, "linked.language"),
    "a bad language of a term": ({"a": {"@id": X, "@language": "e n"}}, "linked.unsupported"),
    "a term like a keyword": ({"@evil": X}, "linked.keyword"),
    "an id like a keyword": ({"a": "@evil"}, "linked.keyword"),
    "a reverse like a keyword": ({"a": {"@reverse": "@evil"}}, "linked.keyword"),
    "a reverse with a language": ({"a": {"@reverse": X, "@language": "en"}}, "linked.unsupported"),
    "an import": ({"@import": V2}, "linked.unsupported"),
    "a direction for all": ({"@direction": "rtl"}, "linked.unsupported"),
    "no protection": ({"@protected": False}, "linked.unsupported"),
    "propagation in an array": ([{"@propagate": False}], "linked.unsupported"),
    "an unknown url": ("https://unknown.example/", "linked.context_unknown"),
    "an unknown url in a scope": ({"a": {"@id": X, "@context": "https://unknown.example/"}}, "linked.context_unknown"),
    "a url of the local network": ("http://169.254.169.254/latest", "linked.context_unknown"),
    "a look-alike over http": (V2.replace("https", "http"), "linked.context_unknown"),
    "a look-alike with a slash": (V2 + "/", "linked.context_unknown"),
}


@pytest.mark.parametrize(("context", "code"), REFUSED.values(), ids=REFUSED)
def test_a_context_that_could_change_the_meaning_unseen_is_refused(context: JsonValue, code: str) -> None:
    assert refusal({"@context": context, "@id": "urn:a", "urn:p": "v"}) == (code, "/@context")


def test_a_prefix_may_be_defined_after_its_use() -> None:
    context: JsonObject = {"x:p": {"@type": "@id"}, "y": "x:y", "x": X}
    assert lines({"@context": context, "@id": "urn:a", "x:p": "x:b", "y": "v"}) == [
        f"<urn:a> <{X}p> <{X}b> .",
        f'<urn:a> <{X}y> "v" .',
    ]


def test_a_null_base_is_harmless() -> None:
    assert lines({"@context": {"@base": None}, "@id": "urn:a", "urn:p": "v"}) == ['<urn:a> <urn:p> "v" .']


# Protection


def credential(**members: JsonValue) -> JsonObject:
    return {
        "@context": V2,
        "id": "urn:vc",
        "type": "VerifiableCredential",
        "issuer": "https://issuer.example",
        "credentialSubject": {"id": "urn:learner"},
        **members,
    }


@pytest.mark.parametrize(
    "context",
    [
        {"VerifiableCredential": X},
        {"id": X},
        {"type": {"@id": "@type", "@container": "@list"}},
        {"name": X},
        {"VerifiableCredential": None},
        {"@protected": True, "name": X},
        {"name": {"@id": "https://schema.org/name", "@type": "@id"}},
        None,
    ],
)
def test_a_protected_term_keeps_its_meaning_at_the_top(context: JsonValue) -> None:
    assert refusal(credential(**{"@context": [V2, context]})) == ("linked.protected", "/@context")


@pytest.mark.parametrize("context", [{"name": X}, {"@protected": True, "description": X}, None])
def test_a_protected_term_keeps_its_meaning_in_a_node_below(context: JsonValue) -> None:
    inside: JsonObject = {"@context": context, "id": "urn:learner"}
    assert refusal(credential(credentialSubject=inside)) == ("linked.protected", "/credentialSubject/@context")


def test_a_type_defines_its_terms_over_an_inline_context() -> None:
    inside: JsonObject = {"@context": {"issuer": X}, "type": "VerifiableCredential", "issuer": "https://a.example"}
    found = lines(credential(credentialSubject=inside))
    assert any("<https://www.w3.org/2018/credentials#issuer> <https://a.example>" in line for line in found)
    assert not any(X in line for line in found)


def test_the_same_context_twice_changes_nothing() -> None:
    assert lines(credential(**{"@context": [V2, V2]})) == lines(credential())


def test_a_protected_term_may_be_defined_again_in_the_same_way() -> None:
    same = {"name": "https://schema.org/name"}
    assert lines(credential(**{"@context": [V2, same]}, name="n")) == lines(credential(name="n"))


def test_one_and_true_are_not_the_same_protected_definition() -> None:
    first: JsonObject = {"@protected": True, "a": {"@id": X, "@context": {"b": {"@id": X + "b", "@protected": True}}}}
    second = json.loads(json.dumps(first).replace('"@protected": true}}', '"@protected": 1}}'))
    document: JsonObject = {"@context": [first, second], "@id": "urn:a", "urn:p": "v"}
    assert refusal(document)[0] in ("linked.protected", "linked.unsupported")


def test_a_scoped_context_is_tried_after_the_terms_before_it() -> None:
    """It may name the very term that it is scoped to."""
    context: JsonObject = {"Module": {"@id": X + "Module", "@context": {"title": "Module"}}}
    document: JsonObject = {"@context": context, "@id": "urn:a", "@type": "Module", "title": "t"}
    assert f'<urn:a> <{X}Module> "t" .' in lines(document)


def test_an_index_property_is_looked_up_where_it_is_used() -> None:
    own: JsonObject = {"@vocab": X, "a": {"@id": X + "a", "@container": "@index", "@index": "a"}}
    document: JsonObject = {"@context": own, "@id": "urn:a", "a": {"k": {"@id": "urn:b"}}}
    assert f'<urn:b> <{X}a> "k" .' in lines(document)
    loose: JsonObject = {"a": {"@id": X + "a", "@container": "@index", "@index": "rel"}}
    assert refusal({**document, "@context": loose})[0] == "linked.context_invalid"
    assert lines({"@context": loose, "@id": "urn:a", "urn:p": "v"}) == ['<urn:a> <urn:p> "v" .']


def test_a_property_may_override_protection_inside_itself() -> None:
    document: JsonObject = {
        "@context": {"@protected": True, "a": X + "a", "b": {"@id": X + "b", "@context": {"a": X + "inner"}}},
        "@id": "urn:1",
        "a": "outer",
        "b": {"@id": "urn:2", "a": "inner"},
    }
    assert f'<urn:2> <{X}inner> "inner" .' in lines(document) and f'<urn:1> <{X}a> "outer" .' in lines(document)


# Scopes


def test_a_type_scopes_its_own_node_and_not_the_ones_below() -> None:
    document: JsonObject = {
        "@context": {"a": X + "a", "p": X + "p", "T": {"@id": X + "T", "@context": {"a": X + "typed"}}},
        "@id": "urn:1",
        "@type": "T",
        "a": "1",
        "p": {"@id": "urn:2", "a": "2"},
    }
    assert f'<urn:1> <{X}typed> "1" .' in lines(document) and f'<urn:2> <{X}a> "2" .' in lines(document)


def test_a_propagated_type_scope_reaches_the_nodes_below() -> None:
    scope: JsonObject = {"@propagate": True, "a": X + "typed"}
    document: JsonObject = {
        "@context": {"a": X + "a", "p": X + "p", "T": {"@id": X + "T", "@context": scope}},
        "@id": "urn:1",
        "@type": "T",
        "p": {"@id": "urn:2", "a": "2"},
    }
    assert f'<urn:2> <{X}typed> "2" .' in lines(document)


def test_the_types_of_a_node_are_applied_in_their_own_order() -> None:
    contexts = {name: {"@id": X + name, "@context": {"a": X + name + "a"}} for name in "AB"}
    for types in (["A", "B"], ["B", "A"]):
        assert f'<urn:1> <{X}Ba> "v" .' in lines({"@context": contexts, "@id": "urn:1", "@type": types, "a": "v"})


def test_a_list_keeps_the_reading_of_the_context_it_stands_in() -> None:
    """The item of an explicit list under a type-scoped property is not read by the outer property of that name."""
    document: JsonObject = {
        "@context": {
            "p": {"@id": X + "p", "@type": "@id"},
            "T": {"@id": X + "T", "@context": {"p": {"@id": X + "p", "@type": X + "t"}}},
        },
        "@id": "urn:1",
        "@type": "T",
        "p": {"@list": ["urn:v"]},
    }
    assert any("<urn:v>" in line for line in lines(document))


# Remembering


def test_a_second_document_finds_the_contexts_ready() -> None:
    contexts = PINNED.extended({})
    to_quads(credential(), contexts=contexts)
    made = contexts.compiler().made
    to_quads(credential(name="other"), contexts=contexts)
    assert contexts.compiler().made == made


def test_what_is_remembered_is_bounded() -> None:
    contexts = PINNED.extended({})
    for number in range(1200):
        to_quads({"@context": {f"t{number}": X}, "@id": "urn:a", f"t{number}": "v"}, contexts=contexts)
    assert contexts.compiler().made < 1100
    root = contexts.compiler().root
    for number in range(2500):
        root.plan(f"urn:p:{number}", Work(CONTEXT_WORK_LIMIT))
        root.shape((f"urn:p:{number}",), Work(CONTEXT_WORK_LIMIT))
    assert len(root.known_plans) <= 2000 and len(root.known_shapes) <= 2000


def test_a_huge_name_is_not_remembered() -> None:
    contexts = PINNED.extended({})
    name = "urn:" + "x" * 5000
    assert len(lines({"@id": "urn:a", name: "v"}, contexts)) == 1
    assert name not in contexts.compiler().root.known_plans


# Sets of contexts


def test_a_set_can_be_extended_by_bytes_and_by_values_and_stays_itself() -> None:
    extended = PINNED.extended({"urn:one": b'{"@context": {"a": "urn:a"}}', "urn:two": {"@context": {"b": "urn:b"}}})
    document: JsonObject = {"@context": ["urn:one", "urn:two"], "@id": "urn:x", "a": "1", "b": "2"}
    assert lines(document, extended) == ['<urn:x> <urn:a> "1" .', '<urn:x> <urn:b> "2" .']
    assert refusal(document) == ("linked.context_unknown", "/@context")


def test_a_document_of_the_set_can_be_replaced() -> None:
    replaced = PINNED.extended({V2: {"@context": {"name": "urn:other"}}})
    assert lines({"@context": V2, "@id": "urn:x", "name": "n"}, replaced) == ['<urn:x> <urn:other> "n" .']


def test_bytes_that_are_no_json_object_are_refused() -> None:
    with pytest.raises(Malformed):
        PINNED.extended({"urn:one": b"[]"})


@pytest.mark.parametrize("content", [{"no": "context"}, {"@context": "urn:one"}, {"@context": 5}])
def test_a_document_that_is_no_context_is_refused(content: JsonObject) -> None:
    contexts = PINNED.extended({"urn:one": content})
    assert refusal({"@context": "urn:one", "@id": "urn:a", "urn:p": "v"}, contexts)[0] == "linked.context_invalid"


# The budget


@pytest.mark.parametrize(
    "context",
    [
        [{f"t{number}": f"urn:t:{number}"} for number in range(1000)],
        [V2] * 1000,
        [V1, DI] * 500,
        [V2, OB] * 500,
        [{f"t{number}": {"@id": "urn:t", "@context": [V2, OB]} for number in range(1000)}],
    ],
    ids=["inline", "one url", "two urls", "badges", "scopes"],
)
def test_a_thousand_contexts_are_read_or_refused_in_time(context: Any) -> None:
    started = time.process_time()
    try:
        to_quads({"@context": context, "@id": "urn:a", "urn:p": "v"}, contexts=PINNED.extended({}))
    except LinkedError as fault:
        assert fault.code in ("linked.too_complex", "linked.protected")
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "document",
    [
        {"@context": {f"t{number}": f"urn:t:{number}" for number in range(60_000)}, "@id": "urn:a", "urn:p": "v"},
        {
            "@context": [V2, OB],
            "@id": "urn:a",
            "urn:p": [{"@context": {"x": f"urn:{number}"}, "x": "v"} for number in range(30_000)],
        },
    ],
    ids=["one huge", "one for each node"],
)
def test_more_context_work_than_any_honest_document_needs_is_refused(document: JsonObject) -> None:
    started = time.process_time()
    assert refusal(document, PINNED.extended({}))[0] == "linked.too_complex"
    assert time.process_time() - started < 3


def test_scopes_inside_scopes_do_not_multiply() -> None:
    scope: JsonValue = {"p": X + "p"}
    for _ in range(11):
        scope = {"p": {"@id": X + "p", "@context": scope}, "q": {"@id": X + "q", "@context": scope}}
    started = time.process_time()
    assert refusal({"@context": scope, "@id": "urn:a", "p": [{"p": ["v"]}]})[0] in (
        "linked.too_complex",
        "linked.unsupported",
    )
    assert time.process_time() - started < 3
