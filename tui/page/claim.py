"""Something that waits in the inbox, as a page: who sends it, and the verdict before anything is kept."""

from __future__ import annotations

from tui.page import report as report_page
from tui.port import ClaimRow
from tui.sheet import Sheet, moment

_KINDS = {"offer": "A credential is offered to you.", "endorsement": "Somebody vouches for a credential of yours."}


def write(sheet: Sheet, claim: ClaimRow) -> None:
    """The row whole."""
    sheet.text(claim.title or "untitled", "strong")
    sheet.text(_KINDS.get(claim.kind, "A notice."))
    sheet.blank()
    sheet.field("from", claim.sender)
    sheet.field("came", moment(claim.received))
    sheet.field("ends", moment(claim.expires))
    if claim.summary:
        sheet.blank()
        sheet.text(claim.summary)
    if claim.report is not None:
        sheet.heading("Checked before anything is kept")
        report_page.write(sheet, claim.report)
    elif claim.kind == "offer":
        sheet.heading("Not checked yet")
        sheet.text("What is offered can be judged only when it is here: c claims it, judges it, and then keeps it.")
