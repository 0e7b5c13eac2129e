//! Colors that people with any color vision can tell apart.
//!
//! The colors of series are those of Wong (Nature Methods 8, 441, 2011), the light ones darkened so
//! that their contrast with white is at least 4.5. The style has others for dark pages.

/// The colors of series, on a light page.
pub(crate) const SERIES_COLORS: [&str; 8] = [
    "#0072b2", // blue
    "#b84d00", // vermilion
    "#007a59", // green
    "#a64d85", // purple
    "#8a6100", // orange
    "#1f6f96", // sky blue
    "#6b6b00", // yellow
    "#333333", // black
];

/// The colors of a heat map on a light page, from few hits to many.
pub(crate) const HEAT_COLORS: [&str; 9] = [
    "#dbe9f6", "#c0dbee", "#9cc9e2", "#73b3d8", "#4d99ca", "#2f7ebc", "#1763a8", "#0a4990",
    "#08306b",
];

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: &str = include_str!("../style.css");

    /// The relative luminance of a color such as `#0072b2` (WCAG 2.2).
    fn luminance(color: &str) -> f64 {
        let channel = |index: usize| {
            let hex = &color[1 + 2 * index..3 + 2 * index];
            let share = f64::from(u8::from_str_radix(hex, 16).expect("two digits")) / 255.0;
            if share <= 0.040_45 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The values of a variable in the style: for light pages, and for dark ones.
    fn values(name: &str) -> (&'static str, &'static str) {
        let variable = format!("--{name}: ");
        let mut parts = STYLE.split(&variable).skip(1);
        let mut next = || &parts.next().expect("a value")[..7];
        (next(), next())
    }

    #[test]
    fn texts_and_lines_have_contrast() {
        let (light, dark) = values("paper");
        let (light_panel, dark_panel) = values("panel");
        for name in ["ink", "soft", "good", "bad", "doubt", "link"] {
            let (on_light, on_dark) = values(name);
            for (color, paper) in [
                (on_light, light),
                (on_light, light_panel),
                (on_dark, dark),
                (on_dark, dark_panel),
            ] {
                let found = contrast(color, paper);
                assert!(found >= 4.5, "{name}: {color} on {paper}: {found:.2}");
            }
        }
        for (index, color) in SERIES_COLORS.into_iter().enumerate() {
            let (on_light, on_dark) = values(&format!("c{index}"));
            assert_eq!(on_light, color, "the attribute differs from the style");
            for (color, paper) in [(on_light, light), (on_dark, dark)] {
                let found = contrast(color, paper);
                assert!(found >= 4.5, "c{index}: {color} on {paper}: {found:.2}");
            }
        }
        for (index, color) in HEAT_COLORS.into_iter().enumerate() {
            assert_eq!(values(&format!("h{index}")).0, color);
        }
    }
}
