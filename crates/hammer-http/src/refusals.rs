//! Bursts of 401s, in a run whose hits have tokens.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hammer_core::Hit;
use hammer_data::Words;

use crate::blanks::Moment;

/// Answers that are further apart belong to another burst.
const GAP: Duration = Duration::from_secs(1);
/// Fewer answers are no burst: a target may have its reasons.
const LEAST: u64 = 5;
/// A token that was there for less is new.
const NEW: Duration = Duration::from_secs(1);
/// So many bursts are told apart, and so many told.
const MAX_BURSTS: usize = 64;
const TOLD: usize = 3;

/// Counts what the target refuses; only answers with 401 come here.
#[derive(Debug)]
pub(crate) struct Refusals {
    words: Words,
    bursts: Mutex<Vec<Burst>>,
}

/// Answers with 401 that came close to each other, to hits with the same token.
#[derive(Debug)]
struct Burst {
    ordinal: u64,
    /// How long the token had been there at the first of them; none if another had come meanwhile.
    age: Option<Duration>,
    /// When the hits of the first and the last were due.
    first: Duration,
    last: Duration,
    count: u64,
}

impl Refusals {
    /// Of a run with these words, if they have tokens.
    pub(crate) fn of(words: &Words) -> Option<Self> {
        words.given_tokens()?;
        Some(Self {
            words: words.clone(),
            bursts: Mutex::default(),
        })
    }

    /// The words that the tokens are of.
    pub(crate) fn words(&self) -> &Words {
        &self.words
    }

    /// Counts an answer with 401 to a hit that was sent with the token of this ordinal.
    #[cold]
    pub(crate) fn count(&self, hit: &Hit, ordinal: u64) {
        if hit.is_warm_up() {
            return;
        }
        let tokens = self.words.given_tokens();
        let present = tokens.and_then(|tokens| tokens.present(&Moment::new(hit, hit.rng(), &[])));
        // Another may have come while the hit was under way.
        let present = present.filter(|present| present.ordinal() == ordinal);
        self.add((ordinal, present.map(|present| present.age())), hit.due());
    }

    fn add(&self, (ordinal, age): (u64, Option<Duration>), due: Duration) {
        let mut bursts = self.bursts.lock().unwrap_or_else(PoisonError::into_inner);
        let near = |burst: &&mut Burst| {
            burst.ordinal == ordinal && due + GAP >= burst.first && due <= burst.last + GAP
        };
        if let Some(burst) = bursts.iter_mut().rev().find(near) {
            burst.count += 1;
            burst.first = burst.first.min(due);
            burst.last = burst.last.max(due);
        } else if bursts.len() < MAX_BURSTS {
            bursts.push(Burst {
                ordinal,
                age,
                first: due,
                last: due,
                count: 1,
            });
        }
    }

    /// A sentence for each of the largest bursts.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let mut bursts = self.bursts.lock().unwrap_or_else(PoisonError::into_inner);
        bursts.sort_by_key(|burst| (std::cmp::Reverse(burst.count), burst.first));
        let large = bursts.iter().filter(|burst| burst.count >= LEAST);
        large.take(TOLD).map(Burst::told).collect()
    }
}

impl Burst {
    fn told(&self) -> String {
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
            Some(age) if age < NEW => {
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
        let refusals = Refusals {
            words: Words::new(),
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
        let doubts = refusals.doubts();
        assert_eq!(doubts.len(), TOLD, "{doubts:?}");
        let first = "20 answers with 401 came to hits that were due from 10.0 s to 11.9 s, with token \
                     number 2, the first when it was 3.0 s old: ";
        assert!(doubts[0].starts_with(first), "{doubts:?}");
        assert!(doubts[0].contains("expires sooner"), "{doubts:?}");
        assert!(doubts[1].starts_with("7 answers"), "{doubts:?}");
        assert!(doubts[1].contains("one for this target"), "{doubts:?}");
        assert!(doubts[2].starts_with("6 answers"), "{doubts:?}");
    }
}
