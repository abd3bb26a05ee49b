"""wallet.pathway: what leads to a goal, and what of it a learner has."""

from pathlib import Path
from typing import Any

import pytest

from satchel.errors import WalletFault
from tests.wallet.badge import ISSUER
from tests.wallet.story import HOLDER, HOLDER_KEY, NOW, SECOND, SKILL, did_of, endorsed, held, skilled
from wallet import holding, pathway
from wallet.holding import Claim
from wallet.pathway import Answer, Pathway, StepAnswer

ISSUER_DID = did_of(ISSUER)
HEAD = """satchel: pathway/1
id: harbour-pilot
name: Harbour pilot
"""
FULL = (
    HEAD
    + f"""description: From the first table to the bridge.
goal: bridge
steps:
  - id: tides
    name: Tides
    description: Reads the tables.
    needs:
      any:
        - skill: {SKILL}
        - achievement: https://college.example/achievements/77
  - id: ropes
    name: Ropes
    needs:
      at_least: 2
      of:
        - achievement: https://college.example/achievements/11
        - achievement: {{ name: Splicing, issuer: "{ISSUER_DID}" }}
        - skill: {{ url: "http://data.example/skill/knots", name: Knots }}
  - id: bridge
    name: On the bridge
    needs:
      all:
        - step: tides
        - step: ropes
        - achievement: {{ id: "https://college.example/achievements/99", name: Bridge watch, issuer: "{ISSUER_DID}" }}
"""
)


def claim(number: int = 0, *, name: str = "", issuer: str = ISSUER_DID, skills: Any = (), reason: str = "") -> Claim:
    return Claim(
        id=f"c{number}{name[:1].lower()}{len(skills)}",
        title=name,
        achievement_id=f"https://college.example/achievements/{number}",
        achievement_name=name,
        issuer_id=issuer,
        skills=frozenset(skills),
        reason=reason,
    )


def answered(*claims: Claim, text: str = FULL) -> Answer:
    return pathway.answer(pathway.check(text.encode()), claims)


def step_of(found: Answer, step_id: str) -> StepAnswer:
    (step,) = [step for step in found.steps if step.id == step_id]
    return step


def fault_of(text: str | bytes) -> WalletFault:
    with pytest.raises(WalletFault) as fault:
        pathway.check(text if isinstance(text, bytes) else text.encode())
    return fault.value


def with_needs(needs: str, *, rest: str = "") -> str:
    return f"{HEAD}steps:\n  - id: a\n    name: A\n    needs: {needs}\n{rest}"


def step(step_id: str, needs: str) -> str:
    return f"  - id: {step_id}\n    name: {step_id.upper()}\n    needs: {needs}\n"


def test_nobody_has_anything_at_first_and_everything_says_why() -> None:
    found = answered()
    assert not found.is_ready
    assert step_of(found, "tides") == StepAnswer(
        id="tides",
        name="Tides",
        state="open",
        met_by=(),
        missing=(
            f"1 more of these: {SKILL}: nothing of it is held; "
            "https://college.example/achievements/77: nothing of it is held",
        ),
        blocked_by=(),
    )
    assert step_of(found, "ropes").missing[0].startswith("2 more of these: ")
    bridge = step_of(found, "bridge")
    assert (bridge.state, bridge.blocked_by) == ("blocked", ("tides", "ropes"))
    assert bridge.missing == ("Bridge watch: nothing of it is held",)


def test_rules_are_met_by_skills_achievements_and_names_with_their_issuer() -> None:
    tides, eleven = claim(1, skills=[SKILL]), claim(11)
    splicing = claim(5, name="  SPLICING ")
    found = answered(tides, eleven, splicing)
    assert step_of(found, "tides").state == "met"
    assert step_of(found, "tides").met_by == (tides.id,)
    assert step_of(found, "ropes").state == "met"
    assert set(step_of(found, "ropes").met_by) == {eleven.id, splicing.id}
    assert step_of(found, "bridge").state == "open"
    assert not found.is_ready
    ready = answered(tides, eleven, splicing, claim(99))
    assert ready.is_ready
    assert step_of(ready, "bridge").missing == ()


def test_a_name_counts_only_from_the_named_issuer() -> None:
    found = answered(claim(11), claim(5, name="Splicing", issuer=did_of(SECOND)))
    assert step_of(found, "ropes").state == "open"
    assert step_of(found, "ropes").missing[0].startswith("1 more of these: ")
    assert "Splicing: nothing of it is held" in step_of(found, "ropes").missing[0]
    other = answered(claim(99, issuer=did_of(SECOND)))
    assert step_of(other, "bridge").missing == ("Bridge watch: nothing of it is held",)


def test_what_does_not_count_explains_itself() -> None:
    found = answered(claim(99, reason="passport.expired"), claim(99, reason="passport.not_accepted"))
    (missing,) = step_of(found, "bridge").missing
    assert missing == (
        "Bridge watch: held, but not counted. The credential has expired. "
        "The credential was not accepted when it was added."
    )


def test_a_choice_is_blocked_only_when_no_free_way_is_left() -> None:
    text = with_needs("{ skill: 'urn:x' }", rest=step("b", "{ any: [ { step: a }, { skill: 'urn:y' } ] }"))
    assert step_of(answered(text=text), "b").state == "open"
    text = with_needs("{ skill: 'urn:x' }", rest=step("b", "{ any: [ { step: a } ] }"))
    assert step_of(answered(text=text), "b").blocked_by == ("a",)
    two = "{ at_least: 2, of: [ { step: a }, { skill: 'urn:y' }, { skill: 'urn:z' } ] }"
    text = with_needs("{ skill: 'urn:x' }", rest=step("b", two))
    assert step_of(answered(text=text), "b").state == "open"
    assert step_of(answered(claim(skills=["urn:y", "urn:x"]), text=text), "b").state == "met"


def test_steps_may_stand_in_any_order_and_without_a_goal_all_count() -> None:
    text = with_needs(
        "{ all: [ { step: b }, { step: c } ] }", rest=step("b", "{ step: c }") + step("c", "{ skill: 'urn:x' }")
    )
    assert [one.state for one in answered(text=text).steps] == ["blocked", "blocked", "open"]
    done = answered(claim(skills=["urn:x"]), text=text)
    assert done.is_ready
    assert [one.id for one in done.steps] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("first", "rest", "circle"),
    [
        ("{ step: a }", "", "a waits for a"),
        ("{ step: b }", step("b", "{ step: a }"), "a waits for b waits for a"),
        (
            "{ all: [ { skill: 'urn:x' }, { any: [ { step: c } ] } ] }",
            step("b", "{ step: a }") + step("c", "{ at_least: 1, of: [ { step: b }, { skill: 'urn:y' } ] }"),
            "a waits for c waits for b waits for a",
        ),
    ],
)
def test_circles_are_refused_and_named(first: str, rest: str, circle: str) -> None:
    fault = fault_of(with_needs(first, rest=rest))
    assert fault.code == "pathway.cycle"
    assert circle in fault.message
    assert fault.details["line"] == 5


def test_a_circle_beside_the_way_is_found_too() -> None:
    rest = step("b", "{ step: c }") + step("c", "{ step: b }") + step("d", "{ step: b }")
    fault = fault_of(with_needs("{ skill: 'urn:x' }", rest=rest))
    assert fault.code == "pathway.cycle"
    assert "b waits for c waits for b" in fault.message


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "pathway.missing", 1),
        ("# only a remark\n", "pathway.missing", 1),
        ("- a\n- b\n", "pathway.value", 1),
        ("just text", "pathway.value", 1),
        (HEAD, "pathway.missing", 1),
        (HEAD.replace("pathway/1", "pathway/2"), "pathway.value", 1),
        (HEAD + "steps: []\n", "pathway.value", 4),
        (HEAD + "steps: none\n", "pathway.value", 4),
        (HEAD + "stepps: []\n", "pathway.unknown_key", 4),
        (HEAD + "name: Twice\n", "pathway.duplicate_key", 4),
        (HEAD + "? [a]\n: b\n", "pathway.yaml", 4),
        (with_needs("{ skill: 'urn:x' }").replace("name: A", "name: ''"), "pathway.value", 6),
        (with_needs("{ skill: 'urn:x' }").replace("name: A", "name: [A]"), "pathway.value", 6),
        (with_needs("{ skill: 'urn:x' }").replace("id: a", "id: A B"), "pathway.value", 5),
        (with_needs("{ skill: 'urn:x' }").replace("name: A", f"name: {'x' * 2001}"), "pathway.value", 6),
        (with_needs("{ skill: 'urn:x' }", rest=step("a", "{ skill: 'urn:y' }")), "pathway.twice", 8),
        (with_needs("{ step: nowhere }"), "pathway.reference", 7),
        (HEAD + "goal: nowhere\n" + with_needs("{ skill: 'urn:x' }")[len(HEAD) :], "pathway.reference", 4),
        (with_needs("{}"), "pathway.value", 7),
        (with_needs("[]"), "pathway.value", 7),
        (with_needs("{ all: [], any: [] }"), "pathway.value", 7),
        (with_needs("{ all: [] }"), "pathway.value", 7),
        (with_needs("{ some: [] }"), "pathway.unknown_key", 7),
        (with_needs("{ at_least: 1 }"), "pathway.value", 7),
        (with_needs("{ of: [ { skill: 'urn:x' } ] }"), "pathway.value", 7),
        (with_needs("{ at_least: 2, of: [ { skill: 'urn:x' } ] }"), "pathway.value", 7),
        (with_needs("{ at_least: 0, of: [ { skill: 'urn:x' } ] }"), "pathway.value", 7),
        (with_needs("{ at_least: yes, of: [ { skill: 'urn:x' } ] }"), "pathway.value", 7),
        (with_needs("{ skill: tides }"), "pathway.value", 7),
        (with_needs("{ skill: { name: Tides } }"), "pathway.missing", 7),
        (with_needs("{ achievement: { name: Splicing } }"), "pathway.missing", 7),
        (with_needs("{ achievement: { issuer: 'did:key:x' } }"), "pathway.missing", 7),
        (with_needs("{ achievement: [ a ] }"), "pathway.value", 7),
        (with_needs("&x { skill: 'urn:x' }"), "pathway.yaml", 7),
        (with_needs("*x"), "pathway.yaml", 7),
        (with_needs("!!python/object:os.system { skill: 'urn:x' }"), "pathway.yaml", 7),
        (with_needs("{ skill: !!str 'urn:x' }"), "pathway.yaml", 7),
        (with_needs("{ all: " * 30 + "[]" + "}" * 30), "pathway.yaml", 7),
        (with_needs("{ skill: 'urn:x'"), "pathway.yaml", 8),
        ("%YAML 1.1\n---\n" + HEAD, "pathway.yaml", 2),
        (HEAD + "---\n" + HEAD, "pathway.yaml", 4),
        (HEAD + "steps: \x07\n", "pathway.yaml", 4),
    ],
)
def test_every_fault_has_its_code_and_its_line(text: str, code: str, line: int) -> None:
    fault = fault_of(text)
    assert (fault.code, fault.details["line"]) == (code, line), fault.message
    assert fault.message.startswith(f"line {line}: ")


def test_bytes_that_are_no_utf8_and_endless_files_are_refused() -> None:
    fault = fault_of(HEAD.encode() + b"description: \xff\n")
    assert (fault.code, fault.details["line"]) == ("pathway.yaml", 4)
    assert fault_of(b"#" * (pathway.LIMIT_BYTES + 1)).code == "pathway.too_large"
    assert fault_of("[" * 100_000).code == "pathway.yaml"


def test_a_near_miss_of_a_key_is_pointed_out() -> None:
    assert "did you mean needs?" in fault_of(with_needs("x").replace("needs:", "need:")).message


def test_a_hundred_steps_in_a_row_are_answered_without_recursion() -> None:
    nested = "{ all: [ " * 6 + "{ step: %s }" + " ] }" * 6
    steps = "".join(step(f"s{number}", nested % f"s{number + 1}") for number in range(98))
    text = f"{HEAD}steps:\n{steps}" + step("s98", "{ skill: 'urn:x' }")
    assert answered(text=text).steps[0].state == "blocked"
    assert answered(claim(skills=["urn:x"]), text=text).is_ready


def test_the_json_form_says_ready_missing_and_blocked() -> None:
    value: Any = pathway.to_json(answered(claim(1, skills=[SKILL])))
    assert value["schema"] == "satchel.pathway_answer/1"
    assert value["ready"] is False
    assert [step["state"] for step in value["steps"]] == ["met", "open", "blocked"]
    assert value["steps"][2]["blocked_by"] == ["ropes"]


def test_claims_come_from_real_credentials_with_the_reason_why_not() -> None:
    good = held(skilled(11, result=True))
    forged = held(skilled(77), key=SECOND)
    own = held(skilled(99, key=HOLDER_KEY), key=HOLDER_KEY)
    endorsement = held(endorsed("urn:uuid:x", key=SECOND), key=SECOND)
    found = holding.claims([good, forged, own, endorsement], holder=HOLDER, now=NOW)
    assert [one.reason for one in found] == ["", "passport.not_accepted", "passport.self_issued"]
    assert found[0].achievement_id == "https://college.example/achievements/11"
    assert found[0].skills == {SKILL}
    answer = pathway.answer(pathway.check(FULL.encode()), found)
    assert step_of(answer, "tides").state == "met"
    (missing,) = step_of(answer, "bridge").missing
    assert missing.startswith("Bridge watch: nothing of it is held")


def test_what_learners_award_themselves_meets_no_step() -> None:
    text = with_needs("{ achievement: 'https://college.example/achievements/99' }")
    own = held(skilled(99, key=HOLDER_KEY), key=HOLDER_KEY)
    found = answered(*holding.claims([own], holder=HOLDER, now=NOW), text=text)
    assert not found.is_ready
    assert "Only the learner says so." in found.steps[0].missing[0]


def test_a_pathway_is_a_value() -> None:
    assert isinstance(pathway.check(FULL.encode()), Pathway)
    assert pathway.check(FULL.encode()) == pathway.check(b"\xef\xbb\xbf" + FULL.encode())


def test_the_example_of_the_guide_is_a_pathway() -> None:
    guide = Path(__file__).parents[2] / "docs" / "how-to" / "compare-with-a-pathway.md"
    block = guide.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    found = pathway.check(block.encode())
    assert [step.id for step in found.steps] == ["tides", "ropes", "bridge"]
    assert found.goal == "bridge"


def test_a_skill_is_called_by_its_name_and_a_list_may_be_long() -> None:
    text = with_needs("{ any: [ { skill: { url: 'urn:k', name: Knots } }, { skill: 'urn:y' } ] }")
    (missing,) = answered(text=text).steps[0].missing
    assert "Knots: nothing of it is held" in missing
    assert "urn:y: nothing of it is held" in missing
    longest = ", ".join(f"{{ skill: 'urn:{number}' }}" for number in range(pathway.ITEMS_LIMIT))
    assert not answered(text=with_needs(f"{{ any: [ {longest} ] }}")).is_ready
    assert fault_of(with_needs(f"{{ any: [ {longest}, {{ skill: 'urn:x' }} ] }}")).code == "pathway.value"
