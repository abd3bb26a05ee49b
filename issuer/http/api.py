"""The routes below /api/v1 that ask for a token: templates, credentials, batches and claims.

Every write can be sent again: one credential and a change of status under an Idempotency-Key or not, because the row
or the bit decides; batches and claims by their rows. POST /api/v1/claims keeps no answer, because its links are to be
had once.
"""

from __future__ import annotations

import json
from typing import Final

from issuer import batch
from issuer import template as templates
from issuer.access import Remember
from issuer.batch import LIMIT_BYTES
from issuer.http import model
from issuer.http.refusal import with_refusals
from issuer.issue import Issued, Outcome, Refused
from issuer.library import Shelved
from issuer.link import Planned
from issuer.revoke import Change, StatusChanged
from issuer.section import line_of
from issuer.service import IssuerService
from issuer.store import Listed
from satchel.codec import timestamp
from satchel.codec.tree import LIMIT_BYTES as TEMPLATE_LIMIT_BYTES
from satchel.node.clock import to_micros
from satchel.node.guard import Kept
from satchel.node.route import BODY_LIMIT_BYTES, JSON, Answer, Call, Listing, Reply, Route
from satchel.port import JsonObject

YAML: Final = "application/yaml"
CSV: Final = "text/csv"
VC: Final = "application/vc"
ISSUE, REVOKE, READ, PAGE = "issue", "revoke", "read", "page"
TABLE_LIMIT_BYTES: Final = min(LIMIT_BYTES, BODY_LIMIT_BYTES)


class Api:
    """The handlers, over one open issuer."""

    def __init__(self, issuer: IssuerService) -> None:
        self._issuer = issuer

    def routes(self) -> tuple[Route, ...]:
        """The rows of the table."""
        return (*self._template_routes(), *self._credential_routes(), *self._table_routes())

    def _template_routes(self) -> tuple[Route, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/templates",
                name="list_templates",
                summary="The templates, with what was planned, signed and claimed of each.",
                handler=self._list_templates,
                query=model.Paging,
                answers=(Answer(summary="A piece of the list.", model=Listing[model.TemplateItem]),),
                tags=("templates",),
                scopes=(READ,),
            ),
            with_refusals(
                Route(
                    method="GET",
                    path="/api/v1/templates/{id}",
                    name="show_template",
                    summary="The file that stands for a template's id, as it was given.",
                    handler=self._show_template,
                    answers=(Answer(summary="The file.", media_type=YAML),),
                    tags=("templates",),
                    scopes=(READ,),
                ),
                "template.unknown_id",
            ),
            with_refusals(
                Route(
                    method="PUT",
                    path="/api/v1/templates/{id}",
                    name="put_template",
                    summary="Checks a template and lets it stand for its id. A version that was issued is not changed.",
                    handler=self._put_template,
                    accepts=(YAML,),
                    body_limit_bytes=TEMPLATE_LIMIT_BYTES,
                    answers=(Answer(summary="It stands.", model=model.TemplatePut),),
                    tags=("templates",),
                    scopes=(ISSUE,),
                ),
                "template.version_used",
            ),
        )

    def _credential_routes(self) -> tuple[Route, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/credentials",
                name="list_credentials",
                summary="The credentials in the order of issue, without anything of the learners.",
                handler=self._list_credentials,
                query=model.CredentialPaging,
                answers=(Answer(summary="A piece of the list.", model=Listing[model.CredentialItem]),),
                tags=("credentials",),
                scopes=(READ,),
            ),
            with_refusals(
                Route(
                    method="POST",
                    path="/api/v1/credentials",
                    name="issue_credential",
                    summary="Signs one credential. A learner who has it already gets the same one again.",
                    handler=self._issue,
                    body=model.IssueRequest,
                    accepts=(JSON,),
                    answers=(
                        Answer(status=201, summary="satchel.issued/1: it is on disk."),
                        Answer(status=200, summary="satchel.issued/1: the learner had it before."),
                    ),
                    tags=("credentials",),
                    scopes=(ISSUE,),
                    idempotent=True,
                    examples=(
                        (
                            "one",
                            {
                                "schema": "satchel.issue_request/1",
                                "template": "data-literacy",
                                "cells": {"email": "ada@learner.example", "project_score": "82"},
                            },
                        ),
                    ),
                ),
                "template.unknown_id",
            ),
            with_refusals(
                Route(
                    method="GET",
                    path="/api/v1/credentials/{id}",
                    name="show_credential",
                    summary="A credential, byte for byte as it was signed.",
                    handler=self._show_credential,
                    answers=(Answer(summary="The credential.", media_type=VC),),
                    tags=("credentials",),
                    scopes=(READ,),
                ),
                "issue.not_found",
            ),
            self._change_route("revoke", "Revokes a credential for good."),
            self._change_route("suspend", "Suspends a credential until it is reinstated."),
            self._change_route("reinstate", "Ends the suspension of a credential."),
            with_refusals(
                Route(
                    method="PUT",
                    path="/api/v1/credentials/{id}/page",
                    name="switch_page_for_learner",
                    summary="Switches the public page of a badge, when the learner has asked the issuer to.",
                    handler=self._switch_page,
                    body=model.PageSwitch,
                    accepts=(JSON,),
                    answers=(Answer(summary="The page.", model=model.PageState),),
                    tags=("pages",),
                    scopes=(PAGE,),
                ),
                "issue.not_found",
            ),
        )

    def _change_route(self, change: Change, summary: str) -> Route:
        async def handler(call: Call) -> Reply:
            return await self._change(call, change)

        route = Route(
            method="POST",
            path=f"/api/v1/credentials/{{id}}/{change}",
            name=f"{change}_credential",
            summary=summary,
            handler=handler,
            body=model.StatusRequest,
            accepts=(JSON,),
            answers=(Answer(summary="The status, published.", model=model.StatusAnswer),),
            tags=("credentials",),
            scopes=(REVOKE,),
            idempotent=True,
            examples=(("why", {"schema": "satchel.status_request/1", "reason": "The result was entered wrongly."}),),
        )
        return with_refusals(route, "issue.not_found")

    def _table_routes(self) -> tuple[Route, ...]:
        return (
            with_refusals(
                Route(
                    method="POST",
                    path="/api/v1/batches",
                    name="issue_batch",
                    summary="A credential for each good row of a CSV table. Rows that have theirs get the same again.",
                    handler=self._batch,
                    query=model.BatchQuery,
                    accepts=(CSV,),
                    body_limit_bytes=TABLE_LIMIT_BYTES,
                    answers=(Answer(summary="What became of each row.", model=model.BatchReport),),
                    tags=("batches",),
                    scopes=(ISSUE,),
                    idempotent=True,
                ),
                "template.unknown_id",
            ),
            with_refusals(
                Route(
                    method="POST",
                    path="/api/v1/claims",
                    name="plan_claims",
                    summary="A one-time link for each good row of a CSV table: to claim a credential, or to bind one.",
                    handler=self._claims,
                    query=model.ClaimsQuery,
                    accepts=(CSV,),
                    body_limit_bytes=TABLE_LIMIT_BYTES,
                    answers=(Answer(summary="The links, this once.", model=model.ClaimsReport),),
                    tags=("claims",),
                    scopes=(ISSUE,),
                ),
                "template.unknown_id",
            ),
        )

    async def _list_templates(self, call: Call) -> Reply:
        asked = call.query_as(model.Paging)
        found = await self._issuer.templates(after=asked.after, limit=asked.limit + 1)
        shown = found[: asked.limit]
        following = shown[-1].id if len(found) > asked.limit else None
        return Reply(body=Listing[model.TemplateItem](items=[_template(one) for one in shown], next=following))

    async def _show_template(self, call: Call) -> Reply:
        _, raw = await self._issuer.template(call.params["id"])
        return Reply(body=raw, media_type=YAML)

    async def _put_template(self, call: Call) -> Reply:
        shelved = await self._issuer.put_template(call.params["id"], call.raw)
        warnings = templates.unconfirmed(templates.check(call.raw), today=call.now.date())
        listed = [model.Unconfirmed(line=line_of(one), code=one.code, message=one.message) for one in warnings]
        return Reply(body=model.TemplatePut(template=_template(shelved), warnings=listed))

    async def _list_credentials(self, call: Call) -> Reply:
        asked = call.query_as(model.CredentialPaging)
        micros, _, last = asked.after.partition("-")
        found = await self._issuer.credentials(after=(int(micros or "0"), last), limit=asked.limit + 1)
        shown = found[: asked.limit]
        following = None
        if len(found) > asked.limit:
            following = f"{to_micros(shown[-1].issued_at)}-{shown[-1].id}"
        items = [_credential(call.origin, one) for one in shown]
        return Reply(body=Listing[model.CredentialItem](items=items, next=following))

    async def _show_credential(self, call: Call) -> Reply:
        return Reply(body=await self._issuer.credential(call.params["id"]), media_type=VC)

    async def _issue(self, call: Call) -> Reply:
        asked = call.body_as(model.IssueRequest)
        again = call.repeatable
        remember: Remember[Issued] | None = None
        if again is not None:
            remember = Remember(id=again.id, answer=lambda issued: _kept(_issued(issued, issued.raw), call))
        issued = await self._issuer.issue_by_id(asked.template, asked.cells, cohort=asked.cohort, remember=remember)
        return _issued(issued, issued.raw or await self._issuer.credential(issued.id))

    async def _change(self, call: Call, change: Change) -> Reply:
        asked = call.body_as(model.StatusRequest)
        again = call.repeatable
        remember: Remember[StatusChanged] | None = None
        if again is not None:
            remember = Remember(id=again.id, answer=lambda changed: _kept(_changed(changed), call))
        return _changed(
            await self._issuer.change_status(call.params["id"], change, reason=asked.reason, remember=remember)
        )

    async def _switch_page(self, call: Call) -> Reply:
        asked = call.body_as(model.PageSwitch)
        await self._issuer.switch_page_by_owner(call.params["id"], is_on=asked.on)
        return page_state(call, is_on=asked.on)

    async def _batch(self, call: Call) -> Reply:
        asked = call.query_as(model.BatchQuery)
        planned = await self._issuer.plan_batch_by_id(asked.template, call.raw, cohort=asked.cohort)
        outcomes: list[Outcome] = []
        if not asked.dry_run:
            async for chunk in self._issuer.run_batch(planned):
                outcomes += [batch.without_bytes(one) for one in chunk]
        issued = batch.issued(outcomes)
        refused = [*planned.plan.refused, *(one for one in outcomes if isinstance(one, Refused))]
        new = len(planned.plan.awards) - planned.already if asked.dry_run else sum(one.is_new for one in issued)
        return Reply(
            body=model.BatchReport(
                template=planned.template.id,
                version=planned.template.version,
                cohort=planned.cohort,
                dry_run=asked.dry_run,
                issued=new,
                already=planned.already if asked.dry_run else len(issued) - new,
                credentials=[
                    model.IssuedRow(line=one.line, id=one.id, url=one.url, sha256=one.digest, new=one.is_new)
                    for one in issued
                ],
                refused=_refused(refused),
            )
        )

    async def _claims(self, call: Call) -> Reply:
        asked = call.query_as(model.ClaimsQuery)
        planned = await self._issuer.plan_claims_by_id(asked.template, call.raw, cohort=asked.cohort)
        learners = {one.line: one.award.recipient for one in planned.plan.awards}
        claims: list[model.ClaimRow] = []
        refused = list(planned.plan.refused)
        async for chunk in self._issuer.run_claims(planned, days=asked.days, renews=asked.renew):
            refused += [one for one in chunk if isinstance(one, Refused)]
            claims += [self._claim_row(one, learners[one.line]) for one in chunk if isinstance(one, Planned)]
        return Reply(
            body=model.ClaimsReport(
                template=planned.template.id,
                version=planned.template.version,
                cohort=planned.cohort,
                claims=claims,
                refused=_refused(refused),
            )
        )

    def _claim_row(self, planned: Planned, recipient: str) -> model.ClaimRow:
        return model.ClaimRow(
            line=planned.line,
            recipient=recipient,
            state=planned.state,
            id=planned.id,
            expires=timestamp.render(planned.expires),
            link=self._issuer.claim_link(planned),
        )


def page_state(call: Call, *, is_on: bool) -> Reply:
    """The answer to a page that was switched."""
    credential_id = call.params["id"]
    return Reply(body=model.PageState(id=credential_id, on=is_on, url=f"{call.origin}/b/{credential_id}"))


def with_credential(head: JsonObject, raw: bytes) -> bytes:
    """The JSON object with a last member `credential`: the signed bytes themselves, not written anew."""
    return json.dumps(head).encode("ascii")[:-1] + b', "credential": ' + raw + b"}"


def _issued(issued: Issued, raw: bytes | None) -> Reply:
    head: JsonObject = {
        "schema": "satchel.issued/1",
        "id": issued.id,
        "url": issued.url,
        "sha256": issued.digest,
        "new": issued.is_new,
    }
    return Reply(status=201 if issued.is_new else 200, body=with_credential(head, raw or b"null"))


def _changed(changed: StatusChanged) -> Reply:
    return Reply(
        body=model.StatusAnswer(
            id=changed.id,
            purpose=changed.purpose,
            set=changed.since is not None,
            since=None if changed.since is None else timestamp.render(changed.since),
            changed=changed.changed,
        )
    )


def _kept(reply: Reply, call: Call) -> Kept:
    """The answer as it is kept for the same request; `call` is one that can be repeated."""
    return Kept(
        digest="" if call.repeatable is None else call.repeatable.digest,
        status=reply.status,
        media_type=reply.media_type,
        body=reply.content(),
        headers=reply.headers,
        at=call.now,
    )


def _template(one: Shelved) -> model.TemplateItem:
    return model.TemplateItem(
        id=one.id,
        version=one.version,
        sha256=one.digest,
        kept_at=timestamp.render(one.kept_at),
        planned=one.planned,
        signed=one.signed,
        claimed=one.claimed,
    )


def _credential(origin: str, one: Listed) -> model.CredentialItem:
    return model.CredentialItem(
        id=one.id,
        url=f"{origin}/credentials/{one.id}",
        template=one.template,
        version=one.template_version,
        cohort=one.cohort,
        sha256=one.digest,
        issued_at=timestamp.render(one.issued_at),
        valid_until=None if one.valid_until is None else timestamp.render(one.valid_until),
        purpose=one.purpose,
        status_set_since=None if one.set_since is None else timestamp.render(one.set_since),
        claimed=one.is_claimed,
    )


def _refused(refused: list[Refused]) -> list[model.RefusedRow]:
    return [
        model.RefusedRow(line=one.line, code=one.code, message=one.message)
        for one in sorted(refused, key=lambda one: one.line)
    ]
