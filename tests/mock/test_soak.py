"""The mock keeps its size under mixed traffic; tests/soak.py takes an hour of it."""

from __future__ import annotations

import sys

import pytest

from tests.soak import SAMPLES, THREADS, Sample, growth, soak


@pytest.mark.parametrize(
    ("samples", "idle", "grown"),
    [
        ([Sample(50_000, 9, 9)] * SAMPLES, Sample(50_000, 9, 9), 0),
        ([Sample(50_000 + 2_000 * number, 9, 9) for number in range(SAMPLES)], Sample(0, 9, 9), 1),
        ([Sample(50_000 + 2_000 * min(number, 5), 9, 9) for number in range(SAMPLES)], Sample(0, 9, 9), 0),
        ([Sample(50_000, THREADS + 1, 9)] * SAMPLES, Sample(0, 9, 900), 2),
    ],
)
def test_growth_is_told(samples: list[Sample], idle: Sample, grown: int) -> None:
    """Memory that goes on growing, threads and files; a journal that fills at the beginning is no growth."""
    assert len(growth(samples, idle)) == grown


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is told by /proc")
def test_mixed_traffic_leaves_the_mock_as_large_as_it_was() -> None:
    """The short form: half a minute."""
    found, requests, samples = soak(30)

    assert found == [], samples
    assert requests > 200
