//! Data in a page, for scripts.

use maud::{Markup, PreEscaped};
use serde::{Serialize, Serializer};

/// The text of `data` as JSON that can stand in a `<script>` element.
///
/// Its end tag cannot occur, because each `<` is escaped (HTML, section 4.12.1.3).
pub(crate) fn json_script(data: &impl Serialize) -> Markup {
    let json = serde_json::to_string(data).unwrap_or_else(|_| "null".to_owned());
    PreEscaped(json.replace('<', "\\u003c"))
}

/// A number in few characters: four significant digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShortNumber(pub(crate) f64);

impl Serialize for ShortNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rounded: f64 = format!("{:.3e}", self.0).parse().unwrap_or(self.0);
        if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
            serializer.serialize_i64(rounded as i64)
        } else {
            serializer.serialize_f64(rounded)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_tag_in_data_does_not_end_the_script() {
        let script = json_script(&["</script><script>alert(1)</script>"]).into_string();
        assert!(!script.contains('<'), "{script}");
        let read: Vec<String> = serde_json::from_str(&script).expect("JSON");
        assert_eq!(read, ["</script><script>alert(1)</script>"]);
    }

    #[test]
    fn numbers_have_four_digits() {
        let numbers = [0.123_456, 12.0, 98_765.4, 0.0].map(ShortNumber);
        let json = json_script(&numbers).into_string();
        assert_eq!(json, "[0.1235,12,98770,0]");
    }
}
