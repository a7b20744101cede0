//! Which transactions the pool accepts, and which go first.

use super::{chain::*, *};
use frame_support::weights::Weight;
use pallet_admission::{codes, priorities, AccountUsage, Quota, ShareUsage, Shares, Usage};
use sp_runtime::transaction_validity::{
	InvalidTransaction, TransactionValidity, TransactionValidityError,
};

fn refused(code: u8) -> TransactionValidity {
	Err(TransactionValidityError::Invalid(InvalidTransaction::Custom(code)))
}

/// A priority without what it is lowered by for what was used.
fn class(priority: u64) -> u64 {
	priority.next_multiple_of(1_000_000)
}

const ALL: Quota = Quota { weight: u64::MAX, bytes: u32::MAX };

/// Uses up an account's quota in this window.
fn spend_quota(chain: &mut Chain, holder: &str) {
	chain.state(|| {
		let window = Admission::window();
		let usage = AccountUsage { window, used: ALL, ..Default::default() };
		Usage::<Runtime>::insert(account(holder), usage);
	});
}

/// Uses up what everybody whom an institution enrolled may use in this window.
fn spend_share(chain: &mut Chain, institution: &str) {
	chain.state(|| {
		let window = Admission::window();
		let usage = ShareUsage { window, everyone: ALL, ..Default::default() };
		Shares::<Runtime>::insert(account(institution), usage);
	});
}

/// A chain on which patient A has a consent, and the call that revokes it.
fn chain_with_consent() -> (Chain, RuntimeCall) {
	let mut chain = Chain::new();
	let revoke = grant_to_hospital_b(&mut chain);
	(chain, revoke)
}

#[test]
fn a_stranger_is_told_so() {
	let mut chain = Chain::new();
	let call = grant(Grantee::Everyone, permit());
	assert_eq!(chain.validate("//Stranger", call, 0), refused(codes::STRANGER));
}

#[test]
fn an_institution_has_one_share_and_reserves_a_part() {
	let mut chain = Chain::new();
	let call = || batch(vec![]);
	spend_share(&mut chain, "//HospitalA");
	for path in ["//DoctorA", "//PatientA"] {
		assert_eq!(chain.validate(path, call(), 0), refused(codes::QUOTA_SPENT), "{path}");
	}
	for path in ["//HospitalA//custodian", "//RegistrarA", "//HospitalA", "//DoctorB"] {
		assert!(chain.validate(path, call(), 0).is_ok(), "{path}");
	}
}

/// A suspended institution gives its share to the others.
#[test]
fn shares_follow_the_active_institutions() {
	let mut chain = Chain::new();
	let all = chain.state(Admission::share);
	let suspend = pallet_enrolment::Call::<Runtime>::set_status {
		account: account("//HospitalC"),
		status: vouchsafe_primitives::Status::Suspended,
	};
	chain.state(|| {
		let origin = frame_system::RawOrigin::Root.into();
		frame_support::assert_ok!(
			frame_support::traits::UnfilteredDispatchable::dispatch_bypass_filter(suspend, origin)
		);
	});
	let more = chain.state(Admission::share);
	assert_eq!(more.weight / 4, all.weight / 3);
}

#[test]
fn only_who_manages_an_account_restricts_it_before_others() {
	let mut chain = Chain::new();
	let suspend = |path| pallet_enrolment::Call::set_status {
		account: account(path),
		status: vouchsafe_primitives::Status::Suspended,
	};
	let disable = pallet_enrolment::Call::set_signing_disabled {
		account: account("//DoctorA"),
		since: Some(0),
	};
	let end = pallet_enrolment::Call::end_affiliation {
		institution: account("//HospitalA"),
		practitioner: account("//DoctorA"),
	};
	let calls: [RuntimeCall; 3] = [suspend("//DoctorA").into(), disable.into(), end.into()];
	for call in calls {
		let mut priority = |path| class(chain.validate(path, call.clone(), 0).unwrap().priority);
		assert_eq!(priority("//RegistrarA"), priorities::RESTRICTION);
		assert_eq!(priority("//HospitalA"), priorities::RESTRICTION);
		assert_eq!(priority("//RegistrarB"), priorities::MANAGEMENT);
		assert_eq!(priority("//DoctorA"), priorities::ORDINARY);
	}
	let activate = pallet_enrolment::Call::set_status {
		account: account("//DoctorA"),
		status: vouchsafe_primitives::Status::Active,
	};
	let priority = chain.validate("//RegistrarA", activate, 0).unwrap().priority;
	assert_eq!(priority, priorities::MANAGEMENT);
}

/// Few institutions have light calls of the council, and many patients revoke. But a heavy one, which
/// closing a motion says it is, could fill a block.
#[test]
fn light_calls_of_the_council_go_before_revocations_and_heavy_ones_after() {
	let mut chain = Chain::new();
	let close = pallet_collective::Call::<Runtime, pallet_collective::Instance1>::close {
		proposal_hash: Default::default(),
		index: 0,
		proposal_weight_bound: Weight::from_parts(100_000_000_000, 0),
		length_bound: 0,
	};
	let heavy = chain.validate("//HospitalA", close, 0).unwrap().priority;
	assert_eq!(heavy, priorities::HEAVY_COUNCIL);
	assert!(heavy > priorities::RESTRICTION && heavy < priorities::REVOCATION);
	let vote = pallet_collective::Call::<Runtime, pallet_collective::Instance1>::vote {
		proposal: Default::default(),
		index: 0,
		approve: true,
	};
	let mut priority = |path| chain.validate(path, vote.clone(), 0).unwrap().priority;
	assert!(priority("//HospitalA") > heavy.max(priorities::REVOCATION));
	assert_eq!(priority("//HospitalA"), priorities::COUNCIL);
	assert_eq!(priority("//PatientA"), priorities::ORDINARY);
}

/// The pool uses the best block's time: the quota is full again with the first block of the next
/// five minutes, even if there were few blocks.
#[test]
fn a_spent_quota_is_full_again_after_five_minutes() {
	let mut chain = Chain::new();
	spend_quota(&mut chain, "//PatientA");
	let call = || grant(Grantee::Everyone, permit());
	assert_eq!(chain.validate("//PatientA", call(), 0), refused(codes::QUOTA_SPENT));
	chain.block_at(298);
	assert_eq!(chain.validate("//PatientA", call(), 0), refused(codes::QUOTA_SPENT));
	chain.block_at(300);
	assert!(chain.validate("//PatientA", call(), 0).is_ok());
	chain.ok("//PatientA", call());
}

#[test]
fn one_account_can_not_fill_the_pool() {
	let mut chain = Chain::new();
	let call = || grant(Grantee::Everyone, permit());
	assert!(chain.validate("//PatientA", call(), 100).is_ok());
	assert_eq!(chain.validate("//PatientA", call(), 1_000), refused(codes::NONCE_TOO_FAR));
}

#[test]
fn a_revocation_passes_over_the_quota() {
	let (mut chain, revoke) = chain_with_consent();
	spend_quota(&mut chain, "//PatientA");
	let valid = chain.validate("//PatientA", revoke.clone(), 0).unwrap();
	assert_eq!(valid.priority, priorities::REVOCATION);
	assert_eq!(chain.block([("//PatientA", revoke)]), [Ok(Ok(()))]);
}

#[test]
fn only_one_revocation_at_a_time_passes_over_the_quota() {
	let (mut chain, revoke) = chain_with_consent();
	spend_quota(&mut chain, "//PatientA");
	assert_eq!(chain.validate("//PatientA", revoke, 1), refused(codes::QUOTA_SPENT));
}

#[test]
fn a_revocation_of_nothing_passes_over_nothing() {
	let (mut chain, _) = chain_with_consent();
	let nothing = || super::revoke(Grantee::Everyone, 0);
	let valid = chain.validate("//PatientA", nothing(), 0).unwrap();
	assert_eq!(class(valid.priority), priorities::ORDINARY);
	spend_quota(&mut chain, "//PatientA");
	assert_eq!(chain.validate("//PatientA", nothing(), 0), refused(codes::QUOTA_SPENT));
}

#[test]
fn the_revocation_of_a_deny_passes_over_nothing() {
	let mut chain = Chain::new();
	let grantee = Grantee::Institution(account("//HospitalB"));
	let deny = Terms::all(Effect::Deny { binds_break_glass: false });
	chain.ok("//PatientA", grant(grantee.clone(), deny));
	let id = chain.state(|| Consent::consents_of(account("//PatientA"), None, 10))[0].1.id;
	let lift = || super::revoke(grantee.clone(), id);
	let valid = chain.validate("//PatientA", lift(), 0).unwrap();
	assert_eq!(class(valid.priority), priorities::ORDINARY);
	spend_quota(&mut chain, "//PatientA");
	assert_eq!(chain.validate("//PatientA", lift(), 0), refused(codes::QUOTA_SPENT));
}

#[test]
fn a_batch_rides_no_revocation() {
	let (mut chain, revoke) = chain_with_consent();
	let batch = || batch(vec![revoke.clone(), grant(Grantee::Everyone, permit())]);
	let valid = chain.validate("//PatientA", batch(), 0).unwrap();
	assert_eq!(class(valid.priority), priorities::ORDINARY);
	spend_quota(&mut chain, "//PatientA");
	assert_eq!(chain.validate("//PatientA", batch(), 0), refused(codes::QUOTA_SPENT));
}

#[test]
fn anothers_consent_is_no_revocation_of_ones_own() {
	let (mut chain, revoke) = chain_with_consent();
	let valid = chain.validate("//PatientB", revoke, 0).unwrap();
	assert_eq!(class(valid.priority), priorities::ORDINARY);
}

#[test]
fn revocations_go_before_openings_and_these_before_the_rest() {
	let (mut chain, revoke) = chain_with_consent();
	let priority =
		|chain: &mut Chain, path, call| class(chain.validate(path, call, 0).unwrap().priority);
	let revocation = priority(&mut chain, "//PatientA", revoke);
	let opening = priority(&mut chain, "//DoctorB", open("//PatientA", Default::default()));
	let ordinary = priority(&mut chain, "//PatientA", grant(Grantee::Everyone, permit()));
	assert!(revocation > opening);
	assert!(opening > ordinary);
	let acknowledge = pallet_custody::Call::acknowledge {
		patient: account("//PatientA"),
		record: Default::default(),
		version: 0,
		epoch: 0,
	};
	let report = pallet_custody::Call::report_loss { versions: Default::default() };
	for call in [acknowledge.into(), acknowledge_many("//PatientA", 0..64), report.into()] {
		assert_eq!(priority(&mut chain, "//HospitalA//custodian", call.clone()), opening);
		assert_eq!(priority(&mut chain, "//PatientB", call), ordinary);
	}
}

#[test]
fn calls_inside_a_batch_count_in_full() {
	let mut chain = Chain::new();
	let grants = (0..200).map(|_| grant(Grantee::Everyone, permit())).collect::<Vec<_>>();
	// More than ten thousand single calls fit an account's quota, and two hundred are in each batch.
	assert!(chain.validate("//PatientA", batch(grants.clone()), 100).is_ok());
	assert_eq!(chain.validate("//PatientA", batch(grants), 200), refused(codes::NONCE_TOO_FAR));
}
