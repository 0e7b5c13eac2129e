//! The characters of tokens.

/// Returns true if a byte may be in a token (RFC 9110, section 5.6.2).
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::is_token_byte;

    #[test]
    fn tokens_have_no_separators() {
        let separators = b"\"(),/:;<=>?@[\\]{} \t";
        for byte in 0..=u8::MAX {
            let expected = byte.is_ascii_graphic() && !separators.contains(&byte);
            assert_eq!(is_token_byte(byte), expected, "{byte}");
        }
    }
}
