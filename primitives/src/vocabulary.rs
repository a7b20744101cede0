//! Vocabularies: closed lists whose items have a number (on the chain) and a word (in JSON, on the
//! command line). Numbers and words never change their meaning.

use alloc::string::String;
use core::fmt;

/// A closed list, for code that works with any of them.
pub trait Vocabulary:
	Copy + Eq + fmt::Debug + fmt::Display + core::str::FromStr<Err = UnknownWord> + 'static
{
	/// What one item is, for messages: "role", "category" …
	const NAME: &'static str;
	/// Every item, in the order of its number.
	const ITEMS: &'static [Self];
	/// The items' words, in the same order.
	const WORDS: &'static [&'static str];
}

/// The word is not in the vocabulary. The message lists the words that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
	/// The word.
	pub word: String,
	/// What one item of the vocabulary is.
	pub name: &'static str,
	/// The words of the vocabulary.
	pub words: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "\"{}\" is not a valid {}; use one of: ", self.word, self.name)?;
		self.words.iter().enumerate().try_for_each(|(place, word)| {
			f.write_str(if place == 0 { "" } else { ", " })?;
			f.write_str(word)
		})
	}
}

impl core::error::Error for UnknownWord {}

/// Makes an enum a vocabulary: `Name, "what one item is" { Item = number, "word"; … }`.
macro_rules! numbered {
	(
		$(#[$meta:meta])*
		$name:ident, $what:literal {
			$($(#[$doc:meta])* $variant:ident = $index:literal, $word:literal;)+
		}
	) => {
		$(#[$meta])*
		#[derive(
			Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, codec::Encode, codec::Decode,
			codec::DecodeWithMemTracking, codec::MaxEncodedLen, scale_info::TypeInfo,
		)]
		pub enum $name {
			$($(#[$doc])* #[codec(index = $index)] $variant = $index),+
		}

		impl $name {
			/// Every item, in the order of its number.
			pub const ALL: &'static [Self] = &[$(Self::$variant),+];

			/// The item's number.
			pub const fn index(self) -> u8 {
				match self { $(Self::$variant => $index),+ }
			}

			/// The item with this number.
			pub const fn from_index(index: u8) -> Option<Self> {
				match index {
					$($index => Some(Self::$variant),)+
					_ => None,
				}
			}

			/// The item's word.
			pub const fn word(self) -> &'static str {
				match self { $(Self::$variant => $word),+ }
			}

			/// The item with this word.
			///
			/// # Errors
			///
			/// If there is none; the error lists the words.
			pub fn from_word(word: &str) -> Result<Self, $crate::UnknownWord> {
				match word {
					$($word => Ok(Self::$variant),)+
					_ => Err($crate::UnknownWord {
						word: word.into(),
						name: $what,
						words: <Self as $crate::Vocabulary>::WORDS,
					}),
				}
			}
		}

		impl $crate::Vocabulary for $name {
			const NAME: &'static str = $what;
			const ITEMS: &'static [Self] = Self::ALL;
			const WORDS: &'static [&'static str] = &[$($word),+];
		}

		impl core::fmt::Display for $name {
			fn fmt(&self, f: &mut core::fmt::Formatter) -> core::fmt::Result {
				f.pad(self.word())
			}
		}

		impl core::str::FromStr for $name {
			type Err = $crate::UnknownWord;

			fn from_str(word: &str) -> Result<Self, Self::Err> {
				Self::from_word(word)
			}
		}

		impl serde::Serialize for $name {
			fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
				serializer.serialize_str(self.word())
			}
		}

		impl<'de> serde::Deserialize<'de> for $name {
			fn deserialize<D: serde::Deserializer<'de>>(
				deserializer: D,
			) -> Result<Self, D::Error> {
				struct Word;

				impl serde::de::Visitor<'_> for Word {
					type Value = $name;

					fn expecting(&self, f: &mut core::fmt::Formatter) -> core::fmt::Result {
						f.write_str(concat!("a ", $what))
					}

					fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<$name, E> {
						word.parse().map_err(E::custom)
					}
				}

				deserializer.deserialize_str(Word)
			}
		}
	};
}

pub(crate) use numbered;

#[cfg(test)]
mod tests {
	use crate::{policy::Mismatch, *};
	use alloc::{
		format,
		string::{String, ToString},
	};

	/// `VitalSigns` as `vital-signs`.
	fn kebab_case(name: &str) -> String {
		let mut word = String::new();
		for (place, letter) in name.char_indices() {
			if letter.is_ascii_uppercase() && place > 0 {
				word.push('-');
			}
			word.push(letter.to_ascii_lowercase());
		}
		word
	}

	fn check<V>(index: fn(V) -> u8, from_index: fn(u8) -> Option<V>)
	where
		V: Vocabulary + serde::Serialize + for<'de> serde::Deserialize<'de> + codec::Encode,
	{
		assert_eq!(V::ITEMS.len(), V::WORDS.len());
		for (place, (item, word)) in V::ITEMS.iter().zip(V::WORDS).enumerate() {
			let number = u8::try_from(place).unwrap();
			assert_eq!((index(*item), from_index(number)), (number, Some(*item)));
			assert_eq!(item.encode(), [number]);
			// The metadata has the item's name and JSON has its word: each follows from the other.
			assert_eq!(*word, kebab_case(&format!("{item:?}")));
			assert_eq!((item.to_string(), word.parse()), (word.to_string(), Ok(*item)));
			assert_eq!(serde_json::to_value(item).unwrap(), *word);
			assert_eq!(serde_json::from_value::<V>((*word).into()).unwrap(), *item);
		}
		assert_eq!(from_index(u8::try_from(V::ITEMS.len()).unwrap()), None);
		for wrong in ["", "no-such-word", &V::WORDS[0].to_uppercase()] {
			let error = wrong.parse::<V>().unwrap_err();
			assert_eq!((error.word.as_str(), error.words), (wrong, V::WORDS));
			assert!(serde_json::from_value::<V>(wrong.into()).is_err());
		}
	}

	#[test]
	fn vocabularies_work() {
		check(AccountKind::index, AccountKind::from_index);
		check(Status::index, Status::from_index);
		check(Role::index, Role::from_index);
		check(Category::index, Category::from_index);
		check(Action::index, Action::from_index);
		check(Purpose::index, Purpose::from_index);
		check(Confidentiality::index, Confidentiality::from_index);
		check(Origin::index, Origin::from_index);
		check(RelationKind::index, RelationKind::from_index);
		check(RecordStatus::index, RecordStatus::from_index);
		check(HolderKind::index, HolderKind::from_index);
		check(StudyTrait::index, StudyTrait::from_index);
		check(Mismatch::index, Mismatch::from_index);
		check(StudyStage::index, StudyStage::from_index);
		check(Loss::index, Loss::from_index);
	}

	#[test]
	fn unknown_word_lists_the_words() {
		assert_eq!(
			Confidentiality::from_word("secret").unwrap_err().to_string(),
			"\"secret\" is not a valid confidentiality; use one of: normal, restricted, \
			 very-restricted"
		);
	}

	#[test]
	fn loinc_codes_are_found_again() {
		let coded = Category::ALL.iter().filter(|category| category.loinc().is_some());
		assert_eq!(coded.clone().count(), 13);
		for category in coded {
			assert_eq!(category.loinc().and_then(Category::from_loinc), Some(*category));
		}
		assert_eq!(Category::from_loinc("11502-2"), Some(Category::Laboratory));
		assert_eq!(Category::from_loinc("0-0"), None);
	}

	#[test]
	fn hl7_codes_are_found_again() {
		assert_eq!(Purpose::from_code("ETREAT"), Some(Purpose::EmergencyTreatment));
		assert_eq!(Purpose::from_code("etreat"), None);
		for item in Purpose::ALL {
			assert_eq!(Purpose::from_code(item.code()), Some(*item));
		}
		for (item, code) in Confidentiality::ALL.iter().zip(["N", "R", "V"]) {
			assert_eq!((item.code(), Confidentiality::from_code(code)), (code, Some(*item)));
		}
		assert_eq!(Confidentiality::from_code("L"), None);
	}
}
