from __future__ import annotations

from satchel.framework import member


def test_the_first_text_that_says_something_is_read() -> None:
    value = {"a": "  ", "b": " x ", "c": 5, "d": True, "e": ["y"]}
    assert member.text(value, "a", "b") == "x"
    assert member.text(value, "c") == "5"
    assert [member.text(value, name) for name in ("a", "d", "e", "z")] == ["", "", "", ""]


def test_one_text_and_a_list_of_texts_read_alike() -> None:
    assert member.texts({"a": "x"}, "a") == ("x",)
    assert member.texts({"a": ["x", " ", 5, None, "y "]}, "a") == ("x", "y")
    assert member.texts({"a": [], "b": ["z"]}, "a", "b") == ("z",)
    assert member.texts({"a": {"b": 1}}, "a") == ()


def test_objects_keep_their_place_beside_other_things() -> None:
    assert list(member.objects({"a": [1, {"x": 1}, "y", {"z": 2}]}, "a")) == [(1, {"x": 1}), (3, {"z": 2})]
    assert list(member.objects({"a": {"x": 1}}, "a")) == []
