"""The templates that this issuer has used or been given, file by file, and how much was made of each.

A file is kept by its SHA-256 before anything is planned or signed with it: a claim is signed weeks later from the very
file it was planned with, and who confirmed an alignment can still be read there.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer import compose
from issuer import template as templates
from issuer.compose import Blueprint, Profile
from satchel.errors import TemplateFault
from satchel.node.clock import from_micros, to_micros
from satchel.node.database import Database, Row, Transaction, blob, integer, text
from satchel.text import for_terminal

BLUEPRINTS_LIMIT: Final = 64

_HAS_FILE: Final = "SELECT 1 FROM template_file WHERE digest = $1"
_FILE: Final = "SELECT raw FROM template_file WHERE digest = $1"
_CURRENT: Final = "SELECT digest FROM template WHERE id = $1"
_LAST_OF_VERSION: Final = (
    "SELECT digest FROM template_file WHERE id = $1 AND version = $2 ORDER BY kept_at DESC, digest LIMIT 1"
)
_IS_USED: Final = (
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM credential WHERE template = $1 AND template_version = $2) "
    "OR EXISTS (SELECT 1 FROM claim WHERE template = $1 AND template_version = $2)"
)
_KEEP_FILE: Final = (
    "INSERT INTO template_file (digest, id, version, raw, kept_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"
)
_FIRST: Final = "INSERT INTO template (id, digest) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_REPLACE: Final = (
    "INSERT INTO template (id, digest) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET digest = excluded.digest"
)
_SHELF: Final = (
    "SELECT t.id, t.digest, f.version, f.kept_at, "
    "(SELECT count(*) FROM claim WHERE template = t.id AND credential IS NULL), "
    "(SELECT count(*) FROM credential WHERE template = t.id), "
    "(SELECT count(*) FROM claim WHERE template = t.id AND credential IS NOT NULL) + (SELECT count(*) FROM rebinding r "
    "JOIN credential c ON c.id = r.credential WHERE c.template = t.id AND r.holder IS NOT NULL) "
    "FROM template t JOIN template_file f ON f.digest = t.digest "
)
_SHELVED: Final = _SHELF + "WHERE t.id > $1 ORDER BY t.id LIMIT $2"
_ONE_SHELVED: Final = _SHELF + "WHERE t.id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A template and what was made of it, over all its versions: `planned` are reserved and wait for a wallet,
    `signed` are all credentials on disk, `claimed` are those of them that a wallet came for."""

    id: str
    version: str
    digest: str
    kept_at: datetime
    planned: int
    signed: int
    claimed: int


class Library:
    """The template files of one issuer. Blueprints of the files used last are kept ready, by digest."""

    def __init__(self, database: Database, profile: Profile) -> None:
        self._database = database
        self._profile = profile
        self._ready: OrderedDict[str, Blueprint] = OrderedDict()

    def prepare(self, raw: bytes) -> Blueprint:
        """The blueprint of these bytes; nothing is stored. Raises TemplateFault."""
        blueprint = compose.prepare(templates.check(raw), self._profile)
        self._ready[blueprint.template.digest] = blueprint
        self._ready.move_to_end(blueprint.template.digest)
        while len(self._ready) > BLUEPRINTS_LIMIT:
            self._ready.popitem(last=False)
        return blueprint

    async def keep(self, raw: bytes, *, now: datetime) -> Blueprint:
        """The file is on disk when this returns. It becomes the current one only when its id had none: issuing from a
        file must not change what others issue by the id. Raises TemplateFault."""
        blueprint = self.prepare(raw)
        if await self._database.one(_HAS_FILE, blueprint.template.digest) is None:
            await self._store(blueprint, raw, _FIRST, now)
        return blueprint

    async def put(self, template_id: str, raw: bytes, *, now: datetime) -> Blueprint:
        """The file stands for its id from now on.

        Raises TemplateFault, also template.other_id, and template.version_used when this version was planned or issued
        with a file that says something else of the learner.
        """
        blueprint = self.prepare(raw)
        template = blueprint.template
        if template.id != template_id:
            raise TemplateFault("template.other_id", f"the file is of {template.id}, its address of another")
        last = await self._database.one(_LAST_OF_VERSION, template.id, template.version)
        if last is not None and await self._database.one(_IS_USED, template.id, template.version) is not None:
            before = await self.by_digest(text(last[0]))
            if before.template != template:
                raise TemplateFault(
                    "template.version_used", f"version {template.version} of {template.id} is in use with other content"
                )
        await self._store(blueprint, raw, _REPLACE, now)
        return blueprint

    async def by_digest(self, digest: str) -> Blueprint:
        """The blueprint of a file that was kept. Raises TemplateFault template.unknown_id."""
        if digest in self._ready:
            self._ready.move_to_end(digest)
            return self._ready[digest]
        return self.prepare(await self._file(digest))

    async def current(self, template_id: str) -> Blueprint:
        """The blueprint that stands for the id. Raises TemplateFault template.unknown_id."""
        return await self.by_digest(await self._current(template_id))

    async def current_file(self, template_id: str) -> bytes:
        """The file that stands for the id, as it was given. Raises TemplateFault template.unknown_id."""
        return await self._file(await self._current(template_id))

    async def shelved(self, template_id: str) -> Shelved:
        """One template with its counts. Raises TemplateFault template.unknown_id."""
        row = await self._database.one(_ONE_SHELVED, template_id)
        if row is None:
            raise _unknown(template_id)
        return _shelved(row)

    async def page(self, *, after: str, limit: int) -> tuple[Shelved, ...]:
        """The templates whose id follows `after` ("" for the first), in the order of ids."""
        return tuple(_shelved(row) for row in await self._database.read(_SHELVED, after, limit))

    async def _current(self, template_id: str) -> str:
        row = await self._database.one(_CURRENT, template_id)
        if row is None:
            raise _unknown(template_id)
        return text(row[0])

    async def _file(self, digest: str) -> bytes:
        row = await self._database.one(_FILE, digest)
        if row is None:
            raise _unknown(digest)
        return blob(row[0])

    async def _store(self, blueprint: Blueprint, raw: bytes, current: str, now: datetime) -> None:
        template, at_micros = blueprint.template, to_micros(now)

        async def unit(tx: Transaction) -> None:
            await tx.execute(_KEEP_FILE, template.digest, template.id, template.version, raw, at_micros)
            await tx.execute(current, template.id, template.digest)

        await self._database.submit(unit)


def _shelved(row: Row) -> Shelved:
    return Shelved(
        id=text(row[0]),
        digest=text(row[1]),
        version=text(row[2]),
        kept_at=from_micros(integer(row[3])),
        planned=integer(row[4]),
        signed=integer(row[5]),
        claimed=integer(row[6]),
    )


def _unknown(template_id: str) -> TemplateFault:
    return TemplateFault("template.unknown_id", f"there is no template {for_terminal(template_id, limit=80)}")
