//! Pages of all kinds, for tests of all of them.

use hammer_analysis::{CompareOptions, compare};
use hammer_html::{comparison_page, report_page};

use crate::sample_runs::{overloaded_run, plan_run, short_run, steady_run, unanswered_run};
use crate::synthetic_run::{SyntheticLoad, single_run};

/// A page and a name for messages.
pub(crate) struct SamplePage {
    pub(crate) name: &'static str,
    pub(crate) page: String,
}

/// Makes all sample pages.
pub(crate) fn sample_pages() -> Vec<SamplePage> {
    let sample = |name, page| SamplePage { name, page };
    vec![
        sample("steady", report_page(&steady_run())),
        sample("overload", report_page(&overloaded_run())),
        sample("short", report_page(&short_run())),
        sample("unanswered", report_page(&unanswered_run())),
        sample("plan", report_page(&plan_run())),
        sample("large", large_page()),
        sample("comparison", small_comparison_page()),
    ]
}

/// The page of an hour with many stages and groups.
fn large_page() -> String {
    report_page(&single_run(&SyntheticLoad {
        slices: 600,
        width_s: 6,
        hits: 30,
        stages: 64,
        groups: 50,
        overloads: true,
        ..SyntheticLoad::default()
    }))
}

fn small_comparison_page() -> String {
    let (base, new) = ([steady_run()], [steady_run()]);
    let comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable runs");
    comparison_page(&comparison, &base, &new)
}
