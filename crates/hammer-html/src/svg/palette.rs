//! Colors that people with any color vision can tell apart.
//!
//! The colors of series are those of Wong (Nature Methods 8, 441, 2011), the light ones darkened so
//! that their contrast with white is at least 3. The style has others for dark pages.

/// The colors of series, on a light page.
pub(crate) const SERIES_COLORS: [&str; 8] = [
    "#0072b2", // blue
    "#b84d00", // vermilion
    "#007a59", // green
    "#a64d85", // purple
    "#8a6100", // orange
    "#2a7fa8", // sky blue
    "#6b6b00", // yellow
    "#333333", // black
];

/// The colors of a heat map on a light page, from few hits to many.
pub(crate) const HEAT_COLORS: [&str; 9] = [
    "#dbe9f6", "#c0dbee", "#9cc9e2", "#73b3d8", "#4d99ca", "#2f7ebc", "#1763a8", "#0a4990",
    "#08306b",
];
