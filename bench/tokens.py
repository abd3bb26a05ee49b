"""Measures tokens beside jose and @sd-jwt/sd-jwt-vc in one run: bench/results/tokens.{json,md}.

Both sides do the same with the same P-256 keys, in turns, on one core each, keys read beforehand; figures are the best
round of processor time. Reading is strict, from text; what facets judge besides (dates, status, whose key) is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.selective import Row, best, theirs
from satchel.codec.base import base64url_encode, multibase_decode
from satchel.key import jwk
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType
from satchel.node import entropy
from satchel.proof import jose, sdjwt
from tests.peers import peer as peers

ROOT: Final = Path(__file__).resolve().parents[1]
BADGE: Final = ROOT / "tui" / "demo_data" / "foreign_badge.json"
RESULTS: Final = ROOT / "bench" / "results"
NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)
READER, NONCE = "https://reader.example", "n-0S6_WzA2Mj"
CARD: Final[dict[str, Any]] = {
    "iss": "https://school.example",
    "vct": "https://school.example/credentials/knots",
    "iat": 1772323200,
    "given_name": "Ada",
    "family_name": "Invented",
    "birthdate": "2001-01-01",
    "results": [{"name": "reef knot", "score": 9}, {"name": "bowline", "score": 4}],
    "address": {"town": "Knotham", "street": "Long Lane 1"},
}
HIDE: Final = ("/given_name", "/family_name", "/birthdate", "/results/0", "/results/1", "/address", "/address/street")
FRAME: Final[dict[str, Any]] = {
    "_sd": ["given_name", "family_name", "birthdate", "address"],
    "results": {"_sd": [0, 1]},
    "address": {"_sd": ["street"]},
}
COUNT: Final = 300


def secret(key: PrivateKey) -> dict[str, Any]:
    raw = multibase_decode(key.secret_multikey(), allowed="z")[-32:]
    return {**jwk.encode(key.public()), "d": base64url_encode(raw)}


def tokens(key: PrivateKey) -> dict[str, tuple[Callable[[], object], str, dict[str, Any]]]:
    """vc+jwt: ours, the peer's operation, and its request."""
    document: dict[str, Any] = json.loads(BADGE.read_bytes())
    del document["proof"]
    signer, public = LocalSigner("https://school.example#key-1", key), key.public()
    text = jose.sign(document, signer=signer)

    def verify() -> None:
        if not jose.verify(jose.read(text), public):
            raise RuntimeError("a token does not verify")

    header = {"alg": "ES256", "typ": "vc+jwt", "cty": "vc", "kid": signer.id}
    return {
        "vc+jwt issue": (
            lambda: jose.sign(document, signer=signer),
            "bench_jws_sign",
            {"payload": document, "header": header, "jwk": secret(key)},
        ),
        "vc+jwt verify": (
            verify,
            "bench_jws_verify",
            {"token": text, "jwk": jwk.encode(public), "alg": "ES256", "typ": "vc+jwt", "now": NOW.isoformat()},
        ),
    }


def disclosing(key: PrivateKey) -> dict[str, tuple[Callable[[], object], str, dict[str, Any]]]:
    """dc+sd-jwt with seven disclosures, of which three are shown, and key binding."""
    signer, public = LocalSigner("https://school.example#key-1", key), key.public()

    def issue() -> str:
        return sdjwt.sign(CARD, signer=signer, entropy=entropy.system, hide=HIDE, holder=public)

    issued = issue()

    def present() -> str:
        shown = sdjwt.present(issued, ["/given_name", "/results/0", "/address"])
        return sdjwt.bind(shown, signer=signer, audience=READER, nonce=NONCE, now=NOW)

    text = present()

    def verify() -> None:
        token = sdjwt.read(text)
        sdjwt.check_binding(token, public, audience=READER, nonce=NONCE, now=NOW)
        if not sdjwt.verify(token, public):
            raise RuntimeError("a token does not verify")

    seconds = int(NOW.timestamp())
    binding = {"payload": {"aud": READER, "nonce": NONCE, "iat": seconds}, "alg": "ES256", "jwk": secret(key)}
    claims = {**CARD, "cnf": {"jwk": jwk.encode(public)}}
    shown = {"given_name": True, "results": {"0": True}, "address": True}
    return {
        "dc+sd-jwt issue": (
            issue,
            "bench_sd_issue",
            {"claims": claims, "frame": FRAME, "alg": "ES256", "jwk": secret(key)},
        ),
        "dc+sd-jwt present and bind": (present, "bench_sd_present", {"token": issued, "frame": shown, "kb": binding}),
        "dc+sd-jwt verify with binding": (
            verify,
            "bench_sd_verify",
            {"token": text, "alg": "ES256", "jwk": jwk.encode(public), "nonce": NONCE, "now": seconds},
        ),
    }


def page(found: list[Row], commit: str) -> str:
    lines = [
        "# Tokens",
        "",
        f"`python -m bench.tokens` at commit {commit}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"{platform.machine()}. The machine is shared: compare ratios, not times.",
        "",
        "One Open Badge 3.0 as vc+jwt beside jose; one SD-JWT VC with seven disclosures, three of them shown, with key",
        "binding, beside @sd-jwt/sd-jwt-vc. ES256 throughout: the curve arithmetic of both sides is OpenSSL's, and",
        "most of the time is that. Milliseconds of processor time for one.",
        "",
        "| what | Satchel | npm peer | ratio |",
        "|---|---|---|---|",
        *(f"| {row.what} | {row.ours} ms | {row.theirs} ms | {row.ratio} |" for row in found),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds: int = parser.parse_args().rounds
    if reason := peers.missing():
        print(f"the peers cannot run: {reason}", file=sys.stderr)
        return 1
    key = PrivateKey.generate(entropy.system, KeyType.P_256)
    found: list[Row] = []
    with peers.Peer({}, script="token_peer.mjs") as peer:
        for what, (once, op, request) in (tokens(key) | disclosing(key)).items():
            ours = best(once, COUNT, rounds)
            other = theirs(peer, op, request, COUNT, rounds)
            found.append(Row(what=what, ours=round(ours, 3), theirs=round(other, 3), ratio=round(other / ours, 1)))
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    RESULTS.mkdir(exist_ok=True)
    written = {"schema": "satchel.bench_tokens/1", "commit": commit, "rows": [asdict(row) for row in found]}
    (RESULTS / "tokens.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    text = page(found, commit)
    (RESULTS / "tokens.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
