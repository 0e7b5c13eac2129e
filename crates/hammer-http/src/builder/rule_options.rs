//! The rules for responses: common ones, and those of single targets.

use std::collections::BTreeSet;

use hammer_data::TemplateScope;
use hammer_diagnostic::{nearest, shortened};

use crate::response::capture::CaptureSet;
use crate::response::rules::{ResponseRules, TargetRules};
use crate::{Error, ErrorKind};

/// Maximum number of captures; each costs a search in every response.
const MAX_CAPTURES: usize = 64;
/// Maximum number of names of targets in an error.
const MAX_LISTED_TARGETS: usize = 10;

/// The rules for the responses of all targets.
#[derive(Debug, Default)]
pub(crate) struct RuleOptions {
    common: ResponseRules,
    /// The rules of single targets, by name.
    by_target: Vec<(String, ResponseRules)>,
}

impl RuleOptions {
    /// Adds rules for the targets of one name, or for all.
    pub(super) fn add(&mut self, target: Option<String>, rules: ResponseRules) {
        match target {
            Some(target) => self.by_target.push((target, rules)),
            None => {
                self.common.expectations.extend(&rules.expectations);
                self.common.captures.extend(rules.captures);
            }
        }
    }

    /// The variables of the captures, each once.
    ///
    /// # Errors
    ///
    /// If templates cannot use one of them, or if two captures could set it from one response.
    pub(super) fn variables(&self, scope: Option<&TemplateScope>) -> Result<Vec<String>, Error> {
        let captures = || {
            let common = self.common.captures.iter().map(|capture| (None, capture));
            let bound = self.by_target.iter().flat_map(|(target, rules)| {
                let captures = rules.captures.iter();
                captures.map(move |capture| (Some(&**target), capture))
            });
            common.chain(bound)
        };
        let count = captures().count();
        if count > MAX_CAPTURES {
            return Err(capture_error(format!(
                "too many captures; expected at most {MAX_CAPTURES}, found {count}"
            )));
        }
        let mut variables: Vec<String> = vec![];
        for (index, (target, (name, _))) in captures().enumerate() {
            check_variable(name, scope)?;
            let mut others = captures()
                .take(index)
                .filter(|(_, (other, _))| other == name);
            if let Some((other, _)) = others.find(|(other, _)| other.is_none() || *other == target)
            {
                return Err(duplicate_capture(name, target, other));
            }
            if !variables.contains(name) {
                variables.push(name.clone());
            }
        }
        Ok(variables)
    }

    /// Compiles the rules, and returns them with the index of those of each target.
    ///
    /// The first rules are the common ones. `targets` are the names of the targets.
    ///
    /// # Errors
    ///
    /// If rules belong to a target that does not exist.
    pub(super) fn compile(
        &self,
        variables: &[String],
        targets: &[Option<&str>],
        inspects_all_heads: bool,
    ) -> Result<(Vec<TargetRules>, Vec<usize>), Error> {
        let compile =
            |target: Option<&str>| self.compile_one(variables, target, inspects_all_heads);
        let mut rules = vec![compile(None)];
        let mut indexes = vec![0; targets.len()];
        for (position, (name, _)) in self.by_target.iter().enumerate() {
            if self.by_target[..position]
                .iter()
                .any(|(other, _)| other == name)
            {
                continue;
            }
            let mut found = false;
            for (index, target) in indexes.iter_mut().zip(targets) {
                if *target == Some(name) {
                    *index = rules.len();
                    found = true;
                }
            }
            if !found {
                return Err(unknown_target(name, targets));
            }
            rules.push(compile(Some(name)));
        }
        Ok((rules, indexes))
    }

    fn compile_one(
        &self,
        variables: &[String],
        target: Option<&str>,
        inspects_all_heads: bool,
    ) -> TargetRules {
        let own = self
            .by_target
            .iter()
            .filter(|(name, _)| Some(&**name) == target);
        let own = own.map(|(_, rules)| rules);
        let mut expectations = self.common.expectations.clone();
        if own.clone().any(|rules| rules.expectations.status.is_some()) {
            expectations.status = None;
        }
        let mut captures = CaptureSet::default();
        own.clone()
            .for_each(|rules| expectations.extend(&rules.expectations));
        let sources = std::iter::once(&self.common).chain(own);
        for (name, capture) in sources.flat_map(|rules| &rules.captures) {
            let variable = variables.iter().position(|variable| variable == name);
            captures.add(capture, variable.unwrap_or_default());
        }
        TargetRules {
            inspects_heads: inspects_all_heads || !expectations.is_empty() || !captures.is_empty(),
            inspects_bodies: expectations.needs_body() || captures.needs_body(),
            expectations,
            captures,
        }
    }
}

fn capture_error(message: String) -> Error {
    Error::new(ErrorKind::Capture, message)
}

fn check_variable(name: &str, scope: Option<&TemplateScope>) -> Result<(), Error> {
    let shown = shortened(name);
    let Some(scope) = scope else {
        return Err(capture_error(format!(
            "the captured value {shown:?} cannot be used because templates are disabled"
        )));
    };
    let mut chars = name.chars();
    let first = chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic());
    let is_valid = |char: char| char.is_ascii_alphanumeric() || char == '_';
    if !first || !chars.all(is_valid) {
        return Err(capture_error(format!(
            "invalid name {shown:?} of a capture; expected a letter, then letters, digits or _"
        )));
    }
    if scope.defines(name) {
        return Err(capture_error(format!(
            "the capture {shown:?} has a name that templates already use (try another name)"
        )));
    }
    Ok(())
}

/// The error of two captures that could set one variable from the same response.
fn duplicate_capture(name: &str, target: Option<&str>, other: Option<&str>) -> Error {
    if target == other {
        return capture_error(format!(
            "two captures are named {name:?}; expected distinct names"
        ));
    }
    let origin = |target: Option<&str>| match target {
        Some(name) => format!("the target {name:?}"),
        None => "all targets".to_owned(),
    };
    capture_error(format!(
        "{name:?} is captured from {} and from {}, so that one overwrites the other (try binding both to \
         a target)",
        origin(other),
        origin(target)
    ))
}

fn unknown_target(name: &str, targets: &[Option<&str>]) -> Error {
    let mut seen = BTreeSet::new();
    let named = targets.iter().copied().flatten();
    let known: Vec<&str> = named.filter(|name| seen.insert(*name)).collect();
    let expected = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {:?}?", shortened(near)),
        None if known.is_empty() => "no target has a name (try \"# name: login\" before it)".into(),
        None => {
            let listed = known.iter().take(MAX_LISTED_TARGETS);
            let mut names: Vec<String> = listed.map(|name| shortened(name).into_owned()).collect();
            if known.len() > MAX_LISTED_TARGETS {
                names.push(format!("and {} more", known.len() - MAX_LISTED_TARGETS));
            }
            format!("expected one of {}", names.join(", "))
        }
    };
    Error::new(
        ErrorKind::Targets,
        format!("unknown target {:?}; {expected}", shortened(name)),
    )
}
