//! Parses the names of figures: `p99`, `service.p50`, `label.503`, `errors`.

use hammer_diagnostic::{Diagnostic, excerpt};

use super::HitTime;
use super::figure::{HitCategory, ThresholdFigure, TimeStatistic};
use super::percentile::Percentile;
use super::text_slice::{TextSlice, ThresholdParseResult, collapse_whitespace, quotable};

pub(crate) fn parse_figure(name: TextSlice<'_>) -> ThresholdParseResult<ThresholdFigure> {
    if name.text.is_empty() {
        return name.error("missing figure", "a condition such as p99 < 250ms");
    }
    let Some((first, rest)) = name.split_once('.') else {
        return parse_plain_figure(name);
    };
    let time = match first.text {
        "response" => HitTime::Response,
        "service" => HitTime::Service,
        "lateness" => HitTime::Lateness,
        "phase" => {
            let Some((phase, rest)) = rest.split_once('.') else {
                let phase = quotable(rest.text).unwrap_or("connect");
                let expected = format!("phase.{phase}.p50");
                return name.error("a phase needs a name and a statistic", expected);
            };
            let time = HitTime::Phase(collapse_whitespace(phase.text));
            return Ok(ThresholdFigure::Time(time, parse_statistic(rest)?));
        }
        "label" | "failure" => {
            let (kind, counted) = (first.text, collapse_whitespace(rest.text));
            if counted.is_empty() {
                let example = if kind == "label" {
                    "label.503"
                } else {
                    "failure.timeout"
                };
                return name.error(format!("missing name after '{kind}.'"), example);
            }
            return Ok(ThresholdFigure::Count(match kind {
                "label" => HitCategory::Label(counted),
                _ => HitCategory::Failure(counted),
            }));
        }
        // `p99.9`
        _ => return parse_plain_figure(name),
    };
    Ok(ThresholdFigure::Time(time, parse_statistic(rest)?))
}

/// Parses a figure without a prefix such as `service.`.
fn parse_plain_figure(name: TextSlice<'_>) -> ThresholdParseResult<ThresholdFigure> {
    if let Some((_, counted)) = HitCategory::NAMES
        .iter()
        .find(|(word, _)| *word == name.text)
    {
        return Ok(ThresholdFigure::Count(counted.clone()));
    }
    match name.text {
        "rate" => return Ok(ThresholdFigure::Rate),
        "achieved" => return Ok(ThresholdFigure::Achieved),
        "response" | "service" | "lateness" => {
            let expected = format!("{}.p99", name.text);
            return name.error(format!("'{}' needs a statistic", name.text), expected);
        }
        "phase" => {
            return name.error("a phase needs a name and a statistic", "phase.connect.p50");
        }
        "label" => return name.error("'label' needs a name", "label.503"),
        "failure" => return name.error("'failure' needs a name", "failure.timeout"),
        _ => {}
    }
    let others = [
        "rate", "achieved", "response", "service", "lateness", "label", "failure",
    ];
    let categories = HitCategory::NAMES.iter().map(|(word, _)| *word);
    let figures: Vec<&str> = categories.chain(others).collect();
    Ok(ThresholdFigure::Time(
        HitTime::Response,
        parse_statistic_or(name, &figures)?,
    ))
}

fn parse_statistic(name: TextSlice<'_>) -> ThresholdParseResult<TimeStatistic> {
    parse_statistic_or(name, &[])
}

/// Parses a statistic; the suggestion for an unknown word may also be one of `figures`.
fn parse_statistic_or(
    name: TextSlice<'_>,
    figures: &[&str],
) -> ThresholdParseResult<TimeStatistic> {
    let percentile = |text: &str| Percentile::parse(text.strip_prefix('p')?);
    if let Some(percentile) = percentile(name.text) {
        return Ok(TimeStatistic::Percentile(percentile));
    }
    match name.text {
        "min" => return Ok(TimeStatistic::Min),
        "mean" => return Ok(TimeStatistic::Mean),
        "max" => return Ok(TimeStatistic::Max),
        _ => {}
    }
    let lower = name.text.to_ascii_lowercase();
    let digits = lower.trim_start_matches('p');
    let is_percentile = digits.starts_with(|c: char| c.is_ascii_digit());
    if is_percentile && digits.len() <= 16 {
        return name.error(
            format!("{} is not a percentile", excerpt(name.text)),
            meant_percentile(digits).unwrap_or_else(|| "p99 or p99.9".into()),
        );
    }
    let all = if figures.is_empty() {
        "p50, p99, p99.9, min, mean or max"
    } else {
        "p99, mean, max, errors, ok, label.503, failure.timeout, achieved or rate"
    };
    if name.text.is_empty() {
        return name.error("missing statistic", all);
    }
    let known = ["min", "mean", "max"]
        .into_iter()
        .chain(figures.iter().copied());
    let error = Diagnostic::unknown(name.span(), "figure", name.text, known).or_expected(all);
    Err(match lower.as_str() {
        // Close to `lateness`, but not a misspelling of it.
        "latency" => error.with_expected(all),
        "median" => error.with_nearest("p50"),
        "avg" | "average" => error.with_nearest("mean"),
        _ => error,
    })
}

/// Corrects a misspelled percentile: `p99_9`, `p99,9` and `p999` mean `p99.9`; `95th` means `p95`.
fn meant_percentile(digits: &str) -> Option<String> {
    let digits = digits.trim_end_matches("th").replace(['_', ','], ".");
    let dotted = match digits.as_bytes() {
        [b'9', b'9', rest @ ..] if !rest.is_empty() && !digits.contains('.') => {
            format!("99.{}", &digits[2..])
        }
        _ => digits,
    };
    Percentile::parse(&dotted).map(|_| format!("p{dotted}"))
}
