"""wallet.sign: what the holder signs."""

import re

from satchel.codec import strictjson
from satchel.node import entropy
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from tests.wallet.story import HOLDER, HOLDER_KEY, NOW, endorsed, signer_of
from wallet import sign


def test_an_id_is_a_random_uuid_of_version_4() -> None:
    seeded = entropy.seeded(b"ids")
    first, second = sign.new_urn(seeded), sign.new_urn(seeded)
    assert first != second
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first)


def test_a_signed_document_is_an_assertion_of_whole_seconds() -> None:
    made = sign.sign(endorsed("urn:x", key=HOLDER_KEY), signer=signer_of(HOLDER_KEY), now=NOW.replace(microsecond=9))
    (proof,) = proofs_of(made)
    assert (proof.purpose, proof.created, proof.challenge, proof.domain) == ("assertionMethod", NOW, None, ())
    assert suites.verify(suites.Secured(made, suites.PINNED), proof, HOLDER_KEY.public())


def test_an_authentication_is_bound_to_challenge_and_domain() -> None:
    document = endorsed("urn:x", key=HOLDER_KEY)
    made = sign.authenticate(document, signer=signer_of(HOLDER_KEY), challenge="c", domain="d", now=NOW)
    (proof,) = proofs_of(made)
    assert (proof.purpose, proof.challenge, proof.domain) == ("authentication", "c", ("d",))


def test_bytes_read_back_as_what_was_signed() -> None:
    document = {"id": HOLDER, "n": [1, 2.5, 1e21, True, None], "t": "Ärztin \u2028 \x01"}
    assert strictjson.loads(sign.to_bytes(document)) == document  # type: ignore[arg-type]
