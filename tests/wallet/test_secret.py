"""wallet.secret: nothing shows a secret, and a weak passphrase is refused."""

import copy
import pickle
import traceback

import pytest

from satchel.errors import WalletFault
from wallet.secret import PASSPHRASE_LIMIT_CHARS, Secret, check_strength, passphrase

CANARY = "canary-7f3a-heron"


def test_a_secret_shows_stars_wherever_it_is_printed() -> None:
    secret = Secret(CANARY.encode())
    assert (repr(secret), str(secret), f"{secret}", f"{[secret]!r}") == ("***", "***", "***", "[***]")
    assert secret.reveal() == CANARY.encode()


def test_a_secret_is_not_pickled_or_copied() -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(Secret(b"x"))


@pytest.mark.parametrize(
    "text",
    ["a heron over the salt marsh", "kestrel-9-over-fen", "we go to it", "дванадцять лелек", "twelve chars!"],
)
def test_twelve_characters_or_four_words_are_enough(text: str) -> None:
    check_strength(passphrase(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "eleven char",
        "a b c d",
        "            ",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "password password",
        "river stone river stone",
        "abcdefghijklmnop",
        "ponmlkjihgfedcba",
        "123456789012",
        "098765432109",
        "correct horse battery staple",
        "Password1234",
    ],
)
def test_a_short_passphrase_or_a_plain_pattern_is_refused(text: str) -> None:
    with pytest.raises(WalletFault) as fault:
        check_strength(passphrase(text))
    assert fault.value.code == "wallet.passphrase_weak"
    assert fault.value.next_step


def test_two_ways_to_write_one_passphrase_are_one() -> None:
    assert passphrase("Zoe\u0301 e\ufb01").reveal() == passphrase("Zo\u00e9 efi").reveal()


@pytest.mark.parametrize("text", [CANARY + "\udcff", CANARY * PASSPHRASE_LIMIT_CHARS], ids=["surrogate", "long"])
def test_an_unusable_passphrase_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(WalletFault) as fault:
        passphrase(text)
    assert fault.value.code == "wallet.passphrase_text"
    shown = "".join(traceback.format_exception(fault.value)) + repr(fault.value.__cause__)
    assert CANARY not in shown
