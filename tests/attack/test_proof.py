"""Rows 33 to 64: proofs that are missing, misnamed, forged, borrowed or made with a key that must not be used."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path

import pytest

from did.create import did_web_document
from satchel.codec import base
from satchel.key.private import PrivateKey
from tests.attack.forge import (
    ISSUER,
    STRANGER,
    Document,
    badge,
    badge_1_1,
    did_of,
    judged,
    method_of,
    mirror,
    options_of,
    says,
    signed,
    signed_with,
    within,
)

GOOD = signed(badge())
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
SCHOOL = "did:web:school.example"
SCHOOL_URL = "https://school.example/.well-known/did.json"
# RFC 8032 section 5.1: encodings of points of small order; with such a key R = 0 point and S = 0 signs every text.
LOW_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


def with_proof(**changes: object) -> Document:
    """The good badge with members of its proof replaced; None removes one."""
    proof = {name: value for name, value in (GOOD["proof"] | changes).items() if value is not None}
    return GOOD | {"proof": proof}


def multikey(code: bytes, raw: bytes) -> str:
    return base.multibase_encode(code + raw, "z")


def signature() -> bytes:
    return base.multibase_decode(GOOD["proof"]["proofValue"], allowed="z")


# 33 to 36: the proof's shape and names


def test_a_credential_without_a_proof_is_rejected() -> None:
    says(judged(badge()), "rejected", "proof", "fail", "proof.missing")


@pytest.mark.parametrize("proof", [None, [], {}, "zSignature", [None], ["zSignature"], 7, True, [[]]], ids=repr)
def test_a_proof_that_is_no_proof_is_rejected(proof: object) -> None:
    says(judged(badge() | {"proof": proof}), "rejected", "proof", "fail", "proof.malformed")


@pytest.mark.parametrize("purpose", ["authentication", "keyAgreement", "capabilityInvocation"])
def test_a_good_signature_for_another_purpose_is_rejected(purpose: str) -> None:
    """Signed so by the issuer's own key: a signature for logging in is not one for making claims."""
    says(judged(signed(badge(), purpose=purpose)), "rejected", "proof", "fail", "proof.purpose")


@pytest.mark.parametrize(
    "purpose", [None, ["assertionMethod"], ["assertionMethod", "authentication"], {}, ""], ids=repr
)
def test_a_purpose_that_is_missing_or_no_single_text_is_rejected(purpose: object) -> None:
    says(judged(with_proof(proofPurpose=purpose)), "rejected", "proof", "fail", "proof.malformed")


UNKNOWN = ("undecided", "unknown", "proof.suite_unsupported")
BROKEN = ("rejected", "fail", "proof.malformed")


@pytest.mark.parametrize(
    ("suite", "answer"),
    [
        (None, BROKEN),
        ("", BROKEN),
        (["eddsa-rdfc-2022"], BROKEN),
        ("eddsa-rdfc-2099", UNKNOWN),
        ("EDDSA-RDFC-2022", UNKNOWN),
        ("eddsa-2022", UNKNOWN),
        ("eddsa-jcs-2022 ", UNKNOWN),
    ],
    ids=repr,
)
def test_a_cryptosuite_that_is_missing_unknown_or_respelled_is_never_accepted(
    suite: object, answer: tuple[str, str, str]
) -> None:
    verdict, outcome, code = answer
    says(judged(with_proof(cryptosuite=suite)), verdict, "proof", outcome, code)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (None, BROKEN),
        (["DataIntegrityProof"], BROKEN),
        ("dataintegrityproof", UNKNOWN),
        ("Made-up", UNKNOWN),
        ("Ed25519Signature2020", ("rejected", "fail", "proof.member")),
    ],
    ids=repr,
)
def test_a_proof_type_that_is_missing_unknown_or_another_suites_is_never_accepted(
    kind: object, answer: tuple[str, str, str]
) -> None:
    verdict, outcome, code = answer
    says(judged(with_proof(type=kind)), verdict, "proof", outcome, code)


def test_bytes_signed_under_the_canonical_json_form_do_not_pass_as_rdf() -> None:
    from satchel.codec import jcs

    options = options_of()
    digests = [
        hashlib.sha256(jcs.encode(part)).digest() for part in ({"@context": GOOD["@context"], **options}, badge())
    ]
    value = base.multibase_encode(ISSUER.sign(b"".join(digests)), "z")
    says(judged(badge() | {"proof": options | {"proofValue": value}}), "rejected", "proof", "fail", "proof.invalid")


# 37 to 42: whose key


def test_a_strangers_signature_says_nothing_for_the_issuer() -> None:
    report = judged(signed(badge(), key=STRANGER))
    says(report, "rejected", "proof", "pass", "proof.ok")
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")


def test_a_bare_did_key_beside_an_https_issuer_is_rejected() -> None:
    document = badge()
    document["issuer"]["id"] = "https://school.example/issuer"
    says(judged(signed(document)), "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")


def test_a_key_written_into_a_url_fragment_is_never_a_key() -> None:
    """A widespread validator takes the key from `https://anything#z6Mk...`, so that anybody signs as anybody."""
    document = badge()
    document["issuer"]["id"] = "https://school.example/issuer"
    method = f"https://school.example/issuer#{method_of(ISSUER).partition('#')[2]}"
    report = judged(signed(document, method=method))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_in_fragment")
    says(report, "rejected", "proof", "unknown", "proof.key_unresolved")


def test_a_did_key_with_another_keys_fragment_is_rejected() -> None:
    method = did_of(ISSUER) + "#" + did_of(STRANGER).removeprefix("did:key:")
    for key in (ISSUER, STRANGER):
        says(judged(signed(badge(), key=key, method=method)), "rejected", "proof", "fail", "did.method_missing")


@pytest.mark.parametrize("fragment", ["", "#", "#key-1", "#0", f"#{'z' * 48}"])
def test_a_did_key_method_without_the_keys_own_fragment_is_rejected(fragment: str) -> None:
    report = judged(signed(badge(), method=did_of(ISSUER) + fragment))
    says(report, "rejected", "proof", "fail", "did.method_missing")
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_refused")


def test_a_verification_method_that_brings_its_own_key_is_rejected() -> None:
    brought = {
        "id": method_of(ISSUER),
        "type": "Multikey",
        "controller": did_of(ISSUER),
        "publicKeyMultibase": did_of(STRANGER).removeprefix("did:key:"),
    }
    document = signed(badge(), key=STRANGER)
    document["proof"]["verificationMethod"] = brought
    report = judged(document)
    assert report.verdict == "rejected"
    says(report, "rejected", "proof", "fail", "proof.malformed")


def bad_keys() -> dict[str, tuple[str, str]]:
    """What is wrong -> the did:key's text and the code. The types of the last four may be keys of a later version."""
    raw = base.multibase_decode(did_of(ISSUER).removeprefix("did:key:"), allowed="z")[2:]
    return {
        "a secret key": (multikey(b"\x80\x26", raw), "key.secret"),
        "an overlong multicodec": (multikey(b"\xed\x81\x00", raw), "key.multikey"),
        "31 bytes": (multikey(b"\xed\x01", raw[:31]), "key.length"),
        "33 bytes": (multikey(b"\xed\x01", raw + b"\x00"), "key.length"),
        "no bytes": (multikey(b"\xed\x01", b""), "key.length"),
        "not on the curve": (multikey(b"\xed\x01", b"\x02" + b"\x00" * 31), "key.point"),
        "base64url": (base.multibase_encode(b"\xed\x01" + raw, "u"), "key.multikey"),
        "hex": ("f" + (b"\xed\x01" + raw).hex(), "key.multikey"),
        "base58 with a zero": ("z0" + did_of(ISSUER).removeprefix("did:key:z"), "key.multikey"),
        "an unknown multicodec": (multikey(b"\xff\x01", raw), "key.type_unsupported"),
        "X25519": (multikey(b"\xec\x01", raw), "key.use"),
        "P-256 code over 32 bytes": (multikey(b"\x80\x24", raw), "key.length"),
        "no multicodec": (multikey(b"", raw), "key.type_unsupported"),
    }


@pytest.mark.parametrize(("text", "code"), bad_keys().values(), ids=bad_keys())
def test_a_did_key_of_a_wrong_kind_length_or_spelling_is_never_accepted(text: str, code: str) -> None:
    document = badge()
    document["issuer"]["id"] = f"did:key:{text}"
    report = judged(signed(document, method=f"did:key:{text}#{text}"))
    if code == "key.type_unsupported":
        says(report, "undecided", "proof", "unknown", code)
        says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.unresolved")
    else:
        says(report, "rejected", "proof", "fail", code)
        says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_refused")


@pytest.mark.parametrize("key", LOW_ORDER)
def test_a_key_under_which_anybody_can_sign_is_rejected(key: str) -> None:
    """R = the neutral element and S = 0 satisfy the equation for every message under a low-order key."""
    text = multikey(b"\xed\x01", bytes.fromhex(key))
    document = badge()
    document["issuer"]["id"] = f"did:key:{text}"
    document["proof"] = options_of(verificationMethod=f"did:key:{text}#{text}")
    for r in LOW_ORDER:
        document["proof"]["proofValue"] = base.multibase_encode(bytes.fromhex(r) + bytes(32), "z")
        says(judged(document), "rejected", "proof", "fail", "key.point")


# 43 to 45: the signature's bytes and their spelling


def test_a_second_encoding_of_the_same_signature_is_rejected() -> None:
    r, s = signature()[:32], int.from_bytes(signature()[32:], "little")
    for value in (
        r + (s + GROUP_ORDER).to_bytes(32, "little"),
        r + ((GROUP_ORDER - s) % GROUP_ORDER).to_bytes(32, "little"),
        r[:31] + bytes([r[31] ^ 0x80]) + signature()[32:],
        bytes(64),
        r + bytes(32),
        bytes(32) + signature()[32:],
        b"\xff" * 64,
    ):
        document = with_proof(proofValue=base.multibase_encode(value, "z"))
        says(judged(document), "rejected", "proof", "fail", "proof.invalid")


@pytest.mark.parametrize(
    "value",
    [
        "f" + signature().hex(),
        base.multibase_encode(signature(), "u"),
        "z1" + GOOD["proof"]["proofValue"][1:],
        GOOD["proof"]["proofValue"] + "\u200b",
        GOOD["proof"]["proofValue"] + "\n",
        " " + GOOD["proof"]["proofValue"],
        GOOD["proof"]["proofValue"].replace("z", "Z", 1),
        GOOD["proof"]["proofValue"][1:],
        base.multibase_encode(signature()[:63], "z"),
        base.multibase_encode(signature() + b"\x00", "z"),
        "z",
        "",
        None,
        ["z"],
        7,
    ],
    ids=[
        "hex",
        "base64url",
        "leading 1",
        "zero-width",
        "newline",
        "blank",
        "Z",
        "no prefix",
        "63",
        "65",
        "z",
        "empty",
        "missing",
        "array",
        "number",
    ],
)
def test_a_respelled_or_broken_proof_value_is_rejected(value: object) -> None:
    code = "proof.value" if isinstance(value, str) and value else "proof.malformed"
    says(judged(with_proof(proofValue=value)), "rejected", "proof", "fail", code)


def test_a_proof_value_of_200_kb_is_refused_in_time() -> None:
    with within(3):
        report = judged(with_proof(proofValue="z" + "2" * 200_000))
    says(report, "rejected", "proof", "fail", "proof.value")
    with within(3):
        report = judged(with_proof(verificationMethod="did:key:z" + "2" * 200_000 + "#z"))
    says(report, "rejected", "proof", "fail", "did.invalid")


# 49 to 51: the proof's dates


@pytest.mark.parametrize(
    "created", ["yesterday", "2026-13-01T00:00:00Z", "2026-03-02", "2026-02-30T00:00:00Z", 1772445600]
)
def test_a_created_time_that_cannot_be_read_is_rejected_even_when_signed(created: object) -> None:
    document = badge() | {"proof": GOOD["proof"] | {"created": created}}
    if isinstance(created, str):
        document = signed_with(badge(), options_of(created=created))
    says(judged(document), "rejected", "proof", "fail", "proof.malformed")


@pytest.mark.parametrize(
    ("created", "code"),
    [("2099-03-02T10:00:00Z", "proof.created_future"), ("1970-01-01T00:00:00Z", "proof.created_early")],
)
def test_an_odd_created_time_is_told(created: str, code: str) -> None:
    report = judged(signed_with(badge(), options_of(created=created)))
    says(report, "accepted_with_warnings", "proof", "warn", code)


@pytest.mark.parametrize(
    ("expires", "code"),
    [("2026-04-01T00:00:00Z", "proof.expired"), ("2026-01-01T00:00:00Z", "proof.dates")],
    ids=["before now", "before created"],
)
def test_an_expired_proof_is_rejected(expires: str, code: str) -> None:
    says(judged(signed_with(badge(), options_of(expires=expires))), "rejected", "proof", "fail", code)


# 52 to 56: sets and chains


def proof_set(*proofs: object) -> Document:
    return badge() | {"proof": list(proofs)}


def test_one_false_proof_in_a_set_is_enough_to_reject() -> None:
    good = GOOD["proof"]
    false = good | {"proofValue": signed(badge(name="Another"))["proof"]["proofValue"]}
    for proofs in ([good, false], [false, good]):
        says(judged(proof_set(*proofs)), "rejected", "proof", "fail", "proof.invalid")


def test_an_unknown_proof_beside_a_good_one_is_told() -> None:
    unknown = GOOD["proof"] | {"cryptosuite": "lattice-rdfc-2031"}
    for proofs in ([GOOD["proof"], unknown], [unknown, GOOD["proof"]]):
        says(judged(proof_set(*proofs)), "accepted_with_warnings", "proof", "warn", "proof.one_unknown")


def test_a_strangers_proof_first_does_not_hide_the_issuers() -> None:
    strangers = signed(badge(), key=STRANGER)["proof"]
    for proofs in ([strangers, GOOD["proof"]], [GOOD["proof"], strangers]):
        report = judged(proof_set(*proofs))
        says(report, "accepted_with_warnings", "issuer_binding", "warn", "issuer_binding.other_proof")
    only = judged(proof_set(strangers))
    says(only, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    unknown = GOOD["proof"] | {"cryptosuite": "lattice-rdfc-2031"}
    beside = judged(proof_set(strangers, unknown))
    says(beside, "undecided", "issuer_binding", "unknown", "issuer_binding.unresolved")


def test_a_thousand_proofs_are_refused_in_time() -> None:
    with within(5):
        report = judged(proof_set(*[GOOD["proof"]] * 1_000))
    says(report, "rejected", "proof", "fail", "proof.too_many")


@pytest.mark.parametrize("previous", ["urn:uuid:missing", ["urn:uuid:missing"], "urn:uuid:self", 7, {}])
def test_a_proof_chained_to_a_missing_proof_or_itself_is_not_accepted(previous: object) -> None:
    if isinstance(previous, str | list):
        document = signed_with(badge(), options_of(id="urn:uuid:self", previousProof=previous))
    else:
        document = with_proof(previousProof=previous)
    code = "proof.malformed" if not isinstance(previous, str | list) else "proof.previous_missing"
    says(judged(document), "rejected", "proof", "fail", "proof.previous_cycle" if previous == "urn:uuid:self" else code)


def test_two_proofs_that_name_each_other_are_not_accepted() -> None:
    first = signed_with(badge(), options_of(id="urn:uuid:one", previousProof="urn:uuid:two"))["proof"]
    second = signed_with(badge(), options_of(id="urn:uuid:two", previousProof="urn:uuid:one"))["proof"]
    says(judged(proof_set(first, second)), "rejected", "proof", "fail", "proof.previous_cycle")


def test_a_chain_whose_second_proof_does_not_cover_the_first_is_never_taken_as_a_chain() -> None:
    first = signed_with(badge(), options_of(id="urn:uuid:one"))["proof"]
    second = signed_with(badge(), options_of(previousProof="urn:uuid:one"))["proof"]
    says(judged(proof_set(first, second)), "rejected", "proof", "fail", "proof.invalid")
    says(judged(proof_set(second)), "rejected", "proof", "fail", "proof.previous_missing")
    altered = first | {"created": "2026-03-02T10:00:01Z"}
    says(judged(proof_set(altered, second)), "rejected", "proof", "fail", "proof.invalid")


# 57: what the signature covers


def test_hashes_in_the_wrong_order_or_without_the_options_are_no_signature() -> None:
    from satchel.linked import canon, emit

    config = hashlib.sha256(canon.canonicalize(emit.to_quads({"@context": GOOD["@context"], **options_of()}))).digest()
    text = canon.canonicalize(emit.to_quads(badge()))
    body = hashlib.sha256(text).digest()
    for message in (body + config, body, text, hashlib.sha256(config + body).digest(), (config + body).hex().encode()):
        value = base.multibase_encode(ISSUER.sign(message), "z")
        says(judged(with_proof(proofValue=value)), "rejected", "proof", "fail", "proof.invalid")
    value = base.multibase_encode(ISSUER.sign(config + body), "z")
    says(judged(with_proof(proofValue=value)), "accepted", "proof", "pass", "proof.ok")


@pytest.mark.parametrize(
    "change",
    [{"created": "2026-03-02T10:00:01Z"}, {"expires": "2030-01-01T00:00:00Z"}, {"challenge": "c"}, {"domain": "d"}],
)
def test_every_option_of_the_proof_is_covered(change: dict[str, object]) -> None:
    says(judged(with_proof(**change)), "rejected", "proof", "fail", "proof.invalid")


# 58: the issuer


@pytest.mark.parametrize(
    "issuer",
    [None, [], {}, "", "school", 7, "_:b0", {"name": "A school"}, {"id": ["did:x:y"]}, "OFFICE"],
    ids=repr,
)
def test_an_issuer_that_is_missing_or_no_identifier_is_rejected(issuer: object) -> None:
    document = badge(issuer=issuer)
    if issuer is None:
        del document["issuer"]
    report = judged(document | {"proof": GOOD["proof"]})
    says(report, "rejected", "data_model", "fail", "data_model.issuer")


@pytest.mark.parametrize("issuer", ["mailto:office@school.example", method_of(ISSUER), "urn:x:school"])
def test_an_issuer_that_is_no_did_controls_no_key(issuer: str) -> None:
    report = judged(signed(badge(issuer=issuer)))
    says(report, "rejected", "proof", "pass", "proof.ok")
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")


def test_two_issuers_are_rejected() -> None:
    report = judged(badge(issuer=[did_of(ISSUER), did_of(STRANGER)]) | {"proof": GOOD["proof"]})
    says(report, "rejected", "data_model", "fail", "data_model.issuer")


# 59 to 61: what the issuer's DID document says


def school(folder: Path, **changes: object) -> tuple[Document, Document]:
    """The DID document of did:web:school.example with ISSUER as key-1, and a badge that key signed."""
    document: Document = dict(did_web_document(SCHOOL, keys={"key-1": ISSUER.public()}))
    unsigned = badge()
    unsigned["issuer"]["id"] = SCHOOL
    return document | copy.deepcopy(changes), signed(unsigned, method=f"{SCHOOL}#key-1")


def test_the_school_that_the_next_attacks_change_is_believed(tmp_path: Path) -> None:
    document, credential = school(tmp_path)
    report = judged(credential, fetch=mirror(tmp_path, {SCHOOL_URL: document}))
    says(report, "accepted", "issuer_binding", "pass", "issuer_binding.ok")


@pytest.mark.parametrize("purposes", [[], ["https://school.example/#key-1"], [f"{SCHOOL}#key-2"], None])
def test_a_key_that_may_not_make_claims_is_rejected(tmp_path: Path, purposes: list[str] | None) -> None:
    document, credential = school(tmp_path)
    document["authentication"] = [f"{SCHOOL}#key-1"]
    if purposes is None:
        del document["assertionMethod"]
    else:
        document["assertionMethod"] = purposes
    report = judged(credential, fetch=mirror(tmp_path, {SCHOOL_URL: document}))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.not_authorised")


def test_a_key_that_another_did_controls_is_rejected(tmp_path: Path) -> None:
    document, credential = school(tmp_path)
    document["verificationMethod"][0]["controller"] = "did:web:other.example"
    report = judged(credential, fetch=mirror(tmp_path, {SCHOOL_URL: document}))
    says(report, "rejected", "proof", "fail", "did.method_controller")
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_refused")


@pytest.mark.parametrize("other", ["did:web:other.example", "did:web:SCHOOL.example", "", None, [SCHOOL]])
def test_a_document_of_another_did_is_not_used(tmp_path: Path, other: object) -> None:
    document, credential = school(tmp_path)
    if other is None:
        del document["id"]
    else:
        document["id"] = other
    report = judged(credential, fetch=mirror(tmp_path, {SCHOOL_URL: document}))
    says(report, "rejected", "proof", "fail", "did.document_mismatch")


def test_only_the_named_key_is_tried(tmp_path: Path) -> None:
    document, _ = school(tmp_path)
    document = dict(did_web_document(SCHOOL, keys={"key-1": STRANGER.public(), "key-2": ISSUER.public()}))
    unsigned = badge()
    unsigned["issuer"]["id"] = SCHOOL
    fetch = mirror(tmp_path, {SCHOOL_URL: document})
    says(judged(signed(unsigned, method=f"{SCHOOL}#key-1"), fetch=fetch), "rejected", "proof", "fail", "proof.invalid")
    says(judged(signed(unsigned, method=f"{SCHOOL}#key-2"), fetch=fetch), "accepted", "proof", "pass", "proof.ok")
    missing = judged(signed(unsigned, method=f"{SCHOOL}#key-3"), fetch=fetch)
    says(missing, "rejected", "proof", "fail", "did.method_missing")


def test_two_keys_under_one_name_are_not_used(tmp_path: Path) -> None:
    document, credential = school(tmp_path)
    (method,) = document["verificationMethod"]
    twin = method | {"publicKeyMultibase": did_of(STRANGER).removeprefix("did:key:")}
    for methods in ([method, twin], [twin, method]):
        document["verificationMethod"] = methods
        report = judged(credential, fetch=mirror(tmp_path, {SCHOOL_URL: document}))
        says(report, "rejected", "proof", "fail", "did.method_ambiguous")


def test_a_school_that_cannot_be_asked_leaves_the_verdict_open() -> None:
    _, credential = school(Path())
    report = judged(credential)
    says(report, "undecided", "proof", "unknown", "did.unreachable")
    says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.unresolved")


# 63 and 64: keys that are no secret


def test_a_document_that_publishes_its_secret_key_is_told(tmp_path: Path) -> None:
    document, credential = school(tmp_path)
    jwk = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": base.base64url_encode(base.multibase_decode(did_of(ISSUER).removeprefix("did:key:"), allowed="z")[2:]),
        "d": base.base64url_encode(hashlib.sha256(b"attack: the issuer").digest()),
    }
    (method,) = document["verificationMethod"]
    document["verificationMethod"] = [
        {"id": method["id"], "type": "JsonWebKey", "controller": SCHOOL, "publicKeyJwk": jwk}
    ]
    report = judged(credential, fetch=mirror(tmp_path, {SCHOOL_URL: document}))
    says(report, "rejected", "proof", "fail", "key.secret")


def test_a_jwk_for_encryption_or_a_key_that_disagrees_with_itself_is_not_used(tmp_path: Path) -> None:
    document, credential = school(tmp_path)
    x = base.base64url_encode(base.multibase_decode(did_of(ISSUER).removeprefix("did:key:"), allowed="z")[2:])
    other = base.base64url_encode(base.multibase_decode(did_of(STRANGER).removeprefix("did:key:"), allowed="z")[2:])
    (method,) = document["verificationMethod"]
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x}
    plain = {"id": method["id"], "type": "JsonWebKey", "controller": SCHOOL}
    for broken, code in (
        (plain | {"publicKeyJwk": jwk | {"use": "enc"}}, "key.use"),
        (method | {"publicKeyJwk": jwk | {"x": other}}, "key.method"),
        (plain | {"publicKeyJwk": jwk | {"x": other}}, "proof.invalid"),
    ):
        document["verificationMethod"] = [broken]
        report = judged(credential, fetch=mirror(tmp_path, {SCHOOL_URL: document}))
        says(report, "rejected", "proof", "fail", code)


@pytest.mark.parametrize(
    "seed", [bytes(32), bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")]
)
def test_a_key_whose_secret_everybody_knows_is_told(seed: bytes) -> None:
    key = PrivateKey.from_seed(seed)
    document = badge()
    document["issuer"]["id"] = did_of(key)
    report = judged(signed(document, key=key))
    says(report, "accepted_with_warnings", "published_key", "warn", "published_key.known")
    says(judged(GOOD), "accepted", "published_key", "pass", "published_key.ok")


def test_the_legacy_suite_is_judged_by_the_same_rules() -> None:
    document = signed(badge_1_1(), suite="Ed25519Signature2020")
    says(judged(document), "accepted", "proof", "pass", "proof.ok")
    says(judged(document | {"name": "Another"}), "rejected", "proof", "fail", "proof.invalid")
    report = judged(signed(badge_1_1(), suite="Ed25519Signature2020", key=STRANGER))
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.other_issuer")
    report = judged(signed(badge_1_1(), suite="Ed25519Signature2020", purpose="authentication"))
    says(report, "rejected", "proof", "fail", "proof.purpose")
