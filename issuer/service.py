"""The issuer node as its faces see it: make one, check a template, issue, change a status, publish.

Commands, HTTP handlers and screens call this and nothing below it. Everything here takes and gives plain values; the
clock and the randomness are arguments.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from did import create
from did.syntax import split_url
from issuer import (
    batch,
    claim,
    compose,
    event,
    issue,
    keys,
    quality,
    rebind_store,
    restore,
    revoke,
    row,
    showcase,
    store,
    vcapi,
)
from issuer import identity as identities
from issuer import template as templates
from issuer.access import Answers, Remember, Tokens
from issuer.allocate import Places
from issuer.batch import Plan
from issuer.claim import Offer
from issuer.compose import Blueprint, Place, Profile
from issuer.holder import Challenges
from issuer.issue import Desk, Issued, Outcome, Refused, RowAward
from issuer.library import Library, Shelved
from issuer.link import DAYS, Claimed, Planned, address
from issuer.publish import Published, Publisher, site
from issuer.restore import Recovered
from issuer.revoke import Change, StatusChanged
from issuer.row import Award, ResultValue
from issuer.section import text_fault
from issuer.showcase import Badge, PageQuestion
from issuer.store import Listed
from issuer.template import Bind, Columns, Template
from satchel.codec import timestamp
from satchel.errors import DatabaseFault, IssueFault, SettingsFault
from satchel.linked import emit
from satchel.node import entropy as randomness
from satchel.node import settings
from satchel.node.clock import utc_now
from satchel.node.database import Database
from satchel.node.guard import BearerToken, Token
from satchel.node.settings import CONFIG_LIMIT_BYTES, Home, IssuerSettings
from satchel.node.shelf import Shelf
from satchel.port import Clock, Did, DidUrl, Entropy, JsonObject

SAMPLE_DID: Final = Did("did:web:issuer.example")
_SAMPLE_ID: Final = "a" * 26
_SAMPLE_RECIPIENT: Final[dict[Bind, str]] = {
    "did": "did:example:learner",
    "claim": "did:example:learner",
    "email": "learner@learner.example",
    "sis": "s0000001",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A new issuer: who it is, and the file that shows its key to the world."""

    did: Did
    key_id: DidUrl
    origin: str
    name: str
    did_document: Published


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """A checked table, ready to run. `already` rows have their credential; running gives those again."""

    template: Template
    cohort: str
    plan: Plan
    already: int
    blueprint: Blueprint


class IssuerService:
    """One open issuer node. Made by `IssuerService.open`, used inside its `async with`. `shelf` are the node's own
    frameworks, of which nothing is opened before it is asked."""

    def __init__(self, home: Home, desk: Desk, recovered: Recovered | None) -> None:
        self._home = home
        self._desk = desk
        self.recovered = recovered
        self.shelf = Shelf(home.frameworks)

    @staticmethod
    async def found(
        home: Home,
        *,
        origin: str,
        name: str,
        url: str = "",
        description: str = "",
        did_method: identities.Method = "web",
        clock: Clock = utc_now,
        entropy: Entropy = randomness.system,
    ) -> Founded:
        """Makes an issuer in the home: its keys (0600), its table in config.toml, its database and its did.json, with a
        log beside it when its DID is a did:webvh.

        Stopped half-way, it is run again and keeps the key that is there. Raises IssueFault issue.exists,
        SettingsFault settings.value (origin or name) and the faults of files.
        """
        chosen = IssuerSettings(origin=origin, name=name, url=url, description=description)
        for key, text in (("name", name), ("description", description)):
            if (wrong := text_fault(text, limit=1000, lines=False)) is not None:
                raise SettingsFault("settings.value", f"issuer.{key} {wrong}", details={"key": f"issuer.{key}"})
        create.did_web(origin)
        home.prepare()
        settings.make_folder(home.state)
        with settings.lock(home.state / "init.lock"):
            if home.config().issuer is not None:
                raise IssueFault("issue.exists", f"{home.config_file} has an issuer already")
            now = clock().replace(microsecond=0)
            did = identities.found(home, origin, did_method, now=now, entropy=entropy).did
            keys.row_secret(home, entropy)
            before = settings.read_private(home.config_file, limit_bytes=CONFIG_LIMIT_BYTES) or b""
            settings.write_file(home.config_file, before + _table(chosen).encode("utf-8"))
        async with IssuerService.open(home, clock=clock, entropy=entropy) as service:
            document = await service.publish_did()
        return Founded(did=did, key_id=DidUrl(f"{did}#{chosen.key}"), origin=origin, name=name, did_document=document)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, home: Home, *, clock: Clock = utc_now, entropy: Entropy = randomness.system, block: int = 1
    ) -> AsyncIterator[IssuerService]:
        """The issuer of the home, with its public files brought up to date.

        `block` is how many places of a status list are reserved at a time: 1 for a command, more for a server.
        When an older copy of the database was put back, `recovered` says what was done about it.
        Raises IssueFault issue.no_issuer, issue.key, issue.key_published; SettingsFault; DatabaseFault.
        """
        home.check()
        chosen = home.config().issuer
        if chosen is None:
            raise IssueFault("issue.no_issuer", f"{home.path} has no issuer")
        identity = identities.read(home, chosen.origin, chosen.key)
        name = chosen.key if identity is None else identity.active.name
        signer = None if identity is None else keys.read_key(home, identity.did, name)
        if identity is None or signer is None:
            raise IssueFault("issue.key", f"{home.key_file(keys.ROLE, name)} is missing")
        profile = Profile(
            did=identity.did, origin=chosen.origin, name=chosen.name, url=chosen.url, description=chosen.description
        )
        async with Database.open(home.issuer_db, store.MIGRATIONS, state=home.state, clock=clock) as database:
            recovered = await restore.settle(database, home, profile, identity.trusted, clock=clock, entropy=entropy)
            row_secret = keys.row_secret(home, entropy)
            desk = Desk(
                profile=profile,
                signer=signer,
                database=database,
                places=Places(database, size=chosen.status_size, block=block, clock=clock, entropy=entropy),
                publisher=Publisher(
                    home,
                    profile,
                    signer,
                    database,
                    valid_days=chosen.status_valid_days,
                    clock=clock,
                    identity=identity,
                ),
                library=Library(database, profile),
                challenges=Challenges(row_secret),
                row_secret=row_secret,
                clock=clock,
                entropy=entropy,
            )
            await desk.publisher.did_document(name)
            await desk.publisher.stale()
            service = cls(home, desk, recovered)
            with service.shelf:
                yield service

    @property
    def profile(self) -> Profile:
        """Who issues here."""
        return self._desk.profile

    def columns(self, template: bytes) -> Columns:
        """Which columns the template reads. Raises TemplateFault."""
        return templates.check(template).columns

    async def issue(self, template: bytes, cells: Mapping[str, str], *, cohort: str = "") -> Issued:
        """One credential for one row, given by the template's column names. The same row gives the same one again.

        Raises TemplateFault, and IssueFault with the reason against the row.
        """
        blueprint = await self._desk.library.keep(template, now=self._desk.clock())
        return await self._issue(blueprint, cells, cohort=cohort)

    async def issue_by_id(
        self,
        template_id: str,
        cells: Mapping[str, str],
        *,
        cohort: str = "",
        remember: Remember[Issued] | None = None,
    ) -> Issued:
        """As `issue`, with the template that stands for the id. Raises TemplateFault template.unknown_id as well.

        With `remember` the answer to a new credential is kept in the transaction that stores it.
        """
        blueprint = await self._desk.library.current(template_id)
        return await self._issue(blueprint, cells, cohort=cohort, remember=remember)

    async def _issue(
        self, blueprint: Blueprint, cells: Mapping[str, str], *, cohort: str, remember: Remember[Issued] | None = None
    ) -> Issued:
        _refuse_bind(blueprint.template, claims=False)
        unknown = sorted(set(cells) - set(blueprint.template.columns.all()))
        if unknown:
            known = ", ".join(blueprint.template.columns.all())
            raise IssueFault("batch.header", f"the template has no column {unknown[0]}; it has {known}")
        award = row.read(blueprint.template, cells, now=self._desk.clock())
        rows = [RowAward(line=0, award=award)]
        (outcome,) = await issue.issue(self._desk, blueprint, rows, cohort=cohort, remember=remember)
        if isinstance(outcome, Refused):
            raise IssueFault(outcome.code, outcome.message)
        return outcome

    async def plan_batch(self, template: bytes, table: bytes, *, cohort: str = "") -> BatchPlan:
        """What a table would give: nothing is reserved, signed or stored but the template's file.

        Raises TemplateFault and IssueFault, issue.bind for a template with `bind: claim`.
        """
        blueprint = await self._desk.library.keep(template, now=self._desk.clock())
        return await self._plan_batch(blueprint, table, cohort=cohort)

    async def plan_batch_by_id(self, template_id: str, table: bytes, *, cohort: str = "") -> BatchPlan:
        """As `plan_batch`, with the template that stands for the id."""
        return await self._plan_batch(await self._desk.library.current(template_id), table, cohort=cohort)

    async def plan_claims(self, template: bytes, table: bytes, *, cohort: str = "") -> BatchPlan:
        """What a table would give of one-time links; `already` rows have theirs.

        With `bind: claim` the credential is signed when a wallet comes. With `bind: email` or `sis` it was signed
        before and is bound to the wallet. Raises TemplateFault and IssueFault, issue.bind for `bind: did`.
        """
        blueprint = await self._desk.library.keep(template, now=self._desk.clock())
        return await self._plan_claims(blueprint, table, cohort=cohort)

    async def plan_claims_by_id(self, template_id: str, table: bytes, *, cohort: str = "") -> BatchPlan:
        """As `plan_claims`, with the template that stands for the id."""
        return await self._plan_claims(await self._desk.library.current(template_id), table, cohort=cohort)

    async def _plan_batch(self, blueprint: Blueprint, table: bytes, *, cohort: str) -> BatchPlan:
        _refuse_bind(blueprint.template, claims=False)
        planned = await self._read_table(blueprint, table)
        already = await batch.already_issued(self._desk, blueprint, planned, cohort=cohort)
        return BatchPlan(template=blueprint.template, cohort=cohort, plan=planned, already=already, blueprint=blueprint)

    async def _plan_claims(self, blueprint: Blueprint, table: bytes, *, cohort: str) -> BatchPlan:
        _refuse_bind(blueprint.template, claims=True)
        planned = await self._read_table(blueprint, table)
        count = batch.already_planned if blueprint.template.bind == "claim" else batch.already_linked
        already = await count(self._desk, blueprint, planned, cohort=cohort)
        return BatchPlan(template=blueprint.template, cohort=cohort, plan=planned, already=already, blueprint=blueprint)

    async def _read_table(self, blueprint: Blueprint, table: bytes) -> Plan:
        """In a thread: a server goes on answering while a large table is read."""
        now = self._desk.clock().replace(microsecond=0)
        return await asyncio.to_thread(_plan_table, blueprint, table, now)

    def run_batch(self, planned: BatchPlan) -> AsyncGenerator[tuple[Outcome, ...], None]:
        """Issues the plan; each chunk of outcomes is given when it is on disk, so who stops reading loses nothing."""
        return batch.run(self._desk, planned.blueprint, planned.plan, cohort=planned.cohort)

    def run_claims(
        self, planned: BatchPlan, *, days: int = DAYS, renews: bool = False
    ) -> AsyncGenerator[tuple[Planned | Refused, ...], None]:
        """Makes a one-time link for each row; each chunk is given when it is on disk. Only here are the links to be
        had: they are not stored. `renews` gives rows that nobody has claimed a fresh link; their older one is dead."""
        return batch.run_claims(
            self._desk, planned.blueprint, planned.plan, cohort=planned.cohort, days=days, renews=renews
        )

    def claim_link(self, planned: Planned) -> str | None:
        """The link of a claim that was planned just now; None when it was planned before."""
        return None if planned.token is None else address(self.profile.origin, planned.token)

    async def claim_offer(self, token: str) -> Offer:
        """What a claim link offers. Raises IssueFault claim.unknown, claim.expired."""
        return await claim.offer(self._desk, token)

    async def claim(self, token: str, presentation: JsonObject) -> Claimed:
        """The credential, signed to the holder of the presentation.

        Raises IssueFault claim.unknown, claim.expired, claim.holder_unproven, claim.used, claim.revoked.
        """
        return await claim.claim(self._desk, token, presentation)

    async def put_template(self, template_id: str, raw: bytes) -> Shelved:
        """Checks the file, also by composing a sample of it, and lets it stand for its id.

        Raises TemplateFault, IssueFault issue.quality, LinkedError.
        """
        check_template(raw, now=self._desk.clock())
        await self._desk.library.put(template_id, raw, now=self._desk.clock())
        return await self._desk.library.shelved(template_id)

    async def template(self, template_id: str) -> tuple[Shelved, bytes]:
        """A template with its counts, and its file as it was given. Raises TemplateFault template.unknown_id."""
        return await self._desk.library.shelved(template_id), await self._desk.library.current_file(template_id)

    async def templates(self, *, after: str = "", limit: int = 100) -> tuple[Shelved, ...]:
        """The templates whose id follows `after`, with what was planned, signed and claimed of each."""
        return await self._desk.library.page(after=after, limit=limit)

    async def issue_with_status(self, credential: JsonObject) -> bytes:
        """A credential of the VC API, signed by this issuer with a place in a status list. Raises as vcapi.issue."""
        return await vcapi.issue(self._desk, credential)

    async def change_status(
        self, credential: str, change: Change, *, reason: str, remember: Remember[StatusChanged] | None = None
    ) -> StatusChanged:
        """Revokes, suspends or reinstates a credential by its id or URL, and publishes its list.

        With `remember` the answer is kept in the transaction that makes the change.

        Raises IssueFault issue.not_found, issue.reason; StatusError status.purpose_missing.
        """
        changed = await revoke.change(
            self._desk.database,
            credential,
            change,
            reason=reason,
            clock=self._desk.clock,
            entropy=self._desk.entropy,
            remember=remember,
        )
        await self._desk.publisher.stale(only={changed.list_id})
        return changed

    async def issued_since(self, moment: datetime | None) -> int:
        """How many credentials were signed from this moment on."""
        return await store.issued_since(self._desk.database, moment)

    async def publish(self) -> tuple[Published, ...]:
        """Writes did.json and every status list anew."""
        return (await self.publish_did(), *await self._desk.publisher.stale(force=True))

    async def publish_did(self) -> Published:
        """Writes did.json."""
        return await self._desk.publisher.did_document(split_url(self._desk.signer.id)[3] or "")

    async def credential(self, credential_id: str) -> bytes:
        """The signed bytes of a credential. Raises IssueFault issue.not_found."""
        raw = await store.raw(self._desk.database, credential_id)
        if raw is None:
            raise IssueFault("issue.not_found", f"this issuer has no credential {credential_id}")
        return raw

    async def earlier_forms(self, credential_id: str) -> tuple[bytes, ...]:
        """The signed bytes that newer ones with the same id have superseded, the oldest first."""
        return await rebind_store.earlier(self._desk.database, credential_id)

    async def credentials(self, *, after: tuple[int, str] = (0, ""), limit: int = 100) -> tuple[Listed, ...]:
        """The credentials that follow (micros of issue, id), oldest first; nothing of the learners."""
        return await store.page(self._desk.database, after=after, limit=limit)

    async def is_ready(self) -> bool:
        """Whether the database answers."""
        try:
            await store.page(self._desk.database, after=(0, ""), limit=1)
        except DatabaseFault:
            return False
        return True

    async def republish(self) -> tuple[Published, ...]:
        """Writes the status lists that are behind or past half of their time; a server calls it now and then."""
        return await self._desk.publisher.stale()

    async def public_file(self, *path: str) -> bytes | None:
        """The bytes of a published file, None when there is none; `path` holds no names from outside but list ids."""
        file = site(self._home, self.profile.origin).joinpath(*path)
        try:
            return await asyncio.to_thread(file.read_bytes)
        except OSError:
            return None

    async def badge(self, credential_id: str) -> Badge | None:
        """What the public page of a credential shows; None while the learner has not switched it on."""
        return await showcase.badge(self._desk, credential_id)

    async def page_question(self, credential_id: str) -> PageQuestion:
        """What a holder signs to switch the public page on or off. Raises IssueFault issue.not_found."""
        return await showcase.question(self._desk, credential_id)

    async def switch_page(self, credential_id: str, presentation: JsonObject, *, is_on: bool) -> None:
        """Switches the public page, by a proof of the subject's key.

        Raises IssueFault issue.not_found, claim.holder_unproven.
        """
        await showcase.switch_by_holder(self._desk, credential_id, presentation, is_on=is_on)

    async def switch_page_by_owner(self, credential_id: str, *, is_on: bool) -> None:
        """Switches the public page for a learner who has asked the issuer to. Raises IssueFault issue.not_found."""
        await showcase.switch_by_owner(self._desk, credential_id, is_on=is_on)

    @property
    def tokens(self) -> Tokens:
        """The tokens of the HTTP face, as its guard asks for them."""
        return Tokens(self._desk.database)

    @property
    def answers(self) -> Answers:
        """The answers that were given under an Idempotency-Key."""
        return Answers(self._desk.database)

    async def new_token(
        self, *, name: str, scopes: tuple[str, ...], expires: datetime | None
    ) -> tuple[BearerToken, Token]:
        """A new token; its secret is shown once. Raises IssueFault issue.token."""
        return await self.tokens.create(
            name=name, scopes=scopes, expires=expires, clock=self._desk.clock, entropy=self._desk.entropy
        )

    async def revoke_token(self, token_id: str) -> None:
        """Raises IssueFault issue.not_found."""
        await self.tokens.revoke(token_id, clock=self._desk.clock)

    async def first_break(self) -> int | None:
        """The number of the first event that does not follow from the one before it; None when the log is whole."""
        return await event.first_break(self._desk.database)


def check_template(raw: bytes, *, now: datetime) -> tuple[Template, JsonObject]:
    """The template, and a credential as it would be signed for a learner who reaches everything.

    Needs no issuer. Raises TemplateFault. What a good template makes is fit to be signed; that it is so is tried here
    once more (IssueFault issue.quality, LinkedError), because a cohort that fails row by row is worse.
    """
    template = templates.check(raw)
    profile = Profile(did=SAMPLE_DID, origin="https://issuer.example", name="Issuer", url="", description="")
    blueprint = compose.prepare(template, profile)
    sample = compose.compose(
        blueprint,
        _sample(template),
        credential_id=_SAMPLE_ID,
        place=Place(list_id=_SAMPLE_ID, index=0),
        salt=bytes(compose.SALT_BYTES),
        now=now.replace(microsecond=0),
    )
    quality.check(sample, profile)
    emit.to_quads(sample)
    return template, sample


def _sample(template: Template) -> Award:
    """A learner who reaches the highest of everything."""
    results = []
    for about in template.achievement.results:
        if about.levels and about.type not in templates.NUMBER_TYPES:
            results.append(ResultValue(description=about.id, level=about.levels[-1].id))
        elif about.type == "Status":
            results.append(ResultValue(description=about.id, status="Completed"))
        else:
            value = about.value_max or about.required_value or (about.allowed[-1] if about.allowed else "1")
            results.append(ResultValue(description=about.id, value=value))
    return Award(
        recipient=_SAMPLE_RECIPIENT[template.bind],
        name="Learner" if template.columns.name else "",
        awarded=None,
        credits=template.achievement.credits if template.columns.credits else "",
        narrative="",
        results=tuple(results),
        evidence=(),
        digest="",
    )


def _refuse_bind(template: Template, *, claims: bool) -> None:
    if claims and template.bind == "did":
        raise IssueFault("issue.bind", f"{template.id} has `bind: did`: a credential of it names its wallet already")
    if not claims and template.bind == "claim":
        raise IssueFault("issue.bind", f"{template.id} has `bind: claim`: a credential of it is signed when claimed")


def _plan_table(blueprint: Blueprint, table: bytes, now: datetime) -> Plan:
    return batch.plan(blueprint, batch.read_table(table, blueprint.template), now=now)


def _table(chosen: IssuerSettings) -> str:
    lines = ["", "[issuer]"]
    for name in ("origin", "name", "url", "description"):
        if value := getattr(chosen, name):
            lines.append(f"{name} = {settings.toml_text(value)}")
    return "\n".join(lines).lstrip("\n") + "\n"


def summary(outcome: Outcome) -> JsonObject:
    """One outcome as JSON, for commands and HTTP."""
    if isinstance(outcome, Refused):
        return {"line": outcome.line, "code": outcome.code, "message": outcome.message}
    return {
        "line": outcome.line,
        "id": outcome.id,
        "url": outcome.url,
        "sha256": outcome.digest,
        "new": outcome.is_new,
    }


def planned_summary(planned: Planned, recipient: str, link: str | None) -> JsonObject:
    """One planned claim as JSON; `link` is there only when it was made now."""
    return {
        "line": planned.line,
        "recipient": recipient,
        "state": planned.state,
        "id": planned.id,
        "expires": timestamp.render(planned.expires),
        "link": link,
    }


def changed_summary(changed: StatusChanged) -> JsonObject:
    """A change of status as JSON."""
    return {
        "schema": "satchel.status/1",
        "id": changed.id,
        "purpose": changed.purpose,
        "set": changed.since is not None,
        "since": None if changed.since is None else timestamp.render(changed.since),
        "changed": changed.changed,
    }
