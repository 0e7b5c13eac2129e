//! The lines of a log of hits.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use hammer_core::HitRecord;

use super::line_ends::LineEnds;
use super::line_sink::{IncompleteLines, LineSink};

/// Writes a line of CSV for each hit.
///
/// After the first error, which is returned once, nothing more is written. The output ends with a
/// complete line, and the hits whose lines are missing are counted.
pub(in crate::output) struct HitsLog {
    sink: Box<dyn LineSink>,
    buffer: String,
    /// The lines of `buffer`, without the column names.
    lines: LineEnds,
    /// True if each line has the name of its load.
    named_loads: bool,
    failed: bool,
    /// Hits without a line since a write failed, by load; a single load has no name.
    dropped: BTreeMap<String, u64>,
}

/// The names that the log gives for a load.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoggedLoad {
    pub(crate) name: String,
    /// The names of the groups of its hits.
    pub(crate) groups: Vec<String>,
}

const CSV_HEADER: &str = "number,due_s,result,label,response_us,service_us,group";
/// Number of bytes to buffer before a write.
const FLUSH_BYTES: usize = 64 * 1024;

impl HitsLog {
    /// Creates a log that begins with the column names; `named_loads` adds one for the load.
    pub(super) fn new(sink: Box<dyn LineSink>, named_loads: bool) -> Self {
        let load = if named_loads { ",load" } else { "" };
        let buffer = format!("{CSV_HEADER}{load}\n");
        Self {
            sink,
            lines: LineEnds::after(buffer.len()),
            buffer,
            named_loads,
            failed: false,
            dropped: BTreeMap::new(),
        }
    }

    /// Adds a line for each record of `load`.
    pub(in crate::output) fn write(
        &mut self,
        load: &LoggedLoad,
        records: &[HitRecord],
    ) -> io::Result<()> {
        for (index, record) in records.iter().enumerate() {
            if self.failed {
                let load = if self.named_loads { &*load.name } else { "" };
                *self.dropped.entry(load.to_owned()).or_default() += (records.len() - index) as u64;
                return Ok(());
            }
            self.push_line(load, record);
            if self.buffer.len() >= FLUSH_BYTES
                && let Err(error) = self.flush()
            {
                // The rest is only counted.
                self.write(load, &records[index + 1..])?;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes the buffered lines.
    pub(in crate::output) fn flush(&mut self) -> io::Result<()> {
        if self.failed || self.buffer.is_empty() {
            return Ok(());
        }
        let written = self.sink.write_lines(self.buffer.as_bytes(), &self.lines);
        let result = written.map_err(|IncompleteLines { kept, error }| {
            self.failed = true;
            self.lines.count_after(kept, &mut self.dropped);
            error
        });
        self.buffer.clear();
        self.lines = LineEnds::after(0);
        result
    }

    /// Writes the buffered lines and completes the output.
    pub(in crate::output) fn finish(&mut self) -> io::Result<()> {
        self.flush()?;
        if self.failed {
            return Ok(());
        }
        let finished = self.sink.finish();
        self.failed = finished.is_err();
        finished
    }

    /// Returns true if a write has failed.
    pub(in crate::output) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Returns the number of hits of this load whose lines could not be written.
    pub(in crate::output) fn dropped(&self, load: &str) -> u64 {
        let load = if self.named_loads { load } else { "" };
        self.dropped.get(load).copied().unwrap_or_default()
    }

    fn push_line(&mut self, load: &LoggedLoad, record: &HitRecord) {
        let HitRecord {
            number,
            due,
            result,
            ..
        } = record;
        let (seconds, nanos) = (due.as_secs(), due.subsec_nanos());
        let line = &mut self.buffer;
        let _ = write!(line, "{number},{seconds}.{nanos:09},{},", result.as_str());
        // A comma in a label of the hammer would shift the columns.
        if let Some(label) = &record.label {
            push_field(line, &label.to_string());
        }
        for time in [record.response, record.service] {
            line.push(',');
            if let Some(time) = time {
                push_micros(line, time);
            }
        }
        line.push(',');
        if let Some(group) = record.group.and_then(|group| load.groups.get(group)) {
            push_field(line, group);
        }
        if self.named_loads {
            line.push(',');
            push_field(line, &load.name);
        }
        line.push('\n');
        let load = if self.named_loads { &*load.name } else { "" };
        self.lines.push(line.len(), load);
    }
}

/// Appends a text, quoted if it would shift the columns (RFC 4180, section 2).
fn push_field(line: &mut String, text: &str) {
    if text.contains([',', '"', '\n', '\r']) {
        let _ = write!(line, "\"{}\"", text.replace('"', "\"\""));
    } else {
        line.push_str(text);
    }
}

fn push_micros(line: &mut String, time: Duration) {
    let nanos = time.as_nanos();
    let _ = write!(line, "{}.{:03}", nanos / 1000, nanos % 1000);
}

#[cfg(test)]
mod tests {
    use hammer_core::HitResult;

    use super::super::hits_destination::testing::SmallDisk;
    use super::super::plain_lines::PlainLines;
    use super::super::zstd_lines::ZstdLines;
    use super::*;

    fn load(name: &str) -> LoggedLoad {
        LoggedLoad {
            name: name.to_owned(),
            groups: vec!["GET /a,b".to_owned(), "items".to_owned()],
        }
    }

    #[test]
    fn lines_have_a_field_for_each_column() {
        let answered = HitRecord {
            number: 7,
            due: Duration::from_millis(1_250),
            result: HitResult::Ok,
            label: Some(200.into()),
            group: Some(1),
            response: Some(Duration::from_nanos(1_234_567)),
            service: Some(Duration::from_nanos(12_001)),
        };
        let unsent = HitRecord {
            result: HitResult::Unsent,
            label: None,
            response: None,
            service: None,
            ..answered
        };
        let quoted = HitRecord {
            label: Some("a,\"b\"".into()),
            group: Some(0),
            ..answered
        };
        let out = SmallDisk::file(1000);
        let mut log = HitsLog::new(Box::new(PlainLines::new(out.clone())), false);
        log.write(&load("browse"), &[answered, unsent, quoted])
            .expect("memory is writable");
        log.finish().expect("memory is writable");
        let lines = "7,1.250000000,ok,200,1234.567,12.001,items\n7,1.250000000,unsent,,,,items\n\
                     7,1.250000000,ok,\"a,\"\"b\"\"\",1234.567,12.001,\"GET /a,b\"\n";
        assert_eq!(
            String::from_utf8(out.bytes()),
            Ok(format!("{CSV_HEADER}\n{lines}"))
        );
    }

    #[test]
    fn with_several_loads_each_line_names_its_own() {
        let record = HitRecord {
            number: 1,
            due: Duration::ZERO,
            result: HitResult::Unsent,
            label: None,
            group: None,
            response: None,
            service: None,
        };
        let out = SmallDisk::file(1000);
        let mut log = HitsLog::new(Box::new(PlainLines::new(out.clone())), true);
        log.write(&load("browse"), &[record])
            .expect("memory is writable");
        log.finish().expect("memory is writable");
        let lines = format!("{CSV_HEADER},load\n1,0.000000000,unsent,,,,,browse\n");
        assert_eq!(String::from_utf8(out.bytes()), Ok(lines));
    }

    /// The last line was torn, and no hit was counted as missing.
    #[test]
    fn on_a_full_disk_lines_stay_whole_and_the_missing_ones_are_counted() {
        let record = |number| HitRecord {
            number,
            due: Duration::ZERO,
            result: HitResult::Ok,
            label: None,
            group: None,
            response: None,
            service: None,
        };
        let browse: Vec<_> = (0..5_000).map(record).collect();
        let order: Vec<_> = (0..3_000).map(record).collect();
        for room in [0, 10, 60, 3_000, 10_000, 70_000, 100_000, 150_000] {
            for compressed in [false, true] {
                let disk = SmallDisk::file(if compressed { room / 100 } else { room });
                let sink: Box<dyn LineSink> = match compressed {
                    true => Box::new(ZstdLines::new(disk.clone()).expect("a compressor")),
                    false => Box::new(PlainLines::new(disk.clone())),
                };
                let mut log = HitsLog::new(sink, true);
                let mut errors = 0;
                for _ in 0..2 {
                    errors += usize::from(log.write(&load("browse"), &browse).is_err());
                    errors += usize::from(log.write(&load("order"), &order).is_err());
                }
                errors += usize::from(log.finish().is_err());
                errors += usize::from(log.finish().is_err());
                assert_eq!(errors, 1, "{room}");
                assert!(log.has_failed());
                let bytes = match compressed && !disk.bytes().is_empty() {
                    true => zstd::decode_all(&*disk.bytes()).expect("zstd"),
                    false => disk.bytes(),
                };
                let text = String::from_utf8(bytes).expect("text");
                assert!(text.is_empty() || text.ends_with('\n'), "{room}");
                for (name, all) in [("browse", 10_000), ("order", 6_000)] {
                    let end = format!(",{name}");
                    let lines = text.lines().filter(|line| line.ends_with(&end)).count();
                    assert_eq!(lines as u64 + log.dropped(name), all, "{name}, {room}");
                }
            }
        }
    }

    /// A write that ended within a character was a panic, and a line break in a field was counted.
    #[test]
    fn a_full_disk_may_end_within_a_character_or_a_quoted_field() {
        let record = |number| HitRecord {
            number,
            due: Duration::ZERO,
            result: HitResult::Ok,
            label: None,
            group: Some(0),
            response: None,
            service: None,
        };
        let records: Vec<_> = (0..3_000).map(record).collect();
        let (group, name) = ("é\n\"ünï".repeat(4), "naïve,\nload");
        let load = LoggedLoad {
            name: name.to_owned(),
            groups: vec![group],
        };
        for room in (50..100).chain(FLUSH_BYTES - 100..FLUSH_BYTES + 100) {
            let disk = SmallDisk::file(room);
            let mut log = HitsLog::new(Box::new(PlainLines::new(disk.clone())), true);
            let failed = log.write(&load, &records);
            failed.expect_err("the disk is full");
            let text = String::from_utf8(disk.bytes()).expect("whole characters");
            let lines = text.matches(",ok,").count() as u64;
            assert!(text.is_empty() || text.ends_with("load\"\n") || lines == 0);
            assert_eq!(lines + log.dropped(name), 3_000, "{room}");
        }
    }

    #[test]
    fn nothing_is_dropped_while_there_is_room() {
        let mut log = HitsLog::new(Box::new(PlainLines::new(SmallDisk::file(1000))), false);
        log.finish().expect("there is room");
        assert_eq!((log.dropped("http"), log.has_failed()), (0, false));
    }
}
