//! The CSV log of hits for `-o hits=PATH`.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use hammer_core::HitRecord;

/// Writes a line of CSV for each hit.
///
/// After the first error, which is returned once, nothing more is written.
pub(crate) struct HitsLog<W> {
    out: W,
    buffer: String,
    /// True if each line has the name of its load.
    named_loads: bool,
    failed: bool,
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

impl<W: Write> HitsLog<W> {
    /// Creates a log that begins with the column names; `named_loads` adds one for the load.
    pub(crate) fn new(out: W, named_loads: bool) -> Self {
        let load = if named_loads { ",load" } else { "" };
        Self {
            out,
            buffer: format!("{CSV_HEADER}{load}\n"),
            named_loads,
            failed: false,
        }
    }

    /// Adds a line for each record of `load`.
    pub(crate) fn write(&mut self, load: &LoggedLoad, records: &[HitRecord]) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        for record in records {
            self.push_line(load, record);
            if self.buffer.len() >= FLUSH_BYTES {
                self.flush_buffer()?;
            }
        }
        Ok(())
    }

    /// Writes buffered lines.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        self.flush_buffer()?;
        let flushed = self.out.flush();
        self.failed = flushed.is_err();
        flushed
    }

    /// Returns true if a write has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    fn flush_buffer(&mut self) -> io::Result<()> {
        let written = self.out.write_all(self.buffer.as_bytes());
        self.buffer.clear();
        self.failed = written.is_err();
        written
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
        let mut out = vec![];
        let mut log = HitsLog::new(&mut out, false);
        log.write(&load("browse"), &[answered, unsent, quoted])
            .expect("memory is writable");
        log.finish().expect("memory is writable");
        let lines = "7,1.250000000,ok,200,1234.567,12.001,items\n7,1.250000000,unsent,,,,items\n\
                     7,1.250000000,ok,\"a,\"\"b\"\"\",1234.567,12.001,\"GET /a,b\"\n";
        assert_eq!(String::from_utf8(out), Ok(format!("{CSV_HEADER}\n{lines}")));
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
        let mut out = vec![];
        let mut log = HitsLog::new(&mut out, true);
        log.write(&load("browse"), &[record])
            .expect("memory is writable");
        log.finish().expect("memory is writable");
        let lines = format!("{CSV_HEADER},load\n1,0.000000000,unsent,,,,,browse\n");
        assert_eq!(String::from_utf8(out), Ok(lines));
    }

    #[test]
    fn a_full_disk_is_reported_once() {
        let mut none = [0_u8; 0];
        let mut log = HitsLog::new(&mut none[..], false);
        assert!(log.finish().is_err());
        assert!(log.finish().is_ok());
        assert!(log.has_failed());
    }
}
