"""wallet.vault: only the passphrase opens it, and every change by anybody else is refused with its code."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.errors import WalletFault
from satchel.node import entropy
from tests.wallet.conftest import NOW, PASSPHRASE
from wallet import vault
from wallet.header import KDF_FLOOR, KdfParameters, Slot, decode_header
from wallet.secret import passphrase
from wallet.vault import Row, Sealed, Table


def seal(opened: vault.Vault, mark: int, *, table: Table = Table.CREDENTIAL, counter: int = 1) -> Sealed:
    return opened.seal(
        table=table,
        record_id=bytes([mark]) * 16,
        schema=1,
        counter=counter,
        summary=b"summary %d" % mark,
        body=b"body %d" % mark * 100,
        entropy=entropy.system,
    )


def code_of(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(WalletFault) as fault:
        call(*arguments)
    return fault.value.code


def test_the_right_passphrase_opens_the_same_vault(empty_vault: vault.Vault) -> None:
    sealed = seal(empty_vault, 7)
    again = vault.unlock(empty_vault.header_bytes(), passphrase(PASSPHRASE))
    assert again.header == empty_vault.header
    assert again.open_body(sealed.row, sealed.body) == b"body 7" * 100


def test_a_wrong_passphrase_is_refused(empty_vault: vault.Vault) -> None:
    wrong = passphrase(PASSPHRASE + ".")
    assert code_of(vault.unlock, empty_vault.header_bytes(), wrong) == "wallet.passphrase"


def test_no_vault_is_made_below_the_floor() -> None:
    weak = KdfParameters(memory_kib=1024, passes=1, lanes=1)
    with pytest.raises(WalletFault) as fault:
        vault.create(passphrase(PASSPHRASE), parameters=weak, now=NOW, entropy=entropy.system)
    assert fault.value.code == "wallet.kdf_floor"


def test_no_passphrase_is_changed_to_parameters_below_the_floor(empty_vault: vault.Vault) -> None:
    weak = KdfParameters(memory_kib=64 * 1024, passes=1, lanes=1)
    with pytest.raises(WalletFault) as fault:
        empty_vault.passphrase_slot(passphrase("x" * 12), parameters=weak, entropy=entropy.system)
    assert fault.value.code == "wallet.kdf_floor"


def test_parameters_edited_within_the_bounds_do_not_open(empty_vault: vault.Vault) -> None:
    edited = KdfParameters(memory_kib=64 * 1024, passes=4, lanes=1)
    raw = empty_vault.header_bytes().replace(KDF_FLOOR.encode(), edited.encode())
    assert code_of(vault.unlock, raw, passphrase(PASSPHRASE)) == "wallet.passphrase"


def test_an_added_slot_is_refused_by_the_mac(empty_vault: vault.Vault) -> None:
    raw = empty_vault.header_bytes()
    header = replace(empty_vault.header, slots=(*empty_vault.header.slots, Slot(kind=2, body=b"attacker")))
    assert code_of(vault.unlock, header.encode() + raw[-32:], passphrase(PASSPHRASE)) == "wallet.header_mac"


def test_slots_of_a_later_kind_are_kept_and_do_not_disturb(empty_vault: vault.Vault) -> None:
    later = Slot(kind=2, body=b"recovery")
    made = replace(empty_vault, header=replace(empty_vault.header, slots=(later, *empty_vault.header.slots)))
    assert later in vault.unlock(made.header_bytes(), passphrase(PASSPHRASE)).header.slots
    slot = made.passphrase_slot(passphrase("another heron"), parameters=KDF_FLOOR, entropy=entropy.system)
    changed = made.with_slot(slot)
    assert changed.header.slots == (slot, later)


def test_every_flipped_bit_of_a_header_is_refused(empty_vault: vault.Vault) -> None:
    raw = empty_vault.header_bytes()
    codes = set()
    for at in range(len(raw)):
        for bit in range(8):
            flipped = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            codes.add(code_of(empty_vault.with_header, flipped))
    assert codes == {
        "wallet.header",
        "wallet.header_mac",
        "wallet.kdf_ceiling",
        "wallet.kdf_floor",
        "wallet.version",
    }


def test_a_flipped_bit_in_the_wrapped_master_key_does_not_open(empty_vault: vault.Vault) -> None:
    raw = empty_vault.header_bytes()
    at = len(raw) - 32 - 1
    assert code_of(vault.unlock, raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :], passphrase(PASSPHRASE)) == (
        "wallet.passphrase"
    )


def test_a_flipped_counter_does_not_open_with_the_right_passphrase(empty_vault: vault.Vault) -> None:
    raw = bytearray(empty_vault.header_bytes())
    raw[45] ^= 1
    assert code_of(vault.unlock, bytes(raw), passphrase(PASSPHRASE)) == "wallet.header_mac"


def test_the_header_of_another_wallet_is_refused(empty_vault: vault.Vault) -> None:
    other = replace(empty_vault, header=replace(empty_vault.header, wallet_id=b"another wallet.."))
    assert code_of(empty_vault.with_header, other.header_bytes()) == "wallet.header_mac"


def test_two_records_exchange_nothing(empty_vault: vault.Vault) -> None:
    one, two = seal(empty_vault, 1), seal(empty_vault, 2)
    for row, blob in (
        (one.row, two.summary),
        (one.row, one.body),
        (one.row._replace(data_key=two.row.data_key), one.summary),
        (one.row._replace(record_id=two.row.record_id), one.summary),
        (one.row._replace(table=Table.KEY), one.summary),
        (one.row._replace(schema=2), one.summary),
        (one.row._replace(counter=2), one.summary),
    ):
        assert code_of(empty_vault.open_summary, row, blob) == "wallet.record"
    for row, blob in (
        (one.row, two.body),
        (one.row, one.summary),
        (one.row._replace(data_key=two.row.data_key), one.body),
        (one.row._replace(data_key=two.row.data_key), two.body),
        (one.row._replace(record_id=two.row.record_id), one.body),
        (one.row._replace(table=Table.KEY), one.body),
        (one.row._replace(schema=2), one.body),
        (one.row._replace(counter=2), one.body),
        (one.row._replace(counter=-1), one.body),
        (one.row._replace(record_id=one.row.record_id + b"\0"), one.body),
        (one.row._replace(record_id=one.row.record_id[:15]), one.body),
        (one.row._replace(counter=2**64), one.body),
    ):
        assert code_of(empty_vault.open_body, row, blob) == "wallet.record"


def test_an_older_sealing_of_a_record_does_not_open_in_the_newer_row(empty_vault: vault.Vault) -> None:
    older, newer, fork = seal(empty_vault, 1), seal(empty_vault, 1, counter=2), seal(empty_vault, 1, counter=2)
    for other in (older, fork):
        assert code_of(empty_vault.open_summary, newer.row, other.summary) == "wallet.record"
        assert code_of(empty_vault.open_body, newer.row, other.body) == "wallet.record"


def test_a_record_of_another_wallet_does_not_open(empty_vault: vault.Vault) -> None:
    other = replace(empty_vault, header=replace(empty_vault.header, wallet_id=b"another wallet.."))
    sealed = seal(other, 1)
    assert code_of(empty_vault.open_body, sealed.row, sealed.body) == "wallet.record"


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27, 28, 100])
def test_a_cut_blob_does_not_open(empty_vault: vault.Vault, length: int) -> None:
    sealed = seal(empty_vault, 1)
    assert code_of(empty_vault.open_body, sealed.row, sealed.body[:length]) == "wallet.record"
    cut = sealed.row._replace(data_key=sealed.row.data_key[:length][:59])
    assert code_of(empty_vault.open_body, cut, sealed.body) == "wallet.record"


def test_every_flipped_byte_of_a_record_is_refused(empty_vault: vault.Vault) -> None:
    sealed = seal(empty_vault, 1)
    for at in range(len(sealed.summary)):
        broken = sealed.summary[:at] + bytes([sealed.summary[at] ^ 128]) + sealed.summary[at + 1 :]
        assert code_of(empty_vault.open_summary, sealed.row, broken) == "wallet.record"
    for at in range(len(sealed.row.data_key)):
        key = sealed.row.data_key
        row = sealed.row._replace(data_key=key[:at] + bytes([key[at] ^ 1]) + key[at + 1 :])
        assert code_of(empty_vault.open_summary, row, sealed.summary) == "wallet.record"


def rows_of(*sealed: Sealed) -> list[Row]:
    return sorted((one.row for one in sealed), key=lambda row: row.record_id)


def test_a_row_that_is_removed_added_or_put_back_alone_is_seen(empty_vault: vault.Vault) -> None:
    one, two, three = (seal(empty_vault, mark) for mark in (1, 2, 3))
    again = seal(empty_vault, 2, counter=2)
    held = empty_vault.advance(rows_of(one, again), now=NOW)
    held.check_rows(rows_of(one, again))
    for rows in (
        rows_of(one),
        rows_of(again),
        [],
        rows_of(one, two),
        rows_of(one, again, three),
        rows_of(one, one, again),
        rows_of(one, seal(empty_vault, 2, counter=2)),
        [one.row._replace(table=Table.KEY), again.row],
        [one.row._replace(data_key=b""), again.row],
        [one.row._replace(schema=-1), again.row],
    ):
        assert code_of(held.check_rows, rows) == "wallet.rows_changed"


def test_each_change_moves_the_counter_and_the_chain(empty_vault: vault.Vault) -> None:
    first = empty_vault.advance([], now=NOW)
    second = first.advance([], now=NOW)
    assert (first.header.counter, second.header.counter) == (2, 3)
    assert len({empty_vault.header.chain_head, first.header.chain_head, second.header.chain_head}) == 3
    later = empty_vault.advance([], now=NOW + timedelta(seconds=1))
    assert later.header.chain_head != first.header.chain_head


def test_a_change_after_a_rollback_counts_on_above_what_was_seen(empty_vault: vault.Vault) -> None:
    assert empty_vault.advance([], now=NOW, floor=40).header.counter == 41


def test_a_new_passphrase_opens_and_the_old_one_does_not(empty_vault: vault.Vault) -> None:
    sealed = seal(empty_vault, 1)
    slot = empty_vault.passphrase_slot(passphrase("another heron"), parameters=KDF_FLOOR, entropy=entropy.system)
    raw = empty_vault.with_slot(slot).advance(rows_of(sealed), now=NOW).header_bytes()
    again = vault.unlock(raw, passphrase("another heron"))
    assert again.open_summary(sealed.row, sealed.summary) == b"summary 1"
    assert code_of(vault.unlock, raw, passphrase(PASSPHRASE)) == "wallet.passphrase"


def test_sealing_the_same_twice_gives_no_equal_bytes(empty_vault: vault.Vault) -> None:
    one, two = seal(empty_vault, 1), seal(empty_vault, 1)
    assert one.row.data_key != two.row.data_key
    assert one.body != two.body


def test_a_vault_shows_no_key(empty_vault: vault.Vault) -> None:
    shown = repr(empty_vault)
    for secret in (empty_vault.master, empty_vault.integrity_key, empty_vault.backup_key()):
        assert secret.reveal().hex() not in shown
        assert repr(secret.reveal())[2:-1] not in shown


def test_the_three_keys_of_a_vault_are_different(empty_vault: vault.Vault) -> None:
    keys = {empty_vault.master.reveal(), empty_vault.integrity_key.reveal(), empty_vault.backup_key().reveal()}
    assert len(keys) == 3


@given(st.binary(max_size=2000))
def test_padding_comes_off_as_it_went_on_and_hides_the_size(plain: bytes) -> None:
    padded = vault.pad(plain)
    assert vault.unpad(padded) == plain
    assert len(padded) % 256 == 0
    assert 0 < len(padded) - len(plain) <= 256 + 3


@given(st.binary(max_size=600))
def test_only_our_padding_comes_off(noise: bytes) -> None:
    try:
        plain = vault.unpad(noise)
    except ValueError:
        return
    assert vault.pad(plain) == noise


@pytest.mark.parametrize("at", [0, 8, 255])
def test_a_changed_padding_is_refused(at: int) -> None:
    padded = bytearray(vault.pad(b"four"))
    padded[at] ^= 1
    with pytest.raises(ValueError, match="padding"):
        vault.unpad(bytes(padded))


@given(st.binary(max_size=700), st.binary(max_size=700), st.integers(1, 2**64 - 1), st.integers(0, 2**16 - 1))
def test_a_record_comes_back_as_it_was_sealed(
    empty_vault: vault.Vault, summary: bytes, body: bytes, counter: int, schema: int
) -> None:
    sealed = empty_vault.seal(
        table=Table.CREDENTIAL,
        record_id=b"0123456789abcdef",
        schema=schema,
        counter=counter,
        summary=summary,
        body=body,
        entropy=entropy.system,
    )
    assert empty_vault.open_summary(sealed.row, sealed.summary) == summary
    assert empty_vault.open_body(sealed.row, sealed.body) == body
    assert (len(sealed.summary) - 28) % 256 == (len(sealed.body) - 28) % 256 == 0


def test_the_header_of_a_vault_with_one_passphrase_has_243_bytes(empty_vault: vault.Vault) -> None:
    raw = empty_vault.header_bytes()
    assert len(raw) == 243
    assert decode_header(raw)[0] == empty_vault.header
