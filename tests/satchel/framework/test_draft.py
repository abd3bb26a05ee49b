from __future__ import annotations

import pytest

from satchel.framework import draft as drafts
from satchel.framework.draft import Draft, prefixes
from satchel.framework.graph import CHILD, Description, FrameworkFault, ImportReport, Node, Source, labels

SOURCE = Source(name="own.any", sha256="ab" * 32, size_bytes=1)


def node(name: str, label: str = "", **more: object) -> Node:
    return Node(uri=f"https://skills.example/{name}", labels=labels(label or name), **more)  # type: ignore[arg-type]


def drafted(*nodes: Node) -> Draft:
    draft = Draft()
    for place, one in enumerate(nodes):
        assert draft.add(one, file="own.any", place=f"/{place}")
    return draft


def finish(draft: Draft, description: Description | None = None, **more: str) -> ImportReport:
    return draft.finish(
        title="Own",
        kind="own",
        format_name="own",
        sources=(SOURCE,),
        digest=SOURCE.sha256,
        description=description or Description(),
        **more,  # type: ignore[arg-type]
    )


def test_the_same_item_twice_counts_once_and_is_told() -> None:
    draft = drafted(node("a"), node("a"))
    report = finish(draft)
    assert (len(report.nodes), report.duplicates, report.rejected) == (1, ("https://skills.example/a",), ())


def test_one_address_for_two_different_items_is_rejected() -> None:
    draft = drafted(node("a"))
    assert not draft.add(node("a", "something else"), file="own.any", place="/1")
    (row,) = finish(draft).rejected
    assert (row.code, row.place) == ("framework.duplicate_uri", "/1")
    assert "“a”" in row.reason


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (Node(uri="", labels=labels("x")), "framework.uri"),
        (Node(uri="x", labels=labels("x")), "framework.uri"),
        (Node(uri="javascript:x", labels=labels("x")), "framework.uri"),
        (Node(uri="https://skills.example/a", labels=()), "framework.label"),
        (Node(uri="https://skills.example/a", labels=labels("  ")), "framework.label"),
        (Node(uri="https://skills.example/a", labels=labels("x" * 8193)), "framework.label"),
        (Node(uri="https://skills.example/a", labels=labels("x", map(str, range(2001)))), "framework.too_large"),
        (Node(uri="https://skills.example/a", labels=labels("x"), description="x" * 65_537), "framework.too_large"),
    ],
)
def test_an_item_that_breaks_a_rule_is_rejected_with_its_place(bad: Node, code: str) -> None:
    draft = Draft()
    assert not draft.add(bad, file="own.any", place="line 7")
    assert [(row.code, row.place) for row in finish(draft).rejected] == [(code, "line 7")]


def test_a_message_about_a_hostile_item_has_no_control_character() -> None:
    draft = Draft()
    draft.add(Node(uri="x\x1b]52;c;\x07", labels=labels("x")), file="own.any", place="/0")
    (row,) = draft.rejected
    assert row.reason.isprintable()


def test_nothing_at_all_is_refused_as_empty() -> None:
    with pytest.raises(FrameworkFault) as caught:
        finish(Draft())
    assert caught.value.code == "framework.empty"


def test_a_file_of_nothing_but_faults_ends_early() -> None:
    draft = Draft()
    with pytest.raises(FrameworkFault) as caught:
        for place in range(drafts.KEPT_ROWS_LIMIT + 1):
            draft.reject("framework.row", "broken", file="own.any", place=f"line {place}")
    assert caught.value.code == "framework.row"
    assert len(draft.rejected) == drafts.KEPT_ROWS_LIMIT


@pytest.mark.parametrize(
    "pairs",
    [[("a", "a")], [("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")]],
    ids=["itself", "two", "below"],
)
def test_a_hierarchy_in_a_circle_is_refused_with_its_items(pairs: list[tuple[str, str]]) -> None:
    draft = drafted(*map(node, "abcd"))
    for origin, target in pairs:
        draft.link(CHILD, node(origin).uri, node(target).uri)
    with pytest.raises(FrameworkFault) as caught:
        finish(draft)
    assert caught.value.code == "framework.cycle"
    uris = caught.value.details["uris"]
    assert isinstance(uris, list)
    assert uris[0] == uris[-1]


def test_two_ways_down_to_one_item_are_no_circle() -> None:
    draft = drafted(*map(node, "abcd"))
    for origin, target in (("b", "a"), ("c", "a"), ("d", "b"), ("d", "c")):
        draft.link(CHILD, node(origin).uri, node(target).uri)
    assert len(finish(draft).edges) == 4


def test_a_hierarchy_of_fifty_thousand_steps_is_walked_without_recursion() -> None:
    draft = drafted(*(node(str(place)) for place in range(50_000)))
    for place in range(49_999):
        draft.link(CHILD, node(str(place)).uri, node(str(place + 1)).uri)
    assert len(finish(draft).edges) == 49_999


def test_other_references_may_run_in_a_circle() -> None:
    draft = drafted(node("a"), node("b"))
    draft.link("precedes", node("a").uri, node("b").uri)
    draft.link("precedes", node("b").uri, node("a").uri)
    assert len(finish(draft).edges) == 2


def test_what_leads_nowhere_is_named_and_counted() -> None:
    draft = drafted(node("a"), node("b"))
    draft.link(CHILD, node("a").uri, node("gone").uri)
    draft.link(CHILD, node("b").uri, node("gone").uri)
    draft.link("exactMatchOf", node("a").uri, "https://other.example/1")
    draft.link("isPartOf", node("a").uri, "some name")
    draft.link("isPartOf", node("stranger").uri, node("a").uri)
    report = finish(draft)
    assert {(row.target, row.name, row.count, row.is_external) for row in report.unresolved} == {
        (node("gone").uri, "", 2, False),
        ("https://other.example/1", "", 1, True),
        ("", "some name", 1, False),
        ("", node("stranger").uri, 1, False),
    }
    assert report.unresolved_count == 4


def test_a_reference_to_the_framework_itself_is_no_missing_one() -> None:
    draft = drafted(node("a"))
    draft.link(CHILD, node("a").uri, "https://skills.example/whole")
    assert finish(draft, framework_id="https://skills.example/whole").unresolved == ()


def test_a_replacement_stands_in_the_item_and_only_as_an_address() -> None:
    draft = drafted(node("a", replaced_by=("nonsense", "https://skills.example/c")), node("b"))
    draft.link("replacedBy", node("a").uri, node("b").uri)
    assert finish(draft).nodes[0].replaced_by == ("https://skills.example/c", node("b").uri)


def test_the_person_who_imports_has_the_last_word_on_the_copy() -> None:
    description = Description(
        title="Mine", release="2", released="2026-01-02", completeness="complete", licence="CC0", kind="mine"
    )
    about = finish(drafted(node("a")), description, release="1", released="2025-01-01", licence="none").framework
    assert (about.title, about.release, about.released) == ("Mine", "2", "2026-01-02")
    assert (about.completeness, about.licence, about.kind) == ("complete", "CC0", "mine")


def test_a_framework_without_an_address_is_named_by_its_digest() -> None:
    for given in ("", "no address", "javascript:x"):
        about = finish(drafted(node("a")), framework_id=given).framework
        assert about.id == "ni:///sha-256;q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s"


def test_a_made_address_is_the_same_for_the_same_name_and_tells_nothing_of_a_prefix() -> None:
    draft = Draft()
    first, again = (draft.mint("own", "R.2\ncare for ropes", Description()) for _ in range(2))
    assert first == again != draft.mint("own", "R.3\ncare for ropes", Description())
    assert first.startswith("urn:uuid:")
    based = draft.mint("own", "R 2/x\ncare for ropes", Description(own_base="https://own.example/"))
    assert based == "https://own.example/R-2-x"
    draft.add(Node(uri=based, labels=labels("x")), file="own.any", place="/0")
    assert finish(draft).framework.prefixes == ()


def test_prefixes_are_the_folders_of_the_addresses_and_never_a_whole_host() -> None:
    found = prefixes(
        ["https://a.example/x/1", "https://a.example/x/2", "https://a.example/y#3", "https://a.example", "urn:uuid:1"]
    )
    assert found == ("https://a.example/x/", "https://a.example/y#")
