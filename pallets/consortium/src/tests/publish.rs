//! Publishing releases.

use crate::{mock::*, Error, Event, Release, Releases, Word, MAX_NAMES, MAX_RELEASES, MAX_WORD};
use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use sp_core::H256;
use sp_runtime::DispatchError;

fn word(text: &str) -> Word {
	text.as_bytes().to_vec().try_into().unwrap()
}

fn hash(byte: u8) -> H256 {
	H256([byte; 32])
}

fn publish(name: &str, version: &str, byte: u8) -> Result<(), DispatchError> {
	Consortium::publish(RawOrigin::Root.into(), word(name), word(version), hash(byte))
}

/// The hashes of a name's releases.
fn kept(name: &str) -> Vec<u8> {
	Releases::<Test>::get(word(name)).iter().map(|release| release.hash.0[0]).collect()
}

#[test]
fn publish_by_a_motion_works() {
	run(|| {
		let call =
			crate::Call::publish { name: word("wallet"), version: word("0.1.0"), hash: hash(1) };
		vote(motion(call.into()), 3, &[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C], &[]);
		let release = Release { version: word("0.1.0"), hash: hash(1) };
		assert_eq!(
			Releases::<Test>::get(word("wallet")).into_inner(),
			std::slice::from_ref(&release)
		);
		let published = Event::<Test>::Published { name: word("wallet"), release };
		assert!(events().contains(&published.into()));
	});
}

#[test]
fn publish_by_others_fails() {
	run(|| {
		for origin in [
			RuntimeOrigin::signed(HOSPITAL_A),
			RuntimeOrigin::none(),
			pallet_collective::RawOrigin::Members(4, 4).into(),
		] {
			let call = Consortium::publish(origin, word("wallet"), word("1"), hash(1));
			assert_eq!(call, Err(DispatchError::BadOrigin));
		}
		assert!(kept("wallet").is_empty());
	});
}

#[test]
fn publish_of_a_word_at_its_limit_works() {
	run(|| {
		let longest = "x".repeat(usize::try_from(MAX_WORD).unwrap());
		assert_ok!(publish(&longest, &longest, 1));
		assert_ok!(publish("!", "~", 1));
		assert!(Word::try_from(format!("{longest}x").into_bytes()).is_err());
	});
}

#[test]
fn publish_of_what_is_no_word_fails() {
	run(|| {
		for wrong in ["", "two words", "new\nline", "f\u{fc}r", "\u{202e}a", "\u{7f}"] {
			assert_noop!(publish(wrong, "1", 1), Error::<Test>::NotAWord);
			assert_noop!(publish("wallet", wrong, 1), Error::<Test>::NotAWord);
		}
	});
}

#[test]
fn publish_keeps_the_last_releases() {
	run(|| {
		let most = u8::try_from(MAX_RELEASES).unwrap();
		for number in 1..=most {
			assert_ok!(publish("wallet", "1", number));
		}
		assert_eq!(kept("wallet"), (1..=most).collect::<Vec<_>>());
		assert_ok!(publish("wallet", "2", most + 1));
		assert_eq!(kept("wallet"), (2..=most + 1).collect::<Vec<_>>());
	});
}

#[test]
fn publish_of_an_earlier_release_works() {
	run(|| {
		for number in [1, 2, 3, 1] {
			assert_ok!(publish("wallet", "1", number));
		}
		assert_eq!(kept("wallet"), [2, 3, 1]);
	});
}

#[test]
fn publish_of_the_current_release_fails() {
	run(|| {
		assert_ok!(publish("wallet", "1", 1));
		assert_noop!(publish("wallet", "1", 1), Error::<Test>::AlreadyCurrent);
		// The version was a mistake.
		assert_ok!(publish("wallet", "2", 1));
		assert_eq!(kept("wallet"), [1]);
	});
}

#[test]
fn publish_of_more_names_than_allowed_fails() {
	run(|| {
		for number in 0..MAX_NAMES {
			assert_ok!(publish(&format!("program-{number}"), "1", 1));
		}
		assert_noop!(publish("another", "1", 1), Error::<Test>::TooManyNames);
		// Those that have releases can have more.
		assert_ok!(publish("program-0", "2", 2));
	});
}

#[test]
fn try_state_finds_what_no_call_does() {
	run(|| {
		let unsound = || Consortium::do_try_state().is_err();
		let release = |byte| Release { version: word("1"), hash: hash(byte) };
		assert_ok!(publish("wallet", "1", 1));
		let sound = Releases::<Test>::get(word("wallet"));
		for wrong in [
			vec![],
			vec![release(1), release(1)],
			vec![Release { version: word(""), hash: hash(1) }],
		] {
			Releases::<Test>::insert(word("wallet"), bounded(wrong));
			assert!(unsound());
		}
		Releases::<Test>::insert(word("wallet"), sound.clone());
		Releases::<Test>::insert(word(""), sound);
		assert!(unsound());
		Releases::<Test>::remove(word(""));
	});
}

fn bounded(releases: Vec<Release>) -> sp_runtime::BoundedVec<Release, sp_core::ConstU32<16>> {
	releases.try_into().unwrap()
}
