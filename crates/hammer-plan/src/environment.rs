//! Values of environment variables in place of `${NAME}`.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use hammer_diagnostic::{Diagnostic, excerpt, is_secret_name, printable};

use crate::PlanError;
use crate::plan_node::{NodeValue, PlanNode};
use crate::plan_source_text::{MAX_PLAN_BYTES, PlanSourceText};
use crate::target_parts::shown_parts;

/// The environment variables that a plan uses, with their values, which messages must not repeat.
#[derive(Clone, Default)]
pub struct SubstitutedVariables(Vec<(String, String)>);

/// Words of names that mark a secret in a variable, besides those of other names.
const SECRET_VARIABLE_WORDS: [&str; 6] = ["cred", "creds", "key", "pat", "sig", "signature"];

/// The shortest value that is searched in foreign messages, in bytes. A shorter one is not a secret.
const MIN_MASKED_BYTES: usize = 4;

/// The shortest part of a longer value that is searched in foreign messages, in bytes.
const MASKED_PART_BYTES: usize = 8;

impl SubstitutedVariables {
    /// Replaces each value in `message`, and each part of one that has at least eight bytes, by
    /// `${NAME}`. A message may cut a value off at both ends, or escape its control characters.
    ///
    /// Values of less than four bytes stay, since they occur in many messages by chance.
    #[must_use]
    pub fn mask(&self, mut message: String) -> String {
        for (name, value) in self.masked() {
            message = mask_value(&message, name, value, &[]);
        }
        message
    }

    /// Replaces the values in the text of a target as [`mask`](Self::mask) does, except in its scheme, host,
    /// port and path: a reader must see what was hit. There, only variables whose names suggest a secret are
    /// replaced. Also for the name of a group or route that was made of a target.
    #[must_use]
    pub fn mask_target(&self, mut target: String) -> String {
        for (name, value) in self.masked() {
            let shown = match is_secret_variable(name) {
                true => vec![],
                false => shown_parts(&target),
            };
            target = mask_value(&target, name, value, &shown);
        }
        target
    }

    /// Replaces the values in a message about a text that has them, even short ones if they are whole
    /// words.
    pub(crate) fn mask_all(&self, message: String) -> String {
        let short = self.0.iter();
        let short = short.filter(|(_, value)| (1..MIN_MASKED_BYTES).contains(&value.len()));
        short.fold(self.mask(message), |message, (name, value)| {
            mask_word(&message, name, value)
        })
    }

    /// Returns true if `text` has a value in it, or a part of one that has at least eight bytes.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.masked()
            .any(|(_, value)| !common_parts(text.as_bytes(), value.as_bytes()).is_empty())
    }

    /// The variables whose values are searched.
    fn masked(&self) -> impl Iterator<Item = &(String, String)> {
        let variables = self.0.iter();
        variables.filter(|(_, value)| value.len() >= MIN_MASKED_BYTES)
    }
}

impl fmt::Debug for SubstitutedVariables {
    /// Omits the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

/// Returns true if the name of a variable suggests a secret. Words are separated by `_`, as those of a
/// header are by `-`.
fn is_secret_variable(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let mut words = name.split('-');
    is_secret_name(&name)
        || is_secret_name(&name.replace('-', "_"))
        || words.any(|word| SECRET_VARIABLE_WORDS.contains(&word))
}

/// Returns a value as messages write it: as it is, and with its control characters or quotes escaped.
fn spellings(value: &str) -> Vec<String> {
    let debug = format!("{value:?}");
    let debug = debug[1..debug.len() - 1].to_owned();
    let mut spellings = vec![value.to_owned(), debug, printable(value).into_owned()];
    spellings.dedup();
    spellings
}

/// Replaces a value where it is a word by itself, except in the name of a variable.
fn mask_word(message: &str, name: &str, value: &str) -> String {
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let (mut masked, mut rest) = (String::with_capacity(message.len()), message);
    while let Some(at) = rest.find(value) {
        let (before, after) = (&rest[..at], &rest[at + value.len()..]);
        masked.push_str(before);
        let previous = masked.chars().next_back();
        let is_part = is_word(previous) || is_word(after.chars().next());
        if is_part || masked.ends_with("${") {
            masked.push_str(value);
        } else {
            masked.push_str(&format!("${{{name}}}"));
        }
        rest = after;
    }
    masked + rest
}

/// Returns the length of the parts of a value that are searched in messages.
fn part_bytes(value: &[u8]) -> usize {
    value.len().min(MASKED_PART_BYTES)
}

/// Returns the parts of `value` that are in `text`.
///
/// A set of all parts of a text takes 40 times its size, so it is made of the shorter one.
fn common_parts<'a>(text: &'a [u8], value: &'a [u8]) -> HashSet<&'a [u8]> {
    let width = part_bytes(value);
    let (short, long) = if text.len() < value.len() {
        (text, value)
    } else {
        (value, text)
    };
    let of_short: HashSet<&[u8]> = short.windows(width).collect();
    let parts = long.windows(width);
    parts.filter(|part| of_short.contains(part)).collect()
}

/// Replaces a value and its parts, except in the ranges of `message` that are `shown`.
fn mask_value(message: &str, name: &str, value: &str, shown: &[Range<usize>]) -> String {
    let mut is_masked = vec![false; message.len()];
    for spelling in spellings(value) {
        let width = part_bytes(spelling.as_bytes());
        let parts = common_parts(message.as_bytes(), spelling.as_bytes());
        for (at, part) in message.as_bytes().windows(width).enumerate() {
            if parts.contains(part) {
                is_masked[at..at + width].fill(true);
            }
        }
    }
    for range in shown {
        is_masked[range.clone()].fill(false);
    }
    let mut masked = String::with_capacity(message.len());
    let mut was_masked = false;
    for (at, character) in message.char_indices() {
        // A part of a value may begin or end within a character.
        let is_masked = is_masked[at..at + character.len_utf8()].contains(&true);
        match (is_masked, was_masked) {
            (true, false) => masked.push_str(&format!("${{{name}}}")),
            (true, true) => {}
            (false, _) => masked.push(character),
        }
        was_masked = is_masked;
    }
    masked
}

/// Replaces `${NAME}` by the value of the variable in every string; `$${` becomes `${`.
///
/// Substitution happens after parsing, so that no value can change the structure of the plan.
/// Returns the variables that were used.
pub(crate) fn substitute(
    source: &PlanSourceText,
    node: &mut PlanNode,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<SubstitutedVariables, PlanError> {
    let mut substitution = Substitution {
        lookup,
        room: MAX_PLAN_BYTES,
        used: vec![],
    };
    substitution.replace_in(source, node)?;
    let mut used = substitution.used;
    // A value may contain another one.
    used.sort_by(|(name, value), (other_name, other)| {
        (other.len().cmp(&value.len())).then_with(|| name.cmp(other_name))
    });
    used.dedup();
    Ok(SubstitutedVariables(used))
}

/// A substitution in progress.
struct Substitution<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    /// The bytes that values may still add.
    room: usize,
    /// The variables that were replaced, with their values.
    used: Vec<(String, String)>,
}

impl Substitution<'_> {
    fn replace_in(
        &mut self,
        source: &PlanSourceText,
        node: &mut PlanNode,
    ) -> Result<(), PlanError> {
        match &mut node.value {
            NodeValue::Text(text) => {
                if text.contains("${") {
                    let start = node.span.start;
                    let raw = source.text().get(node.span.clone()).unwrap_or_default();
                    let before = self.used.len();
                    *text = self.replace(text).map_err(|error| {
                        // A string may have several lines; the error is in one of them.
                        let at = start + raw.find(&error.fragment).unwrap_or(0);
                        source.diagnostic_at(at, error.diagnostic)
                    })?;
                    node.is_substituted = self.used.len() > before;
                }
                Ok(())
            }
            NodeValue::List(items) => items
                .iter_mut()
                .try_for_each(|item| self.replace_in(source, item)),
            NodeValue::Table(entries) => entries
                .iter_mut()
                .try_for_each(|(_, _, node)| self.replace_in(source, node)),
            NodeValue::Number(_) | NodeValue::Flag(_) | NodeValue::Null => Ok(()),
        }
    }

    fn replace(&mut self, text: &str) -> Result<String, SubstitutionError> {
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
                    diagnostic: Diagnostic::new(0..0, "invalid variable reference")
                        .with_expected("${NAME}, or $${ for a literal ${"),
                    fragment: rest[at..].chars().take(8).collect(),
                });
            }
            let value = self
                .value_of(name)
                .map_err(|diagnostic| SubstitutionError {
                    diagnostic,
                    fragment: format!("${{{name}}}"),
                })?;
            out.push_str(&value);
            self.used.push((name.to_owned(), value));
            rest = &inside[name.len() + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value_of(&mut self, name: &str) -> Result<String, Diagnostic> {
        let value = (self.lookup)(name).ok_or_else(|| {
            let problem = format!("environment variable {} is not set", excerpt(name));
            Diagnostic::new(0..0, problem).with_hint("set it, or write $${ for a literal ${")
        })?;
        self.room = self.room.checked_sub(value.len()).ok_or_else(|| {
            let name = excerpt(name);
            let problem = format!("the value of {name} makes the plan longer than 1 MiB");
            Diagnostic::new(0..0, problem)
        })?;
        Ok(value)
    }
}

/// The reason that a variable cannot be replaced.
#[derive(Debug)]
struct SubstitutionError {
    diagnostic: Diagnostic,
    /// The part of the string that the error is about.
    fragment: String,
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

    fn substituted(text: &str) -> Result<String, SubstitutionError> {
        let mut substitution = Substitution {
            lookup: &env,
            room: MAX_PLAN_BYTES,
            used: vec![],
        };
        substitution.replace(text)
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
            let replaced = replaced.to_owned();
            assert_eq!(substituted(text).expect(text), replaced, "{text}");
        }
        for (text, problem) in [
            ("${B}", "variable 'B' is not set"),
            ("${a-b}", "invalid variable reference"),
            ("${}", "invalid variable reference"),
            ("${A", "invalid variable reference"),
            ("${1A}", "invalid variable reference"),
            ("${LONG}${LONG}${LONG}", "longer than 1 MiB"),
        ] {
            let error = substituted(text).expect_err(text).diagnostic.to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }

    #[test]
    fn values_in_messages_are_masked_by_their_names() {
        let long = "s".repeat(30) + "-long-secret";
        let variables = SubstitutedVariables(vec![
            ("LONG".into(), long.clone()),
            ("TOKEN".into(), "hunter2".into()),
            ("A".into(), "1".into()),
            ("RAW".into(), "a\"b\\c\u{1b}tail".into()),
        ]);
        for (message, masked) in [
            ("expected a rate such as 100", "expected a rate such as 100"),
            ("invalid value 'hunter2'", "invalid value '${TOKEN}'"),
            ("hunter2 hunter2", "${TOKEN} ${TOKEN}"),
            ("'hunter'", "'hunter'"),
            (&format!("'{}…'", &long[..25]), "'${LONG}…'"),
            (&format!("…{} |", &long[25..]), "…${LONG} |"),
            (&format!("'{long}' é"), "'${LONG}' é"),
            (&format!("{:?}", "a\"b\\c\u{1b}tail"), "\"${RAW}\""),
            (&excerpt("a\"b\\c\u{1b}tail"), "'${RAW}'"),
        ] {
            assert_eq!(variables.mask(message.to_owned()), masked);
        }
        assert!(variables.are_in("a hunter2") && !variables.are_in("a hunter"));
        assert!(!format!("{variables:?}").contains("hunter2"));
    }

    /// A change of the target was not seen in a comparison, because both were `${TARGET}`.
    #[test]
    fn a_target_is_shown_without_its_secrets() {
        let variables = SubstitutedVariables(vec![
            (
                "TARGET".into(),
                "http://ann:secret@shop.test:8080/a?page=22".into(),
            ),
            ("SECRET_PATH".into(), "hidden-path".into()),
            ("DEPLOY_KEY".into(), "key-of-ann".into()),
            ("HOST".into(), "shop.test".into()),
            ("QUERY".into(), "sale".into()),
        ]);
        for (target, shown) in [
            (
                "http://ann:***@shop.test:8080/a?page=22",
                "http://${TARGET}***@shop.test:8080/a?${TARGET}",
            ),
            (
                "https://shop.test/hidden-path/key-of-ann",
                "https://shop.test/${SECRET_PATH}/${DEPLOY_KEY}",
            ),
            (
                "https://shop.test/sale?q=sale",
                "https://shop.test/sale?q=${QUERY}",
            ),
            (
                "/srv/sale/x.txt at http://shop.test/",
                "/srv/${QUERY}/x.txt at http://shop.test/",
            ),
            (
                "GET /sale/hidden-path?q=sale",
                "GET /sale/${SECRET_PATH}?q=${QUERY}",
            ),
            ("shop.test", "${TARGET}"),
        ] {
            assert_eq!(variables.mask_target(target.to_owned()), shown);
        }
    }

    #[test]
    fn a_short_value_is_masked_where_it_is_a_word() {
        let variables = SubstitutedVariables(vec![
            ("A".into(), "s3".into()),
            ("T".into(), "T".into()),
            ("EMPTY".into(), String::new()),
        ]);
        for (message, masked) in [
            ("cannot read s3: s3s", "cannot read ${A}: s3s"),
            (
                "invalid value '${T}': \"T\"",
                "invalid value '${T}': \"${T}\"",
            ),
            ("as3 s33", "as3 s33"),
        ] {
            assert_eq!(variables.mask_all(message.to_owned()), masked);
            assert_eq!(variables.mask(message.to_owned()), message);
        }
    }
}
