//! Proxies: accounts that act for another account.

use super::{chain::*, *};
use codec::Decode;
use configs::accounts::ProxyType;
use frame_support::traits::InstanceFilter;
use sp_runtime::{DispatchError, DispatchResult};
use vouchsafe_primitives::{audit::LogEntry, Grantor, Status};

/// The result of the proxied call in the latest block.
fn proxied_result(events: Vec<RuntimeEvent>) -> DispatchResult {
	events
		.into_iter()
		.find_map(|event| match event {
			RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
			_ => None,
		})
		.expect("a proxied call was executed")
}

#[test]
fn a_suspended_account_does_nothing_through_a_proxy() {
	let mut chain = Chain::new();
	chain.ok("//PatientA", add_proxy("//PatientB", ProxyType::Any));
	let set_status =
		|status| pallet_enrolment::Call::set_status { account: account("//PatientA"), status };
	chain.ok("//RegistrarA", set_status(Status::Suspended));
	let (create, _) = create_own("//PatientA");
	for call in [grant(Grantee::Everyone, permit()), create] {
		let events = chain.ok("//PatientB", proxied("//PatientA", call));
		assert!(proxied_result(events).is_err());
	}
	chain.state(|| {
		assert!(Consent::consents_of(account("//PatientA")).is_empty());
		assert!(Records::records_of(account("//PatientA"), None, 10).is_empty());
	});

	chain.ok("//RegistrarA", set_status(Status::Active));
	let call = grant(Grantee::Everyone, permit());
	let events = chain.ok("//PatientB", proxied("//PatientA", call));
	assert_eq!(proxied_result(events), Ok(()));
}

#[test]
fn a_suspended_proxy_is_refused() {
	let mut chain = Chain::new();
	chain.ok("//PatientA", add_proxy("//PatientB", ProxyType::Any));
	let suspend = pallet_enrolment::Call::set_status {
		account: account("//PatientB"),
		status: Status::Suspended,
	};
	chain.ok("//RegistrarB", suspend);
	let call = proxied("//PatientA", grant(Grantee::Everyone, permit()));
	assert!(chain.validate("//PatientB", call, 0).is_err());
}

#[test]
fn the_log_and_the_consent_name_both() {
	let mut chain = Chain::new();
	chain.ok("//PatientA", add_proxy("//PatientB", ProxyType::Consents));
	let call = grant(Grantee::Everyone, permit());
	let events = chain.ok("//PatientB", proxied("//PatientA", call));
	let entry = events
		.into_iter()
		.find_map(|event| match event {
			RuntimeEvent::Audit(pallet_audit::Event::Appended { entry, .. }) => Some(entry),
			_ => None,
		})
		.unwrap();
	let entry = LogEntry::decode(&mut &entry[1..]).unwrap();
	assert_eq!(entry.origin, account("//PatientA"));
	assert_eq!(entry.signer, account("//PatientB"));
	chain.state(|| {
		let consents = Consent::consents_of(account("//PatientA"));
		assert_eq!(consents[0].1.grantor, Grantor::Representative(account("//PatientB")));
		assert!(pallet_admission::Signer::<Runtime>::get().is_none(), "only while dispatching");
	});
}

#[test]
fn a_proxy_does_what_it_is_for() {
	let consent = grant(Grantee::Everyone, permit());
	let opening = open("//PatientA", Default::default());
	let (writing, _) = create_own("//PatientA");
	let other = batch(vec![]);
	let rows = [
		(ProxyType::Any, [true, true, true, true]),
		(ProxyType::Consents, [true, false, false, false]),
		(ProxyType::Reading, [false, true, false, false]),
		(ProxyType::Writing, [false, false, true, false]),
	];
	for (proxy_type, expected) in rows {
		let found = [&consent, &opening, &writing, &other].map(|call| proxy_type.filter(call));
		assert_eq!(found, expected, "{proxy_type:?}");
		assert!(ProxyType::Any.is_superset(&proxy_type));
		assert!(proxy_type.is_superset(&proxy_type));
		assert_eq!(proxy_type.is_superset(&ProxyType::Any), proxy_type == ProxyType::Any);
	}
}

#[test]
fn a_proxy_for_reading_can_not_consent() {
	let mut chain = Chain::new();
	chain.ok("//PatientA", add_proxy("//PatientB", ProxyType::Reading));
	let call = grant(Grantee::Everyone, permit());
	let events = chain.ok("//PatientB", proxied("//PatientA", call));
	let filtered: DispatchError = frame_system::Error::<Runtime>::CallFiltered.into();
	assert_eq!(proxied_result(events), Err(filtered));
}

#[test]
fn a_stranger_is_nobodys_proxy() {
	let mut chain = Chain::new();
	let call = proxied("//PatientA", grant(Grantee::Everyone, permit()));
	let not_proxy: DispatchError = pallet_proxy::Error::<Runtime>::NotProxy.into();
	assert_eq!(chain.block([("//PatientB", call)]), [Ok(Err(not_proxy))]);
}
