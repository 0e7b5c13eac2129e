//! Sentences about a search that several formats share.

use std::cmp::Ordering;

use hammer_diagnostic::format_seconds;
use hammer_diagnostic::{format_count, format_counted, format_micros, format_percent, format_rate};

use super::look_report::LookReport;
use super::search_report::SearchReport;
use crate::search::capacity::CapacityStatus;
use crate::search::look::LookOutcome;

impl SearchReport {
    /// The kind of the answer in a few words, such as `confirmed`.
    #[must_use]
    pub fn answer_title(&self) -> &'static str {
        match self.answer.status {
            CapacityStatus::Confirmed => "confirmed",
            CapacityStatus::AtLeast => "at least",
            CapacityStatus::GeneratorLimited => match self.known_rate() {
                Some(_) => "at least",
                None => "no answer",
            },
            CapacityStatus::NeverHeld => "never held",
            CapacityStatus::NotConfirmed => "unconfirmed",
        }
    }

    /// The answer as a sentence, such as `842/s held for 60 s; 859/s failed (p99 231 ms)`.
    #[must_use]
    pub fn answer_text(&self) -> String {
        match (self.answer.status, self.known_rate()) {
            (CapacityStatus::Confirmed, Some(rate)) => {
                let failed = self.lowest_failed_text();
                let failed = failed.map_or_else(String::new, |failed| format!("; {failed}"));
                let within = format_percent(self.settings.within * 100.0);
                let wide = match self.answer.is_within {
                    true => String::new(),
                    false => format!("; the range between is wider than {within} %"),
                };
                format!("{}{failed}{wide}", self.held_text(rate))
            }
            (CapacityStatus::AtLeast, Some(rate)) => format!(
                "{}, the highest rate allowed; the limit of the target was not reached",
                self.held_text(rate)
            ),
            (CapacityStatus::GeneratorLimited, Some(rate)) => {
                let void = self.lowest_void_rate().map(format_rate);
                let at = void.map_or_else(String::new, |void| format!(" at {void}"));
                format!(
                    "{}; the generator was the limit{at}, so that the target may hold more",
                    self.held_text(rate)
                )
            }
            (CapacityStatus::GeneratorLimited, None) => {
                let void = self.lowest_void_rate().map(format_rate);
                let void = void.map_or_else(String::new, |void| format!(" {void}"));
                format!("no answer: the generator could not keep{void}, and no lower rate held")
            }
            (CapacityStatus::NeverHeld, _) => {
                let failed = self.lowest_failed_text();
                let failed = failed.map_or_else(String::new, |failed| format!("; {failed}"));
                format!("no answer: not even the lowest rate held{failed}")
            }
            _ => format!("no answer: no rate was confirmed{}", self.best_known_text()),
        }
    }

    /// The rate of the answer or, if the generator was the limit before a confirmation, the highest that
    /// held in a look, in hits per second.
    #[must_use]
    pub fn known_rate(&self) -> Option<f64> {
        let is_limited = self.answer.status == CapacityStatus::GeneratorLimited;
        let held = self.answer.highest_held.filter(|_| is_limited);
        self.answer.rate.or(held)
    }

    /// The best that is known without a confirmation.
    fn best_known_text(&self) -> String {
        let failed = self.lowest_failed_text();
        let failed = failed.map_or_else(String::new, |failed| format!("; {failed}"));
        match self.answer.highest_held {
            Some(rate) => format!(". The best that is known: {}{failed}", self.held_text(rate)),
            None => format!(", and none held in a look{failed}"),
        }
    }

    /// A rate with the longest time for which it held: in a confirmation or only in a look.
    fn held_text(&self, rate: f64) -> String {
        let confirmed_s = self.answer.confirmed_s;
        if let Some(confirmed_s) = confirmed_s.filter(|_| self.answer.rate == Some(rate)) {
            return format!(
                "{} held for {}",
                format_rate(rate),
                format_seconds(confirmed_s)
            );
        }
        let held = self.looks.iter().filter(|look| {
            let is_held = look.outcome == LookOutcome::Held;
            is_held && look.rate == rate
        });
        let longest = held.map(|look| look.duration_s).reduce(f64::max);
        let longest = longest.map_or_else(String::new, |s| format!(" of {}", format_seconds(s)));
        format!(
            "{} held in a look{longest}, which is not a confirmation",
            format_rate(rate)
        )
    }

    /// The lowest rate that failed, with the reason: `859/s failed (p99 231 ms)`.
    fn lowest_failed_text(&self) -> Option<String> {
        let rate = self.answer.lowest_failed?;
        let mut looks = self.looks.iter().rev();
        let look = looks.find(|look| look.rate == rate && look.outcome == LookOutcome::Failed);
        let reason = look.and_then(LookReport::failed_text);
        let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
        Some(format!("{} failed{reason}", format_rate(rate)))
    }

    /// The lowest rate that the generator could not keep.
    fn lowest_void_rate(&self) -> Option<f64> {
        let void = self.looks.iter();
        let void = void.filter(|look| look.outcome == LookOutcome::Void);
        let rates = void.map(|look| look.rate);
        let held = self.answer.highest_held.unwrap_or(0.0);
        rates.filter(|rate| *rate > held).reduce(f64::min)
    }

    /// The events that the confirmation may have missed.
    #[must_use]
    pub fn unseen_text(&self) -> Option<String> {
        let unseen = format_seconds(
            self.answer
                .unseen_s
                .filter(|_| self.answer.rate.is_some())?,
        );
        Some(format!(
            "events rarer than one every {unseen} may have been missed"
        ))
    }

    /// The rate that the answer must reach.
    #[must_use]
    pub fn required_text(&self) -> Option<String> {
        let required = self.at_least?;
        let rate = format_rate(required.rate);
        let found = self.confirmed_rate().map(format_rate);
        Some(match (required.is_met, found) {
            (true, _) => format!("at least {rate}: met"),
            (false, _) if self.is_generator_limited() => {
                format!("at least {rate}: not shown, because the generator was the limit")
            }
            (false, Some(found)) => {
                format!("at least {rate}: missed, because the answer is {found}")
            }
            (false, None) => {
                format!("at least {rate}: not shown, because there is no confirmed rate")
            }
        })
    }

    /// The number of looks, their time and their settings.
    #[must_use]
    pub fn setup_text(&self) -> String {
        let settings = &self.settings;
        let looks = format_counted(self.looks.len() as u64, "look");
        let [elapsed, settle, look, rest, confirm] = [
            self.elapsed_s.round(),
            settings.settle_s,
            settings.look_s,
            settings.rest_s,
            settings.confirm_s,
        ]
        .map(format_seconds);
        format!(
            "{looks} in {elapsed} (settle {settle}, look {look}, rest from {rest}, confirm {confirm}), \
             within {} %",
            format_percent(settings.within * 100.0)
        )
    }

    /// The rule for the limit of hits in flight, with the limit at the answer or at the highest rate.
    #[must_use]
    pub fn in_flight_text(&self) -> Option<String> {
        let highest = || {
            let looks = self.looks.iter();
            looks.max_by(|one, other| one.rate.total_cmp(&other.rate))
        };
        let look = self.confirmations().last().or_else(highest)?;
        let (limit, rate) = (format_count(look.max_in_flight), format_rate(look.rate));
        let sizing = &self.in_flight;
        match (sizing.is_given, sizing.latency_s, sizing.factor) {
            (true, ..) => Some(format!("up to {limit} at every rate, as given")),
            (false, Some(latency), Some(factor)) => {
                let computed = (look.rate * latency * factor).ceil() as u64;
                let end = match look.max_in_flight.cmp(&computed) {
                    Ordering::Less => format!(", at most {limit}"),
                    Ordering::Equal => String::new(),
                    Ordering::Greater => format!(", at least {limit}"),
                };
                let latency = format_micros(latency * 1e6);
                let factor = format_percent(factor);
                Some(format!(
                    "up to {limit} at {rate}: by Little's law, rate × {latency} × {factor}{end}"
                ))
            }
            _ => None,
        }
    }

    /// The knee of the curve.
    #[must_use]
    pub fn knee_text(&self) -> Option<String> {
        let knee = self.knee?;
        Some(format!(
            "about {} (p99 {}), where the p99 begins to rise; a remark, not the answer",
            format_rate(knee.rate),
            format_micros(knee.p99_us)
        ))
    }

    /// The recovery from an overload.
    #[must_use]
    pub fn recovery_text(&self) -> Option<String> {
        let recovery = self.recovery.as_ref()?;
        let [overload, after] = [recovery.overload_rate, recovery.rate].map(format_rate);
        let [overload_s, watched] = [recovery.overload_s, recovery.watched_s].map(format_seconds);
        if recovery.look.outcome == LookOutcome::Void {
            return Some(format!(
                "not measured, because the generator could not keep {overload} for {overload_s}"
            ));
        }
        let limit = recovery.limit_us.map(format_micros);
        let back = limit.map_or_else(
            || "hits were answered".to_owned(),
            |limit| format!("the p99 was below {limit}"),
        );
        Some(match recovery.recovered_after_s {
            Some(seconds) => format!(
                "after {overload_s} at {overload}, {back} again in {} at {after}",
                format_seconds(seconds)
            ),
            None => format!(
                "after {overload_s} at {overload}, the target did not recover in {watched} at {after}"
            ),
        })
    }
}

impl LookReport {
    /// The first objective that failed, with its figure: `p99 231 ms`.
    #[must_use]
    pub fn failed_text(&self) -> Option<String> {
        let failed = self.failed().next()?;
        let name = failed.expression.split(['<', '>', '=', '!']).next();
        let name = name.unwrap_or_default().trim();
        Some(format!("{name} {}", failed.figure()))
    }

    /// The measured time of an objective, in microseconds: infinite if the percentile falls among hits
    /// without an answer, and `None` if it was not measured or is not a time.
    #[must_use]
    pub fn objective_us(&self, expression: &str) -> Option<f64> {
        let mut objectives = self.objectives.iter();
        let measured = &objectives.find(|it| it.expression == expression)?.measured;
        let infinite = measured.infinite.then_some(f64::INFINITY);
        measured
            .value
            .or(infinite)
            .filter(|_| measured.unit == "us")
    }
}
