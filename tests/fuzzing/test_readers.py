"""Whatever is in a file, a reader gives articles that can be stored, or says in a line why there are none."""

import pytest
from fuzzing.mutating import mutated
from fuzzing.seeds import seeds
from fuzzing.targets import NAMES, can, target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SEEDS = seeds()


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_takes_its_seeds_and_what_is_like_them(name: str) -> None:
    if not can(name):
        pytest.skip("the package that it needs is not installed")
    read = target(name)
    for seed in SEEDS[name]:
        read(seed)

    @settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(mutated(SEEDS[name]) | st.binary(max_size=200))
    def takes(data: bytes) -> None:
        read(data)

    takes()
