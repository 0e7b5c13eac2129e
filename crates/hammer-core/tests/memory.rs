//! The memory that reading a report takes.
//!
//! This is a separate program with a single test, since the allocator counts for the whole process.

use std::alloc::System;
use std::fs;
use std::path::Path;

use hammer_core::PlanReport;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Regression: each unknown value took 32 bytes until the report was read.
#[test]
fn values_that_are_unknown_are_not_stored() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../hammer-cli/tests/it/golden/reports");
    for name in ["open.json", "plan.json"] {
        let report = fs::read_to_string(folder.join(name)).expect("a recorded report");
        let unknown = format!("{{\"unknown\":[{}0],", "0,".repeat(1_000_000));
        let text = report.replacen('{', &unknown, 1);
        let region = Region::new(ALLOCATOR);
        let read: PlanReport = serde_json::from_str(&text).expect("a report");
        let allocated = region.change().bytes_allocated;
        assert_eq!(read, serde_json::from_str(&report).expect("a report"));
        assert!(allocated < 2 * text.len(), "{name}: {allocated} bytes");
    }
}
