//! The bound of a threshold, with the window after it.

use std::time::Duration;

use hammer_diagnostic::{Diagnostic, excerpt};

use super::figure::ThresholdFigure;
use super::fixed_bound::{FigureUnit, FixedBound};
use super::relative_bound::{self, BaselineSign, RelativeBound, example_margin};
use super::text_slice::{TextSlice, ThresholdParseResult};
use super::window;

/// The value that a figure is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ThresholdBound {
    Fixed(FixedBound),
    Relative(RelativeBound),
}

impl ThresholdBound {
    pub(crate) fn unit(self) -> FigureUnit {
        match self {
            Self::Fixed(bound) => bound.unit(),
            Self::Relative(bound) => bound.unit(),
        }
    }
}

/// A bound with its window.
pub(crate) struct ParsedBound {
    pub(crate) bound: ThresholdBound,
    pub(crate) window: Option<Duration>,
    /// The text without white space in numbers.
    pub(crate) text: String,
}

/// Parses the text after the operator.
pub(crate) fn parse(
    text: TextSlice<'_>,
    figure: &ThresholdFigure,
) -> ThresholdParseResult<ParsedBound> {
    let letters = text.text.find(|c: char| !c.is_alphabetic());
    let (word, rest) = text.split_at(letters.unwrap_or(text.text.len()));
    if word.text == relative_bound::KEYWORD {
        return parse_relative(rest, figure);
    }
    let example = || format!("{} + {}", relative_bound::KEYWORD, example_margin(figure));
    if relative_bound::is_misspelled(word.text) {
        let problem = format!("unknown word {}", excerpt(word.text));
        return Err(Diagnostic::new(word.span(), problem).with_nearest(relative_bound::KEYWORD));
    }
    let is_keyword = |word: &str| word == relative_bound::KEYWORD;
    if text.text.split([' ', '+', '-', '*', '\t']).any(is_keyword) {
        return text.error("the bound does not begin with 'baseline'", example());
    }
    let (value, rest) = split_value(text);
    let bound = FixedBound::parse(value.text, value.span(), figure)?;
    Ok(ParsedBound {
        bound: ThresholdBound::Fixed(bound),
        window: parse_window(value, rest)?,
        text: packed(text.text),
    })
}

/// Parses the text after `baseline`.
fn parse_relative(
    rest: TextSlice<'_>,
    figure: &ThresholdFigure,
) -> ThresholdParseResult<ParsedBound> {
    let rest = rest.trim();
    let keyword = relative_bound::KEYWORD;
    if let Some(window) = window::parse(rest) {
        return Ok(ParsedBound {
            bound: ThresholdBound::Relative(RelativeBound::without_margin(figure)),
            window: window?,
            text: format!("{keyword} {}", packed(rest.text)),
        });
    }
    let first = rest.text.chars().next().unwrap_or_default();
    let Some(sign) = BaselineSign::parse(first) else {
        let problem = format!("unexpected {} after '{keyword}'", excerpt(rest.text));
        let expected = relative_bound::margin_of_factor(rest.text, figure)
            .unwrap_or_else(|| format!("a margin such as + {}", example_margin(figure)));
        return rest.error(problem, expected);
    };
    let (_, margin) = rest.split_at(first.len_utf8());
    let margin = margin.trim();
    let (value, after) = split_value(margin);
    let bound = RelativeBound::parse(sign, value, figure)?;
    Ok(ParsedBound {
        bound: ThresholdBound::Relative(bound),
        window: parse_window(value, after)?,
        text: format!("{keyword} {first} {}", packed(margin.text)),
    })
}

/// Splits a number with its unit from the text after it.
fn split_value(text: TextSlice<'_>) -> (TextSlice<'_>, TextSlice<'_>) {
    let mut words = text.text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    // White space may separate a number from its unit.
    let is_number = first.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let looks_like_unit =
        |word: &str| !matches!(word, "&&" | "and" | "||" | "or" | "," | window::KEYWORD);
    let end = match second {
        Some(unit) if is_number && looks_like_unit(unit) => {
            let from = first.len();
            from + text.text[from..].find(unit).unwrap_or(0) + unit.len()
        }
        _ => first.len(),
    };
    text.split_at(end)
}

fn parse_window(
    value: TextSlice<'_>,
    rest: TextSlice<'_>,
) -> ThresholdParseResult<Option<Duration>> {
    match window::parse(rest) {
        Some(window) => window,
        None => rest.trim().error(
            format!("unexpected text after {}", excerpt(value.text)),
            "one condition per expression",
        ),
    }
}

/// Removes the white space within a value and within a window.
fn packed(text: &str) -> String {
    let mut words = text.split_whitespace();
    match words.position(|word| word == window::KEYWORD) {
        Some(before) => {
            let value: String = text.split_whitespace().take(before).collect();
            let length: String = words.collect();
            format!("{value} {} {length}", window::KEYWORD)
        }
        None => text.split_whitespace().collect(),
    }
}
