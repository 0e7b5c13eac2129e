//! The limits on heads, trailers and interim responses.

use hammer_wire::http2::{
    Http2ConnectionErrorKind, Http2ErrorCode, ResponseInterest, StreamFailure,
};
use hammer_wire::{MAX_HEAD_BYTES, MAX_HEADERS, MAX_INTERIM_RESPONSES};

use super::frames::{
    CONTINUATION, END_HEADERS, END_STREAM, HEADERS, RST_STREAM, WHOLE, frame, number,
};
use super::{ALL_PARTS, Client, OK, Seen, head, seen};

/// A literal field without indexing, for a value of at least 127 bytes.
fn long_literal(name: &str, huffman: u8, value: &[u8]) -> Vec<u8> {
    let mut field = vec![0, name.len() as u8];
    field.extend_from_slice(name.as_bytes());
    field.push(0x7f | huffman);
    let mut rest = value.len() - 127;
    while rest >= 128 {
        field.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    field.push(rest as u8);
    field.extend_from_slice(value);
    field
}

/// A block in frames of at most 16,384 bytes.
fn block_frames(stream: u32, flags: u8, block: &[u8]) -> Vec<u8> {
    let pieces: Vec<_> = block.chunks(16_384).collect();
    let mut all = vec![];
    for (index, piece) in pieces.iter().enumerate() {
        let (kind, flags) = if index == 0 {
            (HEADERS, flags)
        } else {
            (CONTINUATION, 0)
        };
        let end = if index + 1 == pieces.len() {
            END_HEADERS
        } else {
            0
        };
        all.extend(frame(kind, flags | end, stream, piece));
    }
    all
}

/// `AAAA` in Huffman code: each has the six bits 100001. The shortest code has five.
const FOUR_LETTERS: [u8; 3] = [0x86, 0x18, 0x61];

fn assert_head(block: &[u8], accepted: bool, name: &str) {
    for interest in [ALL_PARTS, ResponseInterest::default()] {
        let mut client = Client::new();
        let exchange = client.get(interest);
        client.receive(&block_frames(1, END_STREAM, &[&[OK], block].concat()));
        let events = seen(&exchange);
        if accepted {
            assert_eq!(events.last(), Some(&Seen::End), "{name}");
        } else {
            assert_eq!(
                events,
                [Seen::Failed(StreamFailure::HeadTooLarge)],
                "{name}"
            );
            let reset = number(RST_STREAM, 1, Http2ErrorCode::CANCEL.0);
            assert_eq!(client.sent(), super::frames::parse(&reset), "{name}");
        }
        // The tables of both sides are still the same.
        let next = client.get(ALL_PARTS);
        client.receive(&frame(HEADERS, WHOLE, 3, &[OK]));
        assert_eq!(seen(&next), [head(200, &[]), Seen::End], "{name}");
    }
}

/// The bound counted Huffman-coded bytes, and 32 bytes for each field.
#[test]
fn the_limit_for_the_bytes_of_a_head_counts_decoded_fields() {
    for (extra, accepted) in [(0, true), (1, false)] {
        let length = MAX_HEAD_BYTES - 5 + extra;
        let plain = long_literal("a", 0, &vec![b'v'; length]);
        assert_head(&plain, accepted, "one plain field");
        // 16,382 times four letters are 65,528; with a name and 4 bytes, the limit.
        let huffman = FOUR_LETTERS.repeat((MAX_HEAD_BYTES - 8) / 4);
        let name = if extra == 0 { "abcd" } else { "abcde" };
        assert_head(
            &long_literal(name, 0x80, &huffman),
            accepted,
            "one Huffman-coded field",
        );
        // Two fields of half the limit.
        let half = |extra| long_literal("b", 0, &vec![b'v'; MAX_HEAD_BYTES / 2 - 5 + extra]);
        assert_head(&[half(0), half(extra)].concat(), accepted, "two fields");
    }
}

#[test]
fn the_limit_for_the_fields_of_a_head_counts_each_of_them() {
    // `a: b`, as a literal and as a reference to the table.
    let literal = [0, 1, b'a', 1, b'b'];
    let indexed = [0x40, 1, b'a', 1, b'b'];
    for (count, accepted) in [(MAX_HEADERS, true), (MAX_HEADERS + 1, false)] {
        assert_head(&literal.repeat(count), accepted, "literals");
        let references = [&indexed[..], &vec![0xbe; count - 1]].concat();
        assert_head(&references, accepted, "references");
    }
}

#[test]
fn a_reference_counts_as_much_as_its_field() {
    // A field of 4,000 bytes enters the table, and is then referenced with one byte each.
    let mut bomb = long_literal("a", 0, &[b'v'; 3995]);
    bomb[0] = 0x40;
    for (references, accepted) in [(15, true), (16, false)] {
        let block = [&bomb[..], &vec![0xbe; references]].concat();
        assert_head(&block, accepted, "references");
    }
}

#[test]
fn trailers_have_the_limits_of_heads() {
    for (count, expected) in [
        (MAX_HEADERS, None),
        (
            MAX_HEADERS + 1,
            Some(Seen::Failed(StreamFailure::HeadTooLarge)),
        ),
    ] {
        let mut client = Client::new();
        let exchange = client.get(ALL_PARTS);
        client.receive(&frame(HEADERS, END_HEADERS, 1, &[OK]));
        client.receive(&block_frames(
            1,
            END_STREAM,
            &[0, 1, b'a', 1, b'b'].repeat(count),
        ));
        let last = seen(&exchange).pop();
        assert_eq!(last, Some(expected.unwrap_or(Seen::End)), "{count}");
    }
}

#[test]
fn the_limit_for_interim_responses_is_exact() {
    for (number, expected) in [
        (MAX_INTERIM_RESPONSES, vec![head(200, &[]), Seen::End]),
        (
            MAX_INTERIM_RESPONSES + 1,
            vec![Seen::Failed(StreamFailure::TooManyInterimResponses)],
        ),
    ] {
        let mut client = Client::new();
        let exchange = client.get(ALL_PARTS);
        for status in [b"\x08\x03100", b"\x08\x03103"]
            .iter()
            .cycle()
            .take(number as usize)
        {
            client.receive(&frame(HEADERS, END_HEADERS, 1, *status));
        }
        client.receive(&frame(HEADERS, WHOLE, 1, &[OK]));
        assert_eq!(seen(&exchange), expected, "{number}");
    }
}

/// Each stream may have a hundred of them, which together are not a flood.
#[test]
fn interim_responses_of_many_streams_are_accepted() {
    let mut client = Client::new();
    let exchanges: Vec<_> = (0..30).map(|_| client.get(ALL_PARTS)).collect();
    for stream in (1..60).step_by(2) {
        for _ in 0..MAX_INTERIM_RESPONSES {
            client.receive(&frame(HEADERS, END_HEADERS, stream, b"\x08\x03103"));
        }
    }
    for stream in (1..60).step_by(2) {
        client.receive(&frame(HEADERS, WHOLE, stream, &[OK]));
    }
    for exchange in exchanges {
        assert_eq!(seen(&exchange), [head(200, &[]), Seen::End]);
    }
}

#[test]
fn endless_header_blocks_end_the_connection() {
    for piece in [&[][..], &[0; 16_384]] {
        let mut client = Client::new();
        let exchange = client.get(ALL_PARTS);
        client.receive(&frame(HEADERS, 0, 1, &[OK]));
        let continuation = frame(CONTINUATION, 0, 1, piece);
        let error = (0..1000).find_map(|_| client.try_receive(&continuation).err());
        let error = error.expect("an error");
        assert_eq!(error.kind(), Http2ConnectionErrorKind::HeadTooLarge);
        client.state.end(Some(error));
        assert_eq!(seen(&exchange), [Seen::Failed(StreamFailure::HeadTooLarge)]);
    }
}

/// SETTINGS_MAX_HEADER_LIST_SIZE counts 32 bytes for each field, where the limit counts 4.
#[test]
fn the_announced_limit_allows_every_accepted_head() {
    let windows = hammer_wire::http2::FlowControlWindows::default();
    let state = hammer_wire::http2::Http2ProtocolState::new(windows);
    let sent = super::frames::parse(state.output());
    let settings = &sent[0].payload;
    let setting = settings.chunks(6).find(|setting| setting[..2] == [0, 6]);
    let value = setting.expect("the setting")[2..]
        .try_into()
        .expect("four bytes");
    let largest = 42 + MAX_HEAD_BYTES + MAX_HEADERS * 28;
    assert_eq!(u32::from_be_bytes(value) as usize, largest);
}
