//! Records the events of responses that arrive in pieces.

use std::convert::Infallible;

use hammer_wire::http1::{
    MAX_INCOMPLETE_BYTES, ReceiveError, RequestKind, ResponseDecoder, ResponseError,
    ResponseErrorKind, ResponseSink,
};
use hammer_wire::{Fields, ResponseHead, ResponseVersion};

/// The names and values of fields.
pub(crate) type FieldPairs = Vec<(String, Vec<u8>)>;

/// A head with its own memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordedHead {
    pub(crate) version: ResponseVersion,
    pub(crate) status: u16,
    pub(crate) fields: FieldPairs,
}

/// The events of a response, and the state of its decoder after the last byte and the end of the
/// connection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) interim: Vec<RecordedHead>,
    pub(crate) head: Option<RecordedHead>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Option<FieldPairs>,
    /// The number of bytes consumed.
    pub(crate) consumed: usize,
    /// True if the response was complete before the connection ended.
    pub(crate) complete: bool,
    pub(crate) persistent: bool,
    pub(crate) switched: bool,
    /// True if the end of the connection was the end of the body.
    pub(crate) ended_with_connection: bool,
    /// The error, of the bytes or of the end.
    pub(crate) error: Option<RecordedError>,
}

/// An error. The excerpt of another protocol depends on the pieces, and is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordedError {
    pub(crate) kind: ResponseErrorKind,
    pub(crate) message: String,
}

impl RecordedError {
    fn new(error: &ResponseError) -> Self {
        let message = match error.kind() {
            ResponseErrorKind::NotHttp | ResponseErrorKind::TlsRecord => String::new(),
            _ => error.to_string(),
        };
        let kind = error.kind();
        Self { kind, message }
    }
}

impl ResponseSink for Recording {
    type Error = Infallible;

    fn interim(&mut self, head: &ResponseHead<'_>) -> Result<(), Infallible> {
        assert!(
            self.head.is_none(),
            "an interim response after the final one"
        );
        self.interim.push(recorded(head));
        Ok(())
    }

    fn head(&mut self, head: &ResponseHead<'_>) -> Result<(), Infallible> {
        let earlier = self.head.replace(recorded(head));
        assert_eq!(earlier, None, "a second head");
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        assert!(!bytes.is_empty(), "an empty piece of a body");
        assert!(
            self.head.is_some() && self.trailers.is_none(),
            "out of order"
        );
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    fn trailers(&mut self, fields: &Fields<'_>) -> Result<(), Infallible> {
        let earlier = self.trailers.replace(pairs(fields));
        assert!(self.head.is_some() && earlier.is_none(), "out of order");
        Ok(())
    }
}

fn recorded(head: &ResponseHead<'_>) -> RecordedHead {
    RecordedHead {
        version: head.version,
        status: head.status,
        fields: pairs(&head.fields),
    }
}

fn pairs(fields: &Fields<'_>) -> FieldPairs {
    let name = |name: &[u8]| String::from_utf8(name.to_vec()).expect("a token");
    let fields = fields.iter();
    fields
        .map(|(field, value)| (name(field), value.to_vec()))
        .collect()
}

/// Records the response to a request of a kind, whose bytes arrive in `pieces`, before the connection
/// ends.
pub(crate) fn record<'a>(
    request: RequestKind,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Recording {
    record_with(&mut ResponseDecoder::new(), request, pieces)
}

/// Records a response with a decoder that may have decoded others before.
pub(crate) fn record_with<'a>(
    decoder: &mut ResponseDecoder,
    request: RequestKind,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Recording {
    decoder.begin(request);
    assert!(!decoder.is_complete() && !decoder.has_head() && !decoder.has_begun());
    let mut recording = Recording::default();
    let mut buffer = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        match decoder.receive(&mut buffer, &mut recording) {
            Ok(consumed) => {
                recording.consumed += consumed;
                buffer.drain(..consumed);
            }
            Err(ReceiveError::Response(error)) => {
                recording.error = Some(RecordedError::new(&error));
                break;
            }
        }
        assert!(
            decoder.is_complete() || buffer.len() <= MAX_INCOMPLETE_BYTES,
            "too much is kept"
        );
        assert_eq!(decoder.has_head(), recording.head.is_some());
        assert_eq!(decoder.has_begun(), recording.consumed + buffer.len() > 0);
    }
    if recording.error.is_none() {
        recording.complete = decoder.is_complete();
        recording.persistent = decoder.is_persistent();
        recording.switched = decoder.is_switched();
        recording.ended_with_connection = decoder.ends_with_connection();
        recording.error = decoder.receive_end().err().as_ref().map(RecordedError::new);
    } else {
        // The bytes consumed before an error depend on the pieces.
        recording.consumed = 0;
    }
    recording
}
