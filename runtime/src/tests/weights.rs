//! How much of a block calls use.

use super::{chain::*, *};
use configs::system::RuntimeBlockWeights;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use sp_runtime::traits::TransactionExtension;

/// The execution time of a transaction in a block, in picoseconds.
fn ref_time(call: RuntimeCall) -> u64 {
	let base = RuntimeBlockWeights::get().get(DispatchClass::Normal).base_extrinsic;
	let extension = extension(0).weight(&call);
	let total = base + extension + call.get_dispatch_info().call_weight;
	total.ref_time()
}

fn transfer() -> RuntimeCall {
	pallet_balances::Call::transfer_keep_alive { dest: account("//PatientB").into(), value: 5 }
		.into()
}

#[test]
fn a_grant_takes_at_most_one_and_a_half_transfers() {
	let (grant, transfer) = (ref_time(grant(Grantee::Everyone, permit())), ref_time(transfer()));
	println!("grant {grant} ps, transfer {transfer} ps, {:.2}", grant as f64 / transfer as f64);
	assert!(grant * 2 <= transfer * 3, "{grant} > 1.5 × {transfer}");
}

#[test]
fn a_thousand_grants_a_second_fit() {
	let block = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total.unwrap().ref_time();
	let grants = block / ref_time(grant(Grantee::Everyone, permit()));
	println!("{grants} grants a block");
	assert!(grants * 1_000 >= 1_000 * SLOT_DURATION, "{grants} grants a block");
}

#[test]
fn every_call_fits_a_block() {
	let (create, _) = create_own("//PatientA");
	let opening = open("//PatientA", Default::default());
	for call in [create, opening, revoke(Grantee::Everyone, 0)] {
		assert!(ref_time(call) < 3_000_000_000, "3 ms");
	}
	for call in [create_many("//PatientA", 0..64), acknowledge_many("//PatientA", 0..64)] {
		assert!(ref_time(call) < 50_000_000_000, "50 ms");
	}
}

/// The weight of one of 64, compared with a call of its own.
fn share_of_a_single(many: RuntimeCall, single: RuntimeCall) -> f64 {
	ref_time(many) as f64 / 64.0 / ref_time(single) as f64
}

#[test]
fn one_of_many_acknowledgements_takes_at_most_two_fifths_of_a_single_one() {
	let single = pallet_custody::Call::acknowledge {
		patient: account("//PatientA"),
		record: Default::default(),
		version: 0,
		epoch: 0,
	};
	let share = share_of_a_single(acknowledge_many("//PatientA", 0..64), single.into());
	println!("an acknowledgement of 64 takes {share:.2} of a single one");
	assert!(share <= 0.4, "{share}");
}

#[test]
fn one_of_many_records_takes_less_than_a_single_one() {
	let share = share_of_a_single(create_many("//PatientA", 0..64), create_own("//PatientA").0);
	println!("a record of 64 takes {share:.2} of a single one");
	assert!(share <= 0.5, "{share}");
}

#[test]
fn quotas_are_what_their_comments_say() {
	use configs::records::{InstitutionQuota, PersonQuota};
	let call = ref_time(grant(Grantee::Everyone, permit()));
	let (institution, person) = (InstitutionQuota::get(), PersonQuota::get());
	assert!((3_000..8_000).contains(&(institution.weight / call)), "{}", institution.weight / call);
	assert!((150..400).contains(&(person.weight / call)), "{}", person.weight / call);
	// An institution's quota is enough for an upgrade.
	let upgrade = frame_system::Call::apply_authorized_upgrade { code: vec![] };
	assert!(ref_time(upgrade.into()) < institution.weight);
	assert!(institution.bytes > 4 * 1024 * 1024);
}
