//! The JSON of a run file in each form in which it is kept.

use std::io::{self, Read};

use hammer_files::InputFile;

/// The first bytes of a frame of zstd (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Returns the JSON in `bytes`, which may be compressed with zstd, and may be inside of a page of HTML.
///
/// # Errors
///
/// If the compressed bytes are damaged, or have more inside than a run file may have, or if a page has
/// no run inside.
pub(super) fn json(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let bytes = decompressed(bytes)
        .map_err(|error| format!("failed to decompress the run file: {error}"))?;
    if !bytes.trim_ascii_start().starts_with(b"<") {
        return Ok(bytes);
    }
    let page = String::from_utf8_lossy(&bytes);
    hammer_html::embedded_run(&page).ok_or_else(|| {
        "expected the page of a run, which has the run inside, found another page (try the run file, of \
         '-o run=PATH')"
            .to_owned()
    })
}

fn decompressed(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    if !bytes.starts_with(&ZSTD_MAGIC) {
        return Ok(bytes);
    }
    let mut decoder = zstd::stream::read::Decoder::new(&*bytes)?;
    InputFile::Run.read_from(decoder.by_ref())
}
