//! `change_key`.

use super::*;

#[test]
fn change_key_works() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, NEW));
		let from = START + KEY_DELAY;
		let change = KeyChange { key: key(NEW), encryption_key: SEALED, from };
		assert_eq!(Changes::<Test>::get(PATIENT), Some(change));
		assert_eq!(logged(), (PATIENT, None, LogEvent::KeyChangeBegan { key: key(NEW), from }));
		assert_eq!(events(), [Event::KeyChangeBegan { account: PATIENT, key: key(NEW), from }]);
		// Nothing has changed yet.
		assert_eq!((key_of_patient(), Keys::<Test>::iter().count()), (PATIENT, 0));
	});
}

#[test]
fn change_key_again_replaces_the_change() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, NEW));
		Clock::pass(DAY);
		assert_ok!(change_key(PATIENT, OTHER));
		let change = Changes::<Test>::get(PATIENT).unwrap();
		assert_eq!((change.key, change.from), (key(OTHER), START + DAY + KEY_DELAY));
	});
}

#[test]
fn change_key_of_others_than_patients_is_in_no_log() {
	build_and_execute(|| {
		for (who, name) in [(DOCTOR, NEW), (HOSPITAL, OTHER)] {
			assert_ok!(change_key(who, name));
		}
		assert_eq!(Logs::all(), []);
	});
}

#[test]
fn change_key_by_accounts_that_are_not_active_fails() {
	build_and_execute(|| {
		People::set_active(&PATIENT, false);
		for who in [PATIENT, STRANGER, CUSTODIAN] {
			assert_noop!(change_key(who, NEW), Error::<Test>::CallerNotActive);
		}
	});
}

#[test]
fn change_key_with_an_expired_signature_fails() {
	build_and_execute(|| {
		let (until, signature) = (expires(), wants(&PATIENT, NEW));
		let call = || {
			let signed = signed(PATIENT);
			Recovery::change_key(signed, key(NEW), SEALED, until, signature.clone())
		};
		Clock::set(until);
		assert_noop!(call(), Error::<Test>::SignatureExpired);
		Clock::set(until - 1);
		assert_ok!(call());
	});
}

#[test]
fn change_key_with_a_signature_over_something_else_fails() {
	build_and_execute(|| {
		let (new, until) = (key(NEW), expires());
		let text = |genesis, account, key: &AccountId, encryption_key, until| {
			sign(NEW, &key_text(genesis, account, key, encryption_key, until))
		};
		let bare = key_text(&GENESIS, &PATIENT, &new, &SEALED, until);
		let ed25519 = ed25519::Pair::from_seed(&[1; 32]);
		let ed25519_key = AccountId::new(ed25519.public().0);
		let ed25519_text = key_text(&GENESIS, &PATIENT, &ed25519_key, &SEALED, until);
		let ed25519_signature = ed25519.sign(format!("<Bytes>{ed25519_text}</Bytes>").as_bytes());
		let signatures = [
			(&new, text(&SALT, &PATIENT, &new, &SEALED, until)),
			(&new, text(&GENESIS, &OTHER_PATIENT, &new, &SEALED, until)),
			(&new, text(&GENESIS, &PATIENT, &key(OTHER), &SEALED, until)),
			(&new, text(&GENESIS, &PATIENT, &new, &[8; 32], until)),
			(&new, text(&GENESIS, &PATIENT, &new, &SEALED, until + 1)),
			// By another key, not wrapped, and of another kind.
			(&new, sign(OTHER, &bare)),
			(&new, pair(NEW).sign(bare.as_bytes()).into()),
			(&ed25519_key, ed25519_signature.into()),
		];
		for (place, (key, signature)) in signatures.into_iter().enumerate() {
			let changed =
				Recovery::change_key(signed(PATIENT), key.clone(), SEALED, until, signature);
			assert_eq!(changed, Err(Error::<Test>::InvalidKeySignature.into()), "case {place}");
		}
		assert_eq!(Changes::<Test>::iter().count(), 0);
	});
}

#[test]
fn change_key_to_a_key_that_is_somebodys_fails() {
	build_and_execute(|| {
		// An account's or a custodian's.
		People::enrol_by(key(NEW), AccountKind::Person, HOSPITAL);
		assert_noop!(change_key(PATIENT, NEW), Error::<Test>::KeyTaken);
		People::set_custodian(&CLINIC, key(OTHER));
		assert_noop!(change_key(PATIENT, OTHER), Error::<Test>::KeyTaken);
	});
	build_and_execute(|| {
		// The account's own present key, another account's, or one that was replaced.
		for name in ["First", "Second"] {
			assert_ok!(change_key(PATIENT, name));
			Clock::pass(KEY_DELAY);
			assert_ok!(finish(name));
			assert_noop!(change_key(PATIENT, name), Error::<Test>::KeyTaken);
		}
		assert_noop!(change_key(PATIENT, "First"), Error::<Test>::KeyTaken);
		for name in ["First", "Second"] {
			assert_noop!(change_key(OTHER_PATIENT, name), Error::<Test>::KeyTaken);
		}
	});
}

#[test]
fn change_key_ends_when_signing_is_disabled() {
	build_and_execute(|| {
		use vouchsafe_support::Keys;
		assert_ok!(change_key(PATIENT, NEW));
		events();
		Admitted::set_signer(Some(REGISTRAR));
		Recovery::on_disabled(&PATIENT);
		assert_eq!(Changes::<Test>::get(PATIENT), None);
		assert_eq!(logged(), (REGISTRAR, None, LogEvent::KeyChangeEnded { key: key(NEW) }));
		assert_eq!(events(), [Event::KeyChangeEnded { account: PATIENT, key: key(NEW) }]);
		// Without one there is nothing to end.
		let lines = Logs::all().len();
		Recovery::on_disabled(&PATIENT);
		assert_eq!((Logs::all().len(), events()), (lines, vec![]));
	});
}
