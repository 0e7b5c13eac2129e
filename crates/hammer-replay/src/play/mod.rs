//! Playing a timeline: which of its rows are sent, when each is due, and what it sends.

mod account;
mod bodies;
mod census;
mod choice;
mod cue;
mod cues;
mod end;
mod host;
mod pass;
mod pattern;
mod player;
mod rewrite;
mod speed;
mod survey;
mod tally;

pub use account::Account;
pub use bodies::Bodies;
pub use census::Census;
pub use choice::{Choice, Sample};
pub use cue::Cue;
pub use cues::Cues;
pub use host::HostName;
pub use player::{Passes, Player};
pub use rewrite::Rewrite;
pub use speed::Speed;
pub use survey::{Counts, Survey};
pub use tally::Tally;
