//! Rows of the table of looks: one for each rate.

use hammer_analysis::{LookOutcome, SearchLevel, SearchReport};

use crate::text::format_rate;
use crate::text::number::{format_micros, format_percent, format_seconds};

/// The headings of the columns before the note.
pub(super) const HEADINGS: [&str; 7] = [
    "asked", "achieved", "p50", "p99", "errors", "held", "verdict",
];

/// The looks at one rate, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LevelRow {
    /// The cells below [`HEADINGS`].
    pub(super) cells: [String; 7],
    /// The failed objective, the length of a confirmation, or what ended the look.
    pub(super) note: String,
    pub(super) is_answer: bool,
}

/// The rows in order of rate, at most `max`: those nearest to the answer. Also returns the number of the
/// others.
pub(super) fn level_rows(report: &SearchReport, max: usize) -> (Vec<LevelRow>, usize) {
    let levels = report.levels();
    let center = report.known_rate().or(report.answer.highest_held);
    let center = center.or(report.answer.lowest_failed).unwrap_or(1.0);
    let distance = |level: &SearchLevel<'_>| (level.rate / center).ln().abs();
    let mut distances: Vec<f64> = levels.iter().map(distance).collect();
    distances.sort_by(f64::total_cmp);
    let farthest = distances.get(max.saturating_sub(1)).copied();
    let farthest = farthest.unwrap_or(f64::INFINITY);
    let near = levels.iter().filter(|level| distance(level) <= farthest);
    let rows: Vec<LevelRow> = near
        .take(max)
        .filter_map(|level| row(report, level))
        .collect();
    let others = levels.len() - rows.len();
    (rows, others)
}

fn row(report: &SearchReport, level: &SearchLevel<'_>) -> Option<LevelRow> {
    let look = level.main_look()?;
    let is_answer = report.answer.rate == Some(level.rate);
    let held = level.count(LookOutcome::Held);
    Some(LevelRow {
        cells: [
            format_rate(look.rate),
            format_rate(look.achieved),
            time(look.p50_us),
            time(look.p99_us),
            format!("{} %", format_percent(look.errors * 100.0)),
            format!("{held} of {}", level.looks().len()),
            look.verdict.status.as_str().to_owned(),
        ],
        note: note(level, is_answer),
        is_answer,
    })
}

/// Formats a time, or says that it is infinite or was not measured.
pub(super) fn time(us: Option<f64>) -> String {
    match us {
        None => "-".to_owned(),
        Some(us) if us.is_finite() => format_micros(us),
        Some(_) => "no answer".to_owned(),
    }
}

fn note(level: &SearchLevel<'_>, is_answer: bool) -> String {
    let looks = || level.looks().iter().rev();
    let confirmed = looks().filter(|look| look.is_held_confirmation());
    let confirmed_s: f64 = confirmed.map(|look| look.duration_s).sum();
    if confirmed_s > 0.0 {
        let seconds = format_seconds(confirmed_s);
        let answer = if is_answer { "the answer: " } else { "" };
        return format!("{answer}held for {seconds}");
    }
    let failed = looks().find(|look| look.outcome == LookOutcome::Failed);
    let failed = failed.and_then(|look| {
        let early = look.ended_early.as_ref();
        let early = early.map(|_| format!(", ended after {}", format_seconds(look.duration_s)));
        Some(format!(
            "failed: {}{}",
            look.failed_text()?,
            early.unwrap_or_default()
        ))
    });
    let voids = level.count(LookOutcome::Void);
    let void = (voids > 0).then(|| "void: the generator was the limit".to_owned());
    failed.or(void).unwrap_or_default()
}
