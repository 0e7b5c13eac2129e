//! Applies an update to what is shown.

use std::time::Instant;

use super::load_view::LoadState;
use super::run_view::{RunStop, RunView};
use crate::clean_text::clean;
use crate::live::live_threshold::LiveThreshold;
use crate::live::live_update::LiveUpdate;

impl RunView {
    /// Applies an update. An update for an unknown load is ignored.
    pub(crate) fn apply(&mut self, update: LiveUpdate) {
        match update {
            LiveUpdate::Preparing {
                load,
                text,
                ends_at,
            } => {
                self.set_state(load, LoadState::Preparing(clean(&text)), ends_at);
            }
            LiveUpdate::Started {
                load,
                hit_count,
                length,
            } => {
                // The clock starts after the event: the first tick tells that it has.
                let text = "starts in a moment".to_owned();
                self.set_state(load, LoadState::Preparing(text), None);
                if let Some(load) = self.run.loads.get_mut(load) {
                    load.hit_count = hit_count.or(load.hit_count);
                    load.length = length.or(load.length);
                }
            }
            LiveUpdate::Second { load, second } => {
                if let Some(load) = self.loads.get_mut(load) {
                    load.add_second(*second);
                    if let Some(counter) = &mut self.file_counter {
                        self.open_files = counter.count(Instant::now());
                    }
                }
            }
            LiveUpdate::Thresholds(thresholds) => {
                self.thresholds = thresholds.into_iter().map(clean_threshold).collect();
            }
            LiveUpdate::Draining { load } => {
                let limit = self.run.loads.get(load).and_then(|load| load.drain);
                let ends_at = limit.and_then(|limit| Instant::now().checked_add(limit));
                self.set_state(load, LoadState::Draining, ends_at);
            }
            LiveUpdate::Finished {
                load,
                verdict,
                hits,
                started,
            } => {
                if let Some(load) = self.loads.get_mut(load) {
                    load.finish(verdict, hits, started);
                }
            }
            LiveUpdate::StopRequested { at_once: true } => self.stopping = Some(RunStop::AtOnce),
            LiveUpdate::StopRequested { at_once: false } => self.stop(RunStop::Requested),
            LiveUpdate::Stopping(text) => self.stop(RunStop::Explained(clean(&text))),
            LiveUpdate::Log(text) => self.add_log_lines(&text),
        }
    }

    /// Shows a stop, unless a later one of its kind is shown.
    fn stop(&mut self, stop: RunStop) {
        if matches!(self.stopping, None | Some(RunStop::Explained(_))) {
            self.stopping = Some(stop);
        }
    }

    fn set_state(&mut self, load: usize, state: LoadState, ends_at: Option<Instant>) {
        if let Some(load) = self.loads.get_mut(load) {
            (load.state, load.ends_at) = (state, ends_at);
        }
    }
}

fn clean_threshold(threshold: LiveThreshold) -> LiveThreshold {
    LiveThreshold {
        expression: clean(&threshold.expression),
        figure: clean(&threshold.figure),
        ..threshold
    }
}
