use std::path::Path;

use hammer_data::{ExhaustedPolicy, Feeder, FeederFormat, FeederOrder, TemplateScope, VariesBy};
use hammer_diagnostic::nearest;
use twox_hash::XxHash64;

/// The choices of a feeder, and what each may be.
const FORMAT: FeedOption<FeederFormat> = FeedOption(
    "format",
    &[
        ("csv", FeederFormat::Csv),
        ("jsonl", FeederFormat::JsonLines),
        ("lines", FeederFormat::Lines),
    ],
);
const ORDER: FeedOption<FeederOrder> = FeedOption(
    "order",
    &[
        ("turn", FeederOrder::Sequential),
        ("random", FeederOrder::Random),
        ("shuffled", FeederOrder::Shuffled),
    ],
);
const ONCE: FeedOption<ExhaustedPolicy> = FeedOption(
    "once",
    &[
        ("end", ExhaustedPolicy::EndRun),
        ("stop", ExhaustedPolicy::EmptyFields),
    ],
);
const PER: FeedOption<VariesBy> = FeedOption(
    "per",
    &[
        ("hit", VariesBy::Hit),
        ("slot", VariesBy::Slot),
        ("client", VariesBy::Client),
    ],
);
const SHARD: &str = "shard";
const KEYS: [&str; 5] = [FORMAT.0, ORDER.0, ONCE.0, PER.0, SHARD];

/// A feeder that was asked for, and its name.
#[derive(Debug, Clone)]
pub(super) struct FeedArg {
    name: String,
    feeder: Feeder,
    once: Option<ExhaustedPolicy>,
}

impl FeedArg {
    /// `NAME=FILE[,KEY=VALUE...]`, with its rows.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.split(',');
        let (name, path) = parts
            .next()
            .and_then(|first| first.split_once('='))
            .filter(|(name, path)| !name.is_empty() && !path.is_empty())
            .ok_or("has no name and file; right would be users=users.csv")?;
        check_feeder_name(name)?;
        let path = Path::new(path);
        let (mut format, mut order, mut once, mut per, mut shard) = (None, None, None, None, None);
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key {
                "format" => FORMAT.set(&mut format, value)?,
                "order" => ORDER.set(&mut order, value)?,
                "once" => ONCE.set(&mut once, value)?,
                "per" => PER.set(&mut per, value)?,
                SHARD => set_once(&mut shard, SHARD, self::shard(value)?)?,
                _ => return Err(unknown_option(key)),
            }
        }
        let per = per.unwrap_or_default();
        if once.is_some() && per != VariesBy::Hit {
            return Err(
                "once= goes with per=hit: a slot or a client keeps its row; \
                        right would be no once="
                    .into(),
            );
        }
        let opened = Feeder::open(
            path,
            format.unwrap_or_else(|| FeederFormat::from_path(path)),
        );
        let mut feeder = opened.map_err(|error| hammer_diagnostic::chain(&error))?;
        if let Some((index, of)) = shard {
            let part = feeder.shard(index, of);
            feeder = part.map_err(|error| format!("{}: {error}", path.display()))?;
        }
        feeder = feeder.order(order.unwrap_or_default()).vary_by(per);
        if let Some(gone) = once {
            feeder = feeder.use_once(gone);
        }
        Ok(Self {
            name: name.to_owned(),
            feeder,
            once,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What happens when each row was used once, if they are.
    pub(super) fn once(&self) -> Option<ExhaustedPolicy> {
        self.once
    }

    /// The feeder, whose order of chance is that of the run's seed and of its own name: feeders do not
    /// go with each other, and a second one changes nothing of the first.
    pub(super) fn feeder(&self, seed: u64) -> Feeder {
        let own = XxHash64::oneshot(seed, self.name.as_bytes());
        self.feeder.clone().seed(own)
    }

    /// What is wrong if another feeder has its name.
    pub(super) fn duplicate_error(&self) -> String {
        let name = &self.name;
        format!("the flag '--feed <FEEDER=FILE>' names '{name}' twice; right would be two names")
    }
}

/// Whether templates can say the name.
fn check_feeder_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !name.chars().all(plain) {
        return Err(format!(
            "'{name}' is no name of a feeder; right would be letters, digits, - and _"
        ));
    }
    if TemplateScope::new().defines(name) {
        return Err(format!(
            "'{name}' means something in every template; right would be another name, such as users"
        ));
    }
    Ok(())
}

/// Part k of n, from 1; as an index from 0.
fn shard(value: &str) -> Result<(u64, u64), String> {
    let parsed = value.split_once('/').and_then(|(index, of)| {
        let (index, of) = (index.parse::<u64>().ok()?, of.parse::<u64>().ok()?);
        (1..=of).contains(&index).then(|| (index - 1, of))
    });
    parsed.ok_or_else(|| format!("shard='{value}' is no part; right would be 1/4 to 4/4"))
}

fn unknown_option(key: &str) -> String {
    let right = match nearest(key, KEYS) {
        Some(near) => near.to_owned(),
        None => KEYS.map(|key| format!("{key}=")).join(", "),
    };
    format!("there is no '{key}' behind the file; right would be {right}")
}

fn set_once<T>(to: &mut Option<T>, key: &str, value: T) -> Result<(), String> {
    match to.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("says {key}= twice; right would be once")),
    }
}

/// A key, and its values.
struct FeedOption<T: 'static>(&'static str, &'static [(&'static str, T)]);

impl<T: Copy> FeedOption<T> {
    fn set(&self, to: &mut Option<T>, value: &str) -> Result<(), String> {
        let Self(key, values) = self;
        let found = values.iter().find(|(known, _)| *known == value);
        let (_, found) = found.ok_or_else(|| {
            let known = values.iter().map(|(known, _)| *known);
            let known = known.collect::<Vec<_>>().join(", ");
            format!("{key}='{value}' is unknown; right would be {known}")
        })?;
        set_once(to, key, *found)
    }
}
