//! What may be read: a case for each row of the table, allowed and refused.

use super::*;
use proptest::prelude::*;
use vouchsafe_client::chain::{storage::*, Grantee};

const ME: AccountId = AccountId::new([1; 32]);
const OTHER: AccountId = AccountId::new([2; 32]);
const THIRD: AccountId = AccountId::new([3; 32]);
const NEW_KEY: AccountId = AccountId::new([4; 32]);
const RECORD_ID: H256 = H256([9; 32]);

/// What the account [`ME`] is answered.
fn me(key: &[u8]) -> Answer {
	may_read(Caller::Account { account: &ME, key: &ME }, key)
}

/// The same if another key has replaced the account's first one.
fn me_with_new_key(key: &[u8]) -> Answer {
	may_read(Caller::Account { account: &ME, key: &NEW_KEY }, key)
}

/// The same if the account is not active, or its key is disabled.
fn me_barred(key: &[u8]) -> Answer {
	may_read(Caller::Barred { account: &ME, key: &NEW_KEY }, key)
}

fn anyone(key: &[u8]) -> Answer {
	may_read(Caller::Anyone, key)
}

/// Checks the answers to [`ME`] and to somebody who did not sign.
fn check(key: &[u8], to_me: Answer, to_anyone: Answer) {
	assert_eq!(me(key), to_me, "{}", hex::encode(key));
	assert_eq!(anyone(key), to_anyone, "{}", hex::encode(key));
}

#[test]
fn the_clock_the_validators_and_the_institutions_are_for_everyone() {
	for key in [
		now().bytes,
		last_upgrade().bytes,
		block_hash(0).bytes,
		authorities().bytes,
		set_id().bytes,
		releases("wallet").bytes,
		institutions().prefix,
		institution(&OTHER).bytes,
		custodian_account(&OTHER).bytes,
		assisted_delay().bytes,
		attempt_lifetime().bytes,
		registration_lifetime().bytes,
	] {
		check(&key, Answer::Yes, Answer::Yes);
		assert_eq!(me_barred(&key), Answer::Yes);
	}
}

#[test]
fn an_account_is_read_by_its_name_only() {
	check(&account(&OTHER).bytes, Answer::IfEnrolled(OTHER), Answer::IfInstitution(OTHER));
	check(&account(&ME).bytes, Answer::Yes, Answer::IfInstitution(ME));
	let all = prefix("Enrolment", "Accounts");
	check(&all, Answer::No, Answer::No);
	let key = account(&OTHER).bytes;
	check(&key[..key.len() - 1], Answer::No, Answer::No);
	check(&[&key[..], &[0]].concat(), Answer::No, Answer::No);
	let mut forged = key;
	forged[40] ^= 1;
	check(&forged, Answer::No, Answer::No);
}

#[test]
fn affiliations_are_listed_by_practitioner() {
	for key in [
		affiliations(&OTHER).prefix,
		affiliation(&OTHER, &THIRD).bytes,
		affiliated_with(&OTHER).bytes,
	] {
		check(&key, Answer::IfEnrolled(OTHER), Answer::No);
	}
	check(&affiliations(&ME).prefix, Answer::Yes, Answer::No);
	check(&prefix("Enrolment", "Affiliations"), Answer::No, Answer::No);
	check(&prefix("Enrolment", "AffiliatedWith"), Answer::No, Answer::No);
}

#[test]
fn what_is_ones_own_is_for_nobody_else() {
	let keys = |whose: &AccountId| {
		[system_account(whose).bytes, key_state(whose).bytes, ledger(whose).bytes]
	};
	for key in keys(&ME) {
		check(&key, Answer::Yes, Answer::No);
		// Above it is everybody's.
		check(&key[..32], Answer::No, Answer::No);
		check(&key[..79], Answer::No, Answer::No);
	}
	for key in keys(&OTHER) {
		check(&key, Answer::No, Answer::No);
	}
}

#[test]
fn what_is_the_patients_is_for_representatives_within_their_scopes() {
	let keys = |whose: &AccountId| -> Vec<(Vec<u8>, &'static [Scope])> {
		vec![
			(all_consents(whose).prefix, &[Scope::Consents]),
			(consents(whose, &Grantee::Everyone).bytes, &[Scope::Consents]),
			(awaiting_authority(whose, &THIRD).bytes, &[Scope::Consents]),
			(assisted_refused(whose).bytes, &[Scope::Consents]),
			(staff_proposal(whose, &THIRD).bytes, &[Scope::Consents]),
			(holder_choice(whose).bytes, &[Scope::Records, Scope::Holders]),
			(requests(whose).prefix, &[Scope::Requests]),
			(guardians(whose).bytes, &[]),
			(key_change(whose).bytes, &[]),
			(attempt(whose).bytes, &[]),
		]
	};
	for (key, _) in keys(&ME) {
		check(&key, Answer::Yes, Answer::No);
	}
	for (key, scopes) in keys(&OTHER) {
		check(&key, Answer::IfRepresents(OTHER, scopes), Answer::No);
		for length in [32, 79] {
			check(&key[..length], Answer::No, Answer::No);
		}
		let mut forged = key;
		forged[40] ^= 1;
		check(&forged, Answer::No, Answer::No);
	}
	// The caller is in the key, but not as the patient.
	for key in [awaiting_authority(&OTHER, &ME).bytes, staff_proposal(&OTHER, &ME).bytes] {
		check(&key, Answer::IfRepresents(OTHER, &[Scope::Consents]), Answer::No);
	}
}

#[test]
fn who_represents_a_patient_and_whether_it_is_a_ward_is_read_one_at_a_time() {
	for ([own, key], answer) in [
		([ME, OTHER].map(|whose| representatives(&whose).bytes), Answer::IfListed(OTHER)),
		([ME, OTHER].map(|whose| present_key(&whose).bytes), Answer::IfListedForWard(OTHER)),
		([ME, OTHER].map(|whose| log(&whose).bytes), Answer::IfMayReadLog(OTHER)),
	] {
		check(&own, Answer::Yes, Answer::No);
		check(&key, answer, Answer::No);
		check(&[&key[..], &[0]].concat(), Answer::No, Answer::No);
		for length in [32, 48, key.len() - 1] {
			check(&key[..length], Answer::No, Answer::No);
		}
		let mut forged = key;
		forged[40] ^= 1;
		check(&forged, Answer::No, Answer::No);
	}
}

/// What a wallet reads before it objects, and nothing else.
#[test]
fn a_disabled_key_reads_what_an_objection_needs() {
	for key in [
		account(&ME).bytes,
		system_account(&ME).bytes,
		system_account(&NEW_KEY).bytes,
		key_state(&ME).bytes,
		key_state(&NEW_KEY).bytes,
		present_key(&ME).bytes,
		guardians(&ME).bytes,
		key_change(&ME).bytes,
		attempt(&ME).bytes,
		representatives(&ME).bytes,
	] {
		assert_eq!(me_barred(&key), Answer::Yes, "{}", hex::encode(&key));
		assert_eq!(me_barred(&key[..79]), Answer::No);
	}
	// As somebody who did not sign.
	assert_eq!(me_barred(&account(&OTHER).bytes), Answer::IfInstitution(OTHER));
	for key in [
		system_account(&OTHER).bytes,
		key_state(&OTHER).bytes,
		present_key(&OTHER).bytes,
		present_key(&NEW_KEY).bytes,
		attempt(&OTHER).bytes,
		attempt(&NEW_KEY).bytes,
		representatives(&OTHER).bytes,
		log(&ME).bytes,
		all_consents(&ME).prefix,
		records(&ME).prefix,
		record(&ME, &RECORD_ID).bytes,
		requests(&ME).prefix,
		openings(&ME, &THIRD).bytes,
		holder_choice(&ME).bytes,
		holder_set(&ME, 0).bytes,
		staff_proposal(&ME, &THIRD).bytes,
		affiliated_with(&ME).bytes,
		ledger(&ME).bytes,
		study(1).bytes,
		version(&RECORD_ID, 0).bytes,
		events(),
	] {
		assert_eq!(me_barred(&key), Answer::No, "{}", hex::encode(&key));
	}
}

/// The account's own things are under its name, and nonces are under the key's.
#[test]
fn a_new_key_reads_what_is_the_accounts_and_its_own_nonce() {
	for key in [log(&ME).bytes, records(&ME).prefix, attempt(&ME).bytes, guardians(&ME).bytes] {
		assert_eq!(me_with_new_key(&key), Answer::Yes);
	}
	for key in [system_account(&NEW_KEY).bytes, system_account(&ME).bytes] {
		assert_eq!(me_with_new_key(&key), Answer::Yes);
	}
	assert_eq!(me(&system_account(&NEW_KEY).bytes), Answer::No);
	// Nothing else is under a key.
	for (key, answer) in [
		(log(&NEW_KEY).bytes, Answer::IfMayReadLog(NEW_KEY)),
		(records(&NEW_KEY).prefix, Answer::No),
		(attempt(&NEW_KEY).bytes, Answer::IfRepresents(NEW_KEY, &[])),
	] {
		assert_eq!(me_with_new_key(&key), answer);
	}
}

/// Nobody needs to know which other keys sign for whom.
#[test]
fn which_key_signs_for_which_account_is_read_of_ones_own_only() {
	for key in [key_state(&ME).bytes, present_key(&ME).bytes] {
		check(&key, Answer::Yes, Answer::No);
		assert_eq!(me_with_new_key(&key), Answer::Yes);
	}
	assert_eq!(me_with_new_key(&key_state(&NEW_KEY).bytes), Answer::Yes);
	for key in [key_state(&OTHER).bytes, key_state(&NEW_KEY).bytes] {
		check(&key, Answer::No, Answer::No);
	}
}

#[test]
fn records_are_the_patients_and_those_that_the_caller_can_open() {
	check(&records(&ME).prefix, Answer::Yes, Answer::No);
	check(&record(&ME, &RECORD_ID).bytes, Answer::Yes, Answer::No);
	check(&record(&OTHER, &RECORD_ID).bytes, Answer::IfOpenable(OTHER, RECORD_ID), Answer::No);
	check(&records(&OTHER).prefix, Answer::No, Answer::No);
	check(&prefix("Records", "Records"), Answer::No, Answer::No);
}

#[test]
fn versions_and_sharing_sets_are_as_their_record() {
	for key in [version(&RECORD_ID, 3).bytes, sharing_set(&RECORD_ID, 3).bytes] {
		check(&key, Answer::IfRecord(RECORD_ID), Answer::No);
		for length in [32, 63, 64, key.len() - 1] {
			check(&key[..length], Answer::No, Answer::No);
		}
	}
	// A record's id may be anything, also what looks like the caller's account.
	let mut own = prefix("Records", "Versions");
	own.extend(blake2_128_concat(&account_bytes(&ME)));
	check(&own, Answer::No, Answer::No);
}

#[test]
fn holder_sets_are_the_patients_and_of_those_whose_records_the_caller_can_open() {
	check(&holder_set(&ME, 0).bytes, Answer::Yes, Answer::No);
	let key = holder_set(&OTHER, 0).bytes;
	check(&key, Answer::IfAnyOpenable(OTHER), Answer::No);
	check(&key[..key.len() - NUMBER], Answer::No, Answer::No);
}

#[test]
fn requests_are_the_patients_and_the_askers() {
	check(&requests(&ME).prefix, Answer::Yes, Answer::No);
	check(&request(&ME, 4).bytes, Answer::Yes, Answer::No);
	check(&request(&OTHER, 4).bytes, Answer::IfAsker(OTHER), Answer::No);
	let key = request(&OTHER, 4).bytes;
	for part in [&key[..key.len() - 1], &requests(&OTHER).prefix] {
		check(part, Answer::IfRepresents(OTHER, &[Scope::Requests]), Answer::No);
	}
	check(&prefix("AccessRequests", "Requests"), Answer::No, Answer::No);
}

#[test]
fn openings_are_the_patients_and_the_readers() {
	check(&openings(&ME, &OTHER).bytes, Answer::Yes, Answer::No);
	let own = blake2_128_concat(&account_bytes(&ME));
	check(&[prefix("Custody", "Openings"), own].concat(), Answer::Yes, Answer::No);
	let key = openings(&OTHER, &ME).bytes;
	check(&key, Answer::IfThere, Answer::No);
	check(&[&key[..], &[0]].concat(), Answer::No, Answer::No);
	check(&key[..key.len() - 1], Answer::No, Answer::No);
	check(&key[..80], Answer::No, Answer::No);
	check(&openings(&OTHER, &THIRD).bytes, Answer::No, Answer::No);
}

#[test]
fn studies_are_for_enrolled_accounts_and_their_people_are_not() {
	for key in [next_study().bytes, study(1).bytes, round(1, 0).bytes, study_result(1, 0).bytes] {
		check(&key, Answer::Yes, Answer::No);
	}
	for key in [contributed(1, 0, &ME).bytes, people_of(1, 0, &ME).bytes] {
		check(&key, Answer::IfThere, Answer::No);
	}
	for key in [
		people(1, 0).prefix,
		contributed(1, 0, &OTHER).bytes,
		people_of(1, 0, &OTHER).bytes,
		prefix("Studies", "People"),
		[prefix("Studies", "People"), blake2_128_concat(&account_bytes(&ME))].concat(),
	] {
		check(&key, Answer::No, Answer::No);
	}
}

#[test]
fn nobody_reads_anything_else() {
	for key in [
		events(),
		vec![],
		prefix("Custody", "Unacknowledged"),
		prefix("Custody", "Refusals"),
		prefix("AccessRequests", "OpenByAsker"),
		prefix("Studies", "OpenOf"),
		prefix("Studies", "Choices"),
		prefix("Admission", "Usage"),
		prefix("Admission", "Signer"),
		prefix("Representation", "Acting"),
		prefix("Representation", "RepresentativesOf"),
		council_members().bytes,
		b":code".to_vec(),
		now().bytes[..31].to_vec(),
		prefix("System", "Account"),
		[prefix("System", "Digest"), blake2_128_concat(&account_bytes(&ME))].concat(),
	] {
		check(&key, Answer::No, Answer::No);
	}
}

#[test]
fn each_row_is_another_item_of_the_chain() {
	let mut names: Vec<_> =
		TABLE.iter().chain(&IN_ROUNDS).map(|(pallet, item, _)| (pallet, item)).collect();
	names.sort();
	names.dedup();
	assert_eq!(names.len(), TABLE.len() + IN_ROUNDS.len());
	for (pallet, item) in &FOR_OBJECTIONS {
		assert!(names.contains(&(pallet, item)), "{pallet}.{item}");
	}
}

proptest! {
	/// What is answered about a prefix holds for all keys below it.
	#[test]
	fn a_permitted_prefix_permits_what_is_below_it(row in 0..TABLE.len(), own: Option<bool>, rest: Vec<u8>, at: prop::sample::Index) {
		let (pallet, item, _) = TABLE[row];
		let mut key = prefix(pallet, item);
		if let Some(own) = own {
			key.extend(blake2_128_concat(&account_bytes(if own { &ME } else { &NEW_KEY })));
		}
		key.extend(&rest);
		let above = &key[..at.index(key.len() + 1)];
		let callers = [
			Caller::Anyone,
			Caller::Account { account: &ME, key: &ME },
			Caller::Account { account: &ME, key: &NEW_KEY },
			Caller::Barred { account: &ME, key: &NEW_KEY },
		];
		for caller in callers {
			if may_read(caller, above) == Answer::Yes {
				prop_assert_eq!(may_read(caller, &key), Answer::Yes);
			}
			if let Answer::IfRepresents(patient, scopes) = may_read(caller, above) {
				let below = may_read(caller, &key);
				let is_same = below == Answer::IfRepresents(patient.clone(), scopes);
				let by_request = below == Answer::IfAsker(patient) && scopes == [Scope::Requests];
				prop_assert!(is_same || by_request);
			}
			// Who may do more reads no less.
			if may_read(caller, &key) == Answer::Yes && caller == Caller::Anyone {
				prop_assert_eq!(me_barred(&key), Answer::Yes);
			}
			if me_barred(&key) == Answer::Yes {
				prop_assert_eq!(me_with_new_key(&key), Answer::Yes);
			}
		}
	}

	#[test]
	fn foreign_bytes_are_refused(bytes: Vec<u8>) {
		prop_assert_eq!(me(&bytes), Answer::No);
		prop_assert_eq!(me_with_new_key(&bytes), Answer::No);
		prop_assert_eq!(me_barred(&bytes), Answer::No);
		prop_assert_eq!(anyone(&bytes), Answer::No);
	}
}
