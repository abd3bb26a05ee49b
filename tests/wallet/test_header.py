"""wallet.header: every bound is checked before the key derivation runs (attack rows 153 and 156)."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.errors import WalletFault
from wallet import vault
from wallet.header import (
    EPOCH,
    HEADER_LIMIT_BYTES,
    KDF_FLOOR,
    Header,
    KdfParameters,
    PassphraseSlot,
    Slot,
    SlotKind,
    decode_header,
)


def parameters(memory_kib: int, passes: int, lanes: int) -> KdfParameters:
    return KdfParameters(memory_kib=memory_kib, passes=passes, lanes=lanes)


def with_parameters(raw: bytes, asked: KdfParameters) -> bytes:
    """The header as an attacker would edit it: only the 13 parameter bytes differ."""
    old = PassphraseSlot.decode(decode_header(raw)[0].slots[0].body).parameters.encode()
    assert raw.count(old) == 1
    return raw.replace(old, asked.encode())


@pytest.mark.parametrize(
    "asked",
    [
        parameters(19 * 1024, 3, 1),
        parameters(64 * 1024 - 1, 3, 1),
        parameters(64 * 1024, 2, 1),
        parameters(64 * 1024, 3, 0),
        parameters(0, 0, 0),
    ],
    ids=str,
)
def test_parameters_below_the_floor_are_refused_unread(empty_vault: vault.Vault, asked: KdfParameters) -> None:
    with pytest.raises(WalletFault) as fault:
        decode_header(with_parameters(empty_vault.header_bytes(), asked))
    assert fault.value.code == "wallet.kdf_floor"


@pytest.mark.parametrize(
    "asked",
    [
        parameters(64 * 1024 * 1024, 3, 1),
        parameters(2 * 1024 * 1024 + 1, 3, 1),
        parameters(2 * 1024 * 1024, 5, 1),
        parameters(64 * 1024, 129, 1),
        parameters(64 * 1024, 2**32 - 1, 1),
        parameters(64 * 1024, 3, 17),
        parameters(2**32 - 1, 2**32 - 1, 2**32 - 1),
    ],
    ids=str,
)
def test_parameters_above_the_ceiling_are_refused_unread(empty_vault: vault.Vault, asked: KdfParameters) -> None:
    with pytest.raises(WalletFault) as fault:
        decode_header(with_parameters(empty_vault.header_bytes(), asked))
    assert fault.value.code == "wallet.kdf_ceiling"


def test_the_floor_and_the_ceiling_themselves_are_allowed() -> None:
    for asked in (KDF_FLOOR, parameters(2 * 1024 * 1024, 4, 16), parameters(64 * 1024, 128, 1)):
        asked.check()


def test_many_slots_together_may_not_ask_for_more_than_the_ceiling(empty_vault: vault.Vault) -> None:
    slot = empty_vault.header.slots[0]
    heavy = Slot(kind=slot.kind, body=parameters(2 * 1024 * 1024, 3, 1).encode() + slot.body[13:])
    header = replace(empty_vault.header, slots=(heavy, heavy))
    with pytest.raises(WalletFault) as fault:
        decode_header(header.encode() + bytes(32))
    assert fault.value.code == "wallet.kdf_ceiling"


def test_an_unknown_key_derivation_is_a_newer_format(empty_vault: vault.Vault) -> None:
    slot = empty_vault.header.slots[0]
    header = replace(empty_vault.header, slots=(Slot(kind=slot.kind, body=b"\x02" + slot.body[1:]),))
    with pytest.raises(WalletFault) as fault:
        decode_header(header.encode() + bytes(32))
    assert fault.value.code == "wallet.version"


def test_a_newer_format_is_named_as_such(empty_vault: vault.Vault) -> None:
    raw = bytearray(empty_vault.header_bytes())
    raw[8:10] = b"\x00\x02"
    with pytest.raises(WalletFault) as fault:
        decode_header(bytes(raw))
    assert fault.value.code == "wallet.version"


def test_a_header_cut_at_any_byte_is_damaged(empty_vault: vault.Vault) -> None:
    raw = empty_vault.header_bytes()
    for length in range(len(raw)):
        with pytest.raises(WalletFault) as fault:
            decode_header(raw[:length])
        assert fault.value.code == "wallet.header"


def test_extra_bytes_behind_a_header_are_damage(empty_vault: vault.Vault) -> None:
    with pytest.raises(WalletFault) as fault:
        decode_header(empty_vault.header_bytes() + b"\0")
    assert fault.value.code == "wallet.header"


@pytest.mark.parametrize("count", [0, 17, 255])
def test_a_header_without_slots_or_with_too_many_is_damaged(empty_vault: vault.Vault, count: int) -> None:
    covered = empty_vault.header.encode()
    at = len(covered) - 92 - 1
    assert covered[at] == 1
    with pytest.raises(WalletFault) as fault:
        decode_header(covered[:at] + bytes([count]) + covered[at + 1 :] + bytes(32))
    assert fault.value.code == "wallet.header"


def test_a_header_over_its_limit_is_damaged(empty_vault: vault.Vault) -> None:
    fat = Slot(kind=9, body=bytes(HEADER_LIMIT_BYTES - 1))
    header = replace(empty_vault.header, slots=(*empty_vault.header.slots, fat))
    with pytest.raises(WalletFault) as fault:
        decode_header(header.encode() + bytes(32))
    assert fault.value.code == "wallet.header"


def test_a_time_out_of_range_is_damage(empty_vault: vault.Vault) -> None:
    raw = empty_vault.header_bytes()
    with pytest.raises(WalletFault) as fault:
        decode_header(raw[:30] + b"\xff" * 8 + raw[38:])
    assert fault.value.code == "wallet.header"


times = st.integers(0, 250_000_000_000_000_000).map(lambda micros: EPOCH + timedelta(microseconds=micros))
slots = st.builds(
    Slot,
    kind=st.integers(2, 255),
    body=st.binary(max_size=300),
)
headers = st.builds(
    Header,
    wallet_id=st.binary(min_size=16, max_size=16),
    created_at=times,
    counter=st.integers(0, 2**64 - 1),
    changed_at=times,
    chain_head=st.binary(min_size=32, max_size=32),
    roster=st.binary(min_size=32, max_size=32),
    slots=st.lists(slots, min_size=1, max_size=16).map(tuple),
)


@given(headers, st.binary(min_size=32, max_size=32))
def test_a_header_comes_back_as_it_was_written_with_slots_of_unknown_kinds(header: Header, mac: bytes) -> None:
    assert decode_header(header.encode() + mac) == (header, mac)


@given(st.binary(max_size=400), st.integers(0, 400))
def test_random_bytes_are_refused_with_a_code(noise: bytes, cut: int) -> None:
    prefix = b"SATCHELV\x00\x01" + (len(noise) + 14).to_bytes(4) if cut % 2 else b""
    with pytest.raises(WalletFault) as fault:
        decode_header(prefix + noise)
    assert fault.value.code in ("wallet.header", "wallet.version", "wallet.kdf_floor", "wallet.kdf_ceiling")


@given(
    st.integers(64 * 1024, 2 * 1024 * 1024), st.integers(3, 4), st.integers(1, 16), st.binary(min_size=76, max_size=76)
)
def test_a_passphrase_slot_comes_back_as_it_was_written(memory: int, passes: int, lanes: int, rest: bytes) -> None:
    asked = parameters(memory, passes, lanes)
    slot = PassphraseSlot.decode(asked.encode() + rest)
    assert slot.parameters == asked
    assert slot.salt + slot.nonce + slot.wrapped == rest


def test_only_kind_one_is_a_passphrase_slot() -> None:
    assert [kind.value for kind in SlotKind] == [1]


def test_times_are_kept_to_the_microsecond(empty_vault: vault.Vault) -> None:
    moment = empty_vault.header.created_at + timedelta(microseconds=123457)
    header = replace(empty_vault.header, created_at=moment)
    assert decode_header(header.encode() + bytes(32))[0].created_at == moment


def test_a_derivation_that_does_not_fit_into_memory_is_named() -> None:
    """In a child process with 700 MiB of address space, asked for 1 GiB within the ceiling."""
    script = (
        "import resource\n"
        "from satchel.errors import WalletFault\n"
        "from wallet.header import KdfParameters, derive_key\n"
        "from wallet.secret import Secret\n"
        "resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))\n"
        "try:\n"
        "    derive_key(Secret(b'x'), KdfParameters(memory_kib=1 << 20, passes=3, lanes=1), bytes(16))\n"
        "except WalletFault as fault:\n"
        "    print(fault.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.returncode) == ("wallet.kdf_memory\n", 0), done.stderr
