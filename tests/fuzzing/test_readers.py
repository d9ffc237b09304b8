"""Whatever is in a file, a reader yields valid articles, or one line about why there are none."""

import pytest
from fuzzing.mutating import mutations
from fuzzing.seeds import build_seeds
from fuzzing.targets import NAMES, build_target, is_available
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import reduce_count

SEEDS = build_seeds()


@pytest.mark.parametrize("name", NAMES)
def test_reader_accepts_its_seeds_and_mutations(name: str) -> None:
    if not is_available(name):
        pytest.skip("the package that it needs is not installed")
    read = build_target(name)
    for seed in SEEDS[name]:
        read(seed)

    @settings(max_examples=reduce_count(60), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(mutations(SEEDS[name]) | st.binary(max_size=200))
    def check(data: bytes) -> None:
        read(data)

    check()
