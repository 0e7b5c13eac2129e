//! Reading and writing timeline files.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use hammer_replay::timeline::{
    TimelineHeader, TimelineReader, TimelineRow, TimelineTrailerInput, TimelineWriter, json_schema,
};
use hammer_replay::{Error, ErrorKind};
use proptest::prelude::*;
use serde_json::Value;

/// A row that owns its texts.
#[derive(Debug, Clone)]
struct OwnedRow {
    method: String,
    target: Vec<u8>,
    host: Option<String>,
    numbers: (u64, Option<u16>, [Option<u64>; 4]),
    route: Option<String>,
}

impl OwnedRow {
    fn row(&self) -> TimelineRow<'_> {
        let (t_us, status, [duration_us, body_bytes, response_bytes, client]) = self.numbers;
        TimelineRow {
            t_us,
            method: &self.method,
            target: &self.target,
            host: self.host.as_deref(),
            status,
            duration_us,
            body_bytes,
            response_bytes,
            client,
            route: self.route.as_deref(),
        }
    }
}

fn any_row() -> impl Strategy<Value = OwnedRow> {
    let numbers = any::<(u64, Option<u16>, [Option<u64>; 4])>();
    let target = prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes)
    ];
    let texts = (
        any::<String>(),
        target,
        any::<Option<String>>(),
        any::<Option<String>>(),
    );
    (texts, numbers).prop_map(|((method, target, host, route), numbers)| OwnedRow {
        method,
        target,
        host,
        numbers,
        route,
    })
}

fn write_rows(rows: &[TimelineRow<'_>]) -> String {
    let mut writer =
        TimelineWriter::new(Vec::new(), &TimelineHeader::default()).expect("writing to memory");
    rows.iter()
        .for_each(|row| writer.write_row(row).expect("writing to memory"));
    String::from_utf8(
        writer
            .finish(TimelineTrailerInput::default())
            .expect("writing to memory")
            .1,
    )
    .expect("writing to memory")
}

/// Reads a timeline to its end and returns the number of rows.
fn read(text: impl Into<Vec<u8>>) -> Result<u64, Error> {
    let mut reader = TimelineReader::from_reader(Cursor::new(text.into()), "a.jsonl")?;
    let mut rows = 0;
    while reader.next()?.is_some() {
        rows += 1;
    }
    assert_eq!(reader.trailer().expect("a trailer").rows, rows);
    Ok(rows)
}

proptest! {
    #[test]
    fn written_rows_are_read_back(mut rows in prop::collection::vec(any_row(), 0..20)) {
        rows.sort_by_key(|row| row.numbers.0);
        let text = write_rows(&rows.iter().map(OwnedRow::row).collect::<Vec<_>>());
        let mut reader = TimelineReader::from_reader(Cursor::new(text.into_bytes()), "a").unwrap();
        for row in &rows {
            let found = reader.next().unwrap().expect("a row");
            prop_assert_eq!(found.row(), row.row());
        }
        prop_assert!(reader.next().unwrap().is_none());
    }
}

fn three_rows() -> String {
    let at = |t_us| TimelineRow {
        t_us,
        ..TimelineRow::get(b"/")
    };
    write_rows(&[at(1), at(2), at(2)])
}

#[test]
fn errors_name_the_line() {
    use ErrorKind::{NotATimeline, Order, Row, Truncated, Version};
    let good = three_rows();
    let lines: Vec<&str> = good.split_inclusive('\n').collect();
    let without = |omitted: usize| -> String {
        let kept = lines
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != omitted);
        kept.map(|(_, line)| *line).collect()
    };
    for (name, text, kind, message) in [
        (
            "nothing",
            String::new(),
            NotATimeline,
            "read a.jsonl:1: the file is empty; expected \"schema\":\"hammer.timeline/1\"",
        ),
        (
            "a log",
            "127.0.0.1 - - [".into(),
            NotATimeline,
            "read a.jsonl:1: not a timeline; expected \"schema\"",
        ),
        (
            "other JSON",
            "{\"schema\":\"x/1\"}".into(),
            NotATimeline,
            "read a.jsonl:1: not a timeline; expected \"schema\"",
        ),
        (
            "newer",
            good.replace("timeline/1", "timeline/2"),
            Version,
            "read a.jsonl:1: expected version 1 or older, found 2",
        ),
        (
            "unsorted",
            good.replacen("\"t\":2", "\"t\":0", 1),
            Order,
            "read a.jsonl:3: rows are not sorted: 0 µs follows 1 µs",
        ),
        (
            "cut after a row",
            lines[..3].concat(),
            Truncated,
            "read a.jsonl:4: expected a trailer, found the end: the timeline is truncated",
        ),
        (
            "cut in a row",
            good[..lines[..3].concat().len() - 3].into(),
            Truncated,
            "read a.jsonl:3: incomplete row: the timeline is truncated",
        ),
        (
            "a missing row",
            without(2),
            Truncated,
            "read a.jsonl:4: expected 3 rows, found 2",
        ),
        (
            "another row",
            good.replacen("\"u\":\"/\"", "\"u\":\"/x\"", 1),
            Truncated,
            "read a.jsonl:5: expected hash ",
        ),
        (
            "a line after the trailer",
            format!("{good}{{}}\n"),
            Row,
            "read a.jsonl:6: expected the end of the file after the trailer",
        ),
        (
            "no target",
            good.replacen("\"u\"", "\"v\"", 1),
            Row,
            "read a.jsonl:2: malformed row: expected u or u64, found neither",
        ),
        (
            "a long line",
            format!("{}{}", lines[0], " ".repeat(2 << 20)),
            Row,
            "read a.jsonl:2: the line is longer",
        ),
    ] {
        let error = read(text).expect_err(name);
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert!(error.to_string().starts_with(message), "{name}: {error}");
    }
    assert_eq!(read(good).unwrap(), 3);
}

#[test]
fn other_tools_need_no_hash_and_no_order_of_keys() {
    let text = "{\"schema\":\"hammer.timeline/1\",\"epoch\":\"2026-11-24T00:00:00Z\",\"new\":1}\n\
                {\"u\":\"/\",\"t\":7,\"new\":[]}\n{\"rows\":1}";
    assert_eq!(read(text).unwrap(), 1);
}

#[test]
fn a_file_gets_its_name_only_when_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jsonl", "a.jsonl.zst"] {
        let path = folder.path().join(name);
        let mut writer = TimelineWriter::create(&path, &TimelineHeader::default()).unwrap();
        writer.write_row(&TimelineRow::get(b"/")).unwrap();
        drop(writer);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{name}");

        let mut writer = TimelineWriter::create(&path, &TimelineHeader::default()).unwrap();
        (0..10_000).for_each(|_| writer.write_row(&TimelineRow::get(b"/")).unwrap());
        assert!(!path.exists());
        writer
            .finish(TimelineTrailerInput::default())
            .unwrap()
            .1
            .commit()
            .unwrap();
        let mut reader = TimelineReader::open(&path).unwrap();
        while reader.next().unwrap().is_some() {}
        assert_eq!(reader.trailer().unwrap().rows, 10_000);
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len() < 5_000, name.ends_with(".zst"), "{name}");

        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let all = TimelineReader::open(&path).and_then(|mut reader| {
            while reader.next()?.is_some() {}
            Ok(())
        });
        let error = all.expect_err("the file is truncated");
        let kinds = [ErrorKind::Truncated, ErrorKind::Row];
        assert!(kinds.contains(&error.kind()), "{name}: {error}");
        fs::remove_file(&path).unwrap();
    }
    let error = TimelineReader::open(folder.path()).err().unwrap();
    assert!(error.to_string().ends_with("found a directory"), "{error}");
    let error = TimelineWriter::create(folder.path(), &TimelineHeader::default())
        .err()
        .unwrap();
    let error = hammer_diagnostic::chain(&error);
    assert!(error.ends_with("found a directory"), "{error}");
}

/// Regression: a log with a long first line was taken for a timeline with a malformed row.
#[test]
fn a_file_with_a_long_first_line_is_not_a_timeline() {
    let error = read("x".repeat(2 << 20)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotATimeline);
}

#[test]
fn rows_out_of_order_are_not_written() {
    let mut writer = TimelineWriter::new(Vec::new(), &TimelineHeader::default()).unwrap();
    writer
        .write_row(&TimelineRow {
            t_us: 2,
            ..TimelineRow::get(b"/")
        })
        .unwrap();
    let error = writer
        .write_row(&TimelineRow {
            t_us: 1,
            ..TimelineRow::get(b"/")
        })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Order);
}

#[test]
fn the_schema_in_the_docs_matches_the_types() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/timeline.schema.json");
    if std::env::var_os("HAMMER_WRITE_SCHEMA").is_some() {
        fs::write(&path, json_schema()).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == json_schema(),
        "the schema is outdated (try HAMMER_WRITE_SCHEMA=1 cargo test -p hammer-replay schema)"
    );
    let validator = jsonschema::validator_for(&serde_json::from_str(&kept).unwrap()).unwrap();
    let mut lines: Vec<Value> = three_rows()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for line in &lines {
        assert!(validator.is_valid(line), "{line}");
    }
    lines[1]["t"] = "7".into();
    assert!(!validator.is_valid(&lines[1]));
    lines[4]["rows"] = Value::Null;
    assert!(!validator.is_valid(&lines[4]));
}
