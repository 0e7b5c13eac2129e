//! Random values of known distributions.
//!
//! Create a generator once, and draw from it with any random number generator. With `hit.rng()`, equal
//! seeds draw equal values for equal hits, in all versions 0.x of this crate.
//!
//! ```
//! use hammer_data::generator::{ExponentialDistribution, UniformInteger, ZipfDistribution};
//! use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
//!
//! // In a hammer: let mut rng = hit.rng();
//! let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
//! let die = UniformInteger::new(1, 6).draw(&mut rng);
//! let product = ZipfDistribution::new(1_000_000, 1.1).draw(&mut rng);
//! let pause_s = ExponentialDistribution::with_mean(0.2).draw(&mut rng);
//! assert!((1..=6).contains(&die) && (1..=1_000_000).contains(&product) && pause_s >= 0.0);
//! ```

mod exponential_distribution;
mod language;
mod normal_distribution;
mod person;
mod regex_generator;
mod text;
mod uniform;
mod weighted_choice;
mod zipf_distribution;

pub use exponential_distribution::ExponentialDistribution;
pub use language::GeneratorLanguage;
pub use normal_distribution::NormalDistribution;
pub(crate) use person::{EMAIL_BYTES, max_address_bytes, max_name_bytes};
pub use person::{email_address, person_name, postal_address};
pub use regex_generator::RegexGenerator;
pub(crate) use text::{IPV4_BYTES, UUID_BYTES, random_hex, random_ipv4, random_text, random_uuid};
pub use uniform::UniformInteger;
pub(crate) use uniform::{random_below, random_choice};
pub use weighted_choice::WeightedChoice;
pub use zipf_distribution::ZipfDistribution;
