//! Snapshots as JSON: what is written is read, and what is hostile is refused.

use std::time::Duration;

use hammer_stats::{Histogram, HistogramSnapshot};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::recorded;

fn snapshot(times: &[u64]) -> HistogramSnapshot {
    HistogramSnapshot::take(&recorded(times)).expect("counts are small")
}

fn json_of(times: &[u64]) -> Value {
    serde_json::to_value(snapshot(times)).expect("JSON")
}

/// Uses a snapshot as a report does.
fn quantiles(snapshot: &HistogramSnapshot) -> [Duration; 3] {
    let mut histogram = Histogram::new();
    histogram.merge(&snapshot.histogram().expect("it was checked"));
    histogram.merge(&snapshot.histogram().expect("it was checked"));
    [0.0, 0.5, 1.0].map(|quantile| histogram.quantile(quantile))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_snapshot_is_read_as_it_was_written(times in prop::collection::vec(0..u64::MAX, 0..300)) {
        let written = serde_json::to_string(&snapshot(&times)).expect("JSON");
        let read: HistogramSnapshot = serde_json::from_str(&written).expect("it was just written");
        prop_assert_eq!(&read, &snapshot(&times));
        prop_assert_eq!(read.histogram().expect("it is valid"), recorded(&times));
        let again = HistogramSnapshot::take(&read.histogram().expect("it is valid"));
        prop_assert_eq!(again.expect("counts are small"), read);
    }

    #[test]
    fn changed_bytes_are_refused_or_usable(
        times in prop::collection::vec(0..10_000_000_000_u64, 1..50),
        changes in prop::collection::vec((0..400_usize, any::<u8>()), 1..4),
    ) {
        let mut text = serde_json::to_string(&snapshot(&times)).expect("JSON").into_bytes();
        for (position, byte) in changes {
            let position = position % text.len();
            text[position] = byte;
        }
        if let Ok(read) = serde_json::from_slice::<HistogramSnapshot>(&text) {
            quantiles(&read);
        }
    }
}

#[test]
fn figures_that_contradict_the_buckets_are_refused() {
    let times = [1_000, 5_000, 5_000, 80_000_000];
    let valid = json_of(&times);
    for (key, value, problem) in [
        ("count", json!(5), "expected a `count` of 4"),
        ("count", json!(0), "expected a `count` of 4"),
        ("count", json!(-1), "invalid value"),
        (
            "min_ns",
            json!(90_000_000),
            "expected `min_ns` up to `max_ns`",
        ),
        (
            "min_ns",
            json!(3_000),
            "expected `min_ns` from 1 µs to 1 µs",
        ),
        ("max_ns", json!(70_000_000), "expected `max_ns` from"),
        ("sum_ns", json!(9), "expected `sum_ns` from 4000 to"),
        ("sum_ns", json!("9e9"), "expected a decimal integer"),
        (
            "sum_ns",
            json!("9".repeat(40)),
            "expected a decimal integer",
        ),
        ("sum_ns", json!(null), "did not match"),
        ("saturated", json!(5), "expected `saturated` up to `count`"),
        ("v2", json!(""), "expected figures of 0 without buckets"),
        ("v2", json!("HISTEw=="), "expected a header of 40 bytes"),
        ("v2", json!("*"), "expected base64"),
        ("v2", json!("A".repeat(400_000)), "expected at most"),
        ("v3", json!(""), "unknown field"),
    ] {
        let mut changed = valid.clone();
        changed[key] = value.clone();
        let error = serde_json::from_value::<HistogramSnapshot>(changed);
        let error = error.expect_err(key).to_string();
        assert!(error.contains(problem), "{key} {value}: {error}");
    }
    for key in ["v2", "count", "sum_ns", "min_ns", "max_ns", "saturated"] {
        let mut changed = valid.clone();
        changed.as_object_mut().expect("an object").remove(key);
        assert!(serde_json::from_value::<HistogramSnapshot>(changed).is_err());
    }
}

#[test]
fn nothing_recorded_is_all_zeros() {
    let empty = json_of(&[]);
    let expected = json!({
        "v2": "", "count": 0, "sum_ns": 0, "min_ns": 0, "max_ns": 0, "saturated": 0
    });
    assert_eq!(empty, expected);
    let read: HistogramSnapshot = serde_json::from_value(empty).expect("it is valid");
    assert_eq!(read.histogram().expect("it is valid"), Histogram::new());
}

#[test]
fn a_sum_beyond_64_bits_is_a_decimal_string() {
    let times = [u64::MAX, u64::MAX, 7];
    let json = json_of(&times);
    assert_eq!(json["sum_ns"], json!("36893488147419103237"));
    assert_eq!(json["saturated"], json!(2));
    let read: HistogramSnapshot = serde_json::from_value(json).expect("it is valid");
    assert_eq!(read.histogram().expect("it is valid"), recorded(&times));
    assert_eq!(json_of(&[7, 9])["sum_ns"], json!(16));
}

/// The sum of counts overflowed if a hostile file had two histograms of 2⁶³ durations.
#[test]
fn counts_whose_sums_could_overflow_are_refused() {
    let mut taken = snapshot(&[5_000]);
    let mut histogram = taken.histogram().expect("it is valid");
    for _ in 0..48 {
        let copy = histogram.clone();
        histogram.merge(&copy);
    }
    taken = HistogramSnapshot::take(&histogram).expect("the count is below 2^63");
    let most = serde_json::to_value(&taken).expect("JSON");
    serde_json::from_value::<HistogramSnapshot>(most).expect("2^48 is allowed");
    let copy = histogram.clone();
    histogram.merge(&copy);
    taken = HistogramSnapshot::take(&histogram).expect("the count is below 2^63");
    let more = serde_json::to_value(&taken).expect("JSON");
    let error = serde_json::from_value::<HistogramSnapshot>(more).expect_err("2^49");
    assert!(error.to_string().contains("at most 2^48"), "{error}");
}
