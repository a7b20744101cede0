//! What is read with proofs is what the runtime answers, at each block of a network's chain. The wallet
//! and the command work out decisions and lists from proven storage; the node runs the runtime.

use std::{fmt::Debug, future::Future, sync::Arc};
use vouchsafe_client::{
	chain::{AccountId, Action, Chain, ChainError, Ground, Purpose, Signer, Submit, View},
	proven::ProvenChain,
};
use vouchsafe_e2e::{commands::keypair, network::Network};

/// The people of the story.
const PATIENTS: [&str; 1] = ["//Story//Patient"];
const READERS: [&str; 4] = ["//Story//Patient", "//DoctorA", "//DoctorB", "//DoctorB2"];
const INSTITUTIONS: [&str; 3] = ["//HospitalA", "//HospitalB", "//HospitalC"];

/// Compares all answers at each block from the second one to the newest.
pub async fn agree_at_each_block(network: &Network) {
	let believed = Chain::connect(&network.node_url()).await.unwrap();
	let proven = ProvenChain::new(believed.clone(), vec![], None, Arc::new(|_| ())).await.unwrap();
	let newest = proven.finalized().await.unwrap().number();
	let mut compared = Compared::default();
	for number in 1..=newest {
		let believed = believed.at_number(number).await.unwrap();
		let proven = proven.at_number(number).await.unwrap();
		assert_eq!(believed.hash(), proven.hash(), "block {number}");
		compared.number = number;
		at_block(&mut compared, &believed, &proven).await;
	}
	println!("{} answers were the same, of {newest} blocks", compared.answers);
	assert!(compared.answers > 20 * u64::from(newest), "too little was compared");
}

#[derive(Default)]
struct Compared {
	number: u32,
	answers: u64,
}

impl Compared {
	async fn same<T: PartialEq + Debug>(
		&mut self,
		what: &str,
		believed: impl Future<Output = Result<T, ChainError>>,
		proven: impl Future<Output = Result<T, ChainError>>,
	) -> T {
		let answer = believed.await.unwrap_or_else(|error| panic!("{what}: {error}"));
		let again = proven.await.unwrap_or_else(|error| panic!("{what}, proven: {error}"));
		assert_eq!(again, answer, "{what} at block {}", self.number);
		self.answers += 1;
		answer
	}
}

/// Asks both views the same, and takes the answer.
macro_rules! both {
	($compared:ident, $one:ident, $other:ident, $name:ident($($argument:expr),*)) => {
		$compared.same(
			stringify!($name),
			$one.$name($($argument.clone()),*),
			$other.$name($($argument.clone()),*),
		).await
	};
}

async fn at_block(compared: &mut Compared, one: &impl View, other: &impl View) {
	let accounts = |names: &[&str]| -> Vec<AccountId> {
		names.iter().map(|name| keypair(name).unwrap().account()).collect()
	};
	both!(compared, one, other, time());
	both!(compared, one, other, all_institutions());
	for institution in &accounts(&INSTITUTIONS) {
		both!(compared, one, other, institution(&institution));
		both!(compared, one, other, unacknowledged(&institution, 64));
	}
	let readers = accounts(&READERS);
	for reader in &readers {
		both!(compared, one, other, account(&reader));
		both!(compared, one, other, all_affiliations(&reader));
		both!(compared, one, other, nonce(&reader));
	}
	for patient in &accounts(&PATIENTS) {
		both!(compared, one, other, audit_head(&patient));
		both!(compared, one, other, holder_choice(&patient));
		both!(compared, one, other, all_consents_of(&patient));
		both!(compared, one, other, all_requests_of(&patient));
		let records = both!(compared, one, other, all_records_of(&patient));
		for reader in &readers {
			both!(compared, one, other, openings(&patient, &reader));
		}
		// The first of them, so that a block takes no longer than a slot.
		for (record, _) in records.iter().take(3) {
			both!(compared, one, other, record(&patient, record));
			both!(compared, one, other, version(&patient, record, 0));
			both!(compared, one, other, sharing_set(&patient, record, 0));
			for (reader, ground) in &grounds(&readers, &accounts(&INSTITUTIONS)) {
				let (action, purpose) = (Action::Read, Purpose::Treatment);
				both!(
					compared,
					one,
					other,
					decide(&reader, ground, &patient, *record, action, purpose)
				);
			}
		}
	}
}

/// Who may ask, and on what ground: the patient for herself, doctors for their hospitals and another one's.
fn grounds(readers: &[AccountId], institutions: &[AccountId]) -> Vec<(AccountId, Ground)> {
	let [patient, doctor_a, doctor_b, doctor_b2] = readers else { panic!("four readers") };
	let at = |place: usize| Ground::Consent { institution: institutions.get(place).cloned() };
	vec![
		(patient.clone(), Ground::Own),
		(doctor_a.clone(), at(0)),
		(doctor_b.clone(), at(1)),
		(doctor_b2.clone(), at(1)),
		(doctor_b.clone(), at(0)),
	]
}
