//! Parses `[scope] figure operator bound` from left to right.

use std::time::Duration;

use hammer_diagnostic::{Diagnostic, excerpt};

use super::Threshold;
use super::bound::{self, ThresholdBound};
use super::figure::ThresholdFigure;
use super::figure_name::parse_figure;
use super::operator::ComparisonOperator;
use super::scope;
use super::text_slice::{TextSlice, ThresholdParseResult, collapse_whitespace, quotable};
use super::window;

const OPERATORS: &str = "one of < <= > >= == !=";

pub(super) fn parse_threshold(text: &str) -> ThresholdParseResult<Threshold> {
    let whole = TextSlice { text, start: 0 }.trim();
    if whole.text.is_empty() {
        return whole.error("missing condition", "a condition such as p99 < 250ms");
    }
    let (scope, condition) = match whole.text.strip_prefix('[') {
        Some(_) => {
            let (scope, condition) = scope::parse(whole)?;
            (Some(scope), condition)
        }
        None => (None, whole),
    };
    let (name, rest) = match condition.text.find(ComparisonOperator::is_operator_char) {
        Some(byte) => condition.split_at(byte),
        None => return missing_operator(condition),
    };
    let name = name.trim();
    let figure = parse_figure(name)?;
    let sign_end = rest
        .text
        .find(|c| !ComparisonOperator::is_operator_char(c))
        .unwrap_or(rest.text.len());
    let (sign, bound) = rest.split_at(sign_end);
    let operator = parse_operator(sign)?;
    let bound = bound.trim();
    let (value, window) = parse_bound(bound, &figure)?;
    let prefix = &whole.text[..condition.start - whole.start];
    let packed = packed_bound(bound.text);
    Ok(Threshold {
        text: collapse_whitespace(&format!("{prefix} {} {} {packed}", name.text, sign.text)),
        scope,
        figure,
        operator,
        bound: value,
        window,
    })
}

fn missing_operator<T>(condition: TextSlice<'_>) -> ThresholdParseResult<T> {
    let name = condition.text.split_whitespace().next().unwrap_or_default();
    let (name, rest) = condition.split_at(name.len());
    // An error in the name comes first in the text.
    let figure = parse_figure(name)?;
    let rest = rest.trim();
    let place = if rest.text.is_empty() {
        condition.end_span()
    } else {
        rest.span()
    };
    let expected = match quotable(name.text) {
        Some(name) => {
            let bound = bound::example_bound(&figure);
            format!("{OPERATORS}, as in {name} < {bound}")
        }
        None => OPERATORS.to_owned(),
    };
    Err(Diagnostic::new(place, "missing operator").with_expected(expected))
}

fn parse_operator(sign: TextSlice<'_>) -> ThresholdParseResult<ComparisonOperator> {
    if let Some((_, operator)) = ComparisonOperator::ALL
        .iter()
        .find(|(text, _)| *text == sign.text)
    {
        return Ok(*operator);
    }
    let meant = ComparisonOperator::ALIASES
        .iter()
        .find(|(text, _)| *text == sign.text);
    sign.error(
        format!("unknown operator {}", excerpt(sign.text)),
        meant.map_or(OPERATORS, |(_, meant)| meant),
    )
}

fn parse_bound(
    bound: TextSlice<'_>,
    figure: &ThresholdFigure,
) -> ThresholdParseResult<(ThresholdBound, Option<Duration>)> {
    let mut words = bound.text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    // White space may separate a number from its unit.
    let is_number = first.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let looks_like_unit =
        |word: &str| !matches!(word, "&&" | "and" | "||" | "or" | "," | window::KEYWORD);
    let end = match second {
        Some(unit) if is_number && looks_like_unit(unit) => {
            let from = first.len();
            from + bound.text[from..].find(unit).unwrap_or(0) + unit.len()
        }
        _ => first.len(),
    };
    let (bound, rest) = bound.split_at(end);
    let value = ThresholdBound::parse(bound.text, bound.span(), figure)?;
    match window::parse(rest) {
        Some(window) => Ok((value, window?)),
        None => rest.trim().error(
            format!("unexpected text after {}", excerpt(bound.text)),
            "one condition per expression",
        ),
    }
}

/// Removes the white space within a bound and within a window.
fn packed_bound(text: &str) -> String {
    let packed = |text: &str| text.split_whitespace().collect::<String>();
    let mut words = text.split_whitespace();
    match words.position(|word| word == window::KEYWORD) {
        Some(before) => {
            let bound: String = text.split_whitespace().take(before).collect();
            let length: String = words.collect();
            format!("{bound} {} {length}", window::KEYWORD)
        }
        None => packed(text),
    }
}
