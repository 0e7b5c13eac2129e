//! Parts of a page, found in its text.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The figures of a page: their ids and their texts.
pub(crate) fn figures(page: &str) -> Vec<(String, String)> {
    let parts = page.split("<figure class=\"chart\" id=\"").skip(1);
    parts
        .map(|part| {
            let (id, rest) = part.split_once('"').expect("an id");
            let (figure, _) = rest.split_once("</figure>").expect("an end");
            (id.to_owned(), figure.to_owned())
        })
        .collect()
}

/// The text between two others.
pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{start}"));
    rest.split_once(end).unwrap_or_else(|| panic!("{end}")).0
}

/// The data of a chart.
pub(crate) fn chart_data(figure: &str) -> serde_json::Value {
    let json = between(figure, "class=\"chart-data\">", "</script>");
    serde_json::from_str(json).expect("the data is JSON")
}

/// The values of all attributes of this name.
pub(crate) fn attributes(text: &str, name: &str) -> BTreeSet<String> {
    let start = format!(" {name}=\"");
    let parts = text.split(&start).skip(1);
    parts
        .map(|part| part.split_once('"').expect("quotes").0.to_owned())
        .collect()
}

/// Checks that each element ends, and that the elements are nested.
pub(crate) fn assert_well_formed(page: &str) {
    let body = page.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    let style = between(body, "<style>", "</style>");
    let mut text = body.replace(style, "");
    let script = text.rfind("<script").expect("a script");
    text.replace_range(script..text.rfind("</body>").expect("the end"), "");
    for meta in attributes_of_meta(&text) {
        text = text.replace(&meta, "");
    }
    let mut reader = Reader::from_str(&text);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return,
            Ok(Event::Start(element)) => {
                let mut names = BTreeSet::new();
                for attribute in element.attributes() {
                    let attribute = attribute.expect("an attribute");
                    assert!(names.insert(attribute.key.as_ref().to_vec()), "{element:?}");
                }
            }
            Ok(_) => {}
            Err(error) => panic!("{error} at byte {}", reader.buffer_position()),
        }
    }
}

/// The elements `<meta>`, which have no end in HTML.
fn attributes_of_meta(text: &str) -> Vec<String> {
    let parts = text.split("<meta ").skip(1);
    parts
        .map(|part| format!("<meta {}>", part.split_once('>').expect("an end").0))
        .collect()
}
