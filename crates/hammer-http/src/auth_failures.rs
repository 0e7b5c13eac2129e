//! Bursts of 401s, in a run whose hits have tokens.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hammer_core::Hit;
use hammer_data::TemplateScope;

use crate::request::template::RenderContext;

/// Answers that are further apart belong to another burst.
const BURST_GAP: Duration = Duration::from_secs(1);
/// Fewer answers are no burst: a target may have its reasons.
const MIN_BURST: u64 = 5;
/// A token that was there for less is new.
const NEW_TOKEN_AGE: Duration = Duration::from_secs(1);
/// So many bursts are told apart, and so many told.
const MAX_BURSTS: usize = 64;
const MAX_REPORTED: usize = 3;

/// Counts what the target refuses; only answers with 401 come here.
#[derive(Debug)]
pub(crate) struct AuthFailures {
    scope: TemplateScope,
    bursts: Mutex<Vec<AuthFailureBurst>>,
}

/// Answers with 401 that came close to each other, to hits with the same token.
#[derive(Debug)]
struct AuthFailureBurst {
    ordinal: u64,
    /// How long the token had been there at the first of them; none if another had come meanwhile.
    age: Option<Duration>,
    /// When the hits of the first and the last were due.
    first: Duration,
    last: Duration,
    count: u64,
}

impl AuthFailures {
    /// Of a run with these words, if they have tokens.
    pub(crate) fn for_scope(scope: &TemplateScope) -> Option<Self> {
        scope.tokens()?;
        Some(Self {
            scope: scope.clone(),
            bursts: Mutex::default(),
        })
    }

    /// The words that the tokens are of.
    pub(crate) fn scope(&self) -> &TemplateScope {
        &self.scope
    }

    /// Counts an answer with 401 to a hit that was sent with the token of this ordinal.
    #[cold]
    pub(crate) fn count(&self, hit: &Hit, ordinal: u64) {
        if hit.is_warm_up() {
            return;
        }
        let tokens = self.scope.tokens();
        let present =
            tokens.and_then(|tokens| tokens.current(&RenderContext::new(hit, hit.rng(), &[])));
        // Another may have come while the hit was under way.
        let present = present.filter(|present| present.ordinal() == ordinal);
        self.add((ordinal, present.map(|present| present.age())), hit.due());
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

    /// A sentence for each of the largest bursts.
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
            "{count} answers with 401 came to hits that were due from {} to {}, with token number \
             {ordinal}",
            seconds(self.first),
            seconds(self.last)
        );
        let age = match self.age {
            Some(age) => write!(text, ", the first when it was {} old", seconds(age)),
            None => write!(text, ", when the next one had come already"),
        };
        // A text can always be written to.
        let _ = age;
        text.push_str(": the target did not take the token. ");
        text.push_str(match self.age {
            // What is refused when it is new has not expired.
            Some(age) if age < NEW_TOKEN_AGE => {
                "See whether it is one for this target, and for what hits do."
            }
            _ => "See whether it expires sooner than its source says, and renew it in time.",
        });
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_told_apart_and_the_largest_are_told() {
        let refusals = AuthFailures {
            scope: TemplateScope::new(),
            bursts: Mutex::default(),
        };
        let second = Duration::from_secs;
        for (ordinal, from, count) in [(1, 0, 4), (2, 10, 20), (2, 30, 5), (3, 40, 6), (4, 50, 7)] {
            for number in 0..count {
                let due = second(from) + Duration::from_millis(100) * number;
                let age = if ordinal == 4 { 0 } else { 3 };
                refusals.add((ordinal, Some(second(age))), due);
            }
        }
        let doubts = refusals.warnings();
        assert_eq!(doubts.len(), MAX_REPORTED, "{doubts:?}");
        let first = "20 answers with 401 came to hits that were due from 10.0 s to 11.9 s, with token \
                     number 2, the first when it was 3.0 s old: ";
        assert!(doubts[0].starts_with(first), "{doubts:?}");
        assert!(doubts[0].contains("expires sooner"), "{doubts:?}");
        assert!(doubts[1].starts_with("7 answers"), "{doubts:?}");
        assert!(doubts[1].contains("one for this target"), "{doubts:?}");
        assert!(doubts[2].starts_with("6 answers"), "{doubts:?}");
    }
}
