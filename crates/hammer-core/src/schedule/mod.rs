//! Due times of hits: rates, shapes, arrival processes and playlists.

pub(crate) mod arrival_process;
pub(crate) mod closed_loop_schedule;
pub(crate) mod duration_text;
pub(crate) mod playlist;
pub(crate) mod playlist_queue;
pub(crate) mod playlist_receiver;
pub(crate) mod rate;
pub(crate) mod shape;
pub(crate) mod shape_walker;
pub(crate) mod worker_schedule;

#[expect(
    clippy::module_inception,
    reason = "a file is named after the type it defines"
)]
pub(crate) mod schedule;
