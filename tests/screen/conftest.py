"""One home a session: making a wallet pays the floor of the key derivation."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from satchel.node.settings import Home
from tests.screen import ground
from tui.local import LocalNode


@pytest.fixture(scope="session")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose wallet holds the badges of the pictures; to be copied."""
    return asyncio.run(ground.make_home(tmp_path_factory.mktemp("screen") / "home", ground.files))


@pytest.fixture
def home(first_home: Home, tmp_path: Path) -> Home:
    """A home of this test alone."""
    return Home(Path(shutil.copytree(first_home.path, tmp_path / "home")))


@pytest.fixture
async def node(home: Home) -> AsyncIterator[LocalNode]:
    """The node of the home, locked."""
    async with ground.node_of(home) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for what a test writes and reads."""
    return tmp_path
