use super::*;
use crate::home::Home;
use vouchsafe_client::chain::{Actions, Categories, ConsentRef, Labels, Purposes, ShownText};

const HOSPITAL: AccountId = AccountId::new([1; 32]);
const DOCTOR: AccountId = AccountId::new([2; 32]);

fn names() -> Names {
	let folder = tempfile::tempdir().unwrap();
	let home = Home::at(folder.path());
	crate::names::add(&home, "Dr. Berger", &DOCTOR).unwrap();
	let mut names = Names::load(&home, false).unwrap();
	names.add_institution("Hospital B", HOSPITAL);
	names
}

fn terms(effect: Effect) -> Terms {
	Terms {
		effect,
		categories: Categories(0),
		records: Default::default(),
		labels: Labels(0),
		actions: Actions(1),
		purposes: Purposes(1),
		valid_from: None,
		valid_until: None,
		data_period: DataPeriod { from: None, to: None },
		authors: Default::default(),
		responsible: Default::default(),
		countries: Default::default(),
	}
}

fn said(grantee: &Grantee, terms: &Terms) -> String {
	let (names, labels) = (names(), LabelTable::default());
	Teller { names: &names, labels: &labels }.consent(grantee, terms)
}

fn team() -> Grantee {
	Grantee::CareTeam { institution: HOSPITAL, team: 1 }
}

#[test]
fn a_narrow_permit_says_everything() {
	let mut terms = terms(Effect::Permit);
	terms.categories =
		Categories(Category::bits(&[Category::Laboratory, Category::Imaging]).try_into().unwrap());
	terms.data_period = DataPeriod { from: Some(1500), to: Some(1522) };
	terms.valid_until = Some(1_798_675_200);
	terms.authors = vec![HOSPITAL].try_into().unwrap();
	terms.countries = vec![*b"DE"].try_into().unwrap();
	assert_eq!(
		said(&team(), &terms),
		"I permit care team 1 at Hospital B to read my imaging and laboratory reports from 2025-01 \
		 to 2026-11, written at Hospital B, for treatment, from DE, until 2026-12-31 00:00 UTC. \
		 Records that are labelled as sensitive are not among them."
	);
}

#[test]
fn a_wide_permit_says_how_wide() {
	let mut wide = terms(Effect::Permit);
	wide.actions = Actions(0);
	wide.purposes = Purposes(0);
	assert_eq!(
		said(&Grantee::Everyone, &wide),
		"I permit everyone enrolled to read, add to and pass on in referrals my records of every \
		 kind, for whatever purpose, until I revoke it. Records that are labelled as sensitive are \
		 not among them."
	);
}

#[test]
fn a_deny_says_what_it_forbids_and_whether_in_an_emergency() {
	let mut deny = terms(Effect::Deny { binds_break_glass: true });
	deny.labels = Labels(1 << 3);
	let sentence = said(&Grantee::Person(DOCTOR), &deny);
	assert!(sentence.starts_with("I forbid Dr. Berger to read my records of every kind, "));
	assert!(sentence.contains("any of these labels: label 3."));
	assert!(sentence.ends_with("It holds in an emergency too."));
	let deny = terms(Effect::Deny { binds_break_glass: false });
	assert!(said(&Grantee::Person(DOCTOR), &deny).ends_with("In an emergency it does not hold."));
}

#[test]
fn labels_are_said_in_words() {
	let (names, mut labels) = (names(), LabelTable::default());
	let bit = labels.bit_for("psychiatry", Labels(0)).unwrap();
	let mut permit = terms(Effect::Permit);
	permit.labels = Labels(1 << bit);
	let sentence = Teller { names: &names, labels: &labels }.consent(&team(), &permit);
	assert!(
		sentence.ends_with("only if all their labels are among these: psychiatry."),
		"{sentence}"
	);
}

#[test]
fn different_terms_never_read_the_same() {
	let base = terms(Effect::Permit);
	let mut all = vec![base.clone()];
	let mut change = |edit: &dyn Fn(&mut Terms)| {
		let mut changed = base.clone();
		edit(&mut changed);
		all.push(changed);
	};
	change(&|it| it.effect = Effect::Deny { binds_break_glass: false });
	change(&|it| it.effect = Effect::Deny { binds_break_glass: true });
	for bit in 0..16 {
		change(&move |it| it.categories = Categories(1 << bit));
	}
	// Without 7: all that no action named means.
	for actions in (2..16).filter(|actions| *actions != 7) {
		change(&move |it| it.actions = Actions(actions));
	}
	for bit in 1..7 {
		change(&move |it| it.purposes = Purposes(1 << bit));
	}
	for bit in 0..32 {
		change(&move |it| it.labels = Labels(1 << bit));
	}
	change(&|it| it.labels = Labels(u32::MAX));
	change(&|it| it.actions = Actions(0));
	change(&|it| it.purposes = Purposes(0));
	change(&|it| it.records = vec![H256([9; 32])].try_into().unwrap());
	change(&|it| it.valid_from = Some(1_700_000_000));
	change(&|it| it.valid_until = Some(1_700_000_000));
	change(&|it| it.data_period.from = Some(1));
	change(&|it| it.data_period.to = Some(1));
	change(&|it| it.data_period = DataPeriod { from: Some(1), to: Some(1) });
	change(&|it| it.authors = vec![HOSPITAL].try_into().unwrap());
	change(&|it| it.responsible = vec![HOSPITAL].try_into().unwrap());
	change(&|it| it.countries = vec![*b"AT"].try_into().unwrap());
	let mut sentences: Vec<String> = all.iter().map(|it| said(&team(), it)).collect();
	sentences.sort();
	let number = sentences.len();
	sentences.dedup();
	assert_eq!(sentences.len(), number);
}

fn decided(decision: &Decision) -> String {
	let (names, labels) = (names(), LabelTable::default());
	let consent = Consent {
		id: 4,
		revision: 0,
		policy_version: 1,
		terms: terms(Effect::Permit),
		text: ShownText { commitment: H256([0; 32]), language: *b"en" },
		grantor: Grantor::Patient,
	};
	let what = "record 0a0b0c0d of Eva (laboratory) for treatment";
	Teller { names: &names, labels: &labels }.decision(
		decision,
		&DOCTOR,
		what,
		&Action::Read,
		&[(team(), consent)],
	)
}

#[test]
fn decisions_say_why() {
	let consent = ConsentRef { grantee: team(), id: 4 };
	let permitted = decided(&Decision::Permit(Basis::Consent(consent.clone())));
	assert_eq!(
		permitted,
		"Dr. Berger may read record 0a0b0c0d of Eva (laboratory) for treatment, because consent 4 for \
		 care team 1 at Hospital B permits it. It says: “I permit care team 1 at Hospital B to read my \
		 records of every kind, for treatment, until I revoke it. Records that are labelled as \
		 sensitive are not among them.”."
	);
	let refused =
		decided(&Decision::Refuse(Reason::NotCovered { consent, mismatch: Mismatch::Category }));
	assert!(refused.contains("may not read") && refused.contains("is for other kinds of records"));
	let none = decided(&Decision::Refuse(Reason::NoConsent));
	assert!(none.contains("no consent is addressed to Dr. Berger"), "{none}");
}

#[test]
fn log_lines_name_who_did_what() {
	let (names, labels) = (names(), LabelTable::default());
	let teller = Teller { names: &names, labels: &labels };
	let record = H256([0xab; 32]);
	let entry = LogEntry {
		signer: DOCTOR,
		origin: DOCTOR,
		acting_for: Some(HOSPITAL),
		purpose: Some(Purpose::Treatment),
		event: LogEvent::Opened {
			ground: Ground::Consent { institution: Some(HOSPITAL) },
			outcomes: vec![
				(record, Outcome::Consent(ConsentRef { grantee: team(), id: 4 })),
				(H256([0xcd; 32]), Outcome::Refused),
			]
			.try_into()
			.unwrap(),
		},
	};
	assert_eq!(
		teller.log_entry(&entry),
		"Dr. Berger of Hospital B opened record abababab (by consent 4) and was refused record \
		 cdcdcdcd, for treatment"
	);
	let proxied = LogEntry {
		signer: DOCTOR,
		origin: AccountId::new([7; 32]),
		acting_for: None,
		purpose: None,
		event: LogEvent::HoldersChosen,
	};
	assert!(teller.log_entry(&proxied).starts_with("Dr. Berger (acting as "));
}
