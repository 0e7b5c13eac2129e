use std::io::{self, Write};

use super::PreparedReplay;
use super::load_args::ReplayLoadArgs;
use crate::command_exit::CommandExit;
use crate::parsers::instant;
use crate::text::format_rate;
use crate::text::lines::wrap;
use crate::text::number::{format_count, format_decimal};
use crate::timeline::show;

/// Prints what a replay would send.
pub(super) fn print(play: &PreparedReplay, target: &str, load: &ReplayLoadArgs) -> CommandExit {
    let survey = &*play.survey;
    let hits = survey.all_passes.hits;
    let seconds = survey.duration().as_secs_f64();
    let total = format!(
        "{} hits in {} s   {} on average   {} and {} in 100 ms at the peak",
        format_count(hits),
        format_decimal(seconds),
        format_rate(hits as f64 / seconds),
        format_rate(survey.peak_rate()),
        format_count(survey.peak_per_tenth),
    );
    let mut text = wrap("dry run", "this is what would be sent; nothing is", 1);
    text.push_str(&wrap("replay", target, 2));
    text.push_str(&wrap("total", &total, 2));
    if let Some(start) = load.start_at() {
        text.push_str(&wrap(
            "start",
            &format!("from {} on", instant::format_utc(start)),
            1,
        ));
    }
    text.push_str(&show::skipped_line(
        "skipped",
        survey.all_passes.skipped.iter().map(|(why, n)| (*why, *n)),
    ));
    for doubt in &play.warnings {
        text.push_str(&wrap("warning", doubt, 2));
    }
    if survey.all_passes.hits > survey.hits {
        let first = format!(
            "of {} hits, which is played over again; it follows",
            format_count(survey.hits)
        );
        text.push_str(&wrap("a pass", &first, 1));
    }
    text.push_str(&show::contents(&play.player, survey));
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    CommandExit::OK
}
