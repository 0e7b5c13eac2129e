//! Snapshots of histograms as data of serde, checked when read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::histogram::{ExactStats, MAX_US};
use crate::v2_encoding::{self, MAX_ENCODED_BYTES};
use crate::{HistogramSnapshot, HistogramSnapshotError};

/// The most durations that a histogram may claim to have counted: a century at 80,000 per second.
///
/// It is low enough that sums of thousands of histograms do not overflow.
const MAX_COUNT: u64 = 1 << 48;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HistogramSnapshotJson {
    v2: String,
    count: u64,
    sum_ns: SumNs,
    min_ns: u64,
    max_ns: u64,
    saturated: u64,
}

/// A sum of nanoseconds, which exceeds 64 bits after 584 years of waiting.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum SumNs {
    Number(u64),
    Decimal(String),
}

impl From<u128> for SumNs {
    fn from(sum: u128) -> Self {
        u64::try_from(sum).map_or_else(|_| Self::Decimal(sum.to_string()), Self::Number)
    }
}

impl SumNs {
    fn read(&self) -> Result<u128, HistogramSnapshotError> {
        match self {
            Self::Number(sum) => Ok(u128::from(*sum)),
            Self::Decimal(sum) => sum.parse().map_err(|_| {
                HistogramSnapshotError::new(
                    "`sum_ns`: expected a decimal integer of at most 128 bits",
                )
            }),
        }
    }
}

impl Serialize for HistogramSnapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let exact = &self.exact;
        HistogramSnapshotJson {
            v2: STANDARD.encode(&self.buckets),
            count: exact.count,
            sum_ns: exact.sum.into(),
            min_ns: if exact.count == 0 { 0 } else { exact.min },
            max_ns: exact.max,
            saturated: exact.saturated,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for HistogramSnapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = HistogramSnapshotJson::deserialize(deserializer)?;
        Self::try_from(json).map_err(de::Error::custom)
    }
}

impl TryFrom<HistogramSnapshotJson> for HistogramSnapshot {
    type Error = HistogramSnapshotError;

    fn try_from(json: HistogramSnapshotJson) -> Result<Self, HistogramSnapshotError> {
        let error = HistogramSnapshotError::new;
        if json.v2.len() > MAX_ENCODED_BYTES.div_ceil(3) * 4 {
            return Err(error(format!(
                "`v2`: expected at most {MAX_ENCODED_BYTES} bytes of buckets"
            )));
        }
        let buckets = STANDARD
            .decode(&json.v2)
            .map_err(|problem| error(format!("`v2`: expected base64: {problem}")))?;
        let exact = ExactStats {
            count: json.count,
            sum: json.sum_ns.read()?,
            min: json.min_ns,
            max: json.max_ns,
            saturated: json.saturated,
        };
        let exact = if buckets.is_empty() {
            check_empty(exact)?
        } else {
            check_recorded(exact, &buckets)?
        };
        Ok(Self {
            buckets: buckets.into_boxed_slice(),
            exact,
        })
    }
}

fn check_empty(exact: ExactStats) -> Result<ExactStats, HistogramSnapshotError> {
    let read = ExactStats {
        min: if exact.min == 0 { u64::MAX } else { exact.min },
        ..exact
    };
    match read == ExactStats::EMPTY {
        true => Ok(ExactStats::EMPTY),
        false => Err(HistogramSnapshotError::new(format!(
            "expected figures of 0 without buckets, found `count` {}, `max_ns` {}",
            exact.count, exact.max
        ))),
    }
}

/// Checks that the exact figures can be those of the durations in `buckets`.
fn check_recorded(exact: ExactStats, buckets: &[u8]) -> Result<ExactStats, HistogramSnapshotError> {
    let refuse = |problem: String| Err(HistogramSnapshotError::new(problem));
    let found = v2_encoding::inspect(buckets)?;
    if exact.count != found.count {
        return refuse(format!(
            "expected a `count` of {}, the sum of the buckets, found {}",
            found.count, exact.count
        ));
    }
    if exact.count > MAX_COUNT {
        return refuse(format!(
            "expected a `count` of at most 2^48, found {}",
            exact.count
        ));
    }
    if exact.min > exact.max {
        return refuse(format!(
            "expected `min_ns` up to `max_ns`, found {} and {}",
            exact.min, exact.max
        ));
    }
    for (key, ns, (low, high)) in [
        ("min_ns", exact.min, found.first_us),
        ("max_ns", exact.max, found.last_us),
    ] {
        let us = (ns / 1_000).min(MAX_US);
        if !(low..=high).contains(&us) {
            return refuse(format!(
                "expected `{key}` from {low} µs to {high} µs, as in the buckets, found {ns} ns"
            ));
        }
    }
    let count = u128::from(exact.count);
    let (least, most) = (count * u128::from(exact.min), count * u128::from(exact.max));
    if !(least..=most).contains(&exact.sum) {
        return refuse(format!(
            "expected `sum_ns` from {least} to {most}, found {}",
            exact.sum
        ));
    }
    if exact.saturated > exact.count {
        return refuse(format!(
            "expected `saturated` up to `count`, found {} of {}",
            exact.saturated, exact.count
        ));
    }
    Ok(exact)
}
