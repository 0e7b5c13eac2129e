//! Plans and scenarios, with the position of each value in its file.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hammer_diagnostic::{Diagnostic, excerpt, mask_url, nearest};

use crate::plan_node::{NodeValue, PlanNode};
use crate::plan_source_text::{MAX_PLAN_BYTES, PlanSourceText};
use crate::{
    GoHammerScenario, Plan, PlanError, PlanLoad, SubstitutedVariables, Threshold, environment,
    json_text, schema, threshold, toml_text,
};

/// The keys of a plan. They are computed once: making a schema costs more than parsing a plan.
static PLAN_KEYS: LazyLock<Vec<String>> = LazyLock::new(schema::keys::<Plan>);
/// The keys of a load.
static LOAD_KEYS: LazyLock<Vec<String>> = LazyLock::new(schema::keys::<PlanLoad>);

/// A parsed plan or scenario, with the position of each value.
#[derive(Debug, Clone)]
pub struct ParsedPlanFile {
    source: PlanSourceText,
    root: PlanNode,
    content: PlanContent,
}

/// The content of a plan file.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanContent {
    /// A plan.
    Plan(Plan),
    /// A scenario of go-hammer, recognized by its key `hammerConfig`.
    Scenario(GoHammerScenario),
}

/// A step of the path from the root of a text to a value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPathStep<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An item of a list, counted from 0.
    Item(usize),
}

impl ParsedPlanFile {
    /// Parses `text` as TOML if `name` ends with `.toml`, as JSON if it ends with `.json`, and
    /// otherwise as JSON if `text` begins with a brace or a bracket. `environment` returns the
    /// value of a variable `${NAME}`.
    ///
    /// # Errors
    ///
    /// If the syntax is invalid, a key or value is not allowed in a plan, or a variable is not set.
    /// Flags of the hammer are not checked, since each hammer defines its own.
    pub fn parse(
        name: &str,
        text: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, PlanError> {
        let mut source = PlanSourceText::new(name, text);
        if text.len() > MAX_PLAN_BYTES {
            return Err(source.error_at(0, "the plan is longer than 1 MiB"));
        }
        let ends = |end: &str| name.to_ascii_lowercase().ends_with(end);
        let json = match (ends(".json"), ends(".toml")) {
            (false, false) => {
                text.trim_start().starts_with(['{', '[']) && !text.trim_start().starts_with("[[")
            }
            (json, _) => json,
        };
        let mut root = if json {
            json_text::parse(&source)?
        } else {
            toml_text::parse(&source)?
        };
        let content = if root.get("hammerConfig").is_some() {
            PlanContent::Scenario(read_scenario(&source, &root)?)
        } else {
            let variables = environment::substitute(&source, &mut root, &environment)?;
            source = source.with_variables(variables);
            PlanContent::Plan(read_plan(&source, &root)?)
        };
        Ok(Self {
            source,
            root,
            content,
        })
    }

    /// Returns the plan or the scenario.
    #[must_use]
    pub fn content(&self) -> &PlanContent {
        &self.content
    }

    /// Returns the name of the text.
    #[must_use]
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// Makes an error about the value at `path`. If there is no such value, the position is that of
    /// the last value on the path. Values of the environment in `problem` are replaced by the names
    /// of their variables.
    #[must_use]
    pub fn value_error(&self, path: &[PlanPathStep<'_>], problem: impl Into<String>) -> PlanError {
        let (node, _) = self.find(path);
        let mut problem = problem.into();
        if node.has_environment() {
            problem = self.source.variables().mask_all(problem);
        }
        self.source.error_at(node.span.start, problem)
    }

    /// Returns the environment variables that the plan uses, to mask their values in messages of a run.
    #[must_use]
    pub fn variables(&self) -> &SubstitutedVariables {
        self.source.variables()
    }

    /// Makes an error about the value at `path`, which the key sets to `text`: `'KEY': invalid value
    /// 'TEXT': …`. If the value has parts from the environment, it is repeated as written.
    #[must_use]
    pub fn invalid_value(
        &self,
        path: &[PlanPathStep<'_>],
        text: &str,
        error: Diagnostic,
    ) -> PlanError {
        let key = path.iter().rev().find_map(|step| match step {
            PlanPathStep::Key(key) => Some(*key),
            PlanPathStep::Item(_) => None,
        });
        let node = self.find_value(path, text);
        invalid_value(&self.source, key.unwrap_or_default(), node, text, error)
    }

    /// Removes everything that may repeat a value of the environment from an error about an expression,
    /// if the text of the expression has parts of that value.
    #[must_use]
    pub fn redacted(&self, error: Diagnostic) -> Diagnostic {
        match error.input() {
            Some(text) if self.source.has_environment(text) => error.redacted(),
            _ => error,
        }
    }

    /// Returns an excerpt of the value at `path`, which the key sets to `text`. If the value has
    /// parts from the environment, it is an excerpt of what is written in the plan.
    #[must_use]
    pub fn shown_value(&self, path: &[PlanPathStep<'_>], text: &str) -> String {
        let node = self.find_value(path, text);
        excerpt(written(&self.source, node).unwrap_or(text))
    }

    /// Returns the URL at `path` as [`shown_value`](Self::shown_value) does, with its secrets masked.
    #[must_use]
    pub fn shown_url(&self, path: &[PlanPathStep<'_>], text: &str) -> String {
        let node = self.find_value(path, text);
        excerpt(&mask_url(written(&self.source, node).unwrap_or(text)))
    }

    /// Finds the value at `path`, or its item `text` if it is a list.
    fn find_value(&self, path: &[PlanPathStep<'_>], text: &str) -> &PlanNode {
        let (node, _) = self.find(path);
        let item = match &node.value {
            NodeValue::List(items) => items.iter().find(|item| item.is_text(text)),
            _ => None,
        };
        item.unwrap_or(node)
    }

    /// Makes an error about the key at the end of `path`.
    #[must_use]
    pub fn key_error(&self, path: &[PlanPathStep<'_>], error: Diagnostic) -> PlanError {
        let (node, key) = self.find(path);
        self.source
            .diagnostic_at(key.unwrap_or(node.span.start), error)
    }

    /// Makes an error about `threshold`, which has this index in the list at `key`. The position of
    /// `error` is relative to the threshold as displayed.
    #[must_use]
    pub fn threshold_error(
        &self,
        key: &str,
        index: usize,
        threshold: &Threshold,
        error: Diagnostic,
    ) -> PlanError {
        let (node, _) = self.find(&[PlanPathStep::Key(key)]);
        let node = node.item(index).unwrap_or(node);
        let shown = threshold.to_string();
        match &node.value {
            NodeValue::Text(text) => {
                let error = error
                    .map_position(|at| threshold::rebased(&at, &shown, text))
                    .in_input(&**text);
                invalid_value(&self.source, key, node, text, error)
            }
            _ => invalid_value(&self.source, key, node, &shown, error),
        }
    }

    fn find(&self, path: &[PlanPathStep<'_>]) -> (&PlanNode, Option<usize>) {
        let (mut node, mut at) = (&self.root, None);
        for step in path {
            let next = match (step, &node.value) {
                (PlanPathStep::Key(key), NodeValue::Table(entries)) => entries
                    .iter()
                    .find(|(name, ..)| name == key)
                    .map(|(_, at, node)| (node, Some(*at))),
                (PlanPathStep::Item(index), _) => node.item(*index).map(|node| (node, None)),
                _ => None,
            };
            match next {
                Some(found) => (node, at) = found,
                None => break,
            }
        }
        (node, at)
    }
}

fn read_plan(source: &PlanSourceText, root: &PlanNode) -> Result<Plan, PlanError> {
    let (plan_keys, load_keys) = (&*PLAN_KEYS, &*LOAD_KEYS);
    let NodeValue::Table(entries) = &root.value else {
        let problem = format!("the plan is {}", root.value.kind_name());
        let error = source.error_at(root.span.start, problem);
        return Err(error.with_expected("a table"));
    };
    for (key, at, node) in entries {
        if plan_keys.contains(key) {
            if key != "load" {
                check_flag_value(source, key, node, true)?;
            }
            if matches!(key.as_str(), "assert" | "abort_on") {
                check_threshold(source, key, node)?;
            }
        } else if load_keys.contains(key) {
            let error = source.error_at(*at, format!("'{key}' belongs to a load"));
            return Err(error.with_hint("move it below a [[load]] line"));
        } else {
            return Err(unknown_key_error(source, key, *at, "a plan", plan_keys));
        }
    }
    let load_error = |at, problem: String| {
        let error = source.error_at(at, problem);
        Err(error.with_expected("one or more [[load]] tables"))
    };
    let loads = match root.get("load").map(|node| (&node.value, node.span.start)) {
        None => return load_error(root.span.start, "the plan has no load".into()),
        Some((NodeValue::List(loads), at)) if loads.is_empty() => {
            return load_error(at, "the plan has no load".into());
        }
        Some((NodeValue::List(loads), _)) => loads,
        Some((other, at)) => return load_error(at, format!("'load' is {}", other.kind_name())),
    };
    if let Some(load) = loads.get(Plan::MAX_LOADS) {
        let problem = format!("the plan has more than {} loads", Plan::MAX_LOADS);
        return Err(source.error_at(load.span.start, problem));
    }
    let mut names = BTreeSet::new();
    for node in loads {
        check_load(source, node, plan_keys, load_keys, &mut names)?;
    }
    serde_json::from_value(root.to_json())
        .map_err(|error| source.error_at(root.span.start, error.to_string()))
}

fn check_load<'a>(
    source: &PlanSourceText,
    load: &'a PlanNode,
    plan_keys: &[String],
    load_keys: &[String],
    names: &mut BTreeSet<&'a str>,
) -> Result<(), PlanError> {
    let NodeValue::Table(entries) = &load.value else {
        let problem = format!("the load is {}", load.value.kind_name());
        let error = source.error_at(load.span.start, problem);
        return Err(error.with_expected("a table"));
    };
    for (key, at, node) in entries {
        if plan_keys.contains(key) {
            let error = source.error_at(*at, format!("'{key}' belongs to the plan"));
            return Err(error.with_hint("move it above the first [[load]]"));
        }
        let is_text = matches!(node.value, NodeValue::Text(_));
        if matches!(key.as_str(), "name" | "hammer" | "target") && !is_text {
            let problem = format!("'{key}' is {}", node.value.kind_name());
            let error = source.error_at(node.span.start, problem);
            return Err(error.with_expected("a string"));
        }
        check_flag_value(source, key, node, true)?;
        if let ("name", NodeValue::Text(name)) = (key.as_str(), &node.value) {
            let (problem, expected) = if !is_name(name) {
                let expected = "a letter, then up to 39 letters, digits, '-' and '_'";
                ("invalid load name", expected)
            } else if !names.insert(name) {
                ("duplicate load name", "a unique name")
            } else {
                continue;
            };
            let name = written(source, node).unwrap_or(name);
            let problem = format!("{problem} {}", excerpt(name));
            let error = source.error_at(node.span.start, problem);
            return Err(error.with_expected(expected));
        }
    }
    if load.get("target").is_none() && load.get("hammer").is_none() {
        // The target may be there under a misspelled key.
        let misspelled = entries
            .iter()
            .filter(|(key, ..)| !load_keys.contains(key))
            .find(|(key, ..)| nearest(key, ["target", "url", "endpoint"]).is_some());
        return Err(match misspelled {
            Some((key, at, _)) => unknown_key_error(source, key, *at, "a load", &["target".into()]),
            None => {
                let error = source.error_at(load.span.start, "the load has no target");
                error.with_expected("target = \"http://HOST/\"")
            }
        });
    }
    Ok(())
}

/// Checks that a value can be given on a command line.
fn check_flag_value(
    source: &PlanSourceText,
    key: &str,
    node: &PlanNode,
    allow_list: bool,
) -> Result<(), PlanError> {
    match &node.value {
        NodeValue::List(items) if allow_list => items
            .iter()
            .try_for_each(|item| check_flag_value(source, key, item, false)),
        NodeValue::Text(_) | NodeValue::Number(_) => Ok(()),
        NodeValue::Flag(_) if allow_list => Ok(()),
        other => {
            let (key, kind) = (excerpt(key), other.kind_name());
            let (problem, expected) = if allow_list {
                let expected = "a string, a number, true or false, or a list of strings";
                (format!("{key} is {kind}"), expected)
            } else {
                let problem = format!("{key} has {kind} as an item");
                (problem, "a string or a number")
            };
            let error = source.error_at(node.span.start, problem);
            Err(error.with_expected(expected))
        }
    }
}

/// Checks a threshold, or a list of thresholds.
fn check_threshold(source: &PlanSourceText, key: &str, node: &PlanNode) -> Result<(), PlanError> {
    match &node.value {
        NodeValue::List(items) => items
            .iter()
            .try_for_each(|item| check_threshold(source, key, item)),
        NodeValue::Text(text) => match text.parse::<Threshold>() {
            Ok(_) => Ok(()),
            Err(error) => Err(invalid_value(source, key, node, text, error)),
        },
        _ => Ok(()),
    }
}

/// Makes an error about `text`, the value of `node`.
fn invalid_value(
    source: &PlanSourceText,
    key: &str,
    node: &PlanNode,
    text: &str,
    error: Diagnostic,
) -> PlanError {
    let start = node.span.start;
    if let Some(written) = written(source, node) {
        let error = error.redacted();
        let error = error.about(format!("'{key}': invalid value {}", excerpt(written)));
        return source.diagnostic_at(start, error);
    }
    // Points into the text if the plan has it literally, and to its quote if it has escapes.
    let raw = source.text().get(node.span.clone()).unwrap_or_default();
    let found = raw.find(text).filter(|_| !text.is_empty());
    let at = match (found, error.input()) {
        (Some(found), Some(_)) => found + error.position().start,
        _ => 0,
    };
    let error = error.about(format!("'{key}': invalid value {}", excerpt(text)));
    source.diagnostic_at(start + at, error)
}

/// Returns a value as written in the plan, without quotes, if it has parts from the environment.
fn written<'s>(source: &'s PlanSourceText, node: &PlanNode) -> Option<&'s str> {
    let raw = source.text().get(node.span.clone())?;
    node.has_environment()
        .then(|| raw.trim_matches(['"', '\'']))
}

fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.len() <= 40
        && name.chars().all(word)
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn unknown_key_error(
    source: &PlanSourceText,
    key: &str,
    at: usize,
    table: &str,
    known: &[String],
) -> PlanError {
    let known = known.iter().map(String::as_str);
    let error = match key {
        // The flag that is short for it has no key.
        "live" => Diagnostic::unknown(0..0, "key", key, []).with_expected("progress = \"live\""),
        _ => Diagnostic::unknown(0..0, "key", key, known),
    };
    let error = error.within(format!("in {table}"));
    source.diagnostic_at(at, error)
}

fn read_scenario(source: &PlanSourceText, root: &PlanNode) -> Result<GoHammerScenario, PlanError> {
    let config = root.get("hammerConfig");
    let (known, inner) = (
        GoHammerScenario::KEYS.map(String::from),
        GoHammerScenario::CONFIG_KEYS.map(String::from),
    );
    let levels = [
        (Some(root), "a scenario", &known),
        (config, "'hammerConfig'", &inner),
    ];
    for (node, table, known) in levels {
        let Some(PlanNode {
            value: NodeValue::Table(entries),
            ..
        }) = node
        else {
            let at = config.map_or(0, |node| node.span.start);
            let error = source.error_at(at, "'hammerConfig' is not a table");
            return Err(error.with_expected("{\"endpoint\": \"http://HOST/\"}"));
        };
        for (key, at, node) in entries {
            if !known.contains(key) {
                return Err(unknown_key_error(source, key, *at, table, known));
            }
            let expected = match (key.as_str(), &node.value) {
                ("hammerConfig", _) | ("duration" | "tps", NodeValue::Number(_)) => continue,
                ("duration" | "tps", _) => "a number",
                ("headers", NodeValue::Table(headers)) => {
                    let not_text = headers
                        .iter()
                        .find(|(.., value)| !matches!(value.value, NodeValue::Text(_)));
                    let Some((name, _, value)) = not_text else {
                        continue;
                    };
                    let kind = value.value.kind_name();
                    let problem = format!("header {} is {kind}", excerpt(name));
                    let error = source.error_at(value.span.start, problem);
                    return Err(error.with_expected("a string"));
                }
                ("headers", _) => "a table of strings",
                (_, NodeValue::Text(_)) => continue,
                _ => "a string",
            };
            let problem = format!("'{key}' is {}", node.value.kind_name());
            let error = source.error_at(node.span.start, problem);
            return Err(error.with_expected(expected));
        }
    }
    let parsed = serde_json::from_value(root.to_json());
    parsed.map_err(|error| source.error_at(root.span.start, error.to_string()))
}
