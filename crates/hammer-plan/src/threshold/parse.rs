//! `[scope] figure operator bound`, from left to right; every error knows its place.

use super::bound::{self, ThresholdBound};
use super::figure::ThresholdFigure;
use super::figure_name::parse_figure;
use super::operator::ComparisonOperator;
use super::scope;
use super::text_slice::{TextSlice, ThresholdResult, collapse_whitespace};
use super::{Threshold, ThresholdError};

pub(super) fn parse_threshold(text: &str) -> ThresholdResult<Threshold> {
    let whole = TextSlice { text, start: 0 }.trim();
    if whole.text.is_empty() {
        return whole.error("there is no condition", "p99 < 250ms");
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
    let value = parse_bound(bound, &figure)?;
    let prefix = &whole.text[..condition.start - whole.start];
    let pressed: String = bound.text.split_whitespace().collect();
    Ok(Threshold {
        text: collapse_whitespace(&format!("{prefix} {} {} {pressed}", name.text, sign.text)),
        scope,
        figure,
        operator,
        bound: value,
    })
}

fn missing_operator<T>(condition: TextSlice<'_>) -> ThresholdResult<T> {
    let name = condition.text.split_whitespace().next().unwrap_or_default();
    let (name, rest) = condition.split_at(name.len());
    // What is wrong with the name comes first.
    let figure = parse_figure(name)?;
    let rest = rest.trim();
    let place = if rest.text.is_empty() {
        condition.end_span()
    } else {
        rest.span()
    };
    let right = format!("{} < {}", name.text, bound::example_bound(&figure));
    Err(ThresholdError::new(
        place,
        "there is no operator",
        format!("{right}, with one of < <= > >= == !="),
    ))
}

fn parse_operator(sign: TextSlice<'_>) -> ThresholdResult<ComparisonOperator> {
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
        format!("'{}' is no operator", sign.text),
        meant.map_or("one of < <= > >= == !=", |(_, right)| right),
    )
}

fn parse_bound(bound: TextSlice<'_>, figure: &ThresholdFigure) -> ThresholdResult<ThresholdBound> {
    let mut words = bound.text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    // A number may stand apart from its unit; what is behind is too much.
    let is_number = first.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let looks_like_unit = |word: &str| !matches!(word, "&&" | "and" | "||" | "or" | ",");
    let end = match second {
        Some(unit) if is_number && looks_like_unit(unit) => {
            let from = first.len();
            from + bound.text[from..].find(unit).unwrap_or(0) + unit.len()
        }
        _ => first.len(),
    };
    let (bound, rest) = bound.split_at(end);
    let value = ThresholdBound::parse(bound.text, bound.span(), figure)?;
    let rest = rest.trim();
    if rest.text.is_empty() {
        return Ok(value);
    }
    rest.error(
        format!("something stands behind {}", bound.text),
        "one condition in each expression",
    )
}
