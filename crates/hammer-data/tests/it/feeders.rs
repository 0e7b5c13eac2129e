//! Feeders: orders, formats, shards, and errors in files.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hammer_data::{
    ExhaustedPolicy, FeedErrorKind, Feeder, FeederFormat, FeederOrder, Template, TemplateScope,
    VariesBy,
};

use crate::{compiled, file, hit_context, rendered};

fn numbers(count: u64) -> Feeder {
    let rows: String = (0..count).map(|row| format!("{row}\n")).collect();
    Feeder::read(rows.as_bytes(), FeederFormat::Lines).expect("valid rows")
}

fn field(feeder: &Feeder, owner: u64, column: usize) -> String {
    let mut text = vec![];
    let appended = feeder.append_field(owner, column, &mut text);
    appended.expect("the owner has a row");
    String::from_utf8(text).expect("the field is UTF-8")
}

fn row(feeder: &Feeder, owner: u64) -> usize {
    field(feeder, owner, 0).parse().expect("a number")
}

#[test]
fn rows_come_in_the_chosen_order() {
    let sequential = numbers(5);
    let rows: Vec<usize> = (0..7).map(|hit| row(&sequential, hit)).collect();
    assert_eq!(rows, [0, 1, 2, 3, 4, 0, 1]);

    let shuffled = numbers(1_000).order(FeederOrder::Shuffled).seed(1);
    let pass = |pass: u64| -> Vec<usize> {
        (0..1_000)
            .map(|hit| row(&shuffled, pass * 1_000 + hit))
            .collect()
    };
    for rows in [pass(0), pass(1)] {
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        assert!(
            sorted.iter().copied().eq(0..1_000),
            "each row once per pass"
        );
        let fixed = rows
            .iter()
            .enumerate()
            .filter(|(index, row)| index == *row)
            .count();
        assert!(fixed < 10, "{fixed} rows kept their position");
    }
    assert_ne!(pass(0), pass(1));

    let random = numbers(10).order(FeederOrder::Random).seed(1);
    let mut counts = [0_u32; 10];
    for hit in 0..100_000 {
        counts[row(&random, hit)] += 1;
    }
    // Chi-square with nine degrees of freedom is above 33.7 once in ten thousand times.
    let terms = counts.map(|count| (f64::from(count) - 10_000.0).powi(2) / 10_000.0);
    let chi_square: f64 = terms.iter().sum();
    assert!(chi_square < 33.7, "{chi_square}");
}

#[test]
fn rows_used_once_end_the_run_or_become_empty() {
    for order in [
        FeederOrder::Sequential,
        FeederOrder::Shuffled,
        FeederOrder::Random,
    ] {
        let end = numbers(10).order(order).use_once(ExhaustedPolicy::EndRun);
        let mut rows: Vec<usize> = (0..10).map(|hit| row(&end, hit)).collect();
        rows.sort_unstable();
        assert!(rows.into_iter().eq(0..10));
        assert_eq!(end.max_hits(), Some(10));
        let mut text = vec![];
        let error = end
            .append_field(10, 0, &mut text)
            .expect_err("all rows are used up");
        assert_eq!(error.kind(), FeedErrorKind::Exhausted);
        assert!(text.is_empty());
    }
    let empty = numbers(10).use_once(ExhaustedPolicy::EmptyFields);
    assert_eq!(
        (field(&empty, 9, 0), field(&empty, 10, 0)),
        ("9".into(), String::new())
    );
    assert_eq!(empty.max_hits(), None);
    let slots = numbers(10)
        .use_once(ExhaustedPolicy::EndRun)
        .with_row_per(VariesBy::Slot);
    assert_eq!(
        slots.max_hits(),
        None,
        "rows are used up by slots, not hits"
    );
}

#[test]
fn hits_slots_and_clients_own_rows() {
    for (dimension, expected) in [
        (VariesBy::Hit, "7"),
        (VariesBy::Slot, "3"),
        (VariesBy::Client, "5"),
    ] {
        let scope = TemplateScope::new().feeder("f", Arc::new(numbers(10).with_row_per(dimension)));
        let template = compiled("{{f}}", &scope);
        assert_eq!(
            rendered(&template, &mut hit_context(7, 3).with_client(5, 0)),
            expected
        );
        assert!(template.depends_on(dimension), "{dimension:?}");
    }
}

#[test]
fn shards_never_overlap() {
    for order in [
        FeederOrder::Sequential,
        FeederOrder::Shuffled,
        FeederOrder::Random,
    ] {
        for (rows, shards) in [(10, 3), (7, 7), (1_000, 4)] {
            let mut shard_of_row = vec![None; rows];
            for index in 0..shards {
                let feeder = numbers(rows as u64).order(order).seed(5);
                let shard = feeder.shard(index, shards).expect("enough rows");
                for hit in 0..4 * shard.row_count() {
                    let shard_of_row = &mut shard_of_row[row(&shard, hit)];
                    assert_eq!(*shard_of_row.get_or_insert(index), index, "{order:?}");
                }
            }
            if order != FeederOrder::Random {
                let covered = shard_of_row.iter().all(Option::is_some);
                assert!(covered, "each row is in a shard");
            }
        }
    }
    let error = numbers(3).shard(0, 4).expect_err("too few rows");
    assert_eq!(error.kind(), FeedErrorKind::TooFewRows);
    let message = "expected at least 4 rows for 4 shards, found 3";
    assert_eq!(error.to_string(), message);
}

#[test]
fn four_threads_use_a_million_rows_exactly_once() {
    const ROWS: u64 = 1_000_000;
    let mut csv = "id,name\n".to_owned();
    for row in 0..ROWS {
        csv += &format!("{row},\"name of {row}\"\n");
    }
    let csv = file(csv);
    let in_memory = Feeder::open(csv.path(), FeederFormat::Csv)
        .map(|feeder| feeder.order(FeederOrder::Shuffled));
    let on_disk = Feeder::open_streaming(csv.path(), FeederFormat::Csv);
    for (name, feeder) in [("in memory, shuffled", in_memory), ("on disk", on_disk)] {
        let feeder = feeder
            .expect("valid rows")
            .use_once(ExhaustedPolicy::EndRun)
            .seed(3);
        assert_eq!(feeder.row_count(), ROWS);
        let seen: Vec<AtomicU8> = (0..ROWS).map(|_| AtomicU8::new(0)).collect();
        thread::scope(|scope| {
            for worker in 0..4 {
                let (feeder, seen) = (&feeder, &seen);
                scope.spawn(move || {
                    let mut text = vec![];
                    for hit in (worker..ROWS).step_by(4) {
                        text.clear();
                        feeder
                            .append_field(hit, 0, &mut text)
                            .expect("a row is left");
                        let id = String::from_utf8_lossy(&text).into_owned();
                        text.clear();
                        feeder
                            .append_field(hit, 1, &mut text)
                            .expect("a row is left");
                        assert_eq!(text, format!("name of {id}").into_bytes());
                        let id: usize = id.parse().expect("a number");
                        seen[id].fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let once = seen.iter().all(|seen| seen.load(Ordering::Relaxed) == 1);
        assert!(once, "{name}");
    }
}

#[test]
fn reads_all_formats_from_memory_and_disk() {
    let json = "\u{feff}{\"id\":1,\"name\":\"Ada \\\"L\\\" \\u00e9\",\"tags\":[1, 2],\"x\":null}\r\n\r\n\
                {\"x\":1.50,\"tags\":{},\"more\":[],\"name\":\"plain\",\"id\":true}";
    let csv = "\u{feff}id, name \r\n1,\"a,\"\"b\"\"\r\nc\"\r\n\r\n2,";
    let lines = "\u{feff}one\r\n\ntwo  \nthree";
    type ParsedRows<'a> = &'a [&'a [&'a str]];
    let table: [(&str, FeederFormat, &[&str], ParsedRows); 4] = [
        (
            json,
            FeederFormat::JsonLines,
            &["id", "name", "tags", "x"],
            &[
                &["1", "Ada \"L\" é", "[1, 2]", "null"],
                &["true", "plain", "{}", "1.50"],
            ],
        ),
        (
            csv,
            FeederFormat::Csv,
            &["id", "name"],
            &[&["1", "a,\"b\"\r\nc"], &["2", ""]],
        ),
        (
            "a,b\n\"1\",\"\"\n2,\"3\"\"\"",
            FeederFormat::Csv,
            &["a", "b"],
            &[&["1", ""], &["2", "3\""]],
        ),
        (
            lines,
            FeederFormat::Lines,
            &["line"],
            &[&["one"], &["two  "], &["three"]],
        ),
    ];
    for (text, format, columns, rows) in table {
        let on_disk = file(text);
        for feeder in [
            Feeder::read(text.as_bytes(), format).expect("valid rows"),
            Feeder::open_streaming(on_disk.path(), format).expect("valid rows"),
        ] {
            assert_eq!(feeder.columns(), columns);
            assert_eq!(feeder.row_count(), rows.len() as u64);
            for (hit, row) in (0..).zip(rows) {
                for (column, expected) in row.iter().enumerate() {
                    assert_eq!(field(&feeder, hit, column), *expected);
                    assert!(feeder.max_bytes(column) >= expected.len());
                }
            }
        }
    }
}

#[test]
fn errors_in_files_name_the_line() {
    let long = "x".repeat(17 << 20);
    for (text, format, message) in [
        (
            "",
            FeederFormat::Csv,
            "expected at least one row, found none",
        ),
        ("id,name\n", FeederFormat::Csv, "at least one row"),
        (
            "id,id\n1,2\n",
            FeederFormat::Csv,
            "line 1: duplicate column 'id'",
        ),
        (
            "a,b\n1,2\n3\n",
            FeederFormat::Csv,
            "line 3: expected 2 fields as in the first row, found 1",
        ),
        (
            "a,b\r\n1,2\r\n\r\n3,4,5\r\n6,7\r\n",
            FeederFormat::Csv,
            "line 4: expected 2 fields",
        ),
        (
            "a,b\n\"1\n\n\",2\n3",
            FeederFormat::Csv,
            "line 5: expected 2 fields",
        ),
        (
            "a,b\n1,2\n3,\"open\n4,5\n",
            FeederFormat::Csv,
            "line 3: unclosed quote",
        ),
        (
            "a,b\n\n\"1\n\",\"2\n\n",
            FeederFormat::Csv,
            "line 4: unclosed quote",
        ),
        ("a,\"b", FeederFormat::Csv, "line 1: unclosed quote"),
        (
            "a,b\n1,\"Ad\"a\n",
            FeederFormat::Csv,
            "line 2: text after a closing quote (try quotes around the field",
        ),
        (
            "a,b\n1,2\n3,5\" disk\n",
            FeederFormat::Csv,
            "line 3: quote within an unquoted field",
        ),
        (
            "{\"a\":1}\n{\"b\":1}\n",
            FeederFormat::JsonLines,
            "line 2: missing key 'a', which the first row has",
        ),
        (
            "{\"a\":1}\n[1]\n",
            FeederFormat::JsonLines,
            "line 2: invalid JSON: invalid type: sequence, expected an object",
        ),
        (
            "{\"a\":1}\n\n{\"a\":1,}\n",
            FeederFormat::JsonLines,
            "line 3: column 8: invalid JSON",
        ),
        (
            "{\"a\":1} x\n",
            FeederFormat::JsonLines,
            "line 1: column 9: invalid JSON",
        ),
        (
            "{}\n{}\n",
            FeederFormat::JsonLines,
            "line 1: expected an object with at least one key",
        ),
        (
            "\n{ }",
            FeederFormat::JsonLines,
            "line 2: expected an object with at least one key",
        ),
        (
            "[{\"a\":1}]",
            FeederFormat::JsonLines,
            "(try one object per line)",
        ),
        ("\n\n", FeederFormat::Lines, "at least one row"),
        (&long, FeederFormat::Lines, "line 1: row longer than 16 MiB"),
        (&long, FeederFormat::Csv, "line 1: row longer than 16 MiB"),
        (
            &format!("a\n\"\n{long}\""),
            FeederFormat::Csv,
            "line 2: row longer than 16 MiB",
        ),
        (
            &format!("a\n{long}\n"),
            FeederFormat::Csv,
            "line 2: row longer than 16 MiB",
        ),
    ] {
        let error = Feeder::read(text.as_bytes(), format).expect_err(message);
        assert!(error.to_string().contains(message), "{error}");
    }
    let missing = Feeder::open("no/such/file.csv", FeederFormat::Csv).expect_err("no file");
    assert_eq!(missing.kind(), FeedErrorKind::Unreadable);
    assert!(
        missing.to_string().contains("no/such/file.csv"),
        "{missing}"
    );
}

#[test]
fn a_file_that_changes_is_an_error() {
    let csv = file("a,b\n1,2\n3,4\n");
    let feeder = Feeder::open_streaming(csv.path(), FeederFormat::Csv).expect("valid rows");
    csv.as_file().set_len(6).expect("truncated");
    let path = csv.path().display();
    let error = feeder
        .append_field(1, 0, &mut vec![])
        .expect_err("the row is gone");
    assert_eq!(error.kind(), FeedErrorKind::Unreadable);
    assert_eq!(
        error.to_string(),
        format!("{path}: the file was changed during the run")
    );
}

/// A file with other separators has a single column whose name contains all names.
#[test]
fn errors_suggest_commas_for_other_separators() {
    for text in ["id;name\n1;a\n", "id\tname\n1\ta\n"] {
        let feeder = Feeder::read(text.as_bytes(), FeederFormat::Csv).expect("valid rows");
        let scope = TemplateScope::new().feeder("users", Arc::new(feeder));
        let error = Template::compile("{{users.name}}", &scope).expect_err("unknown column");
        let expected = error.expected();
        assert_eq!(
            expected.as_deref(),
            Some("a file with commas between its fields")
        );
    }
}

/// Names were compared with all names before them: 300,000 columns took half a minute.
#[test]
fn many_columns_are_read_in_linear_time() {
    let columns = 100_000;
    let names = |order: &mut dyn Iterator<Item = usize>| {
        let names = order.map(|index| format!("c{index}"));
        names.collect::<Vec<_>>()
    };
    let ascending = names(&mut (0..columns));
    let csv = format!("{0}\n{0}\n", ascending.join(","));
    let object = |names: &[String]| {
        let fields: Vec<_> = names.iter().map(|name| format!("\"{name}\":1")).collect();
        format!("{{{}}}\n", fields.join(","))
    };
    // The keys of the second row are in the opposite order.
    let json = object(&ascending) + &object(&names(&mut (0..columns).rev()));
    for (text, format) in [(csv, FeederFormat::Csv), (json, FeederFormat::JsonLines)] {
        let started = Instant::now();
        let feeder = Feeder::read(text.as_bytes(), format).expect("valid rows");
        assert_eq!(feeder.columns().len(), columns);
        assert!(started.elapsed() < Duration::from_secs(20), "{format:?}");
    }
}

/// Rows from a device or a pipe were read until the memory was full.
#[test]
fn rows_from_an_endless_input_have_a_limit() {
    let mut row = [b'a'; 1024];
    row[1023] = b'\n';
    let rows = Repeated(row);
    let error = Feeder::read(rows, FeederFormat::Csv).expect_err("endless");
    assert_eq!(error.kind(), FeedErrorKind::TooManyRows);
    assert!(error.to_string().contains("at most 256 MiB"), "{error}");
}

/// An endless input that repeats its bytes.
struct Repeated([u8; 1024]);

impl Read for Repeated {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let whole = to.len() - to.len() % self.0.len();
        let chunks = to[..whole].chunks_exact_mut(self.0.len());
        chunks.for_each(|chunk| chunk.copy_from_slice(&self.0));
        Ok(whole)
    }
}
