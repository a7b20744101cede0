//! How much state records take.

use super::{chain::*, *};
use sp_io::{hashing::twox_128, storage};

/// The custodians of the five holders.
const CUSTODIANS: [&str; 4] = [
	"//HospitalA//custodian",
	"//HospitalB//custodian",
	"//HospitalC//custodian",
	"//Authority//custodian",
];

/// Bytes of keys and values that begin with this.
fn bytes_under(prefix: &[u8]) -> usize {
	let mut bytes = 0;
	let mut key = prefix.to_vec();
	while let Some(next) = storage::next_key(&key).filter(|next| next.starts_with(prefix)) {
		bytes += next.len() + storage::get(&next).map_or(0, |value| value.len());
		key = next;
	}
	bytes
}

/// Bytes of everything that the pallets store about records.
fn bytes(chain: &mut Chain) -> usize {
	let pallets = ["Records", "Custody", "Audit", "Consent", "AccessRequests", "Enrolment"];
	chain.state(|| pallets.map(|pallet| bytes_under(&twox_128(pallet.as_bytes()))).iter().sum())
}

/// Bytes of one of custody's maps.
fn custody(chain: &mut Chain, map: &str) -> usize {
	let prefix = [twox_128(b"Custody"), twox_128(map.as_bytes())].concat();
	chain.state(|| bytes_under(&prefix))
}

fn create_acknowledged(chain: &mut Chain, numbers: std::ops::Range<u8>) {
	chain.ok("//PatientA", create_many("//PatientA", numbers.clone()));
	for custodian in CUSTODIANS {
		chain.ok(custodian, acknowledge_many("//PatientA", numbers.clone()));
	}
}

/// A version with its record, all indexes, and a sharing set of five holders.
#[test]
fn a_version_takes_at_most_450_bytes() {
	let mut chain = Chain::new();
	create_acknowledged(&mut chain, 0..1);
	let one = bytes(&mut chain);
	create_acknowledged(&mut chain, 1..65);
	let growth = bytes(&mut chain) - one;
	assert_eq!(growth % 64, 0);
	// The block's number is one byte here, and four on a chain that has run for some hours.
	let version = growth / 64 + 3;
	println!("{version} bytes a version");
	assert!(version <= 450, "{version}");

	// What all versions of a patient with the same holders use together.
	let maps = ["HolderSets", "HolderSetNumbers", "NextHolderSet"];
	let shared: usize = maps.map(|map| custody(&mut chain, map)).iter().sum();
	println!("{shared} bytes for the holders of all of a patient's versions");
	assert!(shared <= 500, "{shared}");
	assert_eq!(custody(&mut chain, "Unacknowledged"), 0);
}

/// A second version takes less, because its record exists already.
#[test]
fn a_further_version_takes_less() {
	let mut chain = Chain::new();
	create_acknowledged(&mut chain, 0..1);
	let before = bytes(&mut chain);
	chain.state(|| {
		let patient = account("//PatientA");
		let id = vouchsafe_primitives::record_id(&patient, &patient, &[0; 16]);
		let record = Records::record(patient.clone(), id).unwrap();
		let pallet_records::Creation { version, commitments, .. } =
			creation(0, Origin::PatientEntered);
		let frame = pallet_records::Frame {
			service: record.service,
			confidentiality: record.confidentiality,
			labels: record.labels,
		};
		Records::add_version(
			RuntimeOrigin::signed(patient.clone()),
			patient,
			id,
			record.head,
			frame,
			version,
			NewSharingSet { set: five_holders("//PatientA"), commitments },
		)
		.unwrap();
	});
	let growth = bytes(&mut chain) - before - custody(&mut chain, "Unacknowledged");
	println!("{growth} bytes a further version");
	assert!(growth <= 320, "{growth}");
}
