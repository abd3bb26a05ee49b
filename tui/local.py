"""The node of this process: a home folder's wallet and verifier behind the ports that the screens call.

Services are imported at their first use: the first screen is painted before the wallet's machinery is read.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from satchel.codec.strictjson import LIMIT_BYTES
from satchel.errors import FetchError, UsageFault
from satchel.node import entropy
from satchel.node.settings import Home
from satchel.port import Clock, Entropy, Fetch, Fetched, Request
from tui.held.inbox import HeldInbox
from tui.held.passport import HeldPassport
from tui.held.stack import HeldStacks
from tui.held.wallet import HeldWallet
from tui.port import Opened, Source

if TYPE_CHECKING:
    from satchel.node.send import Sender
    from satchel.node.shelf import Shelf
    from verifier.registry import Trust
    from verifier.report import Report
    from verifier.service import VerifierService
    from wallet.secret import Secret
    from wallet.service import WalletService

ACCEPT: Final = ("application/vc", "application/ld+json", "application/json", "image/png", "image/svg+xml")


class LateNetwork:
    """A Fetch, and the way to other nodes, whose network is opened when it is first asked for something. With a `home`
    its settings say which hosts may be asked for documents, and its diary which were."""

    def __init__(self, clock: Clock, origins: Mapping[str, str], home: Home | None = None) -> None:
        self._clock = clock
        self._origins = origins
        self._home = home
        self._opening = asyncio.Lock()
        self._sender: Sender | None = None
        self._documents: Fetch | None = None

    async def __call__(self, request: Request, /) -> Fetched:
        return await (await self._asked())(request)

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        return await (await self._asked()).all(requests) if requests else ()

    async def _asked(self) -> Fetch:
        sender = await self.sender()
        if self._documents is None:
            from satchel.node import network

            self._documents = network.before(sender, self._home, clock=self._clock)
        return self._documents

    async def sender(self) -> Sender:
        """The open network."""
        async with self._opening:
            if self._sender is None:
                from satchel.node import network
                from satchel.node.send import Sender

                leave = network.leave_of(self._home, clock=self._clock)
                sender = Sender(clock=self._clock, origins=self._origins, leave=leave)
                await sender.__aenter__()
                self._sender = sender
            return self._sender

    async def aclose(self) -> None:
        """Closes the network when it was opened."""
        if self._sender is not None:
            await self._sender.__aexit__(None, None, None)
            self._sender = self._documents = None


class LocalNode:
    """Implements tui.port.Node. `async with` closes what was opened."""

    def __init__(
        self, home: Home, *, clock: Clock, fetch: Fetch, network: str, entropy: Entropy = entropy.system
    ) -> None:
        self._home = home
        self._entropy = entropy
        self._clock = clock
        self._fetch = fetch
        self._network = network
        self._wallet = AsyncExitStack()
        self._shelf: Shelf | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.lock()
        if self._shelf is not None:
            self._shelf.close()
        if isinstance(self._fetch, LateNetwork):
            await self._fetch.aclose()

    @property
    def place(self) -> str:
        return str(self._home.path)

    @property
    def network(self) -> str:
        return self._network

    def has_wallet(self) -> bool:
        return self._home.wallet_db.exists()

    async def create(self, passphrase: str) -> str:
        service, secret = await asyncio.to_thread(_wallet_rooms)
        return await service.create(self._home, secret(passphrase), now=self._clock(), entropy=self._entropy)

    async def unlock(self, passphrase: str) -> Opened:
        service, secret = await asyncio.to_thread(_wallet_rooms)
        from wallet.drawer import Drawer
        from wallet.peer import Inbox

        await self.lock()
        clock, fetch, entropy = self._clock, self._fetch, self._entropy
        wallet = await self._wallet.enter_async_context(
            service.unlock(self._home, secret(passphrase), fetch=fetch, entropy=entropy)
        )
        drawer = await self._wallet.enter_async_context(Drawer.open(self._home, wallet.vault, entropy=entropy))
        endorsements = Inbox(wallet, drawer, fetch=fetch)
        return Opened(
            wallet=HeldWallet(wallet, clock=clock, fetch=fetch, entropy=entropy, sender=self._sender),
            passport=HeldPassport(wallet, clock),
            inbox=HeldInbox(wallet, endorsements, drawer, clock=clock, fetch=fetch, sender=self._sender),
            stack=HeldStacks(wallet, clock=clock, fetch=fetch, entropy=entropy),
        )

    async def lock(self) -> None:
        await self._wallet.aclose()

    async def find(self, where: str) -> tuple[str, ...]:
        if "://" in where:
            return (where,)
        path = Path(where).expanduser()
        if not path.is_dir():
            return (str(path),)
        found = await asyncio.to_thread(lambda: tuple(_walk(path)))
        if not found:
            raise UsageFault("usage.file", f"there is no file in the folder {path}")
        return found

    async def load(self, name: str) -> Source:
        if "://" in name:
            request = Request(url=name, purpose="evidence", accept=ACCEPT, limit_bytes=LIMIT_BYTES)
            return Source(raw=(await self._fetch(request)).body, name=name)
        path = Path(name)
        try:
            raw = await asyncio.to_thread(_read, path)
        except OSError as error:
            raise UsageFault("usage.file", f"{path}: {error.strerror or error}") from error
        return Source(raw=raw, name=os.fsencode(path.name).decode("utf-8", "replace"))

    async def _sender(self) -> Sender:
        """The way to other nodes. Raises FetchError fetch.offline."""
        if not isinstance(self._fetch, LateNetwork):
            raise FetchError("fetch.offline", "this needs the network, and --offline or --mirror switches it off")
        return await self._fetch.sender()

    async def verify(self, source: Source) -> Report:
        service, load_trust = await asyncio.to_thread(_verifier_room)
        trust = await asyncio.to_thread(load_trust, self._home.trust)
        judging = service(fetch=self._fetch, clock=self._clock, trust=trust, shelf=self._frameworks())
        return await judging.verify(source.raw, name=source.name)

    def _frameworks(self) -> Shelf | None:
        """The home's frameworks when it has some. Raises FrameworkFault for a damaged copy, before any verdict rests on
        what it lacks."""
        if self._shelf is None and self._home.frameworks.is_dir():
            from satchel.node.shelf import Shelf

            self._shelf = Shelf(self._home.frameworks)
        if self._shelf is not None:
            self._shelf.frameworks()
        return self._shelf


def _wallet_rooms() -> tuple[type[WalletService], Callable[[str], Secret]]:
    from wallet.secret import passphrase
    from wallet.service import WalletService

    return WalletService, passphrase


def _verifier_room() -> tuple[type[VerifierService], Callable[[Path], Trust]]:
    from verifier.service import VerifierService, load_trust

    return VerifierService, load_trust


def _walk(folder: Path) -> list[str]:
    """The plain files below a folder, sorted; dot-files and links are passed over."""
    found: list[str] = []
    for inner, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(inner, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                found.append(str(path))
    return found


def _read(path: Path) -> bytes:
    """The bytes, and one more than the limit at most: the verifier then says that it is too large."""
    with path.open("rb") as file:
        return file.read(LIMIT_BYTES + 1)
