"""The verdict and its facets, as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from satchel.codec import timestamp
from tui.glyph import OUTCOME_TONES, verdict_tone, verdict_word
from tui.sheet import Sheet, moment
from verifier.report import LABELS

if TYPE_CHECKING:
    from verifier.report import Report

LABEL_WIDTH: Final = max(map(len, LABELS.values()))
INNER_LIMIT: Final = 200

_MEANS: Final[Mapping[str, str]] = {
    "accepted": "Everything that this policy asks for was checked and is in order.",
    "accepted_with_warnings": "Nothing speaks against it; read what is marked with ! or ?.",
    "undecided": "Something that decides could not be checked. That is not a fault of the credential.",
    "rejected": "Something that decides under this policy is wrong; the reason is marked below.",
    "malformed": "The file cannot be read as a credential.",
}
NOT_CONFIRMED: Final = "Nothing that the file says is confirmed."
_ORDER: Final = ("fail", "unknown", "warn", "pass", "not_applicable")
_ORIGIN: Final = ("parse", "data_model", "proof", "issuer_binding")


def write(sheet: Sheet, report: Report) -> None:
    """The verdict, what it means, each facet with its next step, and the inner reports. What is wrong goes first, what
    does not apply last."""
    verdict(sheet, report.verdict)
    sheet.text(_MEANS[report.verdict])
    if not is_confirmed(report):
        sheet.text(NOT_CONFIRMED, "bad")
    sheet.text(f"policy {report.policy}, checked {moment(timestamp.render(report.checked_at))}", "muted")
    sheet.blank()
    for facet in sorted(report.facets, key=lambda facet: _ORDER.index(facet.outcome)):
        sign, tone = sheet.glyphs.outcomes[facet.outcome], OUTCOME_TONES[facet.outcome]
        label = LABELS.get(facet.facet, facet.facet)
        sheet.mark(sign, tone, facet.message, label=label, width=LABEL_WIDTH)
        if facet.outcome in ("warn", "unknown", "fail"):
            sheet.step(f"{facet.next_step} [{facet.code}]".strip(), indent=LABEL_WIDTH + 4)
    for number, inner in enumerate(report.inner[:INNER_LIMIT], 1):
        sheet.heading(f"Inside, {number} of {len(report.inner)}: {inner.name}".rstrip(" :"))
        write(sheet, inner)


def is_confirmed(report: Report) -> bool:
    """Whether the file is, unchanged, what a known key of its issuer signed: the ground of everything else. A badge
    that has ended or was revoked still has this."""
    outcomes = {facet.facet: facet.outcome for facet in report.facets}
    return all(outcomes.get(name) in ("pass", "warn") for name in _ORIGIN)


def verdict(sheet: Sheet, word: str) -> None:
    """The verdict as a line: its sign and its word."""
    sheet.pieces((f"{sheet.glyphs.verdict(word)} {verdict_word(word).upper()}", verdict_tone(word)))
