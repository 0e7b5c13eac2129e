//! Updates and input that the display has not seen yet.

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::KeyEvent;

use crate::live::live_update::LiveUpdate;

/// The most seconds that wait, over all loads, before those of a load become one. More wait if each is the
/// only one of its load.
const MOST_SECONDS: usize = 32;

/// The most lines of the log that wait.
const MOST_LOG_LINES: usize = 1_000;

/// The most keys that wait. The newest stay: one of them may stop the run.
const MOST_KEYS: usize = 64;

/// The shortest time between a frame and the next one for updates: the loads of a plan have their
/// ticks at about the same time.
const UPDATE_DELAY: Duration = Duration::from_millis(50);

/// The shortest time between a frame and the next one for lines of the log, of which there can be
/// many thousand per second.
const LOG_DELAY: Duration = Duration::from_millis(250);

/// Input of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TerminalInput {
    Key(KeyEvent),
    /// The size may have changed.
    Resized,
    /// The process was stopped and continues.
    Continued,
}

/// Updates and input that the display has not seen yet, in their order. Their number is bounded.
#[derive(Debug, Default)]
pub(super) struct UpdateQueue {
    pub(super) updates: VecDeque<LiveUpdate>,
    pub(super) input: VecDeque<TerminalInput>,
    /// The time after the last frame at which the next is due; `None` if nothing waits.
    delay: Option<Duration>,
    /// The number of seconds in `updates`.
    seconds: usize,
    /// The number of lines of the log in `updates`.
    log_lines: usize,
}

impl UpdateQueue {
    /// The time after the last frame at which the next is due; `None` if nothing waits.
    pub(super) fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// Adds an update. Returns true if the next frame is due earlier than before.
    pub(super) fn push(&mut self, update: LiveUpdate) -> bool {
        let mut delay = UPDATE_DELAY;
        match update {
            LiveUpdate::Log(_) => {
                delay = LOG_DELAY;
                self.log_lines += 1;
                self.updates.push_back(update);
                self.drop_log_line();
            }
            LiveUpdate::Second { .. } => {
                self.seconds += 1;
                self.updates.push_back(update);
                self.merge_seconds();
            }
            _ => match self
                .updates
                .iter_mut()
                .find(|older| replaces(&update, older))
            {
                Some(older) => *older = update,
                None => self.updates.push_back(update),
            },
        }
        self.hasten(delay)
    }

    /// Adds input. Returns true if the next frame is due earlier than before.
    pub(super) fn push_input(&mut self, input: TerminalInput) -> bool {
        let is_key = |input: &TerminalInput| matches!(input, TerminalInput::Key(_));
        if is_key(&input) {
            self.input.push_back(input);
            if self.input.iter().filter(|input| is_key(input)).count() > MOST_KEYS {
                let oldest = self.input.iter().position(is_key);
                oldest.map(|index| self.input.remove(index));
            }
        } else if !self.input.contains(&input) {
            self.input.push_back(input);
        }
        self.hasten(Duration::ZERO)
    }

    fn hasten(&mut self, delay: Duration) -> bool {
        let is_earlier = self.delay.is_none_or(|earlier| delay < earlier);
        if is_earlier {
            self.delay = Some(delay);
        }
        is_earlier
    }

    fn drop_log_line(&mut self) {
        if self.log_lines > MOST_LOG_LINES {
            let is_log = |update: &LiveUpdate| matches!(update, LiveUpdate::Log(_));
            let oldest = self.updates.iter().position(is_log);
            oldest.map(|index| self.updates.remove(index));
            self.log_lines -= 1;
        }
    }

    /// Adds the oldest second of which a later one waits to that one.
    fn merge_seconds(&mut self) {
        if self.seconds <= MOST_SECONDS {
            return;
        }
        let later_of = |index: usize| {
            let load = second_of(&self.updates[index])?;
            let mut later = index + 1..self.updates.len();
            let later = later.find(|later| second_of(&self.updates[*later]) == Some(load))?;
            Some((index, later))
        };
        let Some((oldest, later)) = (0..self.updates.len()).find_map(later_of) else {
            return;
        };
        let oldest = self.updates.remove(oldest);
        // The one after it has moved up.
        let later = self.updates.get_mut(later - 1);
        if let (
            Some(LiveUpdate::Second { second: oldest, .. }),
            Some(LiveUpdate::Second { second, .. }),
        ) = (oldest, later)
        {
            second.add_earlier(&oldest);
        }
        self.seconds -= 1;
    }
}

/// Returns true if an update makes an older one superfluous.
fn replaces(update: &LiveUpdate, older: &LiveUpdate) -> bool {
    match (update, older) {
        (LiveUpdate::Preparing { load, .. }, LiveUpdate::Preparing { load: older, .. }) => {
            load == older
        }
        (LiveUpdate::Thresholds(_), LiveUpdate::Thresholds(_))
        | (LiveUpdate::Stopping(_), LiveUpdate::Stopping(_)) => true,
        _ => false,
    }
}

/// The load of a second.
fn second_of(update: &LiveUpdate) -> Option<usize> {
    match update {
        LiveUpdate::Second { load, .. } => Some(*load),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestLoad;

    /// Seconds that the display had no time for were missing in its charts.
    #[test]
    fn no_hit_is_lost_if_the_display_falls_behind() {
        let mut queue = UpdateQueue::default();
        let mut loads = [TestLoad::new(|second| 100 + second), TestLoad::new(|_| 7)];
        for _ in 0..50 {
            for (load, made_up) in loads.iter_mut().enumerate() {
                let second = Box::new(made_up.second());
                queue.push(LiveUpdate::Second { load, second });
            }
        }
        assert_eq!(queue.updates.len(), MOST_SECONDS);
        for (index, hits) in [(0, (100..150).sum::<u64>()), (1, 7 * 50)] {
            let seconds = queue.updates.iter().filter_map(|update| match update {
                LiveUpdate::Second { load, second } if *load == index => Some(second),
                _ => None,
            });
            let mut end = Duration::ZERO;
            let (mut started, mut answered) = (0, 0);
            for second in seconds {
                assert_eq!(second.elapsed - second.length, end, "without a gap");
                let requested = second.requested_rate.expect("an open loop");
                let per_second = second.started as f64 / second.length.as_secs_f64();
                assert!((requested - per_second).abs() < 1e-6, "{requested}");
                end = second.elapsed;
                started += second.started;
                answered += second.last.response.count();
            }
            assert_eq!((end.as_secs(), started, answered), (50, hits, hits));
        }
    }
}
