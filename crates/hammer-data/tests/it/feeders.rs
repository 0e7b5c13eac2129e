//! Feeders: orders, formats, shards, and what is wrong with a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use hammer_data::{
    ExhaustedPolicy, FeedErrorKind, Feeder, FeederFormat, FeederOrder, Template, TemplateScope,
    VariesBy,
};

use crate::{compiled, file, hit_context, rendered};

fn numbers(count: u64) -> Feeder {
    let rows: String = (0..count).map(|row| format!("{row}\n")).collect();
    Feeder::read(rows.as_bytes(), FeederFormat::Lines).expect("rows")
}

fn field(feeder: &Feeder, turn: u64, column: usize) -> String {
    let mut text = vec![];
    feeder.append_field(turn, column, &mut text).expect("a row");
    String::from_utf8(text).expect("text")
}

fn row(feeder: &Feeder, turn: u64) -> usize {
    field(feeder, turn, 0).parse().expect("a number")
}

#[test]
fn orders_are_as_they_are_called() {
    let in_turn = numbers(5);
    let rows: Vec<usize> = (0..7).map(|turn| row(&in_turn, turn)).collect();
    assert_eq!(rows, [0, 1, 2, 3, 4, 0, 1]);

    let shuffled = numbers(1_000).order(FeederOrder::Shuffled).seed(1);
    let round = |round: u64| -> Vec<usize> {
        (0..1_000)
            .map(|turn| row(&shuffled, round * 1_000 + turn))
            .collect()
    };
    for of in [round(0), round(1)] {
        let mut sorted = of.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().copied().eq(0..1_000), "each once in a round");
        let stayed = of
            .iter()
            .enumerate()
            .filter(|(turn, row)| turn == *row)
            .count();
        assert!(stayed < 10, "{stayed} rows stayed where they were");
    }
    assert_ne!(round(0), round(1));

    let random = numbers(10).order(FeederOrder::Random).seed(1);
    let mut counts = [0_u32; 10];
    for turn in 0..100_000 {
        counts[row(&random, turn)] += 1;
    }
    // Chi-square with nine degrees of freedom is above 33.7 once in ten thousand times.
    let terms = counts.map(|count| (f64::from(count) - 10_000.0).powi(2) / 10_000.0);
    let chi_square: f64 = terms.iter().sum();
    assert!(chi_square < 33.7, "{chi_square}");
}

#[test]
fn each_row_once_and_then() {
    for order in [
        FeederOrder::Sequential,
        FeederOrder::Shuffled,
        FeederOrder::Random,
    ] {
        let end = numbers(10).order(order).use_once(ExhaustedPolicy::EndRun);
        let mut rows: Vec<usize> = (0..10).map(|turn| row(&end, turn)).collect();
        rows.sort_unstable();
        assert!(rows.into_iter().eq(0..10));
        assert_eq!(end.max_hits(), Some(10));
        let mut text = vec![];
        let gone = end
            .append_field(10, 0, &mut text)
            .expect_err("no more rows");
        assert_eq!(gone.kind(), FeedErrorKind::Exhausted);
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
        .vary_by(VariesBy::Slot);
    assert_eq!(slots.max_hits(), None, "slots use them up, not hits");
}

#[test]
fn who_has_a_row_of_its_own() {
    for (per, expected) in [
        (VariesBy::Hit, "7"),
        (VariesBy::Slot, "3"),
        (VariesBy::Client, "5"),
    ] {
        let words = TemplateScope::new().feeder("f", Arc::new(numbers(10).vary_by(per)));
        let template = compiled("{{f}}", &words);
        assert_eq!(
            rendered(&template, &mut hit_context(7, 3).with_client(5, 0)),
            expected
        );
        assert!(template.varies_by(per), "{per:?}");
    }
}

#[test]
fn shards_never_overlap() {
    for order in [
        FeederOrder::Sequential,
        FeederOrder::Shuffled,
        FeederOrder::Random,
    ] {
        for (rows, of) in [(10, 3), (7, 7), (1_000, 4)] {
            let mut owner = vec![None; rows];
            for index in 0..of {
                let feeder = numbers(rows as u64).order(order).seed(5);
                let shard = feeder.shard(index, of).expect("enough rows");
                for turn in 0..4 * shard.row_count() {
                    let owner = &mut owner[row(&shard, turn)];
                    assert_eq!(*owner.get_or_insert(index), index, "{order:?}");
                }
            }
            if order != FeederOrder::Random {
                assert!(owner.iter().all(Option::is_some), "each row is somebody's");
            }
        }
    }
    let error = numbers(3).shard(0, 4).expect_err("too few");
    assert_eq!(error.kind(), FeedErrorKind::TooFewRows);
}

#[test]
fn a_million_rows_reach_four_workers_exactly_once() {
    const ROWS: u64 = 1_000_000;
    let mut csv = "id,name\n".to_owned();
    for row in 0..ROWS {
        csv += &format!("{row},\"name of {row}\"\n");
    }
    let csv = file(csv);
    let kept = Feeder::open(csv.path(), FeederFormat::Csv)
        .map(|feeder| feeder.order(FeederOrder::Shuffled));
    let streamed = Feeder::open_streaming(csv.path(), FeederFormat::Csv);
    for (what, feeder) in [("kept and shuffled", kept), ("streamed", streamed)] {
        let feeder = feeder
            .expect("rows")
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
                        feeder.append_field(hit, 0, &mut text).expect("a row");
                        let id = String::from_utf8_lossy(&text).into_owned();
                        text.clear();
                        feeder.append_field(hit, 1, &mut text).expect("a row");
                        assert_eq!(text, format!("name of {id}").into_bytes());
                        let id: usize = id.parse().expect("a number");
                        seen[id].fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let once = seen.iter().all(|seen| seen.load(Ordering::Relaxed) == 1);
        assert!(once, "{what}");
    }
}

#[test]
fn formats_are_read() {
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
            Feeder::read(text.as_bytes(), format).expect("rows"),
            Feeder::open_streaming(on_disk.path(), format).expect("rows"),
        ] {
            assert_eq!(feeder.columns(), columns);
            assert_eq!(feeder.row_count(), rows.len() as u64);
            for (turn, row) in (0..).zip(rows) {
                for (column, expected) in row.iter().enumerate() {
                    assert_eq!(field(&feeder, turn, column), *expected);
                    assert!(feeder.max_bytes(column) >= expected.len());
                }
            }
        }
    }
}

#[test]
fn what_is_wrong_has_its_line() {
    let long = "x".repeat(17 << 20);
    for (text, format, told) in [
        ("", FeederFormat::Csv, "no rows"),
        ("id,name\n", FeederFormat::Csv, "no rows"),
        (
            "id,id\n1,2\n",
            FeederFormat::Csv,
            "line 1 names the column \"id\" twice",
        ),
        (
            "a,b\n1,2\n3\n",
            FeederFormat::Csv,
            "line 3 has 1 fields where the first row names 2 columns",
        ),
        (
            "a,b\r\n1,2\r\n\r\n3,4,5\r\n6,7\r\n",
            FeederFormat::Csv,
            "line 4 has 3 fields",
        ),
        (
            "a,b\n\"1\n\n\",2\n3",
            FeederFormat::Csv,
            "line 5 has 1 fields",
        ),
        (
            "a,b\n1,2\n3,\"open\n4,5\n",
            FeederFormat::Csv,
            "line 3 opens a quote that never closes",
        ),
        (
            "a,b\n\n\"1\n\",\"2\n\n",
            FeederFormat::Csv,
            "line 4 opens a quote that never closes",
        ),
        ("a,\"b", FeederFormat::Csv, "line 1 opens a quote"),
        (
            "{\"a\":1}\n{\"b\":1}\n",
            FeederFormat::JsonLines,
            "line 2 has no \"a\"",
        ),
        (
            "{\"a\":1}\n[1]\n",
            FeederFormat::JsonLines,
            "line 2 is no JSON object",
        ),
        (
            "{\"a\":1}\n\n{\"a\":1,}\n",
            FeederFormat::JsonLines,
            "line 3 is no JSON object",
        ),
        (
            "{\"a\":1} x\n",
            FeederFormat::JsonLines,
            "line 1 is no JSON object",
        ),
        ("{}\n{}\n", FeederFormat::JsonLines, "line 1 has no keys"),
        ("\n{ }", FeederFormat::JsonLines, "line 2 has no keys"),
        (
            "[{\"a\":1}]",
            FeederFormat::JsonLines,
            "right would be one in each line",
        ),
        ("\n\n", FeederFormat::Lines, "no rows"),
        (&long, FeederFormat::Lines, "line 1 is longer than 16 MiB"),
        (&long, FeederFormat::Csv, "line 1 is longer than 16 MiB"),
        (
            &format!("a\n\"\n{long}\""),
            FeederFormat::Csv,
            "line 2 is longer than 16 MiB",
        ),
        (
            &format!("a\n{long}\n"),
            FeederFormat::Csv,
            "line 2 is longer than 16 MiB",
        ),
    ] {
        let wrong = Feeder::read(text.as_bytes(), format).expect_err(told);
        assert!(wrong.to_string().contains(told), "{wrong}");
    }
    let missing = Feeder::open("no/such/file.csv", FeederFormat::Csv).expect_err("no file");
    assert_eq!(missing.kind(), FeedErrorKind::Unreadable);
    assert!(
        missing.to_string().contains("no/such/file.csv"),
        "{missing}"
    );
}

#[test]
fn a_file_that_changes_is_an_error_and_not_another_row() {
    let csv = file("a,b\n1,2\n3,4\n");
    let feeder = Feeder::open_streaming(csv.path(), FeederFormat::Csv).expect("rows");
    csv.as_file().set_len(6).expect("cut");
    let error = feeder
        .append_field(1, 0, &mut vec![])
        .expect_err("no such row");
    assert_eq!(error.kind(), FeedErrorKind::Unreadable);
}

/// Whoever separates fields otherwise has one column, with all names in its own.
#[test]
fn a_file_with_other_separators_is_told_about_commas() {
    for text in ["id;name\n1;a\n", "id\tname\n1\ta\n"] {
        let feeder = Feeder::read(text.as_bytes(), FeederFormat::Csv).expect("rows");
        let words = TemplateScope::new().feeder("users", Arc::new(feeder));
        let error = Template::compile("{{users.name}}", &words).expect_err("no such column");
        assert_eq!(error.expected(), "a file with commas between its fields");
    }
}
