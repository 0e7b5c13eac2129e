//! Records a response in every split of its bytes.

use hammer_wire::http1::{RequestKind, ResponseErrorKind};

use crate::http1_recording::{FieldPairs, Recording, record};

/// Records the response to a request of a kind whole, byte by byte, and in two pieces of every size.
///
/// # Panics
///
/// If the results differ.
pub(crate) fn record_every_split(request: RequestKind, bytes: impl AsRef<[u8]>) -> Recording {
    let bytes = bytes.as_ref();
    let whole = record(request, [bytes]);
    let input = bytes.escape_ascii();
    assert_eq!(
        record(request, bytes.chunks(1)),
        whole,
        "byte by byte: {input}"
    );
    for size in 0..=bytes.len() {
        let (first, second) = bytes.split_at(size);
        assert_eq!(
            record(request, [first, second]),
            whole,
            "after {size} bytes: {input}"
        );
    }
    whole
}

/// Records the response to a plain request in every split, and expects no error.
pub(crate) fn record_valid(bytes: impl AsRef<[u8]>) -> Recording {
    let recording = record_every_split(RequestKind::Plain, bytes);
    assert_eq!(recording.error, None);
    recording
}

/// Records the response to a plain request in every split, and returns its error.
pub(crate) fn record_error(bytes: impl AsRef<[u8]>) -> (ResponseErrorKind, String) {
    let recording = record_every_split(RequestKind::Plain, bytes);
    let error = recording.error.expect("an error");
    (error.kind, error.message)
}

/// The fields of the final head.
pub(crate) fn fields(recording: &Recording) -> &FieldPairs {
    &recording.head.as_ref().expect("a head").fields
}

/// Fields with their own memory.
pub(crate) fn pairs(fields: &[(&str, &str)]) -> FieldPairs {
    let fields = fields.iter();
    fields
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect()
}
