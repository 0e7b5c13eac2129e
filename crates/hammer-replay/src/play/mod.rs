//! Playing a timeline: which of its rows are sent, when each is due, and what it sends.

mod bodies;
mod census;
mod choice;
mod cue;
mod pass;
mod player;
mod rewrite;
mod speed;
mod survey;
mod tally;

pub use bodies::Bodies;
pub use census::Census;
pub use choice::{Choice, Sample};
pub use cue::Cue;
pub use player::{Cues, Passes, Player, Trouble};
pub use rewrite::Rewrite;
pub use speed::Speed;
pub use survey::Survey;
pub use tally::Tally;
