//! Names and addresses of people who are not there.

use std::iter;

use rand_xoshiro::rand_core::Rng;

use super::language::{GeneratorLanguage, LanguageTables};
use super::text::fill_digits;
use super::{random_below, random_choice};
use crate::digits;

/// The domains that RFC 2606 keeps for examples, so that nobody ever gets the mail.
const DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// The most of either name that an email address takes.
const MAX_NAME_LETTERS: usize = 24;

/// As many bytes as an email address has at most: two names with a dot, a number, a domain.
pub(crate) const EMAIL_BYTES: usize = MAX_NAME_LETTERS + 1 + MAX_NAME_LETTERS + 4 + 1 + 11;

/// Appends a person's name, as it is written in this language.
pub fn person_name<R: Rng + ?Sized>(rng: &mut R, language: GeneratorLanguage, to: &mut Vec<u8>) {
    let tables = language.tables();
    fill_placeholders(rng, tables, tables.name, to);
}

/// Appends an email address in a domain that is kept for examples (RFC 2606).
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
/// The parts are those of the language; where they stand in the line is the same for all.
pub fn postal_address<R: Rng + ?Sized>(rng: &mut R, language: GeneratorLanguage, to: &mut Vec<u8>) {
    let tables = language.tables();
    fill_placeholders(rng, tables, tables.street, to);
    to.push(b' ');
    let (house, postcode) = (
        random_choice(rng, tables.house),
        random_choice(rng, tables.postcode),
    );
    fill_digits(rng, house, to);
    to.extend_from_slice(b", ");
    fill_digits(rng, postcode, to);
    to.push(b' ');
    fill_placeholders(rng, tables, tables.city, to);
}

/// The longest name.
pub(crate) fn max_name_bytes(language: GeneratorLanguage) -> usize {
    let tables = language.tables();
    longest(tables.first) + longest(tables.last) + tables.name.len()
}

/// The longest address.
pub(crate) fn max_address_bytes(language: GeneratorLanguage) -> usize {
    let tables = language.tables();
    let fixed = tables.street.len() + tables.city.len() + " , ".len() + 1;
    let street = longest(tables.last) + longest(tables.street_suffix);
    let city = longest(tables.last) + longest(tables.city_suffix);
    fixed + street + city + longest(tables.house) + longest(tables.postcode)
}

fn longest(texts: &[&str]) -> usize {
    texts.iter().map(|text| text.len()).max().unwrap_or(0)
}

/// Appends `pattern`, in which parts stand in braces.
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
            // Cities and streets are called after people.
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
    fn each_language_has_its_names() {
        for language in GeneratorLanguage::ALL.iter().copied() {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
            let mut seen = std::collections::HashSet::new();
            for _ in 0..500 {
                let (mut person, mut home) = (vec![], vec![]);
                person_name(&mut rng, language, &mut person);
                assert!(person.len() <= max_name_bytes(language));
                postal_address(&mut rng, language, &mut home);
                assert!(home.len() <= max_address_bytes(language));
                let (person, home) = (String::from_utf8(person), String::from_utf8(home));
                let (person, home) = (person.expect("text"), home.expect("text"));
                assert!(!format!("{person}{home}").contains(['{', '}', '#', '^', '$']));
                assert!(home.contains(", "), "{home}");
                seen.insert(person);
            }
            assert!(seen.len() > 250, "{language:?} has {} names", seen.len());
        }
    }

    #[test]
    fn nobody_gets_the_mail() {
        let form = regex::Regex::new(r"^[a-z]+\.[a-z]+[0-9]{1,4}@example\.(com|net|org)$");
        let form = form.expect("a regex");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        for _ in 0..2_000 {
            let mut address = vec![];
            email_address(&mut rng, &mut address);
            assert!(address.len() <= EMAIL_BYTES);
            let address = String::from_utf8(address).expect("text");
            assert!(form.is_match(&address), "{address}");
        }
    }
}
