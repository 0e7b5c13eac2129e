//! Users that tokens are requested for, one or one per row of a feeder.

use std::sync::Arc;

use hammer_core::rand_xoshiro::Xoshiro256PlusPlus;
use hammer_core::rand_xoshiro::rand_core::SeedableRng;
use hammer_data::credential::SecretBytes;
use hammer_data::{
    ExhaustedPolicy, Feeder, FeederOrder, HitContext, Template, TemplateScope, VariesBy,
};

use super::feed_arg::FeedArg;
use super::login_template::CredentialTemplate;
use crate::text::number::format_count;

/// Maximum number of rows with a token each.
const MAX_TOKENS: u64 = 10_000;

/// Users to request tokens for: one per row of a feeder, or one for all hits.
pub(super) struct TokenUsers {
    /// Names and passwords, in the order of the rows.
    pub(super) users: Vec<(String, SecretBytes)>,
    /// The feeder that assigns rows to hits.
    pub(super) feeder: Option<Arc<Feeder>>,
}

impl TokenUsers {
    /// Expands `login` to its users. The error is a fragment that follows the flag's name.
    pub(super) fn from_login(
        login: &CredentialTemplate,
        feeds: &[FeedArg],
        seed: u64,
    ) -> Result<Self, String> {
        // Users are listed row by row, independent of the order for hits.
        let scope = feeds.iter().fold(TemplateScope::new(), |scope, feed| {
            let rows = feed
                .feeder(seed)
                .order(FeederOrder::Sequential)
                .with_row_per(VariesBy::Slot);
            scope.feeder(feed.name(), Arc::new(rows))
        });
        let (name, password) = login.compile(&scope)?;
        let password = password.ok_or("missing password; expected USER:PASSWORD")?;
        let used: Vec<&FeedArg> = feeds
            .iter()
            .filter(|feed| uses_feeder(&name, feed.name()) || uses_feeder(&password, feed.name()))
            .collect();
        let feed = match used[..] {
            [] => None,
            [feed] => Some(feed),
            _ => return Err("found columns of several feeders; expected one feeder".into()),
        };
        if let Some(feed) = feed.filter(|feed| feed.once() == Some(ExhaustedPolicy::EmptyFields)) {
            return Err(format!(
                "'{}' has once=stop, so hits after its last row would have no token (try once=end, \
                 or omit once=)",
                feed.name()
            ));
        }
        let per = [VariesBy::Hit, VariesBy::Client];
        if per
            .iter()
            .any(|per| name.depends_on(*per) || password.depends_on(*per))
        {
            return Err("the value varies between hits; expected columns of a feeder".into());
        }
        let rows = feed.map_or(1, |feed| feed.feeder(seed).row_count());
        if rows > MAX_TOKENS {
            return Err(format!(
                "expected at most {} rows, one token each; found {}",
                format_count(MAX_TOKENS),
                format_count(rows)
            ));
        }
        let user = |row: u64| {
            let slot = usize::try_from(row).unwrap_or(usize::MAX);
            let mut context = HitContext::new(row, slot, Xoshiro256PlusPlus::seed_from_u64(row));
            let mut text = |template: &Template| {
                let mut text = vec![];
                let rendered = template.render(&mut context, &mut text);
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

/// Returns true if the template uses a column of this feeder.
fn uses_feeder(template: &Template, feeder: &str) -> bool {
    template
        .variables()
        .any(|name| name.split('.').next() == Some(feeder))
}
