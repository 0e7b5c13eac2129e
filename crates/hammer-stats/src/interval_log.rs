//! Interval logs of HdrHistogram.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};

use crate::{Histogram, HistogramSnapshotError};

/// The longest duration of the log, one hour in nanoseconds. All lines have the same range, so that
/// readers can add them.
const MAX_NS: u64 = 3_600_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;
/// Characters that end a tag for the readers.
const REFUSED_IN_TAGS: [char; 4] = [',', ' ', '\r', '\n'];

/// Writes an interval log of HdrHistogram: a line of text for each histogram of a span of time.
///
/// Format: version 1.3, as Java's `HistogramLogWriter` writes it. Durations are counted in nanoseconds
/// at 3 significant digits, in compressed V2 payloads (`HISTF…`); the largest of a line is given in
/// milliseconds. Each duration is recorded as [`Histogram::quantile`] gives it, so that readers find
/// the same quantiles, at most 0.1 % higher.
///
/// Readers such as `HistogramLogProcessor` combine the lines without a tag, and select others by their
/// tag. They expect lines in the order of their start.
pub struct IntervalLog {
    text: String,
    /// The durations of one line, in nanoseconds; reused.
    nanos: hdrhistogram::Histogram<u64>,
    serializer: V2DeflateSerializer,
    payload: Vec<u8>,
}

impl IntervalLog {
    /// Begins a log with comments, each on lines of its own, and the start to which all times of lines
    /// are relative.
    ///
    /// # Panics
    ///
    /// Never: the bounds of the histogram are valid constants.
    #[must_use]
    pub fn new(comments: &[&str], start: Option<SystemTime>) -> Self {
        let mut text = String::new();
        for line in comments.iter().flat_map(|comment| comment.lines()) {
            let _ = writeln!(text, "#[{line}]");
        }
        text += "#[Histogram log format version 1.3]\n";
        let since_epoch = start.and_then(|start| start.duration_since(UNIX_EPOCH).ok());
        if let Some(start) = since_epoch {
            let seconds = start.as_secs_f64();
            let _ = writeln!(text, "#[StartTime: {seconds:.3} (seconds since epoch)]");
            let _ = writeln!(text, "#[BaseTime: {seconds:.3} (seconds since epoch)]");
        }
        text += "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\
                 \"Interval_Compressed_Histogram\"\n";
        let nanos = hdrhistogram::Histogram::new_with_bounds(1, MAX_NS, SIGNIFICANT_DIGITS);
        Self {
            text,
            nanos: nanos.expect("the bounds are valid constants"),
            serializer: V2DeflateSerializer::new(),
            payload: vec![],
        }
    }

    /// Adds a line for what was recorded from `start`, for `length`. Characters that would end the tag
    /// become `_`.
    ///
    /// # Errors
    ///
    /// If a bucket counts more than 2⁶³ durations.
    pub fn push(
        &mut self,
        tag: Option<&str>,
        start: Duration,
        length: Duration,
        histogram: &Histogram,
    ) -> Result<(), HistogramSnapshotError> {
        self.nanos.reset();
        for bucket in histogram.recorded() {
            let highest = bucket.end - Duration::from_micros(1);
            let time = highest.clamp(histogram.min(), histogram.max());
            let nanos = u64::try_from(time.as_nanos()).unwrap_or(MAX_NS);
            self.nanos
                .saturating_record_n(nanos.min(MAX_NS), bucket.count);
        }
        self.payload.clear();
        let serialized = self.serializer.serialize(&self.nanos, &mut self.payload);
        serialized.map_err(|error| HistogramSnapshotError::new(error.to_string()))?;
        if let Some(tag) = tag {
            let tag = tag.replace(
                |c: char| REFUSED_IN_TAGS.contains(&c) || c.is_control(),
                "_",
            );
            let _ = write!(self.text, "Tag={tag},");
        }
        let (start, length) = (start.as_secs_f64(), length.as_secs_f64());
        let max_ms = histogram.max().as_secs_f64() * 1e3;
        let _ = write!(self.text, "{start:.3},{length:.3},{max_ms:.3},");
        STANDARD.encode_string(&self.payload, &mut self.text);
        self.text.push('\n');
        Ok(())
    }

    /// Returns the text of the log.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;

    fn histogram(times: &[Duration]) -> Histogram {
        let mut histogram = Histogram::new();
        times.iter().for_each(|time| histogram.record(*time));
        histogram
    }

    /// The tag, start, length, largest duration and histogram of each line.
    fn parse(log: &str) -> Vec<(Option<&str>, f64, f64, f64, hdrhistogram::Histogram<u64>)> {
        // This parser does not know the legend.
        let legend = log.find("\"StartTimestamp\"").expect("a legend");
        let lines = &log[legend + log[legend..].find('\n').expect("a line end") + 1..];
        let entries = IntervalLogIterator::new(lines.as_bytes());
        entries
            .map(|entry| {
                let LogEntry::Interval(line) = entry.expect("a valid line") else {
                    panic!("expected a line with a histogram");
                };
                let payload = STANDARD.decode(line.encoded_histogram()).expect("base64");
                (
                    line.tag().map(|tag| tag.as_str()),
                    line.start_timestamp().as_secs_f64(),
                    line.duration().as_secs_f64(),
                    line.max(),
                    Deserializer::new()
                        .deserialize(&mut payload.as_slice())
                        .expect("a payload"),
                )
            })
            .collect()
    }

    #[test]
    fn a_log_begins_with_its_start_and_a_legend() {
        let start = UNIX_EPOCH + Duration::from_millis(1_790_000_000_250);
        let log = IntervalLog::new(&["values in ns\nof hits"], Some(start)).into_text();
        assert_eq!(
            log,
            "#[values in ns]\n#[of hits]\n#[Histogram log format version 1.3]\n\
             #[StartTime: 1790000000.250 (seconds since epoch)]\n\
             #[BaseTime: 1790000000.250 (seconds since epoch)]\n\
             \"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\
             \"Interval_Compressed_Histogram\"\n"
        );
        assert!(!IntervalLog::new(&[], None).into_text().contains("Time:"));
    }

    #[test]
    fn lines_have_the_quantiles_of_their_histogram() {
        let millis: Vec<_> = (1..=2_000).map(Duration::from_millis).collect();
        let micros: Vec<_> = (1..=500).map(Duration::from_micros).collect();
        let hours = [Duration::from_secs(3_599), Duration::from_secs(9_999)];
        let mut log = IntervalLog::new(&[], None);
        let second = Duration::from_secs(1);
        for (tag, times) in [
            (None, &millis[..]),
            (Some("a b,c"), &micros),
            (Some("x"), &hours),
        ] {
            log.push(tag, second / 4, second * 2, &histogram(times))
                .expect("few durations");
        }
        let text = log.into_text();
        let lines = parse(&text);
        let tags: Vec<_> = lines.iter().map(|line| line.0).collect();
        assert_eq!(tags, [None, Some("a_b_c"), Some("x")]);
        for (line, times) in lines.iter().zip([&millis[..], &micros, &hours]) {
            let (_, start, length, max_ms, nanos) = line;
            let expected = histogram(times);
            assert_eq!((*start, *length), (0.25, 2.0));
            assert!((max_ms - expected.max().as_secs_f64() * 1e3).abs() < 1e-3);
            assert_eq!(nanos.len(), expected.count());
            assert_eq!((nanos.low(), nanos.high(), nanos.sigfig()), (1, MAX_NS, 3));
            for quantile in [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0] {
                let found = nanos.value_at_quantile(quantile) as f64;
                let nanos = expected
                    .quantile(quantile)
                    .min(Duration::from_nanos(MAX_NS));
                let ratio = found / nanos.as_nanos() as f64;
                assert!((1.0..=1.001).contains(&ratio), "{quantile}: {ratio}");
            }
        }
    }

    #[test]
    fn nothing_recorded_is_a_line_too() {
        let mut log = IntervalLog::new(&[], None);
        let pushed = log.push(None, Duration::ZERO, Duration::ZERO, &Histogram::new());
        pushed.expect("nothing to count");
        let text = log.into_text();
        let lines = parse(&text);
        assert_eq!((lines.len(), lines[0].3, lines[0].4.len()), (1, 0.0, 0));
    }
}
