//! The test of Mann and Whitney.

use super::ranks::{doubled_ranks, share_as_far};
use super::student::normal_two_sided_p;

/// The most numbers of both sides for the exact distribution, which beyond is close to normal.
const MAX_EXACT: usize = 100;

/// The two-sided p value of the test of H. B. Mann and D. R. Whitney, Annals of Mathematical
/// Statistics 18 (1947): the share of all ways to divide the numbers into two sides in which the sum
/// of ranks is as far from its mean as it is.
///
/// It is exact, with equal numbers too. Numbers may be infinite. Beyond 100 numbers, it is the normal
/// approximation. 1 if a side is empty.
pub(crate) fn mann_whitney_p(base: &[f64], new: &[f64]) -> f64 {
    let all: Vec<f64> = base.iter().chain(new).copied().collect();
    if base.is_empty() || new.is_empty() {
        return 1.0;
    }
    let ranks = doubled_ranks(&all);
    let sum: usize = ranks[base.len()..].iter().sum();
    let center = (new.len() * (all.len() + 1)) as f64;
    if all.len() <= MAX_EXACT {
        return share_as_far(&subset_sums(&ranks, new.len()), center, sum);
    }
    let count = all.len() as f64;
    let mean = ranks.iter().sum::<usize>() as f64 / count;
    let squares: f64 = ranks.iter().map(|rank| (*rank as f64 - mean).powi(2)).sum();
    let (base, new) = (base.len() as f64, new.len() as f64);
    let deviation = (base * new / (count * (count - 1.0)) * squares).sqrt();
    if deviation == 0.0 {
        return 1.0;
    }
    let distance = ((sum as f64 - center).abs() - 1.0).max(0.0);
    normal_two_sided_p(distance / deviation)
}

/// The number of subsets of `size` ranks with each sum.
fn subset_sums(ranks: &[usize], size: usize) -> Vec<f64> {
    let total: usize = ranks.iter().sum();
    let mut counts = vec![vec![0.0; total + 1]; size + 1];
    counts[0][0] = 1.0;
    for rank in ranks {
        for chosen in (1..=size).rev() {
            let (smaller, larger) = counts.split_at_mut(chosen);
            let from = &smaller[chosen - 1][..=total - rank];
            let to = &mut larger[0][*rank..];
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
    }
    counts.pop().unwrap_or_default()
}

/// The largest number k of ordered differences that can be cut off at each end, so that the rest has
/// at least `confidence`: 2 · P(U < k) ≤ 1 − confidence, without equal numbers. 0 if there is none.
pub(super) fn differences_to_cut(base: usize, new: usize, confidence: f64) -> usize {
    if base == 0 || new == 0 || base + new > MAX_EXACT {
        return 0;
    }
    let ranks: Vec<usize> = (1..=base + new).collect();
    let sums = subset_sums(&ranks, new);
    let total: f64 = sums.iter().sum();
    let least = new * (new + 1) / 2;
    let mut cumulated = 0.0;
    let tails = sums[least..].iter().map(|count| {
        cumulated += count;
        2.0 * cumulated / total
    });
    // A margin for rounding, far below the step of one subset.
    tails
        .take_while(|tail| *tail <= 1.0 - confidence + 1e-12)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Permeability of placentas, Hollander and Wolfe (1973), p. 69. R's `wilcox.test(x, y)` gives
    /// W = 35 and p = 0.2544.
    #[test]
    fn p_is_as_in_r() {
        let x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let y = [1.15, 0.88, 0.90, 0.74, 1.21];
        let p = mann_whitney_p(&y, &x);
        assert!((p - 0.2544).abs() < 5e-5, "{p}");
        assert!((mann_whitney_p(&x, &y) - p).abs() < 1e-12);
    }

    /// With n of each side and no overlap, two of all C(2n, n) ways are as extreme: 0.1 for n = 3, 0.0286
    /// for n = 4, 0.0079 for n = 5.
    #[test]
    fn the_least_p_is_that_of_all_ways() {
        for (n, ways) in [
            (1, 2.0),
            (2, 6.0),
            (3, 20.0),
            (4, 70.0),
            (5, 252.0),
            (6, 924.0),
        ] {
            let base: Vec<f64> = (0..n).map(f64::from).collect();
            let new: Vec<f64> = base.iter().map(|it| it + 100.0).collect();
            let p = mann_whitney_p(&base, &new);
            assert!((p - 2.0 / ways).abs() < 1e-12, "{n}: {p}");
        }
        assert_eq!(mann_whitney_p(&[1.0; 3], &[1.0; 3]), 1.0);
        assert_eq!(mann_whitney_p(&[], &[1.0]), 1.0);
        let infinite = [f64::INFINITY; 4];
        let p = mann_whitney_p(&[1.0, 2.0, 3.0, 4.0], &infinite);
        assert!((p - 2.0 / 70.0).abs() < 1e-12, "{p}");
    }

    /// Every way to divide eight numbers, four of them equal, is counted by hand.
    #[test]
    fn p_with_equal_numbers_is_that_of_enumeration() {
        let numbers = [1.0, 2.0, 2.0, 3.0, 2.0, 5.0, 2.0, 7.0];
        let ranks = doubled_ranks(&numbers);
        let (base, new) = numbers.split_at(4);
        let sum = |mask: u32| -> f64 {
            let chosen = ranks.iter().enumerate();
            let chosen = chosen.filter(|(index, _)| mask >> index & 1 == 1);
            chosen.map(|(_, rank)| *rank as f64).sum()
        };
        let observed = (sum(0b1111_0000) - 36.0).abs();
        let masks: Vec<u32> = (0..256_u32).filter(|mask| mask.count_ones() == 4).collect();
        let far = masks
            .iter()
            .filter(|mask| (sum(**mask) - 36.0).abs() >= observed);
        let expected = far.count() as f64 / masks.len() as f64;
        assert!((mann_whitney_p(base, new) - expected).abs() < 1e-12);
    }

    #[test]
    fn the_normal_approximation_continues_the_exact_values() {
        let numbers = |count: u32, factor: f64| -> Vec<f64> {
            (0..count)
                .map(|n| f64::from(n * 37 % 61) * factor)
                .collect()
        };
        let exact = mann_whitney_p(&numbers(50, 1.0), &numbers(50, 1.25));
        let close = mann_whitney_p(&numbers(50, 1.0), &numbers(51, 1.25));
        assert!((exact - close).abs() < 0.02, "{exact}, {close}");
    }

    /// The usual table of critical values of U, which are one less, for two sides at 5 %.
    #[test]
    fn cut_differences_are_those_of_the_tables() {
        for (base, new, critical) in [
            (4, 4, 0),
            (5, 5, 2),
            (5, 6, 3),
            (6, 6, 5),
            (8, 8, 13),
            (10, 10, 23),
        ] {
            assert_eq!(
                differences_to_cut(base, new, 0.95),
                critical + 1,
                "{base} {new}"
            );
        }
        assert_eq!(differences_to_cut(3, 3, 0.95), 0);
    }
}
