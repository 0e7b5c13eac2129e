//! Properties of histograms and snapshots.

mod confidence;
mod queue_simulation;
mod snapshot_json;

use std::time::Duration;

use hammer_stats::{Histogram, HistogramSnapshot};
use proptest::prelude::*;

fn recorded(times: &[u64]) -> Histogram {
    let mut histogram = Histogram::new();
    for &nanos in times {
        histogram.record(Duration::from_nanos(nanos));
    }
    histogram
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn merging_equals_recording_everything(
        one in prop::collection::vec(0..u64::MAX / 4, 0..200),
        other in prop::collection::vec(0..10_000_000_u64, 0..200),
    ) {
        let mut merged = recorded(&one);
        merged.merge(&recorded(&other));
        let all: Vec<_> = one.iter().chain(&other).copied().collect();
        prop_assert_eq!(merged, recorded(&all));
    }

    #[test]
    fn a_snapshot_decodes_to_the_same_histogram(times in prop::collection::vec(0..u64::MAX, 0..300)) {
        let histogram = recorded(&times);
        let snapshot = HistogramSnapshot::take(&histogram).expect("counts are small");
        prop_assert_eq!(snapshot.histogram().expect("it was just taken"), histogram);
    }
}

#[test]
fn a_snapshot_of_one_second_is_small() {
    let times: Vec<_> = (0..1_000).map(|k| 100_000 + k * 300).collect();
    let snapshot = HistogramSnapshot::take(&recorded(&times)).expect("counts are small");
    assert!(snapshot.size() < 2_048, "{} bytes", snapshot.size());
}
