//! The knee of a curve.

/// The fewest points that a knee needs.
const MIN_POINTS: usize = 5;
/// The sensitivity S of Kneedle.
const SENSITIVITY: f64 = 1.0;

/// Returns the rate at the knee of a curve of points `(rate, p99)`, or `None` if it has none.
///
/// The knee is the point after which latency grows faster than before. It describes a curve, and decides
/// nothing: it does not know which latency is acceptable. It is one of the rates given, so it is as
/// precise as they are dense, and it depends on the range of rates that was measured.
///
/// This is Kneedle (Satopää, Albrecht, Irwin and Raghavan, "Finding a 'Kneedle' in a Haystack", ICDCS
/// Workshops 2011) for a convex curve that rises, without smoothing, with S = 1: both axes are scaled to
/// 0 to 1, the knee is the greatest distance of the curve below the diagonal, and it counts if the
/// distance falls by more than S mean steps of x after it. Points that are not finite are left out, and
/// of several at one rate the median counts. There is none with fewer than five rates, nor if the curve
/// does not rise.
pub fn knee(points: &[(f64, f64)]) -> Option<f64> {
    let points = curve(points);
    let (first, last) = (*points.first()?, *points.last()?);
    let ys = || points.iter().map(|point| point.1);
    let (lowest, highest) = (ys().fold(f64::INFINITY, f64::min), ys().fold(0.0, f64::max));
    if points.len() < MIN_POINTS || last.1 <= first.1 || highest <= lowest {
        return None;
    }
    let (width, height) = (last.0 - first.0, highest - lowest);
    let distances: Vec<f64> = (points.iter())
        .map(|(x, y)| (x - first.0) / width - (y - lowest) / height)
        .collect();
    let greatest = distances.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let place = distances.iter().position(|it| *it == greatest)?;
    let threshold = greatest - SENSITIVITY / (points.len() - 1) as f64;
    let falls = distances[place..].iter().any(|it| *it < threshold);
    (greatest > 0.0 && falls).then(|| points[place].0)
}

/// The median for each rate, in order.
fn curve(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let is_finite = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let mut points: Vec<(f64, f64)> = points.iter().filter(is_finite).copied().collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    (points.chunk_by(|a, b| a.0 == b.0))
        .map(|same| same[same.len() / 2])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(y: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (1..=19)
            .map(|level| f64::from(level) * 50.0)
            .map(|x| (x, y(x)))
            .collect()
    }

    #[test]
    fn finds_the_knee_of_a_queue() {
        // For y = 1 ÷ (1 − x), the distance is greatest where the slope is that of the diagonal:
        // 1 ÷ (1 − x)² = 19, within the measured range x = 0.771.
        let found = knee(&points(|x| 1.0 / (1.0 - x / 1000.0))).unwrap();
        assert!((750.0..=800.0).contains(&found), "{found}");
    }

    #[test]
    fn finds_none_where_there_is_none() {
        assert_eq!(knee(&points(|x| x)), None);
        assert_eq!(knee(&points(|_| 3.0)), None);
        assert_eq!(knee(&points(|x| 1000.0 - x)), None);
        assert_eq!(knee(&points(f64::sqrt)), None);
        assert_eq!(knee(&points(|_| f64::NAN)), None);
        assert_eq!(knee(&points(|x| 1.0 / (1.0 - x / 1000.0))[15..]), None);
        assert_eq!(knee(&[]), None);
    }

    #[test]
    fn takes_the_median_of_several_looks_at_one_rate() {
        let mut several = points(|x| 1.0 / (1.0 - x / 1000.0));
        let expected = knee(&several);
        several.extend([(100.0, 1e6), (100.0, 1.0)]);
        assert_eq!(knee(&several), expected);
    }
}
