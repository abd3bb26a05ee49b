"""`satchel policy list|show|test`: what a policy makes of each facet, and where two of them part."""

from __future__ import annotations

import json
from pathlib import Path

import click

from satchel.credential.read import read
from satchel.node.clock import utc_now
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.port import JsonObject, JsonValue, drive
from satchel.text import for_terminal
from verifier import policy as policies
from verifier.command import named_policy
from verifier.policy import POLICIES, Policy
from verifier.report import LABELS, WORDS, Report
from verifier.service import VerifierService, repeat_under

_HOME = click.option("--home", metavar="DIR", help="Also use the policies of this folder (also SATCHEL_HOME).")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def policy() -> None:
    """See the policies, and what they make of a credential."""


@policy.command("list")
@_JSON
def policy_list(as_json: bool) -> None:
    """List the policies that are built in."""
    if as_json:
        items: list[JsonValue] = [{"name": one.name, "purpose": one.purpose} for one in POLICIES.values()]
        _print({"schema": "satchel.policies/1", "items": items})
        return
    width = max(map(len, POLICIES))
    for one in POLICIES.values():
        click.echo(f"{one.name:{width}}  {one.purpose}")


@policy.command("show")
@_HOME
@_JSON
@click.argument("name", metavar="NAME|FILE")
def policy_show(home: str | None, as_json: bool, name: str) -> None:
    """Print what each outcome of each facet does to the verdict under this policy."""
    chosen = named_policy(name, home)
    if as_json:
        _print({"schema": "satchel.policy/1", **policies.to_json(chosen)})
        return
    click.echo(f"{for_terminal(chosen.name)}  {for_terminal(chosen.purpose)}".rstrip())
    click.echo(f"  {'':14}{'fail':<11}{'unknown':<11}warn")
    for facet, row in chosen.table.items():
        label = LABELS.get(facet, facet)
        click.echo(f"  {label:14}{row['fail']:<11}{row['unknown']:<11}{row['warn']}")
    click.echo("  A facet that is not named only informs.")


@policy.command("test")
@_HOME
@_JSON
@click.argument("first", metavar="POLICY")
@click.argument("second", metavar="POLICY")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mirror", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def policy_test(home: str | None, as_json: bool, first: str, second: str, file: Path, mirror: Path | None) -> None:
    """Judge FILE under two policies and say which facets make the difference. Nothing is fetched; `--mirror DIR` reads
    each address from that folder."""
    now = utc_now()
    fetch = OfflineFetch() if mirror is None else MirrorFetch(mirror, now)
    one, other = named_policy(first, home), named_policy(second, home)
    service = VerifierService(fetch=fetch, clock=lambda: now, policy=one)
    found = drive(service.examine(read(file.read_bytes(), name=file.name)))
    again = repeat_under(found.saved, other)
    parting = differing(found.report, one, other)
    if as_json:
        _print(
            {
                "schema": "satchel.policy_test/1",
                "verdicts": {one.name: found.report.verdict, other.name: again.verdict},
                "differing": list[JsonValue](parting),
            }
        )
        return
    for chosen, report in ((one, found.report), (other, again)):
        click.echo(f"{for_terminal(chosen.name)}: {WORDS[report.verdict]}")
    for item in parting:
        label = LABELS.get(str(item["facet"]), str(item["facet"]))
        click.echo(f"  {label}: {item['outcome']} [{item['code']}]")
        click.echo(f"    {for_terminal(one.name)}: {item['first']}; {for_terminal(other.name)}: {item['second']}")
    if not parting:
        click.echo("  No facet of this credential is weighed differently.")


def differing(report: Report, first: Policy, second: Policy) -> list[JsonObject]:
    """The facets of the report that the two policies weigh differently, with what each makes of them."""
    return [
        {
            "facet": facet.facet,
            "outcome": facet.outcome,
            "code": facet.code,
            "first": first.effect(facet.facet, facet.outcome),
            "second": second.effect(facet.facet, facet.outcome),
        }
        for facet in report.facets
        if first.effect(facet.facet, facet.outcome) != second.effect(facet.facet, facet.outcome)
    ]


def _print(value: JsonObject) -> None:
    click.echo(json.dumps(value))
