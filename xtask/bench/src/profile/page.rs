use std::fmt::Write;

use super::choice::Choice;
use super::cpu::Cpu;
use super::heap::Heap;
use super::shares::Shares;
use crate::number::grouped;

/// Shares below this are not listed.
const LEAST_SHARE: f64 = 0.001;

/// What a profile says in short, as a page around the graphs and as text.
pub(crate) struct Page<'a> {
    pub(crate) choice: &'a Choice,
    pub(crate) commit: &'a str,
    pub(crate) cpu: &'a Cpu,
    pub(crate) heap: &'a Heap,
    pub(crate) shares: &'a Shares,
}

const HEAD: &str = "\
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

impl Page<'_> {
    /// A page that shows the graphs, which lie beside it.
    pub(crate) fn html(&self) -> String {
        let mut html = HEAD.to_owned();
        let scenario = escape(self.choice.scenario);
        let _ = writeln!(html, "<title>hammer: {scenario}</title>");
        let _ = writeln!(html, "<h1>hammer: {scenario}</h1>\n<table>");
        for (name, value) in self.facts() {
            let (name, value) = (escape(name), escape(&value));
            let _ = writeln!(html, "<tr><td>{name}<td>{value}");
        }
        let _ = writeln!(html, "</table>\n<h2>CPU time</h2>");
        graph(&mut html, "cpu.svg", "CPU time by call stack");
        let _ = writeln!(html, "<table>");
        for (name, share) in self.listed() {
            let (name, percent) = (escape(name), 100.0 * share);
            let _ = writeln!(html, "<tr><td class=\"number\">{percent:.1} %<td>{name}");
        }
        let _ = writeln!(html, "</table>\n<h2>Allocations</h2>");
        graph(&mut html, "heap-blocks.svg", "allocations by call stack");
        let _ = writeln!(html, "<h2>Bytes allocated</h2>");
        graph(&mut html, "heap-bytes.svg", "bytes allocated by call stack");
        let _ = writeln!(
            html,
            "<p>The heap profile as data, for DHAT's viewer: <a href=\"dhat.json\">dhat.json</a></p>"
        );
        html.push_str("</html>\n");
        html
    }

    /// A few lines for a terminal.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.facts() {
            let _ = writeln!(text, "{name:<12}  {value}");
        }
        let _ = writeln!(text);
        for (name, share) in self.listed() {
            let _ = writeln!(text, "{:>10.1} %  {name}", 100.0 * share);
        }
        text
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let (cpu, heap) = (self.cpu, self.heap);
        let load = self.choice.load.join(" ");
        let mut facts = vec![
            ("scenario", self.choice.scenario.to_owned()),
            ("command", format!("hammer http URL {load}")),
            ("commit", self.commit.to_owned()),
            (
                "CPU",
                format!("{}; {} hits", cpu.subtitle(), grouped(cpu.report.hits)),
            ),
            (
                "allocations",
                format!(
                    "{:.2} per hit, {} bytes: what each further hit adds, up to {} hits",
                    heap.blocks_per_hit,
                    grouped(heap.bytes_per_hit.round() as u64),
                    grouped(heap.hits)
                ),
            ),
        ];
        facts.extend(cpu.note.clone().map(|note| ("note", note)));
        facts
    }

    fn listed(&self) -> impl Iterator<Item = (&str, f64)> {
        let rows = self.shares.rows.iter();
        rows.map(|(name, share)| (name.as_str(), *share))
            .filter(|(_, share)| *share >= LEAST_SHARE)
    }
}

/// The graph as a picture that leads to the graph itself, which can be zoomed and searched.
fn graph(html: &mut String, file: &str, what: &str) {
    let _ = writeln!(
        html,
        "<p><a href=\"{file}\">{what}: zoom and search</a></p>\n\
         <a href=\"{file}\"><img src=\"{file}\" alt=\"Flame graph: {what}\"></a>"
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Page;
    use crate::profile::choice::Choice;
    use crate::profile::cpu::Cpu;
    use crate::profile::heap::Heap;
    use crate::profile::load::Report;
    use crate::profile::shares::Shares;
    use crate::profile::stacks::Stacks;

    #[test]
    fn says_what_was_measured() {
        let choice = Choice::of("closed", Duration::from_secs(5), true).expect("it is one");
        let stacks = || Stacks::parse("t;hyper::a<T>;writev 3\nt;a<b>::c 1\n");
        let cpu = Cpu {
            report: Report {
                hits: 500,
                rate: 100.0,
            },
            stacks: stacks(),
            taken_with: "perf",
            note: Some("a note".to_owned()),
        };
        let heap = Heap {
            hits: 1_000,
            blocks_per_hit: 2.5,
            bytes_per_hit: 300.0,
            bytes: stacks(),
            blocks: stacks(),
            json: "dhat.json".into(),
        };
        let page = Page {
            choice: &choice,
            commit: "abc-dirty",
            cpu: &cpu,
            heap: &heap,
            shares: &Shares::of(&cpu.stacks),
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
        assert!(!page.html().contains("http:"), "it needs no network");
    }
}
