//! Summaries of flags and commands, as `-h` prints them.

use std::collections::BTreeSet;

use super::finding::TidyFinding;
use super::help_files;
use super::opening;
use super::source_tree::SourceTree;

const MAX_CHARACTERS: usize = 72;

/// The beginnings of the notes that clap appends to a summary.
const CLAP_NOTES: &[&str] = &[
    "[default:",
    "[possible values:",
    "[alias",
    "[env:",
    "[short alias",
];

/// Checks each summary once, in the first golden help file that has it.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, help) in help_files::short(tree) {
        for HelpSummary { line, name, text } in summaries(help) {
            if let Some((problem, remedy)) = summary_violation(&text)
                && seen.insert((name.clone(), text))
            {
                findings.push(TidyFinding::new(
                    path,
                    line,
                    format!("`{name}`: {problem}"),
                    remedy,
                ));
            }
        }
    }
    findings
}

/// The summary of a flag, of an argument, or of a subcommand.
#[derive(Debug, PartialEq, Eq)]
struct HelpSummary {
    line: usize,
    /// The long flag if there is one, otherwise the first word.
    name: String,
    /// The text without the notes of clap.
    text: String,
}

fn summaries(help: &str) -> Vec<HelpSummary> {
    let mut summaries: Vec<HelpSummary> = Vec::new();
    let mut section = None;
    let mut inside = false;
    for (text, line) in help.lines().zip(1..) {
        let indent = text.len() - text.trim_start().len();
        if text.trim().is_empty() {
            inside = false;
            continue;
        }
        if indent == 0 {
            section = text.strip_suffix(':');
            inside = false;
            continue;
        }
        let Some(section) = section else { continue };
        let entry = text.trim();
        let starts = if section == "Commands" {
            indent == 2
        } else {
            matches!(indent, 2 | 6) && entry.starts_with(['-', '<', '['])
        };
        if starts {
            let (names, text) = entry.split_once("  ").unwrap_or((entry, ""));
            let name = names.split_whitespace().find(|word| word.starts_with("--"));
            let name = name.or(names.split_whitespace().next()).unwrap_or(names);
            summaries.push(HelpSummary {
                line,
                name: name.to_owned(),
                text: text.trim().to_owned(),
            });
            inside = true;
        } else if let Some(last) = summaries.last_mut().filter(|_| inside) {
            if !last.text.is_empty() {
                last.text.push(' ');
            }
            last.text.push_str(entry);
        }
    }
    for summary in &mut summaries {
        let ends = CLAP_NOTES.iter().filter_map(|mark| summary.text.find(mark));
        if let Some(end) = ends.min() {
            summary.text.truncate(end);
        }
        summary.text.truncate(summary.text.trim_end().len());
    }
    summaries
}

/// Problem and remedy if the summary breaks a rule.
fn summary_violation(text: &str) -> Option<(String, &'static str)> {
    let length = text.chars().count();
    if let Some(words) = opening::refused(text) {
        Some((
            format!("the summary begins with `{words}`"),
            "write an imperative or a noun phrase",
        ))
    } else if length > MAX_CHARACTERS {
        Some((
            format!("the summary has {length} characters, limit {MAX_CHARACTERS}"),
            "move the details to a second paragraph",
        ))
    } else if text.ends_with('.') && !text.ends_with("..") {
        Some((
            "the summary ends with a period".to_owned(),
            "remove the period",
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{check, summaries, summary_violation};
    use crate::tidy::help_files::HELP_FOLDER;
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn reads_summaries() {
        let help = "A tool.\n\nUsage: x [OPTIONS]\n\nCommands:\n  one  Do\n         it\n  two  Not\n\n\
                    Options:\n  -r, --rate <RATE>  Rate of hits,\n                     in all \
                    [default: 1]\n      --url\n          Where it is\n  [URL]  Target\n\nThe end.\n";
        let found: Vec<_> = summaries(help)
            .into_iter()
            .map(|summary| (summary.line, summary.name, summary.text))
            .collect();
        let expected = [
            (6, "one", "Do it"),
            (8, "two", "Not"),
            (11, "--rate", "Rate of hits, in all"),
            (13, "--url", "Where it is"),
            (15, "[URL]", "Target"),
        ];
        let expected = expected.map(|(line, name, text)| (line, name.to_owned(), text.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn applies_the_rules() {
        let table = [
            ("Largest response body to inspect", true),
            ("How large a body may be", false),
            ("The same as --http 2", false),
            ("Print help.", false),
            ("Read a, b, ...", true),
            (&"x".repeat(72), true),
            (&"ä".repeat(72), true),
            (&"x".repeat(73), false),
        ];
        for (text, fine) in table {
            assert_eq!(summary_violation(text).is_none(), fine, "{text}");
        }
    }

    #[test]
    fn reports_a_summary_once() {
        let (http, mqtt) = (
            format!("{HELP_FOLDER}http.txt"),
            format!("{HELP_FOLDER}mqtt.txt"),
        );
        let help = "Options:\n      --rate  How fast\n";
        let tree = SourceTree::from_texts(&[(&http, help), (&mqtt, help)]);
        let findings: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            findings,
            [format!(
                "{http}:2: `--rate`: the summary begins with `How`; \
                 write an imperative or a noun phrase"
            )]
        );
    }
}
