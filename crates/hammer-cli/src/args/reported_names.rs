//! Check of the names in thresholds that the hammers of the `hammer` command report.

use hammer_diagnostic::Diagnostic;
use hammer_plan::{ReportedName, Threshold};

use super::name_lists::{LABELS, PHASES, failures};

/// Checks that a hammer of the `hammer` command can report the name in the threshold.
///
/// A threshold on a misspelled failure would hold in every run.
pub(crate) fn check(threshold: &Threshold) -> Result<(), Diagnostic> {
    let Some(name) = threshold.reported_name() else {
        return Ok(());
    };
    let (what, name, known) = match name {
        ReportedName::Failure(name) => ("failure", name, failures()),
        ReportedName::Label(name) if is_status(name) => return Ok(()),
        ReportedName::Label(name) => ("label", name, LABELS.to_vec()),
        ReportedName::Phase(name) => ("phase", name, PHASES.to_vec()),
        _ => return Ok(()),
    };
    if known.contains(&name) {
        return Ok(());
    }
    let text = threshold.to_string();
    let prefix = format!("{what}.");
    let start = text.find(&prefix).map_or(0, |at| at + prefix.len());
    let error = Diagnostic::unknown(start..start + name.len(), what, name, known.iter().copied());
    let error = match what {
        "failure" => {
            error.or_expected("a name under 'failed' in the report, such as connect_refused")
        }
        "label" => error.or_expected("a status, such as 503, or a label of the report"),
        _ => error,
    };
    Err(error.in_input(text))
}

/// Returns true for the status of an answer of HTTP (RFC 9110, section 15).
fn is_status(label: &str) -> bool {
    label
        .parse()
        .is_ok_and(|status: u16| (100..1000).contains(&status))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::{Path, PathBuf};
    use std::{fs, iter};

    use regex::Regex;

    use super::super::name_lists::FAILURES;
    use super::*;

    #[test]
    fn unknown_names_get_the_nearest() {
        for (text, expected) in [
            (
                "failure.conect_refused == 0",
                "unknown failure 'conect_refused'; expected 'connect_refused'",
            ),
            (
                "failure.nothing == 0",
                "expected a name under 'failed' in the report",
            ),
            (
                "failure.proxy_tls == 0",
                "unknown failure 'proxy_tls'; expected 'proxy_tls_",
            ),
            (
                "failure.tls_no_common_protocol == 0",
                "unknown failure 'tls_no_common_protocol'",
            ),
            ("label.5003 == 0", "unknown label '5003'; expected a status"),
            ("label.pubac == 0", "expected 'puback'"),
            (
                "phase.conect.p99 < 1s",
                "unknown phase 'conect'; expected 'connect'",
            ),
        ] {
            let threshold: Threshold = text.parse().expect(text);
            let error = check(&threshold).expect_err(text);
            assert!(error.to_string().contains(expected), "{text}: {error}");
            let name = text.split(['.', ' ']).nth(1);
            assert_eq!(error.found(), name, "{text}");
        }
        for text in [
            "failure.timeout == 0",
            "failure.tls_expired == 0",
            "failure.tls_alert_unknown_ca == 0",
            "failure.proxy_tls_untrusted == 0",
            "label.503 < 1%",
            "phase.first_byte.p99 < 1s",
            "p99 < 1s",
        ] {
            assert_eq!(check(&text.parse().expect(text)), Ok(()), "{text}");
        }
    }

    /// The sources of the hammers and of the crates that they report failures of.
    fn sources() -> Vec<(PathBuf, String)> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let roots = ["hammer-core", "hammer-net", "hammer-http", "hammer-mqtt"];
        let mut folders: Vec<_> = roots.map(|root| crates.join(root).join("src")).into();
        let mut found = vec![];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("the sources are here") {
                let path = entry.expect("a readable folder").path();
                let is_test = ["testing", "tests", "tests.rs"]
                    .iter()
                    .any(|end| path.ends_with(end));
                if is_test {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") {
                    let text = fs::read_to_string(&path).expect("a source is text");
                    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                    let code = code
                        .lines()
                        .filter(|line| !line.trim_start().starts_with("//"));
                    found.push((path, code.collect::<Vec<_>>().join("\n")));
                }
            }
        }
        found
    }

    /// Selects the files in which a pattern is searched.
    type FileFilter<'f> = &'f dyn Fn(&Path) -> bool;

    /// Without this, a new failure could not be named in a threshold, and one that is gone could.
    #[test]
    fn the_lists_have_the_names_in_the_sources() {
        let reasons = |path: &Path| path.ends_with("packet/reason_code.rs");
        let waits = |path: &Path| path.ends_with("broker_connection/queued_hits.rs");
        let everywhere = |_: &Path| true;
        let core = |path: &Path| path.ends_with("model/failure.rs");
        let table: [(&str, &[&str], FileFilter<'_>); 12] = [
            (r#"Self::new\(\s*"([a-z0-9_]+)""#, FAILURES, &core),
            (r#"Failure::new\(\s*"([a-z0-9_]+)""#, FAILURES, &everywhere),
            (
                r#""((?:stream_reset|goaway|websocket)_[a-z0-9_]+)""#,
                FAILURES,
                &everywhere,
            ),
            (r#"=> "([a-z0-9_]+)""#, FAILURES, &reasons),
            (r#"=> "([a-z0-9_]+)""#, LABELS, &reasons),
            (r#"\(AckKind::.* => "([a-z]+)""#, LABELS, &everywhere),
            (r#"OTHER: &str = "([a-z]+)""#, FAILURES, &everywhere),
            (r#"OTHER: &str = "([a-z]+)""#, LABELS, &everywhere),
            (
                r#"Outcome::(?:ok|rejected)\(\s*"([a-z0-9_]+)""#,
                LABELS,
                &everywhere,
            ),
            (r#"_LABEL: &str = "([a-z0-9_]+)""#, LABELS, &everywhere),
            (r#"\.mark(?:_phase)?\("([a-z_]+)""#, PHASES, &everywhere),
            (r#"Self::.* => "([a-z]+)""#, PHASES, &waits),
        ];
        let sources = sources();
        let mut missing = vec![];
        let mut found = HashSet::new();
        for (pattern, known, is_searched) in table {
            let pattern = Regex::new(pattern).expect("a regular expression");
            for (path, code) in sources.iter().filter(|(path, _)| is_searched(path)) {
                for captures in pattern.captures_iter(code) {
                    let name = captures.extract::<1>().1[0];
                    found.insert((known, name));
                    if !known.contains(&name) {
                        missing.push(format!("{}: {name}", path.display()));
                    }
                }
            }
        }
        assert!(
            missing.is_empty(),
            "add to name_lists.rs:\n{}",
            missing.join("\n")
        );
        for list in [FAILURES, LABELS, PHASES] {
            let is_gone = |name: &&&str| !found.contains(&(list, **name));
            let gone: Vec<_> = list.iter().filter(is_gone).collect();
            assert!(gone.is_empty(), "remove from name_lists.rs: {gone:?}");
            let sorted = iter::zip(list, &list[1..]).all(|(first, second)| first < second);
            assert!(sorted, "sort {list:?}");
        }
    }

    /// The search for literals does not find a name that is put together.
    #[test]
    fn only_hammer_net_puts_names_of_failures_together() {
        let pattern = Regex::new(r"Failure::new\(\s*(?:concat|stringify)!").expect("a pattern");
        let sources = sources();
        let files = sources.iter().filter(|(_, code)| pattern.is_match(code));
        let files: Vec<_> = files.map(|(path, _)| path).collect();
        let [file] = *files else {
            panic!("name_lists.rs needs these names: {files:?}")
        };
        assert!(file.ends_with("hammer-net/src/tls/failure_pair.rs"));
        for failure in hammer_net::tls_failures() {
            assert!(failures().contains(&failure.name()), "{failure}");
        }
    }
}
