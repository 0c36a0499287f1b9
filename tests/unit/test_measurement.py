import random
from collections import Counter
from statistics import median

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.measurement import (
    QUICK,
    RESAMPLES,
    RULES,
    interval,
    is_done,
    is_warm,
    quantile,
    resampled_medians,
    steps_for_block,
    summarise,
)
from tests.makers_bench import make_block, make_blocks, make_noisy_blocks

SERIES = st.lists(st.floats(min_value=1e-6, max_value=1e3), min_size=1, max_size=30)


def test_a_falling_series_is_not_warm_until_it_is_flat() -> None:
    times = [20, 16, 13, 11, 10.4, 10.1, 10.0, 10.0, 10.01, 9.99, 10.0]

    warm = [is_warm(make_blocks(*times[:count]), 0) for count in range(1, len(times) + 1)]

    assert warm.index(True) == 8
    assert all(warm[8:])


def test_a_rising_series_is_not_warm_either() -> None:
    assert not is_warm(make_blocks(10, 10.2, 10.4, 10.6, 10.8), 0)


@pytest.mark.parametrize("wild", range(5))
def test_one_outlier_does_not_hide_that_a_series_is_flat(wild: int) -> None:
    times = [10.0] * 5
    times[wild] = 30.0

    assert is_warm(make_blocks(*times), 0)


def test_a_slope_of_just_under_one_per_cent_is_flat() -> None:
    assert is_warm(make_blocks(9.82, 9.91, 10.0, 10.09, 10.18), 0)
    assert not is_warm(make_blocks(9.78, 9.89, 10.0, 10.11, 10.22), 0)


def test_warm_takes_ten_steps_and_the_given_seconds() -> None:
    assert not is_warm([make_block(steps=1)] * 9, 0)
    assert is_warm([make_block(steps=1)] * 10, 0)
    assert is_warm([make_block(100, steps=2)] * 5, 0.99)
    assert not is_warm([make_block(100, steps=2)] * 5, 1.01)


def test_rejected_blocks_have_no_say_in_the_slope() -> None:
    blocks = [*make_blocks(10, 10, 10), make_block(40, rejected="foreign-cpu 50 %"), *make_blocks(10, 10)]

    assert is_warm(blocks, 0)
    assert not is_warm(blocks[:-1], 0)


@pytest.mark.parametrize(("step_s", "steps"), [(0.01, 20), (0.03, 7), (0.2, 1), (5.0, 1), (0.0, 1)])
def test_a_block_has_the_steps_that_fill_it(step_s: float, steps: int) -> None:
    assert steps_for_block(step_s, RULES.block_s) == steps


def test_steady_blocks_are_done_after_the_least_number_of_them() -> None:
    assert [is_done(make_blocks(*(10.0,) * count), RULES, 1) for count in (4, 5)] == [False, True]


def test_noisy_blocks_are_done_when_their_median_is_known_well_enough_or_time_is_up() -> None:
    blocks = make_noisy_blocks(1, noise=0.05)

    assert not is_done(blocks, RULES, 119)
    assert is_done(blocks, QUICK, 8)
    assert is_done(blocks, RULES, 120)
    assert is_done([], RULES, 120)


def test_rejected_blocks_do_not_count_towards_the_least_number() -> None:
    assert not is_done([*make_blocks(10, 10, 10, 10), make_block(rejected="thermal")], RULES, 1)


def test_statistics_are_those_of_the_kept_blocks() -> None:
    blocks = [make_block(each, device=0.75) for each in (8, 9, 10, 11, 12)]

    found = summarise([*blocks, make_block(99, rejected="thermal")], samples=128)

    assert found is not None
    assert found.throughput == pytest.approx(12_800)
    assert (found.throughput_lo, found.throughput_hi) == pytest.approx((128 / 0.012, 128 / 0.008))
    assert (found.step_ms_p05, found.step_ms_p50, found.step_ms_p95) == pytest.approx((8.2, 10, 11.8))
    assert found.step_ms_iqr == pytest.approx(2)
    assert found.host_gap == pytest.approx(0.25)
    assert (found.n_blocks, found.n_rejected) == (5, 1)


def test_a_device_clock_that_runs_ahead_makes_no_negative_gap() -> None:
    found = summarise([make_block(device=1.001)] * 5, samples=1)

    assert found is not None
    assert found.host_gap == 0


def test_without_kept_blocks_there_are_no_statistics() -> None:
    assert summarise([make_block(rejected="thermal")], samples=1) is None


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.25, 2), (0.5, 3), (0.9, 4.6), (1, 5)])
def test_a_quantile_lies_between_two_values(share: float, value: float) -> None:
    assert quantile([5, 3, 1, 2, 4], share) == pytest.approx(value)


@given(SERIES)
@example([1.0, 1.0, 1.0, 2.0])
def test_the_interval_holds_the_median_and_stays_among_the_values(values: list[float]) -> None:
    lo, hi = interval(values)

    assert min(values) <= lo <= median(values) <= hi <= max(values)


@given(SERIES, st.integers(0, 1000))
def test_the_same_seed_gives_the_same_interval_in_any_order(values: list[float], seed: int) -> None:
    assert interval(values, seed=seed) == interval(values[::-1], seed=seed)


@given(SERIES, st.floats(min_value=1e-3, max_value=1e3))
def test_the_interval_scales_with_its_values(values: list[float], factor: float) -> None:
    scaled = interval([factor * value for value in values])

    assert scaled == pytest.approx(tuple(factor * bound for bound in interval(values)), rel=1e-9)


@pytest.mark.parametrize("size", [15, 16, 39, 40])
def test_the_interval_holds_the_true_median_about_as_often_as_it_says(size: int) -> None:
    held = 0
    for seed in range(200):
        lo, hi = interval([block.step_s for block in make_noisy_blocks(seed, noise=0.05)[:size]])
        held += lo <= 0.010 <= hi

    assert 0.90 <= held / 200 <= 1.0


def test_a_higher_level_gives_a_wider_interval() -> None:
    values = [block.step_s for block in make_noisy_blocks(3, noise=0.05)]
    narrow, wide = interval(values, level=0.5), interval(values, level=0.99)

    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 5], [1, 2, 4, 8, 16, 32], list(range(15)), [1, 2]])
def test_medians_are_resampled_as_if_each_value_were_drawn(values: list[float]) -> None:
    chance = random.Random(1)  # noqa: S311 - a fixed draw
    drawn = Counter(median(chance.choices(values, k=len(values))) for _ in range(20_000))
    found = Counter(median_ for seed in range(10) for median_ in resampled_medians(values, str(seed)))

    off = [abs(found[each] / (10 * RESAMPLES) - drawn[each] / 20_000) for each in {*drawn, *found}]
    assert max(off) < 0.015
