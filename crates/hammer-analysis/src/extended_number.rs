//! Numbers in JSON that may be infinite: `"inf"` and `"-inf"`.

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number as in JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ExtendedNumber {
    Finite(f64),
    Infinite(String),
}

impl From<f64> for ExtendedNumber {
    fn from(number: f64) -> Self {
        match number {
            f64::INFINITY => Self::Infinite("inf".to_owned()),
            f64::NEG_INFINITY => Self::Infinite("-inf".to_owned()),
            finite => Self::Finite(finite),
        }
    }
}

impl ExtendedNumber {
    fn number<E: Error>(self) -> Result<f64, E> {
        match self {
            Self::Finite(number) => Ok(number),
            Self::Infinite(text) => match text.as_str() {
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                other => Err(E::invalid_value(
                    Unexpected::Str(other),
                    &"a number, \"inf\" or \"-inf\"",
                )),
            },
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
pub(crate) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    ExtendedNumber::from(*number).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    ExtendedNumber::deserialize(deserializer)?.number()
}

/// Numbers that may be absent.
pub(crate) mod optional {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::ExtendedNumber;

    #[expect(clippy::ref_option, reason = "serde passes a reference")]
    pub(crate) fn serialize<S: Serializer>(
        number: &Option<f64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        number.map(ExtendedNumber::from).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<f64>, D::Error> {
        let number = Option::<ExtendedNumber>::deserialize(deserializer)?;
        number.map(ExtendedNumber::number).transpose()
    }
}

/// Lists of numbers that may be absent.
pub(crate) mod list {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::ExtendedNumber;

    pub(crate) fn serialize<S: Serializer>(
        numbers: &[Option<f64>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let numbers = numbers.iter().map(|it| it.map(ExtendedNumber::from));
        numbers.collect::<Vec<_>>().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Option<f64>>, D::Error> {
        let numbers = Vec::<Option<ExtendedNumber>>::deserialize(deserializer)?;
        let numbers = numbers.into_iter();
        numbers
            .map(|it| it.map(ExtendedNumber::number).transpose())
            .collect()
    }
}
