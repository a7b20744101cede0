//! The registration desk, from the registrar's side.

use super::{
	connection::account_of,
	drafts::{end_of, start_of, Action},
	locked,
	people::plain,
	Account, DESKS, FOLDER,
};
use crate::{
	code::{qr, without_link},
	failure::Trouble,
	host::Host,
	messages::{
		AffiliationView, Answer, Choice, Desk, DeskCode, Draft, EnrolmentDraft, Managed,
		Management, Person, Signed, Staff,
	},
	platform::{At, Session},
};
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use vouchsafe_agent::{
	platform::Keep as _,
	registrar::{self, Allowed, KINDS},
};
use vouchsafe_protocol::{
	calls::EnrolmentCall,
	errors::CustodianError,
	messages::MAX_NAME,
	qr::Code,
	traits::View as _,
	types::{self, address, AccountId, AccountKind, Affiliation, Role, Status},
};
use vouchsafe_speech::Speech;

/// How long a desk's code can be answered, in seconds.
const CODE_LIFETIME: u64 = 60 * 60;

/// Whether a registrar's call only takes away what somebody could do.
pub(super) fn takes_away(call: &EnrolmentCall) -> bool {
	match call {
		EnrolmentCall::end_affiliation { .. } => true,
		EnrolmentCall::set_status { status, .. } => *status != Status::Active,
		EnrolmentCall::set_signing_disabled { since, .. } => since.is_some(),
		_ => false,
	}
}

fn choice(key: impl ToString, text: String) -> Choice {
	Choice { key: key.to_string(), text, hint: String::new() }
}

/// An item of a closed list, by its key.
fn item<V: std::str::FromStr>(key: &str) -> Result<V> {
	key.parse().map_err(|_| Trouble::Input(key.chars().take(20).collect()).into())
}

impl<H: Host> Account<H> {
	/// Notes whether this account registers for an institution, as the state says now.
	pub(super) async fn note_desks(
		&self,
		session: &Session<H>,
		kind: AccountKind,
	) -> Result<Vec<AccountId>> {
		let desks = registrar::desks(&session.finalized().await?, &self.account(), kind).await?;
		let is_registrar = !desks.is_empty();
		if self.is_registrar() != is_registrar {
			self.keep.write(FOLDER, DESKS, &[u8::from(is_registrar)]).await?;
			locked(&self.known).is_registrar = is_registrar;
		}
		Ok(desks)
	}

	/// The institution of this address, if this account registers for it now.
	async fn desk_of(&self, session: &Session<H>, institution: &str) -> Result<AccountId> {
		let kind = self.kind().ok_or(Trouble::NotEnrolled)?;
		let institution = account_of(institution)?;
		match self.note_desks(session, kind).await?.contains(&institution) {
			true => Ok(institution),
			false => Err(Trouble::NotRegistrar.into()),
		}
	}

	pub(super) async fn desk(&self, speech: &Speech) -> Result<Desk> {
		let session = self.session().await?;
		let kind = self.kind().ok_or(Trouble::NotEnrolled)?;
		let desks = self.note_desks(&session, kind).await?;
		Ok(Desk {
			institutions: desks
				.iter()
				.map(|it| choice(address(it), session.names.show(it)))
				.collect(),
			kinds: KINDS.iter().map(|kind| choice(kind, speech.phrase(*kind))).collect(),
		})
	}

	/// The code that somebody scans who wants to be enrolled.
	pub(super) async fn desk_code(
		&self,
		institution: &str,
		kind: &str,
		speech: &Speech,
	) -> Result<DeskCode> {
		let session = self.session().await?;
		let institution = self.desk_of(&session, institution).await?;
		let kind: AccountKind = item(kind)?;
		let expires = self.host.now().saturating_add(CODE_LIFETIME);
		let code = registrar::ask(&session, institution, kind, expires)?;
		locked(&self.known).asked_kind = Some(kind);
		let code = qr(&Code::Registrar(code).to_text()?)?;
		Ok(DeskCode {
			link: format!("{}/#/desk?code={}", self.host.origin().trim_end_matches('/'), code.text),
			code,
			role: speech.phrase(kind),
			until: speech.moment(expires),
		})
	}

	/// What is signed to enrol somebody.
	pub(super) async fn draft_enrolment(
		&self,
		institution: &str,
		text: &str,
		speech: &'static Speech,
	) -> Result<EnrolmentDraft> {
		let text = without_link(text);
		// What is not a code at all is told without a network.
		Code::from_text(text)?;
		let session = self.session().await?;
		let institution = self.desk_of(&session, institution).await?;
		let (genesis, now) = (session.genesis(), self.host.now());
		let read = registrar::read_answer(genesis, &session.names, &institution, text, now)?;
		registrar::ensure_new(&session, &read.account).await?;
		let mut notes = vec![speech.desk_note_enrol()];
		// An answer says itself as what somebody wants to be enrolled.
		if let Some(asked) = locked(&self.known).asked_kind.filter(|asked| *asked != read.kind) {
			notes.push(speech.desk_note_other_kind(speech.phrase(asked), speech.phrase(read.kind)));
		}
		Ok(EnrolmentDraft {
			draft: self.draft_call(&session, read.call(), notes, speech)?,
			account: address(&read.account),
			is_practitioner: read.kind == AccountKind::Practitioner,
		})
	}

	fn draft_call(
		&self,
		session: &Session<H>,
		call: EnrolmentCall,
		notes: Vec<String>,
		speech: &'static Speech,
	) -> Result<Draft> {
		let sentence = registrar::sentence(speech, &session.names, &call);
		let sentence = sentence.context("not a registrar's call")?;
		Ok(self.show(Action::Register(call), sentence, notes, None, speech))
	}

	/// Signs a registrar's call that was shown, and waits until its effect is proven.
	pub(super) async fn register(
		&self,
		session: &Session<H>,
		call: EnrolmentCall,
		speech: &Speech,
	) -> Result<Signed> {
		let sentence = registrar::sentence(speech, &session.names, &call).unwrap_or_default();
		let done = registrar::carry_out(session, call).await?;
		let notes = done.no_label_key.map(|_| speech.desk_no_label_key());
		Ok(Signed {
			text: speech.desk_done(sentence),
			block: done.block,
			notes: notes.into_iter().collect(),
		})
	}

	/// The names that the institution tells its patients. This session knows them from now on.
	async fn staff_names(
		&self,
		session: &Session<H>,
		institution: &AccountId,
	) -> Result<BTreeMap<AccountId, String>> {
		let names = registrar::staff_names(session, institution).await?;
		let named =
			names.iter().map(|(it, name)| (it.clone(), (institution.clone(), name.clone())));
		let mut known = locked(&self.known);
		known.staff.retain(|_, (by, _)| by != institution);
		known.staff.extend(named);
		drop(known);
		Ok(names)
	}

	pub(super) async fn staff(&self, institution: &str) -> Result<Staff> {
		let session = self.session().await?;
		let institution = self.desk_of(&session, institution).await?;
		let names = self.staff_names(&session, &institution).await?;
		let mut names: Vec<_> =
			names.into_iter().map(|(account, name)| choice(address(&account), name)).collect();
		names.sort_by_cached_key(|it| (it.text.to_lowercase(), it.key.clone()));
		Ok(Staff { names })
	}

	/// An account of the chain, with what its registrar can do.
	async fn find(
		&self,
		session: &Session<H>,
		at: &At<H>,
		institution: &AccountId,
		account: &AccountId,
	) -> Result<(types::Account, Option<Affiliation>, Allowed)> {
		let found = registrar::account_at(at, account).await?.ok_or(Trouble::NobodyEnrolled)?;
		let affiliation = match found.kind {
			AccountKind::Practitioner => {
				registrar::affiliation_at(at, account, institution).await?
			},
			_ => None,
		};
		let (me, now) = (session.me()?.account(), at.time().await?);
		let allowed = Allowed::new(&me, institution, &found, affiliation.as_ref(), now);
		Ok((found, affiliation, allowed))
	}

	/// An account, as its registrar sees it.
	pub(super) async fn managed(
		&self,
		institution: &str,
		account: &str,
		speech: &Speech,
	) -> Result<Managed> {
		let session = self.session().await?;
		let institution = self.desk_of(&session, institution).await?;
		let account = self.named_account(&session, account)?;
		let at = session.finalized().await?;
		let (found, affiliation, allowed) =
			self.find(&session, &at, &institution, &account).await?;
		let names = self.staff_names(&session, &institution).await?;
		let (now, session) = (at.time().await?, self.renew_session().await?);
		let affiliation = affiliation.map(|it| AffiliationView {
			role: it.role.to_string(),
			role_text: speech.one_of(it.role),
			from: speech.moment(it.from),
			until: it.until.map(|until| speech.moment(until)).unwrap_or_default(),
			has_ended: it.until.is_some_and(|until| until <= now),
			is_accepted: it.accepted,
		});
		Ok(Managed {
			who: Person { name_by: self.named_by(&session, &account), ..plain(&session, &account) },
			staff_name: names.get(&account).cloned().unwrap_or_default(),
			can_be_named: affiliation.is_some() || names.contains_key(&account),
			kind: speech.phrase(found.kind),
			enrolled_by: session.names.show(&found.enrolled_by),
			status: speech.phrase(found.status),
			disabled_since: found
				.disabled_since
				.map(|since| speech.moment(since))
				.unwrap_or_default(),
			affiliation,
			roles: allowed.roles.iter().map(|it| choice(it, speech.one_of(*it))).collect(),
			can_end: allowed.end,
			statuses: allowed.statuses.iter().map(|it| choice(it, speech.phrase(*it))).collect(),
			can_disable: allowed.signing,
		})
	}

	/// The account of an address, or of somebody's code.
	fn named_account(&self, session: &Session<H>, text: &str) -> Result<AccountId> {
		if let Some(account) = types::account_of(text.trim()) {
			return Ok(account);
		}
		match Code::from_text(without_link(text)).map_err(|_| Trouble::NobodyEnrolled)? {
			Code::Registrar(_) => Err(Trouble::NobodyEnrolled.into()),
			code @ Code::Person(_) => Ok(code.of_chain(session.genesis())?.person()?.account),
			code @ Code::Enrollee(_) => Ok(code.of_chain(session.genesis())?.enrollee()?.account),
		}
	}

	/// What is signed to change something of an account.
	pub(super) async fn draft_management(
		&self,
		institution: &str,
		account: &str,
		change: &Management,
		speech: &'static Speech,
	) -> Result<Draft> {
		let session = self.session().await?;
		let institution = self.desk_of(&session, institution).await?;
		let account = account_of(account)?;
		let at = session.finalized().await?;
		let (found, affiliation, allowed) =
			self.find(&session, &at, &institution, &account).await?;
		let now = at.time().await?;
		let (call, note) = match change {
			Management::Affiliate { role, until } => {
				let role: Role = item(role)?;
				if !allowed.roles.contains(&role) {
					return Err(Trouble::NotAllowed.into());
				}
				let end = until.as_deref().map(end_of).transpose()?;
				if let (Some(day), true) = (until, end.is_some_and(|end| end <= now)) {
					return Err(Trouble::Input(day.clone()).into());
				}
				let until = end;
				// A change of the end leaves the beginning as it is.
				let same = affiliation
					.filter(|it| it.role == role && it.until.is_none_or(|until| until > now));
				let waits =
					found.enrolled_by != institution && same.as_ref().is_none_or(|it| !it.accepted);
				let from = same.map_or(now, |it| it.from);
				let practitioner = account;
				let call =
					EnrolmentCall::affiliate { institution, practitioner, role, from, until };
				(call, waits.then(|| speech.desk_note_waits()))
			},
			Management::EndAffiliation if allowed.end => (
				EnrolmentCall::end_affiliation { institution, practitioner: account },
				Some(speech.desk_note_end()),
			),
			Management::Status { status } => {
				let status: Status = item(status)?;
				if !allowed.statuses.contains(&status) {
					return Err(Trouble::NotAllowed.into());
				}
				let note = match (status, found.kind) {
					(Status::Suspended, _) => Some(speech.desk_note_suspended()),
					(Status::Ended, AccountKind::Patient) => Some(speech.desk_note_ended_patient()),
					(Status::Ended, _) => Some(speech.desk_note_ended()),
					_ => None,
				};
				(EnrolmentCall::set_status { account, status }, note)
			},
			Management::DisableSigning { since } if allowed.signing => {
				let since = since.as_deref().map(start_of).transpose()?.unwrap_or(now).min(now);
				let call = EnrolmentCall::set_signing_disabled { account, since: Some(since) };
				(call, Some(speech.desk_note_disable()))
			},
			Management::EnableSigning if allowed.signing => (
				EnrolmentCall::set_signing_disabled { account, since: None },
				Some(speech.desk_note_enable()),
			),
			_ => return Err(Trouble::NotAllowed.into()),
		};
		self.draft_call(&session, call, note.into_iter().collect(), speech)
	}

	/// Sets or removes the name that the institution tells its patients of one of its staff.
	pub(super) async fn set_staff_name(
		&self,
		institution: &str,
		account: &str,
		name: &str,
	) -> Result<Answer> {
		let session = self.session().await?;
		let institution = self.desk_of(&session, institution).await?;
		let account = account_of(account)?;
		if name.trim().len() > MAX_NAME {
			return Err(Trouble::StaffName.into());
		}
		let set = registrar::set_staff_name(&session, &institution, &account, name).await;
		set.map_err(|error| match error.downcast_ref() {
			Some(CustodianError::Refused { status: 422, .. }) => Trouble::StaffName.into(),
			_ => error,
		})?;
		self.staff_names(&session, &institution).await?;
		self.renew_session().await?;
		Ok(Answer::Done)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_protocol::calls::RuntimeCall;

	/// The attack: a page shows one enrolment or change, and something else reaches the chain.
	#[test]
	fn only_the_call_that_was_shown_is_signed() {
		let (one, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let status = |account: &AccountId, status| EnrolmentCall::set_status {
			account: account.clone(),
			status,
		};
		let disable = |since| EnrolmentCall::set_signing_disabled { account: one.clone(), since };
		let end = EnrolmentCall::end_affiliation {
			institution: other.clone(),
			practitioner: one.clone(),
		};
		let calls = [
			status(&one, Status::Suspended),
			status(&other, Status::Suspended),
			status(&one, Status::Active),
			disable(Some(5)),
			disable(Some(6)),
			disable(None),
			end,
		];
		for (place, shown) in calls.iter().enumerate() {
			let action = Action::Register(shown.clone());
			for (at, call) in calls.iter().enumerate() {
				let call = RuntimeCall::from(call.clone());
				assert_eq!(action.is_done_by(&call), at == place, "{call:?}");
			}
		}
		let takes: Vec<_> = calls.iter().map(takes_away).collect();
		assert_eq!(takes, [true, true, false, true, true, false, true]);
	}
}
