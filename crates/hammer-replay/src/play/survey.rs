use std::collections::BTreeMap;
use std::time::Duration;

use super::pass::{Pass, Step};
use super::{Census, Cue, Passes, Player, Tally};
use crate::Error;
use crate::timeline::{Header, Trailer};

/// What there is to send of a timeline.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Survey {
    /// What the timeline says of itself.
    pub header: Header,
    /// What stands at its end.
    pub trailer: Trailer,
    /// Hits of a pass.
    pub hits: u64,
    /// Hits of a pass that are not sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Hits of a pass by the second in which they are due.
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
    /// Hits, sent or not, by the host that they asked for.
    pub hosts: Census,
    /// Hits that were in flight on average, if all took as long as was logged.
    pub in_flight: f64,
    /// The same in the second in which it is most.
    pub peak_in_flight: f64,
    period_us: u64,
    length: Duration,
}

/// Counts within the present slice of time, and the most that there was in one.
#[derive(Default)]
struct Peak {
    slice: u128,
    now: u64,
    most: u64,
}

impl Peak {
    fn count(&mut self, slice: u128, n: u64) {
        if slice != self.slice {
            (self.slice, self.now) = (slice, 0);
        }
        self.now += n;
        self.most = self.most.max(self.now);
    }
}

impl Survey {
    pub(super) fn take(
        player: &Player,
        mut pass: Pass,
        mut make: impl FnMut(&Cue<'_>) -> Result<(), &'static str>,
    ) -> Result<Self, Error> {
        let mut survey = Self {
            header: pass.header().clone(),
            trailer: Trailer::default(),
            hits: 0,
            skipped: BTreeMap::new(),
            tally: Tally::default(),
            peak_second: 0,
            peak_tenth: 0,
            methods: Census::default(),
            statuses: Census::default(),
            names: Census::default(),
            hosts: Census::default(),
            in_flight: 0.0,
            peak_in_flight: 0.0,
            period_us: 0,
            length: Duration::ZERO,
        };
        let copies = u64::from(player.amplify);
        let (mut second, mut tenth, mut busy) = (Peak::default(), Peak::default(), Peak::default());
        let (mut last_us, mut duration_us, mut name) = (0, 0_u128, String::new());
        let mut more = true;
        while more {
            more = pass.step(player, |step| {
                let (at_us, sent) = match step {
                    Step::Send(at_us, cue) => {
                        survey.hosts.count(cue.row.host.unwrap_or_default(), copies);
                        let sent = make(&cue);
                        if sent.is_ok() {
                            survey.count(&cue, copies, &mut name);
                        }
                        (at_us, sent.map(|()| cue.row.duration_us.unwrap_or(0)))
                    }
                    Step::Skip(at_us, row, why) => {
                        survey.hosts.count(row.host.unwrap_or_default(), copies);
                        (at_us, Err(why))
                    }
                };
                last_us = at_us;
                let due = player.speed.due(at_us.into());
                match sent {
                    Ok(took_us) => {
                        survey.hits += copies;
                        survey.tally.count(due.as_secs(), copies, 0);
                        second.count(due.as_secs().into(), copies);
                        tenth.count(due.as_millis() / 100, copies);
                        busy.count(due.as_secs().into(), took_us * copies);
                        duration_us += u128::from(took_us * copies);
                    }
                    Err(why) => {
                        survey.tally.count(due.as_secs(), 0, copies);
                        *survey.skipped.entry(why).or_default() += copies;
                    }
                }
            })?;
        }
        (survey.peak_second, survey.peak_tenth) = (second.most, tenth.most);
        survey.peak_in_flight = busy.most as f64 / 1e6;
        survey.trailer = pass.trailer().cloned().unwrap_or_default();
        survey.period_us = match (player.from_us, player.to_us) {
            (Some(from), Some(to)) => to.saturating_sub(from).saturating_sub(pass.idle_us()),
            // A gap of the mean width follows the last hit, as it follows all others.
            _ => last_us + last_us / (survey.hits / copies).saturating_sub(1).max(1),
        };
        survey.period_us = survey.period_us.max(last_us + 1);
        survey.length = match player.passes {
            Passes::Times(times) => player
                .speed
                .due(u128::from(survey.period_us) * u128::from(times)),
            Passes::For(time) => time,
        };
        let played = player.speed.due(survey.period_us.into());
        survey.in_flight = duration_us as f64 / 1e6 / played.as_secs_f64();
        Ok(survey)
    }

    fn count(&mut self, cue: &Cue<'_>, copies: u64, name: &mut String) {
        let row = &cue.row;
        self.methods.count(row.method, copies);
        match row.status {
            Some(status) => self
                .statuses
                .count(itoa::Buffer::new().format(status), copies),
            None => self.statuses.count("none", copies),
        }
        cue.name(name);
        self.names.count(name, copies);
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

    /// How long one pass is.
    #[must_use]
    pub fn length_of_one(&self, player: &Player) -> Duration {
        player.speed.due(self.period_us.into())
    }

    /// Whether a row asked for this host, whatever the port and the case.
    #[must_use]
    pub fn asked_for(&self, host: &str) -> bool {
        self.hosts.any(|named| {
            let name = match named.rsplit_once(':') {
                Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
                _ => named,
            };
            name.eq_ignore_ascii_case(host)
        })
    }

    /// Hits of all passes, as far as `player` plays them; of passes that are cut short, all.
    #[must_use]
    pub fn total(&self, player: &Player) -> u64 {
        let passes = match player.passes {
            Passes::Times(times) => u64::from(times),
            Passes::For(time) => {
                let pass = player.speed.due(self.period_us.into()).as_nanos().max(1);
                u64::try_from(time.as_nanos().div_ceil(pass)).unwrap_or(u64::MAX)
            }
        };
        self.hits.saturating_mul(passes)
    }

    /// Rows that there are, sent or not.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.trailer.rows
    }
}
