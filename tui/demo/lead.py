"""The programme lead: from job advertisements to skills, from skills to a template, from a table to signed badges."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

from issuer.issue import Issued, Refused
from issuer.service import IssuerService, check_template
from satchel.framework.graph import Description, ImportReport
from satchel.node.shelf import Shelf
from satchel.port import Did
from tui.demo.stage import COHORT, COLLEGE, DAY, LEARNER, LONG_AGO, ORIGIN, PASSPHRASE, Said, Stage, packaged
from verifier.facet import alignment
from wallet.header import KDF_FLOOR
from wallet.secret import Secret
from wallet.service import WalletService

ADVERTISEMENTS: Final = ("advertisement_1.txt", "advertisement_2.txt", "advertisement_3.txt")
ESCO: Final = "esco_ict_security.jsonl"
CASE: Final = "college.case.json"
READER: Final = "Programme lead"
_GOOD: Final = ("strong", "fair")


async def skills(stage: Stage) -> Said:
    """Imports the slice of ESCO, asks it what each advertisement means, and picks what two or more of them ask for."""
    college = stage.home("college")
    college.prepare()
    asked: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    wants, unknown = 0, []
    with Shelf(college.frameworks) as shelf:
        (report,) = shelf.import_files([(ESCO, packaged("satchel.framework", f"slice/{ESCO}"))], Description())
        for advertisement in ADVERTISEMENTS:
            raw = packaged("tui.demo_data", advertisement)
            stage.keep(advertisement, raw)
            for want in _wants(raw):
                wants += 1
                best = next(iter(shelf.search(want, 1)), None)
                if best is None or best.band not in _GOOD:
                    unknown.append(want)
                else:
                    asked.setdefault(best.uri, set()).add(advertisement)
                    names[best.uri] = best.label
    stage.picked = {uri: names[uri] for uri, where in asked.items() if len(where) > 1}
    missing = _unresolved(report)
    rows = [f"• {name}  ({len(asked[uri])} of {len(ADVERTISEMENTS)})" for uri, name in stage.picked.items()]
    rows += [f"no skill fits “{want}”, so none was taken" for want in unknown]
    rows.append(
        f"{len(report.nodes) - 1} skills of this occupation have an ESCO address; {len(report.unresolved)} have none:"
    )
    rows.append(f"  {missing}")
    return Said(
        headline=f"{len(ADVERTISEMENTS)} job advertisements want {wants} things; "
        f"{len(stage.picked)} come up more than once.",
        rows=rows,
        reader=READER,
        sentence="You know which skills employers ask for, each with an address that everybody can look up.",
        is_right=len(stage.picked) == 4 and len(unknown) == 1 and len(report.unresolved) == 3,
        facts={
            "advertisements": len(ADVERTISEMENTS),
            "wants": wants,
            "picked": [{"uri": uri, "name": name} for uri, name in stage.picked.items()],
            "nothing_fits": list(unknown),
            "unresolved": [row.name for row in report.unresolved],
        },
    )


def _wants(raw: bytes) -> list[str]:
    lines = raw.decode("utf-8").splitlines()
    return [line.removeprefix("- ") for line in lines if line.startswith("- ")]


def _unresolved(report: ImportReport) -> str:
    return ", ".join(sorted(row.name for row in report.unresolved))


async def framework(stage: Stage) -> Said:
    """Founds the college two years back, where it lets a learner have what has ended since, and imports its own
    framework."""
    did = await _two_years_ago(stage)
    with Shelf(stage.home("college").frameworks) as shelf:
        (report,) = shelf.import_files([(CASE, packaged("satchel.framework", f"slice/{CASE}"))], Description())
        held = shelf.frameworks()
    related = sum(edge.kind == "isRelatedTo" for edge in report.edges)
    return Said(
        headline=f"The college's own framework (CASE): {len(report.nodes)} items; {related} lead to ESCO.",
        reader=READER,
        sentence="Your own words stay yours, and still lead to those that other people use.",
        is_right=len(held) == 2 and related == 8 and report.unresolved_count == 0,
        facts={"did": did, "title": report.framework.title, "items": len(report.nodes), "lead_to_esco": related},
    )


async def _two_years_ago(stage: Stage) -> Did:
    college, past = stage.home("college"), stage.now - LONG_AGO
    stage.moment = past
    founded = await IssuerService.found(
        college, origin=ORIGIN, name=COLLEGE, clock=stage.clock, entropy=stage.entropy("founding")
    )
    stage.issuer = await stage.opened.enter_async_context(
        IssuerService.open(college, clock=stage.clock, entropy=stage.entropy("college"))
    )
    template = packaged("tui.demo_data", "site_safety.yaml")
    old = await stage.issuer.issue(template, {"email": LEARNER, "learner": "Learner Alder"})
    stage.ended = await stage.issuer.credential(old.id)
    stage.keep("ended.json", stage.ended)
    await _keep_long_ago(stage)
    stage.moment = stage.now - DAY
    # What a served node does by itself: two years on, the status lists are signed anew.
    await stage.issuer.republish()
    return founded.did


async def _keep_long_ago(stage: Stage) -> None:
    from satchel.node.mirror import MirrorFetch

    home, secret, entropy = stage.home("learner"), Secret(PASSPHRASE.encode("utf-8")), stage.entropy("learner")
    await WalletService.create(home, secret, now=stage.moment, parameters=KDF_FLOOR, entropy=entropy)
    fetch = MirrorFetch(stage.home("college").public, stage.moment)
    async with WalletService.unlock(home, secret, fetch=fetch, entropy=stage.entropy("learner, long ago")) as wallet:
        await wallet.add(stage.ended, name="site-safety.json", now=stage.moment)


async def cohort(stage: Stage) -> Said:
    """Reads the table against the template; nothing is signed."""
    issuer = opened_issuer(stage)
    raw, table = packaged("tui.demo_data", "security.yaml"), packaged("tui.demo_data", "cohort.csv")
    stage.keep("security.yaml", raw)
    stage.keep("cohort.csv", table)
    stage.planned = await issuer.plan_batch(raw, table, cohort="autumn")
    awards = [one.award for one in stage.planned.plan.awards]
    reached = Counter(result.level for award in awards for result in award.results if result.level)
    spread = ", ".join(f"{count} {level}" for level, count in sorted(reached.items()))
    refused = len(stage.planned.plan.refused)
    return Said(
        headline=f"{len(awards)} learners of one table were read, {refused} rows refused.",
        rows=[f"levels: {spread}", f"stays in the table: {', '.join(stage.planned.plan.unused)}"],
        reader=READER,
        sentence="You see what each learner would get before anything is signed.",
        is_right=len(awards) == COHORT and not refused and stage.planned.already == 0,
        facts={"rows": len(awards), "refused": refused, "levels": dict(sorted(reached.items()))},
    )


async def template(stage: Stage) -> Said:
    """Checks the template, and its alignments by the college's own copies of the frameworks."""
    checked, sample = check_template(packaged("tui.demo_data", "security.yaml"), now=stage.clock())
    targets = alignment.targets(sample)
    with Shelf(stage.home("college").frameworks) as shelf:
        nodes = {uri: items for uri in alignment.uris(targets) if (items := shelf.nodes(uri))}
        found = alignment.facet(targets, shelf.frameworks(), nodes, stage.clock().date())
    said = checked.achievement.alignments
    esco = {one.url for one in said if one.framework == "ESCO"}
    confirmed = {one.confirmed.by for one in said if one.confirmed is not None}
    own = sum(one.type == "CFItem" for one in said)
    return Said(
        headline=f"The badge names {len(esco)} ESCO skills, {own} of the college's, EQF level 4.",
        rows=[
            f"“{checked.name}”",
            f"compared with own copies; confirmed by: {', '.join(sorted(confirmed))}",
        ],
        reader=READER,
        sentence="A person put a name and a date to each skill, so everybody can ask who chose it, and why.",
        is_right=esco == set(stage.picked) and found.outcome == "pass" and all(one.confirmed for one in said),
        facts={"template": checked.id, "sha256": checked.digest, "alignments": len(said), "checked": found.code},
    )


async def issue(stage: Stage) -> Said:
    """Issues the cohort, and runs the same table once more, which gives nobody a second badge."""
    issuer = opened_issuer(stage)
    refused = 0
    if stage.planned is None:
        raise RuntimeError("the cohort was not read")
    started = time.perf_counter()
    async for chunk in issuer.run_batch(stage.planned):
        for outcome in chunk:
            if isinstance(outcome, Issued):
                stage.ids.append(outcome.id)
                stage.badges.append(outcome.raw or b"")
            refused += isinstance(outcome, Refused)
    rate = len(stage.ids) / (time.perf_counter() - started)
    again = [one async for chunk in issuer.run_batch(stage.planned) for one in chunk]
    new = sum(isinstance(one, Issued) and one.is_new for one in again)
    return Said(
        headline=f"{len(stage.ids)} Open Badges were signed and stored",
        rate=rate,
        reader=READER,
        sentence="Everybody has theirs, and running the table again gave nobody a second one.",
        is_right=len(stage.ids) == COHORT and refused == 0 and new == 0,
        facts={"issued": len(stage.ids), "refused": refused, "new_when_run_again": new, "ids": list(stage.ids)},
    )


def opened_issuer(stage: Stage) -> IssuerService:
    if stage.issuer is None:
        raise RuntimeError("the college was not founded")
    return stage.issuer
