"""wallet.checkpoint: an older copy of the wallet file put back is told, with both dates (attack row 155)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.conftest import NOW
from wallet import checkpoint, vault
from wallet.checkpoint import Checkpoint
from wallet.header import EPOCH

LATER = NOW + timedelta(days=3)


def test_the_same_header_and_one_that_is_ahead_give_no_warning(empty_vault: vault.Vault) -> None:
    seen = Checkpoint.of(empty_vault.header)
    assert checkpoint.compare(empty_vault.header, seen) is None
    assert checkpoint.compare(empty_vault.advance([], now=LATER).header, seen) is None


def test_an_older_header_gives_a_warning_with_both_dates(empty_vault: vault.Vault) -> None:
    notice = checkpoint.compare(empty_vault.header, Checkpoint.of(empty_vault.advance([], now=LATER).header))
    assert notice is not None
    assert notice.code == "wallet.rolled_back"
    assert NOW.isoformat() in notice.message
    assert LATER.isoformat() in notice.message
    assert notice.details == {"file_changed_at": NOW.isoformat(), "seen_changed_at": LATER.isoformat()}


def test_another_history_of_the_same_length_gives_a_warning(empty_vault: vault.Vault) -> None:
    one, other = empty_vault.advance([], now=NOW), empty_vault.advance([], now=LATER)
    notice = checkpoint.compare(one.header, Checkpoint.of(other.header))
    assert notice is not None
    assert notice.code == "wallet.rolled_back"


def test_another_wallet_gives_a_warning(empty_vault: vault.Vault) -> None:
    other = replace(empty_vault.header, wallet_id=b"another wallet..")
    notice = checkpoint.compare(other, Checkpoint.of(empty_vault.header))
    assert notice is not None
    assert notice.code == "wallet.replaced"


@given(
    st.binary(min_size=16, max_size=16),
    st.integers(0, 2**53),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2**53).map(lambda micros: EPOCH + timedelta(microseconds=micros)),
)
def test_a_checkpoint_comes_back_as_it_was_written(wallet_id: bytes, counter: int, head: bytes, at: object) -> None:
    seen = Checkpoint(wallet_id=wallet_id, counter=counter, chain_head=head, changed_at=at)  # type: ignore[arg-type]
    assert checkpoint.decode(seen.encode()) == seen


@pytest.mark.parametrize(
    "change",
    [
        (b'"satchel.wallet_state/1"', b'"satchel.wallet_state/2"'),
        (b'"counter":1', b'"counter":-1'),
        (b'"counter":1', b'"counter":"1"'),
        (b'"counter":1', b'"counter":1,"counter":0'),
        (b'"wallet_id":"', b'"wallet_id":"zz'),
        (b'"chain_head":"', b'"chain_head":"00'),
        (b'"changed_at":', b'"changed_at":9'),
        (b"{", b"["),
    ],
    ids=[str(number) for number in range(8)],
)
def test_a_broken_state_file_is_no_memory(empty_vault: vault.Vault, change: tuple[bytes, bytes]) -> None:
    raw = Checkpoint.of(empty_vault.header).encode()
    assert raw.count(change[0]) == 1
    assert checkpoint.decode(raw.replace(*change)) is None


@given(st.binary(max_size=300))
def test_noise_is_no_memory(noise: bytes) -> None:
    assert checkpoint.decode(noise) is None
