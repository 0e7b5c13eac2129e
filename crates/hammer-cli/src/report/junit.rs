//! The report as JUnit XML for build servers.
//!
//! A load is a test suite. Its verdict and each of its thresholds are test cases. A threshold that
//! is not met is a failure, with the measured value.

use std::fmt::Write as _;

use hammer_core::{AbortReason, CheckedThreshold, Report, Verdict, VerdictStatus};
use hammer_plan::{PlanLoadReport, PlanReport};

use super::text;

/// One test of a suite.
struct JunitCase {
    name: String,
    /// The message, if the test failed.
    failure: Option<String>,
    /// Text for `system-out`.
    output: String,
}

/// Renders a suite for all loads together, and one for each load. A single load has only its own.
pub(super) fn render(report: &PlanReport) -> String {
    let mut suites = String::new();
    if let Some(report) = report.single_load() {
        let name = format!("{} {}", report.hammer, report.target);
        suites.push_str(&suite(name.trim(), report.elapsed_s, load_cases(report)));
    } else {
        suites.push_str(&suite(&report.plan, report.elapsed_s, plan_cases(report)));
        for PlanLoadReport { name, report, .. } in &report.loads {
            suites.push_str(&suite(name, report.elapsed_s, load_cases(report)));
        }
    }
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{suites}</testsuites>\n")
}

fn suite(name: &str, time: f64, cases: Vec<JunitCase>) -> String {
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let (name, tests) = (escaped(name), cases.len());
    let mut out = format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" \
         skipped=\"0\" time=\"{time:.3}\">\n"
    );
    for case in cases {
        let (test, output) = (escaped(&case.name), escaped(&case.output));
        let _ = write!(
            out,
            "    <testcase classname=\"{name}\" name=\"{test}\" time=\"{time:.3}\">"
        );
        if let Some(failure) = &case.failure {
            let failure = escaped(failure);
            let _ = write!(
                out,
                "<failure message=\"{failure}\" type=\"threshold\">{failure}</failure>"
            );
        }
        if !output.is_empty() {
            let _ = write!(out, "<system-out>{output}</system-out>");
        }
        out.push_str("</testcase>\n");
    }
    out.push_str("  </testsuite>\n");
    out
}

/// The tests of a load, with its thresholds.
fn load_cases(report: &Report) -> Vec<JunitCase> {
    let thresholds = report.thresholds.iter();
    cases(&report.verdict, thresholds, report.aborted.as_ref())
}

/// The tests of all loads together, without the thresholds of single loads.
fn plan_cases(report: &PlanReport) -> Vec<JunitCase> {
    let belongs_to_load = |checked: &&CheckedThreshold| {
        let mut loads = report.loads.iter();
        loads.any(|load| load.report.thresholds.contains(checked))
    };
    let shared = report.thresholds.iter().filter(|it| !belongs_to_load(it));
    cases(&report.verdict, shared, report.aborted.as_ref())
}

fn cases<'a>(
    verdict: &Verdict,
    thresholds: impl Iterator<Item = &'a CheckedThreshold>,
    aborted: Option<&AbortReason>,
) -> Vec<JunitCase> {
    let reasons = verdict.reasons.join("; ");
    let invalid = verdict.status == VerdictStatus::Invalid;
    let mut cases = vec![JunitCase {
        name: "verdict".into(),
        failure: invalid.then(|| format!("invalid: {reasons}")),
        output: if invalid || reasons.is_empty() {
            verdict.status.as_str().into()
        } else {
            format!("{}: {reasons}", verdict.status.as_str())
        },
    }];
    cases.extend(thresholds.map(|checked| {
        let figure = text::thresholds::format_figure(&checked.measured);
        JunitCase {
            name: checked.expression.clone(),
            failure: (!checked.passed).then(|| format!("{}: {figure}", checked.expression)),
            output: figure,
        }
    }));
    cases.extend(aborted.map(|aborted| JunitCase {
        name: format!("not {}", aborted.expression),
        failure: Some(format!(
            "the run was aborted: {}",
            text::thresholds::abort_text(aborted)
        )),
        output: String::new(),
    }));
    cases
}

/// Escapes text for elements and attributes.
///
/// Characters that XML 1.0 does not allow (section 2.2) are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_disallowed_characters_are_replaced() {
        for (text, xml) in [
            ("p99 < 1s", "p99 &lt; 1s"),
            ("a&b", "a&amp;b"),
            ("]]>", "]]&gt;"),
            ("\"quoted\"", "&quot;quoted&quot;"),
            ("a\tb\n", "a&#9;b&#10;"),
            ("\0\x1b[1m\u{ffff}", "\u{fffd}\u{fffd}[1m\u{fffd}"),
            ("µ 🦀", "µ 🦀"),
        ] {
            assert_eq!(escaped(text), xml, "{text:?}");
        }
    }
}
