"""A credential as pages: card, evidence, results, alignment, checks, raw; and the short card beside a list."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from satchel.codes import CODES
from satchel.credential import openbadge
from tui.glyph import OUTCOME_TONES, verdict_word
from tui.page import report as report_page
from tui.sheet import Sheet, moment
from verifier.report import LABELS

if TYPE_CHECKING:
    from satchel.credential.openbadge import Alignment
    from satchel.port import JsonObject
    from verifier.report import Facet
    from wallet.card import Card
    from wallet.service import Shown

RAW_LIMIT_LINES: Final = 5000
ITEMS_LIMIT: Final = 200
_GOOD: Final = ("accepted", "accepted_with_warnings")


def preview(sheet: Sheet, held: Card, now: datetime) -> None:
    """What the list knows of a credential: its card, with the verdict of the day it was added."""
    sheet.text(held.title or "untitled", "strong")
    sheet.blank()
    report_page.verdict(sheet, held.verdict)
    sheet.text(f"when it was added, {held.added_at[:10]}; v judges it as of now", "muted")
    if held.is_expired(now):
        sheet.mark(sheet.glyphs.outcomes["fail"], "bad", "The end of its validity is past.", label="Expired")
    sheet.blank()
    _who_and_when(sheet, held)
    if held.remarks:
        sheet.heading("What the check remarked")
        for code in held.remarks:
            known = CODES.get(code)
            outcome = known.outcome if known else "unknown"
            outcome = "unknown" if outcome == "error" else outcome
            sentence = known.sentence if known else "A remark of another version of this program."
            sheet.mark(sheet.glyphs.outcomes[outcome], OUTCOME_TONES[outcome], f"{sentence} [{code}]")
    sheet.heading("Kept as")
    _kept_as(sheet, held)


def card(sheet: Sheet, shown: Shown, now: datetime) -> None:
    """The achievement and who gave it, under the verdict of now and of the day it was added."""
    held, report = shown.card, shown.report
    sheet.text(held.title or "untitled", "strong")
    sheet.blank()
    report_page.verdict(sheet, report.verdict)
    if not report_page.is_confirmed(report):
        sheet.text("What follows is what the file says; none of it is confirmed. See Checks.", "bad")
    elif report.verdict not in _GOOD:
        sheet.text("It is as its issuer signed it, and yet not accepted. See Checks.", "warn")
    before = shown.report_at_adding.get("verdict")
    if isinstance(before, str) and before != report.verdict:
        sheet.text(f"When it was added, {held.added_at[:10]}, it was: {verdict_word(before)}.", "warn")
    if shown.replaced_by is not None:
        sheet.text(f"An older form: {shown.replaced_by[:8]} replaces it.", "warn")
    sheet.blank()
    _who_and_when(sheet, held)
    value = shown.envelope.value or {}
    found = openbadge.achievement(value)
    if found is not None:
        sheet.field("kind", found.type)
        if found.credits_available is not None:
            sheet.field("credits", f"{found.credits_available:g}, of a unit that is not named")
        sheet.field("tags", ", ".join(found.tags))
        if found.description:
            sheet.heading("What it stands for")
            sheet.text(found.description)
        if found.criteria or found.criteria_url:
            sheet.heading("What had to be done")
            sheet.text(found.criteria or "")
            sheet.text(found.criteria_url or "", "muted")
    sheet.heading("Kept as")
    _kept_as(sheet, held)
    for older in shown.history:
        sheet.field("older form", f"{older.id[:8]} of {moment(older.valid_from)}")


def evidence(sheet: Sheet, shown: Shown) -> None:
    """The evidence that the issuer names; addresses are never opened."""
    items = openbadge.evidence(_value(shown))
    if not items:
        _none(sheet, "The credential names no evidence.", "An issuer may keep it in a record of its own.")
    for number, item in enumerate(items[:ITEMS_LIMIT], 1):
        sheet.heading(item.name or f"Evidence {number}")
        sheet.field("kind", item.genre)
        sheet.field("address", item.id)
        sheet.text(item.description or "")
        sheet.text(item.narrative or "")
    _facet(sheet, shown, "evidence")


def results(sheet: Sheet, shown: Shown) -> None:
    """What was measured."""
    items = openbadge.results(_value(shown))
    if not items:
        _none(sheet, "The credential has no results.", "It says that the achievement was reached, not how well.")
    for number, item in enumerate(items[:ITEMS_LIMIT], 1):
        sheet.heading(item.name or f"Result {number}")
        sheet.field("value", item.value)
        sheet.field("level", item.level)
        sheet.field("status", item.status)
        for target in item.alignments[:ITEMS_LIMIT]:
            _target(sheet, target)
    _facet(sheet, shown, "results")


def alignment(sheet: Sheet, shown: Shown) -> None:
    """What the achievement claims to match, and what the verifier's own copy of the framework says."""
    found = openbadge.achievement(_value(shown))
    targets = found.alignments if found else ()
    if not targets:
        _none(sheet, "The achievement is aligned to no framework.", "It then counts for no skill of the passport.")
    for target in targets[:ITEMS_LIMIT]:
        sheet.heading(target.name or "A target without a name")
        _target(sheet, target)
    if targets and not _facet(sheet, shown, "alignment"):
        sheet.blank()
        sheet.text("The issuer claims this. It was not held against a framework here.", "muted")


def checks(sheet: Sheet, shown: Shown) -> None:
    """Every facet of the report of now."""
    report_page.write(sheet, shown.report)


def raw(sheet: Sheet, shown: Shown) -> None:
    """The strictly read copy of a JSON credential, or the text of a token; export gives the bytes."""
    envelope = shown.envelope
    sheet.text(f"{envelope.media_type}, {len(envelope.raw)} bytes as received. x writes exactly these.", "muted")
    sheet.field("sha256", envelope.digest)
    sheet.blank()
    if envelope.value is not None:
        lines = json.dumps(envelope.value, indent=2, ensure_ascii=False).splitlines()
    elif envelope.container in ("png", "svg", "pdf", "zip"):
        lines = ["The bytes are a picture or an archive, and no text is shown of them."]
    else:
        lines = envelope.raw.decode("utf-8", "replace").splitlines()
    for line in lines[:RAW_LIMIT_LINES]:
        sheet.verbatim(line)
    if len(lines) > RAW_LIMIT_LINES:
        sheet.text(f"{len(lines) - RAW_LIMIT_LINES} more lines: export the file to read them.", "muted")


TABS: Final[Mapping[str, Callable[[Sheet, Shown], None]]] = {
    "Evidence": evidence,
    "Results": results,
    "Alignment": alignment,
    "Checks": checks,
    "Raw": raw,
}


def _value(shown: Shown) -> JsonObject:
    return shown.envelope.value or {}


def _who_and_when(sheet: Sheet, held: Card) -> None:
    sheet.field("issuer", held.issuer_name or "no name given")
    sheet.field("issuer id", held.issuer_id)
    sheet.field("awarded", moment(held.awarded))
    sheet.field("valid from", moment(held.valid_from))
    sheet.field("until", moment(held.valid_until) or "no end is written")


def _kept_as(sheet: Sheet, held: Card) -> None:
    sheet.field("id", held.id)
    sheet.field("form", f"{held.container}, {held.format}, {held.size_bytes} bytes")
    sheet.field("file", held.name)
    sheet.field("sha256", held.digest)


def _target(sheet: Sheet, target: Alignment) -> None:
    sheet.field("framework", target.framework)
    sheet.field("code", target.code)
    sheet.field("address", target.url)
    sheet.field("kind", target.type)
    sheet.text(target.description or "")


def _facet(sheet: Sheet, shown: Shown, name: str) -> bool:
    """What the report says of this facet, when it has it."""
    found: Facet | None = next((facet for facet in shown.report.facets if facet.facet == name), None)
    if found is None:
        return False
    sheet.heading("What the check found")
    tone = OUTCOME_TONES[found.outcome]
    sheet.mark(sheet.glyphs.outcomes[found.outcome], tone, found.message, label=LABELS.get(name, name))
    if found.outcome in ("warn", "unknown", "fail"):
        sheet.step(f"{found.next_step} [{found.code}]".strip())
    return True


def _none(sheet: Sheet, what: str, why: str) -> None:
    sheet.text(what)
    sheet.text(why, "muted")
