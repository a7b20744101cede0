//! The people of the research story: who they are, where they are enrolled, and what the hospitals'
//! exports say about them.

use crate::{
	commands::{encryption_key, keypair},
	data,
	network::{Network, INSTITUTIONS},
	process::write_private,
	user::User,
};
use anyhow::Result;
use serde_json::{json, Value};
use std::{
	collections::BTreeMap,
	fmt::Write,
	path::{Path, PathBuf},
};
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::{
	chain::{
		calls::{batch_all, EnrolmentCall, MultiSignature, RuntimeCall},
		AccountKind, Chain, Signer, Submit, View,
	},
	signing::enrolment_text,
};

/// The hospitals, by their place among the network's institutions. The authority has no patients.
pub const HOSPITALS: [usize; 3] = [0, 1, 2];
/// How many people are enrolled at two hospitals.
pub const TWICE: usize = 10;

/// Two clinicians of a hospital.
pub fn clinicians(network: &Network, hospital: usize) -> Result<[User; 2]> {
	let letter = INSTITUTIONS[hospital].short.to_uppercase();
	let url = network.sites[hospital].node.url();
	let user = |number| User::new(&format!("//Doctor{letter}{number}"), &network.root, &url);
	Ok([user("")?, user("2")?])
}

/// An account of a person at a hospital.
#[derive(Debug, Clone)]
pub struct Account {
	/// Its development key.
	pub key: String,
	/// The hospital.
	pub hospital: usize,
	/// The number of the person.
	pub person: usize,
}

impl Account {
	/// The key that signs.
	pub fn signer(&self) -> Result<Keypair> {
		keypair(&self.key)
	}

	/// A user of the command with this key, at the hospital's node.
	pub fn user(&self, network: &Network) -> Result<User> {
		User::new(&self.key, &network.root, &network.sites[self.hospital].node.url())
	}
}

/// The people, with the FHIR resources about each of them.
#[derive(Debug)]
pub struct People {
	/// Each person's Patient resource.
	pub patients: Vec<Value>,
	/// The AllergyIntolerance resources, by the id of the patient.
	pub allergies: BTreeMap<String, Vec<Value>>,
	/// All accounts: one for each person, and then a second one for some.
	pub accounts: Vec<Account>,
}

impl People {
	/// The people of the test data if it is there, and of the example otherwise.
	pub fn read() -> Result<Self> {
		let (patients, allergies) = data::bulk()?;
		let lines =
			|text: &str| text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>();
		let patients = lines(&patients)?;
		let mut of: BTreeMap<String, Vec<Value>> = BTreeMap::new();
		for allergy in lines(&allergies)? {
			let patient = allergy["patient"]["reference"].as_str().unwrap_or_default();
			let id = patient.trim_start_matches("Patient/").to_owned();
			of.entry(id).or_default().push(allergy);
		}
		let account = |person: usize, at: usize| Account {
			key: format!("//Research//{}//{person}", INSTITUTIONS[at].short),
			hospital: at,
			person,
		};
		let first = (0..patients.len()).map(|person| account(person, person % HOSPITALS.len()));
		let second = (0..TWICE).map(|person| account(person, (person + 1) % HOSPITALS.len()));
		let accounts = first.chain(second).collect();
		Ok(Self { patients, allergies: of, accounts })
	}

	/// A person's id in the hospitals' exports.
	pub fn id(&self, person: usize) -> &str {
		self.patients[person]["id"].as_str().unwrap_or_default()
	}

	/// The accounts at a hospital.
	pub fn at(&self, hospital: usize) -> impl Iterator<Item = &Account> {
		self.accounts.iter().filter(move |account| account.hospital == hospital)
	}

	/// Writes a hospital's export: a folder with NDJSON files, and the list of its people.
	pub fn export(&self, network: &Network, hospital: usize) -> Result<Export> {
		let folder = network.root.join("exports").join(INSTITUTIONS[hospital].short);
		let fhir = folder.join("fhir");
		std::fs::create_dir_all(&fhir)?;
		let (mut patients, mut allergies, mut list) =
			(String::new(), String::new(), "account,patient\n".to_owned());
		for account in self.at(hospital) {
			let id = self.id(account.person);
			writeln!(patients, "{}", self.patients[account.person])?;
			for allergy in self.allergies.get(id).into_iter().flatten() {
				writeln!(allergies, "{allergy}")?;
			}
			writeln!(list, "{},{id}", account.signer()?.account())?;
		}
		std::fs::write(fhir.join("Patient.ndjson"), patients)?;
		std::fs::write(fhir.join("AllergyIntolerance.ndjson"), allergies)?;
		let people = folder.join("people.csv");
		write_private(&people, list.as_bytes())?;
		Ok(Export { fhir, people })
	}

	/// How many allergies are known of a person who lives.
	pub fn allergies_of_living(&self, person: usize) -> usize {
		match self.patients[person].get("deceasedDateTime") {
			None => self.allergies.get(self.id(person)).map_or(0, Vec::len),
			Some(_) => 0,
		}
	}

	/// Writes what a hospital knows about a person as a FHIR bundle.
	pub fn bundle(&self, person: usize, file: &Path) -> Result<()> {
		let allergies = self.allergies.get(self.id(person)).into_iter().flatten();
		let resources = std::iter::once(&self.patients[person]).chain(allergies);
		let entries: Vec<Value> = resources.map(|it| json!({ "resource": it })).collect();
		let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
		Ok(std::fs::write(file, serde_json::to_vec(&bundle)?)?)
	}

	/// Enrols all accounts, each with its own signature, in batches of each hospital's registrar.
	pub async fn enrol(&self, chain: &Chain) -> Result<()> {
		let at = chain.finalized().await?;
		let (genesis, expires) = (chain.genesis(), at.time().await? + 3_600);
		for hospital in HOSPITALS {
			let institution = keypair(INSTITUTIONS[hospital].seed)?.account();
			let letter = INSTITUTIONS[hospital].short.to_uppercase();
			let registrar = keypair(&format!("//Registrar{letter}"))?;
			let enrol = |account: &Account| -> Result<RuntimeCall> {
				let signer = account.signer()?;
				let encryption_key = encryption_key(&account.key).public().0;
				let text =
					enrolment_text(genesis, &institution, "patient", &encryption_key, expires);
				Ok(EnrolmentCall::enrol {
					institution: institution.clone(),
					account: signer.account(),
					kind: AccountKind::Patient,
					encryption_key,
					expires,
					signature: MultiSignature::Sr25519(signer.sign_request(&text)),
				}
				.into())
			};
			let calls = self.at(hospital).map(enrol).collect::<Result<Vec<_>>>()?;
			for some in calls.chunks(20) {
				chain.submit(&registrar, batch_all(some.to_vec())).await?;
			}
		}
		Ok(())
	}
}

/// A hospital's export.
#[derive(Debug)]
pub struct Export {
	/// The folder of FHIR files.
	pub fhir: PathBuf,
	/// The list of its people: account and patient.
	pub people: PathBuf,
}

/// People whom the project makes up, for machines without the test data: as many, with allergies of
/// about an eighth of them.
pub fn made_up() -> (String, String) {
	const SUBSTANCES: [(&str, &str); 6] = [
		("227037002", "Fish"),
		("256259004", "Pollen"),
		("264287008", "Animal dander"),
		("256277009", "Grass pollen"),
		("84489001", "Mould"),
		("735029006", "Shellfish"),
	];
	let (mut patients, mut allergies) = (String::new(), String::new());
	for person in 0..120_usize {
		let year = 1935 + (person * 37) % 88;
		let id = format!("example-{person}");
		let mut patient = json!({
			"resourceType": "Patient",
			"id": id,
			"identifier": [{
				"system": "http://hl7.org/fhir/sid/us-ssn",
				"value": format!("999-{:02}-{:04}", person % 90 + 10, 1000 + person * 7),
			}],
			"name": [{ "family": format!("Family-{person:03}"), "given": [format!("Given-{person:03}")] }],
			"telecom": [{ "system": "phone", "value": format!("555-0100-{person:03}") }],
			"address": [{ "line": [format!("{person:03} Example Street")], "country": "CH" }],
			"gender": if person % 7 < 4 { "female" } else { "male" },
			"birthDate": format!("{year}-{:02}-15", person % 12 + 1),
		});
		if person % 6 == 5 {
			patient["deceasedDateTime"] = json!("2021-03-04T00:00:00Z");
		}
		patients += &format!("{patient}\n");
		for place in 0..(if person % 8 == 0 { person / 8 % 6 + 1 } else { 0 }) {
			let (code, display) = SUBSTANCES[(person + place) % SUBSTANCES.len()];
			let allergy = json!({
				"resourceType": "AllergyIntolerance",
				"id": format!("{id}-{place}"),
				"clinicalStatus": { "coding": [{ "code": "active" }] },
				"verificationStatus": { "coding": [{ "code": "confirmed" }] },
				"code": { "coding": [{
					"system": "http://snomed.info/sct", "code": code, "display": display,
				}] },
				"patient": { "reference": format!("Patient/{id}") },
				"recordedDate": "2015-02-03",
			});
			allergies += &format!("{allergy}\n");
		}
	}
	(patients, allergies)
}
