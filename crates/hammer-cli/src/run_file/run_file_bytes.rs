//! The JSON of a run file in each form in which it is kept.

use hammer_files::InputFile;
use hammer_html::EmbeddedRunError;

use super::foreign_file;

/// The first bytes of a frame of zstd (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Returns the JSON in `bytes`, which may be compressed with zstd, and may be inside of a page of HTML.
///
/// # Errors
///
/// If the compressed bytes are damaged, or have more inside than a run file may have, or if a page has
/// no run inside, or a damaged one.
pub(super) fn json(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let bytes = match bytes.starts_with(&ZSTD_MAGIC) {
        true => decompressed(&bytes)?,
        false => bytes,
    };
    if !bytes.trim_ascii_start().starts_with(b"<") {
        return Ok(bytes);
    }
    let page = String::from_utf8_lossy(&bytes);
    let compressed = hammer_html::embedded_run(&page).map_err(|error| match error {
        EmbeddedRunError::Absent => foreign_file::describe_page(&page)
            .unwrap_or_else(|| format!("{error} (try the run file, of '-o run=PATH')")),
        _ => error.to_string(),
    })?;
    decompressed(&compressed)
}

fn decompressed(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let decoder = zstd::stream::read::Decoder::new(bytes);
    let json = decoder.and_then(|decoder| InputFile::Run.read_from(decoder));
    json.map_err(|error| format!("failed to decompress the run file: {error}"))
}
