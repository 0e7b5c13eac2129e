//! The HTML page and the text summary of a profile.

use std::fmt::Write;

use super::cpu_profile::CpuProfile;
use super::cpu_shares::CpuShares;
use super::heap_profile::HeapProfile;
use super::profile_scenario::ProfileScenario;
use crate::number_format::group_thousands;

/// The smallest share that is listed.
const MIN_SHARE: f64 = 0.001;

/// The content of the page and of the summary.
pub(crate) struct ProfilePage<'a> {
    pub(crate) scenario: &'a ProfileScenario,
    pub(crate) commit: &'a str,
    pub(crate) cpu: &'a CpuProfile,
    pub(crate) heap: &'a HeapProfile,
    pub(crate) shares: &'a CpuShares,
}

const PAGE_HEAD: &str = "\
<!DOCTYPE html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<style>
body { font: 16px/1.5 sans-serif; max-width: 1240px; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; }
td { padding: 0 1em 0 0; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
img { max-width: 100%; border: 1px solid #ccc; }
</style>
";

impl ProfilePage<'_> {
    /// The page, which shows the graphs from files in its folder.
    pub(crate) fn html(&self) -> String {
        let mut html = PAGE_HEAD.to_owned();
        let scenario = escape_html(self.scenario.name);
        let _ = writeln!(html, "<title>hammer: {scenario}</title>");
        let _ = writeln!(html, "<h1>hammer: {scenario}</h1>\n<table>");
        for (name, value) in self.facts() {
            let (name, value) = (escape_html(name), escape_html(&value));
            let _ = writeln!(html, "<tr><td>{name}<td>{value}");
        }
        let _ = writeln!(html, "</table>\n<h2>CPU time</h2>");
        write_graph(&mut html, "cpu.svg", "CPU time by call stack");
        let _ = writeln!(html, "<table>");
        for (name, share) in self.listed_shares() {
            let (name, percent) = (escape_html(name), 100.0 * share);
            let _ = writeln!(html, "<tr><td class=\"number\">{percent:.1} %<td>{name}");
        }
        let _ = writeln!(html, "</table>\n<h2>Allocations</h2>");
        write_graph(&mut html, "heap-blocks.svg", "allocations by call stack");
        let _ = writeln!(html, "<h2>Bytes allocated</h2>");
        write_graph(&mut html, "heap-bytes.svg", "bytes allocated by call stack");
        let _ = writeln!(
            html,
            "<p>The heap profile as data, for DHAT's viewer: <a href=\"dhat.json\">dhat.json</a></p>"
        );
        html.push_str("</html>\n");
        html
    }

    /// A few lines for the terminal.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.facts() {
            let _ = writeln!(text, "{name:<12}  {value}");
        }
        let _ = writeln!(text);
        for (name, share) in self.listed_shares() {
            let _ = writeln!(text, "{:>10.1} %  {name}", 100.0 * share);
        }
        text
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let (cpu, heap) = (self.cpu, self.heap);
        let load = self.scenario.arguments.join(" ");
        let mut facts = vec![
            ("scenario", self.scenario.name.to_owned()),
            ("command", format!("hammer http URL {load}")),
            ("commit", self.commit.to_owned()),
            (
                "CPU",
                format!(
                    "{}; {} hits",
                    cpu.subtitle(),
                    group_thousands(cpu.report.hits)
                ),
            ),
            (
                "allocations",
                format!(
                    "{:.2} per hit, {} bytes: the average of each added hit, up to {} hits",
                    heap.blocks_per_hit,
                    group_thousands(heap.bytes_per_hit.round() as u64),
                    group_thousands(heap.hits)
                ),
            ),
        ];
        facts.extend(cpu.perf_failure.clone().map(|note| ("note", note)));
        facts
    }

    fn listed_shares(&self) -> impl Iterator<Item = (&str, f64)> {
        let rows = self.shares.by_owner.iter();
        rows.map(|(name, share)| (name.as_str(), *share))
            .filter(|(_, share)| *share >= MIN_SHARE)
    }
}

/// Writes the graph as an image that links to the SVG, which can be zoomed and searched.
fn write_graph(html: &mut String, file: &str, name: &str) {
    let _ = writeln!(
        html,
        "<p><a href=\"{file}\">{name}: zoom and search</a></p>\n\
         <a href=\"{file}\"><img src=\"{file}\" alt=\"Flame graph: {name}\"></a>"
    );
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::ProfilePage;
    use crate::profile::cpu_profile::CpuProfile;
    use crate::profile::cpu_shares::CpuShares;
    use crate::profile::folded_stacks::FoldedStacks;
    use crate::profile::heap_profile::HeapProfile;
    use crate::profile::profile_scenario::ProfileScenario;
    use crate::profile::setup::ProfiledRunFigures;

    #[test]
    fn shows_facts_shares_and_links() {
        let scenario = ProfileScenario::find("closed", Duration::from_secs(5), true)
            .expect("the scenario exists");
        let stacks = || FoldedStacks::parse("t;hyper::a<T>;writev 3\nt;a<b>::c 1\n");
        let cpu = CpuProfile {
            report: ProfiledRunFigures {
                hits: 500,
                rate: 100.0,
            },
            stacks: stacks(),
            sampler: "perf",
            perf_failure: Some("a note".to_owned()),
        };
        let heap = HeapProfile {
            hits: 1_000,
            blocks_per_hit: 2.5,
            bytes_per_hit: 300.0,
            bytes: stacks(),
            blocks: stacks(),
            json: "dhat.json".into(),
        };
        let page = ProfilePage {
            scenario: &scenario,
            commit: "abc-dirty",
            cpu: &cpu,
            heap: &heap,
            shares: &CpuShares::from_stacks(&cpu.stacks),
        };
        for text in [page.text(), page.html()] {
            for part in [
                "closed",
                "--rate max",
                "abc-dirty",
                "500 hits",
                "2.50 per hit",
                "up to 1,000 hits",
                "75.0 %",
                "system call writev",
                "a note",
            ] {
                assert!(text.contains(part), "{part} in {text}");
            }
        }
        for file in ["cpu.svg", "heap-bytes.svg", "heap-blocks.svg", "dhat.json"] {
            let link = format!("href=\"{file}\"");
            assert!(page.html().contains(&link), "{file}");
        }
        assert!(!page.html().contains("http:"), "the page needs no network");
    }
}
