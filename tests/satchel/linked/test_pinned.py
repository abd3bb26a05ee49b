"""The pinned contexts: exactly the files that ORIGIN.md names, and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from satchel.errors import LinkedError
from satchel.linked import pinned
from satchel.linked.canon import canonicalize
from satchel.linked.context import Contexts, Plan, Work
from satchel.linked.emit import to_quads
from satchel.linked.refusal import Refused
from tests.satchel.linked.shapes import OB, V1, V2
from tests.shared import SHARED, needs_shared

ALL = (*pinned.PINS, *pinned.OLDER)
FOLDER = Path(str(resources.files("satchel.linked.pinned")))


@pytest.mark.parametrize("pin", ALL, ids=lambda pin: pin.file)
def test_a_file_has_its_pinned_digest_and_is_named_in_the_origins(pin: pinned.Pin) -> None:
    content = (FOLDER / pin.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == pin.sha256
    row = next(line for line in (FOLDER / "ORIGIN.md").read_text("utf-8").splitlines() if f"| {pin.file} |" in line)
    assert pin.sha256 in row and pin.url in row
    assert f"| {'published' if pin.is_published else 'exported-from-js'} |" in row


def test_no_file_lies_there_unpinned() -> None:
    found = {file.name for file in FOLDER.iterdir() if file.suffix in (".json", ".jsonld")}
    assert found == {pin.file for pin in ALL}


def test_each_url_is_pinned_once() -> None:
    assert len(set(pinned.urls())) == len(pinned.PINS)


def test_the_digest_and_the_bytes_are_given_by_url() -> None:
    assert pinned.digest(V2) == "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    assert hashlib.sha256(pinned.raw(V2)).hexdigest() == pinned.digest(V2)
    assert pinned.is_published(V2) and not pinned.is_published(V1)


@pytest.mark.parametrize("ask", [pinned.digest, pinned.raw, pinned.is_published, lambda url: pinned.terms_of((url,))])
def test_an_unknown_url_is_refused(ask: Any) -> None:
    with pytest.raises(LinkedError) as caught:
        ask(V2 + "/")
    assert caught.value.code == "linked.context_unknown"


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    """A copy of the package with one changed byte, in a process of its own."""
    copy = tmp_path / "satchel"
    shutil.copytree(FOLDER.parents[1], copy, ignore=shutil.ignore_patterns("__pycache__"))
    changed = copy / "linked" / "pinned" / "credentials-v2.jsonld"
    changed.write_bytes(changed.read_bytes().replace(b"credentials#issuer", b"credentials#holder"))
    script = (
        "from satchel.errors import LinkedError\n"
        "from satchel.linked import pinned\n"
        "from satchel.linked.emit import to_quads\n"
        f"document = {{'@context': {V2!r}, 'id': 'urn:a', 'name': 'b'}}\n"
        f"for ask in (lambda: pinned.raw({V2!r}), lambda: to_quads(document)):\n"
        "    try:\n"
        "        ask()\n"
        "    except LinkedError as fault:\n"
        "        print(fault.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["linked.context_changed", "linked.context_changed"], done.stderr


@needs_shared
def test_the_contents_equal_the_ones_collected_from_their_publishers() -> None:
    folder = SHARED / "data" / "contexts"
    index = json.loads((folder / "index.json").read_text("utf-8"))
    contents = {pin.url: json.loads((FOLDER / pin.file).read_text("utf-8")) for pin in pinned.PINS}
    older = {f"{pin.url}#{pin.label}": json.loads((FOLDER / pin.file).read_text("utf-8")) for pin in pinned.OLDER}
    contents |= {url.replace("#older", "#older-copy"): content for url, content in older.items()}
    missing = {url for url in index if url not in contents}
    assert missing == {"http://data.europa.eu/snb/model/context/edc-ap"}
    assert [url for url in index if url not in missing and contents[url] != _read(folder / index[url])] == []


def _read(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def test_every_pinned_context_is_valid_down_to_its_last_scope() -> None:
    """PINNED compiles scoped contexts when they are first needed; here all are tried as untrusted ones are."""
    untrusted = Contexts(lambda url: pinned.PINNED.document(url), is_trusted=lambda url: False)
    unknown = set()
    for url in pinned.urls():
        try:
            untrusted.compiler().root.local(url, Work(10**8))
        except Refused as refused:
            assert refused.code == "linked.context_unknown"
            unknown.add(url)
    # It names https://www.w3.org/ns/odrl.jsonld, which no package holds.
    assert unknown == {"https://www.w3.org/2018/credentials/examples/v1"}


def test_no_term_of_a_pinned_context_is_one_that_processors_read_differently() -> None:
    for context in pinned._all_contexts():
        for name in context.terms:
            Plan(context, name, Work(10**6))


def test_terms_are_given_for_the_top_of_a_document() -> None:
    terms = pinned.terms_of((V2, OB))
    assert terms["id"] == "@id" and terms["OpenBadgeCredential"].endswith("#OpenBadgeCredential")
    assert "@context" not in terms


def test_all_defined_terms_and_used_iris_are_known() -> None:
    assert {"issuer", "achievement", "statusListIndex", "proofValue", "partial"} <= pinned.defined_terms()
    assert "https://www.w3.org/2018/credentials#issuer" in pinned.used_iris()
    assert not any(iri.startswith("@") for iri in pinned.used_iris())


def test_an_older_content_of_a_url_gives_another_canonical_form() -> None:
    document = {
        "@context": [V2, OB],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "jti": "urn:a",
        "credentialSubject": {"type": "AchievementSubject"},
    }
    ((label, older),) = pinned.historical([V2, OB, "https://unknown.example"])
    assert label == f"{OB} older"
    assert b"urn:a" in canonicalize(to_quads(document))
    with pytest.raises(LinkedError) as caught:
        to_quads(document, contexts=older)
    assert caught.value.code == "linked.undefined_term" and caught.value.details["path"] == "/jti"
    assert pinned.historical([V2]) == ()
