//! The lines of a patient's log.

use crate::{phrase::effect_key, short, Join, Noun, Speech, Teller};
use std::collections::BTreeMap;
use vouchsafe_primitives::{
	audit::{LogEntry, LogEvent, Outcome, StaffMatter},
	AccountId, Grantee, Ground, LabelTag, Moment, Purpose, RecordId,
};

/// Records that a line about many entries names; more are counted.
const NAMED: usize = 3;

/// What entries say about openings.
#[derive(Default)]
struct Openings<'a> {
	/// The ground of the first opening. `None` if there is no opening.
	ground: Option<&'a Ground>,
	/// Each record once, with its last outcome.
	outcomes: Vec<(RecordId, Outcome)>,
	/// How often each record was opened.
	counts: BTreeMap<RecordId, usize>,
}

impl<'a> Openings<'a> {
	fn of(entries: &[&'a LogEntry]) -> Self {
		let mut all = Self::default();
		let mut places = BTreeMap::new();
		for entry in entries {
			let LogEvent::Opened { ground, outcomes } = &entry.event else { continue };
			all.ground.get_or_insert(ground);
			for (record, outcome) in outcomes {
				let count = all.counts.entry(*record).or_insert(0);
				*count = count.saturating_add(1);
				let place = *places.entry(*record).or_insert(all.outcomes.len());
				match all.outcomes.get_mut(place) {
					Some(before) => before.1 = outcome.clone(),
					None => all.outcomes.push((*record, outcome.clone())),
				}
			}
		}
		all
	}

	/// How often the records were opened, at least and at most.
	fn repeated(&self) -> (usize, usize) {
		let counts = || self.counts.values().copied();
		(counts().min().unwrap_or(0), counts().max().unwrap_or(0))
	}
}

impl Teller<'_> {
	/// What an entry says: who did what, and what for.
	pub fn log_entry(&self, entry: &LogEntry) -> String {
		let line = self.log_event(entry, &entry.event, self.actor(entry));
		self.for_purpose(entry, line)
	}

	/// What entries of one import, or openings shortly after each other, say as one line: many records
	/// are counted. If a record was opened more than once, the line says how often and, if `last` is
	/// known, when the last opening was. `last` is shown without its date if that is the date of `first`.
	pub fn log_line(&self, entries: &[&LogEntry], times: Option<(Moment, Moment)>) -> String {
		let speech = self.speech;
		let Some(first) = entries.first() else { return String::new() };
		let created = entries
			.iter()
			.map(|entry| match &entry.event {
				LogEvent::RecordsCreated { records } => records.len(),
				_ => 0,
			})
			.fold(0, usize::saturating_add);
		let openings = Openings::of(entries);
		let line = if created > 1 {
			speech.log_records_created(self.actor(first), speech.count(Noun::Record, created))
		} else if let Some(ground) = openings.ground {
			let what = match openings.outcomes.len() {
				0..=NAMED => self.opened(ground, &openings.outcomes),
				_ => self.opened_many(matches!(ground, Ground::Own), &openings.outcomes),
			};
			speech.log_opened(self.actor(first), what)
		} else {
			return self.log_entry(first);
		};
		self.repeated(self.for_purpose(first, line), &openings, times)
	}

	/// A line about openings, with how often the records were opened.
	fn repeated(
		&self,
		line: String,
		openings: &Openings,
		times: Option<(Moment, Moment)>,
	) -> String {
		let speech = self.speech;
		let (least, most) = openings.repeated();
		if most < 2 {
			return line;
		}
		let often = match least == most {
			true => speech.log_times(most),
			false => speech.log_times_at_most(most),
		};
		match times {
			Some((first, last)) => {
				speech.log_repeated_until(line, often, speech.moment_near(last, first))
			},
			None => speech.log_repeated(line, often),
		}
	}

	/// Who made an entry, and for which institution.
	fn actor(&self, entry: &LogEntry) -> String {
		let LogEntry { signer, origin, acting_for, .. } = entry;
		let speech = self.speech;
		let mut actor = self.who(signer);
		if signer != origin {
			actor = speech.actor_on_behalf(actor, self.who(origin));
		}
		if let Some(institution) = acting_for.as_ref().filter(|it| *it != origin) {
			actor = speech.actor_at(actor, self.who(institution));
		}
		actor
	}

	fn for_purpose(&self, entry: &LogEntry, line: String) -> String {
		// Patients open their own records at their own request, so the purpose is left out.
		let own = matches!(entry.event, LogEvent::Opened { ground: Ground::Own, .. });
		match entry.purpose {
			Some(Purpose::PatientRequest) if own => line,
			Some(purpose) => self.speech.log_for_purpose(line, self.speech.phrase(purpose)),
			None => line,
		}
	}

	fn log_event(&self, entry: &LogEntry, event: &LogEvent, actor: String) -> String {
		let speech = self.speech;
		match event {
			LogEvent::Enrolled => speech.log_enrolled(actor),
			LogEvent::StatusSet(status) => speech.log_status_set(actor, speech.phrase(*status)),
			LogEvent::SigningDisabled(Some(since)) => {
				speech.log_signing_disabled(actor, speech.moment(*since))
			},
			LogEvent::SigningDisabled(None) => speech.log_signing_enabled(actor),
			LogEvent::EncryptionKeySet => speech.log_encryption_key_set(actor),
			LogEvent::ConsentGranted { consent, effect } => {
				let (id, grantee) = (consent.id.to_string(), self.grantee_short(&consent.grantee));
				// Nobody acts for an institution in the patient's own grants. What the staff enter for a
				// patient is for the institution or for studies.
				match (&entry.acting_for, &consent.grantee) {
					(None, _) => speech.log_consent_granted(effect_key(effect), actor, id, grantee),
					(Some(_), Grantee::Person(_)) => speech.log_consent_by_law(actor, grantee, id),
					(Some(_), _) => speech.log_consent_assisted(actor, id, grantee),
				}
			},
			LogEvent::ConsentAmended { consent, revision } => {
				speech.log_consent_amended(actor, self.consent_ref(consent), revision.to_string())
			},
			LogEvent::ConsentRevoked { consent } => {
				speech.log_consent_revoked(actor, self.consent_ref(consent))
			},
			LogEvent::ConsentConfirmed { consent } => {
				speech.log_consent_confirmed(actor, self.consent_ref(consent))
			},
			LogEvent::ConsentProposed { grantee } => {
				speech.log_consent_proposed(actor, self.grantee_short(grantee))
			},
			LogEvent::ConsentAwaitsAuthority { grantee } => {
				speech.log_consent_awaits_authority(actor, self.grantee_short(grantee))
			},
			// The contributor is who acts, or the institution for which somebody acts.
			LogEvent::Counted { study, round, contributor: _ } => {
				let round = round.to_string();
				speech.log_counted(actor, round, self.grantee_short(&Grantee::Study(*study)))
			},
			LogEvent::AssistedRefused => speech.log_assisted_refused(actor),
			LogEvent::StaffProposed(matter) => self.staff_matter(actor, matter),
			LogEvent::MarkTakenBack { record } => speech.log_mark_taken_back(actor, short(record)),
			LogEvent::RequestSubmitted { request, grantee } => {
				let for_asker = matches!(
					grantee,
					Grantee::PractitionerAt { practitioner, institution }
						if *practitioner == entry.origin
							&& entry.acting_for.as_ref() == Some(institution)
				);
				if for_asker {
					speech.log_request_submitted_own(actor, request.to_string())
				} else {
					let grantee = self.grantee_short(grantee);
					speech.log_request_submitted(actor, grantee, request.to_string())
				}
			},
			LogEvent::RequestApproved { request, consent } => {
				speech.log_request_approved(actor, request.to_string(), self.consent_ref(consent))
			},
			LogEvent::RequestDenied { request } => {
				speech.log_request_denied(actor, request.to_string())
			},
			LogEvent::RequestWithdrawn { request } => {
				speech.log_request_withdrawn(actor, request.to_string())
			},
			LogEvent::RecordsCreated { records } => match &records[..] {
				[record] => speech.log_record_created(actor, short(record)),
				many => speech.log_records_created(actor, speech.count(Noun::Record, many.len())),
			},
			LogEvent::VersionAdded { record, version, widened: true } => {
				speech.log_wider_version_added(actor, version.to_string(), short(record))
			},
			LogEvent::VersionAdded { record, version, widened: false } => {
				speech.log_version_added(actor, version.to_string(), short(record))
			},
			LogEvent::Labelled { record, labels } => {
				speech.log_labelled(actor, short(record), self.labels_or_none(labels))
			},
			LogEvent::EnteredInError { record, status } => {
				speech.log_entered_in_error(actor, short(record), speech.phrase(*status))
			},
			LogEvent::ResponsibilityMoved { record, to } => {
				speech.log_responsibility_moved(actor, self.who(to), short(record))
			},
			// Signed by the holder's custodian, whose account has no name of its own.
			LogEvent::SharesAcknowledged { holder, versions } => {
				let holder = self.who(holder);
				match &versions[..] {
					[(record, version, _)] => {
						speech.log_share_acknowledged(holder, short(record), version.to_string())
					},
					many => {
						let versions = speech.count(Noun::Version, many.len());
						speech.log_many_shares_acknowledged(holder, versions)
					},
				}
			},
			LogEvent::SharesLost { holder, versions } => {
				let holder = self.who(holder);
				match &versions[..] {
					[(record, version, _)] => {
						speech.log_share_lost(holder, short(record), version.to_string())
					},
					many => {
						let versions = speech.count(Noun::Version, many.len());
						speech.log_many_shares_lost(holder, versions)
					},
				}
			},
			LogEvent::Opened { ground, outcomes } => {
				speech.log_opened(actor, self.opened(ground, outcomes))
			},
			LogEvent::HoldersChosen => speech.log_holders_chosen(actor),
			LogEvent::GuardiansSet { from } => {
				speech.log_guardians_set(actor, speech.moment(*from))
			},
			LogEvent::KeyChangeBegan { key, from } => {
				speech.log_key_change_began(actor, self.who(key), speech.moment(*from))
			},
			LogEvent::KeyChangeEnded { key } => speech.log_key_change_ended(actor, self.who(key)),
			LogEvent::RecoveryBegan { key } => speech.log_recovery_began(actor, self.who(key)),
			LogEvent::RecoveryApproved { key, from: Some(from) } => {
				speech.log_recovery_approved_enough(actor, self.who(key), speech.moment(*from))
			},
			LogEvent::RecoveryApproved { key, from: None } => {
				speech.log_recovery_approved(actor, self.who(key))
			},
			LogEvent::RecoveryProposed { key } => {
				speech.log_recovery_proposed(actor, self.who(key))
			},
			LogEvent::RecoveryAttested { key, from: Some(from) } => {
				speech.log_recovery_attested_enough(actor, self.who(key), speech.moment(*from))
			},
			LogEvent::RecoveryAttested { key, from: None } => {
				speech.log_recovery_attested(actor, self.who(key))
			},
			LogEvent::RecoveryObjected { key, ended: true } => {
				speech.log_recovery_objected_ended(actor, self.who(key))
			},
			LogEvent::RecoveryObjected { key, ended: false } => {
				speech.log_recovery_objected(actor, self.who(key))
			},
			LogEvent::KeyReplaced { key } => speech.log_key_replaced(actor, self.who(key)),
			LogEvent::Appointed { representative, scopes, standby, until } => {
				let (who, scopes) = (self.who(representative), speech.may_do(*scopes, *until));
				match standby {
					true => speech.log_appointed_standby(actor, who, scopes),
					false => speech.log_appointed(actor, who, scopes),
				}
			},
			LogEvent::RepresentativeEnded { representative } if *representative == entry.origin => {
				speech.log_representation_given_up(actor)
			},
			LogEvent::RepresentativeEnded { representative } => {
				speech.log_representative_ended(actor, self.who(representative))
			},
			LogEvent::Activated { representative } => {
				speech.log_activated(actor, self.who(representative))
			},
			LogEvent::Registered { representative, registration } => speech.log_registered(
				actor,
				self.who(representative),
				speech.phrase(registration.basis),
				speech.may_do_by_law(registration.scopes, registration.until),
			),
			LogEvent::Attested { representative, from } => {
				speech.log_attested(actor, self.who(representative), speech.moment(*from))
			},
			LogEvent::RepresentativeObjected { representative } => {
				speech.log_representative_objected(actor, self.who(representative))
			},
			LogEvent::RepresentativeSuspended { representative, suspended } => {
				let who = self.who(representative);
				match suspended {
					true => speech.log_representative_suspended(actor, who),
					false => speech.log_representative_restored(actor, who),
				}
			},
			LogEvent::WardEnrolled { first } => speech.log_ward_enrolled(actor, self.who(first)),
		}
	}

	/// What one of the staff has proposed.
	fn staff_matter(&self, actor: String, matter: &StaffMatter) -> String {
		let speech = self.speech;
		match matter {
			StaffMatter::Mark { record, status } => {
				speech.log_mark_proposed(actor, short(record), speech.phrase(*status))
			},
			StaffMatter::TakeMarkBack { record } => {
				speech.log_mark_back_proposed(actor, short(record))
			},
			StaffMatter::Label { record, labels } => {
				speech.log_labels_proposed(actor, short(record), self.labels_or_none(labels))
			},
			StaffMatter::DeclareDeceased => speech.log_death_proposed(actor),
			StaffMatter::TakeDeathBack => speech.log_death_back_proposed(actor),
			StaffMatter::NewKey { key, .. } => speech.log_new_key_proposed(actor, self.who(key)),
			StaffMatter::Activate { representative } => {
				speech.log_activation_proposed(actor, self.who(representative))
			},
			StaffMatter::Represent { representative, registration } => speech
				.log_registration_proposed(
					actor,
					self.who(representative),
					speech.phrase(registration.basis),
					speech.may_do_by_law(registration.scopes, registration.until),
				),
		}
	}

	/// Labels as a list, or that there are none.
	fn labels_or_none(&self, labels: &[LabelTag]) -> String {
		match self.labels(labels) {
			none if none.is_empty() => self.speech.labels_empty(),
			some => self.speech.list(Join::And, &some),
		}
	}

	/// What became of an opening: "opened record 3f9a0c1d (consent 4)".
	fn opened(&self, ground: &Ground, outcomes: &[(RecordId, Outcome)]) -> String {
		let speech = self.speech;
		// The records by their outcome, in the order in which the outcomes come.
		let mut groups: Vec<(&Outcome, Vec<String>)> = Vec::new();
		for (record, outcome) in outcomes {
			match groups.iter_mut().find(|(of, _)| *of == outcome) {
				Some((_, records)) => records.push(short(record)),
				None => groups.push((outcome, vec![short(record)])),
			}
		}
		let (mut opened, mut refused) = (Vec::new(), Vec::new());
		for (outcome, ids) in &groups {
			let records = speech.records_by_id(ids.len(), speech.and(ids));
			match outcome {
				Outcome::Refused => refused.push(speech.opened_refused(records)),
				Outcome::Own => opened.push(records),
				Outcome::Consent(consent) => {
					opened.push(speech.opened_by_consent(records, consent.id.to_string()));
				},
				Outcome::BreakGlass => opened.push(speech.opened_by_break_glass(records)),
			}
		}
		let mut said = Vec::new();
		if !opened.is_empty() {
			let records = speech.and(&opened);
			said.push(match ground {
				Ground::Own => speech.opened_own(records),
				Ground::Consent { .. } | Ground::BreakGlass { .. } => speech.opened(records),
			});
		}
		said.extend(refused);
		if said.is_empty() {
			said.push(speech.opened_nothing());
		}
		speech.and(&said)
	}

	/// The same for more records than a line can name.
	fn opened_many(&self, own: bool, outcomes: &[(RecordId, Outcome)]) -> String {
		let speech = self.speech;
		let refused = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Refused).count();
		let opened = outcomes.len().saturating_sub(refused);
		let mut consents: Vec<u32> = Vec::new();
		for (_, outcome) in outcomes {
			match outcome {
				Outcome::Consent(consent) if !consents.contains(&consent.id) => {
					consents.push(consent.id);
				},
				_ => {},
			}
		}
		consents.sort_unstable();
		let consents: Vec<_> = consents.iter().map(ToString::to_string).collect();
		let mut said = Vec::new();
		if opened > 0 {
			let records = speech.count(Noun::Record, opened);
			said.push(if own {
				speech.opened_own_many(records)
			} else if consents.is_empty() {
				speech.opened(speech.opened_by_break_glass(records))
			} else {
				let ids = speech.and(&consents);
				speech.opened(speech.opened_by_consents(consents.len(), records, ids))
			});
		}
		if refused > 0 {
			said.push(speech.opened_refused(speech.count(Noun::Record, refused)));
		}
		if said.is_empty() {
			said.push(speech.opened_nothing());
		}
		speech.and(&said)
	}

	/// Entries about key shares that are not shown one by one: "12 entries about key shares,
	/// acknowledged by Hospital A and Hospital B".
	pub fn share_entries(&self, count: usize, acknowledged_by: &[AccountId]) -> String {
		let entries = self.speech.log_shares(count);
		if acknowledged_by.is_empty() {
			return entries;
		}
		self.speech.log_shares_acknowledged(entries, self.whose(Join::And, acknowledged_by))
	}
}

impl Speech {
	/// What an entry says that this version of the program does not know.
	pub fn unknown_entry(&self) -> String {
		self.log_unknown()
	}
}
