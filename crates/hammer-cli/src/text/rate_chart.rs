//! Charts of the rate over time.

use std::time::Duration;

use hammer_core::Shape;

use super::number::format_decimal;
use super::rate::format_rate;

/// Columns of a chart, without its axis.
const COLUMNS: usize = 60;
/// Rows of a chart. A constant rate needs one.
const ROWS: usize = 8;
/// Samples of the rate per column, so that narrow peaks are visible.
const SAMPLES_PER_COLUMN: u32 = 8;
/// Blocks of zero to eight eighths of a row.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws the rate over time in 60 columns by 8 rows. A column shows its highest rate.
pub(crate) fn rate_chart(shape: &Shape, length: Duration) -> String {
    chart(&heights(shape, length), length)
}

/// Draws counts in slices of `width_s` seconds each.
#[cfg(feature = "replay")]
pub(crate) fn count_chart(counts: &[u64], width_s: u64, length: Duration) -> String {
    let slices = (length.as_secs_f64() / width_s as f64).max(1e-9);
    let mut heights = vec![0.0_f64; COLUMNS];
    for (column, height) in heights.iter_mut().enumerate() {
        let at = |column: usize| column as f64 * slices / COLUMNS as f64;
        let first = at(column) as usize;
        let end = (at(column + 1).ceil() as usize).max(first + 1);
        let counts = counts.get(first..end.min(counts.len())).unwrap_or_default();
        let max = counts.iter().copied().max().unwrap_or(0);
        // A single slice may be longer than the whole chart.
        *height = max as f64 / (width_s as f64).min(length.as_secs_f64());
    }
    chart(&heights, length)
}

fn chart(heights: &[f64], length: Duration) -> String {
    let peak = heights.iter().copied().fold(0.0, f64::max);
    if peak <= 0.0 {
        return String::new();
    }
    let is_constant = heights.iter().all(|height| *height == peak);
    let rows = if is_constant { 1 } else { ROWS };
    let top = format_rate(peak);
    let indent = top.chars().count().max(3);
    let mut out = String::new();
    for row in (0..rows).rev() {
        let label = match row {
            row if row + 1 == rows => top.as_str(),
            _ => "",
        };
        let line: String = heights
            .iter()
            .map(|height| block_char(height / peak * rows as f64 - row as f64))
            .collect();
        let line = format!("  {label:>indent$} │{line}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let end = format!("{} s", format_decimal(length.as_secs_f64()));
    out.push_str(&format!("  {:>indent$} └{}\n", "0/s", "─".repeat(COLUMNS)));
    out.push_str(&format!(
        "  {:>indent$}  0 s{end:>width$}\n",
        "",
        width = COLUMNS - 3
    ));
    out
}

fn block_char(rows: f64) -> char {
    let eighths = (rows * 8.0).clamp(0.0, 8.0);
    // A rate above 0 is always visible.
    let visible = if rows > 0.0 {
        eighths.max(1.0)
    } else {
        eighths
    };
    BLOCKS[visible.round() as usize]
}

fn heights(shape: &Shape, length: Duration) -> Vec<f64> {
    let samples = COLUMNS as u32 * SAMPLES_PER_COLUMN;
    let mut heights = vec![0.0_f64; COLUMNS];
    for sample in 0..samples {
        // Both ends of the sample; the right one excludes the start of the next stage.
        let left = length.mul_f64(f64::from(sample) / f64::from(samples));
        let right = length.mul_f64(f64::from(sample + 1) / f64::from(samples));
        let height = &mut heights[(sample / SAMPLES_PER_COLUMN) as usize];
        for t in [left, right.saturating_sub(Duration::from_nanos(1))] {
            *height = height.max(shape.rate_at(t).unwrap_or(0.0));
        }
    }
    // A stage may be shorter than a sample.
    for stage in shape.stages().iter().filter(|stage| stage.start() < length) {
        let half = stage.duration().unwrap_or(length).min(length) / 2;
        for t in [stage.start(), stage.start() + half] {
            let column = t.as_secs_f64() / length.as_secs_f64() * COLUMNS as f64;
            if let Some(height) = heights.get_mut(column as usize) {
                *height = height.max(shape.rate_at(t).unwrap_or(0.0));
            }
        }
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart_of(text: &str, seconds: u64) -> String {
        let shape: Shape = text.parse().expect(text);
        rate_chart(&shape, Duration::from_secs(seconds))
    }

    #[test]
    fn a_ramp_rises_from_left_to_right() {
        let chart = chart_of("0..80/8s", 8);
        let lines: Vec<_> = chart.lines().collect();
        assert_eq!(lines.len(), 10, "{chart}");
        assert!(
            lines[0].starts_with("  80/s │") && lines[0].ends_with('█'),
            "{chart}"
        );
        assert!(lines[7].contains("│▁▂▃▄"), "{chart}");
        assert!(
            lines.iter().all(|line| line.chars().count() <= 72),
            "{chart}"
        );
        assert!(lines[9].ends_with("8 s"), "{chart}");
    }

    #[test]
    fn a_spike_narrower_than_a_column_is_visible() {
        let chart = chart_of("spike(1, 1000, 10ms)/1h", 3600);
        let first = chart.lines().next().unwrap_or_default();
        assert!(first.contains("1,000/s") && first.contains('█'), "{chart}");
    }

    #[test]
    fn a_constant_rate_has_one_row_and_a_closed_loop_has_no_chart() {
        assert_eq!(chart_of("100", 5).lines().count(), 3);
        assert_eq!(chart_of("max", 5), "");
    }
}
