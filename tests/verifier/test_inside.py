from __future__ import annotations

import pytest

from satchel.credential.read import read
from satchel.port import JsonValue
from tests.attack.forge import Document, badge, signed, to_bytes
from verifier import inside


def test_a_plain_credential_holds_nothing() -> None:
    found = inside.look(read(to_bytes(signed(badge()))))
    assert (found.kind, found.parts, found.fault) == ("credential", (), None)


@pytest.mark.parametrize("shape", [None, 7, "x", [], [7], {}, [[{}]], {"endorsement": {}}, [{"endorsement": 7}]])
def test_any_shape_is_walked_without_an_error(shape: JsonValue) -> None:
    for name in ("credentialSubject", "issuer", "endorsement", "endorsementJwt", "type", "verifiableCredential"):
        document: Document = badge(**{name: shape})
        envelope = read(to_bytes(document))
        assert list(inside.everything(envelope))
        assert envelope.value is not None
        inside.endorsements(envelope.value)


def test_the_walk_ends_at_its_limits() -> None:
    wide = badge(type=["VerifiablePresentation"], verifiableCredential=[badge() for _ in range(200)])
    wide["verifiableCredential"][0] = badge(
        type=["VerifiablePresentation"], verifiableCredential=[badge() for _ in range(50)]
    )
    assert len(list(inside.everything(read(to_bytes(wide))))) == inside.COUNT_LIMIT + 1
    deep: Document = badge()
    for _ in range(9):
        deep = badge(type=["VerifiablePresentation"], verifiableCredential=[deep])
    assert len(list(inside.everything(read(to_bytes(deep))))) == inside.DEPTH_LIMIT + 1


def test_an_endorsement_names_where_it_hangs_and_on_what() -> None:
    document = badge(endorsement=[{"id": "urn:x:1"}], endorsementJwt="e30.e30.")
    document["issuer"]["endorsement"] = "e30.e30."
    document["credentialSubject"]["achievement"]["endorsement"] = {"id": "urn:x:2"}
    found = inside.endorsements(document)
    assert [(one.place, one.owner == document["id"], one.envelope is None) for one in found] == [
        ("the credential", True, False),
        ("the credential", True, False),
        ("the achievement", False, False),
        ("the issuer", False, True),
    ]
