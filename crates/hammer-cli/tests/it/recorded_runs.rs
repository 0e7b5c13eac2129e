//! Run files for tests of comparisons.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{output, stderr};

/// A folder with run files.
pub(crate) struct RecordedRuns {
    pub(crate) folder: TempDir,
}

impl RecordedRuns {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs 40 hits against a target with this delay, and keeps the run.
    ///
    /// The verdict is set to valid: these tests are about comparisons, and a busy machine may make any
    /// run invalid.
    pub(crate) fn record(&self, name: &str, delay_ms: u64) -> PathBuf {
        let behavior = TargetBehavior::default().delay(Duration::from_millis(delay_ms));
        let target = TargetServer::spawn(behavior).unwrap();
        self.record_of(name, &target.url())
    }

    /// Runs 40 hits against a target that refuses connections, and keeps the run.
    pub(crate) fn record_refused(&self, name: &str) -> PathBuf {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        self.record_of(name, &format!("http://{address}/"))
    }

    fn record_of(&self, name: &str, url: &str) -> PathBuf {
        let path = self.path(name);
        let output = output(&[
            "http",
            url,
            "-n",
            "40",
            "-r",
            "200",
            "-q",
            "-o",
            &format!("run={}", path.display()),
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        edit(&path, &path, |run| {
            let verdict = json!({"status": "valid", "reasons": [], "codes": [], "statuses": []});
            run["report"]["verdict"] = verdict;
            // All targets listen at other ports.
            run["report"]["target"] = "http://10.0.0.5/".into();
        });
        path
    }

    /// Writes a copy of a run, with another id, that is changed by `edit`.
    pub(crate) fn copy(
        &self,
        from: &Path,
        name: &str,
        edit_run: impl FnOnce(&mut Value),
    ) -> PathBuf {
        let path = self.path(name);
        edit(from, &path, |run| {
            run["id"] = format!("{:032x}", name.len()).into();
            edit_run(run);
        });
        path
    }
}

fn edit(from: &Path, to: &Path, edit: impl FnOnce(&mut Value)) {
    let mut run = serde_json::from_slice(&fs::read(from).unwrap()).unwrap();
    edit(&mut run);
    fs::write(to, serde_json::to_vec(&run).unwrap()).unwrap();
}
