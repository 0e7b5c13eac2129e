//! The lines of a log of hits.

use std::collections::BTreeMap;
use std::io;
use std::slice;

use hammer_core::HitRecord;

use super::line_ends::LineEnds;
use super::line_formatter::LineFormatter;
use super::line_sink::{IncompleteLines, LineSink};
use super::logged_load::LoggedLoad;

/// Writes a line of CSV for each hit.
///
/// After the first error, which is returned once, nothing more is written. The output ends with a
/// complete line, and the hits whose lines are missing are counted.
pub(in crate::output) struct HitsLog {
    sink: Box<dyn LineSink>,
    formatter: LineFormatter,
    buffer: Vec<u8>,
    /// The lines of `buffer`, without the column names.
    lines: LineEnds,
    /// True if each line has the name of its load.
    named_loads: bool,
    failed: bool,
    /// Hits without a line since a write failed, by load; a single load has no name.
    dropped: BTreeMap<String, u64>,
}

const CSV_HEADER: &str = "number,due_s,result,label,response_us,service_us,group";
/// Number of bytes to buffer before a write. With its last line, the text is a block of [`ZstdLines`].
///
/// [`ZstdLines`]: super::zstd_lines::ZstdLines
const FLUSH_BYTES: usize = 60 * 1024;

impl HitsLog {
    /// Creates a log that begins with the column names; `named_loads` adds one for the load.
    pub(super) fn new(sink: Box<dyn LineSink>, named_loads: bool) -> Self {
        let load = if named_loads { ",load" } else { "" };
        let buffer = format!("{CSV_HEADER}{load}\n").into_bytes();
        Self {
            sink,
            formatter: LineFormatter::default(),
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
        let mut result = Ok(());
        let mut records = records.iter();
        while records.len() > 0 && !self.failed {
            self.push_lines(load, &mut records);
            if self.buffer.len() >= FLUSH_BYTES {
                result = self.flush();
            }
        }
        if records.len() > 0 {
            let dropped = self
                .dropped
                .entry(self.counted_name(load.name()).to_owned());
            *dropped.or_default() += records.len() as u64;
        }
        result
    }

    /// Writes the buffered lines.
    pub(in crate::output) fn flush(&mut self) -> io::Result<()> {
        if self.failed || self.buffer.is_empty() {
            return Ok(());
        }
        let written = self.sink.write_lines(&self.buffer, &self.lines);
        let result = written.map_err(|IncompleteLines { kept, error }| {
            self.failed = true;
            self.lines.count_after(kept, &mut self.dropped);
            error
        });
        self.buffer.clear();
        self.lines.clear();
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
        let dropped = self.dropped.get(self.counted_name(load));
        dropped.copied().unwrap_or_default()
    }

    /// Appends the lines of the first records, until the buffer is full.
    fn push_lines(&mut self, load: &LoggedLoad, records: &mut slice::Iter<'_, HitRecord>) {
        let name = self.counted_name(load.name());
        self.lines.start_run(name);
        for record in records {
            self.formatter.push_line(&mut self.buffer, load, record);
            self.lines.push(self.buffer.len());
            if self.buffer.len() >= FLUSH_BYTES {
                break;
            }
        }
    }

    /// Returns the name that missing hits of a load are counted by.
    fn counted_name<'a>(&self, load: &'a str) -> &'a str {
        if self.named_loads { load } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hammer_core::HitResult;

    use super::super::hits_destination::testing::SmallDisk;
    use super::super::plain_lines::PlainLines;
    use super::super::zstd_lines::ZstdLines;
    use super::*;

    fn load(name: &str, named_loads: bool) -> LoggedLoad {
        let mut load = LoggedLoad::new(name.to_owned(), named_loads);
        load.set_groups(["GET /a,b".to_owned(), "items".to_owned()]);
        load
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
        log.write(&load("browse", false), &[answered, unsent, quoted])
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
        log.write(&load("browse", true), &[record])
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
                    errors += usize::from(log.write(&load("browse", true), &browse).is_err());
                    errors += usize::from(log.write(&load("order", true), &order).is_err());
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
        let mut load = LoggedLoad::new(name.to_owned(), true);
        load.set_groups([group]);
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
