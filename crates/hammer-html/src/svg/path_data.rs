//! The `d` attribute of a path, in few bytes.

use std::fmt::Write as _;

/// Builds the data of a path from points, at a tenth of a unit.
///
/// Lines are relative to the rounded point before, so that the error does not grow. Zeros before a
/// decimal point and spaces before a minus sign are left out (SVG 2, section 9.3.9).
#[derive(Debug, Clone, Default)]
pub(crate) struct PathData {
    text: String,
    /// The last point, in tenths.
    last: (i64, i64),
    is_in_line: bool,
}

fn tenths(value: f64) -> i64 {
    (value * 10.0).round() as i64
}

impl PathData {
    /// Begins a line at a point.
    pub(crate) fn move_to(&mut self, x: f64, y: f64) {
        self.last = (tenths(x), tenths(y));
        self.text.push('M');
        self.number(self.last.0, true);
        self.number(self.last.1, false);
        self.is_in_line = false;
    }

    /// Continues the line to a point.
    pub(crate) fn line_to(&mut self, x: f64, y: f64) {
        let point = (tenths(x), tenths(y));
        let step = (point.0 - self.last.0, point.1 - self.last.1);
        if step == (0, 0) {
            return;
        }
        if !self.is_in_line {
            self.text.push('l');
        }
        self.number(step.0, !self.is_in_line);
        self.number(step.1, false);
        (self.last, self.is_in_line) = (point, true);
    }

    /// Closes the line to an area.
    pub(crate) fn close(&mut self) {
        self.text.push('z');
        self.is_in_line = false;
    }

    /// Draws a rectangle, given two opposite corners.
    pub(crate) fn rectangle(&mut self, (left, top): (f64, f64), (right, bottom): (f64, f64)) {
        self.move_to(left, top);
        let (width, height) = (tenths(right) - self.last.0, tenths(bottom) - self.last.1);
        for (letter, length) in [('h', width), ('v', height), ('h', -width)] {
            self.text.push(letter);
            self.number(length, true);
        }
        self.text.push('z');
    }

    /// Draws a line through points, as one line.
    pub(crate) fn polyline(&mut self, points: impl IntoIterator<Item = (f64, f64)>) {
        for (index, (x, y)) in points.into_iter().enumerate() {
            match index {
                0 => self.move_to(x, y),
                _ => self.line_to(x, y),
            }
        }
    }

    fn number(&mut self, tenths: i64, follows_letter: bool) {
        if tenths >= 0 && !follows_letter {
            self.text.push(' ');
        }
        if tenths < 0 {
            self.text.push('-');
        }
        let (whole, fraction) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        let _ = match (whole, fraction) {
            (whole, 0) => write!(self.text, "{whole}"),
            (0, fraction) => write!(self.text, ".{fraction}"),
            (whole, fraction) => write!(self.text, "{whole}.{fraction}"),
        };
    }

    /// The text of the attribute; empty if nothing was drawn.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_relative_and_short() {
        let mut path = PathData::default();
        path.polyline([(64.0, 100.04), (64.5, 90.0), (64.5, 90.01), (66.0, 95.5)]);
        path.close();
        path.move_to(0.04, -2.0);
        assert_eq!(path.into_text(), "M64 100l.5-10 1.5 5.5zM0-2");
    }

    #[test]
    fn a_rectangle_has_its_corners() {
        let mut path = PathData::default();
        path.rectangle((1.0, 2.0), (4.5, 3.0));
        assert_eq!(path.into_text(), "M1 2h3.5v1h-3.5z");
    }

    /// Each step was rounded by itself, so that the end of a line of 600 points was off.
    #[test]
    fn errors_do_not_grow() {
        let mut path = PathData::default();
        path.polyline((0..=600).map(|n| (f64::from(n) * 0.94, 0.0)));
        assert_eq!(path.last, (5640, 0));
    }
}
