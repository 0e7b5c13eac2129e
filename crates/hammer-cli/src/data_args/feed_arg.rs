//! Parser of `--feed NAME=FILE,KEY=VALUE…`.

use std::path::Path;

use hammer_data::{ExhaustedPolicy, Feeder, FeederFormat, FeederOrder, TemplateScope, VariesBy};
use hammer_diagnostic::{nearest, printable_path};
use twox_hash::XxHash64;

const FORMAT: FeedOptionChoices<FeederFormat> = FeedOptionChoices(
    "format",
    &[
        ("csv", FeederFormat::Csv),
        ("jsonl", FeederFormat::JsonLines),
        ("lines", FeederFormat::Lines),
    ],
);
const ORDER: FeedOptionChoices<FeederOrder> = FeedOptionChoices(
    "order",
    &[
        ("turn", FeederOrder::Sequential),
        ("random", FeederOrder::Random),
        ("shuffled", FeederOrder::Shuffled),
    ],
);
const ONCE: FeedOptionChoices<ExhaustedPolicy> = FeedOptionChoices(
    "once",
    &[
        ("end", ExhaustedPolicy::EndRun),
        ("stop", ExhaustedPolicy::EmptyFields),
    ],
);
const PER: FeedOptionChoices<VariesBy> = FeedOptionChoices(
    "per",
    &[
        ("hit", VariesBy::Hit),
        ("slot", VariesBy::Slot),
        ("client", VariesBy::Client),
    ],
);
const SHARD: &str = "shard";
const KEYS: [&str; 5] = [FORMAT.0, ORDER.0, ONCE.0, PER.0, SHARD];

/// A feeder of the command line, with its name.
#[derive(Debug, Clone)]
pub(super) struct FeedArg {
    name: String,
    feeder: Feeder,
    #[cfg(feature = "http")]
    once: Option<ExhaustedPolicy>,
}

impl FeedArg {
    /// Parses `NAME=FILE[,KEY=VALUE…]` and opens the file.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.split(',');
        let (name, path) = parts
            .next()
            .and_then(|first| first.split_once('='))
            .filter(|(name, path)| !name.is_empty() && !path.is_empty())
            .ok_or("expected NAME=FILE, such as users=users.csv")?;
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
                "once= cannot be combined with per=slot or per=client, where each keeps its row"
                    .into(),
            );
        }
        let opened = Feeder::open(
            path,
            format.unwrap_or_else(|| FeederFormat::from_path(path)),
        );
        let mut feeder = opened.map_err(|error| hammer_diagnostic::chain(&error))?;
        if let Some((index, count)) = shard {
            let part = feeder.shard(index, count);
            feeder = part.map_err(|error| format!("{}: {error}", printable_path(path)))?;
        }
        feeder = feeder.order(order.unwrap_or_default()).with_row_per(per);
        if let Some(policy) = once {
            feeder = feeder.use_once(policy);
        }
        Ok(Self {
            name: name.to_owned(),
            feeder,
            #[cfg(feature = "http")]
            once,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The policy for after each row was used once, or `None` if rows are used again.
    #[cfg(feature = "http")]
    pub(super) fn once(&self) -> Option<ExhaustedPolicy> {
        self.once
    }

    /// The feeder, with random order seeded by the run's seed and the feeder's name.
    ///
    /// The orders of different feeders are independent, and adding a feeder does not change another.
    pub(super) fn feeder(&self, seed: u64) -> Feeder {
        let seed = XxHash64::oneshot(seed, self.name.as_bytes());
        self.feeder.clone().seed(seed)
    }

    /// The error if another feeder has the same name.
    pub(super) fn duplicate_error(&self) -> String {
        let name = &self.name;
        format!("`feed` is given twice for '{name}' (try another name)")
    }
}

/// Checks that templates can refer to the name.
fn check_feeder_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !name.chars().all(plain) {
        return Err(format!(
            "invalid feeder name '{name}'; expected letters, digits, - and _"
        ));
    }
    if TemplateScope::new().defines(name) {
        return Err(format!(
            "the name '{name}' is reserved in templates (try another name, such as users)"
        ));
    }
    Ok(())
}

/// Parses `K/N` as a zero-based index and the number of shards.
fn shard(value: &str) -> Result<(u64, u64), String> {
    let parsed = value.split_once('/').and_then(|(index, count)| {
        let (index, count) = (index.parse::<u64>().ok()?, count.parse::<u64>().ok()?);
        (1..=count).contains(&index).then(|| (index - 1, count))
    });
    parsed.ok_or_else(|| format!("invalid shard '{value}'; expected K/N, such as 1/4"))
}

fn unknown_option(key: &str) -> String {
    match nearest(key, KEYS) {
        Some(near) => format!("unknown option '{key}', did you mean '{near}'?"),
        None => {
            let known = KEYS.map(|key| format!("{key}=")).join(", ");
            format!("unknown option '{key}'; expected one of {known}")
        }
    }
}

fn set_once<T>(to: &mut Option<T>, key: &str, value: T) -> Result<(), String> {
    match to.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("the option {key}= is given twice")),
    }
}

/// An option of a feeder, with its values.
struct FeedOptionChoices<T: 'static>(&'static str, &'static [(&'static str, T)]);

impl<T: Copy> FeedOptionChoices<T> {
    fn set(&self, to: &mut Option<T>, value: &str) -> Result<(), String> {
        let Self(key, values) = self;
        let found = values.iter().find(|(known, _)| *known == value);
        let (_, found) = found.ok_or_else(|| {
            let known = values.iter().map(|(known, _)| *known);
            let known = known.collect::<Vec<_>>().join(", ");
            format!("unknown value '{value}' for {key}=; expected one of {known}")
        })?;
        set_once(to, key, *found)
    }
}
