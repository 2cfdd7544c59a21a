"""What every test shares: the two knowledge bases, and a Hypothesis that repeats itself exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from dss import KnowledgeBase, load_kb

HERE = Path(__file__).parent
MINI = HERE / "kbs" / "mini"

settings.register_profile(
    "dss", derandomize=True, deadline=None, max_examples=60, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.load_profile("dss")


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    """The packaged knowledge base; no test may depend on a particular rule of it."""
    return load_kb()


@pytest.fixture(scope="session")
def mini() -> KnowledgeBase:
    """The tests' own small knowledge base."""
    return load_kb(MINI)


@pytest.fixture(scope="session", params=["mini", "real"])
def any_kb(request: pytest.FixtureRequest) -> KnowledgeBase:
    """Both knowledge bases, one after the other."""
    name = "kb" if request.param == "real" else "mini"
    found: KnowledgeBase = request.getfixturevalue(name)
    return found
