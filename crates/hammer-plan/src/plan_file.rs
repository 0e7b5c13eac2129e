use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::excerpt::excerpt;
use crate::plan_node::{NodeValue, PlanNode};
use crate::plan_source::{MAX_PLAN_BYTES, PlanSource};
use crate::{
    GoHammerScenario, Plan, PlanError, PlanLoad, Threshold, ThresholdError, environment, json_text,
    nearest, schema, toml_text,
};

/// The keys of a plan, and of a load: making a schema for each text would cost more than reading it.
static PLAN_KEYS: LazyLock<Vec<String>> = LazyLock::new(schema::keys::<Plan>);
static LOAD_KEYS: LazyLock<Vec<String>> = LazyLock::new(schema::keys::<PlanLoad>);

/// What a text says, and where it says it.
#[derive(Debug, Clone)]
pub struct PlanFile {
    source: PlanSource,
    root: PlanNode,
    content: PlanContent,
}

/// The two kinds of texts that say what to run.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanContent {
    /// A plan.
    Plan(Plan),
    /// A scenario of go-hammer, known by its key `hammerConfig`.
    Scenario(GoHammerScenario),
}

/// A step on the way from the root of a text to a place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPathStep<'a> {
    /// To the value of a key.
    Key(&'a str),
    /// To an item of a list.
    Item(usize),
}

impl PlanFile {
    /// Reads `text`: TOML if `name` ends with `.toml`, JSON if it ends with `.json`, and otherwise
    /// JSON if it begins with a brace. `environment` knows the values for `${NAME}`.
    ///
    /// # Errors
    ///
    /// If the text is neither, says something that a plan can't say, or needs a variable that is
    /// not there. Flags of a load other than the load's own are not looked at: only the hammer
    /// knows them.
    pub fn parse(
        name: &str,
        text: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, PlanError> {
        let source = PlanSource::new(name, text);
        if text.len() > MAX_PLAN_BYTES {
            return Err(source.error_at(0, "it is longer than 1 MiB, which no plan is"));
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
            environment::substitute(&source, &mut root, &environment)?;
            PlanContent::Plan(read_plan(&source, &root)?)
        };
        Ok(Self {
            source,
            root,
            content,
        })
    }

    /// What it says.
    #[must_use]
    pub fn content(&self) -> &PlanContent {
        &self.content
    }

    /// The name of the text.
    #[must_use]
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// The error that `what` is wrong with the value that `path` leads to; where the path ends
    /// early, with what is there.
    #[must_use]
    pub fn value_error(&self, path: &[PlanPathStep<'_>], what: impl Into<String>) -> PlanError {
        let (node, _) = self.find(path);
        self.source.error_at(node.span.start, what)
    }

    /// The error that `what` is wrong with the key at the end of `path`.
    #[must_use]
    pub fn key_error(&self, path: &[PlanPathStep<'_>], what: impl Into<String>) -> PlanError {
        let (node, key) = self.find(path);
        self.source.error_at(key.unwrap_or(node.span.start), what)
    }

    /// The error that `error` is wrong with `threshold`, the one with this index of those that stand
    /// behind `key`. The place of the error is one in the threshold as it is shown.
    #[must_use]
    pub fn threshold_error(
        &self,
        key: &str,
        index: usize,
        threshold: &Threshold,
        error: ThresholdError,
    ) -> PlanError {
        let (node, _) = self.find(&[PlanPathStep::Key(key)]);
        let node = node.item(index).unwrap_or(node);
        let shown = threshold.to_string();
        match &node.value {
            NodeValue::Text(text) => {
                let error = error.rebased(&shown, text);
                threshold_error(&self.source, key, node, text, error)
            }
            _ => threshold_error(&self.source, key, node, &shown, error),
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

fn read_plan(source: &PlanSource, root: &PlanNode) -> Result<Plan, PlanError> {
    let (known, of_load) = (&*PLAN_KEYS, &*LOAD_KEYS);
    let NodeValue::Table(entries) = &root.value else {
        let wrong = format!("a plan is a table, and this is {}", root.value.kind_name());
        return Err(source.error_at(root.span.start, wrong));
    };
    for (key, at, node) in entries {
        if known.contains(key) {
            if key != "load" {
                check_setting(source, key, node, true)?;
            }
            if matches!(key.as_str(), "assert" | "abort_on") {
                check_threshold(source, key, node)?;
            }
        } else if of_load.contains(key) {
            let wrong = format!(
                "'{key}' belongs to a load; right would be to write it below a line [[load]]"
            );
            return Err(source.error_at(*at, wrong));
        } else {
            return Err(unknown_key_error(source, key, *at, "a plan", known));
        }
    }
    let right = "right would be one or several of [[load]]";
    let loads = match root.get("load").map(|node| (&node.value, node.span.start)) {
        None => return Err(source.error_at(root.span.start, format!("it has no load; {right}"))),
        Some((NodeValue::List(loads), at)) if loads.is_empty() => {
            return Err(source.error_at(at, format!("it has no load; {right}")));
        }
        Some((NodeValue::List(loads), _)) => loads,
        Some((other, at)) => {
            let wrong = format!("'load' is {}; {right}", other.kind_name());
            return Err(source.error_at(at, wrong));
        }
    };
    if let Some(load) = loads.get(Plan::MAX_LOADS) {
        let wrong = format!("it has more than {} loads", Plan::MAX_LOADS);
        return Err(source.error_at(load.span.start, wrong));
    }
    let mut names = BTreeSet::new();
    for node in loads {
        check_load(source, node, known, of_load, &mut names)?;
    }
    serde_json::from_value(root.to_json())
        .map_err(|error| source.error_at(root.span.start, error.to_string()))
}

fn check_load<'a>(
    source: &PlanSource,
    load: &'a PlanNode,
    of_plan: &[String],
    of_load: &[String],
    names: &mut BTreeSet<&'a str>,
) -> Result<(), PlanError> {
    let NodeValue::Table(entries) = &load.value else {
        let wrong = format!("a load is a table, and this is {}", load.value.kind_name());
        return Err(source.error_at(load.span.start, wrong));
    };
    for (key, at, node) in entries {
        if of_plan.contains(key) {
            let wrong = format!(
                "'{key}' belongs to the plan; right would be to write it above the first [[load]]"
            );
            return Err(source.error_at(*at, wrong));
        }
        let text = matches!(node.value, NodeValue::Text(_));
        if matches!(key.as_str(), "name" | "hammer" | "target") && !text {
            let wrong = format!(
                "'{key}' is {}; right would be a text",
                node.value.kind_name()
            );
            return Err(source.error_at(node.span.start, wrong));
        }
        check_setting(source, key, node, true)?;
        if let ("name", NodeValue::Text(name)) = (key.as_str(), &node.value) {
            let wrong = if !is_name(name) {
                "is no name of a load; right would be up to 40 letters, digits, '-' and '_', a letter first"
            } else if !names.insert(name) {
                "is another load's name; right would be one that no other load has"
            } else {
                continue;
            };
            return Err(source.error_at(node.span.start, format!("'{}' {wrong}", excerpt(name))));
        }
    }
    if load.get("target").is_none() && load.get("hammer").is_none() {
        // What is nearest to it may be it, spelled wrong.
        let spelled = entries
            .iter()
            .filter(|(key, ..)| !of_load.contains(key))
            .find(|(key, ..)| nearest(key, ["target", "url", "endpoint"]).is_some());
        return Err(match spelled {
            Some((key, at, _)) => unknown_key_error(source, key, *at, "a load", &["target".into()]),
            None => source.error_at(
                load.span.start,
                "the load has no target; right would be target = \"http://HOST/\"",
            ),
        });
    }
    Ok(())
}

/// A setting is something that can stand on a command line.
fn check_setting(
    source: &PlanSource,
    key: &str,
    node: &PlanNode,
    list: bool,
) -> Result<(), PlanError> {
    match &node.value {
        NodeValue::List(items) if list => items
            .iter()
            .try_for_each(|item| check_setting(source, key, item, false)),
        NodeValue::Text(_) | NodeValue::Number(_) => Ok(()),
        NodeValue::Flag(_) if list => Ok(()),
        other => {
            let (kind, items) = (other.kind_name(), if list { "" } else { " as an item" });
            let key = excerpt(key);
            let wrong = format!(
                "'{key}' has {kind}{items}; right would be a text, a number, true or false, or a list of texts"
            );
            Err(source.error_at(node.span.start, wrong))
        }
    }
}

/// A text, or a list of texts, that are thresholds.
fn check_threshold(source: &PlanSource, key: &str, node: &PlanNode) -> Result<(), PlanError> {
    match &node.value {
        NodeValue::List(items) => items
            .iter()
            .try_for_each(|item| check_threshold(source, key, item)),
        NodeValue::Text(text) => match text.parse::<Threshold>() {
            Ok(_) => Ok(()),
            Err(error) => Err(threshold_error(source, key, node, text, error)),
        },
        _ => Ok(()),
    }
}

/// The error that `error` is wrong with the threshold `text`, which stands in `node`.
fn threshold_error(
    source: &PlanSource,
    key: &str,
    node: &PlanNode,
    text: &str,
    error: ThresholdError,
) -> PlanError {
    // Between its quotes, if it stands there as it was read.
    let raw = source.text().get(node.span.clone()).unwrap_or_default();
    let found = raw.find(text).filter(|_| !text.is_empty());
    let at = found.map_or(0, |found| found + error.span().start);
    let what = format!(
        "'{key}': invalid value '{}': {}",
        excerpt(text),
        error.problem()
    );
    let wrong = source.error_at(node.span.start + at, what);
    wrong.with_threshold(text, error)
}

fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.len() <= 40
        && name.chars().all(word)
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn unknown_key_error(
    source: &PlanSource,
    key: &str,
    at: usize,
    of: &str,
    known: &[String],
) -> PlanError {
    let right = match nearest(key, known.iter().map(String::as_str)) {
        Some(near) => format!("'{near}'"),
        None => known.join(", "),
    };
    source.error_at(
        at,
        format!("{of} has no key '{}'; right would be {right}", excerpt(key)),
    )
}

fn read_scenario(source: &PlanSource, root: &PlanNode) -> Result<GoHammerScenario, PlanError> {
    let config = root.get("hammerConfig");
    let (known, inner) = (
        GoHammerScenario::KEYS.map(String::from),
        GoHammerScenario::CONFIG_KEYS.map(String::from),
    );
    let levels = [
        (Some(root), "a scenario", &known),
        (config, "'hammerConfig'", &inner),
    ];
    for (node, of, known) in levels {
        let Some(PlanNode {
            value: NodeValue::Table(entries),
            ..
        }) = node
        else {
            let at = config.map_or(0, |node| node.span.start);
            return Err(source.error_at(
                at,
                "'hammerConfig' is no table; right would be {\"endpoint\": \"http://HOST/\"}",
            ));
        };
        for (key, at, node) in entries {
            if !known.contains(key) {
                return Err(unknown_key_error(source, key, *at, of, known));
            }
            let right = match (key.as_str(), &node.value) {
                ("hammerConfig", _) | ("duration" | "tps", NodeValue::Number(_)) => continue,
                ("duration" | "tps", _) => "a number",
                ("headers", NodeValue::Table(headers)) => {
                    let odd = headers
                        .iter()
                        .find(|(.., value)| !matches!(value.value, NodeValue::Text(_)));
                    let Some((name, _, value)) = odd else {
                        continue;
                    };
                    let wrong = format!(
                        "the header '{}' is {}; right would be a text",
                        excerpt(name),
                        value.value.kind_name()
                    );
                    return Err(source.error_at(value.span.start, wrong));
                }
                ("headers", _) => "a table of texts",
                (_, NodeValue::Text(_)) => continue,
                _ => "a text",
            };
            let wrong = format!(
                "'{key}' is {}; right would be {right}",
                node.value.kind_name()
            );
            return Err(source.error_at(node.span.start, wrong));
        }
    }
    let parsed = serde_json::from_value(root.to_json());
    parsed.map_err(|error| source.error_at(root.span.start, error.to_string()))
}
