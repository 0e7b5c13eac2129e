use std::hash::Hasher;

use regex::bytes::Regex;
use twox_hash::XxHash64;

use super::HostName;
use super::cue::path;
use crate::timeline::Row;

/// Which rows are wanted: those that every part wants, and a part that is empty wants all.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Methods, one of which it has to be.
    pub methods: Vec<String>,
    /// Hosts, one of which it has to be, whatever the port.
    pub hosts: Vec<HostName>,
    /// What has to be found in the path, without the query.
    pub path: Option<Regex>,
    /// Statuses, one of which it has to be: a code, or its first digit for all that begin with it.
    pub statuses: Vec<u16>,
    /// A part of them.
    pub sample: Option<Sample>,
}

/// A part of the rows, always the same for the same seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The share that is kept, from 0 to 1.
    pub share: f64,
    /// Whether it is a share of the clients, each with all of its rows, and not one of the rows.
    pub by_client: bool,
    /// What it is drawn by.
    pub seed: u64,
}

impl Choice {
    /// Whether the row is wanted, which is number `number` of the timeline.
    #[must_use]
    pub fn wants(&self, row: &Row<'_>, number: u64) -> bool {
        let status = |wanted: &u16| match row.status {
            Some(status) if *wanted < 10 => status / 100 == *wanted,
            status => status == Some(*wanted),
        };
        (self.methods.is_empty() || self.methods.iter().any(|one| one == row.method))
            && (self.hosts.is_empty()
                || row
                    .host
                    .is_some_and(|host| self.hosts.contains(&HostName::of(host))))
            && self
                .path
                .as_ref()
                .is_none_or(|wanted| wanted.is_match(path(row.target)))
            && (self.statuses.is_empty() || self.statuses.iter().any(status))
            && self.sample.is_none_or(|sample| sample.keeps(row, number))
    }
}

impl Sample {
    /// Rows of which nobody knows who sent them are kept one by one.
    fn keeps(self, row: &Row<'_>, number: u64) -> bool {
        let key = row.client.filter(|_| self.by_client).unwrap_or(number);
        let mut hash = XxHash64::with_seed(self.seed);
        hash.write_u64(key);
        // The upper 53 bits are a float in [0, 1).
        ((hash.finish() >> 11) as f64) < self.share * 9_007_199_254_740_992.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_to_want_a_row() {
        let row = Row {
            host: Some("Shop.example"),
            status: Some(404),
            ..Row::get(b"/items/7?x=/cart")
        };
        let all = Choice::default();
        let words = |word: &str| vec![word.to_owned()];
        let path = |text| Some(Regex::new(text).unwrap());
        for (choice, wanted) in [
            (all.clone(), true),
            (
                Choice {
                    methods: words("GET"),
                    ..all.clone()
                },
                true,
            ),
            (
                Choice {
                    methods: words("get"),
                    ..all.clone()
                },
                false,
            ),
            (
                Choice {
                    hosts: vec![HostName::of("shop.example.:443")],
                    ..all.clone()
                },
                true,
            ),
            (
                Choice {
                    hosts: vec![HostName::of("other")],
                    ..all.clone()
                },
                false,
            ),
            (
                Choice {
                    path: path("^/items/"),
                    ..all.clone()
                },
                true,
            ),
            (
                Choice {
                    path: path("cart"),
                    ..all.clone()
                },
                false,
            ),
            (
                Choice {
                    statuses: vec![200, 4],
                    ..all.clone()
                },
                true,
            ),
            (
                Choice {
                    statuses: vec![404],
                    ..all.clone()
                },
                true,
            ),
            (
                Choice {
                    statuses: vec![40, 5, 200],
                    ..all.clone()
                },
                false,
            ),
        ] {
            assert_eq!(choice.wants(&row, 0), wanted, "{choice:?}");
        }
    }

    #[test]
    fn a_sample_by_client_keeps_all_of_one_or_nothing() {
        let sample = Sample {
            share: 0.1,
            by_client: true,
            seed: 3,
        };
        let kept = |client, number| {
            let row = Row {
                client: Some(client),
                ..Row::get(b"/")
            };
            sample.keeps(&row, number)
        };
        let clients = (0..10_000).filter(|client| kept(*client, 0)).count();
        assert!((900..1100).contains(&clients), "{clients}");
        assert!((0..100).all(|client| kept(client, 1) == kept(client, 99)));
        let nobody = Row::get(b"/");
        let rows = (0..10_000)
            .filter(|number| sample.keeps(&nobody, *number))
            .count();
        assert!((900..1100).contains(&rows), "{rows}");
        assert!((0..1000).all(|n| {
            Sample {
                share: 1.0,
                ..sample
            }
            .keeps(&nobody, n)
        }));
    }
}
