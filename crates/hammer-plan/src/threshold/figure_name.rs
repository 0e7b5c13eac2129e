//! The names of figures: `p99`, `service.p50`, `label.503`, `errors`.

use super::HitTime;
use super::figure::{HitCategory, ThresholdFigure, TimeStatistic};
use super::percentile::Percentile;
use super::text_slice::{TextSlice, ThresholdResult, collapse_whitespace};
use crate::nearest;

/// The figure of that name.
pub(crate) fn parse_figure(name: TextSlice<'_>) -> ThresholdResult<ThresholdFigure> {
    if name.text.is_empty() {
        return name.error("there is nothing to look at", "p99 < 250ms");
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
                let phase = if rest.text.is_empty() {
                    "connect"
                } else {
                    rest.text
                };
                let right = format!("phase.{phase}.p50");
                return name.error("a phase has a name and a statistic", right);
            };
            let time = HitTime::Phase(collapse_whitespace(phase.text));
            return Ok(ThresholdFigure::Time(time, parse_statistic(rest)?));
        }
        "label" | "failure" => {
            let known = collapse_whitespace(rest.text);
            if known.is_empty() {
                let example = if first.text == "label" {
                    "label.503"
                } else {
                    "failure.timeout"
                };
                return name.error(format!("there is no name behind {}.", first.text), example);
            }
            return Ok(ThresholdFigure::Count(match first.text {
                "label" => HitCategory::Label(known),
                _ => HitCategory::Failure(known),
            }));
        }
        // `p99.9`
        _ => return parse_plain_figure(name),
    };
    Ok(ThresholdFigure::Time(time, parse_statistic(rest)?))
}

/// A figure without a name in front.
fn parse_plain_figure(name: TextSlice<'_>) -> ThresholdResult<ThresholdFigure> {
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
            let right = format!("{}.p99", name.text);
            return name.error(format!("{} needs a statistic", name.text), right);
        }
        "phase" => return name.error("a phase has a name and a statistic", "phase.connect.p50"),
        "label" => return name.error("a label has a name", "label.503"),
        "failure" => return name.error("a failure has a name", "failure.timeout"),
        _ => {}
    }
    let groups = [
        "rate", "achieved", "response", "service", "lateness", "label", "failure",
    ];
    let words = HitCategory::NAMES.iter().map(|(word, _)| *word);
    let more: Vec<&str> = words.chain(groups).collect();
    Ok(ThresholdFigure::Time(
        HitTime::Response,
        parse_statistic_or(name, &more)?,
    ))
}

fn parse_statistic(name: TextSlice<'_>) -> ThresholdResult<TimeStatistic> {
    parse_statistic_or(name, &[])
}

/// A statistic; an unknown word is compared with `more` besides.
fn parse_statistic_or(name: TextSlice<'_>, more: &[&str]) -> ThresholdResult<TimeStatistic> {
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
            format!("'{}' is no percentile", name.text),
            meant_percentile(digits).unwrap_or_else(|| "p99 or p99.9".into()),
        );
    }
    let all = if more.is_empty() {
        "p50, p99, p99.9, min, mean or max"
    } else {
        "p99, mean, max, errors, achieved or rate"
    };
    let meant = match lower.as_str() {
        // Spelled like lateness, and not meant to be it.
        "latency" => Some(all),
        "median" => Some("p50"),
        "avg" | "average" => Some("mean"),
        _ => None,
    };
    let known = ["min", "mean", "max"]
        .into_iter()
        .chain(more.iter().copied());
    let meant = meant.or_else(|| nearest(&lower, known));
    let wrong = if name.text.is_empty() {
        "there is no statistic".to_owned()
    } else {
        format!("unknown figure '{}'", name.text)
    };
    name.error(wrong, meant.unwrap_or(all))
}

/// `p99_9`, `p99,9` and `p999` are all meant to be `p99.9`; `95th` is `p95`.
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
