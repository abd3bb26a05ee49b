"""One vault and one wallet a session: every one pays the floor of the key derivation, also here."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satchel.node import entropy
from satchel.node.settings import Home
from wallet import vault
from wallet.header import KDF_FLOOR
from wallet.secret import passphrase
from wallet.service import WalletService

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PASSPHRASE = "a heron over the salt marsh"


@pytest.fixture(scope="session")
def empty_vault() -> vault.Vault:
    """An unlocked vault without records, made and opened once; vaults are values, so tests may share it."""
    made = vault.create(passphrase(PASSPHRASE), parameters=KDF_FLOOR, now=NOW, entropy=entropy.system)
    return vault.unlock(made.header_bytes(), passphrase(PASSPHRASE))


@pytest.fixture(scope="session")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a new wallet, to be copied."""
    home = Home(tmp_path_factory.mktemp("wallet") / "home")
    asyncio.run(WalletService.create(home, passphrase(PASSPHRASE), now=NOW, parameters=KDF_FLOOR))
    return home


@pytest.fixture
def home(first_home: Home, tmp_path: Path) -> Home:
    """A home of this test alone with an empty wallet, which PASSPHRASE opens."""
    return Home(Path(shutil.copytree(first_home.path, tmp_path / "home")))
