"""The wallet's node resolves DIDs for its owner's programs, and for nobody else."""

from __future__ import annotations

from did import create
from satchel.node.settings import Home
from tests.did.method.webvh.site import key
from tests.wallet.test_http import started
from wallet.face import READ, WRITE


async def test_the_wallets_node_resolves_for_who_may_read(home: Home) -> None:
    did = create.did_key(key(1).public())
    path = f"/1.0/identifiers/{did}"
    async with started(home) as client:
        status, answer = await client("GET", path, scopes=(READ,), Accept="application/json")
        assert (status, answer["id"]) == (200, did)
        assert (await client("GET", path, scopes=()))[0] == 401
        assert (await client("GET", path, scopes=(WRITE,)))[0] == 403
        status, answer = await client("GET", "/1.0/identifiers/did:unsupported:x", scopes=(READ,))
        assert status == 501
