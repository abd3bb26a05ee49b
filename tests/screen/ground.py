"""The ground of the screen tests and of the pictures: a real home with really signed badges of invented bodies.

Keys are named by phrases, the clock stands still and ids come from a counter, so that every run shows the same.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from did import create
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from satchel.port import Did, Entropy
from satchel.proof import suites
from tui.app import SatchelApp
from tui.desk import Desk
from tui.glyph import ASCII, UNICODE
from tui.local import LocalNode
from tui.port import Opened
from wallet.header import KDF_FLOOR
from wallet.secret import passphrase
from wallet.service import Incoming, WalletService

NOW: Final = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CREATED: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PASSPHRASE: Final = "a heron over the salt marsh"

Document = dict[str, Any]


def key_of(phrase: str) -> PrivateKey:
    """The private key that a phrase names."""
    return PrivateKey.from_seed(hashlib.sha256(phrase.encode()).digest())


def did_of(key: PrivateKey) -> Did:
    """The did:key of a key."""
    return create.did_key(key.public())


def signer_of(key: PrivateKey) -> LocalSigner:
    """A signer under the key's did:key."""
    return LocalSigner(create.did_key_method(did_of(key)), key)


COLLEGE: Final = ("An invented coastal college", key_of("screens: the college"))
GUILD: Final = ("An invented guild of data workers", key_of("screens: the guild"))
SCHOOL: Final = ("An invented sailing school", key_of("screens: the sailing school"))


def counting(label: str) -> Entropy:
    """Bytes that look random and are the same in every run; other ones for another label. Each length has a count of
    its own, so that another use of entropy somewhere moves no id."""
    numbers: dict[int, int] = {}

    def give(count: int) -> bytes:
        numbers[count] = numbers.get(count, 0) + 1
        return hashlib.shake_256(f"{label} {count} {numbers[count]}".encode()).digest(count)

    return give


def badge(number: int, title: str, issuer: tuple[str, PrivateKey], learner: str, **changes: Any) -> Document:
    """An unsigned badge; `changes` replace members of the credential, `achievement` and `subject` add to these."""
    name, key = issuer
    achievement = {
        "id": f"urn:uuid:8f14e45f-ceea-467f-9b36-{number:012d}",
        "type": ["Achievement"],
        "achievementType": "Competency",
        "name": title,
        "description": f"What stands behind {title.lower()}: three tasks done alone, and one together.",
        "criteria": {"narrative": "Shown to an examiner, who asked why as often as how."},
        **changes.pop("achievement", {}),
    }
    subject = {"id": learner, "type": ["AchievementSubject"], "achievement": achievement, **changes.pop("subject", {})}
    document: Document = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-{number:012d}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "issuer": {"id": did_of(key), "type": ["Profile"], "name": name},
        "validFrom": "2026-03-01T00:00:00Z",
        "credentialSubject": subject,
    }
    return document | changes


def signed(document: Document, issuer: tuple[str, PrivateKey]) -> bytes:
    """The badge as its issuer sends it."""
    signer = signer_of(issuer[1])
    proven = suites.sign(copy.deepcopy(document), suite="eddsa-rdfc-2022", signer=signer, created=CREATED)
    return json.dumps(proven, ensure_ascii=False).encode()


def aligned(name: str, code: str) -> Document:
    """An alignment to an invented framework."""
    return {
        "type": ["Alignment"],
        "targetName": name,
        "targetUrl": f"https://skills.example/set/{code}",
        "targetCode": code,
        "targetFramework": "An invented skill set",
        "targetType": "CTDL",
    }


def results() -> tuple[Document, Document]:
    """The description of a result, for the achievement, and the result, for the subject."""
    description = {
        "id": "urn:uuid:1d2c3b4a-0000-4000-8000-000000000001",
        "type": ["ResultDescription"],
        "name": "Clean and join two sources",
        "resultType": "RubricCriterionLevel",
        "rubricCriterionLevel": [
            {
                "id": "urn:uuid:1d2c3b4a-0000-4000-8000-000000000002",
                "type": ["RubricCriterionLevel"],
                "name": "Mastering",
                "level": "Mastering",
                "points": "4",
            }
        ],
    }
    result = {
        "type": ["Result"],
        "resultDescription": description["id"],
        "achievedLevel": "urn:uuid:1d2c3b4a-0000-4000-8000-000000000002",
        "value": "Mastering",
    }
    return {"resultDescription": [description]}, {"result": [result]}


def files(learner: str) -> dict[str, bytes]:
    """File name -> bytes of the badges that the wallet of the pictures holds."""
    described, result = results()
    skills = [aligned("Clean data", "S2.7.1"), aligned("Join data", "S2.7.2")]
    evidence = [
        {
            "id": "https://college.example/evidence/17",
            "type": ["Evidence"],
            "name": "Harbour log, cleaned",
            "genre": "Report",
            "narrative": "A year of tide readings, with the gaps named and the units made one.",
        }
    ]
    return {
        "data-wrangling.json": signed(
            badge(
                1,
                "Data wrangling",
                COLLEGE,
                learner,
                achievement={
                    "alignment": skills,
                    **described,
                },
                subject=result,
                evidence=evidence,
                validUntil="2029-03-01T00:00:00Z",
                awardedDate="2026-02-27T00:00:00Z",
            ),
            COLLEGE,
        ),
        "sql-basics.json": signed(
            badge(2, "SQL basics", GUILD, learner, achievement={"alignment": [aligned("Join data", "S2.7.2")]}), GUILD
        ),
        "tide-tables.json": signed(badge(3, "Reading tide tables", SCHOOL, learner), SCHOOL),
        "first-aid.json": signed(
            badge(
                5,
                "First aid at sea",
                SCHOOL,
                learner,
                validUntil="2027-01-04T00:00:00Z",
                credentialStatus={
                    "id": "https://sailing.example/status/1#7",
                    "type": "BitstringStatusListEntry",
                    "statusPurpose": "revocation",
                    "statusListIndex": "7",
                    "statusListCredential": "https://sailing.example/status/1",
                },
            ),
            SCHOOL,
        ),
        "teamwork.json": signed(
            badge(6, "Working in a team", COLLEGE, learner, achievement={"alignment": [aligned("Team work", "T1.2")]}),
            COLLEGE,
        ),
        "knots.json": signed(badge(4, "Knots and hitches", SCHOOL, learner, validUntil="2026-06-01T00:00:00Z"), SCHOOL),
    }


def applicants() -> dict[str, bytes]:
    """File name -> bytes of what an employer is sent."""
    learner = did_of(key_of("screens: an applicant"))
    good = files(learner)["data-wrangling.json"]
    return {
        "applicant-1.json": good,
        "applicant-2.json": good.replace(b"Mastering", b"Mastering+"),
        "applicant-3.json": files(learner)["knots.json"],
        "applicant-4.json": files(learner)["first-aid.json"],
        "applicant-5.json": b'{"a": 1, "a": 2}',
        "applicant-6.json": signed(
            badge(9, "Data wrangling \x1b]52;c;ZXZpbA==\x07[@click=app.quit]x[/]", COLLEGE, learner), COLLEGE
        ),
    }


PATHWAY: Final = """\
satchel: pathway/1
id: harbour-data
name: Harbour data assistant
goal: ready
steps:
  - id: join
    name: Joins data from two sources
    needs:
      skill: {url: https://skills.example/set/S2.7.2, name: Join data}
  - id: safe
    name: First aid in force
    needs:
      achievement: {id: "urn:uuid:8f14e45f-ceea-467f-9b36-000000000005", name: First aid at sea}
  - id: gauges
    name: Reads tide gauges
    needs:
      skill: {url: https://skills.example/set/S9.1, name: Tide gauges}
  - id: ready
    name: May work alone
    needs:
      all:
        - step: join
        - step: safe
        - step: gauges
"""


async def make_home(folder: Path, held: Callable[[str], dict[str, bytes]], *, label: str = "home") -> Home:
    """A home whose wallet holds the files that are made for its holder; another label makes another holder."""
    home = Home(folder)
    entropy = counting(label)
    learner = await WalletService.create(home, passphrase(PASSPHRASE), now=NOW, parameters=KDF_FLOOR, entropy=entropy)
    async with WalletService.unlock(home, passphrase(PASSPHRASE), fetch=OfflineFetch(), entropy=entropy) as wallet:
        # The last one added is the first of the list.
        for number, (name, raw) in enumerate(held(learner).items()):
            added = NOW - timedelta(days=90 - number)
            await wallet.add_all([Incoming(raw=raw, name=name)], now=added, keep_rejected=True)
    return home


class PicturedNode(LocalNode):
    """Its home has a name that is the same in every run."""

    @property
    def place(self) -> str:
        return "/home/learner/satchel"


def node_of(home: Home) -> LocalNode:
    """The home's node: offline, with the clock standing still."""
    return PicturedNode(home, clock=lambda: NOW, fetch=OfflineFetch(), network="offline", entropy=counting("node"))


def desk_of(node: LocalNode, *, is_ascii: bool = False, opened: Opened | None = None) -> Desk:
    """A desk over the node; locked unless `opened` is given."""
    return Desk(node=node, clock=lambda: NOW, glyphs=ASCII if is_ascii else UNICODE, opened=opened)


async def opened_app(
    node: LocalNode, *, start: str, is_ascii: bool = False, theme: str | None = None, **parts: Any
) -> SatchelApp:
    """The app over the unlocked node; `parts` replace parts of what is opened."""
    opened = replace(await node.unlock(PASSPHRASE), **parts)
    return SatchelApp(desk_of(node, is_ascii=is_ascii, opened=opened), start=start, theme_name=theme)
