//! Plans in TOML, with the position of each value.

use hammer_diagnostic::printable;
use toml::de::{DeTable, DeValue};
use toml_parser::lexer::TokenKind;

use crate::PlanError;
use crate::plan_node::{MAX_DEPTH, NodeValue, PlanNode, TOO_DEEP};
use crate::plan_source_text::PlanSourceText;

/// The maximum number of tables, lists and dotted keys. Two bytes of text, as in `a.a.a.a = 1`, can
/// take a thousand bytes of memory.
const MAX_TABLES: usize = 10_000;

/// Parses TOML.
pub(crate) fn parse(source: &PlanSourceText) -> Result<PlanNode, PlanError> {
    let mut opening = toml_parser::Source::new(source.text())
        .lex()
        .filter(|token| {
            use TokenKind::{Dot, LeftCurlyBracket, LeftSquareBracket};
            matches!(token.kind(), Dot | LeftCurlyBracket | LeftSquareBracket)
        });
    if let Some(token) = opening.nth(MAX_TABLES) {
        let problem = "too many tables and lists";
        return Err(source.error_at(token.span().start(), problem));
    }
    let table = DeTable::parse(source.text()).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message().replace('\n', ", ");
        let plan_error = source.error_at(at, format!("invalid TOML: {}", printable(&message)));
        // `rate = ${RATE}`: a variable needs quotes.
        let before = source.text().get(..at).unwrap_or_default();
        if before.trim_end_matches('{').ends_with("= $") {
            plan_error.with_expected("\"${NAME}\"")
        } else {
            plan_error
        }
    })?;
    let span = table.span();
    let value = read_table(source, table.get_ref(), MAX_DEPTH)?;
    Ok(PlanNode::new(value, span))
}

fn read_table(
    source: &PlanSourceText,
    table: &DeTable<'_>,
    depth: usize,
) -> Result<NodeValue, PlanError> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, value) in table {
        let span = value.span();
        let value = read(source, value.get_ref(), span.start, depth)?;
        let name = key.get_ref().clone().into_owned();
        entries.push((name, key.span().start, PlanNode::new(value, span)));
    }
    // In the order of the text, so that the first error in the text is reported first.
    entries.sort_by_key(|(_, at, _)| *at);
    Ok(NodeValue::Table(entries))
}

fn read(
    source: &PlanSourceText,
    value: &DeValue<'_>,
    at: usize,
    depth: usize,
) -> Result<NodeValue, PlanError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(source.error_at(at, TOO_DEEP));
    };
    let number = |number: Option<serde_json::Number>| {
        number.map(NodeValue::Number).ok_or_else(|| {
            let error = source.error_at(at, "the number is out of range");
            error.with_expected("a number such as 1000 or 2.5")
        })
    };
    match value {
        DeValue::String(text) => Ok(NodeValue::Text(text.clone().into_owned())),
        DeValue::Integer(digits) => number(
            i128::from_str_radix(digits.as_str(), digits.radix())
                .ok()
                .and_then(serde_json::Number::from_i128),
        ),
        DeValue::Float(digits) => number(
            digits
                .as_str()
                .parse()
                .ok()
                .and_then(serde_json::Number::from_f64),
        ),
        DeValue::Boolean(flag) => Ok(NodeValue::Flag(*flag)),
        // A flag takes a date as text.
        DeValue::Datetime(time) => Ok(NodeValue::Text(time.to_string())),
        DeValue::Array(items) => {
            let node = |item: &toml::Spanned<DeValue<'_>>| {
                let span = item.span();
                let value = read(source, item.get_ref(), span.start, depth)?;
                Ok(PlanNode::new(value, span))
            };
            Ok(NodeValue::List(
                items.iter().map(node).collect::<Result<_, _>>()?,
            ))
        }
        DeValue::Table(table) => read_table(source, table, depth),
    }
}
