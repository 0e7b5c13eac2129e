//! Names, email addresses and postal addresses of people who do not exist.

use std::iter;

use rand_xoshiro::rand_core::Rng;

use super::language::{GeneratorLanguage, LanguageTables};
use super::text::fill_digits;
use super::{random_below, random_choice};
use crate::digits;

/// The domains that RFC 2606 reserves for examples, so that no one receives the mail.
const DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// The maximum number of letters of each name in an email address.
const MAX_NAME_LETTERS: usize = 24;

/// The length of the longest email address: two names with a dot, a number, and a domain.
pub(crate) const EMAIL_BYTES: usize = MAX_NAME_LETTERS + 1 + MAX_NAME_LETTERS + 4 + 1 + 11;

/// Appends a person's name in a language.
pub fn person_name<R: Rng + ?Sized>(rng: &mut R, language: GeneratorLanguage, to: &mut Vec<u8>) {
    let tables = language.tables();
    fill_placeholders(rng, tables, tables.name, to);
}

/// Appends an email address in a domain reserved for examples (RFC 2606).
pub fn email_address<R: Rng + ?Sized>(rng: &mut R, to: &mut Vec<u8>) {
    let tables = GeneratorLanguage::English.tables();
    push_letters(random_choice::<&str, _>(rng, tables.first), to);
    to.push(b'.');
    push_letters(random_choice::<&str, _>(rng, tables.last), to);
    digits::push_decimal(to, random_below(rng, 10_000));
    to.push(b'@');
    to.extend_from_slice(random_choice(rng, &DOMAINS).as_bytes());
}

/// Appends an address in one line: street and number, postcode and city.
///
/// The parts depend on the language, their order does not.
pub fn postal_address<R: Rng + ?Sized>(rng: &mut R, language: GeneratorLanguage, to: &mut Vec<u8>) {
    let tables = language.tables();
    fill_placeholders(rng, tables, tables.street, to);
    to.push(b' ');
    let (building_number, postcode) = (
        random_choice(rng, tables.building_number),
        random_choice(rng, tables.postcode),
    );
    fill_digits(rng, building_number, to);
    to.extend_from_slice(b", ");
    fill_digits(rng, postcode, to);
    to.push(b' ');
    fill_placeholders(rng, tables, tables.city, to);
}

/// Returns an upper bound of the length of names.
pub(crate) fn max_name_bytes(language: GeneratorLanguage) -> usize {
    let tables = language.tables();
    longest(tables.first) + longest(tables.last) + tables.name.len()
}

/// Returns an upper bound of the length of addresses.
pub(crate) fn max_address_bytes(language: GeneratorLanguage) -> usize {
    let tables = language.tables();
    let fixed = tables.street.len() + tables.city.len() + " , ".len() + 1;
    let street = longest(tables.last) + longest(tables.street_suffix);
    let city = longest(tables.last) + longest(tables.city_suffix);
    fixed + street + city + longest(tables.building_number) + longest(tables.postcode)
}

fn longest(texts: &[&str]) -> usize {
    texts.iter().map(|text| text.len()).max().unwrap_or(0)
}

/// Appends `pattern` with a random part for each placeholder in braces.
fn fill_placeholders<R: Rng + ?Sized>(
    rng: &mut R,
    tables: &LanguageTables,
    pattern: &str,
    to: &mut Vec<u8>,
) {
    let mut rest = pattern;
    while let Some((fixed, (part, after))) = rest
        .split_once('{')
        .and_then(|(fixed, after)| Some((fixed, after.split_once('}')?)))
    {
        to.extend_from_slice(fixed.as_bytes());
        let choices = match part {
            "FirstName" => tables.first,
            "CitySuffix" => tables.city_suffix,
            "StreetSuffix" => tables.street_suffix,
            // Cities and streets are named after people.
            _ => tables.last,
        };
        to.extend_from_slice(random_choice(rng, choices).as_bytes());
        rest = after;
    }
    to.extend_from_slice(rest.as_bytes());
}

/// Appends the letters of `name` in lower case.
fn push_letters(name: &str, to: &mut Vec<u8>) {
    let letters = name.bytes().filter(u8::is_ascii_alphabetic);
    to.extend(
        iter::zip(letters, 0..MAX_NAME_LETTERS).map(|(letter, _)| letter.to_ascii_lowercase()),
    );
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn names_and_addresses_of_each_language_are_complete_and_diverse() {
        for language in GeneratorLanguage::ALL.iter().copied() {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
            let mut seen = std::collections::HashSet::new();
            for _ in 0..500 {
                let (mut name, mut address) = (vec![], vec![]);
                person_name(&mut rng, language, &mut name);
                assert!(name.len() <= max_name_bytes(language));
                postal_address(&mut rng, language, &mut address);
                assert!(address.len() <= max_address_bytes(language));
                let name = String::from_utf8(name).expect("a name is UTF-8");
                let address = String::from_utf8(address).expect("an address is UTF-8");
                assert!(!format!("{name}{address}").contains(['{', '}', '#', '^', '$']));
                assert!(address.contains(", "), "{address}");
                seen.insert(name);
            }
            assert!(seen.len() > 250, "{language:?}: {} names", seen.len());
        }
    }

    #[test]
    fn email_addresses_are_in_domains_for_examples() {
        let form = regex::Regex::new(r"^[a-z]+\.[a-z]+[0-9]{1,4}@example\.(com|net|org)$");
        let form = form.expect("the expression is valid");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        for _ in 0..2_000 {
            let mut address = vec![];
            email_address(&mut rng, &mut address);
            assert!(address.len() <= EMAIL_BYTES);
            let address = String::from_utf8(address).expect("an address is ASCII");
            assert!(form.is_match(&address), "{address}");
        }
    }
}
