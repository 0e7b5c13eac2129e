//! Messages on the console and requests of pages.

use serde_json::json;

use super::chromium::Chromium;
use super::content_policy::ContentPolicy;
use super::devtools::DevToolsEvent;
use super::page_server::PageServer;
use crate::sample_pages::{SamplePage, sample_pages};

/// A policy makes the browser itself report what it did not run. A page with a script or a style
/// cannot prevent that.
const POLICY_REPORTS: [&str; 2] = ["Applying inline style violates", "Blocked script execution"];

#[test]
fn pages_log_nothing_and_request_nothing() {
    let Some(browser) = Chromium::start() else {
        return;
    };
    let mut tab = browser.open_tab();
    for SamplePage { name, page } in sample_pages() {
        let server = PageServer::start(&page);
        for policy in ContentPolicy::ALL {
            let url = server.url(policy);
            let events = tab.navigate(&url);
            let place = format!("{name}, {policy:?}");
            let messages: Vec<String> = events.iter().filter_map(console_message).collect();
            let expected: &[&str] = match policy {
                ContentPolicy::Open => &[],
                ContentPolicy::Strict | ContentPolicy::Jenkins => &POLICY_REPORTS,
            };
            assert_eq!(messages.len(), expected.len(), "{place}: {messages:?}");
            for (message, expected) in messages.iter().zip(expected) {
                assert!(message.starts_with(expected), "{place}: {message}");
            }
            let requests: Vec<_> = events.iter().filter_map(requested_url).collect();
            let icon = requests.iter().filter(|url| url.ends_with("/favicon.ico"));
            assert_eq!(requests.len() - icon.count(), 1, "{place}: {requests:?}");
        }
        let references = tab.evaluate(REFERENCES);
        assert_eq!(references, json!([]), "{name}");
    }
}

/// The attributes that refer to something outside of the page.
const REFERENCES: &str = "
  [...document.querySelectorAll('[src], [href], [srcset], [data], [action], [poster], [ping]')]
    .filter((e) => !(e.getAttribute('href') || '').startsWith('#')).map((e) => e.outerHTML)
    .concat([...document.querySelectorAll('style')].map((e) => e.textContent)
      .filter((text) => /url\\(|@import/.test(text)))";

fn console_message(event: &DevToolsEvent) -> Option<String> {
    match event.method.as_str() {
        "Log.entryAdded" => Some(event.params["entry"]["text"].as_str()?.to_owned()),
        "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" => Some(event.params.to_string()),
        _ => None,
    }
}

fn requested_url(event: &DevToolsEvent) -> Option<&str> {
    (event.method == "Network.requestWillBeSent")
        .then(|| event.params["request"]["url"].as_str())
        .flatten()
}
