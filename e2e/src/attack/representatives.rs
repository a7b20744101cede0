//! Attacks by those who act for patients, and by those who would: representatives beyond what they may, who
//! are not in force, or against each other; staff and a hospital alone; a stranger who asks a custodian.

use super::{
	custodian::enter_without_content,
	scene::{account, custodian, open, Scene, HOSPITAL_A},
	Attack, Played, Stopped,
};
use crate::{
	commands::{encryption_key, keypair},
	network::{insert_entry, Network},
	process::{until, TIMEOUT},
	stops,
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use futures::future::try_join_all;
use serde_json::{Map, Value};
use vouchsafe_client::{
	chain::{
		calls::{
			as_patient, batch_all, ConsentCall, CustodyCall, EnrolmentCall, MultiSignature,
			RecordsCall, RecoveryCall, RepresentationCall, RuntimeCall,
		},
		new_year, storage, ward_account, AccountId, AccountKind, Confidentiality, Consent, Effect,
		Force, Grantee, Grantor, Ground, LegalBasis, Mandate, Purpose, Registration,
		Representative, Representatives, Scope, Scopes, ShownText, Signer, Stage, Status, Submit,
		Suspension, Terms, View, H256, POLICY_VERSION,
	},
	custodian::{Custodian, CustodianClient, CustodianError},
	messages::{AskRelease, DeliverLabelKey, Hex, HexBytes, ReadLog, ReadState},
	signing::{enrolment_text, now},
};
use vouchsafe_vault::{label::LabelKey, record_id};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::shared(
		"5.1a",
		"A representative wraps calls in calls, and reaches for the patient's keys",
		|network| Box::pin(calls_in_calls(network)),
	),
	Attack::shared(
		"5.1b",
		"Representatives who are on standby, suspended or at their end go on",
		|network| Box::pin(out_of_force(network)),
	),
	Attack::shared(
		"5.2a",
		"A parent takes back a child's deny, and lets itself and others read more",
		|network| Box::pin(a_parent_against_the_child(network)),
	),
	Attack::shared(
		"5.2b",
		"A parent shuts the other parent out, and goes on when suspended",
		|network| Box::pin(a_parent_against_the_other(network)),
	),
	Attack::shared(
		"5.3a",
		"One of the staff registers and activates representatives, and enrols a ward",
		|network| Box::pin(one_of_the_staff(network)),
	),
	Attack::shared(
		"5.3b",
		"A hospital makes somebody a patient's guardian, alone and with the authority",
		|network| Box::pin(a_hospital_alone(network)),
	),
	Attack::shared(
		"5.4",
		"A stranger asks a custodian who represents a patient, and for the patient's log",
		|network| Box::pin(a_stranger_asks(network)),
	),
];

/// A child with a key, and a parent who has represented it for longer than the child could object: nobody can
/// wait for that. The genesis block has the representation. They are enrolled when the attack is played.
const CHILD: &str = "//Attack//Child";
const CHILDS_PARENT: &str = "//Attack//Child//Parent";
/// When that parent's representation came into force, in seconds since 1970.
const LONG_AGO: u64 = 1_700_000_000;
/// When a child of today is of age.
const OF_AGE: u64 = 2044;
/// For how long a representation is in force that an attack waits for, in seconds: long enough to use it before.
const SHORT: u64 = 25;

/// Puts what could only be got by waiting into the genesis block.
pub(super) fn plant(state: &mut Map<String, Value>) {
	let (child, parent, authority) =
		(account(CHILD), account(CHILDS_PARENT), account("//Authority"));
	let registration = of_parent();
	let stage = Stage::Attested { authority: authority.clone(), from: LONG_AGO };
	let representative = Representative {
		account: parent.clone(),
		mandate: Mandate::ByLaw { registration, stage },
		suspension: Suspension::None,
	};
	let representatives = Representatives { ward: false, list: vec![representative] };
	insert_entry(state, &storage::representatives(&child).bytes, &representatives.encode());
	let permit = Consent {
		id: 0,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: LONG_AGO,
		confirmed_at: None,
		terms: registration.permit(LONG_AGO),
		text: text(),
		grantor: Grantor::Law { authority },
	};
	let key = storage::consents(&child, &Grantee::Person(parent)).bytes;
	insert_entry(state, &key, &vec![permit].encode());
}

fn text() -> ShownText {
	ShownText { commitment: H256([1; 32]), language: *b"en" }
}

fn grant(grantee: Grantee, terms: Terms) -> RuntimeCall {
	ConsentCall::grant { grantee, terms, text: text() }.into()
}

fn deny(binds_break_glass: bool) -> RuntimeCall {
	grant(Grantee::Everyone, Terms::all(Effect::Deny { binds_break_glass }))
}

/// A permit to Hospital B.
fn permit() -> RuntimeCall {
	grant(Grantee::Institution(account("//HospitalB")), Terms::all(Effect::Permit))
}

fn appoint(key: &str, scopes: &[Scope], standby: bool, until: Option<u64>) -> RuntimeCall {
	let (representative, scopes) = (account(key), Scopes::of(scopes));
	RepresentationCall::appoint { representative, scopes, standby, until }.into()
}

fn suspend(patient: &AccountId, key: &str, suspended: bool) -> RuntimeCall {
	RepresentationCall::suspend {
		patient: patient.clone(),
		representative: account(key),
		institution: account("//HospitalA"),
		suspended,
	}
	.into()
}

fn end(patient: &AccountId, key: &str) -> RuntimeCall {
	RepresentationCall::end { patient: patient.clone(), representative: account(key) }.into()
}

fn of_parent() -> Registration {
	Registration { until: new_year(OF_AGE), ..registration(LegalBasis::Parent) }
}

fn registration(basis: LegalBasis) -> Registration {
	Registration { basis, scopes: Scopes::of(Scope::ALL), until: None, evidence: H256([3; 32]) }
}

fn attest(authority: &str, patient: &AccountId, key: &str, of: Registration) -> RuntimeCall {
	RepresentationCall::attest {
		authority: account(authority),
		patient: patient.clone(),
		representative: account(key),
		registration: of,
	}
	.into()
}

/// Enrols people at Hospital A, each with its own signature.
pub(super) async fn enrol(scene: &Scene, people: &[(&str, AccountKind)]) -> Result<()> {
	let (genesis, institution) = (scene.chain.genesis(), account("//HospitalA"));
	let expires = now() + 600;
	let enrol = |(key, kind): &(&str, AccountKind)| -> Result<RuntimeCall> {
		let (signer, encryption_key) = (keypair(key)?, encryption_key(key).public().0);
		let text = enrolment_text(genesis, &institution, kind.word(), &encryption_key, expires);
		Ok(EnrolmentCall::enrol {
			institution: institution.clone(),
			account: signer.account(),
			kind: *kind,
			encryption_key,
			expires,
			signature: MultiSignature::Sr25519(signer.sign_request(&text)),
		}
		.into())
	};
	let calls = people.iter().map(enrol).collect::<Result<_>>()?;
	scene.ok("//RegistrarA", batch_all(calls)).await.map(drop)
}

/// Persons, as [`enrol`] enrols them.
pub(super) fn persons<'a>(keys: &[&'a str]) -> Vec<(&'a str, AccountKind)> {
	keys.iter().map(|key| (*key, AccountKind::Person)).collect()
}

/// Sends calls at once, which the chain must refuse: each with its error, and with what the attacker has if it
/// does not.
pub(super) async fn all_refused(
	scene: &Scene,
	key: &str,
	calls: Vec<(RuntimeCall, &str, &str)>,
) -> Result<()> {
	let refused = |(call, error, got)| scene.refused(key, call, error, got);
	try_join_all(calls.into_iter().map(refused)).await.map(drop)
}

/// Sends calls of different people at once, which must succeed.
async fn all_ok(scene: &Scene, calls: Vec<(&str, RuntimeCall)>) -> Result<()> {
	try_join_all(calls.into_iter().map(|(key, call)| scene.ok(key, call))).await.map(drop)
}

/// Whether a custodian gives what it was asked for.
fn is_given<T>(answer: Result<T, CustodianError>) -> Result<bool> {
	match answer {
		Ok(_) => Ok(true),
		Err(CustodianError::NoAccess) => Ok(false),
		Err(other) => Err(other).context("“no access” was expected"),
	}
}

/// Opens records as a person, at the patient's request. Returns which of them the chain opened.
async fn opens(
	scene: &Scene,
	key: &str,
	patient: &AccountId,
	records: Vec<H256>,
) -> Result<Vec<H256>> {
	let (patient, purpose) = (patient.clone(), Purpose::PatientRequest);
	let ground = Ground::Consent { institution: None };
	let call = CustodyCall::open { patient, records, purpose, ground };
	let included = scene.chain.submit(&keypair(key)?, call).await?;
	Ok(included.opening_decided().context("nothing was decided")?.0)
}

async fn calls_in_calls(network: &Network) -> Played {
	let scene = Scene::new(network, "CallsInCalls").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let (daughter, friend) = ("//Attack//CallsInCalls//Daughter", "//Attack//CallsInCalls//Friend");
	enrol(&scene, &persons(&[daughter, friend])).await?;
	let appointing = [
		appoint(daughter, Scope::ALL, false, None),
		appoint(friend, &[Scope::Requests], false, None),
	];
	scene.ok(key, batch_all(appointing.to_vec())).await?;

	let thief = keypair("//Attack//CallsInCalls//Thief")?;
	let never = [
		(as_patient(patient.clone(), permit()), "a call in a call of a call"),
		(batch_all(vec![permit()]), "a batch as the patient"),
		(appoint(friend, Scope::ALL, false, None), "a representative of her choice"),
		(end(&patient, friend), "the end of another representation"),
		(
			RecoveryCall::set_guardians { commitment: H256([1; 32]), threshold: 2, count: 2 }
				.into(),
			"guardians of her choice",
		),
		(super::keys::change(&scene, &patient, &thief).await?, "the patient's key"),
		(EnrolmentCall::set_encryption_key { key: [9; 32] }.into(), "the patient's encryption key"),
		(
			EnrolmentCall::set_status { account: patient.clone(), status: Status::Closed }.into(),
			"the patient's account closed",
		),
		(ConsentCall::refuse_assisted.into(), "a refusal for good"),
		(open(patient.clone(), H256([7; 32]), None), "records, opened as the patient's own"),
	];
	let error = "Representation.NeverByRepresentative";
	let act = |call: RuntimeCall| as_patient(patient.clone(), call);
	let mut calls: Vec<_> = never.into_iter().map(|(call, got)| (act(call), error, got)).collect();
	// Nothing in a batch takes effect if one of its calls does not.
	let both = batch_all(vec![act(permit()), act(appoint(friend, Scope::ALL, false, None))]);
	calls.push((both, error, "a permit and a representative in one batch"));
	all_refused(&scene, daughter, calls).await?;
	let out_of_scope = vec![(act(permit()), "Representation.OutOfScope", "a permit")];
	all_refused(&scene, friend, out_of_scope).await?;

	let at = scene.chain.finalized().await?;
	let found = at.representation(&patient).await?.representatives;
	stops!(found.len() == 2, "another list of representatives: {found:?}");
	let consents = at.all_consents_of(&patient).await?;
	stops!(
		consents.iter().all(|(_, it)| it.grantor == Grantor::Patient),
		"a consent: {consents:?}"
	);
	scene.ok(daughter, batch_all(vec![act(permit())])).await?;
	let consents = scene.chain.finalized().await?.all_consents_of(&patient).await?;
	let by_her = Grantor::Representative(account(daughter));
	ensure!(consents.iter().any(|(_, it)| it.grantor == by_her), "the consent names her");
	Ok(Stopped::by_chain("eleven of eleven; what is within her scopes works, and names her"))
}

async fn out_of_force(network: &Network) -> Played {
	let scene = Scene::new(network, "OutOfForce").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let [standby, suspended, ended, expired] = [
		"//Attack//OutOfForce//Standby",
		"//Attack//OutOfForce//Suspended",
		"//Attack//OutOfForce//Ended",
		"//Attack//OutOfForce//Expired",
	];
	enrol(&scene, &persons(&[standby, suspended, ended, expired])).await?;
	let scopes = &[Scope::Consents];
	let over = now() + SHORT;
	let appointing = vec![
		appoint(standby, scopes, true, None),
		appoint(suspended, scopes, false, None),
		appoint(ended, scopes, false, None),
		appoint(expired, scopes, false, Some(over)),
	];
	scene.ok(key, batch_all(appointing)).await?;
	let act = || as_patient(patient.clone(), permit());
	let asks = custodian(network, HOSPITAL_A, scene.chain.genesis())?;
	let gets_key = async |key: &str| is_given(asks.label_key(&keypair(key)?, &patient).await);
	let in_force = [suspended, ended, expired];
	all_ok(&scene, in_force.map(|key| (key, act())).to_vec()).await?;
	for key in in_force {
		ensure!(gets_key(key).await?, "in force, {key} gets the label key");
	}

	let stopping =
		vec![("//RegistrarA", suspend(&patient, suspended, true)), (ended, end(&patient, ended))];
	all_ok(&scene, stopping).await?;
	until("the time of a representative is over", TIMEOUT, || async {
		(now() > over).then_some(())
	})
	.await?;
	let (not_in_force, none) =
		("Representation.NotInForce", "Representation.RepresentativeNotFound");
	let all = [(standby, not_in_force), (suspended, not_in_force), (ended, none), (expired, none)];
	let refused = all.map(|(key, error)| scene.refused(key, act(), error, "a permit"));
	try_join_all(refused).await?;
	for (key, _) in all {
		stops!(!gets_key(key).await?, "the patient's label key, with {key}");
	}

	// Two clinicians activate the one on standby, and the hospital takes the suspension back.
	let activate = || RepresentationCall::activate {
		patient: patient.clone(),
		representative: account(standby),
		institution: account("//HospitalA"),
	};
	let again = vec![
		("//DoctorA", activate().into()),
		("//RegistrarA", suspend(&patient, suspended, false)),
	];
	all_ok(&scene, again).await?;
	scene.ok("//DoctorA2", activate()).await?;
	all_ok(&scene, vec![(standby, act()), (suspended, act())]).await?;
	ensure!(gets_key(standby).await?, "in force, she gets the label key");
	Ok(Stopped::by_chain("all four; A's custodian gives none of them the label key"))
}

/// A record of the child's, of which nobody has the content.
fn own_record(number: u8, confidentiality: Confidentiality) -> RuntimeCall {
	let mut call = enter_without_content(account(CHILD), [number; 16]);
	if let RuntimeCall::Records(RecordsCall::create { record, .. }) = &mut call {
		record.confidentiality = confidentiality;
	}
	call
}

async fn a_parent_against_the_child(network: &Network) -> Played {
	let scene = Scene::new(network, "Child").await?;
	let (child, parent) = (account(CHILD), account(CHILDS_PARENT));
	let people = [(CHILD, AccountKind::Patient), (CHILDS_PARENT, AccountKind::Person)];
	enrol(&scene, &people).await?;
	let (usual, secret) = (1, 2);
	let entering = vec![
		own_record(usual, Confidentiality::Normal),
		own_record(secret, Confidentiality::VeryRestricted),
	];
	scene.ok(CHILD, batch_all(entering)).await?;
	let [usual, secret] = [usual, secret].map(|number| record_id(&child, &child, &[number; 16]));
	let opened = opens(&scene, CHILDS_PARENT, &child, vec![usual, secret]).await?;
	stops!(!opened.contains(&secret), "the child's secret");
	ensure!(opened == [usual], "by law the parent reads the rest");

	scene.ok(CHILD, deny(false)).await?;
	let consents = scene.chain.finalized().await?.all_consents_of(&child).await?;
	let denied = consents.iter().find(|(grantee, _)| *grantee == Grantee::Everyone);
	let id = denied.context("the deny is not there")?.1.id;
	let act = |call: RuntimeCall| as_patient(child.clone(), call);
	let revoke = ConsentCall::revoke { grantee: Grantee::Everyone, id };
	let amend = ConsentCall::amend {
		grantee: Grantee::Everyone,
		id,
		revision: 0,
		terms: Terms::all(Effect::Permit),
		text: text(),
	};
	let more =
		Terms { confidentiality: Confidentiality::VeryRestricted, ..Terms::all(Effect::Permit) };
	let (itself, friend) = (Grantee::Person(parent), Grantee::Institution(account("//HospitalC")));
	let law = ConsentCall::revoke { grantee: itself.clone(), id: 0 };
	let calls = vec![
		(act(revoke.clone().into()), "Consent.NotTheirDeny", "the end of the child's deny"),
		(act(amend.into()), "Consent.NotTheirDeny", "a permit in place of the child's deny"),
		(
			act(grant(itself, Terms::all(Effect::Permit))),
			"Consent.OwnConsent",
			"a permit for itself",
		),
		(act(grant(friend, more)), "Consent.TooConfidential", "the child's secret, for others"),
		(act(deny(true)), "Consent.BindsBreakGlass", "a deny that counts if the child is dying"),
		(act(law.into()), "Consent.PermitByLaw", "another list of who reads by law"),
	];
	all_refused(&scene, CHILDS_PARENT, calls).await?;
	let opened = opens(&scene, CHILDS_PARENT, &child, vec![usual, secret]).await?;
	stops!(opened.is_empty(), "records that the child has denied to everybody");

	all_ok(&scene, vec![(CHILDS_PARENT, act(permit())), (CHILD, revoke.into())]).await?;
	let opened = opens(&scene, CHILDS_PARENT, &child, vec![usual]).await?;
	ensure!(opened == [usual], "without the child's deny, the parent reads again");
	Ok(Stopped::by_chain("six of six; the child's deny beats the law, and its secret stays one"))
}

/// A newborn with two parents, whom the authority has attested. A's custodian has the label key.
async fn newborn(
	scene: &Scene,
	parents: [&str; 2],
	custodian: &CustodianClient,
) -> Result<AccountId> {
	enrol(scene, &persons(&parents)).await?;
	let salt = H256([0x5b; 32]);
	for staff in ["//DoctorA", "//RegistrarA"] {
		scene.ok(staff, ward(salt, &parents)).await?;
	}
	let genesis = scene.chain.genesis();
	let child = ward_account(&genesis, &account("//HospitalA"), &salt);
	let attesting = parents.map(|key| attest("//Authority", &child, key, of_parent()));
	scene.ok("//Authority", batch_all(attesting.to_vec())).await?;
	let to = encryption_key("//HospitalA//custodian").public();
	let patient = Hex::<32>::from(&child);
	let sealed = LabelKey::random().seal(&to, &genesis.0, &patient.0)?;
	let delivery = DeliverLabelKey { patient, key: HexBytes(sealed) };
	custodian.deliver_label_key(&keypair("//RegistrarA")?, &delivery).await?;
	Ok(child)
}

/// One of Hospital A's staff enrols a ward with these parents.
fn ward(salt: H256, parents: &[&str]) -> RuntimeCall {
	RepresentationCall::enrol_ward {
		institution: account("//HospitalA"),
		salt,
		representatives: parents.iter().map(|key| (account(key), of_parent())).collect(),
	}
	.into()
}

/// What a parent of a ward can ask for.
struct Asking<'a> {
	scene: &'a Scene,
	custodian: CustodianClient,
	child: AccountId,
	record: Hex<32>,
}

impl Asking<'_> {
	/// Which of these the parent gets: the share of a record that it has opened, the label key, the log.
	async fn gets(&self, key: &str) -> Result<[bool; 3]> {
		let (signer, patient) = (keypair(key)?, Hex::from(&self.child));
		let share = AskRelease { patient, record: self.record, version: 0 };
		let log = ReadLog { patient, institution: None, from: 0, limit: 10 };
		Ok([
			is_given(self.custodian.release(&signer, &share).await)?,
			is_given(self.custodian.label_key(&signer, &self.child).await)?,
			is_given(self.custodian.log_page(&signer, &log).await)?,
		])
	}

	/// Whether the chain opens the record for the parent.
	async fn opens(&self, key: &str) -> Result<bool> {
		Ok(!opens(self.scene, key, &self.child, vec![self.record.into()]).await?.is_empty())
	}
}

async fn a_parent_against_the_other(network: &Network) -> Played {
	let scene = Scene::new(network, "Parents").await?;
	let (mother, father) = ("//Attack//Parents//Mother", "//Attack//Parents//Father");
	let custodian = custodian(network, HOSPITAL_A, scene.chain.genesis())?;
	let child = newborn(&scene, [mother, father], &custodian).await?;
	let act = |call: RuntimeCall| as_patient(child.clone(), call);
	let hospital = Grantee::Institution(account("//HospitalA"));
	scene.ok(mother, act(grant(hospital, Terms::all(Effect::Permit)))).await?;
	let (letter, patient) = (scene.letter()?.display().to_string(), child.to_string());
	let add = ["record", "add", &letter, "--patient", &patient, "--institution", "Hospital A"];
	let added = scene.doctor_a.run(&add).await?;
	let record = added["records"][0]["record"].as_str().context("no record")?.parse()?;
	let asking = Asking { scene: &scene, custodian, child: child.clone(), record };
	for parent in [mother, father] {
		ensure!(asking.opens(parent).await?, "by law {parent} reads");
		let got = asking.gets(parent).await?;
		ensure!(got == [true; 3], "{parent} gets share, label key, log: {got:?}");
	}

	scene.ok(mother, act(deny(false))).await?;
	let consents = scene.chain.finalized().await?.all_consents_of(&child).await?;
	let denied = consents.iter().find(|(grantee, _)| *grantee == Grantee::Everyone);
	let id = denied.context("the deny is not there")?.1.id;
	let revoke = || ConsentCall::revoke { grantee: Grantee::Everyone, id };
	let never = "Representation.NeverByRepresentative";
	let calls = vec![
		(act(revoke().into()), "Consent.NotTheirDeny", "the end of her deny"),
		(end(&child, mother), "Representation.NotYours", "the end of her representation"),
		(act(end(&child, mother)), never, "the end of her representation, as the child"),
		(suspend(&child, mother, true), "Representation.MayNotSuspend", "her suspension"),
	];
	all_refused(&scene, father, calls).await?;
	ensure!(asking.opens(mother).await?, "she represents the child still");
	stops!(asking.opens(father).await?, "the end of the father's reading, by the mother's deny");

	scene.ok("//RegistrarA", suspend(&child, mother, true)).await?;
	let error = "Representation.NotInForce";
	all_refused(&scene, mother, vec![(act(revoke().into()), error, "the end of a deny")]).await?;
	let got = asking.gets(mother).await?;
	stops!(got == [false; 3], "of a share, the label key, the log: {got:?}");
	stops!(!asking.opens(mother).await?, "a record that she opens anew");
	let got = asking.gets(father).await?;
	ensure!(got == [true; 3], "the father reads on: {got:?}");
	// For a ward nobody else could.
	scene
		.ok(father, act(revoke().into()))
		.await
		.context("the deny of a parent who is suspended")?;
	Ok(Stopped::by_custodian(
		"no share, label key or log from the suspension on; the chain the rest",
	))
}

async fn one_of_the_staff(network: &Network) -> Played {
	let scene = Scene::new(network, "OneOfTheStaff").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let (guardian, friend) =
		("//Attack//OneOfTheStaff//Guardian", "//Attack//OneOfTheStaff//Friend");
	enrol(&scene, &persons(&[guardian, friend])).await?;
	let institution = account("//HospitalA");
	let register = || RepresentationCall::register {
		patient: patient.clone(),
		institution: institution.clone(),
		representative: account(guardian),
		registration: registration(LegalBasis::Guardian),
	};
	let activate = || RepresentationCall::activate {
		patient: patient.clone(),
		representative: account(friend),
		institution: institution.clone(),
	};
	let salt = H256([0x3a; 32]);
	let enrolling = || ward(salt, &[guardian]);
	let same = "Enrolment.SameStaff";
	let both = |call: RuntimeCall| batch_all(vec![call.clone(), call]);

	let first = vec![
		(key, appoint(friend, Scope::ALL, true, None)),
		("//DoctorA", register().into()),
		("//RegistrarA", enrolling()),
	];
	all_ok(&scene, first).await?;
	let by_doctor = vec![
		(register().into(), same, "a guardian by law, of whom one says so"),
		(both(activate().into()), same, "an attorney in force, of whom one says so"),
	];
	let by_registrar = vec![
		(enrolling(), same, "a ward whom one enrolled"),
		(activate().into(), "Enrolment.NotStaff", "half of an activation, by a clerk"),
	];
	tokio::try_join!(
		all_refused(&scene, "//DoctorA", by_doctor),
		all_refused(&scene, "//RegistrarA", by_registrar)
	)?;
	let at = scene.chain.finalized().await?;
	let child = ward_account(&scene.chain.genesis(), &institution, &salt);
	stops!(at.account(&child).await?.is_none(), "a ward whom one enrolled");
	let forces = async || {
		let found = scene.chain.finalized().await?.representation(&patient).await?;
		anyhow::Ok(found.representatives.into_iter().map(|it| it.force).collect::<Vec<_>>())
	};
	let found = forces().await?;
	stops!(found == [Force::Standby], "other representatives: {found:?}");

	// With a colleague the same is accepted.
	let second = vec![("//RegistrarA", register().into()), ("//DoctorA", enrolling())];
	all_ok(&scene, second).await?;
	scene.ok("//DoctorA", activate()).await?;
	scene.ok("//DoctorA2", activate()).await?;
	let found = forces().await?;
	ensure!(found == [Force::InForce, Force::NotAttested], "{found:?}");
	ensure!(scene.chain.finalized().await?.account(&child).await?.is_some(), "two enrol a ward");
	Ok(Stopped::by_chain("one person is not two, and clerks do not activate"))
}

async fn a_hospital_alone(network: &Network) -> Played {
	let scene = Scene::new(network, "HospitalAlone").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let guardian = "//Attack//HospitalAlone//Guardian";
	enrol(&scene, &persons(&[guardian])).await?;
	scene.ok(key, enter_without_content(patient.clone(), [1; 16])).await?;
	let record = record_id(&patient, &patient, &[1; 16]);
	let registered = registration(LegalBasis::Guardian);
	for staff in ["//DoctorA", "//RegistrarA"] {
		let register = RepresentationCall::register {
			patient: patient.clone(),
			institution: account("//HospitalA"),
			representative: account(guardian),
			registration: registered,
		};
		scene.ok(staff, register).await?;
	}
	let attest = |authority, of| attest(authority, &patient, guardian, of);
	let (got, not_theirs) = ("an attested guardian", "Representation.NotForAuthority");
	let (other, acts) = ("Representation.OtherRegistration", "Representation.NotInForce");
	let until = Some(now() + 600);
	let alone = [
		("//HospitalA", attest("//HospitalA", registered), not_theirs),
		("//RegistrarA", attest("//Authority", registered), not_theirs),
		("//HospitalB", attest("//HospitalB", registered), not_theirs),
		("//Authority", attest("//Authority", Registration { until, ..registered }), other),
		(guardian, as_patient(patient.clone(), permit()), acts),
	];
	try_join_all(alone.map(|(key, call, error)| scene.refused(key, call, error, got))).await?;

	// With the authority it takes three days, which the patient sees in the log.
	scene.ok("//Authority", attest("//Authority", registered)).await?;
	let act = || vec![(as_patient(patient.clone(), permit()), acts, "a permit")];
	all_refused(&scene, guardian, act()).await?;
	let opened = opens(&scene, guardian, &patient, vec![record]).await?;
	stops!(opened.is_empty(), "a record, before the patient could object");
	let since = Some(now() - 60);
	let disable = EnrolmentCall::set_signing_disabled { account: patient.clone(), since };
	scene.ok("//RegistrarA", disable).await?;
	let representative = account(guardian);
	let objecting = scene.ok(key, RepresentationCall::object { representative }).await;
	stops!(objecting.is_ok(), "a patient who cannot object: {objecting:?}");
	let found = scene.chain.finalized().await?.representation(&patient).await?;
	let force = found.representatives.first().context("no representative")?.force.clone();
	ensure!(force == Force::Objected, "{force:?}");
	all_refused(&scene, guardian, act()).await?;
	Ok(Stopped::by_chain(
		"not without the authority, and 72 hours later; the patient objects, also with a disabled key",
	))
}

async fn a_stranger_asks(network: &Network) -> Played {
	let scene = Scene::new(network, "StrangerAsks").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let (stranger, friend, other) = (
		"//Attack//StrangerAsks//Stranger",
		"//Attack//StrangerAsks//Friend",
		"//Attack//StrangerAsks//Patient",
	);
	let mut people = persons(&[stranger, friend]);
	people.push((other, AccountKind::Patient));
	enrol(&scene, &people).await?;
	// The stranger represents somebody, but not this patient.
	let appointing = vec![
		(key, appoint(friend, &[Scope::Requests], false, None)),
		(other, appoint(stranger, Scope::ALL, false, None)),
	];
	all_ok(&scene, appointing).await?;
	let asks = custodian(network, HOSPITAL_A, scene.chain.genesis())?;
	let block = scene.chain.finalized().await?.hash();
	let reads = async |who: Option<&str>, key: Vec<u8>| {
		let signer = who.map(keypair).transpose()?;
		let asked = ReadState { block: block.into(), keys: vec![HexBytes(key)], below: None };
		is_given(asks.read_state(signer.as_ref(), &asked).await)
	};
	let list = |of: &AccountId| storage::representatives(of).bytes;
	let permits =
		|of: &AccountId| storage::consents(of, &Grantee::Institution(account("//HospitalA"))).bytes;
	let secrets = |of: &AccountId| {
		[
			("who represents the patient", list(of)),
			("the patient's log", storage::log(of).bytes),
			("the patient's consents", permits(of)),
			("the patient's guardians", storage::guardians(of).bytes),
		]
	};
	for who in [Some(stranger), Some(other), None] {
		for (what, key) in secrets(&patient) {
			stops!(!reads(who, key).await?, "{what}, for {who:?}");
		}
	}
	let log =
		|of: &AccountId| ReadLog { patient: of.into(), institution: None, from: 0, limit: 10 };
	for who in [stranger, other, friend] {
		let lines = is_given(asks.log_page(&keypair(who)?, &log(&patient)).await)?;
		stops!(!lines, "the lines of the patient's log, for {who}");
		let label_key = is_given(asks.label_key(&keypair(who)?, &patient).await)?;
		stops!(!label_key, "the patient's label key, for {who}");
	}
	// Who answers requests sees no consents, but who else represents the patient.
	stops!(!reads(Some(friend), permits(&patient)).await?, "the patient's consents, out of scope");
	ensure!(reads(Some(friend), list(&patient)).await?, "a representative reads the list");
	ensure!(reads(Some(stranger), list(&account(other))).await?, "and the stranger its own");
	for (what, secret) in secrets(&patient) {
		ensure!(reads(Some(key), secret).await?, "the patient reads {what}");
	}
	ensure!(is_given(asks.log_page(&keypair(key)?, &log(&patient)).await)?, "and the log's lines");
	Ok(Stopped::by_custodian(
		"all that was asked for, signed and not; patient and friend read theirs",
	))
}
