//! What consents, decisions, requests and log entries say, in sentences. The sentence of a consent
//! is what the patient agrees to: it is shown before signing, and the chain keeps a salted
//! commitment to it. So it says everything that the terms say, and nothing else.

use crate::{
	dates::{show_duration, show_moment, show_month},
	labels::LabelTable,
	names::Names,
	words::{and, count, Action, Category, Purpose, Role, Word},
};
use vouchsafe_client::chain::{
	AccountId, Asked, Basis, Consent, ConsentRef, DataPeriod, Decision, Effect, Grantee, Grantor,
	Ground, LogEntry, LogEvent, Mismatch, Outcome, Reason, Request, Terms, H256,
};

/// The language of the sentences, ISO 639-1.
pub const LANGUAGE: &str = "en";

/// Says things with the names that one knows.
pub struct Teller<'a> {
	/// Who is called what.
	pub names: &'a Names,
	/// What the patient's labels mean.
	pub labels: &'a LabelTable,
}

/// The short form of a record's id.
pub fn short(record: &H256) -> String {
	hex::encode(&record.0[..4])
}

impl Teller<'_> {
	/// Somebody's name.
	pub fn who(&self, account: &AccountId) -> String {
		self.names.show(account)
	}

	/// A grantee.
	pub fn grantee(&self, grantee: &Grantee) -> String {
		let role = |role: &Role| role.phrase();
		match grantee {
			Grantee::Everyone => "everyone enrolled".into(),
			Grantee::Role(it) => format!("all {}, at whatever institution,", role(it)),
			Grantee::Institution(it) => format!("all who work for {}", self.who(it)),
			Grantee::RoleAt { role: it, institution } => {
				format!("the {} at {}", role(it), self.who(institution))
			},
			Grantee::CareTeam { institution, team } => {
				format!("care team {team} at {}", self.who(institution))
			},
			Grantee::PractitionerAt { practitioner, institution } => format!(
				"{}, as long as he or she works for {},",
				self.who(practitioner),
				self.who(institution)
			),
			Grantee::Person(it) => self.who(it),
			Grantee::Study(it) => format!("study {it}"),
		}
	}

	/// A grantee without what makes it a clause.
	pub fn grantee_shortly(&self, grantee: &Grantee) -> String {
		match grantee {
			Grantee::PractitionerAt { practitioner, institution } => {
				format!("{} at {}", self.who(practitioner), self.who(institution))
			},
			Grantee::Role(it) => format!("all {}", it.phrase()),
			other => self.grantee(other),
		}
	}

	fn period(&self, period: &DataPeriod) -> Option<String> {
		Some(match (period.from, period.to) {
			(None, None) => return None,
			(Some(from), None) => format!("from {} on", show_month(from)),
			(None, Some(to)) => format!("up to {}", show_month(to)),
			(Some(from), Some(to)) if from == to => format!("from {}", show_month(from)),
			(Some(from), Some(to)) => format!("from {} to {}", show_month(from), show_month(to)),
		})
	}

	fn records(&self, categories: u16, records: &[H256]) -> String {
		let categories = Category::of_bits(u32::from(categories));
		let phrases: Vec<_> = categories.iter().map(Word::phrase).collect();
		let named: Vec<_> = records.iter().map(short).collect();
		match (phrases.is_empty(), named.is_empty()) {
			(true, true) => "records of every kind".into(),
			(false, true) => and(&phrases),
			(true, false) => format!("{} {}", noun(named.len(), "record"), and(&named)),
			(false, false) => format!(
				"{} {}, as far as they are {}",
				noun(named.len(), "record"),
				and(&named),
				and(&phrases)
			),
		}
	}

	fn actions(&self, bits: u8) -> String {
		let phrases: Vec<_> = if bits == 0 {
			Action::WORDS.iter().filter(|it| it.0 != Action::ReadLog).map(|it| it.3).collect()
		} else {
			Action::of_bits(u32::from(bits)).iter().map(Word::phrase).collect()
		};
		and(&phrases)
	}

	fn purposes(&self, bits: u8) -> String {
		if bits == 0 {
			return "for whatever purpose".into();
		}
		let phrases: Vec<_> = Purpose::of_bits(u32::from(bits)).iter().map(Word::phrase).collect();
		format!("for {}", and(&phrases))
	}

	/// What a consent says.
	pub fn consent(&self, grantee: &Grantee, terms: &Terms) -> String {
		let permits = terms.effect == Effect::Permit;
		let mut sentence = format!(
			"I {} {} to {} my {}",
			if permits { "permit" } else { "forbid" },
			self.grantee(grantee),
			self.actions(terms.actions.0),
			self.records(terms.categories.0, &terms.records),
		);
		if let Some(period) = self.period(&terms.data_period) {
			sentence += &format!(" {period}");
		}
		let whose = |accounts: &[AccountId]| {
			and(&accounts.iter().map(|it| self.who(it)).collect::<Vec<_>>())
		};
		if !terms.authors.is_empty() {
			sentence += &format!(", written at {}", whose(&terms.authors));
		}
		if !terms.responsible.is_empty() {
			sentence += &format!(", kept by {}", whose(&terms.responsible));
		}
		sentence += &format!(", {}", self.purposes(terms.purposes.0));
		if !terms.countries.is_empty() {
			let countries: Vec<_> =
				terms.countries.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect();
			sentence += &format!(", from {}", and(&countries));
		}
		sentence += &match (terms.valid_from, terms.valid_until) {
			(None, None) => ", until I revoke it".into(),
			(Some(from), None) => format!(", from {} until I revoke it", show_moment(from)),
			(None, Some(until)) => format!(", until {}", show_moment(until)),
			(Some(from), Some(until)) => {
				format!(", from {} until {}", show_moment(from), show_moment(until))
			},
		};
		sentence.push('.');
		let labels = self.labels.show(&terms.labels);
		match &terms.effect {
			Effect::Permit if terms.labels.0 == u32::MAX => {
				sentence +=
					" Records that are labelled as sensitive are among them, whatever the label.";
			},
			Effect::Permit if labels.is_empty() => {
				sentence += " Records that are labelled as sensitive are not among them.";
			},
			Effect::Permit => {
				sentence += &format!(
					" Records that are labelled as sensitive are among them only if all their labels \
					 are among these: {}.",
					and(&labels)
				);
			},
			Effect::Deny { binds_break_glass } => {
				if terms.labels.0 == u32::MAX {
					sentence += " This is about records with any label at all.";
				} else if !labels.is_empty() {
					sentence += &format!(
						" This is about records with any of these labels: {}.",
						and(&labels)
					);
				}
				sentence += if *binds_break_glass {
					" It holds in an emergency too."
				} else {
					" In an emergency it does not hold."
				};
			},
		}
		sentence
	}

	/// What a request asks, as its patient reads it.
	pub fn request(&self, request: &Request) -> String {
		let Asked { actions, purposes, categories, labels, records, data_period } = &request.asked;
		let mut sentence = format!(
			"{} of {} asks that {} may {} your {}",
			self.who(&request.asker),
			self.who(&request.institution),
			self.grantee(&request.grantee),
			self.actions(actions.0),
			self.records(categories.0, records),
		);
		if let Some(period) = self.period(data_period) {
			sentence += &format!(" {period}");
		}
		sentence +=
			&format!(", {}, for {}.", self.purposes(purposes.0), show_duration(request.duration));
		let shown = self.labels.show(labels);
		if labels.0 == u32::MAX {
			sentence += " Records with whatever sensitivity label would be among them.";
		} else if !shown.is_empty() {
			sentence += &format!(" Records that are labelled {} would be among them.", and(&shown));
		}
		if request.referred_by.is_some() {
			sentence += " It is a referral.";
		}
		sentence
	}

	/// A consent by its number.
	pub fn consent_ref(&self, consent: &ConsentRef) -> String {
		format!("consent {} for {}", consent.id, self.grantee_shortly(&consent.grantee))
	}

	/// What a decision says, and why. `consents` are the patient's, where they are known.
	pub fn decision(
		&self,
		decision: &Decision,
		reader: &AccountId,
		what: &str,
		action: &Action,
		consents: &[(Grantee, Consent)],
	) -> String {
		let reader = self.who(reader);
		let quoted = |wanted: &ConsentRef| {
			consents
				.iter()
				.find(|(grantee, consent)| *grantee == wanted.grantee && consent.id == wanted.id)
				.map(|(grantee, consent)| {
					format!(" It says: “{}”", self.consent(grantee, &consent.terms))
				})
				.unwrap_or_default()
		};
		match decision {
			Decision::Permit(basis) => {
				let why = match basis {
					Basis::Own => "because they are the patient's own".into(),
					Basis::Consent(it) => {
						format!("because {} permits it.{}", self.consent_ref(it), quoted(it))
					},
					Basis::BreakGlass => "because glass was broken in an emergency".into(),
				};
				format!("{reader} may {} {what}, {}.", action.phrase(), why.trim_end_matches('.'))
			},
			Decision::Refuse(reason) => {
				let why = match reason {
					Reason::NotActive => {
						format!("because {reader} isn't enrolled or doesn't take part now")
					},
					Reason::WrongPatient => {
						"because the record was marked as somebody else's, and is closed to all"
							.into()
					},
					Reason::Denied(it) => {
						format!("because {} forbids it.{}", self.consent_ref(it), quoted(it))
					},
					Reason::NoConsent => {
						format!(
							"because no consent is addressed to {reader}, nor to anybody to whom {reader} \
							 belongs"
						)
					},
					Reason::NotCovered { consent, mismatch } => format!(
						"because {}, which comes nearest, {}.{}",
						self.consent_ref(consent),
						mismatch_phrase(mismatch),
						quoted(consent)
					),
					Reason::NotAttested => {
						"because glass can be broken only by a clinician whose licence is attested"
							.into()
					},
				};
				format!(
					"{reader} may not {} {what}, {}.",
					action.phrase(),
					why.trim_end_matches('.')
				)
			},
		}
	}

	/// A line of a log.
	pub fn log_entry(&self, entry: &LogEntry) -> String {
		let mut actor = self.who(&entry.origin);
		if entry.signer != entry.origin {
			actor = format!("{} (acting as {actor})", self.who(&entry.signer));
		}
		if let Some(institution) = &entry.acting_for {
			if *institution != entry.origin {
				actor += &format!(" of {}", self.who(institution));
			}
		}
		let what = match &entry.event {
			LogEvent::Enrolled => "enrolled the patient".into(),
			LogEvent::StatusSet(it) => format!("set the patient's status to {}", it.word()),
			LogEvent::SigningDisabled(true) => "said that the patient's key is lost".into(),
			LogEvent::SigningDisabled(false) => "said that the patient's key is found again".into(),
			LogEvent::EncryptionKeySet => "changed the encryption key".into(),
			LogEvent::ConsentGranted { consent, effect } => format!(
				"granted {}, a {}",
				self.consent_ref(consent),
				if *effect == Effect::Permit { "permit" } else { "deny" }
			),
			LogEvent::ConsentAmended { consent, revision } => {
				format!("amended {}, now in revision {revision}", self.consent_ref(consent))
			},
			LogEvent::ConsentRevoked { consent } => {
				format!("revoked {}", self.consent_ref(consent))
			},
			LogEvent::ConsentProposed { grantee } => {
				format!("proposed a consent for {}", self.grantee_shortly(grantee))
			},
			LogEvent::RequestSubmitted { request, grantee } => {
				format!(
					"asked for access for {} (request {request})",
					self.grantee_shortly(grantee)
				)
			},
			LogEvent::RequestApproved { request, consent } => {
				format!("approved request {request}: {}", self.consent_ref(consent))
			},
			LogEvent::RequestDenied { request } => format!("denied request {request}"),
			LogEvent::RequestWithdrawn { request } => format!("withdrew request {request}"),
			LogEvent::RecordCreated { record } => format!("added record {}", short(record)),
			LogEvent::VersionAdded { record, version } => {
				format!("added version {version} of record {}", short(record))
			},
			LogEvent::Labelled { record, labels } => {
				let labels = self.labels.show(labels);
				format!("labelled record {}: {}", short(record), and(&labels))
			},
			LogEvent::EnteredInError { record, status } => {
				format!("marked record {} as {}", short(record), status.phrase())
			},
			LogEvent::ResponsibilityMoved { record, to } => {
				format!("made {} responsible for record {}", self.who(to), short(record))
			},
			LogEvent::SharingSetDeclared { record, version, .. } => {
				format!("named who holds the key of version {version} of record {}", short(record))
			},
			LogEvent::ShareAcknowledged { record, version, .. } => format!(
				"acknowledged its key share of version {version} of record {}",
				short(record)
			),
			LogEvent::Opened { ground, outcomes } => self.opened(ground, outcomes),
			LogEvent::HoldersChosen => "chose who may hold future records' keys".into(),
		};
		let mut line = format!("{actor} {what}");
		if let Some(purpose) = &entry.purpose {
			line += &format!(", for {}", purpose.phrase());
		}
		line
	}

	fn opened(&self, ground: &Ground, outcomes: &[(H256, Outcome)]) -> String {
		let of = |refused: bool| -> Vec<String> {
			outcomes
				.iter()
				.filter(|(_, outcome)| (*outcome == Outcome::Refused) == refused)
				.map(|(record, outcome)| match outcome {
					Outcome::Consent(it) => format!("{} (by consent {})", short(record), it.id),
					Outcome::BreakGlass => format!("{} (by break-glass)", short(record)),
					_ => short(record),
				})
				.collect()
		};
		let (opened, refused) = (of(false), of(true));
		let own = matches!(ground, Ground::Own);
		let mut parts = Vec::new();
		if !opened.is_empty() {
			let whose = if own { "the own " } else { "" };
			parts.push(format!("opened {whose}{} {}", noun(opened.len(), "record"), and(&opened)));
		}
		if !refused.is_empty() {
			parts.push(format!("was refused {} {}", noun(refused.len(), "record"), and(&refused)));
		}
		and(&parts)
	}
}

/// The name and number of a consent's grantor.
pub fn grantor(teller: &Teller, grantor: &Grantor) -> String {
	match grantor {
		Grantor::Patient => "the patient".into(),
		Grantor::Representative(it) => format!("{}, as representative", teller.who(it)),
		Grantor::Assisted { first, second } => {
			format!("{} and {}, assisting", teller.who(first), teller.who(second))
		},
	}
}

fn noun(number: usize, noun: &str) -> String {
	let counted = count(number, noun);
	counted.split_once(' ').map_or(counted.clone(), |(_, noun)| noun.to_owned())
}

fn mismatch_phrase(mismatch: &Mismatch) -> &'static str {
	match mismatch {
		Mismatch::PolicyVersion => "was made under rules that this chain doesn't know",
		Mismatch::Action => "permits another action",
		Mismatch::Purpose => "is for another purpose",
		Mismatch::Country => "is for readers from other countries",
		Mismatch::Record => "names other records",
		Mismatch::Category => "is for other kinds of records",
		Mismatch::Author => "is for records written elsewhere",
		Mismatch::Responsible => "is for records kept elsewhere",
		Mismatch::DataPeriod => "is for another period of service",
		Mismatch::Label => "does not name the record's sensitivity labels",
		Mismatch::NotYetValid => "is not valid yet",
		Mismatch::Expired => "has expired",
	}
}

#[cfg(test)]
mod tests;
