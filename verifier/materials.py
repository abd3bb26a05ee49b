"""Materials: everything from outside that a verdict rests on, gathered beforehand and kept so that it can be repeated.

Saved as `satchel.materials/1`, one verification a value: the input's bytes, the policy, the question and the answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from satchel.codec import base, timestamp
from satchel.codes import CODES
from satchel.credential import resource
from satchel.credential.envelope import Fault
from satchel.errors import CodecError, FetchError, SettingsFault
from satchel.port import (
    Completeness,
    Fetched,
    HeldFramework,
    HeldNode,
    JsonObject,
    JsonValue,
    Purpose,
    Request,
    Source,
)
from verifier import policy as policies
from verifier import registry
from verifier.policy import Policy
from verifier.registry import NO_TRUST, Trust

SCHEMA: Final = "satchel.materials/1"

Key: TypeAlias = tuple[Purpose, str]

_PURPOSES: Final[Mapping[str, Purpose]] = {purpose: purpose for purpose in get_args(Purpose)}
_SOURCES: Final[Mapping[str, Source]] = {source: source for source in get_args(Source)}
_COMPLETENESS: Final[Mapping[str, Completeness]] = {word: word for word in get_args(Completeness)}
_NO_COPIES: Final[Mapping[str, tuple[Fetched, ...]]] = MappingProxyType({})
_NO_NODES: Final[Mapping[str, tuple[HeldNode, ...]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the verifier asks beyond the credential itself; a question that is None is not asked.

    `holder` is the DID that must be the subject; `recipient` an e-mail address or `TYPE:VALUE` (an identifier type
    of Open Badges) that must match the subject; `challenge` and `domain` must stand in the proof.
    """

    challenge: str | None = None
    domain: str | None = None
    holder: str | None = None
    recipient: str | None = None
    require_holder_binding: bool = False


Said: TypeAlias = Literal["good", "bad", "not_applicable", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """What another engine said of the signature, and its words."""

    said: Said
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file that the asker has beside the credential: its name, and its digests by the names of their algorithms."""

    name: str
    digests: Mapping[str, bytes]


def hold(name: str, raw: bytes) -> HeldFile:
    """The file of this name and these bytes, of which only the digests are kept."""
    return HeldFile(name=name, digests=resource.digests(raw))


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """The only present that a verdict knows (`now`, aware UTC), and every fetched document or why there is none.

    `frameworks` are the held copies that a target of the credential could be in, `nodes` what they have under the
    targets' URIs, () for nothing; `trust` are the verifier's own lists, `anchors` the certificates (DER) of the
    authorities whose seals it trusts, `copies` the DID documents that it saw earlier, oldest first, by URL.
    """

    now: datetime
    fetched: Mapping[Key, Fetched | Fault]
    frameworks: tuple[HeldFramework, ...] = ()
    nodes: Mapping[str, tuple[HeldNode, ...]] = field(default_factory=lambda: _NO_NODES)
    trust: Trust = NO_TRUST
    files: tuple[HeldFile, ...] = ()
    second_opinion: SecondOpinion | None = None
    anchors: tuple[bytes, ...] = ()
    copies: Mapping[str, tuple[Fetched, ...]] = field(default_factory=lambda: _NO_COPIES)

    def as_fetch(self) -> GatheredFetch:
        """A Fetch that serves these documents again and nothing else."""
        return GatheredFetch(self.fetched)


class GatheredFetch:
    """Answers from what was gathered; raises FetchError with the stored fault, or `fetch.not_gathered`."""

    def __init__(self, fetched: Mapping[Key, Fetched | Fault]) -> None:
        self._fetched = fetched

    async def __call__(self, request: Request, /) -> Fetched:
        found = self._fetched.get((request.purpose, request.url))
        if found is None:
            raise FetchError("fetch.not_gathered", f"{request.url} was not gathered")
        if isinstance(found, Fault):
            raise FetchError(found.code, found.message)
        return found

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        answers: list[Fetched | FetchError] = []
        for request in requests:
            try:
                answers.append(await self(request))
            except FetchError as fault:
                answers.append(fault)
        return tuple(answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One verification that can be repeated: judge `read(raw, name=name)` with the rest."""

    raw: bytes
    name: str
    policy: Policy
    asked: Asked
    materials: Materials


def to_json(saved: Saved) -> JsonObject:
    """The whole verification as `satchel.materials/1`; bytes are base64url."""
    return {
        "schema": SCHEMA,
        "input": {"name": saved.name, "body": base.base64url_encode(saved.raw)},
        "policy": policies.to_json(saved.policy),
        "asked": {
            "challenge": saved.asked.challenge,
            "domain": saved.asked.domain,
            "holder": saved.asked.holder,
            "recipient": saved.asked.recipient,
            "require_holder_binding": saved.asked.require_holder_binding,
        },
        "now": timestamp.render(saved.materials.now),
        "fetched": [_answer_to_json(key, answer) for key, answer in saved.materials.fetched.items()],
        "frameworks": [_framework_to_json(held) for held in saved.materials.frameworks],
        "nodes": _nodes_to_json(saved.materials),
        "trust": registry.to_json(saved.materials.trust),
        "files": [_file_to_json(held) for held in saved.materials.files],
        "second_opinion": _opinion_to_json(saved.materials.second_opinion),
        "anchors": [base.base64url_encode(one) for one in saved.materials.anchors],
        "copies": [_answer_to_json(("did", one.url), one) for held in saved.materials.copies.values() for one in held],
    }


def from_json(value: JsonValue) -> Saved:
    """The verification that `to_json` wrote. Raises SettingsFault materials.invalid naming the member,
    policy.invalid, trust.invalid or trust.unknown_key."""
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise _invalid("schema")
    given, asked, answers = value.get("input"), value.get("asked"), value.get("fetched")
    if not isinstance(given, dict) or not isinstance(asked, dict) or not isinstance(answers, list):
        raise _invalid("input, asked or fetched")
    binding = asked.get("require_holder_binding", False)
    if not isinstance(binding, bool):
        raise _invalid("asked.require_holder_binding")
    # Materials of before the frameworks and the trust lists have none of the three members.
    frameworks = _frameworks(value.get("frameworks", []))
    return Saved(
        raw=_bytes(given, "body"),
        name=_text(given, "name"),
        policy=policies.from_json(value.get("policy")),
        asked=Asked(
            challenge=_maybe_text(asked, "challenge"),
            domain=_maybe_text(asked, "domain"),
            holder=_maybe_text(asked, "holder"),
            recipient=_maybe_text(asked, "recipient"),
            require_holder_binding=binding,
        ),
        materials=Materials(
            now=_moment(value, "now"),
            fetched=dict(map(_answer, answers)),
            frameworks=frameworks,
            nodes=_nodes(value.get("nodes", {}), frameworks),
            trust=registry.from_json(value.get("trust", [])),
            files=tuple(map(_file, _objects(value.get("files", []), "files"))),
            second_opinion=_opinion(value.get("second_opinion")),
            anchors=_anchors(value.get("anchors", [])),
            copies=_copies(value.get("copies", [])),
        ),
    )


def _anchors(value: JsonValue) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise _invalid("anchors")
    return tuple(_bytes({"anchor": one}, "anchor") for one in value)


def _copies(value: JsonValue) -> Mapping[str, tuple[Fetched, ...]]:
    found: dict[str, tuple[Fetched, ...]] = {}
    for one in _objects(value, "copies"):
        (_, url), answer = _answer(one)
        if isinstance(answer, Fault):
            raise _invalid("copies")
        found[url] = (*found.get(url, ()), answer)
    return found


def _answer_to_json(key: Key, answer: Fetched | Fault) -> JsonObject:
    purpose, url = key
    if isinstance(answer, Fault):
        return {"purpose": purpose, "url": url, "fault": {"code": answer.code, "message": answer.message}}
    return {
        "purpose": purpose,
        "url": url,
        "final_url": answer.final_url,
        "status": answer.status,
        "media_type": answer.media_type,
        "body": base.base64url_encode(answer.body),
        "fetched_at": timestamp.render(answer.fetched_at),
        "source": answer.source,
    }


def _answer(value: JsonValue) -> tuple[Key, Fetched | Fault]:
    if not isinstance(value, dict):
        raise _invalid("fetched")
    purpose, url = _PURPOSES.get(_text(value, "purpose")), _text(value, "url")
    if purpose is None:
        raise _invalid("purpose")
    fault = value.get("fault")
    if isinstance(fault, dict):
        code = _text(fault, "code")
        if code not in CODES:
            raise _invalid("fault.code")
        return (purpose, url), Fault(code=code, message=_text(fault, "message"))
    status, source = value.get("status"), _SOURCES.get(_text(value, "source"))
    if not isinstance(status, int) or source is None:
        raise _invalid("status or source")
    return (purpose, url), Fetched(
        url=url,
        final_url=_text(value, "final_url"),
        status=status,
        media_type=_text(value, "media_type"),
        body=_bytes(value, "body"),
        fetched_at=_moment(value, "fetched_at"),
        source=source,
    )


def _opinion_to_json(opinion: SecondOpinion | None) -> JsonValue:
    return None if opinion is None else {"said": opinion.said, "message": opinion.message}


def _opinion(value: JsonValue) -> SecondOpinion | None:
    match value:
        case None:
            return None
        case {"said": ("good" | "bad" | "not_applicable" | "failed") as said, "message": str(message)}:
            return SecondOpinion(said=said, message=message)
        case _:
            raise _invalid("second_opinion")


def _file_to_json(held: HeldFile) -> JsonObject:
    return {"name": held.name, **{name: digest.hex() for name, digest in held.digests.items()}}


def _file(value: JsonObject) -> HeldFile:
    try:
        digests = {name: bytes.fromhex(_text(value, name)) for name in resource.MULTIHASH}
    except ValueError as fault:
        raise _invalid("files") from fault
    return HeldFile(name=_text(value, "name"), digests=digests)


def _framework_to_json(held: HeldFramework) -> JsonObject:
    return {
        "id": held.id,
        "title": held.title,
        "kind": held.kind,
        "release": held.release,
        "released": held.released,
        "completeness": held.completeness,
        "licence": held.licence,
        "digest": held.digest,
        "prefixes": list[JsonValue](held.prefixes),
    }


def _nodes_to_json(materials: Materials) -> JsonObject:
    """The nodes by URI; each names its copy by the place in `frameworks`, which has them all."""
    places = {held: place for place, held in enumerate(materials.frameworks)}
    return {
        uri: [
            {
                "uri": node.uri,
                "framework": places[node.framework],
                "labels": [[language, text] for language, text in node.labels],
                "code": node.code,
                "kind": node.kind,
                "level": node.level,
                "is_obsolete": node.is_obsolete,
                "obsolete_since": node.obsolete_since,
                "replaced_by": list[JsonValue](node.replaced_by),
            }
            for node in nodes
        ]
        for uri, nodes in materials.nodes.items()
    }


def _frameworks(value: JsonValue) -> tuple[HeldFramework, ...]:
    return tuple(_framework(one) for one in _objects(value, "frameworks"))


def _framework(value: JsonObject) -> HeldFramework:
    completeness = _COMPLETENESS.get(_text(value, "completeness"))
    if completeness is None:
        raise _invalid("completeness")
    return HeldFramework(
        id=_text(value, "id"),
        title=_text(value, "title"),
        kind=_text(value, "kind"),
        release=_text(value, "release"),
        released=_text(value, "released"),
        completeness=completeness,
        licence=_text(value, "licence"),
        digest=_text(value, "digest"),
        prefixes=_texts(value, "prefixes"),
    )


def _nodes(value: JsonValue, frameworks: Sequence[HeldFramework]) -> Mapping[str, tuple[HeldNode, ...]]:
    if not isinstance(value, dict):
        raise _invalid("nodes")
    return {uri: tuple(_node(one, frameworks) for one in _objects(found, "nodes")) for uri, found in value.items()}


def _node(value: JsonObject, frameworks: Sequence[HeldFramework]) -> HeldNode:
    place, labels, obsolete = value.get("framework"), value.get("labels"), value.get("is_obsolete")
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(frameworks):
        raise _invalid("nodes.framework")
    if not isinstance(labels, list) or not isinstance(obsolete, bool):
        raise _invalid("nodes")
    return HeldNode(
        uri=_text(value, "uri"),
        framework=frameworks[place],
        labels=tuple(map(_label, labels)),
        code=_text(value, "code"),
        kind=_text(value, "kind"),
        level=_text(value, "level"),
        is_obsolete=obsolete,
        obsolete_since=_text(value, "obsolete_since"),
        replaced_by=_texts(value, "replaced_by"),
    )


def _label(value: JsonValue) -> tuple[str, str]:
    match value:
        case [str(language), str(text)]:
            return language, text
        case _:
            raise _invalid("nodes.labels")


def _objects(value: JsonValue, name: str) -> list[JsonObject]:
    items = value if isinstance(value, list) else None
    objects = [item for item in items or () if isinstance(item, dict)]
    if items is None or len(objects) != len(items):
        raise _invalid(name)
    return objects


def _texts(value: JsonObject, name: str) -> tuple[str, ...]:
    given = value.get(name)
    texts = [item for item in given if isinstance(item, str)] if isinstance(given, list) else None
    if texts is None or not isinstance(given, list) or len(texts) != len(given):
        raise _invalid(name)
    return tuple(texts)


def _text(value: JsonObject, name: str) -> str:
    member = value.get(name)
    if not isinstance(member, str):
        raise _invalid(name)
    return member


def _maybe_text(value: JsonObject, name: str) -> str | None:
    return None if value.get(name) is None else _text(value, name)


def _bytes(value: JsonObject, name: str) -> bytes:
    try:
        return base.base64url_decode(_text(value, name))
    except CodecError as fault:
        raise _invalid(name) from fault


def _moment(value: JsonObject, name: str) -> datetime:
    try:
        return timestamp.parse(_text(value, name))
    except CodecError as fault:
        raise _invalid(name) from fault


def _invalid(member: str) -> SettingsFault:
    return SettingsFault("materials.invalid", f"the saved materials have a missing or wrong member: {member}")
