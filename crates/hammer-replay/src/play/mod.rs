//! Playback of a timeline: rows to send, due times and bodies.

mod body_rules;
mod host;
mod name_counts;
mod pass;
mod path_pattern;
mod playback_forecast;
mod playback_iter;
mod playback_limits;
mod playback_row;
mod playback_status;
mod player;
mod row_filter;
mod speed;
mod target_rewrite;
mod time_series;

pub use body_rules::BodyRules;
pub use host::HostName;
pub use name_counts::NameCounts;
pub use playback_forecast::{PlaybackForecast, PlaybackHitCounts};
pub use playback_iter::PlaybackIter;
pub use playback_row::PlaybackRow;
pub use playback_status::PlaybackStatus;
pub use player::{PassLimit, TimelinePlayer};
pub use row_filter::{RowFilter, RowSampling};
pub use speed::PlaybackSpeed;
pub use target_rewrite::TargetRewrite;
pub use time_series::PlaybackTimeSeries;
