//! Filter of rows.

use std::hash::Hasher;

use regex::bytes::Regex;
use twox_hash::XxHash64;

use super::HostName;
use super::playback_row::target_path;
use crate::timeline::TimelineRow;

/// A filter of rows. A row must match all conditions; an empty condition matches all rows.
#[derive(Debug, Clone, Default)]
pub struct RowFilter {
    /// The methods to keep.
    pub methods: Vec<String>,
    /// The hosts to keep, with any port.
    pub hosts: Vec<HostName>,
    /// An expression that must match in the path, without the query.
    pub path: Option<Regex>,
    /// The statuses to keep: codes, or first digits.
    pub statuses: Vec<u16>,
    /// The sample to keep.
    pub sample: Option<RowSampling>,
}

/// A random sample of the rows, which is the same for the same seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowSampling {
    /// The share to keep, from 0 to 1.
    pub share: f64,
    /// True to sample clients, each with all of its rows, instead of rows.
    pub by_client: bool,
    /// The seed of the draws.
    pub seed: u64,
}

impl RowFilter {
    /// Returns true if the row with this number in the timeline matches.
    #[must_use]
    pub fn matches(&self, row: &TimelineRow<'_>, number: u64) -> bool {
        let status = |expected: &u16| match row.status {
            Some(status) if *expected < 10 => status / 100 == *expected,
            status => status == Some(*expected),
        };
        (self.methods.is_empty() || self.methods.iter().any(|one| one == row.method))
            && (self.hosts.is_empty()
                || row
                    .host
                    .is_some_and(|host| self.hosts.contains(&HostName::parse(host))))
            && self
                .path
                .as_ref()
                .is_none_or(|expected| expected.is_match(target_path(row.target)))
            && (self.statuses.is_empty() || self.statuses.iter().any(status))
            && self.sample.is_none_or(|sample| sample.keeps(row, number))
    }
}

impl RowSampling {
    /// Returns true if the sample keeps the row. Rows without a client are sampled one by one.
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
    fn a_row_must_match_every_condition() {
        let row = TimelineRow {
            host: Some("Shop.example"),
            status: Some(404),
            ..TimelineRow::get(b"/items/7?x=/cart")
        };
        let all = RowFilter::default();
        let methods = |word: &str| vec![word.to_owned()];
        let path = |text| Some(Regex::new(text).unwrap());
        for (filter, expected) in [
            (all.clone(), true),
            (
                RowFilter {
                    methods: methods("GET"),
                    ..all.clone()
                },
                true,
            ),
            (
                RowFilter {
                    methods: methods("get"),
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
            assert_eq!(filter.matches(&row, 0), expected, "{filter:?}");
        }
    }

    #[test]
    fn a_sample_by_client_keeps_all_rows_of_a_client_or_none() {
        let sample = RowSampling {
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
        let unknown_client = TimelineRow::get(b"/");
        let rows = (0..10_000)
            .filter(|number| sample.keeps(&unknown_client, *number))
            .count();
        assert!((900..1100).contains(&rows), "{rows}");
        assert!((0..1000).all(|n| {
            RowSampling {
                share: 1.0,
                ..sample
            }
            .keeps(&unknown_client, n)
        }));
    }
}
