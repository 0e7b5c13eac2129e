//! The report as JUnit XML for build servers.
//!
//! A load is a test suite. Its verdict and each of its thresholds are test cases. A threshold that
//! is not met is a failure, with the measured value. If the verdict is invalid, it and all thresholds
//! are errors: the run has to be repeated. They are skipped if nothing depends on the verdict. A run that
//! was stopped has an error more.

use std::fmt::Write as _;

use hammer_core::{AbortReason, CheckedThreshold, Report, Verdict, VerdictStatus};
use hammer_core::{PlanLoadReport, PlanReport};
use hammer_diagnostic::{format_seconds, is_control};

use super::text;

/// One test of a suite.
pub(crate) struct JunitCase {
    pub(crate) name: String,
    pub(crate) result: JunitResult,
    /// Text for `system-out`.
    pub(crate) output: String,
}

/// The result of a test, with the message of one that did not pass.
pub(crate) enum JunitResult {
    Passed,
    /// A threshold was not met.
    Failed(String),
    /// A comparison found a change.
    #[cfg_attr(
        not(feature = "compare"),
        expect(dead_code, reason = "only comparisons find changes")
    )]
    Changed(String),
    /// The run is invalid.
    Invalid(String),
    /// The run is invalid, which nothing depends on.
    Skipped(String),
    /// The run was stopped early.
    Stopped(String),
}

impl JunitResult {
    /// The element in the test case, with the message and the type of its problem.
    fn element(&self) -> Option<(&'static str, &str, &'static str)> {
        match self {
            Self::Passed => None,
            Self::Failed(message) => Some(("failure", message, "threshold")),
            Self::Changed(message) => Some(("failure", message, "comparison")),
            Self::Invalid(message) => Some(("error", message, "verdict")),
            Self::Skipped(message) => Some(("skipped", message, "verdict")),
            Self::Stopped(message) => Some(("error", message, "stopped")),
        }
    }
}

/// Renders a suite for all loads together, and one for each load. A single load has only its own.
///
/// An invalid verdict is an error if it `is_refused`.
pub(super) fn render(report: &PlanReport, is_refused: bool) -> String {
    let mut suites = String::new();
    if let Some(report) = report.single_load() {
        let name = format!("{} {}", report.hammer, report.target);
        suites.push_str(&suite(
            name.trim(),
            report.elapsed_s,
            load_cases(report, is_refused),
        ));
    } else {
        suites.push_str(&suite(
            &report.plan,
            report.elapsed_s,
            plan_cases(report, is_refused),
        ));
        for PlanLoadReport { name, report, .. } in &report.loads {
            suites.push_str(&suite(
                name,
                report.elapsed_s,
                load_cases(report, is_refused),
            ));
        }
    }
    document(&suites)
}

/// Makes a document of suites.
pub(crate) fn document(suites: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{suites}</testsuites>\n")
}

/// Writes a suite that took `time` seconds.
pub(crate) fn suite(name: &str, time: f64, cases: Vec<JunitCase>) -> String {
    let count = |element: &str| {
        let elements = cases.iter().filter_map(|case| case.result.element());
        elements.filter(|(name, ..)| *name == element).count()
    };
    let [failures, errors, skipped] = ["failure", "error", "skipped"].map(count);
    let (name, tests) = (escaped(name), cases.len());
    let mut out = format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" \
         errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time:.3}\">\n"
    );
    for case in cases {
        let (test, output) = (escaped(&case.name), escaped(&case.output));
        let _ = write!(
            out,
            "    <testcase classname=\"{name}\" name=\"{test}\" time=\"{time:.3}\">"
        );
        if let Some((element, message, kind)) = case.result.element() {
            let message = escaped(message);
            let _ = match element {
                "skipped" => write!(out, "<skipped message=\"{message}\"/>"),
                _ => write!(
                    out,
                    "<{element} message=\"{message}\" type=\"{kind}\">{message}</{element}>"
                ),
            };
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
fn load_cases(report: &Report, is_refused: bool) -> Vec<JunitCase> {
    let thresholds = report.thresholds.iter();
    let aborted = report.aborted.as_ref();
    let mut cases = cases(&report.verdict, is_refused, thresholds, aborted);
    cases.extend(stop_case(report));
    cases
}

/// The test of a load that was stopped, so that its other tests are about a part of it.
fn stop_case(report: &Report) -> Option<JunitCase> {
    let is_cut_short = report.stopped && report.aborted.is_none();
    let message = || {
        let ran = format_seconds(report.duration_s);
        format!("the run was stopped after {ran}, before its schedule ended")
    };
    is_cut_short.then(|| JunitCase {
        name: "schedule".into(),
        result: JunitResult::Stopped(message()),
        output: String::new(),
    })
}

/// The tests of all loads together, without the thresholds of single loads.
fn plan_cases(report: &PlanReport, is_refused: bool) -> Vec<JunitCase> {
    let belongs_to_load = |checked: &&CheckedThreshold| {
        let mut loads = report.loads.iter();
        loads.any(|load| load.report.thresholds.contains(checked))
    };
    let shared = report.thresholds.iter().filter(|it| !belongs_to_load(it));
    let aborted = report.aborted.as_ref();
    cases(&report.verdict, is_refused, shared, aborted)
}

fn cases<'a>(
    verdict: &Verdict,
    is_refused: bool,
    thresholds: impl Iterator<Item = &'a CheckedThreshold>,
    aborted: Option<&AbortReason>,
) -> Vec<JunitCase> {
    let reasons = verdict.reasons.join("; ");
    let invalid = verdict.status == VerdictStatus::Invalid;
    let mut cases = vec![JunitCase {
        name: "verdict".into(),
        result: match (invalid, is_refused) {
            (false, _) => JunitResult::Passed,
            (true, true) => JunitResult::Invalid(format!("invalid: {reasons}")),
            (true, false) => JunitResult::Skipped(format!("invalid: {reasons}")),
        },
        output: if invalid || reasons.is_empty() {
            verdict.status.as_str().into()
        } else {
            format!("{}: {reasons}", verdict.status.as_str())
        },
    }];
    cases.extend(thresholds.map(|checked| {
        let figure = checked.figure();
        let message = format!("{}: {figure}", checked.expression);
        JunitCase {
            name: checked.expression.clone(),
            result: match (checked.judged, checked.passed) {
                (false, _) => JunitResult::Invalid(format!("not judged: {message}")),
                (true, true) => JunitResult::Passed,
                (true, false) => JunitResult::Failed(message),
            },
            output: figure,
        }
    }));
    cases.extend(aborted.map(|aborted| {
        let reason = text::thresholds::abort_text(aborted);
        JunitCase {
            name: format!("not {}", aborted.expression),
            result: match is_refused {
                false => JunitResult::Failed(format!("the run was aborted: {reason}")),
                true => JunitResult::Invalid(format!("not judged: {reason}")),
            },
            output: String::new(),
        }
    }));
    cases
}

/// Escapes text for elements and attributes.
///
/// Characters that XML 1.0 does not allow (section 2.2) are replaced. Other controls and marks of text
/// direction are references, which a terminal does not obey.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => push_reference(&mut out, c),
            '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c if is_control(c) => push_reference(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

fn push_reference(out: &mut String, c: char) {
    let _ = write!(out, "&#{};", u32::from(c));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::text::golden::report;

    /// A threshold passed or failed on the numbers of an invalid run, while the exit code was 0.
    #[test]
    fn an_invalid_run_is_an_error_if_something_depends_on_its_verdict() {
        let verdict = json!({"status": "invalid", "reasons": ["it was late"]});
        let threshold = json!({"expression": "p99 < 5s", "value": 1.0, "infinite": false,
                               "unit": "us", "passed": false, "judged": false});
        let invalid = report(&[("/verdict", verdict), ("/thresholds", json!([threshold]))]);
        let invalid = PlanReport::from_single_load(invalid);
        let xml = render(&invalid, true);
        for part in [
            "tests=\"2\" failures=\"0\" errors=\"2\" skipped=\"0\"",
            "<error message=\"invalid: it was late\" type=\"verdict\">",
            "<error message=\"not judged: p99 &lt; 5s: 1.00 µs\" type=\"verdict\">",
        ] {
            assert!(xml.contains(part), "{part}\n{xml}");
        }
        let mut unchecked = invalid;
        unchecked.loads[0].report.thresholds.clear();
        let xml = render(&unchecked, false);
        let part = "errors=\"0\" skipped=\"1\"";
        assert!(xml.contains(part), "{xml}");
        assert!(
            xml.contains("<skipped message=\"invalid: it was late\"/>"),
            "{xml}"
        );
    }

    /// A build server that read only this file showed a run of 2 s as passed.
    #[test]
    fn a_run_that_was_stopped_is_an_error() {
        let changes = [("/stopped", json!(true)), ("/duration_s", json!(2.0))];
        let stopped = PlanReport::from_single_load(report(&changes));
        let xml = render(&stopped, false);
        let part = "<error message=\"the run was stopped after 2 s, before its schedule ended\" \
                    type=\"stopped\">";
        assert!(xml.contains(part), "{xml}");
        let complete = PlanReport::from_single_load(report(&[]));
        assert!(!render(&complete, false).contains("schedule"));
    }

    #[test]
    fn markup_is_escaped_and_disallowed_characters_are_replaced() {
        for (text, xml) in [
            ("p99 < 1s", "p99 &lt; 1s"),
            ("a&b", "a&amp;b"),
            ("]]>", "]]&gt;"),
            ("\"quoted\"", "&quot;quoted&quot;"),
            ("a\tb\n", "a&#9;b&#10;"),
            ("\0\x1b[1m\u{ffff}", "\u{fffd}\u{fffd}[1m\u{fffd}"),
            ("\u{9b}1m\u{202e}", "&#155;1m&#8238;"),
            ("µ 🦀", "µ 🦀"),
        ] {
            assert_eq!(escaped(text), xml, "{text:?}");
        }
    }
}
