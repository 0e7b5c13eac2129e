use crate::PlanError;
use crate::excerpt::excerpt;
use crate::plan_node::{NodeValue, PlanNode};
use crate::plan_source::{MAX_PLAN_BYTES, PlanSource};

/// Puts the values of variables in the place of `${NAME}` in every text; `$${` stands for `${`.
///
/// It happens to texts that were read already, so that no value can change what the plan says
/// around it.
pub(crate) fn substitute(
    source: &PlanSource,
    node: &mut PlanNode,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<(), PlanError> {
    let mut room = MAX_PLAN_BYTES;
    substitute_node(source, node, lookup, &mut room)
}

fn substitute_node(
    source: &PlanSource,
    node: &mut PlanNode,
    lookup: &dyn Fn(&str) -> Option<String>,
    room: &mut usize,
) -> Result<(), PlanError> {
    match &mut node.value {
        NodeValue::Text(text) => {
            if text.contains("${") {
                let start = node.span.start;
                let raw = source.text().get(node.span.clone()).unwrap_or_default();
                *text = substitute_text(text, lookup, room).map_err(|(what, culprit)| {
                    // A text may have several lines, and what is wrong stands in one of them.
                    source.error_at(start + raw.find(&culprit).unwrap_or(0), what)
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

/// The error comes with the part of the text that is to blame.
fn substitute_text(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    room: &mut usize,
) -> Result<String, (String, String)> {
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
            let wrong = "'${' begins no variable; right would be ${NAME}, or $${ for the text ${";
            return Err((wrong.into(), rest[at..].chars().take(8).collect()));
        }
        let reference = format!("${{{name}}}");
        let Some(value) = lookup(name) else {
            let (name, shown) = (excerpt(name), excerpt(&reference));
            let wrong = format!(
                "the environment has no variable {name}; right would be to set it, or ${shown} for the text {shown}"
            );
            return Err((wrong, reference));
        };
        *room = room.checked_sub(value.len()).ok_or_else(|| {
            let wrong = format!(
                "the value of {} makes the plan longer than 1 MiB",
                excerpt(name)
            );
            (wrong, reference)
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
    fn variables_are_filled_in_once() {
        for (text, filled_in) in [
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
                substitute_text(text, &env, &mut room).as_deref(),
                Ok(filled_in),
                "{text}"
            );
        }
        for (text, why) in [
            ("${B}", "no variable B"),
            ("${a-b}", "begins no variable"),
            ("${}", "begins no variable"),
            ("${A", "begins no variable"),
            ("${1A}", "begins no variable"),
            ("${LONG}${LONG}${LONG}", "longer than 1 MiB"),
        ] {
            let mut room = MAX_PLAN_BYTES;
            let (wrong, _) = substitute_text(text, &env, &mut room).expect_err(text);
            assert!(wrong.contains(why), "{text}: {wrong}");
        }
    }
}
