//! The queries of docs/HITS.md in DuckDB.

use std::fs;

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::{Value, json};

use super::python;
use crate::command::{report, repository};
use crate::docs::sql_blocks;

/// Runs each argument as a statement, and prints the rows of all of them.
const SCRIPT: &str = "import duckdb, json, sys
rows = []
for statement in sys.argv[1:]:
    found = duckdb.execute(statement)
    names = [column[0] for column in found.description or []]
    rows.append([dict(zip(names, row)) for row in found.fetchall()])
print(json.dumps(rows))";

fn queries() -> Vec<String> {
    let queries = sql_blocks(&repository("docs/HITS.md"));
    assert_eq!(queries.len(), 4, "a view and three queries");
    queries
}

#[test]
fn the_queries_in_the_docs_describe_a_run() {
    let behavior = TargetBehavior::default().fail_share(0.1).unwrap();
    let target = TargetServer::spawn(behavior).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let url = target.url();
    let targets = format!("GET {url}a\n\nGET {url}b\n");
    fs::write(path("targets.txt"), targets).unwrap();
    let (targets, hits) = (
        path("targets.txt"),
        format!("hits={}", path("hits.csv.zst")),
    );
    let args = ["http", "--targets", &targets, "-r", "2k", "-n", "4000"];
    let report = report(&[&args[..], &["-o", &hits]].concat());
    let queries = queries();
    let queries: Vec<_> = queries.iter().map(String::as_str).collect();
    let Some(rows) = python::run("duckdb", SCRIPT, folder.path(), &queries) else {
        return;
    };
    let rows_of = |query: usize| rows[query].as_array().unwrap();
    let sum = |rows: &[Value], key: &str| -> u64 {
        rows.iter().map(|row| row[key].as_u64().unwrap()).sum()
    };
    let seconds = rows_of(1);
    assert_eq!((seconds.len(), sum(seconds, "hits")), (2, 4000));
    assert_eq!(
        json!([0, 1]),
        json!([seconds[0]["second"], seconds[1]["second"]])
    );
    let in_order = |row: &Value| {
        let [p50, p99, max] = ["p50_ms", "p99_ms", "max_ms"].map(|key| row[key].as_f64().unwrap());
        0.0 < p50 && p50 <= p99 && p99 <= max
    };
    assert!(seconds.iter().all(in_order), "{seconds:?}");
    let slow = &rows_of(2)[0];
    assert!(slow["slow_hits"].as_u64().unwrap() >= 40, "{slow}");
    let share = slow["lateness_percent"].as_f64().unwrap();
    assert!((0.0..100.0).contains(&share), "{slow}");
    let failures = rows_of(3);
    assert_eq!(
        sum(failures, "hits"),
        4000 - report["hits"]["ok"].as_u64().unwrap()
    );
    let reported = report["failures"].as_object().unwrap();
    assert!(!reported.is_empty(), "{report}");
    for (name, hits) in reported {
        let mut rows = failures.clone();
        rows.retain(|row| row["label"] == **name);
        assert_eq!(json!(sum(&rows, "hits")), *hits, "{name}: {failures:?}");
    }
    let groups = ["GET /a", "GET /b"];
    assert!(
        failures
            .iter()
            .all(|row| groups.iter().any(|group| row["group"] == *group))
    );
}

/// DuckDB took labels for numbers, and failed at the first name of a failure.
#[test]
fn labels_are_text_even_if_the_first_failure_comes_late() {
    let folder = tempfile::tempdir().unwrap();
    let ok = (0..60_000).map(|n| format!("{n},{n}.0,ok,200,2.000,1.000,\n"));
    let header = "number,due_s,result,label,response_us,service_us,group\n".to_owned();
    let failed = "60000,60000.0,failed,connect_refused,3.000,2.500,items\n".to_owned();
    let csv: String = [header].into_iter().chain(ok).chain([failed]).collect();
    let compressed = zstd::encode_all(csv.as_bytes(), 1).unwrap();
    fs::write(folder.path().join("hits.csv.zst"), compressed).unwrap();
    let queries = queries();
    let view_and_failures = [&*queries[0], &queries[3]];
    let rows = python::run("duckdb", SCRIPT, folder.path(), &view_and_failures);
    let Some(rows) = rows else { return };
    let expected = json!([{
        "group": "items", "result": "failed", "label": "connect_refused", "hits": 1,
        "first_s": 60000.0, "last_s": 60000.0,
    }]);
    assert_eq!(rows[1], expected);
}
