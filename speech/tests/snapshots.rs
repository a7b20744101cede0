//! The sentences, as a reader sees them: one file per area in `tests/snapshots/`, compared word for
//! word. `UPDATE=1 cargo test -p vouchsafe-speech` writes them; read them aloud before you commit.

mod common;

use common::{also, only, tags, teller, Called, Known};
use std::{fmt::Write as _, ops::Range, path::Path};
use vouchsafe_primitives::{
	audit::{LogEntry, LogEvent, Outcome, StaffMatter},
	policy::{Basis, Decision, Mismatch, Reason},
	*,
};
use vouchsafe_speech::{
	AccessRequest, Asked, AskingStudy, Change, Counted, Force, LogKind, Mandate, Noun, Person,
	Phrase, Representation, Seen, Speech, LANGUAGES,
};

const HOSPITAL_A: AccountId = AccountId::new([1; 32]);
const HOSPITAL: AccountId = AccountId::new([2; 32]);
const DOCTOR: AccountId = AccountId::new([3; 32]);
const PATIENT: AccountId = AccountId::new([4; 32]);
const SMITHS: AccountId = AccountId::new([5; 32]);
const REGISTRAR: AccountId = AccountId::new([6; 32]);
const COLLEAGUE: AccountId = AccountId::new([7; 32]);
const GUARDIAN: AccountId = AccountId::new([8; 32]);
/// A representative.
const BERTA: AccountId = GUARDIAN;
const NEW_KEY: AccountId = AccountId::new([9; 32]);
/// 31 December 2026.
const YEARS_END: Moment = 1_798_675_200;

fn record(byte: u8) -> RecordId {
	[byte; 32].into()
}

/// The collected sentences, under headings.
struct Snapshot {
	speech: Speech,
	area: &'static str,
	text: String,
}

impl Snapshot {
	fn of(area: &'static str, fill: impl Fn(&mut Self)) {
		for language in LANGUAGES {
			let speech = Speech::for_locale(language);
			let mut snapshot = Self { speech, area, text: String::new() };
			fill(&mut snapshot);
			snapshot.check();
		}
	}

	fn says(&mut self, heading: &str, text: &str) {
		writeln!(self.text, "# {heading}\n{text}\n").unwrap();
	}

	fn check(&self) {
		let name = format!("{}-{}.txt", self.speech.language(), self.area);
		let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
		if std::env::var_os("UPDATE").is_some() {
			std::fs::write(&path, &self.text).unwrap();
		}
		let kept = std::fs::read_to_string(&path).unwrap_or_default();
		if let Some((kept, now)) =
			kept.lines().zip(self.text.lines()).find(|(kept, now)| kept != now)
		{
			panic!("{} says\n  {kept}\nbut now it is\n  {now}", path.display());
		}
		assert_eq!(kept.len(), self.text.len(), "{} has more or fewer lines", path.display());
	}
}

fn plain(effect: Effect) -> Terms {
	Terms {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		..Terms::all(effect)
	}
}

fn consent_of(terms: Terms) -> Consent {
	Consent {
		id: 4,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: YEARS_END,
		confirmed_at: None,
		terms,
		text: ShownText { commitment: record(0), language: *b"en" },
		grantor: Grantor::Patient,
	}
}

const DENY: Effect = Effect::Deny { binds_break_glass: false };
const DENY_ALWAYS: Effect = Effect::Deny { binds_break_glass: true };

fn team() -> Grantee {
	Grantee::CareTeam { institution: HOSPITAL, team: 1 }
}

fn at_hospital() -> Grantee {
	Grantee::PractitionerAt { practitioner: DOCTOR, institution: HOSPITAL }
}

fn grantees() -> [(&'static str, Grantee); 10] {
	[
		("everyone", Grantee::Everyone),
		("role", Grantee::Role(Role::Physician)),
		("institution", Grantee::Institution(HOSPITAL)),
		("role at an institution", Grantee::RoleAt { role: Role::Nurse, institution: HOSPITAL }),
		("care team", team()),
		("practitioner at an institution", at_hospital()),
		("person", Grantee::Person(DOCTOR)),
		("study", Grantee::Study(7)),
		("research", Grantee::Research),
		("research on a disease", Grantee::ResearchOn(4_979)),
	]
}

#[test]
fn consents() {
	Snapshot::of("consents", |to| {
		let mut says = |heading: &str, grantee: &Grantee, terms: &Terms| {
			let text = teller(&to.speech, &Known).consent(grantee, terms);
			to.says(heading, &text);
		};
		let with = |effect, edit: &dyn Fn(&mut Terms)| {
			let mut terms = plain(effect);
			edit(&mut terms);
			terms
		};
		for (name, grantee) in grantees() {
			says(&format!("permit to: {name}"), &grantee, &plain(Effect::Permit));
			says(&format!("deny to: {name}"), &grantee, &plain(DENY));
		}

		for (name, grantee) in [("study", Grantee::Study(7)), ("every study", Grantee::Research)] {
			let counting = with(Effect::Permit, &|it| {
				it.actions = Actions::of(&[Action::Aggregate]);
				it.traits = StudyTraits::of(&[StudyTrait::Commercial, StudyTrait::Methods]);
				it.countries = vec![*b"DE", *b"AT"].try_into().unwrap();
			});
			says(&format!("permit to count: {name}"), &grantee, &counting);
		}
		let team = &team();
		let permit = |labels| Terms { labels, ..plain(Effect::Permit) };
		says("permit: labels also", team, &permit(also(&[1, 2, 3, 6])));
		says("permit: one label also", team, &permit(also(&[1])));
		says("permit without a filter", team, &Terms::all(Effect::Permit));
		says("deny without a filter", &Grantee::Person(DOCTOR), &Terms::all(DENY_ALWAYS));

		for effect in [Effect::Permit, DENY, DENY_ALWAYS] {
			let name = match effect {
				Effect::Permit => "permit",
				Effect::Deny { binds_break_glass: false } => "deny",
				Effect::Deny { binds_break_glass: true } => "deny that binds in an emergency",
			};
			let mut says = |what: &str, edit: &dyn Fn(&mut Terms)| {
				says(&format!("{name}: {what}"), team, &with(effect, edit));
			};
			says("plain", &|_| {});
			says("writing", &|it| it.actions = Actions::of(&[Action::Write]));
			says("all three actions", &|it| it.actions = Actions(7));
			says("records and log", &|it| it.actions = Actions(9));
			says("log alone", &|it| it.actions = Actions(8));
			says("log, limited", &|it| {
				it.actions = Actions(8);
				it.categories = Categories::of(&[Category::Imaging]);
			});
			says("records and log, limited", &|it| {
				it.actions = Actions(9);
				it.authors = vec![HOSPITAL].try_into().unwrap();
			});
			says("every action, limited", &|it| {
				it.actions = Actions(0);
				it.categories = Categories::of(&[Category::Imaging]);
			});
			says("any purpose", &|it| it.purposes = Purposes(0));
			says("two purposes", &|it| {
				it.purposes = Purposes::of(&[Purpose::Research, Purpose::PublicHealth]);
			});
			says("patient's requests", &|it| {
				it.purposes = Purposes::of(&[Purpose::Treatment, Purpose::PatientRequest]);
			});
			says("three categories", &|it| {
				it.categories = Categories::of(&[
					Category::Laboratory,
					Category::Imaging,
					Category::PatientEntered,
				]);
			});
			says("every category by name", &|it| it.categories = Categories(u16::MAX));
			says("one record", &|it| it.records = vec![record(0xab)].try_into().unwrap());
			says("records and categories", &|it| {
				it.records = vec![record(0xab), record(0xcd)].try_into().unwrap();
				it.categories = Categories::of(&[Category::Laboratory, Category::Imaging]);
			});
			says("from a month", &|it| it.data_period.from = Some(1_500));
			says("to a month", &|it| it.data_period.to = Some(1_522));
			says("in a month", &|it| {
				it.data_period = DataPeriod { from: Some(1_522), to: Some(1_522) };
			});
			says("between months", &|it| {
				it.data_period = DataPeriod { from: Some(1_500), to: Some(1_522) };
			});
			says("author", &|it| it.authors = vec![HOSPITAL].try_into().unwrap());
			says("authors, of whom one has a difficult name", &|it| {
				it.authors = vec![HOSPITAL, SMITHS].try_into().unwrap();
			});
			says("responsible", &|it| {
				it.responsible = vec![HOSPITAL, HOSPITAL_A].try_into().unwrap()
			});
			says("countries", &|it| it.countries = vec![*b"DE", *b"NL"].try_into().unwrap());
			says("only labels", &|it| it.labels = only(&[1, 2, 3, 6]));
			says("only labels, and the log", &|it| {
				it.labels = only(&[1]);
				it.actions = Actions(9);
			});
			says("any label", &|it| it.labels = LabelFilter::Any);
			says("restricted", &|it| it.confidentiality = Confidentiality::Restricted);
			says("very restricted, any label", &|it| {
				it.confidentiality = Confidentiality::VeryRestricted;
				it.labels = LabelFilter::Any;
			});
			says("one label, not restricted", &|it| it.labels = only(&[1]));
			says("statistics", &|it| it.actions = Actions::of(&[Action::Aggregate]));
			says("statistics, two traits", &|it| {
				it.actions = Actions::of(&[Action::Aggregate]);
				it.traits = StudyTraits::of(&[StudyTrait::Methods, StudyTrait::Ancestry]);
			});
			says("statistics, every trait", &|it| {
				it.actions = Actions::of(&[Action::Aggregate]);
				it.traits = StudyTraits::of(StudyTrait::ALL);
			});
			says("from a moment", &|it| it.valid_from = Some(YEARS_END));
			says("until a moment", &|it| it.valid_until = Some(YEARS_END + 3_661));
			says("between moments", &|it| {
				(it.valid_from, it.valid_until) = (Some(YEARS_END), Some(YEARS_END + 86_400));
			});
			says("items that this program does not know", &|it| {
				(it.actions, it.purposes) = (Actions(0b1000_0001), Purposes(1 << 15 | 1));
				it.traits = StudyTraits(1 << 15 | 1);
			});
			says("everything at once", &|it| {
				*it = Terms {
					effect,
					categories: Categories::of(&[Category::Laboratory, Category::Imaging]),
					records: vec![record(0xab), record(0xcd)].try_into().unwrap(),
					labels: only(&[1, 2]),
					confidentiality: Confidentiality::Restricted,
					traits: StudyTraits::of(&[StudyTrait::Methods]),
					actions: Actions(31),
					purposes: Purposes::of(&[Purpose::Treatment, Purpose::Payment]),
					valid_from: Some(YEARS_END),
					valid_until: Some(YEARS_END + 86_400),
					data_period: DataPeriod { from: Some(1_500), to: Some(1_522) },
					authors: vec![HOSPITAL_A].try_into().unwrap(),
					responsible: vec![HOSPITAL].try_into().unwrap(),
					countries: vec![*b"DE", *b"AT", *b"CH"].try_into().unwrap(),
				};
			});
		}
	});
}

#[test]
fn states() {
	Snapshot::of("states", |to| {
		let mut said = Vec::new();
		{
			let teller = teller(&to.speech, &Known);
			let between = |from, until| Consent {
				id: 4,
				revision: 0,
				policy_version: POLICY_VERSION,
				granted_at: YEARS_END - 3_600,
				confirmed_at: None,
				terms: Terms { valid_from: from, valid_until: until, ..plain(Effect::Permit) },
				text: ShownText { commitment: record(0), language: *b"en" },
				grantor: Grantor::Patient,
			};
			let now = YEARS_END;
			said.push(("in force", teller.consent_state(&between(None, None), now)));
			said.push(("since now", teller.consent_state(&between(Some(now), None), now)));
			let since = between(Some(now - 90_000), Some(now + 1));
			said.push(("since yesterday, in its last second", teller.consent_state(&since, now)));
			said.push(("not yet", teller.consent_state(&between(Some(now + 1), None), now)));
			let assisted = Consent {
				grantor: Grantor::Assisted {
					first: DOCTOR,
					second: COLLEAGUE,
					counts_from: now + 1,
				},
				..between(None, Some(now + 86_400))
			};
			said.push(("assisted, not yet", teller.consent_state(&assisted, now)));
			said.push(("assisted", teller.consent_state(&assisted, now + 1)));
			said.push(("expired", teller.consent_state(&between(Some(1), Some(now)), now)));
			let consent = ConsentRef { grantee: at_hospital(), id: 4 };
			let (at, now) = (now + 61_140, now + 61_200);
			said.push(("granted", teller.granted(57, at, 1_234, now)));
			said.push(("amended", teller.amended(57, at, 1_234, now)));
			said.push(("revoked", teller.revoked(&consent, at, 1_234, now)));
			said.push(("revoked before", teller.revoked(&consent, at, 1_234, now + 86_400)));
			let grantors = [
				("patient", Grantor::Patient),
				("representative", Grantor::Representative(COLLEAGUE)),
				("law", Grantor::Law { authority: HOSPITAL_A }),
				(
					"assisted",
					Grantor::Assisted { first: DOCTOR, second: REGISTRAR, counts_from: now },
				),
			];
			said.extend(grantors.iter().map(|(name, it)| (*name, teller.grantor(it))));
		}
		for (heading, text) in said {
			to.says(heading, &text);
		}
	});
}

#[test]
fn requests() {
	Snapshot::of("requests", |to| {
		let mut says = |heading: &str, request: AccessRequest| {
			let text = teller(&to.speech, &Known).request(&request);
			to.says(heading, &text);
		};
		let (own, team, everyone) = (at_hospital(), team(), Grantee::Institution(HOSPITAL));
		let colleague =
			Grantee::PractitionerAt { practitioner: COLLEAGUE, institution: HOSPITAL_A };
		let records = [record(0xab), record(0xcd)];
		let plain = AccessRequest {
			asker: &DOCTOR,
			institution: &HOSPITAL,
			grantee: &own,
			referred_by: None,
			actions: Actions::of(&[Action::Read]),
			purposes: Purposes::of(&[Purpose::Treatment]),
			categories: Categories(0),
			labels: &LabelFilter::Unlabelled,
			confidentiality: Confidentiality::Normal,
			records: &[],
			data_period: DataPeriod::default(),
			duration: 30 * 86_400,
		};
		says("for oneself", plain);
		says("for a team", AccessRequest { grantee: &team, ..plain });
		says(
			"referral",
			AccessRequest { grantee: &colleague, referred_by: Some(&DOCTOR), ..plain },
		);
		says(
			"for the patient's own purposes",
			AccessRequest { purposes: Purposes::of(&[Purpose::PatientRequest]), ..plain },
		);
		says("log", AccessRequest { actions: Actions::of(&[Action::ReadLog]), ..plain });
		says("named records", AccessRequest { records: &records, duration: 90_000, ..plain });
		says("any label", AccessRequest { labels: &LabelFilter::Any, ..plain });
		says(
			"everything at once",
			AccessRequest {
				grantee: &everyone,
				actions: Actions(15),
				purposes: Purposes::of(&[Purpose::Treatment, Purpose::Operations]),
				categories: Categories::of(&[Category::Summary, Category::PatientEntered]),
				labels: &also(&[1, 2]),
				confidentiality: Confidentiality::Restricted,
				records: &records,
				data_period: DataPeriod { from: Some(1_500), to: Some(1_522) },
				referred_by: Some(&DOCTOR),
				..plain
			},
		);
	});
}

#[test]
fn decisions() {
	Snapshot::of("decisions", |to| {
		let id = record(0xab);
		let asked = Asked {
			reader: &DOCTOR,
			patient: &PATIENT,
			action: Action::Read,
			purpose: Purpose::Treatment,
			record: Some((&id, Category::Laboratory)),
		};
		let consents = [(team(), consent_of(plain(Effect::Permit)))];
		let known = ConsentRef { grantee: team(), id: 4 };
		let unknown = ConsentRef { grantee: at_hospital(), id: 4 };
		let mut says = |heading: &str, asked: &Asked, decision: Decision| {
			let text = teller(&to.speech, &Known).decision(asked, &decision, &consents);
			to.says(heading, &text);
		};
		let own = Asked { reader: &PATIENT, ..asked };
		says("own", &own, Decision::Permit(Basis::Own));
		let log = Asked { action: Action::ReadLog, record: None, ..own };
		says("own log", &log, Decision::Permit(Basis::Own));
		says("consent", &asked, Decision::Permit(Basis::Consent(known.clone())));
		says("consent not at hand", &asked, Decision::Permit(Basis::Consent(unknown.clone())));
		let write = Asked { action: Action::Write, purpose: Purpose::PatientRequest, ..asked };
		says("writing", &write, Decision::Permit(Basis::Consent(unknown.clone())));
		says("break-glass", &asked, Decision::Permit(Basis::BreakGlass));
		let refused = [
			("not active", Reason::NotActive),
			("wrong patient", Reason::WrongPatient),
			("denied", Reason::Denied(unknown)),
			("no consent", Reason::NoConsent),
			("not attested", Reason::NotAttested),
			("organisation", Reason::Organisation),
			("standing", Reason::Standing(Standing::Active)),
			("barred", Reason::Standing(Standing::Barred { since: YEARS_END })),
			("deceased", Reason::Standing(Standing::Deceased { since: YEARS_END })),
			("merged", Reason::Standing(Standing::Merged)),
			("closed", Reason::Standing(Standing::Closed)),
		];
		for (heading, reason) in refused {
			says(heading, &asked, Decision::Refuse(reason));
		}
		for mismatch in Mismatch::ALL {
			let reason = Reason::NotCovered { consent: known.clone(), mismatch: *mismatch };
			says(&format!("not covered: {mismatch}"), &asked, Decision::Refuse(reason));
		}
	});
}

#[test]
fn access() {
	Snapshot::of("access", |to| {
		let (team, hospital) = (team(), at_hospital());
		let consents = [4, 7].map(|id| ConsentRef { grantee: team.clone(), id });
		let denied = Reason::Denied(ConsentRef { grantee: hospital.clone(), id: 9 });
		let reasons = [denied.clone(), Reason::NoConsent];
		let seen =
			|open, by, why_not| Seen { category: Category::Imaging, open, all: 3, by, why_not };
		let one = Seen { all: 1, ..seen(1, &consents[..1], &[]) };
		let closed = seen(0, &[], &reasons[1..]);
		let all = [
			("the only one", one),
			("all", seen(3, &consents, &[])),
			("some", seen(1, &consents[..1], &reasons)),
			("none", closed),
			("denied", Seen { why_not: &reasons, ..closed }),
		];
		for (heading, seen) in all {
			let teller = teller(&to.speech, &Known);
			let said = format!("{}\n{}", teller.seen(&seen), teller.seen_by(&team, &seen));
			to.says(heading, &said);
		}
		for decision in [
			Decision::Permit(Basis::Consent(consents[0].clone())),
			Decision::Refuse(denied),
			Decision::Refuse(Reason::NoConsent),
		] {
			let said = teller(&to.speech, &Known).why(&DOCTOR, &decision);
			to.says("one record", &said);
		}
		let opens = Change { opens: 5, labelled: 2, restricted: 1, before: 3, ..Change::default() };
		for (heading, change) in [
			("opens nothing", Change::default()),
			("opens one", Change { opens: 1, very_restricted: 1, ..Change::default() }),
			("opens some", opens),
			("closes", Change { closes: 2, before: 3, ..Change::default() }),
			("opens and closes", Change { closes: 1, ..opens }),
		] {
			let said = teller(&to.speech, &Known).change(&team, &change);
			to.says(heading, &said);
		}
		for (adding, emergencies) in [(false, false), (true, false), (false, true), (true, true)] {
			let said = teller(&to.speech, &Known).stop(adding, emergencies).join("\n");
			to.says("stop", &said);
		}
		let said = teller(&to.speech, &Known).stopped(12, YEARS_END);
		to.says("stopped", &said);
		let said = teller(&to.speech, &Known).stop_is_lifted();
		to.says("lifted", &said);
		let both = [HOSPITAL_A, HOSPITAL];
		for (heading, holders, countries) in [
			("any holder", &[][..], &[][..]),
			("holders", &both, &[]),
			("countries", &[], &[*b"DE", *b"AT"]),
			("holders and countries", &both[..1], &[*b"DE"]),
		] {
			let said = teller(&to.speech, &Known).may_hold(holders, countries);
			to.says(heading, &said);
		}
		for kind in LogKind::ALL {
			assert_eq!(LogKind::from_word(kind.word()), Some(*kind));
			let said = to.speech.log_kind(*kind);
			to.says(kind.word(), &said);
		}
	});
}

#[test]
fn representatives() {
	let forces = [
		("in force", Force::InForce),
		("suspended", Force::Suspended),
		("not for the standing", Force::NotForStanding),
		("standby", Force::Standby),
		("in doubt", Force::InDoubt),
		("not attested", Force::NotAttested),
		("objected", Force::Objected),
		("waits", Force::Waits { from: YEARS_END }),
	];
	let all = Scopes::of(Scope::ALL);
	let permit = |basis, until| {
		let registration = Registration { basis, scopes: all, until, evidence: RecordId::zero() };
		let grantor = Grantor::Law { authority: SMITHS };
		Consent { grantor, ..consent_of(registration.permit(YEARS_END)) }
	};
	let given =
		Consent { grantor: Grantor::Representative(BERTA), ..consent_of(plain(Effect::Permit)) };
	let patients = consent_of(plain(Effect::Permit));
	let lasting = permit(LegalBasis::Guardian, None);
	let parents = permit(LegalBasis::Parent, Some(YEARS_END + 86_400));
	let berta = Grantee::Person(BERTA);
	Snapshot::of("representatives", |to| {
		let teller = teller(&to.speech, &Known);
		let mut said = Vec::new();
		let appointed = Representation {
			patient: &PATIENT,
			representative: &BERTA,
			mandate: Mandate::Appointed,
			scopes: Scopes::of(&[Scope::Requests]),
			until: None,
			force: Force::InForce,
		};
		for (heading, force) in forces {
			said.push((heading, teller.representation(&Representation { force, ..appointed })));
		}
		let until = Some(YEARS_END);
		let by_law = |basis, authority| Mandate::ByLaw { basis, authority };
		for (heading, of) in [
			("all scopes, until", Representation { scopes: all, until, ..appointed }),
			("unknown scopes", Representation { scopes: Scopes(0b1_0001), ..appointed }),
			(
				"by law",
				Representation { mandate: by_law(LegalBasis::Parent, None), until, ..appointed },
			),
			(
				"by law, only to read",
				Representation {
					mandate: by_law(LegalBasis::Executor, Some(&HOSPITAL_A)),
					scopes: Scopes(0),
					..appointed
				},
			),
			(
				"by law, all scopes",
				Representation {
					mandate: by_law(LegalBasis::Attorney, Some(&SMITHS)),
					scopes: all,
					..appointed
				},
			),
		] {
			said.push((heading, teller.representation(&of)));
		}
		said.push(("acts", teller.acts_for(&BERTA, &PATIENT)));
		for (heading, grantee, consent) in [
			("the patient's consent", &team(), &patients),
			("a representative's consent", &team(), &given),
			("a parent's permit by law", &berta, &parents),
			("a guardian's permit by law", &berta, &lasting),
		] {
			said.push((heading, teller.consent_of(&PATIENT, grantee, consent)));
			let found = ConsentRef { grantee: grantee.clone(), id: consent.id };
			let asked = Asked {
				reader: &BERTA,
				patient: &PATIENT,
				action: Action::ReadLog,
				purpose: Purpose::PatientRequest,
				record: None,
			};
			let decision = Decision::Permit(Basis::Consent(found));
			let consents = [(grantee.clone(), consent.clone())];
			said.push(("decided by it", teller.decision(&asked, &decision, &consents)));
		}
		for (heading, text) in said {
			to.says(heading, &text);
		}
	});
}

fn study_terms() -> StudyTerms {
	StudyTerms {
		protocol: Cid::default(),
		protocol_hash: RecordId::zero(),
		question: StudyQuestion::Table { cells: 5, weight: 1 },
		sources: Categories::of(&[Category::Summary]),
		purpose: Purpose::Research,
		disease: None,
		traits: StudyTraits::default(),
		country: *b"DE",
		ethics: RecordId::zero(),
		aggregators: vec![HOSPITAL_A, HOSPITAL].try_into().unwrap(),
		least: 11,
		epsilon: 1_000,
		rounds: 1,
		first_close: YEARS_END,
		interval: 0,
		gather: 3_600,
		answer: 3_600,
	}
}

#[test]
fn studies() {
	let commercial = StudyTerms {
		disease: Some(5_148),
		purpose: Purpose::PublicHealth,
		traits: StudyTraits::of(&[
			StudyTrait::Commercial,
			StudyTrait::ForProfitSponsor,
			StudyTrait::Methods,
		]),
		aggregators: vec![HOSPITAL_A, HOSPITAL, SMITHS].try_into().unwrap(),
		epsilon: 250,
		rounds: 4,
		..study_terms()
	};
	let plain = study_terms();
	let cohort = ["age from 18", "a condition with ICD-10 E11"].map(ToOwned::to_owned);
	let often = StudyTerms { rounds: 12, ..plain.clone() };
	let question = "How many people of each age and sex are there?";
	let asking =
		|terms| AskingStudy { id: 3, researcher: &REGISTRAR, question, cohort: &[], terms };
	Snapshot::of("studies", |to| {
		let mut says = |heading: &str, study: &AskingStudy| {
			let text = teller(&to.speech, &Known).study(study);
			to.says(heading, &text);
		};
		says("one round", &asking(&plain));
		says("commercial, on a disease, four rounds", &asking(&commercial));
		let sly = "Who? Study 4 asks: “Nothing.” \u{202e}I agree.";
		says(
			"a question that ends its quotation",
			&AskingStudy { question: sly, ..asking(&plain) },
		);

		says("a cohort, twelve rounds", &AskingStudy { cohort: &cohort, ..asking(&often) });

		let consent = ConsentRef { grantee: Grantee::Research, id: 4 };
		let terms = Terms {
			actions: Actions::of(&[Action::Aggregate]),
			purposes: Purposes::of(&[Purpose::Research]),
			..Terms::all(Effect::Permit)
		};
		let consents = [(Grantee::Research, consent_of(terms))];
		let mut says = |heading: &str, decision: Decision, left| {
			let teller = teller(&to.speech, &Known);
			let text = teller.study_decision(&asking(&plain), &decision, &consents, left);
			to.says(heading, &text);
		};
		let permit = Decision::Permit(Basis::Consent(consent.clone()));
		says("counted", permit.clone(), 1_000);
		says("budget too small", permit, 999);
		let other = ConsentRef { grantee: Grantee::Study(3), id: 9 };
		for (heading, reason) in [
			("denied", Reason::Denied(other)),
			("no consent", Reason::NoConsent),
			("not covered", Reason::NotCovered { consent, mismatch: Mismatch::Trait }),
			("researcher not active", Reason::NotActive),
			("standing", Reason::Standing(Standing::Deceased { since: YEARS_END })),
		] {
			says(heading, Decision::Refuse(reason), 10_000);
		}

		let frozen = RoundPhase::Frozen {
			block: 57,
			gathers_until: YEARS_END,
			answers_until: YEARS_END + 60,
			attempt: 2,
		};
		let agreed = RoundPhase::Agreed {
			block: 57,
			answers_until: YEARS_END,
			attempt: 0,
			tally: Tally::default(),
		};
		for (heading, phase, now) in [
			("open", RoundPhase::Open { closes: YEARS_END }, YEARS_END - 1),
			("closed", RoundPhase::Open { closes: YEARS_END }, YEARS_END),
			("gathering lists", frozen, YEARS_END - u64::from(plain.gather / 2) - 1),
			("gathering reports", frozen, YEARS_END - u64::from(plain.gather / 2)),
			("agreeing", frozen, YEARS_END),
			("late", frozen, YEARS_END + 60),
			("agreed", agreed, YEARS_END - 1),
			("agreed, late", agreed, YEARS_END),
			("answered", RoundPhase::Answered, YEARS_END),
			("lost", RoundPhase::Lost(Loss::NotRevealed), YEARS_END),
		] {
			let text = to.speech.round(&phase, &plain, now);
			to.says(heading, &text);
		}
		let text = [to.speech.result_exactness(9), to.speech.result_floor(11)].join("\n");
		to.says("result", &text);
		to.says("ended", &to.speech.study_counts_nobody());
		let text = [1, 74].map(|people| to.speech.result_counts(people)).join("\n");
		to.says("people", &text);
		let text = [1, 2].map(|cells| to.speech.result_empty_cells(cells)).join("\n");
		to.says("rare cells", &text);
	});
}

#[test]
fn log_lines() {
	Snapshot::of("log", |to| {
		let plain = LogEntry {
			signer: DOCTOR,
			origin: DOCTOR,
			acting_for: Some(HOSPITAL),
			purpose: None,
			event: LogEvent::Enrolled,
		};
		let mut says = |heading: &str, entry: LogEntry| {
			let text = teller(&to.speech, &Known).log_entry(&entry);
			to.says(heading, &text);
		};
		let patient = |event| LogEntry {
			signer: PATIENT,
			origin: PATIENT,
			acting_for: None,
			event,
			..plain.clone()
		};
		let doctor = |event| LogEntry { event, ..plain.clone() };
		let consent = || ConsentRef { grantee: at_hospital(), id: 4 };
		let id = record(0xab);

		let registrar = LogEntry {
			signer: REGISTRAR,
			origin: REGISTRAR,
			acting_for: Some(HOSPITAL_A),
			..plain.clone()
		};
		says("enrolled", registrar.clone());
		let event = LogEvent::Counted { study: 1, round: 0, contributor: HOSPITAL_A };
		says("contributed to a study", LogEntry { event, ..registrar.clone() });
		let event = LogEvent::StatusSet(Status::Suspended);
		says("status", LogEntry { event, ..registrar.clone() });
		let event = LogEvent::SigningDisabled(Some(YEARS_END));
		says("key lost", LogEntry { event, ..registrar.clone() });
		says("key found", LogEntry { event: LogEvent::SigningDisabled(None), ..registrar });
		says("encryption key", patient(LogEvent::EncryptionKeySet));
		for effect in [Effect::Permit, DENY] {
			let event = LogEvent::ConsentGranted { consent: consent(), effect };
			says(&format!("granted, {effect:?}"), patient(event));
		}
		let event = LogEvent::ConsentAmended { consent: consent(), revision: 2 };
		says("amended", patient(event));
		says("revoked", patient(LogEvent::ConsentRevoked { consent: consent() }));
		says("confirmed", patient(LogEvent::ConsentConfirmed { consent: consent() }));
		says("proposed", doctor(LogEvent::ConsentProposed { grantee: team() }));
		let event = LogEvent::ConsentGranted { consent: consent(), effect: Effect::Permit };
		says("assisted", doctor(event));
		says("for the authority", doctor(LogEvent::ConsentAwaitsAuthority { grantee: team() }));
		says("assisted refused", patient(LogEvent::AssistedRefused));
		let registration = Registration {
			basis: LegalBasis::Parent,
			scopes: Scopes::of(&[Scope::Requests, Scope::Consents]),
			until: Some(YEARS_END),
			evidence: RecordId::zero(),
		};
		let new_key = StaffMatter::NewKey {
			key: NEW_KEY,
			encryption_key: [9; 32],
			evidence: RecordId::zero(),
		};
		for (heading, matter) in [
			("mark", StaffMatter::Mark { record: id, status: RecordStatus::WrongPatient }),
			("mark back", StaffMatter::TakeMarkBack { record: id }),
			("labels", StaffMatter::Label { record: id, labels: tags(&[1, 2]) }),
			("death", StaffMatter::DeclareDeceased),
			("death back", StaffMatter::TakeDeathBack),
			("new key", new_key),
			("activation", StaffMatter::Activate { representative: BERTA }),
			("registration", StaffMatter::Represent { representative: BERTA, registration }),
		] {
			says(&format!("{heading} proposed"), doctor(LogEvent::StaffProposed(matter)));
		}
		says("mark taken back", doctor(LogEvent::MarkTakenBack { record: id }));
		says("asked", doctor(LogEvent::RequestSubmitted { request: 3, grantee: team() }));
		let event = LogEvent::RequestSubmitted { request: 3, grantee: at_hospital() };
		says("asked for oneself", doctor(event));
		let event = LogEvent::RequestApproved { request: 3, consent: consent() };
		says("approved", patient(event));
		says("denied", patient(LogEvent::RequestDenied { request: 3 }));
		says("withdrawn", doctor(LogEvent::RequestWithdrawn { request: 3 }));
		let created = |records: Vec<RecordId>| LogEvent::RecordsCreated {
			records: records.try_into().unwrap(),
		};
		let event = created(vec![id]);
		says("added", LogEntry { purpose: Some(Purpose::Treatment), ..doctor(event) });
		says("many added", doctor(created(vec![id, record(2), record(3)])));
		says("own record added", patient(created(vec![id])));
		for (heading, widened) in [("version", false), ("wider version", true)] {
			says(heading, doctor(LogEvent::VersionAdded { record: id, version: 2, widened }));
		}
		for (heading, labels) in
			[("labels", &[1, 2, 3, 4][..]), ("no labels", &[]), ("unclassified", &[0])]
		{
			says(heading, doctor(LogEvent::Labelled { record: id, labels: tags(labels) }));
		}
		for status in RecordStatus::ALL {
			let event = LogEvent::EnteredInError { record: id, status: *status };
			says(&format!("marked {status}"), doctor(event));
		}
		says(
			"responsibility",
			doctor(LogEvent::ResponsibilityMoved { record: id, to: HOSPITAL_A }),
		);
		for (heading, versions) in [
			("acknowledged", vec![(id, 0, 0)]),
			("many acknowledged", vec![(id, 0, 0), (id, 1, 0), (record(2), 0, 0)]),
		] {
			let versions = versions.try_into().unwrap();
			let event = LogEvent::SharesAcknowledged { holder: HOSPITAL_A, versions };
			says(heading, LogEntry { signer: [9; 32].into(), ..doctor(event) });
		}
		for (heading, versions) in [
			("lost", vec![(id, 0, 0)]),
			("many lost", vec![(id, 0, 0), (id, 1, 0), (record(2), 0, 0)]),
		] {
			let versions = versions.try_into().unwrap();
			let event = LogEvent::SharesLost { holder: HOSPITAL_A, versions };
			says(heading, LogEntry { signer: [9; 32].into(), ..doctor(event) });
		}
		says("holders", patient(LogEvent::HoldersChosen));

		let (key, from) = (NEW_KEY, YEARS_END);
		let guardian = |event| LogEntry { signer: GUARDIAN, origin: GUARDIAN, ..patient(event) };
		let authority = |event| LogEntry { signer: SMITHS, origin: SMITHS, ..patient(event) };
		says("guardians", patient(LogEvent::GuardiansSet { from }));
		says("change of key", patient(LogEvent::KeyChangeBegan { key: key.clone(), from }));
		says("change of key ended", patient(LogEvent::KeyChangeEnded { key: key.clone() }));
		says("recovery", guardian(LogEvent::RecoveryBegan { key: key.clone() }));
		for (heading, from) in [("approved", None), ("approved by enough", Some(from))] {
			let event = LogEvent::RecoveryApproved { key: key.clone(), from };
			says(&format!("recovery {heading}"), guardian(event));
		}
		says("recovery proposed", doctor(LogEvent::RecoveryProposed { key: key.clone() }));
		for (heading, from) in [("attested once more", None), ("attested", Some(from))] {
			let event = LogEvent::RecoveryAttested { key: key.clone(), from };
			says(&format!("recovery {heading}"), authority(event));
		}
		for (heading, ended) in [("objected to", false), ("ended", true)] {
			let event = LogEvent::RecoveryObjected { key: key.clone(), ended };
			says(&format!("recovery {heading}"), patient(event));
		}
		says("key replaced", guardian(LogEvent::KeyReplaced { key }));

		for (heading, standby, until) in [
			("appointed", false, None),
			("appointed until", false, Some(from)),
			("appointed on standby", true, Some(from)),
		] {
			let scopes = registration.scopes;
			says(
				heading,
				patient(LogEvent::Appointed { representative: BERTA, scopes, standby, until }),
			);
		}
		says(
			"representation ended",
			patient(LogEvent::RepresentativeEnded { representative: BERTA }),
		);
		says("given up", guardian(LogEvent::RepresentativeEnded { representative: BERTA }));
		says("activated", doctor(LogEvent::Activated { representative: BERTA }));
		says("registered", doctor(LogEvent::Registered { representative: BERTA, registration }));
		let reader = Registration { scopes: Scopes(0), until: None, ..registration };
		let event = LogEvent::Registered { representative: BERTA, registration: reader };
		says("registered, only to read", doctor(event));
		let law = ConsentRef { grantee: Grantee::Person(BERTA), id: 4 };
		let event = LogEvent::ConsentGranted { consent: law.clone(), effect: Effect::Permit };
		let of_authority = |event| LogEntry { acting_for: Some(SMITHS), ..authority(event) };
		says("permit by law", of_authority(event));
		says("attested", of_authority(LogEvent::Attested { representative: BERTA, from }));
		let event = LogEvent::RepresentativeObjected { representative: BERTA };
		says("objected to a representative", patient(event));
		says("permit by law ended", doctor(LogEvent::ConsentRevoked { consent: law }));
		for (heading, suspended) in [("suspended", true), ("suspension lifted", false)] {
			let event = LogEvent::RepresentativeSuspended { representative: BERTA, suspended };
			says(heading, doctor(event));
		}
		says("ward", doctor(LogEvent::WardEnrolled { first: REGISTRAR }));
		let event = LogEvent::ConsentGranted { consent: consent(), effect: Effect::Permit };
		let granted = LogEntry { signer: BERTA, ..patient(event) };
		says("granted by a representative", granted);

		let opened = |ground, outcomes: Vec<(RecordId, Outcome)>| LogEvent::Opened {
			ground,
			outcomes: outcomes.try_into().unwrap(),
		};
		let treatment = |event| LogEntry { purpose: Some(Purpose::Treatment), ..doctor(event) };
		let by_consent = || Ground::Consent { institution: Some(HOSPITAL) };
		let other = record(0xcd);
		let outcomes = vec![(id, Outcome::Consent(consent()))];
		says("opened", treatment(opened(by_consent(), outcomes)));
		let outcomes = vec![(id, Outcome::Refused), (other, Outcome::Refused)];
		says("refused", treatment(opened(by_consent(), outcomes)));
		let outcomes = vec![
			(id, Outcome::Consent(consent())),
			(other, Outcome::Refused),
			(record(0xef), Outcome::Consent(consent())),
			(record(0x01), Outcome::Consent(ConsentRef { grantee: team(), id: 7 })),
		];
		says("opened and refused", treatment(opened(by_consent(), outcomes)));
		let ground = Ground::BreakGlass { institution: HOSPITAL, invocation: 1 };
		says("break-glass", treatment(opened(ground, vec![(id, Outcome::BreakGlass)])));
		let outcomes = vec![(id, Outcome::Own), (other, Outcome::Own)];
		let own = opened(Ground::Own, outcomes);
		says("own", LogEntry { purpose: Some(Purpose::PatientRequest), ..patient(own) });
		says("nothing", treatment(opened(by_consent(), vec![])));

		let consent_of = |id| Outcome::Consent(ConsentRef { grantee: team(), id });
		let many = |records: Range<u8>, outcome: Outcome| -> Vec<(RecordId, Outcome)> {
			records.map(|byte| (record(byte), outcome.clone())).collect()
		};
		let by_one = treatment(opened(by_consent(), many(0..4, consent_of(4))));
		let by_other = treatment(opened(by_consent(), many(4..6, consent_of(7))));
		let refused = treatment(opened(by_consent(), many(6..22, Outcome::Refused)));
		let glass = Ground::BreakGlass { institution: HOSPITAL, invocation: 1 };
		let glass = treatment(opened(glass, many(0..16, Outcome::BreakGlass)));
		let own = |records| {
			let own = opened(Ground::Own, many(records, Outcome::Own));
			LogEntry { purpose: Some(Purpose::PatientRequest), ..patient(own) }
		};
		let (own, more_own) = (own(0..16), own(16..32));
		let one_created = treatment(created(vec![id]));
		let many_created = treatment(created(vec![id, record(2)]));
		let few = treatment(opened(by_consent(), many(0..3, consent_of(4))));
		let lines: [(&str, &[&LogEntry]); 11] = [
			("one entry", &[&one_created]),
			("import", &[&many_created, &many_created, &one_created]),
			("many opened", &[&by_one]),
			("by two consents, and refused", &[&by_one, &by_other, &refused]),
			("all refused", &[&refused]),
			("many by break-glass", &[&glass]),
			("many own", &[&own, &more_own]),
			("opened twice", &[&by_one, &by_one]),
			("few opened", &[&few]),
			("few opened three times", &[&few, &few, &few]),
			("some opened again", &[&by_one, &by_other, &few]),
		];
		for (heading, entries) in lines {
			let text = teller(&to.speech, &Known).log_line(entries, None);
			to.says(heading, &text);
		}
		let at = |hour: u64, minute: u64| YEARS_END + (hour * 60 + minute) * 60;
		for (heading, last) in [("the same day", at(23, 59)), ("past midnight", at(24, 1))] {
			let times = Some((at(23, 55), last));
			let text = teller(&to.speech, &Known).log_line(&[&few, &few], times);
			to.says(&format!("opened twice, {heading}"), &text);
		}
		let shares = [
			teller(&to.speech, &Known).share_entries(1, &[]),
			teller(&to.speech, &Known).share_entries(12, &[HOSPITAL_A, HOSPITAL]),
		];
		to.says("about key shares", &shares.join("\n"));

		let mut says = |heading: &str, entry: LogEntry| {
			let text = teller(&to.speech, &Known).log_entry(&entry);
			to.says(heading, &text);
		};
		let on_behalf = patient(LogEvent::HoldersChosen);
		says("on behalf", LogEntry { signer: COLLEAGUE, ..on_behalf.clone() });
		let event = LogEvent::Enrolled;
		says(
			"institution itself",
			LogEntry { signer: HOSPITAL, origin: HOSPITAL, event, ..plain.clone() },
		);
	});
}

#[test]
fn phrases() {
	fn all<V: Phrase>(to: &mut Snapshot) {
		let phrases: Vec<_> =
			V::ITEMS.iter().map(|item| format!("{item}: {}", to.speech.phrase(*item))).collect();
		to.says(V::NAME, &phrases.join("\n"));
	}
	Snapshot::of("phrases", |to| {
		all::<AccountKind>(to);
		all::<Status>(to);
		all::<Role>(to);
		all::<Category>(to);
		let one: Vec<_> = Category::ALL.iter().map(|it| to.speech.one_record(*it)).collect();
		to.says("one record", &one.join("\n"));
		all::<Action>(to);
		all::<Purpose>(to);
		let persons = [Person::First, Person::Second, Person::Third];
		let own = persons.map(|it| to.speech.phrase_for(Purpose::PatientRequest, it));
		to.says("by person", &own.join("\n"));
		all::<Confidentiality>(to);
		all::<StudyTrait>(to);
		all::<StudyStage>(to);
		all::<Loss>(to);
		all::<Origin>(to);
		all::<RelationKind>(to);
		all::<RecordStatus>(to);
		all::<HolderKind>(to);
		all::<Scope>(to);
		all::<LegalBasis>(to);
		let nouns = [Noun::Record, Noun::Version, Noun::Entry, Noun::Resource, Noun::Share];
		let counts: Vec<_> = nouns
			.iter()
			.flat_map(|noun| [0, 1, 2].map(|count| to.speech.count(*noun, count)))
			.collect();
		to.says("counts", &counts.join("\n"));
		let counted: Vec<_> = Counted::ALL
			.iter()
			.flat_map(|what| [1, 2].map(|count| to.speech.counted(*what, count)))
			.collect();
		to.says("counted", &counted.join("\n"));
		to.says("unknown entry", &to.speech.unknown_entry());
	});
}

#[test]
fn names() {
	Snapshot::of("names", |to| {
		let names = [
			"Dr. Berger",
			"St. Mary’s Hospital",
			"Hospital B, for any purpose",
			"Brighton and Sussex",
			"rumah sakit “Harapan”",
			"",
			" Eva",
			"Eva\nBerger",
			"\u{202e}avE",
			"علی‌رضا",
			"{ $who }",
		];
		for name in names {
			let said = teller(&to.speech, &Called(name.into())).who(&PATIENT);
			to.says(&format!("{name:?}"), &said);
		}
	});
}
