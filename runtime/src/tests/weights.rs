//! How much of a block calls use.

use super::{chain::*, *};
use configs::system::RuntimeBlockWeights;
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	traits::Get,
};
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
	let RuntimeCall::Custody(pallet_custody::Call::acknowledge_many { versions }) =
		acknowledge_many("//PatientA", 0..64)
	else {
		unreachable!("it is this call")
	};
	let report = pallet_custody::Call::report_loss { versions }.into();
	for call in [create_many("//PatientA", 0..64), acknowledge_many("//PatientA", 0..64), report] {
		assert!(ref_time(call) < 50_000_000_000, "50 ms");
	}
}

/// Each of the two can have four affiliations, and all of them are read.
#[test]
fn what_two_of_the_staff_agree_on_counts_all_that_is_read() {
	let (patient, record) = (account("//PatientA"), Default::default());
	let (labels, status) = (LabelTags::default(), vouchsafe_primitives::RecordStatus::WrongContent);
	let two = 2 * 14 + 2;
	let consents = 2 * u64::from(vouchsafe_primitives::policy::MAX_KEYS - 3);
	let calls: [(RuntimeCall, u64); 4] = [
		(pallet_enrolment::Call::declare_deceased { patient: patient.clone() }.into(), two + 4),
		(
			pallet_records::Call::mark_entered_in_error {
				patient: patient.clone(),
				record,
				status,
			}
			.into(),
			two + 4,
		),
		(
			pallet_records::Call::add_labels { patient: patient.clone(), record, labels }.into(),
			two + 4 + consents,
		),
		(
			pallet_consent::Call::grant_assisted {
				patient,
				institution: account("//HospitalA"),
				grantee: Grantee::Institution(account("//HospitalA")),
				terms: permit(),
				text: ShownText { commitment: [7; 32].into(), language: *b"en" },
			}
			.into(),
			3 * 14 + 9,
		),
	];
	let db: frame_support::weights::RuntimeDbWeight =
		<Runtime as frame_system::Config>::DbWeight::get();
	for (call, reads) in calls {
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.all_gte(db.reads_writes(reads, 4)), "{call:?}");
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

/// What a transaction counts against its quota, in picoseconds.
fn charged(call: &RuntimeCall) -> u64 {
	(extension(0).weight(call) + call.get_dispatch_info().call_weight).ref_time()
}

#[test]
fn four_institutions_sustain_a_thousand_grants_a_second() {
	let (share, window) = four_shares();
	let grants = 4 * share.weight / charged(&grant(Grantee::Everyone, permit())) / window;
	println!("{grants} grants/s of four institutions");
	assert!(grants >= 1_000, "{grants}");
	let bytes = 4 * u64::from(share.bytes) / window / 1_000;
	assert!(bytes >= 1_000, "{bytes} bytes for each");
}

#[test]
fn no_institution_takes_the_chain() {
	let (share, window) = four_shares();
	let weights = RuntimeBlockWeights::get();
	let normal = weights.get(DispatchClass::Normal);
	let block = normal.max_total.unwrap().ref_time();
	// With what is reserved, and with what each call adds to a block beside its charge.
	let least = charged(&batch(vec![]));
	let added = (least + normal.base_extrinsic.ref_time()) as f64 / least as f64;
	let reserved = 1.0 / 4.0 + 1.0 / 16.0;
	let used = share.weight as f64 * (1.0 + reserved) * added / (block * window) as f64;
	println!("one institution of four fills {used:.2} of the blocks with the cheapest calls");
	assert!(used < 0.5, "{used}");
}

#[test]
fn an_institution_can_bring_an_upgrade() {
	let (share, _) = four_shares();
	let own = share.part(pallet_admission::Lane::Institution.account_part());
	let upgrade = frame_system::Call::apply_authorized_upgrade { code: vec![] };
	assert!(charged(&upgrade.into()) < own.weight);
	assert!(own.bytes > 4 * 1024 * 1024);
}

/// An institution's share if four are active, and the seconds of a window.
fn four_shares() -> (pallet_admission::Quota, u64) {
	let share = Chain::new().state(Admission::share);
	(share, <Runtime as pallet_admission::Config>::Window::get())
}
