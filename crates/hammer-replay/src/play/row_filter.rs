use std::hash::Hasher;

use regex::bytes::Regex;
use twox_hash::XxHash64;

use super::HostName;
use super::planned_row::target_path;
use crate::timeline::TimelineRow;

/// Which rows are wanted: those that every part wants, and a part that is empty wants all.
#[derive(Debug, Clone, Default)]
pub struct RowFilter {
    /// Methods, one of which it has to be.
    pub methods: Vec<String>,
    /// Hosts, one of which it has to be, whatever the port.
    pub hosts: Vec<HostName>,
    /// What has to be found in the path, without the query.
    pub path: Option<Regex>,
    /// Statuses, one of which it has to be: a code, or its first digit for all that begin with it.
    pub statuses: Vec<u16>,
    /// A part of them.
    pub sample: Option<RowSample>,
}

/// A part of the rows, always the same for the same seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowSample {
    /// The share that is kept, from 0 to 1.
    pub share: f64,
    /// Whether it is a share of the clients, each with all of its rows, and not one of the rows.
    pub by_client: bool,
    /// What it is drawn by.
    pub seed: u64,
}

impl RowFilter {
    /// Whether the row is wanted, which is number `number` of the timeline.
    #[must_use]
    pub fn matches(&self, row: &TimelineRow<'_>, number: u64) -> bool {
        let status = |wanted: &u16| match row.status {
            Some(status) if *wanted < 10 => status / 100 == *wanted,
            status => status == Some(*wanted),
        };
        (self.methods.is_empty() || self.methods.iter().any(|one| one == row.method))
            && (self.hosts.is_empty()
                || row
                    .host
                    .is_some_and(|host| self.hosts.contains(&HostName::parse(host))))
            && self
                .path
                .as_ref()
                .is_none_or(|wanted| wanted.is_match(target_path(row.target)))
            && (self.statuses.is_empty() || self.statuses.iter().any(status))
            && self.sample.is_none_or(|sample| sample.keeps(row, number))
    }
}

impl RowSample {
    /// Rows of which nobody knows who sent them are kept one by one.
    fn keeps(self, row: &TimelineRow<'_>, number: u64) -> bool {
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
        let row = TimelineRow {
            host: Some("Shop.example"),
            status: Some(404),
            ..TimelineRow::get(b"/items/7?x=/cart")
        };
        let all = RowFilter::default();
        let words = |word: &str| vec![word.to_owned()];
        let path = |text| Some(Regex::new(text).unwrap());
        for (choice, wanted) in [
            (all.clone(), true),
            (
                RowFilter {
                    methods: words("GET"),
                    ..all.clone()
                },
                true,
            ),
            (
                RowFilter {
                    methods: words("get"),
                    ..all.clone()
                },
                false,
            ),
            (
                RowFilter {
                    hosts: vec![HostName::parse("shop.example.:443")],
                    ..all.clone()
                },
                true,
            ),
            (
                RowFilter {
                    hosts: vec![HostName::parse("other")],
                    ..all.clone()
                },
                false,
            ),
            (
                RowFilter {
                    path: path("^/items/"),
                    ..all.clone()
                },
                true,
            ),
            (
                RowFilter {
                    path: path("cart"),
                    ..all.clone()
                },
                false,
            ),
            (
                RowFilter {
                    statuses: vec![200, 4],
                    ..all.clone()
                },
                true,
            ),
            (
                RowFilter {
                    statuses: vec![404],
                    ..all.clone()
                },
                true,
            ),
            (
                RowFilter {
                    statuses: vec![40, 5, 200],
                    ..all.clone()
                },
                false,
            ),
        ] {
            assert_eq!(choice.matches(&row, 0), wanted, "{choice:?}");
        }
    }

    #[test]
    fn a_sample_by_client_keeps_all_of_one_or_nothing() {
        let sample = RowSample {
            share: 0.1,
            by_client: true,
            seed: 3,
        };
        let kept = |client, number| {
            let row = TimelineRow {
                client: Some(client),
                ..TimelineRow::get(b"/")
            };
            sample.keeps(&row, number)
        };
        let clients = (0..10_000).filter(|client| kept(*client, 0)).count();
        assert!((900..1100).contains(&clients), "{clients}");
        assert!((0..100).all(|client| kept(client, 1) == kept(client, 99)));
        let nobody = TimelineRow::get(b"/");
        let rows = (0..10_000)
            .filter(|number| sample.keeps(&nobody, *number))
            .count();
        assert!((900..1100).contains(&rows), "{rows}");
        assert!((0..1000).all(|n| {
            RowSample {
                share: 1.0,
                ..sample
            }
            .keeps(&nobody, n)
        }));
    }
}
