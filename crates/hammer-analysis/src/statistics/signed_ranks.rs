//! The test of Wilcoxon for pairs.

use super::ranks::{doubled_ranks, share_as_far};
use super::student::normal_two_sided_p;

/// The most pairs for the exact distribution.
const MAX_EXACT: usize = 100;

/// The two-sided p value of the signed-rank test of F. Wilcoxon, Biometrics Bulletin 1 (1945): the
/// share of all ways to give signs to the differences in which the sum of positive ranks is as far
/// from its mean as it is.
///
/// Differences of 0 are left out. It is exact, with equal differences too; beyond 100 pairs, it is the
/// normal approximation. 1 without differences.
pub(crate) fn signed_rank_p(differences: &[f64]) -> f64 {
    let changed: Vec<f64> = differences
        .iter()
        .copied()
        .filter(|it| *it != 0.0)
        .collect();
    if changed.is_empty() {
        return 1.0;
    }
    let sizes: Vec<f64> = changed.iter().map(|it| it.abs()).collect();
    let ranks = doubled_ranks(&sizes);
    let positive = changed.iter().zip(&ranks).filter(|(it, _)| **it > 0.0);
    let sum: usize = positive.map(|(_, rank)| rank).sum();
    let total: usize = ranks.iter().sum();
    let center = total as f64 / 2.0;
    if ranks.len() > MAX_EXACT {
        let squares: f64 = ranks.iter().map(|rank| (*rank as f64).powi(2)).sum();
        let distance = ((sum as f64 - center).abs() - 0.5).max(0.0);
        return normal_two_sided_p(distance / (squares / 4.0).sqrt());
    }
    let mut weights = vec![0.0; total + 1];
    weights[0] = 1.0;
    for rank in ranks {
        for sum in (rank..=total).rev() {
            weights[sum] += weights[sum - rank];
        }
    }
    share_as_far(&weights, center, sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten times the Hamilton depression scores of Hollander and Wolfe (1973), p. 29. R's
    /// `wilcox.test(x, y, paired = TRUE)` gives V = 40 and p = 0.03906.
    #[test]
    fn p_is_as_in_r() {
        let x = [18.3, 5.0, 16.2, 24.8, 16.8, 18.8, 15.5, 30.6, 13.0];
        let y = [8.78, 6.47, 5.98, 20.5, 10.6, 12.9, 10.6, 31.4, 12.9];
        let differences: Vec<f64> = x.iter().zip(y).map(|(x, y)| x - y).collect();
        let p = signed_rank_p(&differences);
        assert!((p - 0.03906).abs() < 5e-6, "{p}");
    }

    #[test]
    fn the_least_p_is_that_of_all_signs() {
        for (n, ways) in [(3_u32, 8.0), (5, 32.0), (6, 64.0)] {
            let rising: Vec<f64> = (1..=n).map(f64::from).collect();
            assert_eq!(signed_rank_p(&rising), 2.0 / ways);
            // Equal sizes change nothing if all signs are the same.
            assert_eq!(signed_rank_p(&vec![-1.0; n as usize]), 2.0 / ways);
        }
        assert_eq!(signed_rank_p(&[0.0, 0.0]), 1.0);
        assert_eq!(signed_rank_p(&[1.0, -1.0]), 1.0);
    }
}
