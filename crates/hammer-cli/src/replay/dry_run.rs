//! Dry run of a replay.

use std::io::{self, Write};

use super::SurveyedReplay;
use super::load_args::ReplayLoadArgs;
use crate::command_exit::CommandExit;
use crate::parsers::instant;
use crate::text::lines::{wrap, wrap_items};
use crate::text::number::format_count;
use crate::timeline::show;

/// Describes a replay without sending anything.
pub(super) fn print(replay: &SurveyedReplay, target: &str, load: &ReplayLoadArgs) -> CommandExit {
    let survey = &*replay.survey;
    let hits = survey.all_passes.hits;
    let seconds = survey.duration().as_secs_f64();
    let span = show::rate_summary(survey, hits, seconds);
    let total = format!("{} hits {span}", format_count(hits));
    let mut text = wrap("dry run", "nothing is sent", 1);
    text.push_str(&wrap("replay", target, 2));
    text.push_str(&wrap_items("total", &total, 2));
    if let Some(start) = load.start_at() {
        text.push_str(&wrap("start", &instant::format_utc(start), 1));
    }
    text.push_str(&show::skipped_line(
        "skipped",
        survey
            .all_passes
            .skipped
            .iter()
            .map(|(reason, n)| (*reason, *n)),
    ));
    for warning in &replay.warnings {
        text.push_str(&wrap("warning", warning, 2));
    }
    if survey.all_passes.hits > survey.hits {
        let pass = format!(
            "{} hits per pass; one pass is described below",
            format_count(survey.hits)
        );
        text.push_str(&wrap("passes", &pass, 1));
    }
    text.push_str(&show::contents(&replay.player, survey));
    // A closed pipe is not an error.
    let _ = io::stdout().write_all(text.as_bytes());
    CommandExit::OK
}
