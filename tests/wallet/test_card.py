"""wallet.card: what a card says, and which of two forms of one credential is the current one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.errors import WalletFault
from wallet import card as cards
from wallet.card import Card

RECORD_ID = bytes(range(16))


def card(mark: int = 0, **changes: object) -> Card:
    made = Card(
        id=cards.record_text(bytes([mark]) * 16),
        title="Knots and hitches",
        issuer_id="did:example:school",
        issuer_name="A school",
        credential_id="urn:uuid:1",
        valid_from="2026-01-01T00:00:00Z",
        valid_until="",
        awarded="",
        added_at="2026-02-01T00:00:00Z",
        verdict="accepted",
        policy="default",
        remarks=(),
        digest=f"{mark:064x}",
        size_bytes=10,
        format="vc-json",
        container="json",
        name="badge.json",
    )
    return made._replace(**changes)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.builds(Card, **dict.fromkeys(set(Card._fields) - {"id", "remarks", "size_bytes"}, texts),
                 id=st.just(cards.record_text(RECORD_ID)), remarks=st.lists(texts, max_size=3).map(tuple),
                 size_bytes=st.integers(0, 2**40)))  # fmt: skip
def test_a_card_comes_back_as_it_was_written(made: Card) -> None:
    assert cards.decode(cards.encode(made)) == made


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{}", b"\xff", b"null", b'["a"]', cards.encode(card())[:-1], cards.encode(card())[:-1] + b',"x"]'],
)
def test_a_summary_that_is_no_card_is_refused(raw: bytes) -> None:
    with pytest.raises(WalletFault) as fault:
        cards.decode(raw)
    assert fault.value.code == "wallet.record"


def test_an_id_is_26_letters_and_digits() -> None:
    assert cards.record_text(RECORD_ID) == "aaaqeayeaudaocajbifqydiob4"


def test_the_newest_start_of_validity_is_current_and_the_older_ones_are_replaced_by_it() -> None:
    old, mid, new = (card(mark, valid_from=f"202{mark}-01-01T00:00:00Z") for mark in (1, 2, 3))
    assert cards.replaced([mid, new, old]) == {old.id: new.id, mid.id: new.id}


def test_ids_are_compared_percent_decoded_and_trimmed() -> None:
    old = card(1, credential_id="https://a.example/c%20d ", issuer_id=" did:example:school")
    new = card(2, credential_id="https://a.example/c d", valid_from="2027-01-01T00:00:00+02:00")
    assert cards.replaced([old, new]) == {old.id: new.id}


def test_an_equal_instant_written_in_another_zone_replaces_nothing() -> None:
    one = card(1, valid_from="2026-01-01T00:00:00Z")
    other = card(2, valid_from="2026-01-01T02:00:00+02:00")
    assert cards.replaced([one, other]) == {}


@pytest.mark.parametrize("verdict", ["undecided", "rejected", "malformed"])
def test_an_unproven_credential_replaces_nothing(verdict: str) -> None:
    """Else anybody could push a good badge out of the list with an unsigned newer one."""
    good = card(1)
    assert cards.replaced([good, card(2, valid_from="2030-01-01T00:00:00Z", verdict=verdict)]) == {}


def test_one_with_warnings_does_replace() -> None:
    new = card(2, valid_from="2030-01-01T00:00:00Z", verdict="accepted_with_warnings")
    assert cards.replaced([card(1), new]) == {card(1).id: new.id}


@pytest.mark.parametrize(
    "change",
    [
        {"issuer_id": "did:example:other"},
        {"credential_id": "urn:uuid:2"},
        {"valid_from": "tomorrow"},
        {"valid_from": ""},
        {"issuer_id": ""},
        {"credential_id": ""},
    ],
)
def test_another_issuer_id_or_an_unreadable_date_replaces_nothing(change: dict[str, str]) -> None:
    newer = card(2, valid_from="2030-01-01T00:00:00Z")
    assert cards.replaced([card(1), newer._replace(**change)]) == {}


def test_texts_that_were_cut_are_not_taken_for_equal() -> None:
    long = "urn:" + "x" * (cards.TEXT_LIMIT_CHARS - 4)
    newer = card(2, valid_from="2030-01-01T00:00:00Z", credential_id=long)
    assert cards.replaced([card(1, credential_id=long), newer]) == {}


def test_expiry_is_told_by_the_written_end() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert card(valid_until="2026-11-23T23:59:59Z").is_expired(now)
    assert not card(valid_until="2026-11-24T00:00:00Z").is_expired(now)
    assert not card(valid_until="").is_expired(now)
    assert not card(valid_until="never").is_expired(now)


@pytest.mark.parametrize(
    ("title", "container", "stem"),
    [
        ("Knots & Hitches", "json", "knots-hitches-aeaqcaib.json"),
        ("../../etc/passwd", "png", "etc-passwd-aeaqcaib.png"),
        ("..", "svg", "credential-aeaqcaib.svg"),
        ("\u202egnp.exe\x00", "token", "gnp-exe-aeaqcaib.jwt"),
        ("Über", "pdf", "ber-aeaqcaib.bin"),
        ("x" * 500, "json", "x" * 60 + "-aeaqcaib.json"),
    ],
)
def test_a_file_name_is_made_of_plain_letters(title: str, container: str, stem: str) -> None:
    assert card(1, title=title, container=container).file_name() == stem
