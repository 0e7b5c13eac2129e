//! `[scope] figure operator bound`, from left to right; every error knows its place.

use super::bound::{self, Bound};
use super::figure::Figure;
use super::name::figure;
use super::operator::Operator;
use super::part::{Part, Result, one_line};
use super::scope;
use super::{Threshold, ThresholdError};

pub(super) fn threshold(text: &str) -> Result<Threshold> {
    let whole = Part { text, start: 0 }.trim();
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
    let (name, rest) = match condition.text.find(Operator::has) {
        Some(byte) => condition.split_at(byte),
        None => return no_operator(condition),
    };
    let name = name.trim();
    let figure = figure(name)?;
    let sign_end = rest
        .text
        .find(|c| !Operator::has(c))
        .unwrap_or(rest.text.len());
    let (sign, bound) = rest.split_at(sign_end);
    let operator = operator(sign)?;
    let bound = bound.trim();
    let value = one_bound(bound, &figure)?;
    let prefix = &whole.text[..condition.start - whole.start];
    let pressed: String = bound.text.split_whitespace().collect();
    Ok(Threshold {
        text: one_line(&format!("{prefix} {} {} {pressed}", name.text, sign.text)),
        scope,
        figure,
        operator,
        bound: value,
    })
}

fn no_operator<T>(condition: Part<'_>) -> Result<T> {
    let name = condition.text.split_whitespace().next().unwrap_or_default();
    let (name, rest) = condition.split_at(name.len());
    // What is wrong with the name comes first.
    let figure = figure(name)?;
    let rest = rest.trim();
    let place = if rest.text.is_empty() {
        condition.end()
    } else {
        rest.place()
    };
    let right = format!("{} < {}", name.text, bound::example(&figure));
    Err(ThresholdError::new(
        place,
        "there is no operator",
        format!("{right}, with one of < <= > >= == !="),
    ))
}

fn operator(sign: Part<'_>) -> Result<Operator> {
    if let Some((_, operator)) = Operator::ALL.iter().find(|(text, _)| *text == sign.text) {
        return Ok(*operator);
    }
    let meant = Operator::MEANT.iter().find(|(text, _)| *text == sign.text);
    sign.error(
        format!("'{}' is no operator", sign.text),
        meant.map_or("one of < <= > >= == !=", |(_, right)| right),
    )
}

fn one_bound(bound: Part<'_>, figure: &Figure) -> Result<Bound> {
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
    let value = Bound::parse(bound.text, bound.place(), figure)?;
    let rest = rest.trim();
    if rest.text.is_empty() {
        return Ok(value);
    }
    rest.error(
        format!("something stands behind {}", bound.text),
        "one condition in each expression",
    )
}
