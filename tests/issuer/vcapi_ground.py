"""The installed `satchel serve issuer --vc-api` on a loopback port, and documents to send to it.

The rules are those of the W3C's suites, whose own text has dependencies that no registry holds: each is a test here,
asked over real HTTP of every instance.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from did.create import did_key, did_key_method
from satchel.exchange import vcapi
from satchel.exchange.vcapi import INSTANCES, Instance
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.node import entropy
from satchel.proof import suites
from verifier.vcapi import OPEN

V1: Final = "https://www.w3.org/2018/credentials/v1"
V2: Final = "https://www.w3.org/ns/credentials/v2"
EXAMPLES: Final = "https://www.w3.org/ns/credentials/examples/v2"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
ED25519_2020: Final = "https://w3id.org/security/suites/ed25519-2020/v1"
CREATED: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ORIGIN: Final = "https://issuer.example"

Document = dict[str, Any]

EMBEDDED: Final = tuple(one for one in INSTANCES if one.form == "embedded")
VERIFY: Final = "/vc-api/credentials/verify"
PRESENT: Final = "/vc-api/presentations/verify"
DERIVE: Final = "/vc-api/credentials/derive"


def satchel(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Runs the installed command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tui.main", *arguments, "--home", str(home)], capture_output=True, text=True, timeout=60
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, media type and JSON of an answer."""

    status: int
    media_type: str
    json: Any

    @property
    def code(self) -> str:
        """The code of the refusal that this must be: 400 or 422 with an RFC 9457 document of a W3C type."""
        assert self.status in (400, 422), self
        assert self.media_type == "application/problem+json"
        assert self.json["status"] == self.status
        assert self.json["type"].startswith(("https://www.w3.org/", "https://w3id.org/security#"))
        assert (
            self.json["title"] and self.json["detail"] and self.json["problemDetails"][0]["code"] == self.json["code"]
        )
        return str(self.json["code"])


class Api:
    """A client of a served node."""

    def __init__(self, url: str, config: Document) -> None:
        self.url = url
        self.config = config
        (self.implementation,) = config["implementations"]
        self.dids = {one["endpoint"].split("/")[-3]: one["id"] for one in self.implementation["issuers"]}
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", "Accept": "application/ld+json, application/json"}
        return self._ask("POST", path, raw, sent | {n.replace("_", "-"): v for n, v in headers.items()})

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, b"", {})

    def _ask(self, method: str, path: str, raw: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            self._connection.request(method, path, raw or None, dict(headers))
            response = self._connection.getresponse()
            return Answer(response.status, response.headers.get_content_type(), json.loads(response.read()))
        except BaseException:
            # One broken answer is one failure: the next question begins anew.
            self._connection.close()
            raise

    def issue(self, instance: Instance | str, credential: object, **options: object) -> Answer:
        name = instance if isinstance(instance, str) else instance.name
        body: Document = {"credential": credential}
        if options:
            body["options"] = options
        return self.post(vcapi.issue_path(name), body)

    def verify(self, credential: object, **options: object) -> Answer:
        body: Document = {"verifiableCredential": credential}
        return self.post(VERIFY, body | ({"options": options} if options else {}))

    def present(self, presentation: object, **options: object) -> Answer:
        return self.post(PRESENT, {"verifiablePresentation": presentation, "options": options})

    def derive(self, credential: object, pointers: Sequence[str]) -> Answer:
        return self.post(DERIVE, {"verifiableCredential": credential, "options": {"selectivePointers": pointers}})

    def credential(self, instance: Instance, version: str = "2.0", /, **changes: object) -> Document:
        """A credential that the instance signs."""
        return credential(self.dids[instance.name], version, **changes)


@contextmanager
def served(home: Path, *arguments: str) -> Iterator[Api]:
    """The node of a fresh home, until the block ends; then SIGTERM stops it with code 0."""
    made = satchel("init", "issuer", "--origin", ORIGIN, "--name", "Riverside College", home=home)
    assert made.returncode == 0, made.stderr
    command = [sys.executable, "-m", "tui.main", "serve", "issuer", "--vc-api", "--port", "0", *arguments]
    with subprocess.Popen([*command, "--home", str(home)], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            assert line.startswith("Listening on http://127.0.0.1:"), line + process.stderr.read()
            # Read on: a node whose log nobody takes would wait for a reader when the pipe is full.
            Thread(target=process.stderr.read, daemon=True).start()
            url = line.split()[2].rstrip(";")
            told = satchel("vc-api", "config", "--url", url, home=home)
            assert told.returncode == 0, told.stderr
            with closing(Api(url, json.loads(told.stdout))) as api:
                yield api
        finally:
            process.terminate()
            assert process.wait(30) == 0


def credential(did: str, version: str = "2.0", /, **changes: object) -> Document:
    """A credential of a few words; None takes a member away."""
    document: Document = {
        "@context": [V2] if version == "2.0" else [V1],
        "type": ["VerifiableCredential"],
        "issuer": did,
        "credentialSubject": {"id": "did:example:subject"},
    }
    if version == "1.1":
        document["issuanceDate"] = "2026-03-01T00:00:00Z"
    return {name: value for name, value in (document | changes).items() if value is not None}


_SOURCE: Final = entropy.seeded(b"vc-api tests")
KEYS: Final[Mapping[KeyType, PrivateKey]] = {
    kind: PrivateKey.generate(_SOURCE, kind)
    for kind in (KeyType.ED25519, KeyType.P_256, KeyType.P_384, KeyType.BLS12_381_G2)
}
OTHER: Final = PrivateKey.generate(_SOURCE)


def signer_of(key: PrivateKey) -> LocalSigner:
    return LocalSigner(did_key_method(did_key(key.public())), key)


def key_of(instance: Instance) -> PrivateKey:
    """A key of the tests' own of the instance's type; not the one that the node signs with."""
    return KEYS[KeyType(instance.key_type or "Ed25519")]


def did_of(key: PrivateKey) -> str:
    return did_key(key.public())


def signed(document: Document, instance: Instance, *, key: PrivateKey | None = None, **options: Any) -> Document:
    """A copy with a proof of the instance's suite by the tests' own key; of a selective suite a derived one, which
    shows all there is."""
    suite = instance.suite
    assert suite is not None
    ready = vcapi.with_context(document, suite)
    signer = signer_of(key or key_of(instance))
    if suite not in vcapi.SELECTIVE:
        return suites.sign(
            ready,
            suite=suite,
            signer=signer,
            created=options.pop("created", CREATED),
            contexts=OPEN.contexts,
            **options,
        )
    base = suites.sign_base(
        ready, suite=suite, signer=signer, created=CREATED, entropy=entropy.system, contexts=OPEN.contexts
    )
    shown = [f"/{name}" for name in ready if name != "@context"]
    return suites.derive(base, shown, entropy=entropy.system, contexts=OPEN.contexts)
