//! Draws stacks as a flame graph.

use inferno::flamegraph::color::{MultiPalette, Palette};
use inferno::flamegraph::{self, Options};

use super::folded_stacks::FoldedStacks;
use crate::error::Error;

/// Frames narrower than this share of the whole, in percent, are left out.
const MIN_WIDTH_PERCENT: f64 = 0.05;

/// The texts of a flame graph.
#[derive(Debug)]
pub(crate) struct FlameGraph {
    /// The heading.
    pub(crate) title: String,
    /// The smaller line below the title.
    pub(crate) subtitle: String,
    /// The unit of its widths, such as samples or bytes.
    pub(crate) unit: &'static str,
}

impl FlameGraph {
    /// Draws a self-contained SVG, with zoom and search.
    pub(crate) fn to_svg(&self, stacks: &FoldedStacks) -> Result<Vec<u8>, Error> {
        let mut options = Options::default();
        options.title.clone_from(&self.title);
        options.subtitle = Some(self.subtitle.clone());
        self.unit.clone_into(&mut options.count_name);
        options.colors = Palette::Multi(MultiPalette::Rust);
        // A function has the same color in every graph.
        options.deterministic = true;
        options.min_width = MIN_WIDTH_PERCENT;
        let lines = stacks.lines();
        let mut svg = Vec::new();
        flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), &mut svg)
            .map_err(Error::io("draw", &self.title))?;
        Ok(svg)
    }
}

#[cfg(test)]
mod tests {
    use super::FlameGraph;
    use crate::profile::folded_stacks::FoldedStacks;

    #[test]
    fn draws_frames_without_external_resources() {
        let graph = FlameGraph {
            title: "even: bytes allocated".to_owned(),
            subtitle: "6 bytes together".to_owned(),
            unit: "bytes",
        };
        let svg = graph
            .to_svg(&FoldedStacks::parse(
                "t;hyper::a<T>;writev 4\nt;hammer_core::b 2\n",
            ))
            .expect("the graph is drawn");
        let svg = String::from_utf8(svg).expect("the SVG is UTF-8");
        for part in [
            "even: bytes allocated",
            "6 bytes together",
            "hyper::a&lt;T&gt;",
            "hammer_core::b",
            "writev (4 bytes, 66.67%)",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        for foreign in ["src=\"http", "href=\"http", "@import", "url(http"] {
            assert!(!svg.contains(foreign), "{foreign} in {svg}");
        }
        assert!(graph.to_svg(&FoldedStacks::default()).is_err());
    }
}
