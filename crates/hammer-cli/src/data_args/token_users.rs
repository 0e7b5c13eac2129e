use std::sync::Arc;

use hammer_core::rand_xoshiro::Xoshiro256PlusPlus;
use hammer_core::rand_xoshiro::rand_core::SeedableRng;
use hammer_data::credential::SecretBytes;
use hammer_data::{
    ExhaustedPolicy, Feeder, FeederOrder, HitContext, Template, TemplateScope, VariesBy,
};

use super::feed_arg::FeedArg;
use super::login_template::LoginTemplate;

/// As many rows may have a token each.
const MAX_TOKENS: u64 = 10_000;

/// Whose tokens there are to be: one for each row of a feeder, or one for all hits.
pub(super) struct TokenUsers {
    /// The names and the passwords, in the order of the rows.
    pub(super) users: Vec<(String, SecretBytes)>,
    /// The feeder that hits have their rows from.
    pub(super) feeder: Option<Arc<Feeder>>,
}

impl TokenUsers {
    /// Those that `login` stands for. What is wrong reads well behind a colon.
    pub(super) fn from_login(
        login: &LoginTemplate,
        feeds: &[FeedArg],
        seed: u64,
    ) -> Result<Self, String> {
        // Row by row, whatever the order that hits have them in.
        let words = feeds.iter().fold(TemplateScope::new(), |words, feed| {
            let rows = feed
                .feeder(seed)
                .order(FeederOrder::Sequential)
                .vary_by(VariesBy::Slot);
            words.feeder(feed.name(), Arc::new(rows))
        });
        let (name, password) = login.compile(&words)?;
        let password = password.ok_or("has no password; right would be USER:PASSWORD")?;
        let fed: Vec<&FeedArg> = feeds
            .iter()
            .filter(|feed| uses_feeder(&name, feed.name()) || uses_feeder(&password, feed.name()))
            .collect();
        let feed = match fed[..] {
            [] => None,
            [feed] => Some(feed),
            _ => return Err("has columns of several feeders; right would be one".into()),
        };
        if let Some(feed) = feed.filter(|feed| feed.once() == Some(ExhaustedPolicy::EmptyFields)) {
            return Err(format!(
                "has columns of '{}', whose rows stop with once=stop, and hits after that would have \
                 no token; right would be once=end, or no once=",
                feed.name()
            ));
        }
        let per = [VariesBy::Hit, VariesBy::Client];
        if per
            .iter()
            .any(|per| name.varies_by(*per) || password.varies_by(*per))
        {
            let right = "has what differs from hit to hit; right would be columns of a feeder";
            return Err(right.into());
        }
        let rows = feed.map_or(1, |feed| feed.feeder(seed).row_count());
        if rows > MAX_TOKENS {
            return Err(format!(
                "each row has a token of its own, and {rows} are too many; \
                 right would be a feeder of {MAX_TOKENS} at most"
            ));
        }
        let user = |row: u64| {
            let place = usize::try_from(row).unwrap_or(usize::MAX);
            let mut moment = HitContext::new(row, place, Xoshiro256PlusPlus::seed_from_u64(row));
            let mut text = |template: &Template| {
                let mut text = vec![];
                let rendered = template.render(&mut moment, &mut text);
                rendered.map(|()| text).map_err(|error| error.to_string())
            };
            let name = String::from_utf8_lossy(&text(&name)?).into_owned();
            Ok((name, SecretBytes::new(text(&password)?)))
        };
        Ok(Self {
            users: (0..rows).map(user).collect::<Result<_, String>>()?,
            feeder: feed.map(|feed| Arc::new(feed.feeder(seed))),
        })
    }
}

/// Whether a template has a column of this feeder.
fn uses_feeder(template: &Template, feeder: &str) -> bool {
    template
        .variables()
        .any(|name| name.split('.').next() == Some(feeder))
}
