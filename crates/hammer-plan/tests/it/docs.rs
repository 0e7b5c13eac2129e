//! The thresholds and rates in the docs parse.

use std::fs;
use std::path::{Path, PathBuf};

use hammer_core::Shape;
use hammer_plan::Threshold;

/// The documents for users.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = fs::read_dir(root.join("docs")).unwrap();
    let mut documents: Vec<_> = docs.map(|file| file.unwrap().path()).collect();
    documents.retain(|path| path.extension().is_some_and(|end| end == "md"));
    documents.extend(["README.md", "CHANGELOG.md"].map(|name| root.join(name)));
    documents.sort();
    documents
}

/// Returns the lines of a document, each with the language of the code block around it.
fn lines(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let mut block = None;
    text.lines().filter_map(move |line| {
        let fence = line.strip_prefix("```");
        if let Some(kind) = fence {
            block = block.is_none().then_some(kind);
        }
        fence.is_none().then_some((block, line))
    })
}

fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Thresholds are the lines of blocks with the language `threshold`, and the strings of TOML blocks
/// and code spans that have an operator between spaces.
#[test]
fn thresholds_in_the_docs_parse() {
    let mut seen = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for (block, line) in lines(&text) {
            let has_operator = |text: &&str| {
                let operators = [" < ", " <= ", " > ", " >= ", " == ", " != "];
                operators.iter().any(|operator| text.contains(operator))
            };
            let examples: Vec<&str> = match block {
                Some("threshold") => vec![line],
                Some("toml") => line.split(['\'', '"']).filter(has_operator).collect(),
                None => spans(line).filter(has_operator).collect(),
                // A test of hammer-cli runs the commands in the docs.
                _ => vec![],
            };
            for example in examples {
                // The flag or the key of a plan may come before the threshold.
                let quoted = example
                    .split_once('\'')
                    .and_then(|(_, rest)| rest.split_once('\''));
                let example = quoted.map_or(example, |(inside, _)| inside);
                if let Err(error) = example.parse::<Threshold>() {
                    panic!("{}: {example}: {error}", path.display());
                }
                seen += 1;
            }
        }
    }
    assert!(seen >= 40, "only {seen} examples were found");
}

/// Code spans that look like a shape, or like a rate with a unit of time, are shapes.
#[test]
fn rates_in_the_docs_parse() {
    let mut seen = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let prose = lines(&text).filter(|(block, _)| block.is_none());
        for example in prose.flat_map(|(_, line)| spans(line)) {
            if looks_like_a_rate(example) {
                if let Err(error) = example.parse::<Shape>() {
                    panic!("{}: {example}: {error}", path.display());
                }
                seen += 1;
            }
        }
    }
    assert!(seen >= 15, "only {seen} examples were found");
}

fn looks_like_a_rate(text: &str) -> bool {
    // A text with an ellipsis is a placeholder.
    let shapes = ["steps(", "sine(", "spike("];
    let is_shape = shapes.iter().any(|shape| text.starts_with(shape)) && !text.contains('…');
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &text[..text.len() - rest.len()];
    let rest = rest.trim_start_matches(['k', 'M']);
    let starts_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
    // A range of addresses, such as 10.0.0.0/8, also has a slash.
    let is_number = starts_with_digit && number.matches('.').count() < 2;
    let unit = rest.strip_prefix('/').and_then(|unit| unit.chars().next());
    is_shape
        || starts_with_digit && text.contains("..")
        || is_number && unit.is_some_and(|c| c.is_ascii_digit() || "smh".contains(c))
}
