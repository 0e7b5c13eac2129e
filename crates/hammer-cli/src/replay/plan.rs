use std::io::{self, Write};

use super::Play;
use super::load_args::ReplayLoadArgs;
use crate::exit::Exit;
use crate::instant;
use crate::text::asked;
use crate::text::lines::wrapped;
use crate::text::number::{rate, whole};
use crate::timeline::show;

/// Prints what a replay would send.
pub(super) fn print(play: &Play, target: &str, load: &ReplayLoadArgs) -> Exit {
    let survey = &*play.survey;
    let hits = survey.all.hits;
    let seconds = survey.length().as_secs_f64();
    let total = format!(
        "{} hits in {} s   {} on average   {} and {} in 100 ms at the peak",
        whole(hits),
        rate(seconds),
        asked(hits as f64 / seconds),
        asked(survey.peak()),
        whole(survey.peak_tenth),
    );
    let mut text = wrapped("dry run", "this is what would be sent; nothing is", 1);
    text.push_str(&wrapped("replay", target, 2));
    text.push_str(&wrapped("total", &total, 2));
    if let Some(start) = load.start_at() {
        text.push_str(&wrapped(
            "start",
            &format!("from {} on", instant::shown(start)),
            1,
        ));
    }
    text.push_str(&show::skipped(
        "skipped",
        survey.all.skipped.iter().map(|(why, n)| (*why, *n)),
    ));
    for doubt in &play.doubts {
        text.push_str(&wrapped("warning", doubt, 2));
    }
    if survey.all.hits > survey.hits {
        let first = format!(
            "of {} hits, which is played over again; it follows",
            whole(survey.hits)
        );
        text.push_str(&wrapped("a pass", &first, 1));
    }
    text.push_str(&show::body(&play.player, survey));
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Exit::OK
}
