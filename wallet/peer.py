"""Peers: endorsing what another learner holds, and the inbox for what others say about ours.

An endorsement that arrives is judged first, must be about something of this wallet, and waits sealed in the drawer
until the learner accepts it; then it is a credential of the wallet as any other. Whoever sends one is not told what the
wallet holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from satchel.codec import strictjson, timestamp
from satchel.credential import endorsement, openbadge
from satchel.credential.envelope import Envelope
from satchel.credential.read import read
from satchel.errors import Malformed, WalletFault
from satchel.port import Did, Entropy, Fetch, JsonObject, Signer
from satchel.text import for_terminal
from verifier.report import Report
from verifier.report import to_json as report_json
from wallet import holding
from wallet.drawer import Drawer, Item, Kind
from wallet.service import Added, WalletService
from wallet.sign import new_urn, sign, to_bytes

if TYPE_CHECKING:
    from satchel.node.send import Sender

SCHEMA: Final = "satchel.endorsement/1"
LIMIT_BYTES: Final = 256 * 1024
INBOX_LIMIT: Final = 200
PATH: Final = "/api/v1/endorsements"

About: TypeAlias = Literal["credential", "achievement"]

_ACCEPTED: Final = ("accepted", "accepted_with_warnings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An endorsement that was signed: its bytes, the id that it is about, and the title of that."""

    raw: bytes
    target: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One endorsement in the inbox. `about` are the titles of what it is about; all texts come from outside."""

    id: str
    arrived: datetime
    endorser_id: str
    endorser_name: str
    target: str
    about: tuple[str, ...]
    comment: str
    raw: bytes


async def endorse(
    raw: bytes,
    *,
    endorser: Did,
    endorser_name: str | None,
    signer: Signer,
    comment: str,
    about: About,
    fetch: Fetch,
    now: datetime,
    entropy: Entropy,
) -> Made:
    """An endorsement of a peer's badge, or of its achievement, signed by `endorser`.

    The badge is judged first: nobody should lend a name to what is not proven. Raises WalletFault endorsement.comment,
    endorsement.badge (details["report"]), endorsement.self, endorsement.target.
    """
    text = comment.strip()
    if not text or len(text) > endorsement.COMMENT_LIMIT_CHARS:
        raise WalletFault("endorsement.comment", f"the comment has {len(text)} characters")
    envelope = read(raw)
    report = await holding.judged(envelope, fetch=fetch, now=now)
    value = envelope.value
    if value is None or report.verdict not in _ACCEPTED:
        raise WalletFault(
            "endorsement.badge",
            f"the badge is {report.verdict}: {_why(report)}",
            details={"report": report_json(report)},
        )
    if endorser in (openbadge.issuer_id(value), *openbadge.subject_ids(value)):
        raise WalletFault("endorsement.self", "the badge is by or about this wallet itself")
    achievement = openbadge.achievement(value)
    target = value.get("id") if about == "credential" else (achievement.id if achievement else None)
    if not isinstance(target, str) or not target:
        raise WalletFault("endorsement.target", f"the badge's {about} has no id")
    title = openbadge.title(value)
    document = endorsement.compose(
        id=new_urn(entropy),
        endorser=endorser,
        endorser_name=endorser_name,
        target=target,
        name=f"Endorsement of {title}" if title else "Endorsement",
        comment=text,
        created=now,
    )
    return Made(raw=to_bytes(sign(document, signer=signer, now=now)), target=target, title=title)


async def deliver(raw: bytes, url: str, *, sender: Sender) -> None:
    """Brings an endorsement to another wallet: to `url`, or to the inbox of the origin that it names.

    The other wallet does not tell whether it kept it. Raises WalletFault endorsement.undelivered, and FetchError.
    """
    place = url.rstrip("/") + PATH if urlsplit(url).path in ("", "/") else url
    body = b'{"schema": "%s", "endorsement": %s}' % (SCHEMA.encode("ascii"), raw.strip())
    sent = await sender.post_bytes(place, body)
    if sent.status != 202:
        raise WalletFault(
            "endorsement.undelivered",
            f"{place} answered {sent.status}{_said(sent.body)}",
            details={"status": sent.status},
        )


class Inbox:
    """The endorsements that wait for the learner of one unlocked wallet."""

    def __init__(self, wallet: WalletService, drawer: Drawer, *, fetch: Fetch) -> None:
        self._wallet = wallet
        self._drawer = drawer
        self._fetch = fetch
        self._known: tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]] = ((), {})

    async def receive(self, raw: bytes, *, now: datetime) -> str:
        """Puts an endorsement into the inbox, once, byte for byte; gives its id, which is the digest of its JCS form:
        other blanks make no other endorsement of it.

        What depends on the document alone is refused first, so that a stranger learns nothing about the wallet from
        it: WalletFault endorsement.too_large, endorsement.not_one, endorsement.inbox_full, endorsement.not_accepted
        (details["codes"]). Then endorsement.self, endorsement.other_target and endorsement.rejected (the learner has
        rejected the same one before), which are for the wallet's own eyes.
        """
        if len(raw) > LIMIT_BYTES:
            raise WalletFault("endorsement.too_large", f"the endorsement has {len(raw)} bytes")
        envelope = read(raw)
        value = envelope.value
        target = None if value is None else endorsement.target(value)
        if value is None or not endorsement.is_endorsement(value) or target is None:
            raise WalletFault("endorsement.not_one", "the document is no endorsement of one thing")
        if await self._drawer.count(Kind.ENDORSEMENT) >= INBOX_LIMIT:
            raise _full()
        report = await holding.judged(envelope, fetch=self._fetch, now=now)
        if report.verdict not in _ACCEPTED:
            codes = [facet.code for facet in report.facets if facet.outcome in ("fail", "unknown")]
            raise WalletFault(
                "endorsement.not_accepted", f"it is {report.verdict}: {_why(report)}", details={"codes": codes}
            )
        if openbadge.issuer_id(value) == self._wallet.did:
            raise WalletFault("endorsement.self", "the endorsement is by this wallet itself")
        if target not in await self._targets():
            raise WalletFault("endorsement.other_target", f"{for_terminal(target, limit=200)} is not in this wallet")
        id = bytes.fromhex(Envelope.inner(value).digest)
        if await self._drawer.get(Kind.REJECTED, id) is not None:
            raise WalletFault("endorsement.rejected", f"{id.hex()[:8]} was rejected before")
        if await self._drawer.add(Kind.ENDORSEMENT, id, envelope.raw, at=now, limit=INBOX_LIMIT) == "full":
            raise _full()
        return id.hex()

    async def list(self) -> tuple[Waiting, ...]:
        """What waits, the oldest first."""
        titles = await self._targets()
        return tuple(_waiting(item, titles) for item in await self._drawer.all(Kind.ENDORSEMENT))

    async def find(self, start_of_id: str) -> Waiting:
        """The one whose id begins so. Raises WalletFault endorsement.unknown_id or endorsement.ambiguous_id."""
        wanted = start_of_id.strip().lower()
        found = [one for one in await self.list() if wanted and one.id.startswith(wanted)]
        if not found:
            raise WalletFault("endorsement.unknown_id", f"no endorsement has an id that begins with {wanted!r}")
        if len(found) > 1:
            raise WalletFault("endorsement.ambiguous_id", f"{len(found)} endorsements begin with {wanted!r}")
        return found[0]

    async def accept(self, start_of_id: str, *, now: datetime) -> Added:
        """Keeps it as a credential of the wallet, judged once more. One that is rejected by now stays in the inbox.

        Raises WalletFault as `find`, endorsement.not_accepted.
        """
        one = await self.find(start_of_id)
        added = await self._wallet.add(one.raw, name="endorsement.json", now=now)
        if added.outcome == "refused":
            raise WalletFault("endorsement.not_accepted", f"it is {added.report.verdict} now: {_why(added.report)}")
        await self._drawer.remove(Kind.ENDORSEMENT, bytes.fromhex(one.id))
        return added

    async def reject(self, start_of_id: str, *, now: datetime) -> Waiting:
        """Takes it out for good; the same one does not come in again. Raises WalletFault as `find`."""
        one = await self.find(start_of_id)
        await self._drawer.put(Kind.REJECTED, bytes.fromhex(one.id), b"", at=now)
        await self._drawer.remove(Kind.ENDORSEMENT, bytes.fromhex(one.id))
        return one

    async def _targets(self) -> Mapping[str, tuple[str, ...]]:
        """What an endorsement of ours may be about, with titles: credentials, their achievements, and the holder.

        Opened anew only when the wallet's list has changed: a stranger's request must not cost a whole decryption.
        """
        listing = await self._wallet.list()
        now_held = tuple(card.id for card in listing.current)
        if self._known[0] != now_held or not self._known[1]:
            titles: dict[str, list[str]] = {self._wallet.did: []}
            for one in (await holding.open_all(self._wallet)).items:
                value = one.envelope.value
                if value is None or endorsement.is_endorsement(value):
                    continue
                achievement = openbadge.achievement(value)
                for id in {one.card.credential_id, (achievement.id if achievement else None) or ""} - {""}:
                    titles.setdefault(id, []).append(one.card.title)
            self._known = (now_held, {id: tuple(found) for id, found in titles.items()})
        return self._known[1]


def waiting_json(one: Waiting) -> JsonObject:
    """One endorsement of the inbox as JSON."""
    return {
        "id": one.id,
        "arrived": timestamp.render(one.arrived),
        "endorser": {"id": one.endorser_id, "name": one.endorser_name},
        "target": one.target,
        "about": list(one.about),
        "comment": one.comment,
    }


def _waiting(item: Item, titles: Mapping[str, tuple[str, ...]]) -> Waiting:
    value = read(item.content).value or {}
    target = endorsement.target(value) or ""
    return Waiting(
        id=item.id.hex(),
        arrived=item.at,
        endorser_id=openbadge.issuer_id(value) or "",
        endorser_name=openbadge.issuer_name(value) or "",
        target=target,
        about=titles.get(target, ()),
        comment=endorsement.comment(value)[: endorsement.COMMENT_LIMIT_CHARS],
        raw=item.content,
    )


def _why(report: Report) -> str:
    """The first thing that is wrong, in words."""
    bad = [facet.message for facet in report.facets if facet.outcome == "fail"]
    bad += [facet.message for facet in report.facets if facet.outcome == "unknown"]
    return for_terminal(bad[0], limit=200) if bad else "nothing more is known"


def _said(body: bytes) -> str:
    """What a refusing node says, shown as text."""
    try:
        problem = strictjson.load_object(body)
    except Malformed:
        return ""
    told = [text for name in ("code", "detail") if isinstance(text := problem.get(name), str)]
    return f" ({for_terminal(', '.join(told), limit=200)})" if told else ""


def _full() -> WalletFault:
    return WalletFault("endorsement.inbox_full", f"{INBOX_LIMIT} endorsements wait already")
