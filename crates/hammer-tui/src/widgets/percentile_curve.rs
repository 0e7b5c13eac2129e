//! The times of a distribution by percentile.

use std::time::Duration;

use hammer_diagnostic::TimeUnit;
use hammer_stats::Histogram;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::braille_grid::BrailleGrid;
use super::time_scale::TimeScale;
use crate::screen::screen_settings::ChartScale;
use crate::screen::theme::Theme;

/// The hits that must be beyond a percentile to draw it: with fewer, it says little.
const LEAST_BEYOND: f64 = 10.0;

/// The number of nines up to which curves are drawn: p99.99.
const MOST_NINES: f64 = 4.0;

/// The labels of the axis.
const TICKS: [(f64, &str); 6] = [
    (0.0, "min"),
    (0.5, "p50"),
    (0.9, "p90"),
    (0.99, "p99"),
    (0.999, "p99.9"),
    (0.9999, "p99.99"),
];

/// The times of distributions by percentile. The horizontal axis is the logarithm of 1 / (1 − q), as in
/// HdrHistogram's plots, so that each further nine has the same width.
#[derive(Debug)]
pub(crate) struct PercentileCurve<'a> {
    pub(crate) curves: Vec<Curve<'a>>,
    pub(crate) scale: ChartScale,
    pub(crate) unit: Option<TimeUnit>,
    pub(crate) theme: &'a Theme,
}

/// A distribution in a [`PercentileCurve`].
#[derive(Debug)]
pub(crate) struct Curve<'a> {
    pub(crate) times: &'a Histogram,
    pub(crate) style: Style,
    pub(crate) is_dotted: bool,
}

impl Curve<'_> {
    /// The nines up to which there are enough hits beyond.
    fn nines(&self) -> f64 {
        (self.times.count() as f64 / LEAST_BEYOND)
            .log10()
            .min(MOST_NINES)
    }
}

impl PercentileCurve<'_> {
    /// The least number of hits that make a curve: they support p50.
    pub(crate) const LEAST_HITS: u64 = 20;

    fn draw_curve(&self, curve: &Curve<'_>, nines: f64, scale: &TimeScale, grid: &mut BrailleGrid) {
        let dots = grid.width().saturating_sub(1).max(1);
        let last = (curve.nines() / nines * dots as f64).round() as usize;
        let share = |x: usize| 1.0 - 10_f64.powf(-(x as f64 / dots as f64 * nines));
        let times = quantiles(curve.times, (0..=last.min(dots)).map(share));
        let points = times.into_iter().enumerate();
        let points = points.map(|(x, time)| (x, grid.dot_at(scale.share(time))));
        let points: Vec<_> = points.collect();
        for pair in points.windows(2) {
            grid.line(pair[0], pair[1], curve.is_dotted, curve.style);
        }
    }

    fn draw_ticks(&self, nines: f64, row: Rect, buffer: &mut Buffer) {
        let mut free = row.x;
        for (quantile, label) in TICKS {
            let share = -(1.0_f64 - quantile).log10() / nines;
            if share > 1.0 + 1e-9 {
                break;
            }
            let columns = label.width() as u16;
            let x = row.x + (share * f64::from(row.width.saturating_sub(1))).round() as u16;
            let x = x.min(row.right().saturating_sub(columns));
            if x >= free {
                buffer.set_string(x, row.y, label, self.theme.dim());
                free = x + columns + 1;
            }
        }
    }
}

impl Widget for PercentileCurve<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let (first, last) = (self.curves.iter())
            .filter(|curve| curve.times.count() >= Self::LEAST_HITS)
            .map(|curve| {
                let last = 1.0 - 10_f64.powf(-curve.nines());
                (curve.times.min(), curve.times.quantile(last))
            })
            .fold((Duration::MAX, Duration::ZERO), |all, one| {
                (all.0.min(one.0), all.1.max(one.1))
            });
        if first > last || area.height < 2 {
            return;
        }
        let nines = self.curves.iter().map(Curve::nines).fold(0.0, f64::max);
        let scale = TimeScale::new(self.scale, [first, last].into_iter());
        let plot = Rect {
            height: area.height - 1,
            ..area
        };
        let labels = scale.labels(plot.height, self.unit);
        let plot = labels.draw(plot, self.theme.dim(), buffer);
        let mut grid = BrailleGrid::new(plot);
        // The first is drawn last, above the others.
        for curve in self.curves.iter().rev() {
            if curve.times.count() >= Self::LEAST_HITS {
                self.draw_curve(curve, nines, &scale, &mut grid);
            }
        }
        grid.draw(buffer);
        let row = Rect {
            y: plot.bottom(),
            height: 1,
            ..plot
        };
        self.draw_ticks(nines, row, buffer);
    }
}

/// The times at ascending shares of the hits, in one pass over the histogram.
fn quantiles(times: &Histogram, shares: impl Iterator<Item = f64>) -> Vec<Duration> {
    let mut buckets = times.recorded();
    let (mut covered, mut time) = (0, times.min());
    let at = |share: f64| {
        let rank = (share * times.count() as f64).ceil().max(1.0);
        while (covered as f64) < rank
            && let Some(bucket) = buckets.next()
        {
            covered += bucket.count;
            time = bucket.middle().clamp(times.min(), times.max());
        }
        time
    };
    shares.map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_histogram() {
        let mut times = Histogram::new();
        for ms in 1..=1_000 {
            times.record(Duration::from_millis(ms * ms));
        }
        let shares = [0.0, 0.25, 0.5, 0.9, 0.99, 0.999];
        let found = quantiles(&times, shares.into_iter());
        for (share, found) in shares.into_iter().zip(found) {
            let expected = times.quantile(share).as_secs_f64();
            let ratio = found.as_secs_f64() / expected;
            assert!((ratio - 1.0).abs() < 2e-3, "{share}: {found:?}");
        }
        assert_eq!(
            quantiles(&Histogram::new(), [0.5].into_iter()),
            [Duration::ZERO]
        );
    }
}
