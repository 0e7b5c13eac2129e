//! Lines of the report for thresholds and aborts.

use hammer_core::{AbortReason, CheckedThreshold, MeasuredValue};

use super::latency::TimeUnit;

use crate::text::lines::{INDENT, WIDTH, truncate};

/// Maximum width of an expression, in columns.
const EXPRESSION_WIDTH: usize = 48;
/// Width of the longest result with the blanks around the expression, in columns.
const RESULT_WIDTH: usize = "not judged".len() + 6;

/// Renders a line for each threshold, failed ones first, in at most `max` lines.
///
/// If there are more thresholds, the last line has their number.
pub(crate) fn lines(all: &[CheckedThreshold], max: usize) -> String {
    let (mut ordered, passed): (Vec<_>, Vec<_>) = all.iter().partition(|checked| !checked.passed);
    ordered.extend(passed);
    let shown = if ordered.len() > max {
        max.saturating_sub(1)
    } else {
        ordered.len()
    };
    let (shown, rest) = ordered.split_at(shown);
    let figures: Vec<String> = shown.iter().map(|checked| checked.figure()).collect();
    let figure_width = figures.iter().map(|figure| figure.chars().count()).max();
    let room = (WIDTH - INDENT - RESULT_WIDTH).saturating_sub(figure_width.unwrap_or(0));
    let expressions = shown
        .iter()
        .map(|checked| checked.expression.chars().count());
    let width = expressions
        .max()
        .unwrap_or(0)
        .min(EXPRESSION_WIDTH)
        .min(room);
    let mut out = String::new();
    for (index, checked) in shown.iter().enumerate() {
        let name = if index == 0 { "thresholds" } else { "" };
        let result = result(checked);
        let expression = truncate(&checked.expression, width);
        let figure = &figures[index];
        out.push_str(&format!(
            "{name:<INDENT$}{result}   {expression:<width$}   {figure}\n"
        ));
    }
    if !rest.is_empty() {
        let name = if shown.is_empty() { "thresholds" } else { "" };
        let failed = rest.iter().filter(|it| it.judged && !it.passed).count();
        let more = match failed {
            _ if rest.iter().all(|it| !it.judged) => format!("{} more not judged", rest.len()),
            0 => format!("{} more passed", rest.len()),
            failed => format!("{} more, {failed} of them failed", rest.len()),
        };
        out.push_str(&format!("{name:<INDENT$}{more}\n"));
    }
    out
}

/// The result of a threshold in a word.
pub(crate) fn result(checked: &CheckedThreshold) -> &'static str {
    match (checked.judged, checked.passed) {
        (false, _) => "not judged",
        (true, true) => "pass",
        (true, false) => "fail",
    }
}

/// The condition that ended the run, with its time and the measured value.
pub(crate) fn abort_text(aborted: &AbortReason) -> String {
    let details = format!(" {}", aborted.details());
    let room = (WIDTH - INDENT).saturating_sub(details.chars().count());
    let room = match aborted.relative {
        Some(_) => room.max(EXPRESSION_WIDTH),
        None => room,
    };
    format!("{}{details}", truncate(&aborted.expression, room))
}

/// Formats two values of a figure. Times have the unit that `unit_for` selects for the longer one.
pub(crate) fn format_figures(
    figures: [&MeasuredValue; 2],
    unit_for: fn(f64) -> TimeUnit,
) -> [String; 2] {
    let longest = figures.iter().filter_map(|figure| figure.value);
    let unit = unit_for(longest.fold(0.0, f64::max));
    figures.map(|figure| match figure.value {
        Some(us) if figure.unit == "us" => unit.format_with_name(us),
        _ => figure.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use hammer_core::BaselineBound;

    use super::*;

    /// docs/THRESHOLDS.md shows these lines.
    #[test]
    fn the_lines_in_the_docs_match() {
        let checked = |expression: &str, us: Option<f64>, passed| CheckedThreshold {
            expression: expression.to_owned(),
            measured: MeasuredValue {
                value: us,
                infinite: us.is_none(),
                unit: "us".to_owned(),
            },
            relative: None,
            passed,
            judged: true,
        };
        let all = [
            checked("p98 < 250ms", Some(112e3), true),
            checked("p99 < 250ms", None, false),
        ];
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/THRESHOLDS.md");
        let page = std::fs::read_to_string(page).expect("the page exists");
        let relative = |expression: &str, unit: &str, [value, baseline, bound]: [f64; 3]| {
            let mut checked = checked(expression, Some(value), value <= bound);
            checked.measured.unit = unit.to_owned();
            checked.relative = Some(BaselineBound { baseline, bound });
            checked
        };
        let with_baseline = [
            relative("p99 <= baseline + 5%", "us", [112e3, 108e3, 113.4e3]),
            relative("errors <= baseline + 0.1%", "%", [1.5, 1.0, 1.1]),
        ];
        for all in [all, with_baseline] {
            let block = format!("```text\n{}```\n", lines(&all, 9));
            assert!(page.contains(&block), "{block}");
        }
    }
}
