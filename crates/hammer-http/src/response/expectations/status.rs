//! Expectations of the status.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::{Error, ErrorKind};
use hammer_diagnostic::shortened;

/// The statuses that count as ok: `200,204,3xx,500-503`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedStatus(Vec<RangeInclusive<u16>>);

impl ExpectedStatus {
    /// Accepts the statuses of `other` as well.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    pub(crate) fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

impl FromStr for ExpectedStatus {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let ranges = text.split(',').map(|part| {
            parse_range(part.trim()).ok_or_else(|| {
                let message = format!(
                    "malformed status {part:?}; expected a list such as 200, 3xx or 500-503, \
                     separated by commas",
                    part = shortened(part)
                );
                Error::new(ErrorKind::Expectation, message)
            })
        });
        ranges.collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for ExpectedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match (*range.start(), *range.end()) {
                (first, last) if first == last => write!(f, "{comma}{first}")?,
                (first, last) if first % 100 == 0 && last == first + 99 => {
                    write!(f, "{comma}{}xx", first / 100)?;
                }
                (first, last) => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

fn parse_range(text: &str) -> Option<RangeInclusive<u16>> {
    if let Some(class @ [b'1'..=b'9', b'x' | b'X', b'x' | b'X']) = text.as_bytes().first_chunk()
        && text.len() == class.len()
    {
        let first = u16::from(class[0] - b'0') * 100;
        return Some(first..=first + 99);
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (parse_status(first)?, parse_status(last)?);
    (first <= last).then_some(first..=last)
}

fn parse_status(text: &str) -> Option<u16> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let code = digits.then(|| text.parse().ok())??;
    (code >= 100).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_parsed_in_lists_ranges_and_classes() {
        let table: [(&str, &[u16], &[u16]); 5] = [
            ("200", &[200], &[199, 201, 404]),
            ("200, 204,3xx", &[200, 204, 300, 399], &[201, 299, 400]),
            ("5XX", &[500, 599], &[499, 600]),
            ("500-503", &[500, 502, 503], &[499, 504]),
            ("100,999", &[100, 999], &[101, 998]),
        ];
        for (text, inside, outside) in table {
            let expected: ExpectedStatus = text.parse().expect(text);
            assert!(
                inside.iter().all(|status| expected.contains(*status)),
                "{text}"
            );
            assert!(
                !outside.iter().any(|status| expected.contains(*status)),
                "{text}"
            );
            let shown = expected.to_string();
            assert_eq!(
                shown
                    .parse::<ExpectedStatus>()
                    .expect("the status is valid"),
                expected
            );
        }
    }

    #[test]
    fn errors_name_what_was_expected() {
        for text in [
            "", "20", "2000", "099", "2x0", "xxx", "2xxx", "+20", "200,", "200;204", "503-500",
            "200-", "ok", "0xx", "200-3xx", "۲۰۰",
        ] {
            let error = text.parse::<ExpectedStatus>().expect_err(text);
            assert!(
                error.to_string().contains("200, 3xx or 500-503"),
                "{text}: {error}"
            );
            assert_eq!(error.kind(), ErrorKind::Expectation);
        }
    }
}
