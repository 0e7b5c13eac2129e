//! Pages under each policy, in each medium, on wide and narrow screens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hammer_html::report_page;
use serde_json::json;

use super::chromium::Chromium;
use super::content_policy::ContentPolicy;
use super::page_server::PageServer;
use super::tab::{Media, Tab};
use crate::sample_pages::{SamplePage, sample_pages};
use crate::sample_runs::{overloaded_run, steady_run};

/// Lists the faults of a page that a reader sees.
const PAGE_FAULTS: &str = include_str!("page_faults.js");

/// Media and their widths in pixels: a telephone, a wide screen, and A4 within its margins.
const MEDIA: [(Media, u32); 5] = [
    (Media::Light, 320),
    (Media::Light, 1400),
    (Media::Dark, 320),
    (Media::Dark, 1400),
    (Media::Print, 688),
];

/// The media of pages without a style. Those of screens look alike there, and so do all policies.
const MEDIA_WITHOUT_STYLE: [(Media, u32); 3] = [
    (Media::Light, 320),
    (Media::Dark, 1400),
    (Media::Print, 688),
];

#[test]
fn every_page_is_readable_under_every_policy() {
    let Some(browser) = Chromium::start() else {
        return;
    };
    let mut tab = browser.open_tab();
    for SamplePage { name, page } in sample_pages() {
        let server = PageServer::start(page);
        let looks: [(ContentPolicy, &[(Media, u32)]); 2] = [
            (ContentPolicy::Open, &MEDIA),
            (ContentPolicy::Strict, &MEDIA_WITHOUT_STYLE),
        ];
        for (policy, media) in looks {
            tab.navigate(&server.url(policy));
            for (media, width) in media {
                tab.set_media(*media);
                tab.resize(*width, 900);
                let faults = tab.evaluate(PAGE_FAULTS);
                let place = format!("{name}, {policy:?}, {media:?}, {width} px");
                assert_eq!(faults, json!([]), "{place}: {faults:#}");
            }
        }
    }
}

/// The outcome of a figure was the last of eight columns, which a telephone did not show.
#[test]
fn the_outcome_of_each_figure_is_in_view_on_a_telephone() {
    let Some(browser) = Chromium::start() else {
        return;
    };
    let mut tab = browser.open_tab();
    for (name, table) in [
        ("comparison", "#figures"),
        ("changed", "#figures"),
        ("baseline", "#baseline"),
        ("baseline", "#verdict"),
    ] {
        let sample = sample_pages().iter().find(|sample| sample.name == name);
        let server = PageServer::start(&sample.expect(name).page);
        tab.navigate(&server.url(ContentPolicy::Open));
        tab.resize(320, 900);
        let hidden = tab.evaluate(&format!(
            "[...document.querySelectorAll('{table} tbody tr')].filter((row) => {{
               const box = row.querySelector('.outcome')?.getBoundingClientRect();
               return !box || box.left < 0 || box.right > document.documentElement.clientWidth;
             }}).map((row) => row.textContent)"
        ));
        assert_eq!(hidden, json!([]), "{name}, {table}");
        assert!(
            count_of(&mut tab, &format!("{table} tbody .outcome")) > 1,
            "{name}, {table}"
        );
    }
}

#[test]
fn paper_shows_what_is_closed_on_a_screen() {
    let Some(browser) = Chromium::start() else {
        return;
    };
    let mut tab = browser.open_tab();
    let server = PageServer::start(&report_page(&steady_run()));
    tab.navigate(&server.url(ContentPolicy::Open));
    assert_eq!(shown_tables(&mut tab), 0);
    tab.set_media(Media::Print);
    tab.wait_for_frame();
    let all = count_of(&mut tab, "details table");
    assert!(all > 3, "{all}");
    assert_eq!(shown_tables(&mut tab), all, "by style");
    tab.set_media(Media::Light);
    // Printing also runs the script, for browsers whose style cannot open details.
    tab.call("Page.printToPDF", json!({}));
    assert_eq!(
        count_of(&mut tab, "details[open]"),
        count_of(&mut tab, "details")
    );
}

/// The page of this run took ten pages of paper, most of them with the data of charts.
#[test]
fn a_report_takes_few_pages_of_paper() {
    let Some(browser) = Chromium::start() else {
        return;
    };
    let mut tab = browser.open_tab();
    let server = PageServer::start(&report_page(&overloaded_run()));
    tab.navigate(&server.url(ContentPolicy::Open));
    let printed = tab.call("Page.printToPDF", json!({"preferCSSPageSize": true}));
    let pdf = STANDARD.decode(printed["data"].as_str().expect("a document"));
    let pdf = String::from_utf8_lossy(&pdf.expect("base64")).into_owned();
    let papers = pdf.matches("/Type /Page\n").count();
    assert!((2..=6).contains(&papers), "{papers} pages");
}

fn count_of(tab: &mut Tab, selector: &str) -> u64 {
    let count = tab.evaluate(&format!("document.querySelectorAll({selector:?}).length"));
    count.as_u64().expect("a count")
}

/// The number of tables in details that are not hidden.
fn shown_tables(tab: &mut Tab) -> u64 {
    let count = tab.evaluate(
        "[...document.querySelectorAll('details table')].filter((e) => e.checkVisibility()).length",
    );
    count.as_u64().expect("a count")
}
