"""satchel.proof.selective, and what both suites of selective disclosure owe to issuer, holder and reader."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.codec import cbor
from satchel.codec.base import base64url_encode
from satchel.errors import SatchelError
from satchel.key.private import PrivateKey
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from satchel.proof import selective, suites
from satchel.proof.configuration import proofs_of
from satchel.proof.selective import Statements, hmac_labels
from satchel.proof.suites import Secured
from tests.satchel.linked import shapes
from tests.satchel.proof.ground import CREATED, code_of, read, sign, vector_contexts, with_proof
from tests.satchel.proof.selective_ground import (
    LEARNER,
    NAME,
    SUITES,
    badge,
    entropy_of,
    holds,
    issued,
    needs_bbs,
    parts_of,
    shown,
    signer_for,
    with_data,
    with_parts,
)
from tests.shared import SHARED, needs_shared

RESULT = "/credentialSubject/result"
LISTS = "/credentialSubject/achievement/resultDescription"


def statements_of(document: JsonObject) -> Statements:
    return Statements(document, PINNED, hmac_labels(bytes(32)))


# Pointers


@pytest.mark.parametrize(
    "pointer,tokens",
    [("", ()), ("/a", ("a",)), ("/", ("",)), ("/a~1b/m~0n/~01", ("a/b", "m~n", "~1")), ("/a/0/", ("a", "0", ""))],
)
def test_a_pointer_is_read_as_rfc_6901_says_and_reads_back(pointer: str, tokens: tuple[str, ...]) -> None:
    assert selective.parse(pointer) == tokens
    assert selective.render(tokens) == pointer


@given(st.lists(st.text()))
def test_any_names_make_a_pointer_that_gives_them_again(names: list[str]) -> None:
    assert selective.parse(selective.render(names)) == tuple(names)


@pytest.mark.parametrize(
    "pointer",
    [
        "issuer",
        "/issuer~",
        "/issuer~2",
        "/nothing",
        "/issuer/nothing",
        "/name/0",
        f"{RESULT}/2",
        f"{RESULT}/-",
        f"{RESULT}/00",
        f"{RESULT}/-1",
        f"{RESULT}/+0",
        f"{RESULT}/ 0",
        f"{RESULT}/\u0660",
        f"{RESULT}/{'9' * 5000}",
        f"{RESULT}/value",
        "/credentialSubject/",
        "#/issuer",
        "$.issuer",
        "/proof",
        "/@context/9",
    ],
)
@pytest.mark.parametrize("suite", SUITES)
def test_a_pointer_to_nothing_is_refused_by_issuer_and_holder(suite: str, pointer: str) -> None:
    assert code_of(lambda: selective.find(badge(), pointer)) == "proof.pointer"
    assert code_of(lambda: issued(suite, mandatory=[pointer])) == "proof.pointer"
    assert code_of(lambda: shown(issued(suite), NAME, pointer)) == "proof.pointer"


def test_more_pointers_than_anybody_has_are_refused() -> None:
    many = ["/issuer"] * (selective.POINTERS_LIMIT + 1)
    assert code_of(lambda: selective.select(badge(), many)) == "proof.too_many"


# Selections


def test_a_selection_keeps_order_ids_types_and_contexts_and_closes_gaps() -> None:
    document = badge()
    found = selective.select(document, [f"{RESULT}/1/value", "/issuer/name", NAME])
    subject: Any = document["credentialSubject"]
    assert found == {
        "@context": document["@context"],
        "id": document["id"],
        "type": document["type"],
        "issuer": document["issuer"],
        "credentialSubject": {
            "id": LEARNER,
            "type": ["AchievementSubject"],
            "achievement": {"id": subject["achievement"]["id"], "type": ["Achievement"], "name": "Knots"},
            "result": [{"type": ["Result"], "value": "94"}],
        },
    }
    assert list(found) == [name for name in document if name in found]
    assert document == badge()


def test_a_pointer_below_a_selected_one_changes_nothing_in_whatever_order() -> None:
    document = badge()
    whole = selective.select(document, ["/credentialSubject"])
    assert selective.select(document, ["/credentialSubject", NAME]) == whole
    assert selective.select(document, [NAME, "/credentialSubject"]) == whole
    assert selective.select(document, [NAME, ""]) == document
    # Types, ids and contexts are never cut.
    assert selective.select(document, ["/type/0", "/@context/1"])["type"] == document["type"]


def test_a_context_inside_stays_with_what_it_explains() -> None:
    inner: JsonObject = {"@context": {"Knot": "urn:x:Knot"}, "id": "urn:x:1", "type": ["Knot"], "name": "Bowline"}
    found: Any = selective.select({"@context": [], "part": inner}, ["/part/name"])
    assert found["part"] == inner


def test_what_an_issuer_must_make_mandatory_is_so_without_being_named() -> None:
    document = badge(credentialSchema={"id": "https://schema.example/1", "type": "JsonSchema"})
    assert selective.mandatory_of(document, [NAME, "/issuer"]) == (
        "/type",
        "/issuer",
        "/validFrom",
        "/validUntil",
        "/credentialStatus",
        "/credentialSchema",
        NAME,
    )
    old: JsonObject = {"issuer": "x", "issuanceDate": "x", "expirationDate": "x", "credentialStatus": None}
    assert selective.mandatory_of(old, []) == ("/issuer", "/issuanceDate", "/expirationDate")


# Statements of parts


def pointers_of(value: JsonValue, at: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Every pointer of a document, but those into ordered lists and contexts."""
    yield selective.render(at)
    if isinstance(value, dict):
        for name, member in value.items():
            if name not in ("@context", "allowedValue"):
                yield from pointers_of(member, (*at, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from pointers_of(item, (*at, index))


SHAPES = [shapes.badge(random.Random(number)) for number in range(12)] + [badge()]


@settings(max_examples=60)
@given(st.data())
def test_the_statements_of_a_part_are_those_of_the_whole_and_parts_add_up(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(SHAPES))
    places = [*pointers_of(document)]
    first, second = (data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4)) for _ in range(2))
    statements = statements_of(document)
    try:
        one, two, both = (statements.chosen(chosen) for chosen in (first, second, first + second))
    except SatchelError as fault:
        # Some members have a meaning only beside others; then nothing is given away.
        assert fault.code == "proof.pointer"
        return
    assert set(both.indexes) == set(one.indexes) | set(two.indexes)
    assert statements_of(both.document).lines != [] or not both.indexes
    assert statements.chosen([""]).indexes == tuple(range(len(statements.lines)))


def test_an_ordered_list_is_shown_whole_or_not_at_all() -> None:
    statements = statements_of(badge())
    assert code_of(lambda: statements.chosen([f"{LISTS}/0/allowedValue/1"])) == "proof.pointer"
    whole = statements.chosen([f"{LISTS}/0/allowedValue"])
    listed = [statements.lines[index] for index in whole.indexes if "22-rdf-syntax-ns#first" in statements.lines[index]]
    assert len(listed) == 3


def test_an_object_that_a_program_put_at_two_places_is_two_nodes() -> None:
    result: JsonObject = {"type": ["Result"], "value": "B"}
    document = badge()
    subject: Any = document["credentialSubject"]
    subject["result"] = [result, result]
    statements = statements_of(document)
    assert len(statements.chosen([f"{RESULT}/0"]).indexes) < len(statements.chosen([RESULT]).indexes)
    twice = copy.deepcopy(document)
    assert len(statements_of(twice).lines) == len(statements.lines)


def test_more_statements_than_are_signed_one_by_one_are_refused() -> None:
    document: JsonObject = {
        "@context": {"p": {"@id": "urn:x:p"}},
        "@id": "urn:x:1",
        "p": [f"{number}" for number in range(selective.STATEMENTS_LIMIT + 1)],
    }
    assert code_of(lambda: statements_of(document)) == "proof.too_many"
    assert code_of(lambda: selective.shown(Secured(document, PINNED), {})) == "proof.too_many"


def test_half_a_surrogate_pair_has_no_statements() -> None:
    assert (
        code_of(lambda: statements_of({"@context": {"p": "urn:x:p"}, "@id": "urn:x:1", "p": "\ud800"})) == "linked.text"
    )


# Both suites


@pytest.mark.parametrize("suite", SUITES)
def test_what_is_issued_and_what_is_derived_from_it_verify(suite: str) -> None:
    before = badge()
    base = issued(suite)
    assert before == badge()
    assert {name: member for name, member in base.items() if name != "proof"} == badge()
    assert holds(base, suite)
    for pointers in ((NAME,), (f"{RESULT}/1/value", NAME), ("/credentialSubject",), (LISTS,), ("",), ()):
        part = shown(base, *pointers)
        assert holds(part, suite), pointers
        assert not suites.is_base(proofs_of(part)[0])
        for name in ("issuer", "type", "validFrom", "validUntil", "credentialStatus"):
            assert part[name] == base[name]
    assert "result" not in str(shown(base, NAME))


@pytest.mark.parametrize(
    ("suite", "count"),
    [("ecdsa-sd-2023", 40), pytest.param("bbs-2023", 12, marks=needs_bbs)],
    ids=["ecdsa-sd-2023", "bbs-2023"],
)
def test_whatever_is_chosen_of_whatever_badge_verifies_and_only_as_it_was_derived(suite: str, count: int) -> None:
    chance = random.Random(suite)
    derived = 0
    for number in range(count):
        document = shapes.badge(random.Random(100 + number))
        places = [*pointers_of(document)]
        chosen = chance.sample(places, chance.randint(1, 4))
        base = issued(suite, document, mandatory=chance.sample(places, chance.randint(0, 2)) if number % 2 else ())
        try:
            part = shown(base, *chosen, number=number)
        except SatchelError as fault:
            assert fault.code == "proof.pointer"
            continue
        derived += 1
        assert holds(part, suite), chosen
        assert not holds(with_proof(part, created="2020-01-01T00:00:00Z"), suite)
    assert derived > count // 2


@pytest.mark.parametrize("suite", SUITES)
def test_a_part_is_false_when_anything_of_it_is_changed_added_or_taken_away(suite: str) -> None:
    part: Any = shown(issued(suite, mandatory=["/name"]), NAME, RESULT)
    assert holds(part, suite)
    subject = part["credentialSubject"]
    changes: list[JsonObject] = [
        {"name": "Splices"},
        {"name": None},
        {"validUntil": "2040-03-01T00:00:00Z"},
        {"validUntil": None},
        {"credentialStatus": None},
        {"type": ["VerifiableCredential"]},
        {"issuer": {**part["issuer"], "name": "Another school"}},
        {"description": "Ties ten knots."},
        {"credentialSubject": {**subject, "id": "did:example:another"}},
        {"credentialSubject": {**subject, "result": subject["result"][:1]}},
        {"credentialSubject": {**subject, "result": [{**subject["result"][0], "value": "A"}, subject["result"][1]]}},
        {"credentialSubject": {**subject, "result": [*subject["result"], {"type": ["Result"], "value": "A"}]}},
    ]
    for change in changes:
        changed = {name: member for name, member in (part | change).items() if member is not None}
        with suppress(SatchelError):
            assert not holds(changed, suite), change


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-03-02T10:00:01Z"},
        {"expires": "2030-01-01T00:00:00Z"},
        {"proofPurpose": "authentication"},
        {"verificationMethod": "did:example:other#key"},
        {"challenge": "c"},
        {"domain": "d.example"},
        {"id": "urn:uuid:9a1c5f6d-7e80-41a2-8c11-3f2b0f9e4d0a"},
    ],
)
def test_no_option_of_a_proof_can_be_changed_or_added(suite: str, change: JsonObject) -> None:
    base = issued(suite)
    for document in (base, shown(base, NAME)):
        assert not holds(with_proof(document, **change), suite)


@pytest.mark.parametrize("suite", SUITES)
def test_a_proof_is_false_under_another_key(suite: str) -> None:
    base = issued(suite)
    kind = signer_for(suite)._key.public().type
    other = PrivateKey.generate(entropy_of(77), kind).public()
    for document in (base, shown(base, NAME)):
        assert not suites.verify(Secured(document, PINNED), proofs_of(document)[0], other)


@pytest.mark.parametrize("suite", SUITES)
def test_a_holder_cannot_take_a_mandatory_statement_away(suite: str) -> None:
    """By deriving with the mandatory pointers cut out of the base proof."""
    base = issued(suite, mandatory=["/name"])
    header, parts = parts_of(base)
    parts[-1] = ["/issuer"]
    with suppress(SatchelError):
        forged = shown(with_parts(base, header, parts), NAME)
        assert "validUntil" not in forged
        assert not holds(forged, suite)
    with suppress(SatchelError):
        assert not holds(with_parts(base, header, parts), suite)


@pytest.mark.parametrize("suite", SUITES)
def test_a_free_statement_called_mandatory_or_the_other_way_is_false(suite: str) -> None:
    part = shown(issued(suite), NAME)
    header, parts = parts_of(part)
    place = 4 if suite == "ecdsa-sd-2023" else 2
    for indexes in (parts[place][1:], [], list(range(len(parts[place]) + 1))):
        changed = [*parts]
        changed[place] = indexes
        with suppress(SatchelError):
            assert not holds(with_parts(part, header, changed), suite)


@pytest.mark.parametrize("suite", SUITES)
def test_two_nodes_must_not_have_one_label(suite: str) -> None:
    """What was said of one node would be shown of two: a grade of one course beside the name of another."""
    part: Any = shown(issued(suite), RESULT)
    header, parts = parts_of(part)
    place = 3 if suite == "ecdsa-sd-2023" else 1
    labels = parts[place]
    for changed_labels in (
        dict.fromkeys(labels, labels[0]),
        {number: label for number, label in labels.items() if number},
        {**labels, len(labels): labels[0]},
        {number + 1: label for number, label in labels.items()},
    ):
        changed = [*parts]
        changed[place] = changed_labels
        assert code_of(lambda changed=changed: holds(with_parts(part, header, changed), suite)) == "proof.value"


@pytest.mark.parametrize("suite", SUITES)
def test_one_node_shown_as_two_is_refused(suite: str) -> None:
    """The subject's result cut in two objects, each labelled as the one that the issuer signed."""
    document = badge()
    base = issued(suite, document)
    part: Any = shown(base, f"{RESULT}/0")
    (result,) = part["credentialSubject"]["result"]
    halves = [{"type": result["type"], name: result[name]} for name in ("value", "resultDescription")]
    cut = {**part, "credentialSubject": {**part["credentialSubject"], "result": halves}}
    header, parts = parts_of(part)
    place = 3 if suite == "ecdsa-sd-2023" else 1
    (label,) = parts[place].values()
    parts[place] = {0: label, 1: label}
    assert code_of(lambda: holds(with_parts(cut, header, parts), suite)) == "proof.value"


@pytest.mark.parametrize("suite", SUITES)
def test_statements_of_two_credentials_do_not_mix(suite: str) -> None:
    first = shown(issued(suite), NAME)
    other = suites.sign_base(
        badge(id="urn:uuid:other"), suite=suite, signer=signer_for(suite), created=CREATED, entropy=entropy_of(8)
    )
    second = shown(other, NAME)
    assert holds(second, suite)
    assert not holds({**first, "proof": second["proof"]}, suite)
    assert not holds({**second, "proof": first["proof"]}, suite)


@pytest.mark.parametrize("suite", SUITES)
def test_a_proof_value_of_another_form_is_refused(suite: str) -> None:
    base = issued(suite)
    part = shown(base, NAME)
    for document in (base, part):
        proof: Any = document["proof"]
        header, parts = parts_of(document)
        data = header + cbor.encode(parts)
        assert holds(with_data(document, data), suite)
        values = [
            "z" + proof["proofValue"][1:],
            proof["proofValue"][1:],
            proof["proofValue"] + "=",
            proof["proofValue"] + "\n",
            "u",
            "u" + base64url_encode(header),
            "u" + base64url_encode(b"\xd9\x5d\x7f" + data[3:]),
            "u" + base64url_encode(data + b"\x00"),
            "u" + base64url_encode(data[:-1]),
            "u" + base64url_encode(header + cbor.encode(parts[:-1])),
            "u" + base64url_encode(header + cbor.encode([*parts, b""])),
            "u" + base64url_encode(header + b"\x9f" + b"".join(map(cbor.encode, parts)) + b"\xff"),
            "u" + base64url_encode(header + b"\xd8\x40" + data[3:]),
            "u" + base64url_encode(header + cbor.encode("text")),
        ]
        for value in values:
            changed = with_proof(document, proofValue=value)
            assert code_of(lambda changed=changed: holds(changed, suite)) == "proof.value", value[:20]


@pytest.mark.parametrize("suite", SUITES)
def test_a_document_that_is_more_than_its_base_proof_signed_is_false(suite: str) -> None:
    base = issued(suite)
    for change in ({"name": "Splices"}, {"description": "More."}):
        changed = {**base, **change}
        with suppress(SatchelError):
            assert not holds(changed, suite)
        with suppress(SatchelError):
            assert not holds(shown(changed, "/name"), suite)


@pytest.mark.parametrize("suite", SUITES)
def test_a_base_proof_with_a_mandatory_pointer_that_names_nothing_is_refused(suite: str) -> None:
    base = issued(suite)
    header, parts = parts_of(base)
    parts[-1] = ["/nothing"]
    assert code_of(lambda: holds(with_parts(base, header, parts), suite)) == "proof.value"
    assert code_of(lambda: shown(with_parts(base, header, parts), NAME)) == "proof.pointer"


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_that_signs_whole_and_one_that_signs_statements_are_asked_by_different_names(suite: str) -> None:
    signer = signer_for(suite)
    assert code_of(lambda: suites.sign(badge(), suite=suite, signer=signer, created=CREATED)) == "proof.suite_selective"
    for other, code in (("eddsa-rdfc-2022", "proof.key_mismatch"), ("none", "proof.suite_unsupported")):
        assert code_of(lambda other=other: issued_by(other, signer)) == code
    assert code_of(lambda: issued_by("ecdsa-rdfc-2019", signer_for("ecdsa-sd-2023"))) == "proof.suite_unsupported"


def issued_by(suite: str, signer: Any) -> JsonObject:
    return suites.sign_base(badge(), suite=suite, signer=signer, created=CREATED, entropy=entropy_of(2))


@pytest.mark.parametrize("suite", SUITES)
def test_only_one_base_proof_is_derived_from_and_the_others_are_left_behind(suite: str) -> None:
    both = issued(suite, sign(badge()))
    assert len(proofs_of(both)) == 2
    part = shown(both, NAME)
    assert isinstance(part["proof"], dict)
    assert holds(part, suite)
    assert code_of(lambda: shown(sign(badge()), NAME)) == "proof.not_derivable"
    assert code_of(lambda: shown(part, NAME)) == "proof.not_derivable"
    assert code_of(lambda: shown(badge(), NAME)) == "proof.missing"
    twice = issued(suite, both)
    assert code_of(lambda: shown(twice, NAME)) == "proof.not_derivable"
    assert code_of(lambda: shown(both, NAME, proof_id="urn:uuid:none")) == "proof.not_derivable"


@pytest.mark.parametrize("suite", SUITES)
def test_a_proof_of_these_suites_builds_on_no_other(suite: str) -> None:
    first = sign(badge(), id="urn:uuid:one")
    chained = issued(suite, first)
    entries: Any = chained["proof"]
    entries[1] = {**entries[1], "previousProof": "urn:uuid:one"}
    assert code_of(lambda: holds(chained, suite, index=1)) == "proof.chain_unsupported"
    assert code_of(lambda: shown(chained, NAME)) == "proof.chain_unsupported"


@pytest.mark.parametrize("suite", SUITES)
def test_a_member_under_another_name_is_refused_also_by_the_holder(suite: str) -> None:
    changed = with_proof(issued(suite), **{"https://w3id.org/security#expiration": "2030-01-01T00:00:00Z"})
    assert code_of(lambda: holds(changed, suite)) == "proof.member"
    assert code_of(lambda: shown(changed, NAME)) == "proof.member"


@pytest.mark.parametrize("suite", SUITES)
def test_a_credential_of_the_older_data_model_is_issued_and_derived(suite: str) -> None:
    document: JsonObject = {
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"],
        "id": "urn:uuid:0b1c8f6a-9a1f-4f57-8a39-4f4c7d0f5b11",
        "type": ["VerifiableCredential"],
        "issuer": signer_for(suite).id.partition("#")[0],
        "issuanceDate": "2026-03-01T00:00:00Z",
        "credentialSubject": {"id": LEARNER},
    }
    base = issued(suite, document)
    assert holds(base, suite)
    part = shown(base, "/credentialSubject")
    assert holds(part, suite)
    assert part["issuanceDate"] == document["issuanceDate"]


@needs_shared
@needs_bbs
def test_a_driving_licence_of_the_w3c_vectors_is_issued_and_derived() -> None:
    at = SHARED / "vectors" / "vc-di-bbs" / "FeatureInputs"
    contexts = vector_contexts()
    mandatory, chosen = read(at / "licenseMandatory.json"), read(at / "licenseSelective.json")
    for suite in ("ecdsa-sd-2023", "bbs-2023"):
        base = issued(suite, read(at / "license.json"), mandatory=mandatory, contexts=contexts)
        assert holds(base, suite, contexts)
        part = shown(base, *chosen, contexts=contexts)
        assert holds(part, suite, contexts)
        hidden: Any = part["credentialSubject"]
        assert "portrait" not in str(hidden)
