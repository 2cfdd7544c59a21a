"""Compare: each figure of a course of action is the one its assessment has."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import EXAMPLES, NATO, assessment, document, dss

from dss.compare import Course, courses, letters
from dss.compose import decimal
from dss.render.text import percent
from dss.robust import completions, jittered


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
def test_the_alternatives_of_one_profile_have_the_figures_of_their_mixes(profile: Path) -> None:
    found, told = courses([assessment(profile)]), document(profile)["mixes"]
    assert len(found) == len(told)
    for course, mix in zip(found, told, strict=True):
        assert list(course.actions) == [a["id"] for a in mix["actions"]]
        assert (course.posture, course.escalation) == (mix["title"], mix["escalation"])
        assert (course.reversibility, course.lead_time) == (mix["reversibility"], mix["lead_time"])
        assert float(course.score) == mix["score"]
        assert int(course.hard_share) == percent(mix["hard_share"])


def recomputed(profile: Path, course: Course) -> dict[str, str]:
    """The points of each principle, added up over a course's actions."""
    a = assessment(profile)
    points = a.advice.weighing.points
    return {p: decimal(sum(points.get(x, {}).get(p, 0) for x in course.actions), 4) for p in a.kb.principles}


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
def test_points_by_principle_add_up_over_the_actions(profile: Path) -> None:
    for course in courses([assessment(profile)]):
        assert course.principles == recomputed(profile, course)


def test_several_profiles_are_lettered_and_each_gives_its_recommended_mix() -> None:
    found = courses([assessment(p) for p in EXAMPLES[:3]])
    assert [c.label for c in found] == ["A", "B", "C"]
    for profile, course in zip(EXAMPLES, found, strict=False):
        a = assessment(profile)
        assert course.actions == a.advice.mixes[0].actions
        assert course.title == a.situation.title
        assert course.tipping == sum(t.kind == "posture" for t in a.tipping)


def test_labels_go_on_after_z() -> None:
    assert [letters(i) for i in (0, 25, 26, 27, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]


def test_steadiness_is_the_share_of_variants_in_which_the_posture_comes_first() -> None:
    a = assessment(NATO)
    found = courses([a])
    for course, mix in zip(found, a.advice.mixes, strict=True):
        assert course.completions == (dict(completions(a).first).get(mix.posture, 0), completions(a).tried)
        assert course.jittered == (dict(jittered(a).first).get(mix.posture, 0), jittered(a).tried)
    assert found[0].jittered[0] >= max(c.jittered[0] for c in found)


def test_only_the_recommended_course_has_its_tipping_answers_counted() -> None:
    found = courses([assessment(NATO)])
    assert found[0].tipping is not None
    assert all(c.tipping is None for c in found[1:])


def test_partners_count_only_for_actions_whose_needs_speak_of_them() -> None:
    for profile in EXAMPLES:
        a = assessment(profile)
        for course in courses([a]):
            assert set(course.partners) <= set(course.actions)
            for action in course.partners:
                assert a.kb.actions[action].needs != ((),)


def test_the_command_compares_profiles_and_alternatives() -> None:
    one, several = dss("compare", NATO), dss("compare", *EXAMPLES[:2])
    assert one.exit_code == several.exit_code == 0
    assert "alternative 1" in one.stdout or len(assessment(NATO).advice.mixes) == 1
    assert "B: " in several.stdout


def test_a_profile_with_problems_stops_the_comparison_and_says_why(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("crisis_tipe: 1\n")
    found = dss("compare", NATO, bad)
    assert found.exit_code == 1
    assert "crisis_tipe" in found.stderr
