use hammer_core::Hit;
use hammer_core::rand_xoshiro::rand_core::Rng;

use super::TargetOrder;

/// Deals hits to targets by their weights.
#[derive(Debug)]
pub(crate) struct Deal {
    /// The weights of each target and all before it, added up.
    ends: Vec<u64>,
    order: TargetOrder,
}

impl Deal {
    pub(crate) fn new(weights: impl IntoIterator<Item = u32>, order: TargetOrder) -> Self {
        let ends = weights.into_iter().scan(0, |end, weight| {
            *end += u64::from(weight);
            Some(*end)
        });
        Self {
            ends: ends.collect(),
            order,
        }
    }

    /// The target of a hit.
    pub(crate) fn target(&self, hit: &Hit) -> usize {
        let total = self.ends.last().copied().unwrap_or(1);
        let place = match self.order {
            TargetOrder::Turn => hit.number() % total,
            // The high half of the product is even over 0..total, but for total in 2⁶⁴.
            TargetOrder::Random => {
                let product = u128::from(hit.rng().next_u64()) * u128::from(total);
                (product >> 64) as u64
            }
        };
        self.at(place)
    }

    fn at(&self, place: u64) -> usize {
        if self.ends.last() == Some(&(self.ends.len() as u64)) {
            return place as usize;
        }
        self.ends.partition_point(|end| *end <= place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_dealt_as_often_as_its_weight() {
        let table: [(&[u32], &[usize]); 4] = [
            (&[1], &[0]),
            (&[1, 1, 1], &[0, 1, 2]),
            (&[3, 1, 2], &[0, 0, 0, 1, 2, 2]),
            (&[1, 1_000_000], &[0, 1, 1]),
        ];
        for (weights, expected) in table {
            let deal = Deal::new(weights.iter().copied(), TargetOrder::Turn);
            let found: Vec<_> = (0..expected.len() as u64)
                .map(|place| deal.at(place))
                .collect();
            assert_eq!(found, expected, "{weights:?}");
        }
    }
}
