//! Marks of single values, which differ by shape and not only by color.

use std::f64::consts::TAU;

use maud::{Markup, html};

use crate::svg::PathData;

/// Half the size of a mark.
const SIZE: f64 = 4.0;
/// Corners of the polygon that is drawn as a disk.
const DISK_CORNERS: u32 = 12;

/// The shape of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkShape {
    /// A filled disk.
    Disk,
    /// Two crossed lines.
    Cross,
    /// An empty diamond.
    Diamond,
}

impl MarkShape {
    /// Draws a mark at each point, as one path.
    pub(crate) fn draw(self, points: impl Iterator<Item = (f64, f64)>) -> Markup {
        let mut path = PathData::default();
        for point in points {
            self.add(&mut path, point);
        }
        let fill = match self {
            Self::Disk => "currentColor",
            Self::Cross | Self::Diamond => "none",
        };
        html! {
            path class="mark" d=(path.into_text()) fill=(fill) stroke="currentColor" stroke-width="2" {}
        }
    }

    fn add(self, path: &mut PathData, (x, y): (f64, f64)) {
        match self {
            Self::Disk => {
                let corner = |index: u32| {
                    let angle = TAU * f64::from(index) / f64::from(DISK_CORNERS);
                    let radius = SIZE - 1.0;
                    (x + radius * angle.cos(), y + radius * angle.sin())
                };
                path.polyline((0..DISK_CORNERS).map(corner));
                path.close();
            }
            Self::Cross => {
                path.polyline([(x - SIZE, y - SIZE), (x + SIZE, y + SIZE)]);
                path.polyline([(x - SIZE, y + SIZE), (x + SIZE, y - SIZE)]);
            }
            Self::Diamond => {
                let size = SIZE + 1.0;
                path.polyline([(x - size, y), (x, y - size), (x + size, y), (x, y + size)]);
                path.close();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_have_their_point_in_the_middle() {
        let text = |shape: MarkShape| shape.draw([(10.0, 20.0)].into_iter()).into_string();
        assert!(text(MarkShape::Cross).contains("d=\"M6 16l8 8M6 24l8-8\""));
        assert!(text(MarkShape::Diamond).contains("d=\"M5 20l5-5 5 5-5 5z\""));
        let disk = text(MarkShape::Disk);
        assert!(disk.contains("d=\"M13 20l") && disk.contains("fill=\"currentColor\""));
    }
}
