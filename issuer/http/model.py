"""The bodies of the issuer's HTTP face. What goes inside a signed credential never passes through a model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from issuer.link import DAYS, DAYS_LIMIT
from issuer.revoke import REASON_LIMIT_CHARS
from satchel.node.route import Body


class Paging(Body):
    """Which piece of a list: `after` is the `next` of the piece before."""

    limit: int = Field(default=100, ge=1, le=500)
    after: str = Field(default="", max_length=64)


class CredentialPaging(Body):
    """As Paging, in the order of issue."""

    limit: int = Field(default=100, ge=1, le=500)
    after: str = Field(default="", pattern=r"^(?:[0-9]{1,17}-[a-z2-7]{26})?$")


class Unconfirmed(Body):
    """An alignment that no named person has confirmed."""

    line: int
    code: str
    message: str


class TemplateItem(Body):
    """A template, and what was made of it: planned (waits for a wallet), signed, and claimed by a wallet."""

    schema_: Literal["satchel.template/1"] = Field(default="satchel.template/1", alias="schema")
    id: str
    version: str
    sha256: str
    kept_at: str
    planned: int
    signed: int
    claimed: int


class TemplatePut(Body):
    """A template that now stands for its id."""

    schema_: Literal["satchel.template_put/1"] = Field(default="satchel.template_put/1", alias="schema")
    template: TemplateItem
    warnings: list[Unconfirmed]


class CredentialItem(Body):
    """A credential of this issuer, without anything of the learner. `status_set_since` is when it was revoked or
    suspended."""

    schema_: Literal["satchel.credential_item/1"] = Field(default="satchel.credential_item/1", alias="schema")
    id: str
    url: str
    template: str
    version: str
    cohort: str
    sha256: str
    issued_at: str
    valid_until: str | None
    purpose: Literal["revocation", "suspension"]
    status_set_since: str | None
    claimed: bool


class IssueRequest(Body):
    """One credential: the template's id and the learner's values by the template's column names."""

    schema_: Literal["satchel.issue_request/1"] = Field(default="satchel.issue_request/1", alias="schema")
    template: str = Field(min_length=1, max_length=64)
    cells: dict[str, str] = Field(max_length=200)
    cohort: str = Field(default="", max_length=200)


class StatusRequest(Body):
    """Why the status changes; kept by the issuer, not published."""

    schema_: Literal["satchel.status_request/1"] = Field(default="satchel.status_request/1", alias="schema")
    reason: str = Field(min_length=1, max_length=REASON_LIMIT_CHARS)


class StatusAnswer(Body):
    """The status as it is now on disk and published. `changed` is false when it was so already."""

    schema_: Literal["satchel.status/1"] = Field(default="satchel.status/1", alias="schema")
    id: str
    purpose: Literal["revocation", "suspension"]
    set: bool
    since: str | None
    changed: bool


class BatchQuery(Body):
    """Which template, and whether to check only."""

    template: str = Field(min_length=1, max_length=64)
    cohort: str = Field(default="", max_length=200)
    dry_run: bool = False


class ClaimsQuery(Body):
    """Which template, how long the links can be used, and whether older links end for fresh ones."""

    template: str = Field(min_length=1, max_length=64)
    cohort: str = Field(default="", max_length=200)
    days: int = Field(default=DAYS, ge=1, le=DAYS_LIMIT)
    renew: bool = False


class RefusedRow(Body):
    """A row that got nothing, and why."""

    line: int
    code: str
    message: str


class IssuedRow(Body):
    """A row and its credential; `new` is false when the row had it before."""

    line: int
    id: str
    url: str
    sha256: str
    new: bool


class BatchReport(Body):
    """What became of each row. With dry_run `credentials` is empty and `issued` is what would be issued."""

    schema_: Literal["satchel.batch/1"] = Field(default="satchel.batch/1", alias="schema")
    template: str
    version: str
    cohort: str
    dry_run: bool
    issued: int
    already: int
    credentials: list[IssuedRow]
    refused: list[RefusedRow]


class ClaimRow(Body):
    """A row and its claim. `link` is there only when it was made by this very request; nobody can show it again."""

    line: int
    recipient: str
    state: Literal["planned", "renewed", "already", "claimed"]
    id: str
    expires: str
    link: str | None


class ClaimsReport(Body):
    """One link a learner, to be sent to each of them alone."""

    schema_: Literal["satchel.claims/1"] = Field(default="satchel.claims/1", alias="schema")
    template: str
    version: str
    cohort: str
    claims: list[ClaimRow]
    refused: list[RefusedRow]


class IssuerName(Body):
    """Who issues."""

    id: str
    name: str


class ClaimOffer(Body):
    """What a claim link offers, and the question that the wallet's proof answers."""

    schema_: Literal["satchel.claim_offer/1"] = Field(default="satchel.claim_offer/1", alias="schema")
    issuer: IssuerName
    name: str
    description: str
    achievement_type: str
    expires: str
    challenge: str
    domain: str


class PageOffer(Body):
    """Whether the public page is on, and the question that the holder's proof answers to switch it."""

    schema_: Literal["satchel.page_offer/1"] = Field(default="satchel.page_offer/1", alias="schema")
    id: str
    on: bool
    challenge: str
    domain: str


class PageSwitch(Body):
    """On or off."""

    schema_: Literal["satchel.page_switch/1"] = Field(default="satchel.page_switch/1", alias="schema")
    on: bool


class PageState(Body):
    """Whether the public page is on now, and where it is."""

    schema_: Literal["satchel.page/1"] = Field(default="satchel.page/1", alias="schema")
    id: str
    on: bool
    url: str


class AlignmentItem(Body):
    """A target that the issuer says the achievement is aligned with."""

    name: str
    url: str
    framework: str


class BadgePage(Body):
    """What everybody may see of a badge: nothing of who has it."""

    schema_: Literal["satchel.badge/1"] = Field(default="satchel.badge/1", alias="schema")
    id: str
    issuer: IssuerName
    name: str
    description: str
    achievement_type: str
    criteria: str
    criteria_url: str
    alignment: list[AlignmentItem]
    awarded: str
    standing: Literal["stands", "revoked", "suspended", "ended", "to_be_renewed"]
    since: str | None
    valid_until: str | None
    achievement_until: str | None
    credential: str
