//! The V2 encoding of buckets: one encoding per histogram, and checks of foreign bytes.
//!
//! A header of 40 bytes (cookie, length, offset, digits, bounds, ratio) is followed by one number per
//! bucket, or per run of empty buckets. Numbers are zig-zag LEB128 of at most nine bytes. Source:
//! `AbstractHistogram.java` of HdrHistogram, `encodeIntoByteBuffer`.

use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};

use crate::histogram_snapshot::HistogramSnapshotError;

/// The longest encoding: the header, and nine bytes for each bucket.
pub(crate) const MAX_ENCODED_BYTES: usize = HEADER_BYTES + 9 * MAX_BUCKETS;
/// The number of buckets of a histogram that goes up to an hour.
const MAX_BUCKETS: usize = 23 * HALF_RANGE;
/// The buckets of one doubling of the duration.
const HALF_RANGE: usize = 1024;
const HEADER_BYTES: usize = 40;
const COOKIE: [u8; 4] = [0x1c, 0x84, 0x93, 0x13];
/// The position in the header of the longest duration that has a bucket.
const HIGH: std::ops::Range<usize> = 24..32;
const MIN_HIGH_US: u64 = 2_047;
const MAX_HIGH_US: u64 = (1 << 32) - 1;

/// The total of encoded buckets, and the durations that they cover, in microseconds.
#[derive(Debug)]
pub(crate) struct EncodedBuckets {
    pub(crate) count: u64,
    /// The shortest and the longest duration of the first recorded bucket.
    pub(crate) first_us: (u64, u64),
    /// The shortest and the longest duration of the last recorded bucket.
    pub(crate) last_us: (u64, u64),
}

/// Encodes `buckets`. Equal histograms have equal encodings, however they have grown.
pub(crate) fn encode(
    buckets: &hdrhistogram::Histogram<u64>,
) -> Result<Box<[u8]>, HistogramSnapshotError> {
    let mut bytes = vec![];
    V2Serializer::new()
        .serialize(buckets, &mut bytes)
        .map_err(|_| HistogramSnapshotError::new("a bucket counts more than 2^63 durations"))?;
    // The longest duration of the smallest histogram that has these buckets, not of this one.
    let high = (buckets.max() + 1).next_power_of_two() - 1;
    bytes[HIGH].copy_from_slice(&high.max(MIN_HIGH_US).to_be_bytes());
    Ok(bytes.into_boxed_slice())
}

/// Decodes bytes that [`inspect`] accepted.
pub(crate) fn decode(bytes: &[u8]) -> Result<hdrhistogram::Histogram<u64>, HistogramSnapshotError> {
    Deserializer::new()
        .deserialize(&mut &*bytes)
        .map_err(|_| HistogramSnapshotError::new("expected buckets in HdrHistogram's V2 encoding"))
}

/// Checks bytes of unknown origin, in time proportional to their number and without allocating.
///
/// [`decode`] is safe afterwards: the decoder trusts the length and the bounds in the header.
pub(crate) fn inspect(bytes: &[u8]) -> Result<EncodedBuckets, HistogramSnapshotError> {
    let Some((header, counts)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Err(HistogramSnapshotError::new(format!(
            "expected a header of {HEADER_BYTES} bytes, found {} bytes",
            bytes.len()
        )));
    };
    let buckets = check_header(header, counts.len())?;
    inspect_counts(counts, buckets)
}

/// Returns the number of buckets up to the highest value.
fn check_header(header: &[u8], counts_len: usize) -> Result<usize, HistogramSnapshotError> {
    let number = |range: std::ops::Range<usize>| {
        (header[range].iter()).fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let expect = |what: &str, expected: u64, found: u64| match expected == found {
        true => Ok(()),
        false => Err(HistogramSnapshotError::new(format!(
            "expected {what} {expected}, found {found}"
        ))),
    };
    if header[..4] != COOKIE {
        return Err(HistogramSnapshotError::new(
            "expected buckets in HdrHistogram's V2 encoding, found another cookie",
        ));
    }
    expect("the length", counts_len as u64, number(4..8))?;
    expect("the offset", 0, number(8..12))?;
    expect("the significant digits", 3, number(12..16))?;
    expect("the lowest value", 1, number(16..24))?;
    expect("the ratio", 1.0_f64.to_bits(), number(32..40))?;
    let high = number(HIGH);
    if !(MIN_HIGH_US..=MAX_HIGH_US).contains(&high) {
        return Err(HistogramSnapshotError::new(format!(
            "expected a highest value from {MIN_HIGH_US} to {MAX_HIGH_US}, found {high}"
        )));
    }
    if counts_len > 9 * MAX_BUCKETS {
        return Err(HistogramSnapshotError::new(format!(
            "expected at most {MAX_ENCODED_BYTES} bytes, found {}",
            counts_len + HEADER_BYTES
        )));
    }
    let buckets = bucket_of(high) + 1;
    // The decoder has whole doublings of buckets.
    expect(
        "whole doublings of buckets",
        0,
        (buckets % HALF_RANGE) as u64,
    )?;
    Ok(buckets)
}

/// Checks the counts of at most `buckets` buckets.
fn inspect_counts(
    mut counts: &[u8],
    buckets: usize,
) -> Result<EncodedBuckets, HistogramSnapshotError> {
    let (mut bucket, mut sum) = (0_usize, 0_u64);
    let (mut first, mut last) = (None, 0);
    while !counts.is_empty() {
        let number = take_number(&mut counts)
            .ok_or_else(|| HistogramSnapshotError::new("the last count is incomplete"))?;
        let skipped = match number {
            ..0 => number.unsigned_abs(),
            0 => 1,
            count => {
                sum = sum.saturating_add(count.unsigned_abs());
                first.get_or_insert(bucket);
                last = bucket;
                1
            }
        };
        bucket = usize::try_from(skipped)
            .ok()
            .and_then(|skipped| bucket.checked_add(skipped))
            .filter(|bucket| *bucket <= buckets)
            .ok_or_else(|| {
                HistogramSnapshotError::new(format!(
                    "expected at most {buckets} buckets, as the highest value says"
                ))
            })?;
    }
    let first = first.ok_or_else(|| HistogramSnapshotError::new("every bucket is empty"))?;
    Ok(EncodedBuckets {
        count: sum,
        first_us: durations_of(first),
        last_us: durations_of(last),
    })
}

/// Takes a zig-zag LEB128 number, of which the ninth byte has eight bits.
fn take_number(bytes: &mut &[u8]) -> Option<i64> {
    let mut number = 0_u64;
    for position in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let is_last = position == 8 || byte & 0x80 == 0;
        let bits = if position == 8 { *byte } else { byte & 0x7f };
        number |= u64::from(bits) << (7 * position);
        if is_last {
            break;
        }
    }
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}

/// The shortest and the longest duration of a bucket, in microseconds.
fn durations_of(bucket: usize) -> (u64, u64) {
    let doublings = (bucket / HALF_RANGE).saturating_sub(1);
    let within = (bucket - doublings * HALF_RANGE) as u64;
    (within << doublings, ((within + 1) << doublings) - 1)
}

/// The bucket of a duration in microseconds.
fn bucket_of(us: u64) -> usize {
    let doublings = (us | 2_047).ilog2() as usize - 10;
    doublings * HALF_RANGE + (us >> doublings) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(us: &[u64]) -> hdrhistogram::Histogram<u64> {
        let mut histogram = hdrhistogram::Histogram::new_with_bounds(1, MIN_HIGH_US, 3)
            .expect("the bounds are valid");
        histogram.auto(true);
        us.iter().for_each(|us| histogram += *us);
        histogram
    }

    #[test]
    fn buckets_are_those_of_the_library() {
        for us in [
            0,
            1,
            2_047,
            2_048,
            2_049,
            4_095,
            4_096,
            1_000_000,
            MAX_HIGH_US,
        ] {
            let library = histogram(&[us]);
            let bucket = bucket_of(us);
            let (low, high) = durations_of(bucket);
            assert_eq!(low, library.lowest_equivalent(us), "{us}");
            assert_eq!(high, library.highest_equivalent(us), "{us}");
            assert_eq!(library.count_at(low), 1);
            assert!(bucket < MAX_BUCKETS);
        }
        assert_eq!(bucket_of(MAX_HIGH_US) + 1, MAX_BUCKETS);
    }

    #[test]
    fn encodings_depend_on_what_was_recorded_only() {
        let grown = histogram(&[5, 900, 70_000]);
        let mut large = histogram(&[5_000_000]);
        large.reset();
        [70_000, 5, 900].iter().for_each(|us| large += *us);
        assert_ne!(grown.high(), large.high());
        let bytes = encode(&grown).expect("counts are small");
        assert_eq!(bytes, encode(&large).expect("counts are small"));
        assert_eq!(decode(&bytes).expect("valid"), grown);
        let found = inspect(&bytes).expect("valid");
        assert_eq!((found.count, found.first_us), (3, (5, 5)));
        assert!(found.last_us.0 <= 70_000 && 70_000 <= found.last_us.1);
    }

    #[test]
    fn every_change_of_the_header_is_refused() {
        let bytes = encode(&histogram(&[5, 900, 70_000])).expect("counts are small");
        for position in (0..HEADER_BYTES).filter(|position| !HIGH.contains(position)) {
            let mut changed = bytes.to_vec();
            changed[position] ^= 0x40;
            assert!(inspect(&changed).is_err(), "byte {position}");
        }
        for high in [0, 1, 2_046, 2_048, 1 << 32, u64::MAX] {
            let mut changed = bytes.to_vec();
            changed[HIGH].copy_from_slice(&high.to_be_bytes());
            assert!(inspect(&changed).is_err(), "{high}");
        }
        for length in 0..bytes.len() {
            assert!(inspect(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    /// The decoder refused such bytes later, when a slice was read, which then had no durations.
    #[test]
    fn buckets_above_the_highest_value_are_refused() {
        let bytes = encode(&histogram(&[5, 900, 70_000])).expect("counts are small");
        let mut lower = bytes.to_vec();
        lower[HIGH].copy_from_slice(&MIN_HIGH_US.to_be_bytes());
        assert!(decode(&lower).is_err());
        let error = inspect(&lower).expect_err("70 ms is above").to_string();
        assert!(error.contains("at most 2048 buckets"), "{error}");
        for us in [2_047, 2_048, 4_095, 4_096, 70_000, MAX_HIGH_US] {
            let bytes = encode(&histogram(&[us])).expect("counts are small");
            inspect(&bytes).expect("the last bucket of its range");
            assert!(decode(&bytes).is_ok(), "{us}");
        }
    }

    /// The decoder negates the number of empty buckets, which overflows for the least number.
    #[test]
    fn hostile_counts_are_refused() {
        let header = encode(&histogram(&[5])).expect("counts are small");
        let encoding = |counts: &[u8]| {
            let mut bytes = header[..HEADER_BYTES].to_vec();
            bytes[4..8].copy_from_slice(&(counts.len() as u32).to_be_bytes());
            bytes.extend(counts);
            bytes
        };
        for (counts, problem) in [
            (&[0xff; 9][..], "buckets"),
            (&[0xff, 0xff, 0xff, 0x7f, 2], "buckets"),
            (&[0x80], "incomplete"),
            (&[2, 0xff], "incomplete"),
            (&[0, 0], "empty"),
            (&[], "empty"),
        ] {
            let error = inspect(&encoding(counts)).expect_err("hostile").to_string();
            assert!(error.contains(problem), "{counts:?}: {error}");
        }
        let most = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let twice = encoding(&[most, most].concat());
        assert_eq!(inspect(&twice).expect("valid").count, i64::MAX as u64 * 2);
        assert!(inspect(&encoding(&vec![2; 9 * MAX_BUCKETS + 1])).is_err());
    }
}
