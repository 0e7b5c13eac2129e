use std::collections::BTreeMap;
use std::time::Duration;

use super::end::End;
use super::host::Guard;
use super::pass::{Pass, Step};
use super::{Census, Cue, Passes, Player, Tally};
use crate::timeline::{Header, Trailer};
use crate::{Error, ErrorKind};

/// As far as clocks and their arithmetic go: some 500 years.
const FAREST: Duration = Duration::from_secs(500 * 365 * 24 * 3600);

/// What there is to send of a timeline.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Survey {
    /// What the timeline says of itself.
    pub header: Header,
    /// What stands at its end.
    pub trailer: Trailer,
    /// Hits of the first pass, as far as that is played; so are all numbers below, unless they say more.
    pub hits: u64,
    /// Hits that are not sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// The same of all passes.
    pub all: Counts,
    /// Hits by the second in which they are due.
    pub tally: Tally,
    /// The most hits that are due in a second, counted from the start.
    pub peak_second: u64,
    /// The most that are due in a tenth of one.
    pub peak_tenth: u64,
    /// Hits by method.
    pub methods: Census,
    /// Hits by the status that they had.
    pub statuses: Census,
    /// Hits by the name of what they ask for: see [`Cue::name`].
    pub names: Census,
    /// Rows of the whole timeline that say which host they asked for.
    pub with_host: u64,
    /// Rows of the whole timeline that asked for the host of the endpoint, whatever the port.
    pub of_endpoint: u64,
    /// Rows of the whole timeline that say which client they came from.
    pub with_client: u64,
    /// Hits that were in flight on average, if all took as long as was logged.
    pub in_flight: f64,
    /// The same in the second in which it is most.
    pub peak_in_flight: f64,
    period_us: u64,
    length: Duration,
}

/// What is sent, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Hits.
    pub hits: u64,
    /// Hits that are not sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
}

/// Counts within the present slice of time, and the most that there was in one.
#[derive(Default)]
struct Peak {
    slice: u128,
    now: u64,
    most: u64,
}

/// When the last row was due, as far as rows were counted.
#[derive(Default)]
struct Last {
    /// Of those that are wanted.
    us: u64,
    /// Of those that are sent.
    due: Duration,
    /// How many are sent if nothing ends it sooner.
    hits: u64,
    /// Whether something does.
    cut: bool,
    /// The row that lies too far.
    too_far: bool,
}

impl Peak {
    fn count(&mut self, slice: u128, n: u64) {
        if slice != self.slice {
            (self.slice, self.now) = (slice, 0);
        }
        self.now = self.now.saturating_add(n);
        self.most = self.most.max(self.now);
    }
}

impl Counts {
    fn add(&mut self, sent: Result<(), &'static str>, copies: u64, room: u64) -> u64 {
        match sent {
            Ok(()) => {
                self.hits += copies.min(room);
                copies.min(room)
            }
            Err(why) => {
                *self.skipped.entry(why).or_default() += copies;
                0
            }
        }
    }

    fn times(mut self, passes: u64) -> Self {
        self.hits = self.hits.saturating_mul(passes);
        self.skipped
            .values_mut()
            .for_each(|n| *n = n.saturating_mul(passes));
        self.skipped.retain(|_, n| *n > 0);
        self
    }

    /// Hits that were planned, whether they can be sent or not.
    #[must_use]
    pub fn planned(&self) -> u64 {
        let skipped = self.skipped.values();
        skipped.fold(self.hits, |sum, n| sum.saturating_add(*n))
    }
}

impl Survey {
    pub(super) fn take(
        player: &Player,
        mut make: impl FnMut(&Cue<'_>) -> Result<(), &'static str>,
    ) -> Result<Self, Error> {
        let mut pass = player.begin(0)?;
        let mut survey = Self::of(pass.header().clone());
        let (end, copies) = (End::of(player), u64::from(player.amplify));
        let mut guard = Guard::new(player.endpoint.clone());
        let (mut second, mut tenth, mut busy) = (Peak::default(), Peak::default(), Peak::default());
        let (mut duration_us, mut name) = (0_u128, String::new());
        let (mut counts, mut last, mut more) = (Counts::default(), Last::default(), true);
        while more {
            more = pass.step(player, |row, step| {
                guard.look(row);
                survey.with_client += u64::from(row.client.is_some());
                let (at_us, sent) = match &step {
                    Step::Send(at_us, cue) => (*at_us, make(cue)),
                    Step::Skip(at_us, why) => (*at_us, Err(*why)),
                    Step::Leave => return,
                };
                let due = player.speed.due(at_us.into());
                last.us = at_us;
                last.hits += if sent.is_ok() { copies } else { 0 };
                last.too_far |= due > FAREST;
                let room = end.room(due, counts.hits);
                last.cut |= room == 0;
                if room == 0 {
                    return;
                }
                let hits = counts.add(sent, copies, room);
                let skipped = if hits == 0 { copies } else { 0 };
                survey.tally.count(due.as_secs(), hits, skipped);
                if let Step::Send(_, cue) = step
                    && hits > 0
                {
                    let took_us = cue.row.duration_us.unwrap_or(0).saturating_mul(hits);
                    last.due = due;
                    second.count(due.as_secs().into(), hits);
                    tenth.count(due.as_millis() / 100, hits);
                    busy.count(due.as_secs().into(), took_us);
                    duration_us += u128::from(took_us);
                    survey.count(&cue, hits, &mut name);
                }
            })?;
            if last.too_far {
                let what = "it would be due more than 500 years after the start";
                return Err(pass.wrong(what));
            }
        }
        (survey.peak_second, survey.peak_tenth) = (second.most, tenth.most);
        survey.peak_in_flight = busy.most as f64 / 1e6;
        (survey.with_host, survey.of_endpoint) = (guard.named, guard.own_rows);
        survey.trailer = pass.trailer().cloned().unwrap_or_default();
        survey.period_us = period_us(player, &pass, &last, copies);
        (survey.hits, survey.skipped) = (counts.hits, counts.skipped.clone());
        survey.all = if last.cut || end.passes == 1 {
            counts
        } else {
            survey.all_passes(player, counts, &mut last, make)?
        };
        survey.length = survey.length_of(player, &last)?;
        let played = player.speed.due(survey.period_us.into()).min(survey.length);
        survey.in_flight = duration_us as f64 / 1e6 / played.as_secs_f64();
        // A pass may be shorter than a second.
        survey.peak_in_flight = survey.peak_in_flight.max(survey.in_flight);
        Ok(survey)
    }

    fn of(header: Header) -> Self {
        Self {
            header,
            trailer: Trailer::default(),
            hits: 0,
            skipped: BTreeMap::new(),
            all: Counts::default(),
            tally: Tally::default(),
            peak_second: 0,
            peak_tenth: 0,
            methods: Census::default(),
            statuses: Census::default(),
            names: Census::default(),
            with_host: 0,
            of_endpoint: 0,
            with_client: 0,
            in_flight: 0.0,
            peak_in_flight: 0.0,
            period_us: 0,
            length: Duration::ZERO,
        }
    }

    fn count(&mut self, cue: &Cue<'_>, hits: u64, name: &mut String) {
        let row = &cue.row;
        self.methods.count(row.method, hits);
        match row.status {
            Some(status) => self
                .statuses
                .count(itoa::Buffer::new().format(status), hits),
            None => self.statuses.count("none", hits),
        }
        cue.name(name);
        self.names.count(name, hits);
    }

    /// What there is in all passes, each of which has what `one` has: the last one that is begun is
    /// read as far as it is played, if that is not to its end.
    fn all_passes(
        &self,
        player: &Player,
        one: Counts,
        last: &mut Last,
        mut make: impl FnMut(&Cue<'_>) -> Result<(), &'static str>,
    ) -> Result<Counts, Error> {
        let end = End::of(player);
        if one.hits == 0 {
            return Ok(one);
        }
        let start = |pass: u64| u128::from(pass) * u128::from(self.period_us);
        let due = |pass, at_us: u64| player.speed.due(start(pass) + u128::from(at_us));
        let whole = end.whole_passes(one.hits, |pass| due(pass, last.us));
        let mut all = one.times(whole);
        last.due = due(whole.saturating_sub(1), last.us);
        if whole >= end.passes || end.room(due(whole, 0), all.hits) == 0 {
            return Ok(all);
        }
        let (mut pass, copies) = (player.begin(whole)?, u64::from(player.amplify));
        let mut more = true;
        while more {
            let mut over = false;
            let rest = pass.step(player, |_, step| {
                let (at_us, sent) = match &step {
                    Step::Send(at_us, cue) => (*at_us, make(cue)),
                    Step::Skip(at_us, why) => (*at_us, Err(*why)),
                    Step::Leave => return,
                };
                let due = due(whole, at_us);
                let room = end.room(due, all.hits);
                over = room == 0;
                if !over && all.add(sent, copies, room) > 0 {
                    last.due = due;
                }
            })?;
            more = rest && !over;
        }
        Ok(all)
    }

    fn length_of(&self, player: &Player, last: &Last) -> Result<Duration, Error> {
        let end = End::of(player);
        let whole = match player.passes {
            Passes::Times(times) => {
                let us = u128::from(self.period_us) * u128::from(times);
                player.speed.due(us).min(end.after)
            }
            Passes::For(_) => end.after,
        };
        if whole > FAREST {
            let what = "play it: it would take more than 500 years";
            return Err(Error::new(ErrorKind::Row, what));
        }
        if self.all.hits < end.hits {
            return Ok(whole);
        }
        // A gap of the mean width follows the last hit here, too.
        let gaps = u32::try_from(self.all.hits - 1).unwrap_or(u32::MAX).max(1);
        let length = last.due + (last.due / gaps).max(Duration::from_micros(1));
        Ok(length.min(whole))
    }

    /// The µs of the timeline after which the next pass begins.
    #[must_use]
    pub fn period_us(&self) -> u64 {
        self.period_us
    }

    /// How long the timeline is played.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.length
    }

    /// The most hits per second that there are: passes that are shorter than a second follow one another
    /// within it.
    #[must_use]
    pub fn peak(&self) -> f64 {
        let mean = self.all.hits as f64 / self.length.as_secs_f64();
        mean.max(self.peak_second as f64)
    }

    /// How long one pass is, or the first one as far as it is played.
    #[must_use]
    pub fn length_of_one(&self, player: &Player) -> Duration {
        player.speed.due(self.period_us.into()).min(self.length)
    }

    /// Rows that there are, sent or not.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.trailer.rows
    }
}

fn period_us(player: &Player, pass: &Pass, last: &Last, copies: u64) -> u64 {
    let period_us = match (player.from_us, player.to_us) {
        (Some(from), Some(to)) => to.saturating_sub(from).saturating_sub(pass.idle_us()),
        // A gap of the mean width follows the last hit, as it follows all others.
        _ => {
            let gaps = (last.hits / copies).saturating_sub(1).max(1);
            last.us.saturating_add(last.us / gaps)
        }
    };
    period_us.max(last.us.saturating_add(1))
}
