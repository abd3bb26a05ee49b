"""verifier.facet.seal: sealed documents as European Digital Credentials are, by an invented authority."""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.credential.read import read
from satchel.node.mirror import OfflineFetch
from satchel.port import drive
from tests.attack.forge import NOW, Document, facet, says, to_bytes
from tests.shared import SHARED, needs_shared
from tests.verifier.tokens import part
from verifier.gather import gather
from verifier.judge import FACETS, judge
from verifier.materials import Asked, Materials
from verifier.policy import POLICIES
from verifier.registry import KnownIssuer, Trust, TrustList
from verifier.report import Report, to_json

ORGANISATION_ID = x509.ObjectIdentifier("2.5.4.97")
START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
SEALED = "2026-03-01T10:00:00Z"
ROOT, MIDDLE, LEAF, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (11, 12, 13, 14))


def name(text: str, identifier: str | None = None) -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, text),
        x509.NameAttribute(NameOID.COMMON_NAME, f"{text} seal"),
    ]
    if identifier is not None:
        attributes.append(x509.NameAttribute(ORGANISATION_ID, identifier))
    return x509.Name(attributes)


AUTHORITY, BETWEEN, SCHOOL = name("An invented authority"), name("Its office"), name("A school", "VATXX-123")


def certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    by: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool = False,
    signs: bool = True,
    start: datetime = START,
    end: datetime = END,
    path_length: int | None = None,
    more: x509.ExtensionType | None = None,
) -> x509.Certificate:
    usage = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    usage["key_cert_sign"] = is_authority
    usage["digital_signature"] = signs and not is_authority
    usage["key_encipherment"] = not signs
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=path_length), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    if more is not None:
        builder = builder.add_extension(more, critical=True)
    return builder.sign(by, hashes.SHA256())


TOP = certificate(AUTHORITY, ROOT, AUTHORITY, ROOT, is_authority=True)
OFFICE = certificate(BETWEEN, MIDDLE, AUTHORITY, ROOT, is_authority=True)
GOOD = certificate(SCHOOL, LEAF, BETWEEN, MIDDLE)


def der(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


def document(**changes: Any) -> Document:
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "id": "urn:credential:1",
        "type": ["VerifiableCredential"],
        "issuer": {"id": "urn:epass:org:1"},
        "issuanceDate": "2026-03-01T10:00:00Z",
        "credentialSubject": {"id": "urn:epass:person:1"},
    } | changes


def sealed(
    content: Document | None = None,
    *chain: x509.Certificate,
    key: ec.EllipticCurvePrivateKey = LEAF,
    change: Callable[[Document], None] = lambda header: None,
) -> Document:
    """The document under a true seal; `change` alters the header before it is signed."""
    listed: list[str] = [binascii.b2a_base64(der(one), newline=False).decode() for one in chain or (GOOD, OFFICE)]
    header: Document = {
        "alg": "ES256",
        "b64": False,
        "crit": ["b64", "sigT"],
        "sigT": SEALED,
        "typ": "jose+json",
        "x5c": listed,
    }
    change(header)
    payload = json.dumps(document() if content is None else content)
    protected = part(header)
    signature = key.sign(f"{protected}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(signature)
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return {"payload": payload, "signatures": [{"protected": protected, "signature": part(raw)}]}


def report_on(seal: Document | bytes, *anchors: x509.Certificate, now: datetime = NOW) -> Report:
    envelope = read(seal if isinstance(seal, bytes) else to_bytes(seal))
    rules, asked = POLICIES["default"], Asked()
    materials = drive(
        gather(envelope, rules, asked, now, OfflineFetch(), anchors=tuple(der(anchor) for anchor in anchors))
    )
    return judge(envelope, materials, rules, asked)


def test_a_seal_by_an_unknown_authority_proves_the_text_and_not_who_it_is_by() -> None:
    report = report_on(sealed())
    says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.seal_unproven")
    assert facet(report, "proof").code == "proof.ok"
    assert facet(report, "chain").code == "chain.no_anchor"
    assert facet(report, "chain").details["organisation"] == "A school"
    assert facet(report, "timestamp").code == "timestamp.claim_only"
    assert report.format == "edc"
    assert tuple(one.facet for one in report.facets) == (*FACETS, "chain", "timestamp")
    says(
        report_on(sealed(), certificate(name("Else"), OTHER, name("Else"), OTHER, is_authority=True)),
        "undecided",
        "chain",
        "unknown",
        "chain.unknown_authority",
    )


@pytest.mark.parametrize("anchor", [TOP, OFFICE], ids=["root", "office"])
def test_a_seal_of_the_issuer_s_own_certificate_is_accepted(anchor: x509.Certificate) -> None:
    for member in ("eIDASIdentifier", "identifier"):
        issuer = {"id": "urn:epass:org:1", member: [{"notation": "VATXX-123"}]}
        report = report_on(sealed(document(issuer=issuer)), anchor)
        # The words of this vocabulary are not held here, and nothing rests on them but the name of the sealer.
        says(report, "accepted_with_warnings", "proof", "warn", "proof.meaning")
        assert facet(report, "chain").code == "chain.ok"
        assert facet(report, "issuer_binding").code == "issuer_binding.ok"


def test_a_seal_of_another_organisation_is_told_apart() -> None:
    report = report_on(sealed(), TOP)
    says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.sealed_by_other")
    assert facet(report, "chain").code == "chain.ok"


@pytest.mark.parametrize("identifier", ["did:web:famous.example", "https://famous.example"])
def test_a_certificate_proves_no_address_and_no_did(identifier: str) -> None:
    """A sealer with a good certificate could write the name of anybody who is on a list."""
    issuer = {"id": identifier, "identifier": {"notation": "VATXX-123"}}
    famous = KnownIssuer(id=identifier, name="Famous", since=None, until=None, is_distrusted=False)
    trust = Trust(lists=(TrustList(name="ours", issuers=(famous,)),))
    envelope = read(to_bytes(sealed(document(issuer=issuer))))
    materials = Materials(now=NOW, fetched={}, trust=trust, anchors=(der(TOP),))
    report = judge(envelope, materials, POLICIES["default"], Asked())
    says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.sealed_by_other")
    assert facet(report, "issuer_trust").outcome != "pass"


def test_every_change_of_the_payload_breaks_the_seal() -> None:
    seal = sealed()
    seal["payload"] = seal["payload"].replace("person:1", "person:2")
    report = report_on(seal, TOP)
    says(report, "rejected", "proof", "fail", "proof.invalid")
    assert facet(report, "issuer_binding").code == "issuer_binding.unresolved"
    spaced = sealed()
    spaced["payload"] += " "
    says(report_on(spaced, TOP), "rejected", "proof", "fail", "proof.invalid")
    says(report_on(sealed(key=OTHER), TOP), "rejected", "proof", "fail", "proof.invalid")


@pytest.mark.parametrize(
    ("chain", "code"),
    [
        ((GOOD, TOP), "chain.broken"),
        ((certificate(SCHOOL, LEAF, BETWEEN, OTHER), OFFICE), "chain.broken"),
        (
            (certificate(SCHOOL, LEAF, SCHOOL, OTHER), certificate(SCHOOL, OTHER, BETWEEN, MIDDLE), OFFICE),
            "chain.broken",
        ),
        ((certificate(SCHOOL, LEAF, BETWEEN, MIDDLE, signs=False), OFFICE), "chain.broken"),
        (
            (certificate(SCHOOL, LEAF, BETWEEN, MIDDLE, end=datetime(2026, 2, 1, tzinfo=UTC)), OFFICE),
            "chain.outside_dates",
        ),
        (
            (certificate(SCHOOL, LEAF, BETWEEN, MIDDLE, start=datetime(2026, 4, 1, tzinfo=UTC)), OFFICE),
            "chain.outside_dates",
        ),
    ],
    ids=[
        "another above",
        "another's signature",
        "signed by no authority",
        "not for signing",
        "ended before",
        "began after",
    ],
)
def test_a_chain_that_does_not_hold_refuses_the_seal(chain: tuple[x509.Certificate, ...], code: str) -> None:
    report = report_on(sealed(None, *chain), TOP)
    says(report, "rejected", "issuer_binding", "fail", "issuer_binding.seal_refused")
    assert facet(report, "chain").code == code
    assert facet(report, "proof").code == "proof.ok"


def test_an_authority_signs_no_longer_chain_than_it_may() -> None:
    short = certificate(AUTHORITY, ROOT, AUTHORITY, ROOT, is_authority=True, path_length=0)
    says(report_on(sealed(), short), "undecided", "chain", "unknown", "chain.unknown_authority")
    report = report_on(sealed(None, GOOD, OFFICE, short), short)
    says(report, "rejected", "chain", "fail", "chain.broken")
    long = certificate(AUTHORITY, ROOT, AUTHORITY, ROOT, is_authority=True, path_length=1)
    assert facet(report_on(sealed(), long), "chain").code == "chain.ok"


def test_a_condition_that_is_not_checked_here_leaves_the_chain_open() -> None:
    names = x509.NameConstraints(permitted_subtrees=[x509.DNSName("school.example")], excluded_subtrees=None)
    bound = certificate(BETWEEN, MIDDLE, AUTHORITY, ROOT, is_authority=True, more=names)
    says(report_on(sealed(None, GOOD, bound), TOP), "undecided", "chain", "unknown", "chain.unsupported")


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(data=st.data())
def test_a_certificate_with_a_changed_byte_never_breaks_the_judge(data: st.DataObject) -> None:
    ders = [bytearray(der(GOOD)), bytearray(der(OFFICE))]
    changed = ders[data.draw(st.integers(0, 1))]
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))

    def put(header: Document) -> None:
        header["x5c"] = [binascii.b2a_base64(bytes(one), newline=False).decode() for one in ders]

    assert report_on(sealed(change=put), TOP).verdict in ("rejected", "undecided")


def test_a_certificate_of_no_version_is_refused() -> None:
    raw = bytearray(der(GOOD))
    raw[raw.index(b"\xa0\x03\x02\x01\x02") + 4] = 98

    def put(header: Document) -> None:
        header["x5c"] = [binascii.b2a_base64(bytes(raw), newline=False).decode()]

    report = report_on(sealed(change=put), TOP)
    says(report, "rejected", "proof", "fail", "proof.certificate")
    assert facet(report, "chain").code == "chain.malformed"


def test_a_certificate_that_ended_since_leaves_the_time_open() -> None:
    report = report_on(sealed(), TOP, now=datetime(2029, 1, 1, tzinfo=UTC))
    says(report, "undecided", "chain", "unknown", "chain.ended")


def no_certificate(header: Document) -> None:
    del header["x5c"]


def encoded(header: Document) -> None:
    header["b64"] = True


def unknown_critical(header: Document) -> None:
    header["crit"] = ["b64", "exp"]


def by_url(header: Document) -> None:
    header["x5u"] = "https://elsewhere.example/chain"


def own_key(header: Document) -> None:
    header["jwk"] = {"kty": "EC"}


def unsigned(header: Document) -> None:
    header["alg"] = "none"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (no_certificate, "proof.certificate"),
        (encoded, "proof.token_header"),
        (unknown_critical, "proof.token_header"),
        (by_url, "proof.token_key"),
        (own_key, "proof.token_key"),
        (unsigned, "proof.algorithm"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_seal_that_breaks_the_rules_is_refused(change: Any, code: str) -> None:
    says(report_on(sealed(change=change), TOP), "rejected", "proof", "fail", code)


def test_two_seals_are_never_half_checked() -> None:
    seal = sealed()
    seal["signatures"] = [*seal["signatures"], sealed(key=OTHER)["signatures"][0]]
    says(report_on(seal, TOP), "rejected", "proof", "fail", "proof.too_many")
    for members in ({"payload": "{}", "signatures": []}, {"payload": "{}", "protected": "e30"}):
        says(report_on(members), "rejected", "proof", "fail", "proof.token_malformed")


def test_what_is_under_the_seal_is_judged_as_any_credential() -> None:
    says(
        report_on(sealed(document(type="VerifiableCredential")), TOP),
        "rejected",
        "data_model",
        "fail",
        "data_model.type",
    )
    ended = document(expirationDate="2026-04-01T00:00:00Z")
    says(report_on(sealed(ended), TOP), "rejected", "validity", "fail", "validity.expired")


def test_what_is_inside_of_a_sealed_document_is_judged_too() -> None:
    inner = document(credentialSubject={"id": "urn:epass:person:1", "verifiableCredential": [document()]})
    issuer = {"id": "urn:epass:org:1", "identifier": {"notation": "VATXX-123"}}
    report = report_on(sealed(inner | {"issuer": issuer}), TOP)
    says(report, "rejected", "parts", "fail", "parts.rejected")
    assert [facet(one, "proof").code for one in report.inner] == ["proof.missing"]


def test_a_saved_verdict_keeps_its_anchors() -> None:
    from verifier import materials
    from verifier.service import VerifierService, repeat

    service = VerifierService(fetch=OfflineFetch(), clock=lambda: NOW, anchors=(der(TOP),))
    issuer = {"id": "urn:epass:org:1", "identifier": {"notation": "VATXX-123"}}
    found = drive(service.examine(read(to_bytes(sealed(document(issuer=issuer))))))
    assert found.report.verdict == "accepted_with_warnings"
    again = repeat(materials.from_json(materials.to_json(found.saved)))
    assert to_json(again) == to_json(found.report)


FOLDER = SHARED / "data" / "signed" / "eu-edc"


@needs_shared
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonld")), ids=lambda path: path.name)
def test_the_seals_of_the_european_samples_hold_and_their_vocabulary_is_not_held(path: Path) -> None:
    report = report_on(path.read_bytes())
    says(report, "undecided", "proof", "unknown", "linked.context_unknown")
    assert "The seal holds" in facet(report, "proof").message
    assert facet(report, "chain").details["organisation_id"] == "VATES-A00000000"
    assert facet(report, "timestamp").code == "timestamp.not_checked"
    changed = path.read_bytes().replace(b"urn:epass:person:1", b"urn:epass:person:2", 1)
    says(report_on(changed), "rejected", "proof", "fail", "proof.invalid")
