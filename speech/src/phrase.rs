//! How sentences name the items of the chain's closed lists.

use crate::Speech;
use fluent_bundle::FluentArgs;
use vouchsafe_primitives::{
	policy::Mismatch,
	study::{Loss, StudyStage},
	AccountKind, Action, Category, Confidentiality, Effect, HolderKind, LegalBasis, Origin,
	Purpose, RecordStatus, RelationKind, Role, Scope, Status, StudyTrait, Vocabulary,
};

/// A closed list whose items have a phrase. Its message is `PREFIX-word`.
pub trait Phrase: Vocabulary {
	/// How the ids of its messages begin.
	#[doc(hidden)]
	const PREFIX: &'static str;
}

macro_rules! phrases {
	($($type:ty = $prefix:literal;)+) => {
		$(impl Phrase for $type {
			const PREFIX: &'static str = $prefix;
		})+

		/// The ids of all phrases' messages.
		#[cfg(test)]
		pub(crate) fn phrase_ids() -> Vec<String> {
			let mut ids = Vec::new();
			$(ids.extend(
				<$type as Vocabulary>::WORDS.iter().map(|word| format!("{}-{word}", $prefix)),
			);)+
			ids
		}
	};
}

phrases! {
	AccountKind = "account";
	Status = "status";
	Role = "role";
	Category = "category";
	Action = "action";
	Purpose = "purpose";
	Confidentiality = "confidentiality";
	StudyTrait = "trait";
	StudyStage = "stage";
	Loss = "loss";
	Origin = "origin";
	RelationKind = "relation";
	RecordStatus = "record";
	HolderKind = "holder";
	Mismatch = "mismatch";
	Scope = "scope";
	LegalBasis = "legal-basis";
}

/// Who the patient is in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
	/// The speaker: "my records".
	First,
	/// The person addressed: "your records".
	Second,
	/// Neither: "the patient's records".
	Third,
}

impl Person {
	pub(crate) const fn key(self) -> &'static str {
		match self {
			Self::First => "first",
			Self::Second => "second",
			Self::Third => "third",
		}
	}
}

/// The value of `$effect`.
pub(crate) const fn effect_key(effect: &Effect) -> &'static str {
	match effect {
		Effect::Permit => "permit",
		Effect::Deny { .. } => "deny",
	}
}

/// How a phrase is inflected. A language whose phrases look the same in each form ignores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
	/// As it is used alone.
	Plain,
	/// Of a grantee after "I allow", or of a country after "in".
	Dative,
	/// Of an action after "I allow …" or "is allowed to": "zu lesen".
	To,
	/// Of something that there is only one of.
	One,
}

impl Form {
	#[cfg(test)]
	pub(crate) const KEYS: [&'static str; 4] = ["plain", "dative", "to", "one"];

	pub(crate) const fn key(self) -> &'static str {
		match self {
			Self::Plain => "plain",
			Self::Dative => "dative",
			Self::To => "to",
			Self::One => "one",
		}
	}
}

impl Speech {
	/// How a sentence names the item: "laboratory reports", "physicians", "read".
	pub fn phrase(&self, item: impl Phrase) -> String {
		self.phrase_for(item, Person::Third)
	}

	/// The same, in a sentence in which the patient is this person.
	pub fn phrase_for<V: Phrase>(&self, item: V, person: Person) -> String {
		self.inflected(item, person, Form::Plain)
	}

	/// The same in another form.
	pub(crate) fn phrase_in(&self, item: impl Phrase, form: Form) -> String {
		self.inflected(item, Person::Third, form)
	}

	fn inflected(&self, item: impl Phrase, person: Person, form: Form) -> String {
		let args = FluentArgs::from_iter([("person", person.key()), ("form", form.key())]);
		self.format(&id(item), None, &args)
	}

	/// What one person of the role is: "physician".
	pub fn one_of(&self, role: Role) -> String {
		self.format(&id(role), Some("one"), &FluentArgs::new())
	}

	/// What one record of the category is: "laboratory report".
	pub fn one_record(&self, category: Category) -> String {
		self.format(&id(category), Some("one"), &FluentArgs::new())
	}
}

fn id<V: Phrase>(item: V) -> String {
	format!("{}-{item}", V::PREFIX)
}
