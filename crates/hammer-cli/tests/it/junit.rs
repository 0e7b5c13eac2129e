//! Reads JUnit XML.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A test suite in JUnit XML.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct JunitSuite {
    pub(crate) name: String,
    pub(crate) cases: Vec<String>,
    /// The messages of the failed cases.
    pub(crate) failures: Vec<String>,
}

/// The suites of a document, after checks of its structure and its counts.
pub(crate) fn suites(xml: &str) -> Vec<JunitSuite> {
    let mut reader = Reader::from_str(xml);
    let mut suites: Vec<JunitSuite> = vec![];
    let (mut open, mut counts) = (vec![], vec![]);
    loop {
        let event = reader.read_event().unwrap_or_else(|e| panic!("{e}: {xml}"));
        match event {
            Event::Eof => break,
            Event::End(_) => drop(open.pop()),
            Event::Start(start) => {
                match start.name().as_ref() {
                    b"testsuites" => assert!(open.is_empty(), "{xml}"),
                    b"testsuite" => {
                        assert_eq!(open, ["testsuites"], "{xml}");
                        counts.push(["tests", "failures"].map(|name| attribute(&start, name)));
                        suites.push(JunitSuite {
                            name: attribute(&start, "name"),
                            ..JunitSuite::default()
                        });
                    }
                    b"testcase" => {
                        assert_eq!(open, ["testsuites", "testsuite"], "{xml}");
                        let suite = suites.last_mut().unwrap();
                        assert_eq!(attribute(&start, "classname"), suite.name, "{xml}");
                        suite.cases.push(attribute(&start, "name"));
                    }
                    b"failure" => {
                        assert_eq!(open, ["testsuites", "testsuite", "testcase"], "{xml}");
                        let message = attribute(&start, "message");
                        suites.last_mut().unwrap().failures.push(message);
                    }
                    _ => {}
                }
                open.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
            }
            _ => {}
        }
    }
    assert_eq!(open, [""; 0], "{xml}");
    for (suite, [tests, failures]) in suites.iter().zip(counts) {
        assert_eq!(tests, suite.cases.len().to_string(), "{xml}");
        assert_eq!(failures, suite.failures.len().to_string(), "{xml}");
    }
    suites
}

fn attribute(start: &BytesStart<'_>, name: &str) -> String {
    let attribute = start.try_get_attribute(name).unwrap().unwrap();
    attribute
        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
        .unwrap()
        .into_owned()
}
