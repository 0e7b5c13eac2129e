//! Lines through the values of slices of time.

/// A slice of time, in seconds from the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TimeSpan {
    pub(crate) start_s: f64,
    pub(crate) width_s: f64,
}

impl TimeSpan {
    pub(crate) fn middle(&self) -> f64 {
        self.start_s + self.width_s / 2.0
    }

    pub(crate) fn end(&self) -> f64 {
        self.start_s + self.width_s
    }
}

/// Returns the lines through the values: from the start of the first slice with a value, through the
/// middles, to the end of the last. Slices without a value interrupt the line.
///
/// So a single slice is a line as long as the slice, and not an invisible point.
pub(crate) fn lines_through(
    spans: &[TimeSpan],
    value: impl Fn(usize) -> Option<f64>,
) -> Vec<Vec<(f64, f64)>> {
    let mut lines: Vec<Vec<(f64, f64)>> = vec![];
    let mut is_interrupted = true;
    for (index, span) in spans.iter().enumerate() {
        let Some(y) = value(index) else {
            end_line(&mut lines, spans, index, is_interrupted);
            is_interrupted = true;
            continue;
        };
        if is_interrupted {
            lines.push(vec![(span.start_s, y)]);
        }
        if let Some(line) = lines.last_mut() {
            line.push((span.middle(), y));
        }
        is_interrupted = false;
    }
    end_line(&mut lines, spans, spans.len(), is_interrupted);
    lines
}

/// Extends the last line to the end of the slice before `index`.
fn end_line(lines: &mut [Vec<(f64, f64)>], spans: &[TimeSpan], index: usize, is_interrupted: bool) {
    if is_interrupted {
        return;
    }
    let Some(span) = index.checked_sub(1).and_then(|index| spans.get(index)) else {
        return;
    };
    if let Some(line) = lines.last_mut()
        && let Some((_, y)) = line.last().copied()
    {
        line.push((span.end(), y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(count: u32) -> Vec<TimeSpan> {
        let span = |index: u32| TimeSpan {
            start_s: f64::from(index) * 2.0,
            width_s: 2.0,
        };
        (0..count).map(span).collect()
    }

    #[test]
    fn a_single_slice_is_a_line() {
        let lines = lines_through(&spans(1), |_| Some(5.0));
        assert_eq!(lines, [[(0.0, 5.0), (1.0, 5.0), (2.0, 5.0)]]);
    }

    #[test]
    fn slices_without_a_value_interrupt_the_line() {
        let values = [Some(1.0), Some(2.0), None, Some(4.0), None];
        let lines = lines_through(&spans(5), |index| values[index]);
        let expected = [
            vec![(0.0, 1.0), (1.0, 1.0), (3.0, 2.0), (4.0, 2.0)],
            vec![(6.0, 4.0), (7.0, 4.0), (8.0, 4.0)],
        ];
        assert_eq!(lines, expected);
        assert!(lines_through(&spans(3), |_| None).is_empty());
        assert!(lines_through(&[], |_| Some(1.0)).is_empty());
    }
}
