//! Calls that are not on the list are refused, also inside a batch or a multisig's call.

use super::{chain::*, *};
use frame_support::assert_ok;
use sp_runtime::DispatchError;

fn transfer() -> RuntimeCall {
	pallet_balances::Call::transfer_keep_alive { dest: account("//PatientB").into(), value: 5 }
		.into()
}

fn filtered() -> DispatchError {
	frame_system::Error::<Runtime>::CallFiltered.into()
}

#[test]
fn calls_that_are_not_listed_are_refused() {
	let mut chain = Chain::new();
	let root = Box::new(frame_system::RawOrigin::Root.into());
	let calls: Vec<RuntimeCall> = vec![
		transfer(),
		pallet_balances::Call::transfer_all {
			dest: account("//PatientB").into(),
			keep_alive: false,
		}
		.into(),
		frame_system::Call::remark { remark: vec![1] }.into(),
		frame_system::Call::set_code { code: vec![1] }.into(),
		frame_system::Call::authorize_upgrade { code_hash: Default::default() }.into(),
		pallet_utility::Call::dispatch_as { as_origin: root, call: Box::new(transfer()) }.into(),
		pallet_utility::Call::as_derivative { index: 0, call: Box::new(transfer()) }.into(),
		pallet_collective::Call::execute { proposal: Box::new(transfer()), length_bound: 1_000 }
			.into(),
		pallet_session::Call::purge_keys {}.into(),
	];
	for call in calls {
		let shown = format!("{call:?}");
		assert_eq!(chain.block([("//HospitalA", call)]), [Ok(Err(filtered()))], "{shown}");
	}
}

#[test]
fn nothing_is_carried_past_the_list() {
	let mut chain = Chain::new();
	let before = chain.state(|| Balances::free_balance(account("//PatientB")));

	assert_eq!(
		chain.block([("//PatientA", batch(vec![transfer()]))]),
		[Ok(Err(filtered()))],
		"batch_all"
	);
	// If the inner call fails, the event of the outer call shows it.
	chain.ok("//PatientA", pallet_utility::Call::force_batch { calls: vec![transfer()] });
	chain.block([(
		"//PatientA",
		pallet_multisig::Call::as_multi_threshold_1 {
			other_signatories: vec![account("//DoctorA")],
			call: Box::new(transfer()),
		}
		.into(),
	)]);
	assert_eq!(chain.state(|| Balances::free_balance(account("//PatientB"))), before);
}

#[test]
fn transfers_pass_only_on_a_network_for_measuring() {
	let mut chain = Chain::new();
	chain.state(|| measuring::Enabled::<Runtime>::put(true));
	chain.ok("//PatientA", transfer());
	chain.state(measuring::Enabled::<Runtime>::kill);
	assert_eq!(chain.block([("//PatientA", transfer())]), [Ok(Err(filtered()))]);
}

#[test]
fn deposits_are_taken_and_given_back() {
	let mut chain = Chain::new();
	let reserved =
		|chain: &mut Chain| chain.state(|| Balances::reserved_balance(account("//PatientA")));
	let (other_signatories, call_hash) = (vec![account("//PatientB")], [7; 32]);
	let approve = pallet_multisig::Call::approve_as_multi {
		threshold: 2,
		other_signatories: other_signatories.clone(),
		maybe_timepoint: None,
		call_hash,
		max_weight: Default::default(),
	};
	chain.ok("//PatientA", approve);
	assert_eq!(reserved(&mut chain), configs::accounts::deposit(1, 88 + 2 * 32));
	let timepoint = chain.state(pallet_multisig::Pallet::<Runtime>::timepoint);
	let cancel = pallet_multisig::Call::cancel_as_multi {
		threshold: 2,
		other_signatories,
		timepoint: pallet_multisig::Timepoint { index: 1, ..timepoint },
		call_hash,
	};
	chain.ok("//PatientA", cancel);
	assert_eq!(reserved(&mut chain), 0);
}

#[test]
fn an_upgrade_is_brought_by_an_institution_once_it_is_authorised() {
	let mut chain = Chain::new();
	let code = vec![0u8; 100];
	let apply = || frame_system::Call::apply_authorized_upgrade { code: code.clone() };
	let nothing: DispatchError = frame_system::Error::<Runtime>::NothingAuthorized.into();
	assert_eq!(chain.block([("//DoctorA", apply().into())]), [Ok(Err(nothing))]);

	let code_hash = sp_io::hashing::blake2_256(&code).into();
	chain.state(|| {
		let authorize = frame_system::Call::<Runtime>::authorize_upgrade { code_hash };
		let origin = frame_system::RawOrigin::Root.into();
		assert_ok!(sp_runtime::traits::Dispatchable::dispatch(
			RuntimeCall::from(authorize),
			origin
		));
	});
	let other = frame_system::Call::apply_authorized_upgrade { code: vec![1] };
	let unauthorised: DispatchError = frame_system::Error::<Runtime>::Unauthorized.into();
	assert_eq!(chain.block([("//DoctorA", other.into())]), [Ok(Err(unauthorised))]);
}
