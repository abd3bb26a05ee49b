"""tui.fault: three lines and what is behind them."""

from satchel.codes import CODES
from satchel.errors import FetchError, WalletFault
from tui.fault import CHAIN_LIMIT, notice, trouble


def test_an_error_becomes_what_happened_what_it_means_and_what_to_do() -> None:
    made = trouble(WalletFault("wallet.locked", "there is no passphrase"), "Nothing was changed.")
    assert made.happened == "There is no passphrase."
    assert made.means == "Nothing was changed."
    assert made.todo == CODES["wallet.locked"].next_step
    assert made.code == "wallet.locked"
    assert made.chain == ("wallet.locked: The wallet is locked and no passphrase was given.",)


def test_the_causes_stand_in_their_order() -> None:
    try:
        try:
            raise OSError("no route")
        except OSError as error:
            raise FetchError("fetch.unreachable", "the host does not answer") from error
    except FetchError as error:
        made = trouble(error, "")
    assert made.chain[1:] == ("OSError: no route",)


def test_a_long_chain_of_causes_is_cut() -> None:
    error: Exception = ValueError("0")
    for number in range(50):
        after = ValueError(str(number))
        after.__cause__ = error
        error = after
    fault = WalletFault("wallet.record", "it is damaged")
    fault.__cause__ = error
    assert len(trouble(fault, "").chain) == CHAIN_LIMIT + 1


def test_a_notice_takes_its_next_step_from_the_code() -> None:
    made = notice("wallet.rolled_back", "the file is an older copy", "It can be read.")
    assert made.happened == "The file is an older copy."
    assert made.todo == CODES["wallet.rolled_back"].next_step
