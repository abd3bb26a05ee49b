"""Files: honest ones, broken ones, and those that were edited after signing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from satchel.credential import bake
from tests.attack.forge import (
    STRANGER,
    badge,
    badge_1_1,
    did_of,
    signed,
    to_bytes,
)
from tests.cases.case import (
    Case,
    case,
    edited,
    good,
    put,
)

SUITES: Final = ("eddsa-rdfc-2022", "eddsa-jcs-2022")
PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'


def controls() -> Iterator[Case]:
    for suite in SUITES:
        yield case(f"good-{suite}", f"An honest badge, signed with {suite}.", signed(badge(), suite=suite), "proof.ok")
    yield case(
        "good-2020",
        "An honest badge of the older data model with its older signature.",
        signed(badge_1_1(), suite="Ed25519Signature2020"),
        "proof.ok",
    )
    yield case("good-png", "An honest badge in a picture.", bake.bake(PNG, to_bytes(good())), "proof.ok", suffix=".png")
    yield case("good-svg", "An honest badge in a drawing.", bake.bake(SVG, to_bytes(good())), "proof.ok", suffix=".svg")
    twice = signed(good(), created=datetime(2026, 3, 3, tzinfo=UTC))
    yield case("good-two-signatures", "An honest badge that its issuer signed twice.", twice, "proof.ok")
    first = signed(badge(), id="urn:uuid:0f0e0d0c-1111-4222-8333-0a0b0c0d0e0f")
    chain = signed(first, previous="urn:uuid:0f0e0d0c-1111-4222-8333-0a0b0c0d0e0f")
    yield case("good-chain", "Its second signature stands on the first one.", chain, "proof.ok")
    yield case(
        "good-spaces",
        "The same JSON with other blanks and order: the meaning was signed.",
        json.dumps(dict(reversed(good().items())), indent=3).encode(),
        "proof.ok",
    )


def broken_files() -> Iterator[Case]:
    raw = to_bytes(good())
    yield case("file-empty", "Nothing at all.", b"", "parse.empty")
    yield case("file-blank", "Only blanks.", b" \n\t ", "parse.empty")
    yield case("file-text", "A letter instead of a badge.", b"Dear Sir or Madam", "parse.not_credential")
    yield case("file-cut", "The download broke off.", raw[: len(raw) // 2], "parse.not_json")
    yield case("file-list", "A list of badges is no badge.", b"[" + raw + b"]", "parse.not_object", suffix=".json")
    yield case("file-two", "Two documents in one file.", raw + raw, "parse.not_json")
    yield case("file-utf16", "Another encoding.", raw.decode().encode("utf-16"), "parse.not_credential")
    yield case("file-latin", "A letter outside of UTF-8.", raw.replace(b"Knots", b"Kn\xf6ts"), "parse.not_utf8")
    yield case("file-comma", "A comma too many.", raw[:-1] + b",}", "parse.not_json")
    yield case("file-comment", "JSON has no comments.", b"{/* hi */" + raw[1:], "parse.not_json")
    yield case("file-nan", "NaN is no number of JSON.", raw[:-1] + b',"x":NaN}', "parse.number")
    yield case(
        "file-number", "A number that readers round to another.", raw[:-1] + b',"x":9007199254740993}', "parse.number"
    )
    yield case("file-surrogate", "Half a character.", raw[:-1] + b',"x":"\\ud800"}', "parse.surrogate")
    yield case("file-deep", "A thousand brackets deep.", b'{"a":' * 1000 + b"1" + b"}" * 1000, "parse.too_deep")
    twice = raw[:-1] + b',"issuer":"did:web:forger.example"}'
    yield case(
        "file-issuer-twice", "Two issuers under one name: readers take different ones.", twice, "parse.duplicate_key"
    )
    respelled = raw[:-1] + b',"iss\\u0075er":"did:web:forger.example"}'
    yield case("file-issuer-respelled", "The second issuer is spelt with an escape.", respelled, "parse.duplicate_key")
    yield case("file-bom", "An editor put a byte order mark in front.", b"\xef\xbb\xbf" + raw, "parse.bom")
    yield case("picture-plain", "A picture without a badge.", PNG, "parse.no_credential", suffix=".png")
    yield case("picture-cut", "A picture that is cut.", bake.bake(PNG, raw)[:200], "parse.image", suffix=".png")
    yield case("drawing-plain", "A drawing without a badge.", SVG, "parse.no_credential", suffix=".svg")


EDITS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("name", "The badge's name was changed.", put("name", to="Captain")),
    (
        "achievement-name",
        "The achievement got a better name.",
        put("credentialSubject", "achievement", "name", to="Master of knots"),
    ),
    (
        "description",
        "What was done was written larger.",
        put("credentialSubject", "achievement", "description", to="Ties a hundred knots."),
    ),
    (
        "criteria",
        "The criteria were softened.",
        put("credentialSubject", "achievement", "criteria", "narrative", to="Was present."),
    ),
    (
        "type",
        "A competency became a degree.",
        put("credentialSubject", "achievement", "achievementType", to="BachelorDegree"),
    ),
    ("subject", "Somebody else's badge.", put("credentialSubject", "id", to=did_of(STRANGER))),
    ("issuer-name", "The issuer got a famous name.", put("issuer", "name", to="A famous university")),
    ("valid-from", "The badge was made older.", put("validFrom", to="2020-01-01T00:00:00Z")),
    ("id", "Another badge's number.", put("id", to="urn:uuid:00000000-0000-4000-8000-000000000000")),
    ("image", "A picture was added.", put("image", to={"id": "https://img.example/a.png", "type": "Image"})),
    ("evidence", "Evidence was added.", put("evidence", to=[{"type": ["Evidence"], "narrative": "Trust me."}])),
    ("end", "An end was added.", put("validUntil", to="2030-01-01T00:00:00Z")),
    ("created", "The signature was dated back.", put("proof", "created", to="2024-01-01T00:00:00Z")),
    (
        "letter",
        "One letter in the middle of the criteria.",
        put("credentialSubject", "achievement", "criteria", "narrative", to="Shown to an examiner!"),
    ),
    ("blank", "One blank at the end of a name.", put("name", to="Knots and hitches ")),
)


def edits() -> Iterator[Case]:
    for name, story, change in EDITS:
        yield case(f"edited-{name}", story, edited(change), "proof.invalid")
    for suite in SUITES:
        document = signed(badge(), suite=suite)
        yield case(
            f"edited-signature-{suite}",
            f"Another signature's bytes, in {suite}.",
            edited(put("proof", "proofValue", to=good(name="x")["proof"]["proofValue"]), document),
            "proof.invalid",
        )
    yield case(
        "edited-unknown-term",
        "A member without a meaning was added after signing.",
        edited(put("favouriteColour", to="blue")),
        "linked.undefined_term",
        facet="proof",
        outcome="fail",
        verdict="rejected",
    )
