"""YAML as a tree with lines, and what is refused on the way."""

import time

import pytest

from issuer import tree
from issuer.tree import Listing, Mapping, Scalar
from satchel.errors import TemplateFault


def test_every_node_knows_its_line() -> None:
    root = tree.parse(b"# first\na: one\nb:\n  - x\n  - {c: 'two'}\nd: |\n  three\n  four\n")
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
    root = tree.parse(f"a: {text}".encode())
    assert isinstance(root, Mapping)
    assert root.members["a"][1] == Scalar(text, True, 1)


def test_a_byte_order_mark_is_no_text() -> None:
    assert tree.parse(b"\xef\xbb\xbfa: 1") == tree.parse(b"a: 1")


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"", "template.empty", 1),
        (b"# nothing\n", "template.empty", 1),
        (b"a: 1\nb: 2\na: 3\n", "template.duplicate_key", 3),
        (b"a: {x: 1, x: 2}\n", "template.duplicate_key", 1),
        (b"a: 1\nb: &anchor 2\n", "template.alias", 2),
        (b"a: 1\nb: *anchor\n", "template.alias", 2),
        (b"a: 1\n<<: *anchor\n", "template.alias", 2),
        (b"a: 1\nb: !!str 2\n", "template.tag", 2),
        (b"a: !!python/object/apply:os.system [id]\n", "template.tag", 1),
        (b"a: !local\n  - 1\n", "template.tag", 1),
        (b"a: 1\nb: [1, 2\nc: 3\n", "template.not_yaml", 3),
        (b"a: 1\n\tb: 2\n", "template.not_yaml", 2),
        (b"a: 'x\n", "template.not_yaml", 2),
        (b"a: b: c\n", "template.not_yaml", 1),
        (b"a: 1\n---\nb: 2\n", "template.not_yaml", 2),
        (b"%YAML 1.1\n---\na: 1\n", "template.not_yaml", 2),
        (b"%TAG ! tag:x,2000:\n---\na: 1\n", "template.not_yaml", 2),
        (b"[a]: b\n", "template.not_yaml", 1),
        (b"a: 1\nb: \x07\n", "template.not_yaml", 2),
        (b"a: \x00\n", "template.not_yaml", 1),
        (b"a: 1\nb: \xff\n", "template.not_utf8", 2),
        (b"a: \xed\xa0\x80\n", "template.not_utf8", 1),
        (b"a:\n" + b"".join(b" " * depth + b"a:\n" for depth in range(1, 30)), "template.too_deep", 16),
        (b"a: " + b"x" * tree.LIMIT_BYTES, "template.too_large", 1),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(raw: bytes, code: str, line: int) -> None:
    with pytest.raises(TemplateFault) as fault:
        tree.parse(raw)
    assert fault.value.code == code
    assert fault.value.details["line"] == line
    assert fault.value.message.startswith(f"line {line}: ")
    assert fault.value.next_step


@pytest.mark.parametrize(
    "raw",
    [b"[" * 200_000, b"{" * 200_000, b"- " * 120_000, b"? " * 100_000, b"a: [" + b"[],[" * 40_000, b"!" * 200_000],
)
def test_a_tower_of_brackets_is_refused_soon(raw: bytes) -> None:
    begun = time.perf_counter()
    with pytest.raises(TemplateFault):
        tree.parse(raw)
    assert time.perf_counter() - begun < 5


def test_the_text_of_a_fault_holds_no_control_characters() -> None:
    with pytest.raises(TemplateFault) as fault:
        tree.parse(b'"a\\e[31m": 1\n"a\\e[31m": 2\n')
    assert fault.value.code == "template.duplicate_key"
    assert fault.value.message.isprintable()
