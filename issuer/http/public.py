"""The routes that ask for no token: what the world checks (did.json, status lists), claims, and badge pages.

A claim is opened by its link and the proof of a key; a page exists only while the learner wants it. Nothing here tells
a stranger whether a credential exists.
"""

from __future__ import annotations

import re
from typing import Final

import segno
from markupsafe import Markup

from issuer.claim import Offer
from issuer.http import model
from issuer.http.api import page_state, with_credential
from issuer.http.refusal import STATUS, with_refusals
from issuer.service import IssuerService
from issuer.showcase import Badge
from satchel.codec import strictjson, timestamp
from satchel.errors import IssueFault
from satchel.node.page import HTML, Pages
from satchel.node.problem import HttpFault
from satchel.node.route import JSON, Answer, Call, Reply, Route, document
from satchel.port import JsonObject
from satchel.text import for_html

DID_JSON: Final = "application/did+json"
DID_LOG: Final = "text/jsonl"
VC: Final = "application/vc"
DID_AGE_SECONDS: Final = 300
# A revocation must be seen soon; an unchanged list costs its reader one 304.
STATUS_AGE_SECONDS: Final = 60
PROOF_LIMIT_BYTES: Final = 16 * 1024

_ID: Final = re.compile(r"[a-z2-7]{26}")
_NOT_LISTED: Final = {"X-Robots-Tag": "noindex, nofollow"}


class Public:
    """The handlers, over one open issuer."""

    def __init__(self, issuer: IssuerService) -> None:
        self._issuer = issuer
        self._pages = Pages([("issuer.http", "page")])

    def routes(self) -> tuple[Route, ...]:
        """The rows of the table."""
        return (
            Route(
                method="GET",
                path="/.well-known/did.json",
                name="show_did",
                summary="The issuer's DID document.",
                handler=self._did,
                answers=(Answer(summary="The document.", media_type=DID_JSON),),
                tags=("world",),
            ),
            Route(
                method="GET",
                path="/.well-known/did.jsonl",
                name="show_did_log",
                summary="The log of the issuer's DID, when it is a did:webvh.",
                handler=self._did_log,
                answers=(Answer(summary="The log.", media_type=DID_LOG),),
                tags=("world",),
            ),
            Route(
                method="GET",
                path="/status/{list}",
                name="show_status_list",
                summary="A signed status list.",
                handler=self._status,
                answers=(Answer(summary="The list.", media_type=VC),),
                tags=("world",),
            ),
            *self._claim_routes(),
            *self._page_routes(),
            self._pages.route(),
        )

    def _claim_routes(self) -> tuple[Route, ...]:
        path = "/api/v1/claims/{token}"
        return (
            with_refusals(
                Route(
                    method="GET",
                    path=path,
                    name="show_claim",
                    summary="What a claim link offers, with a challenge for the wallet.",
                    handler=self._show_claim,
                    answers=(Answer(summary="The offer.", model=model.ClaimOffer),),
                    tags=("claims",),
                ),
                "claim.unknown",
                "claim.expired",
            ),
            with_refusals(
                Route(
                    method="POST",
                    path=path,
                    name="claim_credential",
                    summary="satchel.claim_request/1 with a presentation that proves the wallet's key.",
                    handler=self._claim,
                    accepts=(JSON,),
                    body_limit_bytes=PROOF_LIMIT_BYTES,
                    answers=(
                        Answer(status=201, summary="satchel.claimed/1 with the credential, signed to the wallet."),
                        Answer(status=200, summary="satchel.claimed/1: this wallet had it before."),
                    ),
                    tags=("claims",),
                ),
                "claim.unknown",
                "claim.expired",
                "claim.used",
                "claim.revoked",
                "claim.holder_unproven",
            ),
            Route(
                method="GET",
                path="/claim/{token}",
                name="show_claim_page",
                summary="The page of a claim link, for a person.",
                handler=self._claim_page,
                answers=tuple(
                    Answer(status=status, summary="The page.", media_type=HTML) for status in (200, 404, 410)
                ),
                tags=("pages",),
            ),
        )

    def _page_routes(self) -> tuple[Route, ...]:
        path = "/api/v1/public/{id}"
        return (
            with_refusals(
                Route(
                    method="GET",
                    path=path,
                    name="show_page_question",
                    summary="Whether a badge has a public page, with a challenge for its holder.",
                    handler=self._page_question,
                    answers=(Answer(summary="The question.", model=model.PageOffer),),
                    tags=("pages",),
                ),
                "issue.not_found",
            ),
            with_refusals(
                Route(
                    method="POST",
                    path=path,
                    name="switch_page",
                    summary="satchel.page_request/1: switches the page, with a presentation by the badge's holder.",
                    handler=self._switch_page,
                    accepts=(JSON,),
                    body_limit_bytes=PROOF_LIMIT_BYTES,
                    answers=(Answer(summary="The page.", model=model.PageState),),
                    tags=("pages",),
                ),
                "issue.not_found",
                "claim.holder_unproven",
            ),
            Route(
                method="GET",
                path="/b/{id}",
                name="show_badge_page",
                summary="The public page of a badge, as HTML or JSON by Accept; 404 while it is off.",
                handler=self._badge_page,
                answers=(
                    Answer(summary="The page.", media_type=HTML),
                    Answer(summary="The same as JSON.", model=model.BadgePage),
                    Answer(status=404, summary="There is no such page.", media_type=HTML),
                ),
                tags=("pages",),
            ),
        )

    async def _did(self, _call: Call) -> Reply:
        raw = await self._issuer.public_file(".well-known", "did.json")
        if raw is None:
            raise HttpFault("http.not_found", "the DID document is not published")
        return document(raw, media_type=DID_JSON, max_age_seconds=DID_AGE_SECONDS)

    async def _did_log(self, _call: Call) -> Reply:
        raw = await self._issuer.public_file(".well-known", "did.jsonl")
        if raw is None:
            raise HttpFault("http.not_found", "this issuer's DID has no log")
        return document(raw, media_type=DID_LOG, max_age_seconds=DID_AGE_SECONDS)

    async def _status(self, call: Call) -> Reply:
        name = call.params["list"]
        raw = await self._issuer.public_file("status", name) if _ID.fullmatch(name) else None
        if raw is None:
            raise HttpFault("http.not_found", "there is no such status list")
        return document(raw, media_type=VC, max_age_seconds=STATUS_AGE_SECONDS)

    async def _show_claim(self, call: Call) -> Reply:
        offer = await self._issuer.claim_offer(call.params["token"])
        template, profile = offer.blueprint.template, self._issuer.profile
        return Reply(
            body=model.ClaimOffer(
                issuer=model.IssuerName(id=profile.did, name=profile.name),
                name=template.achievement.name,
                description=template.achievement.description,
                achievement_type=template.achievement.type,
                expires=timestamp.render(offer.claim.expires),
                challenge=offer.challenge,
                domain=offer.domain,
            )
        )

    async def _claim(self, call: Call) -> Reply:
        _, presentation = _proof_request(call.raw, "satchel.claim_request/1", ())
        claimed = await self._issuer.claim(call.params["token"], presentation)
        head: JsonObject = {"schema": "satchel.claimed/1"}
        return Reply(status=201 if claimed.is_new else 200, body=with_credential(head, claimed.raw))

    async def _claim_page(self, call: Call) -> Reply:
        token = call.params["token"]
        try:
            offer = await self._issuer.claim_offer(token)
        except IssueFault as fault:
            if fault.code not in ("claim.unknown", "claim.expired"):
                raise
            return self._page("claim_ended.html", status=STATUS[fault.code], fault=fault, profile=self._issuer.profile)
        link = f"{call.origin}/claim/{token}"
        return self._page(
            "claim.html",
            offer=offer,
            profile=self._issuer.profile,
            achievement=offer.blueprint.template.achievement,
            is_used=offer.claim.holder is not None,
            ends=_day(offer),
            link=link,
            picture=_picture(link),
        )

    async def _page_question(self, call: Call) -> Reply:
        asked = await self._issuer.page_question(call.params["id"])
        return Reply(
            body=model.PageOffer(id=call.params["id"], on=asked.is_on, challenge=asked.challenge, domain=asked.domain)
        )

    async def _switch_page(self, call: Call) -> Reply:
        value, presentation = _proof_request(call.raw, "satchel.page_request/1", ("on",))
        is_on = value["on"]
        if not isinstance(is_on, bool):
            raise HttpFault("http.body_invalid", "the body does not fit", errors=[("/on", "must be true or false")])
        await self._issuer.switch_page(call.params["id"], presentation, is_on=is_on)
        return page_state(call, is_on=is_on)

    async def _badge_page(self, call: Call) -> Reply:
        credential_id = call.params["id"]
        badge = await self._issuer.badge(credential_id) if _ID.fullmatch(credential_id) else None
        is_json = prefers_json(call.headers.get("accept", ""))
        if badge is None:
            if is_json:
                raise HttpFault("http.not_found", "there is no such page")
            return self._page("badge_off.html", status=404)
        if is_json:
            return Reply(body=_badge(badge), headers={"Vary": "Accept", **_NOT_LISTED})
        return self._page("badge.html", badge=badge)

    def _page(self, name: str, *, status: int = 200, **values: object) -> Reply:
        reply = self._pages.reply(name, status=status, **values)
        return Reply(status=status, body=reply.body, media_type=HTML, headers={"Vary": "Accept", **_NOT_LISTED})


def prefers_json(accept: str) -> bool:
    """Whether an Accept field wants JSON rather than a page. A browser, and who says nothing, wants the page."""
    best = {"html": 0.0, "json": 0.0}
    for item in accept.lower().split(",")[:50]:
        media, *parameters = [part.strip() for part in item.split(";")]
        weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        quality = float(weight) if re.fullmatch(r"[01](?:\.[0-9]{0,3})?", weight) else 0.0
        if media in ("text/html", "application/xhtml+xml"):
            best["html"] = max(best["html"], quality)
        elif media in (JSON, "application/ld+json", "application/vc"):
            best["json"] = max(best["json"], quality)
    return best["json"] > best["html"]


def _proof_request(raw: bytes, schema: str, more: tuple[str, ...]) -> tuple[JsonObject, JsonObject]:
    """The body and its presentation, read strictly and passed through no model: it is a signed document.

    Raises Malformed (parse.*) and HttpFault http.body_invalid.
    """
    value = strictjson.load_object(raw, limit_bytes=PROOF_LIMIT_BYTES)
    presentation = value.get("presentation")
    wrong = []
    if value.get("schema") != schema:
        wrong.append(("/schema", f"must be {schema}"))
    if not isinstance(presentation, dict):
        wrong.append(("/presentation", "must be an object"))
    wrong += [(f"/{name}", "is missing") for name in more if name not in value]
    wrong += [(f"/{name}", "is not known here") for name in value if name not in {"schema", "presentation", *more}]
    if wrong or not isinstance(presentation, dict):
        raise HttpFault("http.body_invalid", "the body does not fit", errors=wrong)
    return value, presentation


def _picture(link: str) -> Markup:
    """The link as a QR code, inline SVG without style or script; black on white in every colour scheme."""
    code = segno.make(link, error="m", micro=False)
    drawn = code.svg_inline(scale=5, border=4, svgclass=None, lineclass=None, dark="#000", light="#fff")
    label = for_html(f"QR code of {link}")
    # With a viewBox the picture shrinks whole on a narrow screen, where a cut code could not be read.
    width, height = code.symbol_size(scale=5, border=4)
    head = f'<svg role="img" aria-label="{label}" viewBox="0 0 {width} {height}" '
    return Markup(str(drawn).replace("<svg ", head, 1))


def _day(offer: Offer) -> str:
    return f"{offer.claim.expires:%Y-%m-%d %H:%M} UTC"


def _badge(badge: Badge) -> model.BadgePage:
    return model.BadgePage(
        id=badge.id,
        issuer=model.IssuerName(id=badge.issuer_id, name=badge.issuer_name),
        name=badge.name,
        description=badge.description,
        achievement_type=badge.type,
        criteria=badge.criteria,
        criteria_url=badge.criteria_url,
        alignment=[
            model.AlignmentItem(name=one.name or "", url=one.url or "", framework=one.framework or "")
            for one in badge.alignments
        ],
        awarded=badge.awarded,
        standing=badge.standing,
        since=None if badge.since is None else timestamp.render(badge.since),
        valid_until=None if badge.valid_until is None else timestamp.render(badge.valid_until),
        achievement_until=None if badge.achievement_until is None else timestamp.render(badge.achievement_until),
        credential=badge.url,
    )
