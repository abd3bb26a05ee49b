"""did.method.webvh.log: one wrong thing in an entry, correctly signed for the rest, is refused for that reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from did.method.webvh import log as logs
from did.method.webvh import write
from did.method.webvh.log import Log
from did.method.webvh.write import Change
from satchel.codec import timestamp
from satchel.errors import DidError
from satchel.port import JsonObject
from satchel.proof import suites
from tests.did.method.webvh.site import NOW, signer, state, text

DAY = timedelta(days=1)


def first(**options: object) -> tuple[str, bytes]:
    return write.create(state("issuer.example", 1), signer=signer(1), now=NOW - 3 * DAY, **options)  # type: ignore[arg-type]


def read(body: bytes) -> Log:
    return logs.read(body, scid=write.scid_in(body), now=NOW)


def entries(body: bytes) -> list[JsonObject]:
    return [json.loads(line) for line in body.splitlines()]


def line(value: JsonObject) -> bytes:
    return json.dumps(value).encode() + b"\n"


def signed_again(value: JsonObject, previous: str, number: int, key: int, **changes: object) -> JsonObject:
    """The entry with its hash and proof made anew, so that nothing but the change is wrong."""
    content: JsonObject = {name: member for name, member in value.items() if name != "proof"}
    content["versionId"] = f"{number}-{logs.hash_of({**content, 'versionId': previous})}"
    signed = suites.sign(content, suite=logs.SUITE, signer=signer(key), created=NOW, purpose=logs.PURPOSE)
    proof = signed["proof"]
    assert isinstance(proof, dict)
    return {**content, "proof": [{**proof, **changes}]}  # type: ignore[dict-item]


def two() -> tuple[str, bytes, list[JsonObject]]:
    did, body = first()
    body = write.update(body, Change(update_keys=(text(2),)), signer=signer(1), now=NOW - DAY)
    return did, body, entries(body)


def test_a_log_made_here_is_sound_and_says_which_checks_it_stood() -> None:
    _, body, _ = two()
    found = read(body)
    assert found.fault is None
    assert [version.number for version in found.versions] == [1, 2]
    assert [step.check for step in found.steps if step.number == 2] == [
        "form",
        "parameters",
        *(check for check, _ in logs.CHECKS),
    ]


def changed(change: Callable[[JsonObject], None], key: int = 1) -> bytes:
    """A log whose second entry was changed before it was hashed and signed."""
    _, _, (one, other) = two()
    change(other)
    return line(one) + line(signed_again(other, str(one["versionId"]), 2, key))


def put(name: str, value: object) -> Callable[[JsonObject], None]:
    def change(entry: JsonObject) -> None:
        entry[name] = value  # type: ignore[assignment]

    return change


def parameter(name: str, value: object) -> Callable[[JsonObject], None]:
    def change(entry: JsonObject) -> None:
        parameters = entry["parameters"]
        assert isinstance(parameters, dict)
        parameters[name] = value  # type: ignore[assignment]

    return change


KEY = f"did:key:{text(5)}"
REFUSED: list[tuple[str, Callable[[JsonObject], None], str]] = [
    ("another member", put("comment", "x"), "did.log_form"),
    ("parameters that are a list", put("parameters", []), "did.log_form"),
    ("a state that is a text", put("state", "x"), "did.log_form"),
    ("a time with an offset", put("versionTime", "2026-11-22T09:00:00+00:00"), "did.log_time"),
    ("a time that is none", put("versionTime", "yesterday"), "did.log_time"),
    ("the time of the entry before", put("versionTime", timestamp.render(NOW - 3 * DAY)), "did.log_time"),
    ("a time too far ahead", put("versionTime", timestamp.render(NOW + timedelta(minutes=6))), "did.log_time"),
    ("an older method", parameter("method", "did:webvh:0.5"), "did.log_method"),
    ("a method in other letters", parameter("method", "did:webvh:1.0 "), "did.log_method"),
    ("the scid again", parameter("scid", "Qm" + "1" * 44), "did.log_parameters"),
    ("an unknown parameter", parameter("prerotation", True), "did.log_parameters"),
    ("update keys that are no list", parameter("updateKeys", text(2)), "did.log_parameters"),
    ("an update key that is a number", parameter("updateKeys", [7]), "did.log_parameters"),
    ("too many update keys", parameter("updateKeys", [text(2)] * 101), "did.log_parameters"),
    ("portable made true later", parameter("portable", True), "did.log_parameters"),
    ("deactivated as a text", parameter("deactivated", "true"), "did.log_parameters"),
    ("a ttl below zero", parameter("ttl", -1), "did.log_parameters"),
    ("a ttl that is true", parameter("ttl", True), "did.log_parameters"),
    ("a witness twice", parameter("witness", {"threshold": 1, "witnesses": [{"id": KEY}] * 2}), "did.log_parameters"),
    ("threshold zero", parameter("witness", {"threshold": 0, "witnesses": [{"id": KEY}]}), "did.log_parameters"),
    ("threshold too high", parameter("witness", {"threshold": 2, "witnesses": [{"id": KEY}]}), "did.log_parameters"),
    ("threshold true", parameter("witness", {"threshold": True, "witnesses": [{"id": KEY}]}), "did.log_parameters"),
    ("no witnesses", parameter("witness", {"threshold": 1, "witnesses": []}), "did.log_parameters"),
    (
        "a witness by did:web",
        parameter("witness", {"threshold": 1, "witnesses": [{"id": "did:web:a.example"}]}),
        "did.log_parameters",
    ),
    (
        "a witness with a broken key",
        parameter("witness", {"threshold": 1, "witnesses": [{"id": KEY[:-1]}]}),
        "did.log_parameters",
    ),
    (
        "a state of another SCID",
        put("state", state(did="did:webvh:Qm" + "1" * 44 + ":issuer.example")),
        "did.log_state",
    ),
    ("a state without id", put("state", {"@context": []}), "did.log_state"),
]


@pytest.mark.parametrize("change,code", [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_an_entry_with_one_wrong_thing_is_refused_for_it(change: Callable[[JsonObject], None], code: str) -> None:
    found = read(changed(change))
    assert found.fault is not None and found.fault.code == code, found.fault
    assert found.fault.details["entry"] == 2
    assert [version.number for version in found.versions] == [1]
    assert found.steps[-1].fault is found.fault


def test_null_stands_for_the_default_value() -> None:
    found = read(changed(parameter("watchers", None)))
    assert found.fault is None and found.versions[-1].parameters.watchers == ()


@pytest.mark.parametrize(
    "version_id",
    ["2-", "2Qm", "02-{}", "3-{}", "1-{}", "2--{}", "2-{}x", "-2-{}", "2 -{}", 2],
)
def test_a_version_id_has_one_form(version_id: str | int) -> None:
    _, _, (one, other) = two()
    own = str(other["versionId"]).partition("-")[2]
    given = version_id.format(own) if isinstance(version_id, str) else version_id
    found = read(line(one) + line({**other, "versionId": given}))
    assert found.fault is not None and found.fault.code == "did.log_version"


def test_a_changed_entry_is_not_the_one_of_its_hash() -> None:
    _, _, (one, other) = two()
    found = read(line(one) + line({**other, "versionTime": timestamp.render(NOW - 2 * DAY)}))
    assert found.fault is not None and found.fault.code == "did.log_hash"


def test_an_entry_that_builds_on_another_one_is_refused() -> None:
    _, _, (one, other) = two()
    found = read(line(one) + line(signed_again(other, str(other["versionId"]), 2, 1)))
    assert found.fault is not None and found.fault.code == "did.log_hash"


@pytest.mark.parametrize("key", [2, 3])
def test_only_a_key_of_the_entry_before_signs(key: int) -> None:
    """Key 2 is an update key from this entry on, not for it."""
    found = read(changed(lambda entry: None, key))
    assert found.fault is not None and found.fault.code == "did.log_proof"


@pytest.mark.parametrize(
    "changes",
    [
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"type": "Ed25519Signature2020"},
        {"proofPurpose": "authentication"},
        {"verificationMethod": f"did:key:{text(1)}#{text(2)}"},
        {"verificationMethod": f"did:key:{text(2)}#{text(1)}"},
        {"verificationMethod": f"did:key:{text(1)}"},
        {"verificationMethod": text(1)},
        {"created": "2026-11-24T09:00:01Z"},
        {"expires": "2026-11-24T08:00:00Z"},
        {"previousProof": "urn:x"},
        {"proofValue": "z1111"},
        {"extra": "x"},
    ],
)
def test_a_proof_has_one_form(changes: dict[str, str]) -> None:
    _, _, (one, other) = two()
    found = read(line(one) + line(signed_again(other, str(one["versionId"]), 2, 1, **changes)))
    assert found.fault is not None and found.fault.code == "did.log_proof"


@pytest.mark.parametrize("proof", [[], None, "x", [None]])
def test_an_entry_without_a_proof_is_refused(proof: object) -> None:
    _, _, (one, other) = two()
    found = read(line(one) + line({**other, "proof": proof}))  # type: ignore[dict-item]
    assert found.fault is not None and found.fault.code == "did.log_proof"


def test_one_false_proof_beside_a_good_one_is_refused() -> None:
    _, _, (one, other) = two()
    (good,) = other["proof"]  # type: ignore[misc]
    bad = {**good, "created": "2020-01-01T00:00:00Z"}  # type: ignore[dict-item]
    found = read(line(one) + line({**other, "proof": [good, bad]}))
    assert found.fault is not None and found.fault.code == "did.log_proof"


def test_the_last_keys_are_those_that_sign_next_and_older_ones_no_more() -> None:
    _, body, _ = two()
    longer = write.update(body, Change(ttl=60), signer=signer(2), now=NOW)
    assert read(longer).fault is None
    with pytest.raises(DidError) as caught:
        write.update(body, Change(ttl=60), signer=signer(1), now=NOW)
    assert caught.value.code == "did.log_proof"


@pytest.mark.parametrize("body", [b"", b"\n", b"[]\n", b"{}\n", b"{\n", b"\xff\n"])
def test_what_is_no_log_is_refused(body: bytes) -> None:
    found = logs.read(body, scid="Qm" + "1" * 44, now=NOW)
    assert found.fault is not None and found.fault.code == "did.log_form"
    assert not found.versions


def test_a_log_with_more_entries_than_anybody_has_is_refused_before_any_is_checked() -> None:
    found = logs.read(b"{}\n" * 1001, scid="Qm" + "1" * 44, now=NOW)
    assert found.fault is not None and found.fault.code == "did.log_form"
    assert not found.steps


def test_a_member_twice_in_an_entry_is_refused() -> None:
    _, body, _ = two()
    doubled = body.replace(b'"versionTime"', b'"versionTime":"2026-01-01T00:00:00Z","versionTime"', 1)
    found = logs.read(doubled, scid=write.scid_in(body), now=NOW)
    assert found.fault is not None and found.fault.code == "did.log_form"


def test_the_log_of_another_did_is_refused() -> None:
    _, body = first()
    found = logs.read(body, scid="Qm" + "1" * 44, now=NOW)
    assert found.fault is not None and found.fault.code == "did.log_scid"


def test_a_chosen_identifier_is_not_the_hash_of_its_entry() -> None:
    _, body = first()
    chosen = "Qm" + "2" * 44
    value = json.loads(body.decode().replace(write.scid_in(body), chosen))
    found = logs.read(line(signed_again(value, chosen, 1, 1)), scid=chosen, now=NOW)
    assert found.fault is not None and found.fault.code == "did.log_scid"


def test_nothing_follows_the_end() -> None:
    _, body = first()
    ended = write.deactivate(body, signer=signer(1), now=NOW - DAY)
    last = entries(ended)[-1]
    more = {**last, "versionTime": timestamp.render(NOW), "parameters": {}}
    found = read(ended + line(signed_again(more, str(last["versionId"]), 3, 1)))
    assert found.fault is not None and found.fault.code == "did.log_deactivated"
    assert found.versions[-1].parameters.deactivated


def test_prerotation_holds_for_the_entry_that_ends_it_and_not_after() -> None:
    _, body = first(next_keys=(text(2), text(3)))
    with pytest.raises(DidError) as caught:
        write.update(body, Change(ttl=60), signer=signer(1), now=NOW)
    assert caught.value.code == "did.log_writer"
    for change, key in (
        (Change(update_keys=(text(4),), next_keys=(text(5),)), 4),  # not announced
        (Change(update_keys=(text(2), text(4)), next_keys=(text(5),)), 2),  # one of two not announced
        (Change(update_keys=(text(2),), next_keys=()), 1),  # signed by the old key
    ):
        with pytest.raises(DidError) as caught:
            write.update(body, change, signer=signer(key), now=NOW)
        assert caught.value.code in ("did.log_prerotation", "did.log_proof")
    ended = write.update(body, Change(update_keys=(text(2),), next_keys=()), signer=signer(2), now=NOW - DAY)
    free = write.update(ended, Change(update_keys=(text(9),)), signer=signer(2), now=NOW)
    assert read(free).fault is None


def test_a_portable_did_moves_and_says_where_from() -> None:
    did, body = first(portable=True)
    moved = did.replace("issuer.example", "new.example")
    for new, code in (
        (state(did=moved), "did.log_state"),
        (state(did=moved) | {"alsoKnownAs": [did]}, None),
        (state(did=did.replace("Qm", "Qn")) | {"alsoKnownAs": [did]}, "did.log_state"),
    ):
        if code is None:
            assert read(write.update(body, Change(state=new), signer=signer(1), now=NOW)).fault is None
            continue
        with pytest.raises(DidError) as caught:
            write.update(body, Change(state=new), signer=signer(1), now=NOW)
        assert caught.value.code == code
    _, bound = first()
    with pytest.raises(DidError) as caught:
        write.update(bound, Change(state=state(did=moved) | {"alsoKnownAs": [did]}), signer=signer(1), now=NOW)
    assert caught.value.code == "did.log_state"
