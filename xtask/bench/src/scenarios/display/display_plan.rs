//! Plans of many loads, for the cost of their display.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use super::lower;
use crate::figure_collector::FigureKind;

/// A plan of many loads, with the figures of its display.
pub(super) struct DisplayPlan {
    /// Its name in progress lines.
    pub(super) name: &'static str,
    loads: usize,
    /// The groups of each load, which has as many targets. With 0, it has only the URL.
    groups: usize,
    /// The thresholds on each load.
    thresholds: &'static [&'static str],
    /// The CPU time of the display.
    pub(super) core: FigureKind,
    /// The memory without progress and with the display.
    pub(super) memory: [FigureKind; 2],
}

/// The plans that are measured.
pub(super) static PLANS: [DisplayPlan; 2] = [
    DisplayPlan {
        name: "display, 16 loads",
        loads: 16,
        groups: 50,
        thresholds: &[
            "p50 < 1s",
            "p99 < 2s",
            "p99.9 < 5s",
            "errors < 1%",
            "rate > 1/s",
        ],
        core: lower(
            "core_percent_16_loads",
            "CPU time of the display, 16 loads of 50 groups and 5 thresholds, % of a core",
            "%",
        ),
        memory: [
            lower(
                "peak_rss_mb_16_loads_none",
                "peak memory, 16 loads, no progress, MB",
                "MB",
            ),
            lower(
                "peak_rss_mb_16_loads_display",
                "peak memory, 16 loads, display, MB",
                "MB",
            ),
        ],
    },
    DisplayPlan {
        name: "display, 64 loads",
        loads: 64,
        groups: 0,
        thresholds: &[],
        core: lower(
            "core_percent_64_loads",
            "CPU time of the display, 64 loads, % of a core",
            "%",
        ),
        memory: [
            lower(
                "peak_rss_mb_64_loads_none",
                "peak memory, 64 loads, no progress, MB",
                "MB",
            ),
            lower(
                "peak_rss_mb_64_loads_display",
                "peak memory, 64 loads, display, MB",
                "MB",
            ),
        ],
    },
];

impl DisplayPlan {
    /// Hits per second of all loads.
    pub(super) const RATE: f64 = 2_000.0;

    /// Writes the plan and its list of targets into `folder`. Returns the path of the plan.
    pub(super) fn write(&self, folder: &Path, url: &str, length: Duration) -> io::Result<PathBuf> {
        if self.groups > 0 {
            let targets = (0..self.groups).map(|group| format!("GET {url}group-{group}\n\n"));
            fs::write(folder.join("targets.txt"), targets.collect::<String>())?;
        }
        let path = folder.join("plan.toml");
        fs::write(&path, self.text(url, length))?;
        Ok(path)
    }

    fn text(&self, url: &str, length: Duration) -> String {
        let mut text = String::from("assert = [\n");
        for load in 0..self.loads {
            for threshold in self.thresholds {
                let _ = writeln!(text, "  \"[load-{load}] {threshold}\",");
            }
        }
        text.push_str("]\n");
        let (rate, ms) = (Self::RATE / self.loads as f64, length.as_millis());
        for load in 0..self.loads {
            let _ = write!(
                text,
                "\n[[load]]\nname = \"load-{load}\"\ntarget = \"{url}\"\nrate = {rate}\nduration = \"{ms}ms\"\n\
                 threads = 1\nmax_in_flight = 64\n"
            );
            if self.groups > 0 {
                text.push_str("targets = \"targets.txt\"\n");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_its_loads_thresholds_and_groups() {
        let [grouped, plain] = &PLANS;
        let folder = tempfile::tempdir().expect("a folder");
        let length = Duration::from_secs(3);
        let path = grouped
            .write(folder.path(), "http://127.0.0.1:1/", length)
            .expect("a plan");
        let text = fs::read_to_string(path).expect("the plan");
        let targets = fs::read_to_string(folder.path().join("targets.txt")).expect("targets");
        assert_eq!(text.matches("[[load]]").count(), 16);
        assert_eq!(text.matches("[load-7] ").count(), 5);
        assert_eq!(text.matches("rate = 125\n").count(), 16);
        assert_eq!(targets.matches("GET http://127.0.0.1:1/group-").count(), 50);
        let text = plain.text("http://127.0.0.1:1/", length);
        assert_eq!(
            text.matches("rate = 31.25\nduration = \"3000ms\"").count(),
            64
        );
    }
}
