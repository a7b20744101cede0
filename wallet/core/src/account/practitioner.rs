//! What practitioners do: find a patient, ask for access, see what is open now, open and read. Nothing of it is
//! kept on the device, except the account itself.

use super::{
	connection::account_of,
	consents::{choices, grantee_of, key_of},
	drafts::{id as record_id, parsed, period_of, Action},
	locked, people,
	records::OnDevice,
	Account, BACKUP, DESKS, EXTENSION, FOLDER, KEY, KIND, NETWORK, SESSION, TRUSTED,
};
use crate::{
	app::Instant,
	code::{qr, without_link},
	failure::Trouble,
	host::Host,
	messages::{
		AccessRequestForm, Choice, Draft, OpenRecord, Opened, OwnRequest, OwnRequestState,
		PatientView, Person, Practice, QrCode, Signed,
	},
	platform::{At, Session},
};
use anyhow::{bail, Context as _, Result};
use std::{collections::BTreeMap, time::Duration};
use vouchsafe_agent::{
	consent, label_keys,
	labels::LabelTable,
	open::{self, OpeningRequest},
	pins,
	practice::{self, Noted, State},
	request, text,
};
use vouchsafe_protocol::{
	calls::AccessRequestsCall,
	qr::{Code, PersonCode},
	traits::View as _,
	types::{
		account_of as account_of_address, address, AccountId, AccountKind, Categories, Category,
		Effect, Grantee, Ground, Purpose, H256,
	},
};
use vouchsafe_speech::{Speech, Teller};

/// For how many days can be asked.
const DAYS: [u32; 5] = [1, 7, 30, 90, 365];
/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// When documents are closed: since when, and after how long.
pub(super) type Ends = BTreeMap<[u8; 32], (Instant, Duration)>;

/// What a practitioner's device keeps: the account, how its hospital is reached, and the members as they were
/// seen first. None of it is about patients.
pub(super) fn stays(folder: &str, name: &str) -> bool {
	let own = [KEY, EXTENSION, SESSION, BACKUP, KIND, DESKS, NETWORK, TRUSTED];
	folder == pins::FOLDER || (folder == FOLDER && own.contains(&name))
}

impl<H: Host> Account<H> {
	/// The own code, which names this account to another person.
	pub(super) async fn own_code(&self) -> Result<QrCode> {
		let genesis = self.session().await?.genesis();
		let code = PersonCode { genesis, account: self.account() };
		qr(&Code::Person(code).to_text()?)
	}

	/// The patient of a code, or of an address.
	pub(super) async fn find_patient(&self, text: &str) -> Result<Person> {
		let session = self.session().await?;
		let text = text.trim();
		let account = match account_of_address(text) {
			Some(account) => account,
			None => {
				let code = Code::from_text(without_link(text))?;
				code.of_chain(session.genesis())?.person()?.account
			},
		};
		ensure_patient::<H>(&session.finalized().await?, &account).await?;
		Ok(people::plain(&session, &account))
	}

	pub(super) async fn practice(&self, speech: &'static Speech) -> Result<Practice> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let requests = self.own_requests(&session, &at, None, speech).await?;
		let mut patients: Vec<Person> = Vec::new();
		for request in &requests {
			if !patients.contains(&request.patient) {
				patients.push(request.patient.clone());
			}
		}
		let affiliations = practice::affiliations(&at, &self.account()).await?;
		let acts_for = affiliations.into_iter().map(|(institution, affiliation)| Person {
			function: speech.one_of(affiliation.role),
			is_attested: Some(affiliation.attested),
			..people::plain(&session, &institution)
		});
		let proof = self.proof_of(&session, at.number(), at.time().await.ok(), speech);
		Ok(Practice { proof, acts_for: acts_for.collect(), patients, requests })
	}

	/// Own requests. Those that wait are looked at again at each block.
	async fn own_requests(
		&self,
		session: &Session<H>,
		at: &At<H>,
		patient: Option<&AccountId>,
		speech: &'static Speech,
	) -> Result<Vec<OwnRequest>> {
		let (me, now) = (self.account(), at.time().await?);
		let found = practice::own_requests(session, at, patient).await?;
		let waiting = found.iter().filter(|it| it.state == State::Waiting);
		let waiting = waiting.map(|it| (it.patient.clone(), it.id)).collect::<Vec<_>>();
		locked(&self.known).waiting.extend(waiting);
		let labels = LabelTable::default();
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let sentence = |it: &practice::OwnRequest| {
			let asked = it.request.as_ref().filter(|request| request.asker == me);
			asked.map(|request| teller.request(&request::spoken(request))).unwrap_or_default()
		};
		let lines = found.iter().map(|it| OwnRequest {
			patient: people::plain(session, &it.patient),
			id: it.id,
			state: match it.state {
				State::Waiting => OwnRequestState::Waiting,
				State::Expired => OwnRequestState::Expired,
				State::Gone => OwnRequestState::Gone,
			},
			sentence: sentence(it),
			asked: speech.moment_near(it.noted.asked, now),
			until: speech.moment_near(it.noted.expires, now),
		});
		Ok(lines.collect())
	}

	/// Whether a request that waited does not wait any more.
	pub(super) async fn is_answered(&self, at: &At<H>) -> Result<bool> {
		let waiting = locked(&self.known).waiting.clone();
		let (me, now) = (self.account(), at.time().await?);
		for (patient, id) in waiting {
			let found = practice::find(at, &me, &patient, id).await?;
			if found.is_none_or(|request| request.expires <= now) {
				locked(&self.known).waiting.remove(&(patient, id));
				return Ok(true);
			}
		}
		Ok(false)
	}

	pub(super) async fn patient(
		&self,
		patient: &str,
		institution: Option<&str>,
		speech: &'static Speech,
	) -> Result<PatientView> {
		let patient = account_of(patient)?;
		let session = self.session().await?;
		let at = session.finalized().await?;
		ensure_patient::<H>(&at, &patient).await?;
		let me = self.account();
		let requests = self.own_requests(&session, &at, Some(&patient), speech).await?;
		let mut affiliations = practice::affiliations(&at, &me).await?;
		affiliations.retain(|(_, affiliation)| practice::is_clinical(affiliation.role));
		let chosen = institution.map(account_of).transpose()?;
		let acts = affiliations.iter().find(|(it, _)| chosen.as_ref().is_none_or(|one| one == it));
		let mut view = PatientView {
			who: people::plain(&session, &patient),
			institution: String::new(),
			institutions: affiliations
				.iter()
				.map(|(it, affiliation)| Choice {
					key: address(it),
					text: session.names.show(it),
					hint: speech.one_of(affiliation.role),
				})
				.collect(),
			open: vec![],
			named_by: String::new(),
			has_more: false,
			requests,
			grantees: vec![],
			categories: choices::<Category>(speech),
			durations: DAYS
				.iter()
				.map(|days| choice(days.to_string(), speech.duration(u64::from(*days) * DAY)))
				.collect(),
		};
		let Some((institution, affiliation)) = acts else { return Ok(view) };
		let own = Grantee::PractitionerAt { practitioner: me, institution: institution.clone() };
		let teams = affiliation
			.teams
			.iter()
			.map(|team| Grantee::CareTeam { institution: institution.clone(), team: *team });
		let labels = LabelTable::default();
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let grantees = [own].into_iter().chain(teams);
		let grantees = grantees.chain([Grantee::Institution(institution.clone())]);
		view.grantees = grantees.map(|it| choice(key_of(&it), teller.grantee_short(&it))).collect();
		view.institution = address(institution);

		let found = practice::openable(&session, &at, &patient, institution).await?;
		let tags = found.records.iter().flat_map(|(_, record)| record.labels.iter().copied());
		let labels = label_keys::learn(&session, &patient, tags).await?;
		let nothing = OnDevice::default();
		for (id, record) in &found.records {
			let mut line = self.line(&session, &labels, &nothing, id, record, speech);
			line.title = self.documents.get(id).map(|it| it.document.title.clone());
			view.open.push(OpenRecord { record: line, closes_in: self.closes_in(id) });
		}
		view.open.sort_by(|one, other| {
			let (one, other) = (&one.record, &other.record);
			other.month.cmp(&one.month).then(one.id.cmp(&other.id))
		});
		view.named_by = session.names.show(&found.named_by);
		view.has_more = found.has_more;
		Ok(view)
	}

	/// After how many seconds a document is closed.
	fn closes_in(&self, id: &H256) -> Option<u32> {
		let ends = locked(&self.ends);
		let (since, after) = ends.get(&id.0)?;
		self.documents.has(id).then_some(())?;
		u32::try_from(after.saturating_sub(since.age(&self.host)).as_secs()).ok()
	}

	/// Closes the documents whose opening has ended. Returns whether there were any.
	pub(super) fn close_ended(&self) -> bool {
		let mut ends = locked(&self.ends);
		let before = ends.len();
		ends.retain(|id, (since, after)| {
			let is_over = since.age(&self.host) >= *after;
			if is_over {
				self.documents.remove(&H256(*id));
			}
			!is_over
		});
		let has_ended = ends.len() != before;
		// What waits to be saved may be of a record whose opening has ended.
		if has_ended {
			self.host.remove_own_files();
		}
		has_ended
	}

	pub(super) async fn open_of_patient(
		&self,
		patient: &str,
		institution: &str,
		ids: &[String],
		speech: &'static Speech,
	) -> Result<Vec<Opened>> {
		let session = self.session().await?;
		let opening = OpeningRequest {
			patient: account_of(patient)?,
			records: ids.iter().map(|id| record_id(id)).collect::<Result<Vec<_>>>()?,
			version: None,
			purpose: Purpose::Treatment,
			ground: Ground::Consent { institution: Some(account_of(institution)?) },
		};
		let approval = self.approve_opening(&opening);
		let results = approval.mark(open::open(&session, &opening, &self.documents).await)?;
		let mut opened = self.opened(results, speech);
		let left = approval.mark(self.seconds_left(&session, &opening.patient).await);
		let left =
			left.inspect_err(|_| opening.records.iter().for_each(|it| self.documents.remove(it)))?;
		let now = Instant::now(&self.host);
		for it in opened.iter_mut().filter(|it| it.failure.is_empty()) {
			let id = record_id(&it.id)?;
			match left.get(&id) {
				Some(seconds) => {
					let ends = (now, Duration::from_secs(*seconds));
					locked(&self.ends).insert(id.0, ends);
					it.closes_in = u32::try_from(*seconds).ok();
				},
				None => {
					self.documents.remove(&id);
					it.failure = speech.wallet_failed_not_proven();
				},
			}
		}
		Ok(opened)
	}

	async fn seconds_left(
		&self,
		session: &Session<H>,
		patient: &AccountId,
	) -> Result<BTreeMap<H256, u64>> {
		let at = session.finalized().await?;
		Ok(practice::seconds_left(&at, &self.account(), patient).await?)
	}

	pub(super) async fn draft_access_request(
		&self,
		form: &AccessRequestForm,
		speech: &'static Speech,
	) -> Result<Draft> {
		let session = self.renew_session().await?;
		let at = session.finalized().await?;
		let patient = account_of(&form.patient)?;
		ensure_patient::<H>(&at, &patient).await?;
		let institution = account_of(&form.institution)?;
		let grantee = grantee_of(&form.grantee)?;
		let reason = text::line(&form.reason);
		if reason.len() > request::LONGEST_REASON {
			return Err(Trouble::LongReason.into());
		}
		if !DAYS.contains(&form.days) || grantee.institution() != Some(&institution) {
			return Err(Trouble::Input(form.days.to_string()).into());
		}
		let mut terms = consent::plain_terms(Effect::Permit);
		terms.categories = Categories::of(&parsed::<Category>(&form.categories)?);
		terms.data_period = period_of(form.from_month.as_deref(), form.to_month.as_deref())?;
		let (asked, duration) = (request::asked_of(terms), u64::from(form.days) * DAY);
		let call =
			request::prepare(&session, patient, institution, grantee, asked, duration, &reason);
		let action = Action::Ask { call: call.await?, reason };
		self.draft(&session, &at, action, speech).await
	}

	pub(super) async fn draft_withdrawal(
		&self,
		patient: &str,
		id: u32,
		speech: &'static Speech,
	) -> Result<Draft> {
		let patient = account_of(patient)?;
		let session = self.session().await?;
		let at = session.finalized().await?;
		let found = practice::find(&at, &self.account(), &patient, id).await?;
		found.context("this request does not wait any more")?;
		self.draft(&session, &at, Action::Withdraw { patient, request: id }, speech).await
	}

	/// Sends a request, and notes it once the state proves that it waits.
	pub(super) async fn ask(
		&self,
		session: &Session<H>,
		call: AccessRequestsCall,
		speech: &'static Speech,
	) -> Result<Signed> {
		let AccessRequestsCall::submit { patient, institution, grantee, asked, duration, reason } =
			&call
		else {
			bail!("this asks nothing");
		};
		let (id, block) = request::send(session, call.clone()).await?;
		let at = session.finalized().await?;
		let found = practice::find(&at, &self.account(), patient, id).await?;
		let found = found.filter(|it| {
			it.asker == self.account()
				&& (&it.institution, &it.grantee, &it.asked) == (institution, grantee, asked)
				&& (it.duration, &it.reason) == (*duration, reason)
		});
		let found = found.context("the chain does not have the request as it was signed")?;
		let noted = Noted { asked: found.submitted, expires: found.expires };
		practice::note(session, patient, id, noted).await?;
		let text = speech.wallet_asked(
			session.names.show(patient),
			speech.moment_near(found.expires, at.time().await?),
			block.to_string(),
		);
		Ok(Signed { text, block, notes: vec![] })
	}

	/// Withdraws a request. That it is gone is the custodians' word: they prove it only to the patient.
	pub(super) async fn withdraw(
		&self,
		session: &Session<H>,
		patient: AccountId,
		id: u32,
		speech: &'static Speech,
	) -> Result<Signed> {
		let block = request::withdraw(session, patient.clone(), id).await?;
		let at = session.finalized().await?;
		if practice::find(&at, &self.account(), &patient, id).await?.is_some() {
			bail!("the chain still has the request");
		}
		let text = speech.wallet_withdrawn(block.to_string());
		Ok(Signed { text, block, notes: vec![] })
	}
}

/// An error if this is not a patient who is enrolled. Custodians prove only accounts that there are.
async fn ensure_patient<H: Host>(at: &At<H>, account: &AccountId) -> Result<()> {
	match at.account(account).await {
		Ok(Some(found)) if found.kind == AccountKind::Patient => Ok(()),
		Ok(_) => Err(Trouble::PatientCode.into()),
		Err(error) => {
			let error = error.into();
			match super::connection::is_refused(&error) {
				true => Err(Trouble::PatientCode.into()),
				false => Err(error),
			}
		},
	}
}

fn choice(key: String, text: String) -> Choice {
	Choice { key, text, hint: String::new() }
}

#[cfg(test)]
mod tests;
