use std::fs;
use std::path::Path;

use hammer_plan::Threshold;

/// Expressions in docs/THRESHOLDS.md stand in blocks called `threshold`, one a line, and in the first
/// column of its tables.
#[test]
fn every_example_of_the_docs_is_a_threshold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/THRESHOLDS.md");
    let text = fs::read_to_string(path).unwrap();
    let (mut block, mut seen) = (None, 0);
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            block = block.is_none().then_some(kind);
        } else if block == Some("threshold") {
            let example = line.split('#').next().unwrap();
            parses(example);
            seen += 1;
        } else if block == Some("sh") {
            for flag in ["--assert '", "--abort-on '"] {
                for rest in line.split(flag).skip(1) {
                    parses(rest.split('\'').next().unwrap());
                    seen += 1;
                }
            }
        } else if let Some(row) = line.strip_prefix("| `") {
            let first = row.split('|').next().unwrap();
            for (index, example) in first.split('`').enumerate() {
                if index % 2 == 0 && example.contains(['<', '>', '=']) {
                    parses(example);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 30, "only {seen} examples were found");
}

fn parses(example: &str) {
    if let Err(error) = example.parse::<Threshold>() {
        panic!("{example}: {error}");
    }
}
