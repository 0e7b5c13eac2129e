//! Colors and emphasis of the screen.

use std::env;

use hammer_core::VerdictStatus;
use ratatui::style::{Color, Modifier, Style};

use super::glyph_set::GlyphSet;

/// The colors that a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ColorDepth {
    /// No colors, only bold, dim and reversed text.
    None,
    /// The sixteen named colors, which the theme of the terminal defines.
    Named,
    /// The named colors, and the 256 colors of xterm for the heat map.
    Ramp256,
}

/// Colors and emphasis of the screen.
///
/// Text has the default foreground or a named color that can be read on light and on dark
/// backgrounds, which excludes white, yellow and black.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Theme {
    pub(crate) color: ColorDepth,
    pub(crate) glyphs: GlyphSet,
}

impl Theme {
    /// The theme for the variables of the environment: `NO_COLOR`, `COLORTERM`, `TERM`, and those of the
    /// locale.
    pub(crate) fn from_environment() -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        Self {
            color: color_depth(
                &variable("NO_COLOR"),
                &variable("COLORTERM"),
                &variable("TERM"),
            ),
            glyphs: GlyphSet::from_environment(),
        }
    }

    /// The theme without colors.
    #[cfg(test)]
    pub(crate) fn plain() -> Self {
        Self::with_color(ColorDepth::None)
    }

    /// A theme with some colors, and all glyphs.
    #[cfg(test)]
    pub(crate) const fn with_color(color: ColorDepth) -> Self {
        Self {
            color,
            glyphs: GlyphSet::Unicode,
        }
    }

    /// Text that is less important.
    pub(crate) fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Text that is more important.
    pub(crate) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Text that is selected.
    pub(crate) fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// A state that is as it should be.
    pub(crate) fn pass(self) -> Style {
        self.named(Color::Green)
    }

    /// A state that is not as it should be.
    pub(crate) fn fail(self) -> Style {
        self.named(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// A state that deserves attention.
    pub(crate) fn warning(self) -> Style {
        self.named(Color::Magenta).add_modifier(Modifier::BOLD)
    }

    /// Response times in charts and tables, which matter most. Blue is hard to read on black.
    pub(crate) fn response(self) -> Style {
        self.strong()
    }

    /// Service times in charts and tables.
    pub(crate) fn service(self) -> Style {
        self.named(Color::Cyan)
    }

    /// Lateness in charts and tables.
    pub(crate) fn lateness(self) -> Style {
        self.named(Color::Magenta)
    }

    /// A bound of a threshold in charts.
    pub(crate) fn bound(self) -> Style {
        self.named(Color::Red)
    }

    /// The word of a verdict.
    pub(crate) fn verdict(self, status: VerdictStatus) -> Style {
        match status {
            VerdictStatus::Valid => self.pass().add_modifier(Modifier::BOLD),
            VerdictStatus::Suspect => self.warning(),
            VerdictStatus::Invalid => self.fail(),
        }
    }

    /// A named color, or none without colors.
    pub(crate) fn named(self, color: Color) -> Style {
        match self.color {
            ColorDepth::None => Style::new(),
            ColorDepth::Named | ColorDepth::Ramp256 => Style::new().fg(color),
        }
    }
}

fn color_depth(no_color: &str, color_term: &str, term: &str) -> ColorDepth {
    if !no_color.is_empty() || matches!(term, "dumb" | "vt100" | "vt220") {
        ColorDepth::None
    } else if matches!(color_term, "truecolor" | "24bit") || term.contains("256color") {
        ColorDepth::Ramp256
    } else {
        ColorDepth::Named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_on_colors() {
        for (no_color, color_term, term, depth) in [
            ("", "", "xterm", ColorDepth::Named),
            ("", "", "xterm-256color", ColorDepth::Ramp256),
            ("", "truecolor", "xterm", ColorDepth::Ramp256),
            ("1", "truecolor", "xterm-256color", ColorDepth::None),
            ("", "", "dumb", ColorDepth::None),
            ("", "", "", ColorDepth::Named),
        ] {
            let found = color_depth(no_color, color_term, term);
            assert_eq!(found, depth, "{no_color:?} {color_term:?} {term:?}");
        }
    }
}
