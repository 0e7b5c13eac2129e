//! Tests with the examples of RFC 7541, Appendix C, and with invalid blocks.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Collects all fields in order.
#[derive(Default)]
struct FieldCollector(Vec<(String, String)>);

impl FieldCollector {
    fn add(&mut self, name: &[u8], value: &[u8]) {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        self.0.push((text(name), text(value)));
    }
}

impl FieldSink for FieldCollector {
    fn wants_all_fields(&self) -> bool {
        true
    }
    fn status(&mut self, value: &[u8]) {
        self.add(b":status", value);
    }
    fn content_length(&mut self, _: &[u8]) {}
    fn field(&mut self, name: &[u8], value: &[u8]) {
        self.add(name, value);
    }
    fn invalid_pseudo_header(&mut self) {
        self.add(b":forbidden", b"");
    }
    fn add_size(&mut self, _: usize) {}
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16);
    digits
        .chunks(2)
        .map(|pair| byte(pair).expect("hexadecimal"))
        .collect()
}

fn decode(decoder: &mut HpackDecoder, block: &[u8]) -> Result<Vec<(String, String)>, HpackError> {
    let mut all = FieldCollector::default();
    decoder.decode(block, &mut all).map(|()| all.0)
}

/// A field of a request.
type TestField = (String, String, FieldIndexing);

fn field(name: &str, value: &str) -> TestField {
    (name.to_owned(), value.to_owned(), FieldIndexing::Indexed)
}

fn encode(encoder: &mut HpackEncoder, fields: &[TestField], out: &mut Vec<u8>) {
    let fields = fields
        .iter()
        .map(|(name, value, indexing)| (name.as_bytes(), value.as_bytes(), *indexing));
    encoder.encode(fields, out);
}

#[test]
fn responses_of_the_rfc_are_decoded_with_a_table_of_256_bytes() {
    // Sections C.5 and C.6: the same responses without and with Huffman code. The table is too small
    // for all fields.
    let first = "4803333032580770726976617465611d4d6f6e2c203231204f63742032303133 \
                 2032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d";
    let second = "4803333037c1c0bf";
    let third = "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d \
                 54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f5049 \
                 5541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31";
    let huffman_encoded = [
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a6 \
         2d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab \
         77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f \
         9587316065c003ed4ee5b1063d5007",
    ];
    let date = |second| {
        (
            "date".to_owned(),
            format!("Mon, 21 Oct 2013 20:13:2{second} GMT"),
        )
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let rest = |second| {
        [
            pair("cache-control", "private"),
            date(second),
            pair("location", "https://www.example.com"),
        ]
    };
    for blocks in [[first, second, third], huffman_encoded] {
        let mut decoder = HpackDecoder::new();
        // Resizes the table to 256 bytes.
        assert_eq!(decode(&mut decoder, &from_hex("3fe101")), Ok(vec![]));
        for (block, status) in blocks.iter().zip(["302", "307"]) {
            let mut fields = vec![pair(":status", status)];
            fields.extend(rest(1));
            assert_eq!(decode(&mut decoder, &from_hex(block)), Ok(fields));
        }
        let cookie = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
        let mut fields = vec![pair(":status", "200")];
        fields.extend(rest(2));
        fields.extend([pair("content-encoding", "gzip"), pair("set-cookie", cookie)]);
        assert_eq!(decode(&mut decoder, &from_hex(blocks[2])), Ok(fields));
    }
}

#[test]
fn requests_are_encoded_as_in_the_rfc() {
    // Section C.4.
    let mut encoder = HpackEncoder::new();
    let common = [
        field(":method", "GET"),
        field(":scheme", "http"),
        field(":path", "/"),
        field(":authority", "www.example.com"),
    ];
    let mut extended = common.to_vec();
    extended.push(field("cache-control", "no-cache"));
    let last = [
        field(":method", "GET"),
        field(":scheme", "https"),
        field(":path", "/index.html"),
        field(":authority", "www.example.com"),
        field("custom-key", "custom-value"),
    ];
    for (fields, block) in [
        (&common[..], "828684418cf1e3c2e5f23a6ba0ab90f4ff"),
        (&extended, "828684be5886a8eb10649cbf"),
        (&last, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"),
    ] {
        let mut out = Vec::new();
        encode(&mut encoder, fields, &mut out);
        assert_eq!(out, from_hex(block));
    }
}

#[test]
fn invalid_blocks_are_refused() {
    for (block, reason) in [
        ("80", "index 0"),
        ("be", "a missing entry"),
        ("7e0161", "a missing name"),
        ("4001", "a name without its bytes"),
        ("40016101", "a value without its bytes"),
        ("5803", "a truncated value"),
        ("0f0d05", "a truncated value that is not needed"),
        ("ff8080808080", "an integer without an end"),
        ("3fe2ff7f", "a table above the limit"),
        ("8820", "a new table size after a field"),
        ("4081ff", "a string of 8 bits of padding"),
    ] {
        assert_eq!(
            decode(&mut HpackDecoder::new(), &from_hex(block)),
            Err(HpackError),
            "{reason}"
        );
    }
}

#[test]
fn table_resizes_are_announced_and_followed() {
    let mut encoder = HpackEncoder::new();
    let mut decoder = HpackDecoder::new();
    let fields = [field("x-a", "1"), field("x-b", "2")];
    let expected = vec![
        ("x-a".to_owned(), "1".to_owned()),
        ("x-b".to_owned(), "2".to_owned()),
    ];
    for max_bytes in [4096, 40, 0, 4096, 100_000] {
        encoder.set_max_table_bytes(max_bytes);
        for _ in 0..3 {
            let mut block = Vec::new();
            encode(&mut encoder, &fields, &mut block);
            assert_eq!(
                decode(&mut decoder, &block),
                Ok(expected.clone()),
                "{max_bytes}"
            );
        }
    }
}

#[test]
fn fields_without_indexing_stay_literal() {
    let mut encoder = HpackEncoder::new();
    for (indexing, first) in [
        (FieldIndexing::NotIndexed, 0x00),
        (FieldIndexing::NeverIndexed, 0x10),
    ] {
        let field = ("x-secret".to_owned(), "s".to_owned(), indexing);
        for _ in 0..2 {
            let mut block = Vec::new();
            encode(&mut encoder, std::slice::from_ref(&field), &mut block);
            assert_eq!(block[0], first);
        }
    }
}

#[test]
fn the_generation_changes_when_the_same_fields_encode_differently() {
    let mut encoder = HpackEncoder::new();
    let fields = [field("x-a", "1")];
    let (mut first, mut second, mut third) = (Vec::new(), Vec::new(), Vec::new());
    encode(&mut encoder, &fields, &mut first);
    let generation = encoder.generation();
    encode(&mut encoder, &fields, &mut second);
    assert_eq!(encoder.generation(), generation);
    encode(&mut encoder, &fields, &mut third);
    assert_eq!((second.len(), &second), (1, &third));
    encoder.set_max_table_bytes(0);
    assert_ne!(encoder.generation(), generation);
}

proptest! {
    #[test]
    fn encoded_fields_round_trip(
        blocks in vec(vec(("[a-z-]{1,40}", "[ -~]{0,300}", 0..3), 0..8), 1..8),
        sizes in vec(0_usize..5000, 8),
    ) {
        let (mut encoder, mut decoder) = (HpackEncoder::new(), HpackDecoder::new());
        for (fields, size) in blocks.iter().zip(sizes) {
            encoder.set_max_table_bytes(size);
            let kinds = [FieldIndexing::Indexed, FieldIndexing::NotIndexed, FieldIndexing::NeverIndexed];
            let indexed = |(name, value, indexing): &(String, String, i32)| {
                (name.clone(), value.clone(), kinds[*indexing as usize])
            };
            let mut block = Vec::new();
            encode(&mut encoder, &fields.iter().map(indexed).collect::<Vec<_>>(), &mut block);
            let expected: Vec<_> = fields
                .iter()
                .map(|(name, value, _)| (name.clone(), value.clone()))
                .collect();
            prop_assert_eq!(decode(&mut decoder, &block), Ok(expected));
        }
    }

    #[test]
    fn arbitrary_blocks_are_decoded_or_refused(blocks: Vec<Vec<u8>>) {
        let mut decoder = HpackDecoder::new();
        for block in blocks {
            if decode(&mut decoder, &block).is_err() {
                break;
            }
        }
    }
}
