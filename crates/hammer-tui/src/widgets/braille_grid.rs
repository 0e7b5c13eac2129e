//! A grid of dots, eight to a cell of the terminal.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A grid of dots, eight to a cell of the terminal: two wide and four high, as braille patterns.
#[derive(Debug)]
pub(crate) struct BrailleGrid {
    area: Rect,
    /// The dots of each cell, as the low bits of its code point (Unicode, Braille Patterns).
    cells: Vec<u8>,
    styles: Vec<Style>,
}

/// The bits of the dots of a cell, by row from the top.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

impl BrailleGrid {
    pub(crate) fn new(area: Rect) -> Self {
        let cells = usize::from(area.width) * usize::from(area.height);
        Self {
            area,
            cells: vec![0; cells],
            styles: vec![Style::new(); cells],
        }
    }

    /// The number of dots from left to right.
    pub(crate) fn width(&self) -> usize {
        usize::from(self.area.width) * 2
    }

    /// The number of dots from top to bottom.
    pub(crate) fn height(&self) -> usize {
        usize::from(self.area.height) * 4
    }

    /// The dot at a share of the height, counted from the bottom.
    pub(crate) fn dot_at(&self, share: f64) -> usize {
        let highest = self.height().saturating_sub(1);
        highest - ((share.clamp(0.0, 1.0) * highest as f64).round() as usize).min(highest)
    }

    /// Sets the dot at (`x`, `y`) from the top left. A cell has the style of its last dot.
    pub(crate) fn set(&mut self, x: usize, y: usize, style: Style) {
        if x >= self.width() || y >= self.height() {
            return;
        }
        let cell = y / 4 * usize::from(self.area.width) + x / 2;
        self.cells[cell] |= DOTS[y % 4][x % 2];
        self.styles[cell] = style;
    }

    /// Draws a line from one point up to, but not including, the next. Of a dotted line, only every
    /// second dot is set.
    pub(crate) fn line(
        &mut self,
        from: (usize, usize),
        to: (usize, usize),
        is_dotted: bool,
        style: Style,
    ) {
        let steps = to.0.saturating_sub(from.0).max(1);
        let y_at = |step: usize| {
            let share = step as f64 / steps as f64;
            (from.1 as f64 + (to.1 as f64 - from.1 as f64) * share).round() as usize
        };
        for step in 0..steps {
            let (y, next) = (y_at(step), y_at(step + 1));
            let x = from.0 + step;
            if is_dotted && x % 2 == 1 {
                continue;
            }
            self.set(x, y, style);
            // A steep line stays connected.
            for y in (y.min(next) + 1)..y.max(next) {
                if !is_dotted || y % 2 == 0 {
                    self.set(x, y, style);
                }
            }
        }
    }

    /// Draws the cells that have dots.
    pub(crate) fn draw(&self, buffer: &mut Buffer) {
        for (index, dots) in self.cells.iter().enumerate().filter(|(_, dots)| **dots > 0) {
            let width = usize::from(self.area.width);
            let (x, y) = ((index % width) as u16, (index / width) as u16);
            if let Some(cell) = buffer.cell_mut((self.area.x + x, self.area.y + y)) {
                let glyph = char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' ');
                cell.set_char(glyph).set_style(self.styles[index]);
            }
        }
    }
}
