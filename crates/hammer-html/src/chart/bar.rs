//! Small bars in the cells of tables.

use maud::{Markup, html};

const WIDTH: f64 = 80.0;

/// Draws a bar for `share` (0 to 1), and a fainter one up to `faint_share` behind it.
pub(crate) fn bar(share: f64, faint_share: f64) -> Markup {
    let length = |share: f64| {
        let share = if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        };
        (share * WIDTH * 10.0).round() / 10.0
    };
    let (full, faint) = (length(share), length(faint_share));
    html! {
        svg class="bar" width="80" height="10" viewBox="0 0 80 10" color="#0072b2" aria-hidden="true" {
            @if faint > full {
                rect width=(faint) height="10" fill="currentColor" fill-opacity="0.3" {}
            }
            rect width=(full) height="10" fill="currentColor" {}
        }
    }
}
