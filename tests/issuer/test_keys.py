"""The issuer's secret files: private, never overwritten, and refused when they are not what they should be."""

import json
from pathlib import Path

import pytest

from issuer import keys
from satchel.errors import IssueFault, SettingsFault
from satchel.key.private import PrivateKey
from satchel.node import entropy, settings
from satchel.node.settings import Home
from satchel.port import Did, DidUrl

ISSUER = Did("did:web:issuer.example")
KEY_ID = DidUrl(f"{ISSUER}#key-1")


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").prepare()


def test_a_written_key_signs_as_before_and_is_private(place: Home) -> None:
    key = PrivateKey.generate(entropy.system)
    keys.write_key(place, KEY_ID, key)
    signer = keys.read_key(place, ISSUER, "key-1")
    assert signer is not None
    assert signer.id == KEY_ID
    assert key.public().verify(b"x", signer.sign(b"x"))
    path = place.key_file("issuer", "key-1")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_an_absent_key_is_none(place: Home) -> None:
    assert keys.read_key(place, ISSUER, "key-1") is None


def test_a_key_is_never_overwritten(place: Home) -> None:
    keys.write_key(place, KEY_ID, PrivateKey.generate(entropy.system))
    before = place.key_file("issuer", "key-1").read_bytes()
    with pytest.raises(IssueFault) as fault:
        keys.write_key(place, KEY_ID, PrivateKey.generate(entropy.system))
    assert fault.value.code == "issue.key"
    assert place.key_file("issuer", "key-1").read_bytes() == before


def test_the_secret_is_in_no_message_and_no_repr(place: Home) -> None:
    key = PrivateKey.generate(entropy.system)
    keys.write_key(place, KEY_ID, key)
    secret = key.secret_multikey()
    assert secret.encode() in place.key_file("issuer", "key-1").read_bytes()
    assert secret not in repr(keys.read_key(place, ISSUER, "key-1"))
    with pytest.raises(IssueFault) as fault:
        keys.read_key(place, Did("did:web:other.example"), "key-1")
    assert secret not in str(fault.value)


def write(place: Home, **changes: object) -> None:
    value = {
        "schema": "satchel.key/1",
        "id": KEY_ID,
        "secretKeyMultibase": PrivateKey.from_seed(b"\x17" * 32).secret_multikey(),
    }
    settings.make_folder(place.keys)
    kept = {name: member for name, member in {**value, **changes}.items() if member is not None}
    settings.write_file(place.key_file("issuer", "key-1"), json.dumps(kept).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": "satchel.key/2"},
        {"schema": None},
        {"id": "did:web:other.example#key-1"},
        {"id": f"{ISSUER}#key-2"},
        {"secretKeyMultibase": None},
        {"secretKeyMultibase": 5},
        {"secretKeyMultibase": "zNot"},
        {"secretKeyMultibase": "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"},  # a public key
    ],
)
def test_a_file_that_is_not_the_issuers_key_is_refused(place: Home, changes: dict[str, object]) -> None:
    write(place, **changes)
    with pytest.raises(IssueFault) as fault:
        keys.read_key(place, ISSUER, "key-1")
    assert fault.value.code == "issue.key"


def test_a_key_whose_secret_everybody_knows_is_refused(place: Home) -> None:
    write(place, secretKeyMultibase=PrivateKey.from_seed(bytes(32)).secret_multikey())
    with pytest.raises(IssueFault) as fault:
        keys.read_key(place, ISSUER, "key-1")
    assert fault.value.code == "issue.key_published"


def test_a_key_file_that_others_can_write_to_is_refused(place: Home) -> None:
    write(place)
    place.key_file("issuer", "key-1").chmod(0o666)
    with pytest.raises(SettingsFault) as fault:
        keys.read_key(place, ISSUER, "key-1")
    assert fault.value.code == "settings.file_unsafe"


def test_the_secret_of_rows_is_made_once(place: Home) -> None:
    first = keys.row_secret(place, entropy.system)
    assert len(first) == 32
    assert keys.row_secret(place, entropy.system) == first
    settings.write_file(place.keys / keys.ROW_SECRET, b"short")
    with pytest.raises(IssueFault) as fault:
        keys.row_secret(place, entropy.system)
    assert fault.value.code == "issue.key"
