//! Parser of distributions of service times.

use std::ops::Range;
use std::time::Duration;

use hammer_diagnostic::{Diagnostic, excerpt};
use hammer_target::ServiceLaw;

use super::duration;
use crate::args::caret::{self, CaretError};

/// The names of distributions.
const NAMES: [&str; 4] = ["const", "exp", "uniform", "lognormal"];

/// Examples of all distributions.
const EXAMPLES: &str = "const:1ms, exp:0.5ms, uniform:1ms..2ms or lognormal:1ms,0.5";

/// Parses a distribution: `const:TIME` or `fixed:TIME`, `exp:MEAN`, `uniform:MIN..MAX` or `lognormal:MEDIAN,SIGMA`.
pub(crate) fn parse(text: &str) -> Result<ServiceLaw, CaretError> {
    caret::parse_with(text, parse_law)
}

fn parse_law(text: &str) -> Result<ServiceLaw, Diagnostic> {
    let (name, parameters) = text
        .split_once(':')
        .ok_or_else(|| found(text, 0..text.len(), EXAMPLES))?;
    let from = name.len() + 1;
    let all = from..text.len();
    let pair = |separator: &str, example: &'static str| {
        let (first, second) = parameters
            .split_once(separator)
            .ok_or_else(|| found(parameters, all.clone(), example))?;
        let second_from = text.len() - second.len();
        Ok((
            (first, from..from + first.len()),
            (second, second_from..text.len()),
        ))
    };
    match name {
        "const" | "fixed" => Ok(ServiceLaw::constant(time(parameters, all)?)),
        "exp" => Ok(ServiceLaw::exponential(time(parameters, all)?)),
        "uniform" => {
            let ((min, min_at), (max, max_at)) = pair("..", "MIN..MAX, such as 1ms..2ms")?;
            ServiceLaw::uniform(time(min, min_at)?, time(max, max_at)?)
                .map_err(|error| Diagnostic::new(all, error.to_string()))
        }
        "lognormal" => {
            let ((median, median_at), (sigma, sigma_at)) =
                pair(",", "MEDIAN,SIGMA, such as 1ms,0.5")?;
            let median = time(median, median_at)?;
            let sigma = sigma.trim().parse().map_err(|_| {
                let expected = "a sigma above 0 and at most 5, such as 0.5";
                found(sigma, sigma_at.clone(), expected)
            })?;
            ServiceLaw::lognormal(median, sigma)
                .map_err(|error| Diagnostic::new(sigma_at, error.to_string()))
        }
        _ => {
            let unknown = Diagnostic::unknown(0..name.len(), "distribution", name, NAMES);
            Err(unknown.or_expected(EXAMPLES))
        }
    }
}

/// Parses a time at this position. Without a unit, it would be seconds, which is rarely meant here.
fn time(text: &str, position: Range<usize>) -> Result<Duration, Diagnostic> {
    let has_unit = text
        .trim()
        .ends_with(|last: char| last.is_ascii_alphabetic());
    let parsed = duration::parse(text).ok().filter(|_| has_unit);
    let expected = "a time above 0 with its unit, such as 0.5ms or 200us";
    parsed.ok_or_else(|| found(text, position, expected))
}

/// Reports a part that is something else than expected.
fn found(part: &str, position: Range<usize>, expected: &'static str) -> Diagnostic {
    let problem = match part.trim() {
        "" => "found nothing".to_owned(),
        part => format!("found {}", excerpt(part)),
    };
    Diagnostic::new(position, problem).with_expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_have_a_name_and_times() {
        let us = Duration::from_micros;
        for (text, law) in [
            ("const:1ms", ServiceLaw::constant(us(1_000))),
            ("fixed:1ms", ServiceLaw::constant(us(1_000))),
            ("exp:0.5ms", ServiceLaw::exponential(us(500))),
            ("exp:200us", ServiceLaw::exponential(us(200))),
            (
                "uniform:0.5ms..2ms",
                ServiceLaw::uniform(us(500), us(2_000)).expect("min below max"),
            ),
            (
                "lognormal:1ms,0.5",
                ServiceLaw::lognormal(us(1_000), 0.5).expect("a valid sigma"),
            ),
            (
                "lognormal:1ms, 0.5",
                ServiceLaw::lognormal(us(1_000), 0.5).expect("a valid sigma"),
            ),
        ] {
            assert_eq!(parse_law(text), Ok(law), "{text}");
        }
    }

    #[test]
    fn errors_are_at_the_part_that_is_wrong() {
        for (text, part, message) in [
            ("1ms", "1ms", "expected const:1ms, exp:0.5ms"),
            ("", "", "expected const:1ms"),
            (
                "expo:1ms",
                "expo",
                "unknown distribution 'expo'; expected 'exp'",
            ),
            (
                "pareto:1ms",
                "pareto",
                "unknown distribution 'pareto'; expected const:1ms",
            ),
            ("exp:0.5", "0.5", "expected a time above 0 with its unit"),
            ("exp:0ms", "0ms", "expected a time above 0 with its unit"),
            ("exp:", "", "expected a time above 0 with its unit"),
            ("exp:µs", "µs", "expected a time above 0 with its unit"),
            ("uniform:1ms", "1ms", "expected MIN..MAX"),
            ("uniform:1ms..2", "2", "expected a time above 0"),
            ("uniform:x..2ms", "x", "expected a time above 0"),
            (
                "uniform:2ms..1ms",
                "2ms..1ms",
                "not below the minimum, found 2ms to 1ms",
            ),
            ("lognormal:1ms", "1ms", "expected MEDIAN,SIGMA"),
            ("lognormal:1ms,x", "x", "expected a sigma above 0"),
            (
                "lognormal:1ms,6",
                "6",
                "expected a sigma above 0 and at most 5, found 6",
            ),
        ] {
            let error = parse_law(text).expect_err(text);
            assert_eq!(&text[error.position()], part, "{text}");
            assert!(error.to_string().contains(message), "{text}: {error}");
        }
    }
}
