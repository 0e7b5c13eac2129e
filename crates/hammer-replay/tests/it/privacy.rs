//! Parts of a log that must not be in a timeline.

use hammer_replay::compile::{ClientHashKey, IncludedFields, TimelineBuilder};

use crate::fixture::{LogFolder, builder_for};

const LINE: &str = "192.0.2.1 - ann [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1 \
                    \"http://referrer.example/\" \"agent/1.0\"\n";

#[test]
fn client_data_is_not_written() {
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", LINE);
    let mut include = IncludedFields::default();
    for key in [None, Some(ClientHashKey::random())] {
        include.client = key;
        let builder = builder_for(&path, "combined").include(include.clone());
        let timeline = folder.build(&builder).expect("a timeline");
        for secret in ["192.0.2.1", "ann", "referrer", "agent"] {
            assert!(
                !timeline.text.contains(secret),
                "{secret} in {}",
                timeline.text
            );
        }
        assert_eq!(timeline.rows()[0].get("c").is_some(), key.is_some());
    }
}

#[test]
fn a_client_has_the_same_hash_in_all_timelines_with_a_key() {
    let folder = LogFolder::new();
    let path = folder.write_log(
        "some.log",
        [LINE, &LINE.replace("192.0.2.1", "192.0.2.2"), LINE].concat(),
    );
    let clients = |key| {
        let mut include = IncludedFields::default();
        include.client = Some(key);
        let timeline = folder
            .build(&builder_for(&path, "combined").include(include))
            .expect("a timeline");
        let rows = timeline.rows();
        rows.iter().map(|row| row["c"].clone()).collect::<Vec<_>>()
    };
    let one = clients(ClientHashKey::from_secret("a"));
    assert!(one[0] == one[2] && one[0] != one[1]);
    assert_eq!(one, clients(ClientHashKey::from_secret("a")));
    assert_ne!(one, clients(ClientHashKey::from_secret("b")));
}

#[test]
fn excluded_fields_are_left_out() {
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", LINE);
    let mut include = IncludedFields::default();
    (include.status, include.bytes) = (false, false);
    let timeline = folder
        .build(&TimelineBuilder::new([path]).include(include))
        .expect("a timeline");
    assert_eq!(timeline.tails(), ["\"u\":\"/a\"}"]);
}
