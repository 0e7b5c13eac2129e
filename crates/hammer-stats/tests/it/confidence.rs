//! Confidence intervals of quantiles, by hand and by simulation.

use std::time::Duration;

use hammer_stats::{ConfidenceBlocks, ConfidenceError, Histogram, HistogramSnapshot, SliceBlocks};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use crate::queue_simulation::{QueueSimulation, uniform};

fn slice(micros: impl IntoIterator<Item = u64>) -> HistogramSnapshot {
    let mut histogram = Histogram::new();
    for micros in micros {
        histogram.record(Duration::from_micros(micros));
    }
    HistogramSnapshot::take(&histogram).expect("counts are small")
}

/// Slices of which the first has `slow[0]` of 100 hits at 900 µs, and the others at 100 µs.
fn slices(slow: &[u64]) -> Vec<HistogramSnapshot> {
    let hits = |slow: u64| (0..100).map(move |hit| if hit < slow { 900 } else { 100 });
    slow.iter().map(|slow| slice(hits(*slow))).collect()
}

#[test]
fn an_interval_is_that_of_the_formula() {
    // Ten blocks, of which every other one has all 20 slow hits: 10 % of 1,000 are slow.
    let slices = slices(&[20, 0, 20, 0, 20, 0, 20, 0, 20, 0]);
    let blocks = ConfidenceBlocks::new(&slices).expect("there are ten");
    assert_eq!(blocks.count(), 10);
    let found = blocks.interval(0.9, 2.0);
    // Σ d² = 10 · 10², var = 10/9 · 1,000 / 1,000², D = var / (0.9 · 0.1 / 1,000) = 12.3.
    let design_effect = 10.0 / 9.0 * 1e-3 / 9e-5;
    assert!(
        (found.design_effect - design_effect).abs() < 1e-9,
        "{found:?}"
    );
    assert!((found.effective_hits - 1_000.0 / design_effect).abs() < 1e-6);
    assert!((found.effective_hits_beyond() - 8.1).abs() < 1e-6);
    assert_eq!(found.degrees_of_freedom, 9);
    // 2 · √(0.09 / 81) is 6.7 %: from p83.3 to p96.7.
    let us = Duration::from_micros;
    assert_eq!(
        (found.low, found.value, found.high),
        (us(100), us(100), us(900))
    );
    assert!((blocks.t_95() - 2.262).abs() < 1e-3);
    let error = blocks.confidence(0.9).expect_err("8.1 are fewer than 10");
    assert_eq!(
        error.to_string(),
        "expected at least 10 effective hits beyond the quantile, found 8.1 of 81"
    );
}

#[test]
fn a_part_takes_the_design_effect_of_the_whole() {
    let slices = slices(&[20, 0, 20, 0, 20, 0, 20, 0, 20, 0]);
    let blocks = ConfidenceBlocks::new(&slices).expect("there are ten");
    let whole = blocks.interval(0.5, blocks.t_95());
    // Of a part of 500 hits, 250 lie beyond the median and 5 beyond p99.
    let found = blocks.limits(0.5, 500, 2.0).checked().expect("enough hits");
    assert_eq!(found.design_effect, whole.design_effect);
    let margin = 2.0 * (0.25 * whole.design_effect / 500.0).sqrt();
    assert!((found.high - 0.5 - margin).abs() < 1e-12, "{found:?}");
    assert!((0.5 - found.low - margin).abs() < 1e-12, "{found:?}");
    for hits in [500, 0] {
        let error = blocks.limits(0.99, hits, 2.0).checked();
        assert!(
            matches!(error, Err(ConfidenceError::TooFewHits { .. })),
            "{error:?}"
        );
    }
}

/// Blocks that are made elsewhere give what the slices in them give.
#[test]
fn blocks_are_those_of_their_slices() {
    let slices = slices(&[
        20, 0, 3, 9, 20, 0, 1, 0, 4, 0, 7, 0, 5, 2, 0, 9, 0, 8, 0, 6, 3, 3, 1,
    ]);
    let division = SliceBlocks::new(slices.len()).expect("more than ten");
    assert_eq!((division.count(), division.block_of(22)), (20, 19));
    let mut blocks = vec![Histogram::new(); division.count() + 1];
    for (index, slice) in slices.iter().enumerate() {
        blocks[division.block_of(index)].merge(&slice.histogram().expect("a histogram"));
    }
    let found = ConfidenceBlocks::of_blocks(blocks).expect("twenty have hits");
    let expected = ConfidenceBlocks::new(&slices).expect("more than ten");
    assert_eq!(found.count(), 20);
    assert_eq!(found.interval(0.95, 2.0), expected.interval(0.95, 2.0));
    assert!(SliceBlocks::new(9).is_err());
    assert!(ConfidenceBlocks::of_blocks(vec![Histogram::new(); 20]).is_err());
}

#[test]
fn equal_durations_and_even_blocks_are_worth_all_hits() {
    for slow in [0, 3, 100] {
        let slices = slices(&[slow; 60]);
        let blocks = ConfidenceBlocks::new(&slices).expect("there are sixty");
        assert_eq!(blocks.count(), 20);
        for quantile in [0.01, 0.5, 0.97, 0.99] {
            let found = blocks.confidence(quantile).expect("6,000 hits");
            assert_eq!(found.design_effect, 1.0, "{slow}, {quantile}");
            assert_eq!(found.effective_hits, 6_000.0);
            assert!(found.low <= found.value && found.value <= found.high);
        }
    }
}

#[test]
fn slices_without_hits_do_not_count() {
    let mut slices = slices(&[1; 9]);
    slices.extend((0..50).map(|_| slice([])));
    let error = ConfidenceBlocks::new(&slices).expect_err("nine have hits");
    assert_eq!(
        error.to_string(),
        "expected hits in at least 10 slices of time, found 9"
    );
    slices.push(slice([5]));
    let blocks = ConfidenceBlocks::new(&slices).expect("ten have hits");
    assert_eq!((blocks.count(), blocks.total().count()), (10, 901));
}

/// A block whose histogram ends below the quantile counted its longest hits as being at it.
#[test]
fn blocks_of_different_ranges_are_counted_alike() {
    let mut slices: Vec<_> = (0..19).map(|_| slice([2_047; 100])).collect();
    slices.push(slice([3_000_000; 100]));
    let blocks = ConfidenceBlocks::new(&slices).expect("there are twenty");
    // All 5 % are in one block: Σ d² = 19 · 5² + 95², at p95.
    let squares = 19.0 * 25.0 + 95.0 * 95.0;
    let expected = 20.0 / 19.0 * squares / 2_000.0 / (0.95 * 0.05);
    for quantile in [0.95, 0.950_000_1] {
        let found = blocks.interval(quantile, 2.0).design_effect;
        assert!((found / expected - 1.0).abs() < 1e-3, "{found}, {expected}");
    }
}

/// The share of intervals of p99 that contain the true one, of runs of 60 s at 1,000/s.
///
/// The tables of docs/CONFIDENCE.md have more runs; see the example `coverage`.
#[test]
fn intervals_of_95_percent_contain_the_true_quantile() {
    let runs = 100;
    for (utilization, least) in [(0.5, 90), (0.8, 86)] {
        let queue = QueueSimulation::new(1_000.0, utilization);
        let mut random = Xoshiro256PlusPlus::seed_from_u64(19);
        let (mut judged, mut covered) = (0, 0);
        for _ in 0..runs {
            let slices = queue.slices(60, &mut random);
            let blocks = ConfidenceBlocks::new(&slices).expect("there are sixty");
            let Ok(found) = blocks.confidence(0.99) else {
                continue;
            };
            judged += 1;
            let truth = queue.response_quantile(0.99);
            covered += u64::from(found.low <= truth && truth <= found.high);
        }
        assert!(judged >= runs * 8 / 10, "{judged} at {utilization}");
        let percent = covered * 100 / judged;
        assert!(
            (least..=100).contains(&percent),
            "{percent} % at {utilization}"
        );
    }
}

/// Independent hits are worth what they are, and their intervals are not too wide either.
#[test]
fn independent_hits_have_little_design_effect() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let slices: Vec<_> = (0..60)
        .map(|_| slice((0..1_000).map(|_| (-uniform(&mut random).ln() * 1e4) as u64)))
        .collect();
    let blocks = ConfidenceBlocks::new(&slices).expect("there are sixty");
    for quantile in [0.5, 0.9, 0.99, 0.999] {
        let found = blocks.confidence(quantile).expect("60 lie beyond p99.9");
        assert!(found.design_effect < 2.5, "{found:?}");
        let truth = -(1.0_f64 - quantile).ln() / 100.0;
        let (low, high) = (found.low.as_secs_f64(), found.high.as_secs_f64());
        assert!(low * 0.97 < truth && truth < high * 1.03, "{found:?}");
    }
}
