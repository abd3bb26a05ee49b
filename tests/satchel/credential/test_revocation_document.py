from __future__ import annotations

import pytest

from satchel.credential.revocation_document import CREDENTIALS_LIMIT, open_document, value_of
from satchel.credential.status import ListedEntry
from satchel.errors import StatusError
from satchel.port import JsonObject, JsonValue

URL = "https://school.example/revocations"


def document(*revoked: JsonValue, **changes: JsonValue) -> JsonObject:
    return {"id": URL, "issuer": "did:web:school.example", "revokedCredential": list(revoked)} | changes


def entry(credential_id: str | None = "urn:x:1") -> ListedEntry:
    return ListedEntry(list_url=URL, credential_id=credential_id)


def refused(value: JsonObject) -> str:
    with pytest.raises(StatusError) as error:
        open_document(value)
    return error.value.code


def test_a_listed_credential_is_revoked_with_its_reason_and_another_is_not() -> None:
    opened = open_document(document({"id": "urn:x:1", "revoked": True, "revocationReason": "Issued twice."}))
    assert (opened.id, opened.issuer) == (URL, "did:web:school.example")
    answer = value_of(opened, entry())
    assert (answer.value, answer.code, answer.message) == (1, "status.revoked", "Issued twice.")
    assert value_of(opened, entry("urn:x:2")).code == "status.ok"


@pytest.mark.parametrize("revoked", [None, 1, "no", [], "absent"])
def test_only_a_plain_false_takes_an_entry_back(revoked: JsonValue) -> None:
    listed: JsonObject = {"id": " urn:x:1 "} if revoked == "absent" else {"id": "urn:x:1", "revoked": revoked}
    assert value_of(open_document(document(listed)), entry()).code == "status.revoked"
    assert value_of(open_document(document({"id": "urn:x:1", "revoked": False})), entry()).code == "status.ok"


@pytest.mark.parametrize(
    "value",
    [
        {},
        document() | {"id": 7},
        document() | {"issuer": None},
        document() | {"revokedCredential": {}},
        document("urn:x:1"),
        document({"id": None}),
    ],
)
def test_another_document_is_no_list(value: JsonObject) -> None:
    assert refused(value) == "status.list_malformed"


def test_a_list_without_end_is_refused() -> None:
    assert refused(document(*([None] * (CREDENTIALS_LIMIT + 1)))) == "status.list_too_large"


def test_a_credential_without_an_id_cannot_be_named_by_a_list() -> None:
    with pytest.raises(StatusError) as error:
        value_of(open_document(document()), entry(None))
    assert error.value.code == "status.malformed"
