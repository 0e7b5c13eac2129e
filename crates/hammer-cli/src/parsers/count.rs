/// A whole number above 0.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("must be above 0; right would be 64".into()),
        Ok(count) => Ok(count),
        Err(_) => Err("is not a whole number above 0; right would be 64".into()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_count_is_whole_and_above_zero() {
        assert_eq!(super::parse("64"), Ok(64));
        for text in ["0", "-1", "1.5", "many", ""] {
            assert!(super::parse(text).is_err(), "{text}");
        }
    }
}
