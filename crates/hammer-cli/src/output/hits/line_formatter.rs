//! The formatting of lines of the log of hits.

use std::time::Duration;

use hammer_core::{HitRecord, HitResult, Label};

use super::csv_field::push_field;
use super::logged_load::LoggedLoad;

/// Formats records of hits as lines of CSV.
///
/// Formatting with `std::fmt` took two thirds of the time of the log. So texts that
/// most lines repeat are formatted once, and numbers by `itoa`.
#[derive(Debug, Default)]
pub(super) struct LineFormatter {
    outcomes: Vec<OutcomeColumns>,
}

/// The columns of a result and a label, with commas around them.
#[derive(Debug)]
struct OutcomeColumns {
    result: HitResult,
    label: Option<Label>,
    text: Vec<u8>,
}

/// The maximum number of outcomes that are kept. They are searched one by one.
const MAX_OUTCOMES: usize = 16;
/// Decimal places of a nanosecond in seconds, and in microseconds.
const PLACES_OF_SECONDS: usize = 9;
const PLACES_OF_MICROS: usize = 3;

impl LineFormatter {
    /// Appends the line of a hit of `load`.
    pub(super) fn push_line(&mut self, line: &mut Vec<u8>, load: &LoggedLoad, record: &HitRecord) {
        line.extend_from_slice(itoa::Buffer::new().format(record.number).as_bytes());
        line.push(b',');
        push_decimal(line, record.due, PLACES_OF_SECONDS);
        line.extend_from_slice(self.outcome(record.result, record.label));
        if let Some(response) = record.response {
            push_decimal(line, response, PLACES_OF_MICROS);
        }
        line.push(b',');
        if let Some(service) = record.service {
            push_decimal(line, service, PLACES_OF_MICROS);
        }
        line.push(b',');
        line.extend_from_slice(load.end_of(record.group));
    }

    /// Returns the columns of a result and a label.
    fn outcome(&mut self, result: HitResult, label: Option<Label>) -> &[u8] {
        let known = (self.outcomes.iter()).position(|o| o.result == result && o.label == label);
        let index = known.unwrap_or_else(|| {
            if self.outcomes.len() == MAX_OUTCOMES {
                self.outcomes.clear();
            }
            self.outcomes.push(OutcomeColumns::new(result, label));
            self.outcomes.len() - 1
        });
        &self.outcomes[index].text
    }
}

impl OutcomeColumns {
    fn new(result: HitResult, label: Option<Label>) -> Self {
        let mut text = format!(",{},", result.as_str()).into_bytes();
        // A comma in a label of the hammer would shift the columns.
        if let Some(label) = label {
            push_field(&mut text, &label.to_string());
        }
        text.push(b',');
        Self {
            result,
            label,
            text,
        }
    }
}

/// Appends a time with this number of decimal places, of which the last one is a nanosecond.
fn push_decimal(line: &mut Vec<u8>, time: Duration, places: usize) {
    let mut buffer = itoa::Buffer::new();
    // No run lasts for 584 years.
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let digits = buffer.format(nanos).as_bytes();
    if digits.len() > places {
        let (whole, fraction) = digits.split_at(digits.len() - places);
        line.extend_from_slice(whole);
        line.push(b'.');
        line.extend_from_slice(fraction);
    } else {
        line.extend_from_slice(&b"0.000000000"[..2 + places - digits.len()]);
        line.extend_from_slice(digits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_all_decimal_places() {
        for (nanos, seconds, micros) in [
            (0, "0.000000000", "0.000"),
            (7, "0.000000007", "0.007"),
            (999, "0.000000999", "0.999"),
            (1_000, "0.000001000", "1.000"),
            (12_001, "0.000012001", "12.001"),
            (999_999_999, "0.999999999", "999999.999"),
            (1_000_000_000, "1.000000000", "1000000.000"),
            (3_600_000_000_050, "3600.000000050", "3600000000.050"),
        ] {
            let text = |places| {
                let mut line = vec![];
                push_decimal(&mut line, Duration::from_nanos(nanos), places);
                String::from_utf8(line).expect("digits")
            };
            assert_eq!(text(PLACES_OF_SECONDS), seconds);
            assert_eq!(text(PLACES_OF_MICROS), micros);
        }
    }

    /// More labels than are kept, in turn.
    #[test]
    fn each_line_has_the_label_of_its_hit() {
        let mut formatter = LineFormatter::default();
        for number in (0..100).chain(0..100) {
            let label = Label::number(number);
            let text = formatter.outcome(HitResult::Rejected, Some(label));
            assert_eq!(text, format!(",rejected,{number},").as_bytes());
            let text = formatter.outcome(HitResult::Ok, Some(label));
            assert_eq!(text, format!(",ok,{number},").as_bytes());
            assert_eq!(formatter.outcome(HitResult::Unsent, None), b",unsent,,");
            assert!(formatter.outcomes.len() <= MAX_OUTCOMES);
        }
    }
}
