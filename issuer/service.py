"""The issuer node as its faces see it: make one, check a template, issue, change a status, publish.

Commands, HTTP handlers and screens call this and nothing below it. Everything here takes and gives plain values; the
clock and the randomness are arguments.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from did import create
from did.syntax import split_url
from issuer import batch, compose, event, issue, keys, quality, restore, revoke, row, store
from issuer import template as templates
from issuer.allocate import Places
from issuer.batch import Plan
from issuer.compose import Blueprint, Place, Profile
from issuer.issue import Desk, Issued, Outcome, Refused, RowAward
from issuer.publish import Published, Publisher
from issuer.restore import Recovered
from issuer.revoke import Change, StatusChanged
from issuer.row import Award, ResultValue
from issuer.section import text_fault
from issuer.template import Columns, Template
from satchel.codec import timestamp
from satchel.errors import IssueFault, SettingsFault
from satchel.key.private import PrivateKey
from satchel.linked import emit
from satchel.node import entropy as randomness
from satchel.node import settings
from satchel.node.clock import utc_now
from satchel.node.database import Database
from satchel.node.settings import CONFIG_LIMIT_BYTES, Home, IssuerSettings
from satchel.port import Clock, Did, DidUrl, Entropy, JsonObject

SAMPLE_DID: Final = Did("did:web:issuer.example")
_SAMPLE_ID: Final = "a" * 26
_SAMPLE_RECIPIENT: Final = {"did": "did:example:learner", "email": "learner@learner.example", "sis": "s0000001"}


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
    """One open issuer node. Made by `IssuerService.open`, used inside its `async with`."""

    def __init__(self, desk: Desk, recovered: Recovered | None) -> None:
        self._desk = desk
        self.recovered = recovered

    @staticmethod
    async def found(
        home: Home,
        *,
        origin: str,
        name: str,
        url: str = "",
        description: str = "",
        clock: Clock = utc_now,
        entropy: Entropy = randomness.system,
    ) -> Founded:
        """Makes an issuer in the home: its key (0600), its table in config.toml, its database and its did.json.

        Stopped half-way, it is run again and keeps the key that is there. Raises IssueFault issue.exists,
        SettingsFault settings.value (origin or name) and the faults of files.
        """
        chosen = IssuerSettings(origin=origin, name=name, url=url, description=description)
        for key, text in (("name", name), ("description", description)):
            if (wrong := text_fault(text, limit=1000, lines=False)) is not None:
                raise SettingsFault("settings.value", f"issuer.{key} {wrong}", details={"key": f"issuer.{key}"})
        did = create.did_web(origin)
        home.prepare()
        settings.make_folder(home.state)
        with settings.lock(home.state / "init.lock"):
            if home.config().issuer is not None:
                raise IssueFault("issue.exists", f"{home.config_file} has an issuer already")
            if keys.read_key(home, did, chosen.key) is None:
                keys.write_key(home, DidUrl(f"{did}#{chosen.key}"), PrivateKey.generate(entropy))
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
        did = create.did_web(chosen.origin)
        signer = keys.read_key(home, did, chosen.key)
        if signer is None:
            raise IssueFault("issue.key", f"{home.key_file(keys.ROLE, chosen.key)} is missing")
        profile = Profile(
            did=did, origin=chosen.origin, name=chosen.name, url=chosen.url, description=chosen.description
        )
        async with Database.open(home.issuer_db, store.MIGRATIONS, state=home.state, clock=clock) as database:
            recovered = await restore.settle(database, home, profile, signer, clock=clock, entropy=entropy)
            desk = Desk(
                profile=profile,
                signer=signer,
                database=database,
                places=Places(database, size=chosen.status_size, block=block, clock=clock, entropy=entropy),
                publisher=Publisher(home, profile, signer, database, valid_days=chosen.status_valid_days, clock=clock),
                row_secret=keys.row_secret(home, entropy),
                clock=clock,
                entropy=entropy,
            )
            await desk.publisher.did_document(chosen.key)
            await desk.publisher.stale()
            yield cls(desk, recovered)

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
        blueprint = self._blueprint(template)
        unknown = sorted(set(cells) - set(blueprint.template.columns.all()))
        if unknown:
            known = ", ".join(blueprint.template.columns.all())
            raise IssueFault("batch.header", f"the template has no column {unknown[0]}; it has {known}")
        award = row.read(blueprint.template, cells, now=self._desk.clock())
        (outcome,) = await issue.issue(self._desk, blueprint, [RowAward(line=0, award=award)], cohort=cohort)
        if isinstance(outcome, Refused):
            raise IssueFault(outcome.code, outcome.message)
        return outcome

    async def plan_batch(self, template: bytes, table: bytes, *, cohort: str = "") -> BatchPlan:
        """What a table would give: nothing is reserved, signed or stored. Raises TemplateFault and IssueFault."""
        blueprint = self._blueprint(template)
        read = batch.read_table(table, blueprint.template)
        planned = batch.plan(blueprint, read, now=self._desk.clock().replace(microsecond=0))
        already = await batch.already_issued(self._desk, blueprint, planned, cohort=cohort)
        return BatchPlan(template=blueprint.template, cohort=cohort, plan=planned, already=already, blueprint=blueprint)

    def run_batch(self, planned: BatchPlan) -> AsyncGenerator[tuple[Outcome, ...], None]:
        """Issues the plan; each chunk of outcomes is given when it is on disk, so who stops reading loses nothing."""
        return batch.run(self._desk, planned.blueprint, planned.plan, cohort=planned.cohort)

    async def change_status(self, credential: str, change: Change, *, reason: str) -> StatusChanged:
        """Revokes, suspends or reinstates a credential by its id or URL, and publishes its list.

        Raises IssueFault issue.not_found, issue.reason; StatusError status.purpose_missing.
        """
        changed = await revoke.change(
            self._desk.database,
            credential,
            change,
            reason=reason,
            clock=self._desk.clock,
            entropy=self._desk.entropy,
        )
        await self._desk.publisher.stale(only={changed.list_id})
        return changed

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

    async def first_break(self) -> int | None:
        """The number of the first event that does not follow from the one before it; None when the log is whole."""
        return await event.first_break(self._desk.database)

    def _blueprint(self, template: bytes) -> Blueprint:
        return compose.prepare(templates.check(template), self._desk.profile)


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
