"""wallet.index: a change is taken from what is held, and what is damaged stays visible."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from satchel.errors import WalletFault
from satchel.node import entropy
from tests.wallet.conftest import NOW
from tests.wallet.test_card import card
from wallet import card as cards
from wallet import vault
from wallet.index import Candidate, Index
from wallet.vault import Change, Held, Sealed, Table

LATER = NOW + timedelta(days=1)


def candidate(opened: vault.Vault, mark: int, **changes: object) -> Candidate:
    made = card(mark, **changes)
    sealed = opened.seal(
        table=Table.CREDENTIAL,
        record_id=bytes([mark]) * 16,
        schema=1,
        counter=1,
        summary=cards.encode(made),
        body=b"",
        entropy=entropy.system,
    )
    return Candidate(sealed=sealed, card=made)


def held_by(index: Index, *sealed: Sealed) -> Held:
    rows = tuple(entry.row for _, entry in sorted(index.entries.items()))
    summaries = {one.row.record_id: one.summary for one in sealed}
    return Held(header=index.vault.header_bytes(), rows=rows, summaries=MappingProxyType(summaries))


def filled(opened: vault.Vault, *marks: int) -> tuple[Index, tuple[Sealed, ...]]:
    made = [candidate(opened, mark, credential_id=f"urn:uuid:{mark}") for mark in marks]
    after, change, _ = Index.empty(opened).add(made, now=NOW, floor=0)
    assert change is not None
    return after, change.add


def test_adding_gives_the_rows_to_write_and_a_header_for_them(empty_vault: vault.Vault) -> None:
    one, two = (candidate(empty_vault, mark, credential_id=str(mark)) for mark in (2, 1))
    after, change, outcomes = Index.empty(empty_vault).add([one, two], now=LATER, floor=0)
    assert outcomes == (("added", one.card), ("added", two.card))
    assert change is not None
    assert change.add == (one.sealed, two.sealed)
    again = empty_vault.with_header(change.header)
    again.check_rows([two.sealed.row, one.sealed.row])
    assert again.header.changed_at == LATER
    assert after.check().listing().damaged == ()


def test_the_same_bytes_are_kept_once(empty_vault: vault.Vault) -> None:
    first = candidate(empty_vault, 1, digest="d")
    index, _, outcomes = Index.empty(empty_vault).add([first, candidate(empty_vault, 2, digest="d")], now=NOW, floor=0)
    assert [outcome for outcome, _ in outcomes] == ["added", "already_there"]
    assert outcomes[1][1] == first.card
    same, change, outcomes = index.add([candidate(empty_vault, 3, digest="d")], now=NOW, floor=0)
    assert (same, change) == (index, None)
    assert outcomes == (("already_there", first.card),)


def test_a_refused_candidate_writes_nothing(empty_vault: vault.Vault) -> None:
    index = Index.empty(empty_vault)
    assert index.add([None], now=NOW, floor=0) == (index, None, (("refused", None),))


def test_a_newer_form_replaces_and_an_older_one_goes_into_the_history(empty_vault: vault.Vault) -> None:
    held = candidate(empty_vault, 1, valid_from="2026-01-01T00:00:00Z")
    newer = candidate(empty_vault, 2, valid_from="2027-01-01T00:00:00Z")
    older = candidate(empty_vault, 3, valid_from="2025-01-01T00:00:00Z")
    index, _, _ = Index.empty(empty_vault).add([held], now=NOW, floor=0)
    index, _, outcomes = index.add([newer, older], now=NOW, floor=0)
    assert [outcome for outcome, _ in outcomes] == ["replaced", "older"]
    listing = index.listing()
    assert listing.current == (newer.card,)
    assert {one.id for one in listing.history} == {held.card.id, older.card.id}
    assert set(listing.replaced_by.values()) == {newer.card.id}


def test_removing_the_newer_form_lists_the_older_one_again(empty_vault: vault.Vault) -> None:
    held = candidate(empty_vault, 1)
    newer = candidate(empty_vault, 2, valid_from="2027-01-01T00:00:00Z")
    index, _, _ = Index.empty(empty_vault).add([held, newer], now=NOW, floor=0)
    after, change = index.remove(newer.sealed.row.record_id, now=NOW, floor=0)
    assert change == Change(header=after.vault.header_bytes(), remove=(newer.sealed.row.record_id,))
    assert after.listing().current == (held.card,)


def test_the_list_begins_with_what_was_added_last(empty_vault: vault.Vault) -> None:
    made = [
        candidate(empty_vault, mark, credential_id=str(mark), added_at=f"2026-0{mark}-01T00:00:00Z")
        for mark in (2, 3, 1)
    ]
    index, _, _ = Index.empty(empty_vault).add(made, now=NOW, floor=0)
    assert [one.added_at[6] for one in index.listing().current] == ["3", "2", "1"]


def test_removing_what_is_not_there_is_refused(empty_vault: vault.Vault) -> None:
    with pytest.raises(WalletFault) as fault:
        Index.empty(empty_vault).remove(b"x" * 16, now=NOW, floor=0)
    assert fault.value.code == "wallet.unknown_id"


def test_what_another_process_wrote_is_read(empty_vault: vault.Vault) -> None:
    index, sealed = filled(empty_vault, 1, 2)
    other = Index.empty(empty_vault).read(held_by(index, *sealed))
    assert {one.id for one in other.cards()} == {one.id for one in index.cards()}


def test_a_known_row_is_not_opened_again(empty_vault: vault.Vault) -> None:
    index, _ = filled(empty_vault, 1, 2)
    again = index.read(held_by(index))
    assert again.entries == index.entries


def test_a_damaged_row_is_listed_by_its_id_and_kept(empty_vault: vault.Vault) -> None:
    index, sealed = filled(empty_vault, 1, 2)
    broken = replace(sealed[0], summary=sealed[1].summary)
    read = Index.empty(empty_vault).read(held_by(index, broken, sealed[1]))
    assert read.damaged() == (cards.record_text(b"\1" * 16),)
    assert [one.id for one in read.listing().current] == [cards.record_text(b"\2" * 16)]
    after, _, _ = read.check().add([candidate(empty_vault, 3)], now=NOW, floor=0)
    assert len(after.entries) == 3


@pytest.mark.parametrize("schema", [2, 9])
def test_a_record_of_a_later_schema_is_damaged_for_this_program(empty_vault: vault.Vault, schema: int) -> None:
    sealed = empty_vault.seal(
        table=Table.CREDENTIAL,
        record_id=b"\1" * 16,
        schema=schema,
        counter=1,
        summary=cards.encode(card(1)),
        body=b"",
        entropy=entropy.system,
    )
    advanced = empty_vault.advance([sealed.row], now=NOW)
    held = Held(header=advanced.header_bytes(), rows=(sealed.row,), summaries={sealed.row.record_id: sealed.summary})
    assert Index.empty(empty_vault).read(held).damaged() == (cards.record_text(b"\1" * 16),)


def test_a_missing_row_is_refused_before_a_change(empty_vault: vault.Vault) -> None:
    index, sealed = filled(empty_vault, 1, 2)
    held = held_by(index, *sealed)
    cut = Index.empty(empty_vault).read(replace(held, rows=held.rows[:1]))
    with pytest.raises(WalletFault) as fault:
        cut.check()
    assert fault.value.code == "wallet.rows_changed"


def test_a_header_by_another_hand_is_refused(empty_vault: vault.Vault) -> None:
    index, sealed = filled(empty_vault, 1)
    held = held_by(index, *sealed)
    with pytest.raises(WalletFault) as fault:
        index.read(replace(held, header=held.header[:-1] + bytes([held.header[-1] ^ 1])))
    assert fault.value.code == "wallet.header_mac"


def test_an_id_may_be_shortened_while_it_is_unique(empty_vault: vault.Vault) -> None:
    index, _ = filled(empty_vault, 1, 2)
    assert index.find("aea")[1].id == cards.record_text(b"\1" * 16)
    assert index.find(" AEA ")[1].id == cards.record_text(b"\1" * 16)
    assert index.find(cards.record_text(b"\2" * 16))[0] == b"\2" * 16
    for wanted, code in (("a", "wallet.ambiguous_id"), ("zz", "wallet.unknown_id"), ("", "wallet.unknown_id")):
        with pytest.raises(WalletFault) as fault:
            index.find(wanted)
        assert fault.value.code == code


def test_a_wallet_without_a_readable_holder_key_says_so(empty_vault: vault.Vault) -> None:
    with pytest.raises(WalletFault) as fault:
        Index.empty(empty_vault).holder()
    assert fault.value.code == "wallet.record"


def test_a_change_counts_on_above_the_floor(empty_vault: vault.Vault) -> None:
    index, _ = filled(empty_vault, 1)
    after, _ = index.remove(b"\1" * 16, now=NOW, floor=70)
    assert after.vault.header.counter == 71
