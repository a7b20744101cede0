//! Vectors, sealing, and a model of what consents mean in words: two authors label one patient's
//! records, and [`decide`] must agree with the words although it sees only tags.

use super::{first_tag, hmac_sha256, is_word, LabelKey, UNCLASSIFIED};
use crate::{
	seal::{self, SecretKey},
	Error,
};
use codec::Encode;
use proptest::{collection::vec, prelude::*, sample::subsequence};
use std::collections::BTreeSet;
use vouchsafe_primitives::{policy::*, *};

const GENESIS: [u8; 32] = [1; 32];
const PATIENT: [u8; 32] = [2; 32];

/// RFC 4231, test cases 1, 2 and 6.
#[test]
fn hmac_is_that_of_the_rfc() {
	let cases: [(&[u8], &[u8], &str); 3] = [
		(
			&[0x0b; 20],
			b"Hi There",
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		),
		(
			b"Jefe",
			b"what do ya want for nothing?",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		),
		(
			&[0xaa; 131],
			b"Test Using Larger Than Block-Size Key - Hash Key First",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		),
	];
	for (key, data, expected) in cases {
		assert_eq!(hex::encode(hmac_sha256(key, data)), expected);
	}
}

#[test]
fn a_tag_is_the_beginning_of_the_hmac() {
	let key = LabelKey::from_bytes(&[7; 32]).unwrap();
	let hash = hmac_sha256(&[7; 32], b"hiv");
	assert_eq!(key.tag("hiv").0, hash[..4]);
	assert_ne!(key.tag("psychiatry"), key.tag("hiv"));
	assert_ne!(LabelKey::random().tag("hiv"), key.tag("hiv"));
	assert_eq!(key.tag(UNCLASSIFIED), LabelTag::UNCLASSIFIED);
	// The reserved tag is no word's.
	let mut zeros = [0; 32];
	zeros[9] = 5;
	assert_eq!(first_tag(&zeros), LabelTag([0, 5, 0, 0]));
}

#[test]
fn words_are_short_and_plain() {
	for word in ["hiv", "substance-use", "a", "7", UNCLASSIFIED, &"x".repeat(24)] {
		assert!(is_word(word), "{word}");
	}
	for word in ["", "all", "HIV", "two words", "é", "a,b", &"x".repeat(25)] {
		assert!(!is_word(word), "{word}");
	}
}

#[test]
fn a_sealed_key_opens_for_its_patient_chain_and_keeper() {
	let (key, keeper) = (LabelKey::random(), SecretKey::random());
	let sealed = key.seal(&keeper.public(), &GENESIS, &PATIENT).unwrap();
	assert!(LabelKey::open(&keeper, &GENESIS, &PATIENT, &sealed).unwrap() == key);
	assert!(LabelKey::open(&SecretKey::random(), &GENESIS, &PATIENT, &sealed).is_err());
	assert!(LabelKey::open(&keeper, &[9; 32], &PATIENT, &sealed).is_err());
	assert!(LabelKey::open(&keeper, &GENESIS, &[9; 32], &sealed).is_err());
	let aad = (GENESIS, PATIENT).encode();
	let other = seal::seal(&keeper.public(), seal::Purpose::Text, &aad, &[7; 32]).unwrap();
	assert!(LabelKey::open(&keeper, &GENESIS, &PATIENT, &other).is_err());
	let short = seal::seal(&keeper.public(), seal::Purpose::LabelKey, &aad, &[7; 31]).unwrap();
	let opened = LabelKey::open(&keeper, &GENESIS, &PATIENT, &short);
	assert!(matches!(opened, Err(Error::MalformedSealed)));
	assert_eq!(format!("{key:?}"), "LabelKey(..)");
}

const WORDS: [&str; 5] = ["hiv", "psychiatry", "genetics", "violence", "fertility"];

type Words = BTreeSet<&'static str>;

/// What a provision says of labels, in words.
#[derive(Clone, Debug)]
enum Said {
	Unlabelled,
	Also(Words),
	Only(Words),
	Any,
}

/// A record as its author knows it.
#[derive(Clone, Debug)]
struct Written {
	words: Words,
	/// Whether the author's custodian had the patient's key.
	has_key: bool,
}

impl Said {
	/// The filter as the patient's client encodes it.
	fn filter(&self, key: &LabelKey) -> LabelFilter {
		let tags = |words: &Words| canonical_tags(words.iter().map(|word| key.tag(word))).unwrap();
		match self {
			Self::Unlabelled => LabelFilter::Unlabelled,
			Self::Also(words) => LabelFilter::Also(tags(words)),
			Self::Only(words) => LabelFilter::Only(tags(words)),
			Self::Any => LabelFilter::Any,
		}
	}

	/// Whether a permit means this record.
	fn permits(&self, record: &Written) -> bool {
		let labelled = !record.words.is_empty();
		let named = |words: &Words| record.words.is_subset(words) && (record.has_key || !labelled);
		match self {
			Self::Unlabelled => !labelled,
			Self::Also(words) => named(words),
			Self::Only(words) => labelled && named(words),
			Self::Any => true,
		}
	}

	/// Whether a deny means this record. A record that nobody classified may have any word.
	fn denies(&self, record: &Written) -> bool {
		match self {
			Self::Only(words) => {
				let unknown = !record.has_key && !record.words.is_empty();
				unknown || !record.words.is_disjoint(words)
			},
			_ => true,
		}
	}
}

impl Written {
	/// The record's labels as its author encodes them.
	fn tags(&self, key: &LabelKey) -> LabelTags {
		let tag = |word: &&'static str| match self.has_key {
			true => key.tag(word),
			false => LabelTag::UNCLASSIFIED,
		};
		canonical_tags(self.words.iter().map(tag)).unwrap()
	}
}

fn words(least: usize) -> impl Strategy<Value = Words> {
	subsequence(WORDS.to_vec(), least..=3).prop_map(|words| words.into_iter().collect())
}

fn said(is_permit: bool) -> impl Strategy<Value = Said> {
	let all = prop_oneof![
		Just(Said::Unlabelled),
		words(1).prop_map(Said::Also),
		words(1).prop_map(Said::Only),
		Just(Said::Any),
	];
	all.prop_filter("not for a deny", move |said| {
		is_permit || matches!(said, Said::Only(_) | Said::Any)
	})
}

fn written() -> impl Strategy<Value = Written> {
	(words(0), prop::bool::weighted(0.8)).prop_map(|(words, has_key)| Written { words, has_key })
}

/// Whether somebody may read a record of this author with these labels.
fn may_read(labels: LabelTags, author: u8, terms: &[Terms]) -> bool {
	let account = |id| AccountId::new([id; 32]);
	let question = Question {
		patient: PATIENT.into(),
		standing: Standing::Active,
		doubt: None,
		actor: Actor {
			account: account(20),
			kind: AccountKind::Practitioner,
			active: true,
			acting_for: Some(ActingFor {
				institution: account(21),
				is_authority: false,
				role: Role::Physician,
				country: *b"AT",
				teams: Default::default(),
				attested: false,
				since: 0,
			}),
			also_at: Default::default(),
			study: None,
		},
		action: Action::Read,
		purpose: Purpose::Treatment,
		subject: Subject::Record(RecordFacts {
			id: [author; 32].into(),
			patient: PATIENT.into(),
			author: account(author),
			responsible: account(author),
			category: Category::Encounter,
			confidentiality: Confidentiality::Normal,
			labels,
			service: ServicePeriod { first: 1, last: 1 },
			status: RecordStatus::Current,
		}),
		now: 0,
		break_glass: false,
	};
	let consents = terms.iter().cloned().zip(0..).map(|(terms, id)| Consent {
		id,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: 0,
		confirmed_at: None,
		terms,
		text: ShownText { commitment: Default::default(), language: *b"en" },
		grantor: Grantor::Patient,
	});
	let consents: Vec<_> = consents.collect();
	let of = |grantee: &Grantee| match grantee {
		Grantee::Everyone => consents.clone(),
		_ => vec![],
	};
	decide(&question, of).is_permit()
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() })]

	#[test]
	fn a_permit_opens_only_its_words_and_a_deny_closes_all_of_them(
		bytes: [u8; 32],
		record in written(),
		permits in vec(said(true), 0..4),
		denies in vec(said(false), 0..2),
	) {
		// The patient and two authors compute tags from the same key, each by itself.
		let [patient, first, second] = [(); 3].map(|()| LabelKey::from_bytes(&bytes).unwrap());
		let terms: Vec<Terms> = permits
			.iter()
			.map(|said| (said, Effect::Permit))
			.chain(denies.iter().map(|said| (said, Effect::Deny { binds_break_glass: false })))
			.map(|(said, effect)| Terms { labels: said.filter(&patient), ..Terms::all(effect) })
			.collect();
		for terms in &terms {
			prop_assert!(terms.labels.is_sound());
		}
		let expected = permits.iter().any(|said| said.permits(&record))
			&& !denies.iter().any(|said| said.denies(&record));
		prop_assert_eq!(may_read(record.tags(&first), 30, &terms), expected);
		prop_assert_eq!(may_read(record.tags(&second), 31, &terms), expected);
		// A record says no more if its author lacks the key: it opens to no more, and what closes it
		// closes it still.
		let unclassified = Written { has_key: false, ..record };
		prop_assert!(expected || !may_read(unclassified.tags(&second), 31, &terms));
	}
}
