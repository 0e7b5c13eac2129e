//! Languages of names and addresses.

use fake::locales::{
    AR_SA, CY_GB, DE_DE, Data, EN, FA_IR, FR_FR, IT_IT, JA_JP, NL_NL, PT_BR, PT_PT, TR_TR, ZH_CN,
    ZH_TW,
};

/// The parts of names and addresses in one language.
#[derive(Debug)]
pub(super) struct LanguageTables {
    pub(super) first: &'static [&'static str],
    pub(super) last: &'static [&'static str],
    pub(super) name: &'static str,
    pub(super) city: &'static str,
    pub(super) city_suffix: &'static [&'static str],
    pub(super) street: &'static str,
    pub(super) street_suffix: &'static [&'static str],
    pub(super) building_number: &'static [&'static str],
    pub(super) postcode: &'static [&'static str],
}

const fn tables<L: Data>() -> LanguageTables {
    LanguageTables {
        first: L::NAME_FIRST_NAME,
        last: L::NAME_LAST_NAME,
        name: L::NAME_TPL,
        city: L::ADDRESS_CITY_TPL,
        city_suffix: L::ADDRESS_CITY_SUFFIX,
        street: L::ADDRESS_STREET_TPL,
        street_suffix: L::ADDRESS_STREET_SUFFIX,
        building_number: L::ADDRESS_BUILDING_NUMBER_FORMATS,
        postcode: L::ADDRESS_ZIP_FORMATS,
    }
}

macro_rules! languages {
    ($($(#[$doc:meta])* $name:ident $tag:literal $data:ident,)*) => {
        /// A language of names and addresses.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[non_exhaustive]
        pub enum GeneratorLanguage {
            $($(#[$doc])* $name,)*
        }

        impl GeneratorLanguage {
            /// All languages.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the tag of the language, such as `de` or `pt-br` (RFC 5646, in lower case).
            #[must_use]
            pub fn tag(self) -> &'static str {
                match self {
                    $(Self::$name => $tag,)*
                }
            }

            pub(super) fn tables(self) -> &'static LanguageTables {
                match self {
                    $(Self::$name => const { &tables::<$data>() },)*
                }
            }
        }
    };
}

languages! {
    /// English.
    #[default]
    English "en" EN,
    /// Arabic; addresses have English parts.
    Arabic "ar" AR_SA,
    /// Welsh.
    Welsh "cy" CY_GB,
    /// German.
    German "de" DE_DE,
    /// Persian.
    Persian "fa" FA_IR,
    /// French.
    French "fr" FR_FR,
    /// Italian.
    Italian "it" IT_IT,
    /// Japanese; addresses have English parts.
    Japanese "ja" JA_JP,
    /// Dutch.
    Dutch "nl" NL_NL,
    /// Portuguese as in Portugal.
    Portuguese "pt" PT_PT,
    /// Portuguese as in Brazil.
    Brazilian "pt-br" PT_BR,
    /// Turkish.
    Turkish "tr" TR_TR,
    /// Chinese, simplified.
    Chinese "zh" ZH_CN,
    /// Chinese as in Taiwan; addresses have English parts.
    Taiwanese "zh-tw" ZH_TW,
}
