"""The verifier's service: bytes to a report, over whatever Fetch it was given."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

from satchel.codec.strictjson import LIMIT_BYTES
from satchel.credential.envelope import Envelope
from satchel.credential.read import read
from satchel.errors import SettingsFault
from satchel.port import Clock, DocumentCopies, Fetch, FrameworkShelf, Request
from verifier import registry
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked, HeldFile, Saved, SecondOpinion
from verifier.policy import POLICIES, Policy
from verifier.reading import STRICT, Reading
from verifier.registry import NO_TRUST, Trust
from verifier.report import Report

T = TypeVar("T")

FILE_TYPES: Final = (
    "application/vc",
    "application/vp",
    "application/vc+ld+json",
    "application/ld+json",
    "application/json",
    "application/vc+jwt",
    "application/vp+jwt",
    "application/jwt",
    "application/vc+sd-jwt",
    "application/dc+sd-jwt",
    "application/zip",
    "image/png",
    "image/svg+xml",
)
"""What a credential is served as; its bytes alone decide what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One verification, whole: the envelope, the report, and what repeats it."""

    envelope: Envelope
    report: Report
    saved: Saved


class Aside(Protocol):
    """Where work that takes long is done: a server has it beside its event loop."""

    async def __call__(self, work: Callable[[], T], /) -> T: ...


async def at_once(work: Callable[[], T], /) -> T:
    """Does the work here and now, so that nothing waits under satchel.port.drive."""
    return work()


class VerifierService:
    """Judges credentials, by the frameworks and the trust lists that it is given. With a Fetch that never suspends its
    coroutines run under satchel.port.drive."""

    def __init__(
        self,
        *,
        fetch: Fetch,
        clock: Clock,
        policy: Policy = POLICIES["default"],
        shelf: FrameworkShelf | None = None,
        trust: Trust = NO_TRUST,
        aside: Aside = at_once,
        reading: Reading = STRICT,
        anchors: tuple[bytes, ...] = (),
        copies: DocumentCopies | None = None,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._policy = policy
        self._shelf = shelf
        self._trust = trust
        self._aside = aside
        self._reading = reading
        self._anchors = anchors
        self._copies = copies

    async def verify(
        self, raw: bytes, *, name: str = "", asked: Asked | None = None, policy: Policy | None = None
    ) -> Report:
        """The report on these bytes. It never raises for what is in them."""
        envelope = await self._aside(lambda: read(raw, name=name))
        return (await self.examine(envelope, asked=asked, policy=policy)).report

    async def examine(
        self,
        envelope: Envelope,
        *,
        asked: Asked | None = None,
        policy: Policy | None = None,
        files: tuple[HeldFile, ...] = (),
        second_opinion: SecondOpinion | None = None,
    ) -> Verification:
        """The report on what was read, with everything that the verdict rests on; under the service's own policy
        unless another is named. `files` are those that the asker has beside it, `second_opinion` what another engine
        was heard to say (verifier.second_opinion)."""
        question, rules = asked or Asked(), policy or self._policy
        materials = await gather(
            envelope,
            rules,
            question,
            self._clock(),
            self._fetch,
            shelf=self._shelf,
            trust=self._trust,
            anchors=self._anchors,
            copies=self._copies,
            files=files,
            second_opinion=second_opinion,
        )
        report = await self._aside(lambda: judge(envelope, materials, rules, question, reading=self._reading))
        saved = Saved(raw=envelope.raw, name=envelope.name, policy=rules, asked=question, materials=materials)
        return Verification(envelope=envelope, report=report, saved=saved)

    async def bring(self, url: str) -> bytes:
        """The file at an address, through the Fetch that this service was given. Raises FetchError."""
        request = Request(url=url, purpose="evidence", accept=FILE_TYPES, limit_bytes=LIMIT_BYTES)
        return (await self._fetch(request)).body

    async def read_code(self, raw: bytes) -> str:
        """What the QR code of a picture says, as text from outside. Raises PictureFault (verifier.picture)."""
        from verifier import picture

        return await self._aside(lambda: picture.read_code(raw))


def load_trust(folder: Path) -> Trust:
    """The trust lists and registries of a folder's *.json files, in the order of their names; none when there is no
    such folder.

    Raises SettingsFault trust.invalid and trust.unknown_key for what a list must not be, settings.file_unsafe for a
    file that others can change, settings.file_unreadable.
    """
    try:
        paths = sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))
        found = []
        for path in paths:
            if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise SettingsFault("settings.file_unsafe", f"{path} can be changed by others")
            with path.open("rb") as file:
                found.append(registry.load(file.read(registry.LIMIT_BYTES + 1), name=path.name))
    except OSError as fault:
        raise SettingsFault("settings.file_unreadable", f"{folder}: {fault.strerror or fault}") from fault
    return registry.together(found)


def load_anchors(path: Path) -> tuple[bytes, ...]:
    """The certificates of a PEM or DER file, in DER. Raises SettingsFault trust.anchors, settings.file_unreadable."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        with path.open("rb") as file:
            raw = file.read(registry.LIMIT_BYTES + 1)
    except OSError as fault:
        raise SettingsFault("settings.file_unreadable", f"{path}: {fault.strerror or fault}") from fault
    if len(raw) > registry.LIMIT_BYTES:
        raise SettingsFault("trust.anchors", f"{path} has more than {registry.LIMIT_BYTES} bytes")
    try:
        is_text = b"-----BEGIN CERTIFICATE-----" in raw
        found = x509.load_pem_x509_certificates(raw) if is_text else [x509.load_der_x509_certificate(raw)]
        return tuple(one.public_bytes(Encoding.DER) for one in found)
    except (ValueError, x509.InvalidVersion) as fault:
        raise SettingsFault("trust.anchors", f"{path} holds no certificates in PEM or DER") from fault


def repeat(saved: Saved) -> Report:
    """The report of a saved verification again: the same bytes, materials, policy and question give the same one."""
    return judge(read(saved.raw, name=saved.name), saved.materials, saved.policy, saved.asked)


def repeat_under(saved: Saved, policy: Policy) -> Report:
    """The report of a saved verification under another policy, from the same materials."""
    return judge(read(saved.raw, name=saved.name), saved.materials, policy, saved.asked)
