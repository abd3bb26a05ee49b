"""What a badge says: its form, results, evidence and endorsements, and the status lists behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from satchel.key.private import PrivateKey
from tests.attack.forge import (
    ISSUER,
    STRANGER,
    badge,
    did_of,
    signed,
)
from tests.cases.case import (
    Case,
    Document,
    about,
    achievement,
    case,
    edited,
    good,
    put,
    serve_list,
    status_entry,
)

MODELS: Final[tuple[tuple[str, str, Any, str], ...]] = (
    ("no-issuer", "It names no issuer.", lambda value: value.pop("issuer"), "data_model.issuer"),
    ("issuer-text", "The issuer is a word.", put("issuer", to="A school"), "data_model.issuer"),
    ("no-subject", "It is about nobody.", lambda value: value.pop("credentialSubject"), "data_model.subject"),
    ("empty-subject", "Its subject is empty.", put("credentialSubject", to={}), "data_model.subject"),
    ("no-type", "It does not say what it is.", lambda value: value.pop("type"), "data_model.type"),
    ("type-text", "It is of another kind.", put("type", to="Diploma"), "data_model.type"),
    ("id-words", "Its number is no identifier.", put("id", to="number 7"), "data_model.id"),
    ("id-list", "It has two numbers.", put("id", to=["urn:x:1", "urn:x:2"]), "data_model.id"),
    ("no-context", "It names no vocabulary.", lambda value: value.pop("@context"), "data_model.context"),
    ("name-number", "Its name is a number.", put("name", to=7), "data_model.name"),
    ("evidence-untyped", "Evidence of no type.", put("evidence", to={"narrative": "x"}), "data_model.part"),
    ("terms-untyped", "Terms of use of no type.", put("termsOfUse", to={"id": "urn:x:1"}), "data_model.part"),
    (
        "schema-untyped",
        "A schema of no type.",
        put("credentialSchema", to={"id": "https://x.example/s"}),
        "data_model.schema",
    ),
    (
        "related-no-digest",
        "A related file without a digest.",
        put("relatedResource", to={"id": "https://x.example/1"}),
        "data_model.related",
    ),
    (
        "full-name",
        "Its end stands under the property's full name, where no reader looks.",
        put("https://www.w3.org/2018/credentials#validUntil", to="2026-01-01T00:00:00Z"),
        "data_model.second_spelling",
    ),
    ("at-id", "A second identifier, spelt @id.", put("@id", to="urn:x:2"), "data_model.second_spelling"),
    (
        "at-type",
        "A second type, spelt @type.",
        put("@type", to=["VerifiableCredential"]),
        "data_model.second_spelling",
    ),
    ("graph", "Another graph around it.", put("@graph", to=[]), "data_model.second_spelling"),
    (
        "context-inside",
        "The subject brings a vocabulary of its own.",
        put("credentialSubject", "@context", to={"achievement": "urn:x:nothing"}),
        "data_model.nested_context",
    ),
    (
        "context-redefines",
        "The file gives `issuer` another meaning.",
        lambda value: value["@context"].append({"issuer": "urn:x:somebody"}),
        "data_model.inline_redefines",
    ),
)


def data_models() -> Iterator[Case]:
    for name, story, change, code in MODELS:
        yield case(f"model-{name}", story, edited(change), code)
    yield case(
        "model-own-term",
        "It adds a word of its own, with a meaning.",
        good(**{"@context": [*badge()["@context"], {"shoeSize": "urn:x:shoe-size"}], "shoeSize": "44"}),
        "data_model.inline_context",
    )
    yield case(
        "model-unknown-context",
        "A vocabulary that is not at hand is never fetched.",
        edited(lambda value: value["@context"].append("https://vocab.example/v1")),
        "linked.context_unknown",
        facet="proof",
        outcome="unknown",
    )
    yield case(
        "schema-no-criteria",
        "An achievement without criteria breaks the badge's own schema.",
        good(credentialSubject=about(achievement={k: v for k, v in about()["achievement"].items() if k != "criteria"})),
        "schema.invalid",
    )
    yield case(
        "schema-type",
        "A type of achievement that the schema does not list.",
        good(credentialSubject=achievement(achievementType="Program")),
        "schema.invalid",
    )


PERCENT: Final = {
    "id": "urn:d:1",
    "type": ["ResultDescription"],
    "name": "Grade",
    "resultType": "Percent",
    "valueMin": "0",
    "valueMax": "100",
    "requiredValue": "50",
}
LEVELS: Final = [
    {"id": f"urn:l:{n}", "type": ["RubricCriterionLevel"], "name": n} for n in ("emerging", "able", "expert")
]
RUBRIC: Final = PERCENT | {
    "resultType": "RubricCriterionLevel",
    "rubricCriterionLevel": LEVELS,
    "requiredLevel": "urn:l:able",
}
STATUS: Final = PERCENT | {"resultType": "Status"}


def results() -> Iterator[Case]:
    def of(name: str, story: str, description: Document, code: str, **members: Any) -> Case:
        result = {"type": ["Result"], "resultDescription": "urn:d:1"} | members
        subject = achievement(resultDescription=[description]) | {"result": [result]}
        return case(f"result-{name}", story, good(credentialSubject=subject), code)

    yield of("good", "Eighty-seven of a hundred.", PERCENT, "results.ok", value="87")
    yield of("above", "A hundred and one of a hundred.", PERCENT, "results.value_out_of_range", value="101")
    yield of("below", "Less than nothing.", PERCENT, "results.value_out_of_range", value="-1")
    yield of("words", "A word where a number belongs.", PERCENT, "results.value_no_number", value="much")
    yield of("not-enough", "Forty where fifty were required.", PERCENT, "results.below_required", value="40")
    yield of("level", "The level that was required.", RUBRIC, "results.ok", achievedLevel="urn:l:able")
    yield of(
        "level-low", "A level below the required one.", RUBRIC, "results.below_required", achievedLevel="urn:l:emerging"
    )
    yield of(
        "level-unknown",
        "A level that the rubric does not have.",
        RUBRIC,
        "results.level_unknown",
        achievedLevel="urn:l:hero",
    )
    yield of("failed", "A badge for a course that was failed.", STATUS, "results.failed", status="Failed")
    yield of("unfinished", "A badge for a course that still runs.", STATUS, "results.not_final", status="InProgress")
    yield of(
        "no-description",
        "A result of something else.",
        PERCENT,
        "results.no_description",
        resultDescription="urn:d:2",
        value="87",
    )


def evidence() -> Iterator[Case]:
    piece = {"id": "https://files.example/report.pdf", "type": ["Evidence"], "name": "A report"}
    yield case(
        "evidence-named",
        "Evidence is named, nothing fixes it.",
        good(evidence=[piece]),
        "evidence.not_fixed",
        verdict="accepted",
    )
    fixed = {"id": piece["id"], "digestSRI": "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg"}
    yield case(
        "evidence-fixed",
        "Its content is fixed, and the file is not at hand.",
        good(evidence=[piece], relatedResource=[fixed]),
        "evidence.not_at_hand",
    )
    own = "https://list.example/3f2b0f9e-8c11-4d0a-9a1c-5f6d7e8091a2"
    yield case(
        "privacy-own-list",
        "A status list for this badge alone tells whoever keeps it of each look.",
        good(credentialStatus=status_entry(id=f"{own}#7", statusListCredential=own)),
        "privacy.list_of_one",
        web={own.removeprefix("https://"): serve_list(id=own)},
        verdict="accepted",
    )
    yield case(
        "privacy-own-picture",
        "A picture with the badge's number in its address counts its readers.",
        good(image={"id": "https://img.example/3f2b0f9e8c11/p.png?u=5f6d7e8091a2", "type": "Image"}),
        "privacy.picture_of_one",
        verdict="accepted",
    )


def _endorsement(*, key: PrivateKey = STRANGER, target: str = "", **changes: Any) -> Document:
    value = {
        "@context": badge()["@context"],
        "id": "urn:uuid:99999999-8888-4777-8666-555555555555",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "An endorsement",
        "issuer": {"id": did_of(key), "type": ["Profile"], "name": "A sailor"},
        "validFrom": "2026-03-05T00:00:00Z",
        "credentialSubject": {
            "id": target or str(badge()["id"]),
            "type": ["EndorsementSubject"],
            "endorsementComment": "I have seen those knots hold.",
        },
    } | changes
    return signed(value, key=key)


def endorsements() -> Iterator[Case]:
    yield case("endorsed", "A peer speaks for it.", good(endorsement=[_endorsement()]), "endorsements.ok")
    yield case(
        "endorsed-other",
        "The endorsement is of another badge.",
        good(endorsement=[_endorsement(target="urn:uuid:00000000-0000-4000-8000-000000000000")]),
        "endorsements.other_target",
    )
    yield case(
        "endorsed-self", "The issuer praises itself.", good(endorsement=[_endorsement(key=ISSUER)]), "endorsements.self"
    )
    changed = _endorsement() | {"name": "A better endorsement"}
    yield case("endorsed-forged", "The endorsement was changed.", good(endorsement=[changed]), "endorsements.rejected")
    late = _endorsement(validUntil="2026-06-01T00:00:00Z")
    yield case("endorsed-expired", "The endorsement has ended.", good(endorsement=[late]), "endorsements.rejected")
