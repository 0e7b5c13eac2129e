//! Detection of bursts of 401 responses in runs whose hits carry tokens.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hammer_core::Hit;
use hammer_data::TemplateScope;

use crate::request::template::RenderContext;

/// Responses further apart than this belong to different bursts.
const BURST_GAP: Duration = Duration::from_secs(1);
/// Minimum number of responses in a burst; a few 401s may have other causes.
const MIN_BURST: u64 = 5;
/// A token younger than this is new.
const NEW_TOKEN_AGE: Duration = Duration::from_secs(1);
/// Maximum number of bursts to track.
const MAX_BURSTS: usize = 64;
/// Maximum number of bursts to report.
const MAX_REPORTED: usize = 3;

/// Groups the 401 responses of a run into bursts by token and time.
#[derive(Debug)]
pub(crate) struct AuthFailureTracker {
    scope: TemplateScope,
    bursts: Mutex<Vec<AuthFailureBurst>>,
}

/// 401 responses close to each other in time, to hits with the same token.
#[derive(Debug)]
struct AuthFailureBurst {
    ordinal: u64,
    /// Age of the token at the first response; `None` if the token had been replaced by then.
    age: Option<Duration>,
    /// Due times of the first and the last hit.
    first: Duration,
    last: Duration,
    count: u64,
}

impl AuthFailureTracker {
    /// Starts tracking if the scope has tokens.
    pub(crate) fn for_scope(scope: &TemplateScope) -> Option<Self> {
        scope.tokens()?;
        Some(Self {
            scope: scope.clone(),
            bursts: Mutex::default(),
        })
    }

    /// The scope that defines the tokens.
    pub(crate) fn scope(&self) -> &TemplateScope {
        &self.scope
    }

    /// Counts a 401 response to a hit that used token number `ordinal`.
    #[cold]
    pub(crate) fn count(&self, hit: &Hit, ordinal: u64) {
        if hit.is_warm_up() {
            return;
        }
        let tokens = self.scope.tokens();
        let current =
            tokens.and_then(|tokens| tokens.current(&RenderContext::new(hit, hit.rng(), &[])));
        // The token may have been replaced while the hit was in flight.
        let current = current.filter(|current| current.ordinal() == ordinal);
        self.add((ordinal, current.map(|current| current.age())), hit.due());
    }

    fn add(&self, (ordinal, age): (u64, Option<Duration>), due: Duration) {
        let mut bursts = self.bursts.lock().unwrap_or_else(PoisonError::into_inner);
        let near = |burst: &&mut AuthFailureBurst| {
            burst.ordinal == ordinal
                && due + BURST_GAP >= burst.first
                && due <= burst.last + BURST_GAP
        };
        if let Some(burst) = bursts.iter_mut().rev().find(near) {
            burst.count += 1;
            burst.first = burst.first.min(due);
            burst.last = burst.last.max(due);
        } else if bursts.len() < MAX_BURSTS {
            bursts.push(AuthFailureBurst {
                ordinal,
                age,
                first: due,
                last: due,
                count: 1,
            });
        }
    }

    /// Describes the largest bursts, one text each.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut bursts = self.bursts.lock().unwrap_or_else(PoisonError::into_inner);
        bursts.sort_by_key(|burst| (std::cmp::Reverse(burst.count), burst.first));
        let large = bursts.iter().filter(|burst| burst.count >= MIN_BURST);
        large
            .take(MAX_REPORTED)
            .map(AuthFailureBurst::describe)
            .collect()
    }
}

impl AuthFailureBurst {
    fn describe(&self) -> String {
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        let Self { count, ordinal, .. } = self;
        let mut text = format!(
            "{count} hits due from {} to {} got a 401 response with token number {ordinal}",
            seconds(self.first),
            seconds(self.last)
        );
        let age = match self.age {
            Some(age) => write!(text, ", the first when the token was {} old", seconds(age)),
            None => write!(text, ", the first after the token had been replaced"),
        };
        // Writing to a String cannot fail.
        let _ = age;
        text.push_str("; the target did not accept the token. ");
        text.push_str(match self.age {
            // A token refused when new has not expired.
            Some(age) if age < NEW_TOKEN_AGE => {
                "Check that it is meant for this target and permits these requests."
            }
            _ => "Check whether it expires earlier than its source says, and renew it earlier.",
        });
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_largest_bursts_are_reported() {
        let auth_failures = AuthFailureTracker {
            scope: TemplateScope::new(),
            bursts: Mutex::default(),
        };
        let second = Duration::from_secs;
        for (ordinal, from, count) in [(1, 0, 4), (2, 10, 20), (2, 30, 5), (3, 40, 6), (4, 50, 7)] {
            for number in 0..count {
                let due = second(from) + Duration::from_millis(100) * number;
                let age = if ordinal == 4 { 0 } else { 3 };
                auth_failures.add((ordinal, Some(second(age))), due);
            }
        }
        let warnings = auth_failures.warnings();
        assert_eq!(warnings.len(), MAX_REPORTED, "{warnings:?}");
        let first = "20 hits due from 10.0 s to 11.9 s got a 401 response with token number 2, the \
                     first when the token was 3.0 s old; ";
        assert!(warnings[0].starts_with(first), "{warnings:?}");
        assert!(warnings[0].contains("expires earlier"), "{warnings:?}");
        assert!(warnings[1].starts_with("7 hits"), "{warnings:?}");
        assert!(
            warnings[1].contains("meant for this target"),
            "{warnings:?}"
        );
        assert!(warnings[2].starts_with("6 hits"), "{warnings:?}");
    }
}
