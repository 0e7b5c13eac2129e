//! The threads of the generator in the last second.

use std::time::Duration;

use hammer_diagnostic::TimeUnit;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::screen_settings::ScreenSettings;
use super::tab_parts::{NOTABLE, marked, named_line, share_text};
use super::theme::Theme;
use crate::live::live_second::LiveSecond;
use crate::run_view::thread_view::ThreadView;

/// Columns of the bar of a thread.
const BAR_COLUMNS: usize = 12;

/// The width from which threads have bars.
const WIDTH_WITH_BARS: usize = 76;

/// The share of time from which a thread is called busy, as in the verdict.
const BUSY: f64 = 0.9;

/// The shortest stall that is pointed out.
const LEAST_STALL: Duration = Duration::from_millis(5);

/// Each thread in the last second.
pub(super) fn thread_lines(
    threads: &[ThreadView],
    latest: &LiveSecond,
    settings: &ScreenSettings,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    if threads.is_empty() {
        let text = format!("{}, of which nothing is known", latest.generator.threads);
        return vec![named_line("threads", [Span::raw(text)], theme)];
    }
    let stalls = threads.iter().map(|thread| thread.longest_stall).max();
    let stalls = stalls.unwrap_or_default().as_secs_f64() * 1e6;
    let table = ThreadTable {
        unit: settings.unit.unwrap_or(TimeUnit::for_micros(stalls)),
        bar_columns: if width < WIDTH_WITH_BARS {
            0
        } else {
            BAR_COLUMNS
        },
        is_spinning: latest.generator.spin,
        theme,
    };
    let mut lines = vec![table.heading()];
    lines.extend((threads.iter().enumerate()).map(|(index, thread)| table.line(index, thread)));
    lines
}

/// The threads, a line for each.
struct ThreadTable<'a> {
    unit: TimeUnit,
    bar_columns: usize,
    is_spinning: bool,
    theme: &'a Theme,
}

impl ThreadTable<'_> {
    fn heading(&self) -> Line<'static> {
        let stall = format!("longest stall, {}", self.unit.name());
        let bar = " ".repeat(self.bar_columns);
        let heading = format!("{bar}{:>8}{:>10}{stall:>19}", "busy", "no core");
        named_line(
            "threads",
            [Span::styled(heading, self.theme.dim())],
            self.theme,
        )
    }

    fn line(&self, index: usize, thread: &ThreadView) -> Line<'static> {
        let is_busy = thread.busy.is_some_and(|busy| busy >= BUSY) && !self.is_spinning;
        let busy_style = match is_busy {
            true => self.theme.fail(),
            false => Style::new(),
        };
        let no_core_style = marked(thread.no_core, NOTABLE, self.theme);
        let stall = self
            .unit
            .format(thread.longest_stall.as_nanos() as f64 / 1e3);
        let bar = bar(thread.busy.unwrap_or(0.0), self.bar_columns);
        let mut parts = vec![
            Span::styled(bar, busy_style),
            Span::styled(format!("{:>8}", share_text(thread.busy)), busy_style),
            Span::styled(format!("{:>10}", share_text(thread.no_core)), no_core_style),
            Span::raw(format!("{stall:>19}")),
        ];
        if self.is_spinning {
            parts.push(Span::styled("  spins", self.theme.dim()));
        } else if is_busy {
            parts.push(Span::styled("  too busy", busy_style));
        }
        if thread.no_core.is_some_and(|share| share >= NOTABLE) {
            parts.push(Span::styled("  waits", no_core_style));
        }
        if thread.stalled && thread.longest_stall >= LEAST_STALL {
            parts.push(Span::styled("  stalled", self.theme.warning()));
        }
        named_line(&format!("{index:>8}"), parts, self.theme)
    }
}

/// A bar of a share of 1.
fn bar(share: f64, columns: usize) -> String {
    let full = (share.clamp(0.0, 1.0) * columns as f64).round() as usize;
    "█".repeat(full) + &"░".repeat(columns - full)
}
