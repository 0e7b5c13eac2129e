//! Parses `[scope] figure operator bound` from left to right.

use hammer_diagnostic::{Diagnostic, excerpt};

use super::Threshold;
use super::bound;
use super::figure_name::parse_figure;
use super::fixed_bound::example_bound;
use super::operator::ComparisonOperator;
use super::scope;
use super::text_slice::{TextSlice, ThresholdParseResult, collapse_whitespace, quotable};

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
    let parsed = bound::parse(bound.trim(), &figure)?;
    let prefix = &whole.text[..condition.start - whole.start];
    let (name, sign, bound) = (name.text, sign.text, &parsed.text);
    Ok(Threshold {
        text: collapse_whitespace(&format!("{prefix} {name} {sign} {bound}")),
        scope,
        figure,
        operator,
        bound: parsed.bound,
        relative: None,
        window: parsed.window,
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
            let bound = example_bound(&figure);
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
