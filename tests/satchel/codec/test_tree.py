"""YAML as a tree with lines, and what is refused on the way."""

import time

import pytest

from satchel.codec import tree
from satchel.codec.tree import Listing, Mapping, Node, Scalar
from satchel.errors import CodecError


def parse(raw: bytes) -> Node:
    return tree.parse(raw, depth_limit=16)


def test_every_node_knows_its_line() -> None:
    root = parse(b"# first\na: one\nb:\n  - x\n  - {c: 'two'}\nd: |\n  three\n  four\n")
    assert isinstance(root, Mapping)
    assert root.members["a"] == (2, Scalar("one", True, 2))
    line, items = root.members["b"]
    assert line == 3
    assert isinstance(items, Listing)
    assert items.items[0] == Scalar("x", True, 4)
    assert isinstance(items.items[1], Mapping)
    assert items.items[1].members["c"] == (5, Scalar("two", False, 5))
    assert root.members["d"] == (6, Scalar("three\nfour\n", False, 6))


@pytest.mark.parametrize("text", ["1.10", "no", "yes", "on", "0o17", "1e3", "null", "2026-05-29", "12:30:45", "~"])
def test_a_plain_word_stays_its_own_text(text: str) -> None:
    root = parse(f"a: {text}".encode())
    assert isinstance(root, Mapping)
    assert root.members["a"][1] == Scalar(text, True, 1)


def test_a_byte_order_mark_is_no_text() -> None:
    assert parse(b"\xef\xbb\xbfa: 1") == parse(b"a: 1")


@pytest.mark.parametrize(
    ("raw", "reason", "line"),
    [
        (b"", "empty", 1),
        (b"# nothing\n", "empty", 1),
        (b"a: 1\nb: 2\na: 3\n", "duplicate_key", 3),
        (b"a: {x: 1, x: 2}\n", "duplicate_key", 1),
        (b"a: 1\nb: &anchor 2\n", "alias", 2),
        (b"a: 1\nb: *anchor\n", "alias", 2),
        (b"a: 1\n<<: *anchor\n", "alias", 2),
        (b"a: 1\nb: !!str 2\n", "tag", 2),
        (b"a: !!python/object/apply:os.system [id]\n", "tag", 1),
        (b"a: !local\n  - 1\n", "tag", 1),
        (b"a: 1\nb: [1, 2\nc: 3\n", "not_yaml", 3),
        (b"a: 1\n\tb: 2\n", "not_yaml", 2),
        (b"a: 'x\n", "not_yaml", 2),
        (b"a: b: c\n", "not_yaml", 1),
        (b"a: 1\n---\nb: 2\n", "not_yaml", 2),
        (b"%YAML 1.1\n---\na: 1\n", "not_yaml", 2),
        (b"%TAG ! tag:x,2000:\n---\na: 1\n", "not_yaml", 2),
        (b"[a]: b\n", "not_yaml", 1),
        (b"a: 1\nb: \x07\n", "not_yaml", 2),
        (b"a: \x00\n", "not_yaml", 1),
        (b"a: 1\nb: \xff\n", "not_utf8", 2),
        (b"a: \xed\xa0\x80\n", "not_utf8", 1),
        (b"a:\n" + b"".join(b" " * depth + b"a:\n" for depth in range(1, 30)), "too_deep", 16),
        (b"a: " + b"x" * tree.LIMIT_BYTES, "too_large", 1),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(raw: bytes, reason: str, line: int) -> None:
    with pytest.raises(CodecError) as fault:
        parse(raw)
    assert fault.value.code == "codec.yaml"
    assert (tree.reason_of(fault.value), tree.line_of(fault.value)) == (reason, line)
    assert fault.value.next_step


@pytest.mark.parametrize(
    "raw",
    [b"[" * 200_000, b"{" * 200_000, b"- " * 120_000, b"? " * 100_000, b"a: [" + b"[],[" * 40_000, b"!" * 200_000],
)
def test_a_tower_of_brackets_is_refused_soon(raw: bytes) -> None:
    begun = time.perf_counter()
    with pytest.raises(CodecError):
        parse(raw)
    assert time.perf_counter() - begun < 5


def test_the_text_of_a_fault_holds_no_control_characters() -> None:
    with pytest.raises(CodecError) as fault:
        parse(b'"a\\e[31m": 1\n"a\\e[31m": 2\n')
    assert tree.reason_of(fault.value) == "duplicate_key"
    assert fault.value.message.isprintable()
