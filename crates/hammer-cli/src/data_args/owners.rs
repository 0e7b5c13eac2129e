use std::sync::Arc;

use hammer_core::rand_xoshiro::Xoshiro256PlusPlus;
use hammer_core::rand_xoshiro::rand_core::SeedableRng;
use hammer_data::credential::Secret;
use hammer_data::{Feeder, Gone, Moment, Order, Per, Template, Words};

use super::feed::Feed;
use super::login::Login;

/// As many rows may have a token each.
const MOST: u64 = 10_000;

/// Whose tokens there are to be: one for each row of a feeder, or one for all hits.
pub(super) struct Owners {
    /// The names and the passwords, in the order of the rows.
    pub(super) users: Vec<(String, Secret)>,
    /// The feeder that hits have their rows from.
    pub(super) feeder: Option<Arc<Feeder>>,
}

impl Owners {
    /// Those that `login` stands for. What is wrong reads well behind a colon.
    pub(super) fn of(login: &Login, feeds: &[Feed], seed: u64) -> Result<Self, String> {
        // Row by row, whatever the order that hits have them in.
        let words = feeds.iter().fold(Words::new(), |words, feed| {
            let rows = feed.feeder(seed).order(Order::InTurn).per(Per::Slot);
            words.feeder(feed.name(), Arc::new(rows))
        });
        let (name, password) = login.compile(&words)?;
        let password = password.ok_or("has no password; right would be USER:PASSWORD")?;
        let fed: Vec<&Feed> = feeds
            .iter()
            .filter(|feed| has(&name, feed.name()) || has(&password, feed.name()))
            .collect();
        let feed = match fed[..] {
            [] => None,
            [feed] => Some(feed),
            _ => return Err("has columns of several feeders; right would be one".into()),
        };
        if let Some(feed) = feed.filter(|feed| feed.once() == Some(Gone::Empty)) {
            return Err(format!(
                "has columns of '{}', whose rows stop with once=stop, and hits after that would have \
                 no token; right would be once=end, or no once=",
                feed.name()
            ));
        }
        let per = [Per::Hit, Per::Client];
        if per
            .iter()
            .any(|per| name.differs_by(*per) || password.differs_by(*per))
        {
            let right = "has what differs from hit to hit; right would be columns of a feeder";
            return Err(right.into());
        }
        let rows = feed.map_or(1, |feed| feed.feeder(seed).rows());
        if rows > MOST {
            return Err(format!(
                "each row has a token of its own, and {rows} are too many; \
                 right would be a feeder of {MOST} at most"
            ));
        }
        let user = |row: u64| {
            let place = usize::try_from(row).unwrap_or(usize::MAX);
            let mut moment = Moment::new(row, place, Xoshiro256PlusPlus::seed_from_u64(row));
            let mut text = |template: &Template| {
                let mut text = vec![];
                let rendered = template.render(&mut moment, &mut text);
                rendered.map(|()| text).map_err(|error| error.to_string())
            };
            let name = String::from_utf8_lossy(&text(&name)?).into_owned();
            Ok((name, Secret::new(text(&password)?)))
        };
        Ok(Self {
            users: (0..rows).map(user).collect::<Result<_, String>>()?,
            feeder: feed.map(|feed| Arc::new(feed.feeder(seed))),
        })
    }
}

/// Whether a template has a column of this feeder.
fn has(template: &Template, feeder: &str) -> bool {
    template
        .variables()
        .any(|name| name.split('.').next() == Some(feeder))
}
