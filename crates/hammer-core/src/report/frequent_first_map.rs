//! A bounded map of names, searched from the front.

use crate::model::failure::Failure;
use crate::model::outcome::Label;

/// The maximum number of names; more are counted as `other`.
const MAX_NAMES: usize = 256;
/// The maximum number of names that stand for others, beside [`MAX_NAMES`].
const MAX_OTHERS: usize = 16;

/// The maximum number of keys of a map: the names, those that stand for others, and [`OTHER`].
pub(crate) const MAX_KEYS: usize = MAX_NAMES + MAX_OTHERS + 1;

/// The name of what is beyond the bound.
const OTHER: &str = "other";

/// A key of a [`FrequentFirstMap`].
pub(crate) trait BoundedName: Copy + PartialEq {
    /// The key that stands for all others.
    const OTHER: Self;

    /// The key that stands for others of the same kind as this one.
    fn other_of_kind(self) -> Self {
        Self::OTHER
    }
}

impl BoundedName for &'static str {
    const OTHER: Self = OTHER;
}

impl BoundedName for Label {
    const OTHER: Self = Label::name(OTHER);
}

impl BoundedName for Failure {
    const OTHER: Self = Failure::new(OTHER);
}

/// A fact: its name and its value. Values beyond the bound stay under the name of their fact.
impl BoundedName for (&'static str, Label) {
    const OTHER: Self = (OTHER, Label::name(OTHER));

    fn other_of_kind(self) -> Self {
        (self.0, Label::OTHER)
    }
}

/// A small map searched from the front, where frequent names come first.
#[derive(PartialEq)]
pub(crate) struct FrequentFirstMap<K, V>(Vec<(K, V)>);

impl<K, V> Default for FrequentFirstMap<K, V> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<K: BoundedName, V: Default> FrequentFirstMap<K, V> {
    pub(crate) fn entry(&mut self, key: K) -> &mut V {
        let index = (self.position(key)).unwrap_or_else(|| self.add(key));
        &mut self.0[index].1
    }

    /// Makes a map of at most [`MAX_KEYS`] keys that differ, such as those of another map in any order.
    pub(crate) fn of_keys(values: Vec<(K, V)>) -> Self {
        Self(values)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    fn position(&self, key: K) -> Option<usize> {
        self.0.iter().position(|(known, _)| *known == key)
    }

    /// Adds a key that is not in the map, or the key that stands for it.
    #[cold]
    fn add(&mut self, key: K) -> usize {
        let bounds = [
            (key, MAX_NAMES),
            (key.other_of_kind(), MAX_NAMES + MAX_OTHERS),
            (K::OTHER, usize::MAX),
        ];
        for (key, bound) in bounds {
            if let Some(known) = self.position(key) {
                return known;
            }
            if self.0.len() < bound {
                self.0.push((key, V::default()));
                break;
            }
        }
        self.0.len() - 1
    }
}

impl<K: BoundedName> FrequentFirstMap<K, u64> {
    /// Adds the counts of another map. Sums saturate, because the counts of a file may have any value.
    pub(crate) fn add_counts(&mut self, other: &Self) {
        for (key, count) in other.iter() {
            let sum = self.entry(*key);
            *sum = sum.saturating_add(*count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names beyond the bound were counted as the last name within it.
    #[test]
    fn names_beyond_the_bound_are_counted_as_other() {
        let names: Vec<&'static str> = (0..300)
            .map(|n| &*Box::leak(format!("name_{n}").into_boxed_str()))
            .collect();
        let mut map = FrequentFirstMap::<&'static str, u64>::default();
        names.iter().for_each(|name| *map.entry(name) += 1);
        *map.entry(names[0]) += 1;
        *map.entry(names[299]) += 1;
        let counts: Vec<(&str, u64)> = map.iter().map(|(name, n)| (*name, *n)).collect();
        assert_eq!(counts.len(), MAX_NAMES + 1);
        assert_eq!(counts[0], ("name_0", 2));
        assert_eq!(counts[MAX_NAMES - 1], ("name_255", 1));
        assert_eq!(counts[MAX_NAMES], (OTHER, 45));
    }

    #[test]
    fn values_of_a_fact_beyond_the_bound_keep_its_name() {
        let mut map = FrequentFirstMap::<(&'static str, Label), u64>::default();
        for number in 0..300 {
            *map.entry(("version", Label::number(1))) += 1;
            *map.entry(("address", Label::number(number))) += 1;
        }
        let count = |key| {
            map.iter()
                .find(|(known, _)| **known == key)
                .map(|(_, n)| *n)
        };
        assert_eq!(count(("version", Label::number(1))), Some(300));
        assert_eq!(count(("address", Label::from(OTHER))), Some(45));
        assert_eq!(map.iter().count(), MAX_NAMES + 1);
    }

    #[test]
    fn the_map_is_bounded_even_if_each_fact_has_another_name() {
        let mut map = FrequentFirstMap::<(&'static str, Label), u64>::default();
        for n in 0..1_000 {
            let name = &*Box::leak(format!("fact_{n}").into_boxed_str());
            *map.entry((name, Label::number(1))) += 1;
        }
        assert_eq!(map.iter().count(), MAX_NAMES + MAX_OTHERS + 1);
        assert_eq!(map.iter().map(|(_, n)| n).sum::<u64>(), 1_000);
        let last = map.iter().last().expect("an entry");
        assert_eq!(*last.0, BoundedName::OTHER);
    }
}
