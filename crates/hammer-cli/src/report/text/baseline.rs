//! Comparison with the baseline, as text.

use hammer_analysis::{ChangeScale, UndecidedReason};
use hammer_core::{BaselineChange, BaselineComparison};

use super::latency::TimeUnit;
use super::thresholds::format_figures;
use crate::text::lines::{WIDTH, truncate, wrap};

/// The figures that are always shown. Others are shown if they are better or worse.
const FIGURES: [&str; 3] = ["p50", "p99", "errors"];
/// Maximum number of warnings.
const MAX_WARNINGS: usize = 3;

/// A note on the changes, with the command for more, which a program may lack.
const CHANGES: &str = if cfg!(feature = "compare") {
    "changes between these two runs only; to be sure, compare several (see 'hammer compare')"
} else {
    "changes between these two runs only"
};

/// Renders the changes of figures, and the differences that may explain them.
pub(super) fn lines(baseline: &BaselineComparison) -> String {
    let start = match baseline.started_at.split_once('.') {
        Some((start, _)) => format!(" of {start}Z"),
        None => String::new(),
    };
    let title = format!("{}{start}", baseline.path);
    if let Some(reason) = &baseline.incomparable {
        return wrap("baseline", &format!("{title}: not compared: {reason}"), 3);
    }
    let mut out = wrap("baseline", &format!("{title}: {CHANGES}"), 2);
    let figures = baseline.figures.iter();
    let shown = figures.filter(|change| {
        let is_decided = matches!(change.outcome.as_str(), "better" | "worse");
        is_decided || FIGURES.contains(&change.figure.as_str())
    });
    out.extend(shown.map(change_line));
    for warning in baseline.warnings.iter().take(MAX_WARNINGS) {
        out.push_str(&wrap("", warning, 2));
    }
    let more = baseline.warnings.len().saturating_sub(MAX_WARNINGS);
    if more > 0 {
        let s = if more == 1 { "" } else { "s" };
        out.push_str(&wrap(
            "",
            &format!("and {more} more difference{s} (see -o json)"),
            1,
        ));
    }
    out
}

fn change_line(change: &BaselineChange) -> String {
    let [base, now] = format_figures([&change.baseline, &change.measured], TimeUnit::for_micros);
    let (figure, size, outcome) = (&change.figure, change_text(change), outcome_text(change));
    let line = format!("  {figure:<7}{base:>8} -> {now:<8}  {size:<29}  {outcome}");
    truncate(line.trim_end(), WIDTH) + "\n"
}

/// The outcome, with the reason why it is not known.
fn outcome_text(change: &BaselineChange) -> String {
    match &change.undecided {
        Some(reason) => format!("cannot tell ({reason})"),
        None => change.outcome.replace('_', " "),
    }
}

/// False for a percentile with too few hits for its value to have a meaning, unless it is always shown.
pub(crate) fn has_meaning(change: &BaselineChange) -> bool {
    let too_few = UndecidedReason::TooFewHits.to_string();
    FIGURES.contains(&change.figure.as_str()) || change.undecided.as_ref() != Some(&too_few)
}

/// The change with its interval, such as `+2.4 % (+0.3 to +4.5)`.
pub(crate) fn change_text(change: &BaselineChange) -> String {
    let text = |value: f64| match change.measured.unit.as_str() {
        "%" => ChangeScale::PercentagePoints.format(value),
        _ => ChangeScale::Relative.format(value / 100.0),
    };
    match (change.change, change.change_low, change.change_high) {
        (Some(value), Some(low), Some(high)) => {
            let number = |value| text(value).split(' ').next().unwrap_or_default().to_owned();
            format!("{} ({} to {})", text(value), number(low), number(high))
        }
        (Some(value), ..) => text(value),
        (None, ..) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use hammer_core::MeasuredValue;

    use super::*;

    fn value(value: Option<f64>, unit: &str) -> MeasuredValue {
        MeasuredValue {
            value,
            infinite: value.is_none(),
            unit: unit.to_owned(),
        }
    }

    fn change(figure: &str, unit: &str, [base, now]: [f64; 2], size: [f64; 3]) -> BaselineChange {
        BaselineChange {
            figure: figure.to_owned(),
            baseline: value(Some(base), unit),
            measured: value(Some(now), unit),
            change: Some(size[0]),
            change_low: Some(size[1]),
            change_high: Some(size[2]),
            outcome: "same".to_owned(),
            undecided: None,
        }
    }

    /// A comparison with changes of all kinds.
    fn comparison() -> BaselineComparison {
        let unknown = BaselineChange {
            outcome: "cannot_tell".to_owned(),
            undecided: Some("the interval is too wide".to_owned()),
            ..change("p99", "us", [108e3, 112e3], [3.7, -8.0, 17.0])
        };
        let infinite = BaselineChange {
            measured: value(None, "us"),
            change: None,
            outcome: "worse".to_owned(),
            ..change("p99.9", "us", [250e3, 0.0], [0.0; 3])
        };
        let errors = BaselineChange {
            change_low: None,
            ..change("errors", "%", [0.0, 0.02], [0.02, 0.0, 0.0])
        };
        BaselineComparison {
            path: "base.json".to_owned(),
            started_at: "2026-11-29T12:00:00.000Z".to_owned(),
            figures: vec![
                change("p50", "us", [4100.0, 4200.0], [2.44, 0.31, 4.5]),
                change("p90", "us", [50e3, 50e3], [0.0; 3]),
                unknown,
                infinite,
                errors,
            ],
            warnings: (1..=5).map(|n| format!("different thing {n}")).collect(),
            ..BaselineComparison::default()
        }
    }

    #[cfg(feature = "compare")]
    #[test]
    fn changes_have_their_intervals_and_outcomes() {
        let expected = "\
baseline      base.json of 2026-11-29T12:00:00Z: changes between these two runs only; to be sure,
              compare several (see 'hammer compare')
  p50     4.10 ms -> 4.20 ms   +2.4 % (+0.3 to +4.5)          same
  p99      108 ms -> 112 ms    +3.7 % (-8.0 to +17.0)         cannot tell (the interval is too wide)
  p99.9    250 ms -> infinite: no response                                 worse
  errors      0 % -> 0.02 %    +0.02 points                   same
              different thing 1
              different thing 2
              different thing 3
              and 2 more differences (see -o json)
";
        assert_eq!(lines(&comparison()), expected);
    }

    #[test]
    fn runs_that_are_not_compared_have_a_reason() {
        let comparison = BaselineComparison {
            path: "base.json".to_owned(),
            incomparable: Some("different target".to_owned()),
            ..BaselineComparison::default()
        };
        let expected = "baseline      base.json: not compared: different target\n";
        assert_eq!(lines(&comparison), expected);
    }
}
