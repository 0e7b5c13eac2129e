//! Values of environment variables in place of `${NAME}`.

use hammer_diagnostic::excerpt;

use crate::PlanError;
use crate::plan_node::{NodeValue, PlanNode};
use crate::plan_source_text::{MAX_PLAN_BYTES, PlanSourceText};

/// Replaces `${NAME}` by the value of the variable in every string; `$${` becomes `${`.
///
/// Substitution happens after parsing, so that no value can change the structure of the plan.
pub(crate) fn substitute(
    source: &PlanSourceText,
    node: &mut PlanNode,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<(), PlanError> {
    let mut room = MAX_PLAN_BYTES;
    substitute_node(source, node, lookup, &mut room)
}

fn substitute_node(
    source: &PlanSourceText,
    node: &mut PlanNode,
    lookup: &dyn Fn(&str) -> Option<String>,
    room: &mut usize,
) -> Result<(), PlanError> {
    match &mut node.value {
        NodeValue::Text(text) => {
            if text.contains("${") {
                let start = node.span.start;
                let raw = source.text().get(node.span.clone()).unwrap_or_default();
                *text = substitute_text(text, lookup, room).map_err(|error| {
                    // A string may have several lines; the error is in one of them.
                    let at = start + raw.find(&error.fragment).unwrap_or(0);
                    let plan_error = source.error_at(at, error.problem);
                    match error.expected {
                        Some(expected) => plan_error.with_expected(expected),
                        None => plan_error,
                    }
                })?;
            }
            Ok(())
        }
        NodeValue::List(items) => items
            .iter_mut()
            .try_for_each(|item| substitute_node(source, item, lookup, room)),
        NodeValue::Table(entries) => entries
            .iter_mut()
            .try_for_each(|(_, _, node)| substitute_node(source, node, lookup, room)),
        NodeValue::Number(_) | NodeValue::Flag(_) | NodeValue::Null => Ok(()),
    }
}

/// The reason that a variable cannot be replaced.
#[derive(Debug, PartialEq, Eq)]
struct SubstitutionError {
    problem: String,
    expected: Option<&'static str>,
    /// The part of the string that the error is about.
    fragment: String,
}

fn substitute_text(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    room: &mut usize,
) -> Result<String, SubstitutionError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            out.push_str(&rest[..at]);
            out.push('{');
            rest = &rest[at + 2..];
            continue;
        }
        out.push_str(&rest[..at]);
        let inside = &rest[at + 2..];
        let name = inside.split('}').next().unwrap_or(inside);
        if name.len() == inside.len() || !is_name(name) {
            return Err(SubstitutionError {
                problem: "invalid variable reference".into(),
                expected: Some("${NAME}, or $${ for a literal ${"),
                fragment: rest[at..].chars().take(8).collect(),
            });
        }
        let reference = format!("${{{name}}}");
        let Some(value) = lookup(name) else {
            return Err(SubstitutionError {
                problem: format!(
                    "environment variable {} is not set (set it, or write $${{ for a literal ${{)",
                    excerpt(name)
                ),
                expected: None,
                fragment: reference,
            });
        };
        *room = room
            .checked_sub(value.len())
            .ok_or_else(|| SubstitutionError {
                problem: format!(
                    "the value of {} makes the plan longer than 1 MiB",
                    excerpt(name)
                ),
                expected: None,
                fragment: reference,
            })?;
        out.push_str(&value);
        rest = &inside[name.len() + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(word) && name.starts_with(|c: char| !c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        match name {
            "A" => Some("1".into()),
            "QUOTE" => Some("\"\n[[load]]".into()),
            "SELF" => Some("${SELF}".into()),
            "LONG" => Some("x".repeat(MAX_PLAN_BYTES / 2)),
            _ => None,
        }
    }

    #[test]
    fn variables_are_replaced_once() {
        for (text, replaced) in [
            ("plain $ and {A}", "plain $ and {A}"),
            ("${A}", "1"),
            ("a${A}b${A}c", "a1b1c"),
            ("$${A}", "${A}"),
            ("$${A} ${A}", "${A} 1"),
            ("${QUOTE}", "\"\n[[load]]"),
            ("${SELF}", "${SELF}"),
            ("é${A}é", "é1é"),
        ] {
            let mut room = MAX_PLAN_BYTES;
            assert_eq!(
                substitute_text(text, &env, &mut room),
                Ok(replaced.to_owned()),
                "{text}"
            );
        }
        for (text, problem) in [
            ("${B}", "variable 'B' is not set"),
            ("${a-b}", "invalid variable reference"),
            ("${}", "invalid variable reference"),
            ("${A", "invalid variable reference"),
            ("${1A}", "invalid variable reference"),
            ("${LONG}${LONG}${LONG}", "longer than 1 MiB"),
        ] {
            let mut room = MAX_PLAN_BYTES;
            let error = substitute_text(text, &env, &mut room).expect_err(text);
            assert!(error.problem.contains(problem), "{text}: {error:?}");
        }
    }
}
