"""The generator of the differential tests: the same for the same seed, and of many kinds."""

from __future__ import annotations

import json

from satchel.errors import LinkedError
from satchel.linked.emit import to_quads
from tests.satchel.linked import mutate, shapes


def test_a_seed_gives_the_same_documents_again() -> None:
    first = [json.dumps(document) for document in mutate.documents(7, 200)]
    assert first == [json.dumps(document) for document in mutate.documents(7, 200)]
    assert first != [json.dumps(document) for document in mutate.documents(8, 200)]


def test_each_shape_comes_whole_first_and_is_accepted() -> None:
    for document in mutate.documents(1, len(shapes.SHAPES)):
        to_quads(document)


def test_a_good_part_is_accepted_and_the_rest_is_refused_for_many_reasons() -> None:
    codes: list[str] = []
    accepted = set()
    documents = list(mutate.documents(3, 1000))
    for document in documents:
        try:
            to_quads(document)
            accepted.add(json.dumps(document))
        except LinkedError as fault:
            codes.append(fault.code)
    assert len(accepted) > 350
    assert len(set(codes)) > 10


def test_the_shapes_have_every_kind_of_document() -> None:
    types = json.dumps(list(mutate.documents(2, 400)))
    for word in (
        "OpenBadgeCredential",
        "ClrCredential",
        "BitstringStatusList",
        "StatusList2021",
        "Multikey",
        "VerifiablePresentation",
        "@reverse",
        "@nest",
        "@included",
        "@json",
        "@propagate",
    ):
        assert f'"{word}"' in types
