//! A session: connections, the user's key and stored things, and names of accounts.

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	keys::Identity,
	names::Names,
	pins::{self, Change, Pins},
	platform::{Platform, Progress},
};
use anyhow::{bail, ensure, Context, Result};
use futures::future::BoxFuture;
use std::sync::Arc;
use vouchsafe_protocol::{
	calls::RuntimeCall,
	errors::{ChainError, CustodianError},
	events::{Event, Included},
	holders::Member,
	traits::{Custodians, SendOutsideWasm, Submit, View},
	types::{AccountId, AccountKind, Affiliation, Institution, KeyState, Status, H256},
};
use vouchsafe_speech::Speech;

/// The chain as of one block, as a session's connection reads it.
pub type At<P> = <<P as Platform>::Chain as Submit>::At;

/// A custodian, as a session's connection reaches it.
pub type CustodianOf<P> = <<P as Platform>::Custodians as Custodians>::Custodian;

/// A task that a session shows.
pub type TaskOf<P> = <<P as Platform>::Progress as Progress>::Task;

/// Called after each step of work that can be resumed, with the step's name. The work waits for it.
pub type StepHook = Arc<dyn Fn(&str) -> BoxFuture<'static, ()> + Send + Sync>;

/// The parts of a [`Platform`].
#[derive(Clone, Debug)]
pub struct Parts<P: Platform> {
	/// The connection to the chain.
	pub chain: P::Chain,
	/// The connections to custodians.
	pub custodians: P::Custodians,
	/// The user's stored things.
	pub keep: P::Keep,
	/// The clock.
	pub clock: P::Clock,
	/// Shows progress.
	pub progress: P::Progress,
}

/// A session.
pub struct Session<P: Platform> {
	/// The connection to the chain.
	pub chain: P::Chain,
	/// The connections to custodians.
	pub custodians: P::Custodians,
	/// The user's stored things.
	pub keep: P::Keep,
	/// The clock.
	pub clock: P::Clock,
	/// Shows progress.
	pub progress: P::Progress,
	/// The names of accounts.
	pub names: Names,
	/// All institutions and authorities.
	pub members: Vec<Member>,
	/// What was seen of them before.
	pub pins: Pins,
	/// The user's key, if one was named.
	pub me: Option<Identity>,
	/// The patient for whom the user acts, as a representative: see [`crate::acting`]. `None` if the user acts
	/// for itself.
	pub for_patient: Option<AccountId>,
	/// The language of what the user signs. English at first.
	pub speech: &'static Speech,
	/// See [`StepHook`].
	pub hook: Option<StepHook>,
}

impl<P: Platform> Session<P> {
	/// A session on existing connections. With `development`, development keys are names too. The chain says
	/// for which account the user's key signs.
	///
	/// # Errors
	///
	/// [`ChainError::Replaced`] if another key has replaced the user's.
	pub async fn new(parts: Parts<P>, me: Option<Identity>, development: bool) -> Result<Self> {
		let Parts { chain, custodians, keep, clock, progress } = parts;
		let me = match me {
			Some(me) => Some(with_account(&chain, me).await?),
			None => None,
		};
		let mut names = Names::load(&keep, development).await?;
		if let Some(me) = me.as_ref().filter(|me| me.key() != me.account()) {
			names.set_account_of_key(&me.name, &me.key(), me.account());
		}
		let (members, pins, hook) = (Vec::new(), Pins::default(), None);
		let mut session = Self {
			chain,
			custodians,
			keep,
			clock,
			progress,
			names,
			members,
			pins,
			me,
			for_patient: None,
			speech: &ENGLISH,
			hook,
		};
		session.learn_members().await?;
		if let Some(me) = session.me.as_ref().filter(|me| me.name.starts_with("//")) {
			session.names.add_development(me);
		}
		Ok(session)
	}

	/// Reads the institutions and the addresses of their custodians.
	pub async fn learn_members(&mut self) -> Result<()> {
		let at = self.chain.finalized().await?;
		let institutions = at.all_institutions().await?;
		let signers: Vec<(AccountId, AccountId)> = institutions
			.iter()
			.filter_map(|(account, _, _, it)| {
				Some((account.clone(), it.custodian.as_ref()?.account.clone()))
			})
			.collect();
		self.members = institutions
			.into_iter()
			.map(|(account, kind, status, institution)| Member {
				account,
				kind,
				status,
				name: name_of(&institution),
				country: crate::text::line(&String::from_utf8_lossy(&institution.country)),
				custodian: institution.custodian.map(|custodian| {
					(String::from_utf8_lossy(&custodian.url).into_owned(), custodian.key)
				}),
			})
			.collect();
		self.pins = Pins::learn(&self.keep, &self.chain.genesis(), &self.members).await?;
		self.name_members();
		for (institution, account) in signers {
			self.names.add_custodian(&self.names.show(&institution), account);
		}
		Ok(())
	}

	/// Adds the members' names, and the others that the user has seen of them.
	pub(crate) fn name_members(&mut self) {
		for member in &self.members {
			self.names.add_institution(&member.name, member.account.clone());
			for former in self.pins.former_names(member) {
				self.names.add_former(former, member.account.clone());
			}
		}
	}

	/// The user's key.
	pub fn me(&self) -> Result<&Identity> {
		self.me.as_ref().ok_or_else(|| Advised::new("choose a key", Advice::ChooseKey).into())
	}

	/// The genesis hash.
	pub fn genesis(&self) -> H256 {
		self.chain.genesis()
	}

	/// An institution by its account.
	pub fn member(&self, account: &AccountId) -> Option<&Member> {
		self.members.iter().find(|member| member.account == *account)
	}

	/// Whether the account is a health authority's.
	pub(crate) fn is_authority(&self, account: &AccountId) -> bool {
		self.member(account).is_some_and(|member| member.kind == AccountKind::Authority)
	}

	/// The members of which something has changed that was not confirmed.
	pub fn changed_members(&self) -> Vec<(&Member, Vec<Change>)> {
		let all = self.members.iter().map(|member| (member, self.pins.changes(member)));
		all.filter(|(_, changes)| !changes.is_empty()).collect()
	}

	/// An institution by its account, which is the same in a fresh view.
	pub async fn current_member(&self, account: &AccountId) -> Result<&Member> {
		let name = self.names.show(account);
		let member =
			self.member(account).with_context(|| format!("{name} is not an institution"))?;
		self.ensure_current(&self.fresh().await?, account).await?;
		Ok(member)
	}

	/// An error if a member has another name or another custodian's key in this fresh view than this
	/// session has. The session may have read them from an old block, at which a key that was replaced
	/// because it was stolen is still the member's.
	pub(crate) async fn ensure_current(&self, at: &At<P>, account: &AccountId) -> Result<()> {
		let Some(member) = self.member(account) else { return Ok(()) };
		let key = |custodian: &(String, [u8; 32])| custodian.1;
		let known = (member.name.clone(), member.custodian.as_ref().map(key));
		let now = at.institution(account).await?;
		let now = now.map(|it| (name_of(&it), it.custodian.map(|custodian| custodian.key)));
		if now != Some(known) {
			let name = self.names.show(account);
			bail!(
				"the name or key of {name} is another one on the chain than when this command began: run \
				 it again"
			);
		}
		Ok(())
	}

	/// An error if a member does not take part in this fresh view. Such a member gets nothing: its keys may be
	/// stolen. The session may have read it from an older block.
	pub(crate) async fn ensure_active(&self, at: &At<P>, account: &AccountId) -> Result<()> {
		self.ensure_status(account, at.account(account).await?.map(|it| it.status))
	}

	/// An error if a member with this status gets nothing.
	pub(crate) fn ensure_status(&self, account: &AccountId, status: Option<Status>) -> Result<()> {
		let name = self.names.show(account);
		let status = status.with_context(|| format!("{name} is not enrolled"))?;
		ensure!(
			status == Status::Active,
			"{name} is no longer active ({}), so it gets no permits, shares or label keys",
			ENGLISH.phrase(status)
		);
		Ok(())
	}

	/// An error if nothing may be sealed to a member's custodian: in this fresh view, the member is another
	/// one than this session has or does not take part, or something has changed and was not confirmed.
	pub(crate) async fn ensure_recipient(&self, at: &At<P>, account: &AccountId) -> Result<()> {
		self.ensure_current(at, account).await?;
		self.ensure_active(at, account).await?;
		self.ensure_confirmed(account)
	}

	/// An error if nobody can tell which members have changed.
	pub fn ensure_pins(&self) -> Result<()> {
		let Some(damage) = self.pins.damage() else { return Ok(()) };
		let message = format!(
			"{damage}. So nobody can tell which institutions have changed, and nothing is permitted or \
			 sealed to them"
		);
		Err(Advised::new(message, Advice::RepairPins).into())
	}

	/// Pins the members as they are now, if the pins are damaged. Returns where the damaged ones are.
	pub async fn repair_pins(&mut self) -> Result<Option<String>> {
		let at = self.fresh().await?;
		for member in &self.members {
			self.ensure_current(&at, &member.account).await?;
		}
		self.pins.repair(&self.keep, &self.chain.genesis(), &self.members).await
	}

	/// Confirms what has changed of a member.
	pub async fn confirm_member(&mut self, account: &AccountId) -> Result<()> {
		let member = self.current_member(account).await?.clone();
		self.pins.confirm(&self.keep, &self.chain.genesis(), &member).await
	}

	/// An error if something has changed of this member and was not confirmed. Nothing is permitted or
	/// sealed to such a member.
	pub fn ensure_confirmed(&self, account: &AccountId) -> Result<()> {
		let changes = self.member(account).map(|member| self.pins.changes(member));
		self.ensure_no_changes(account, changes.unwrap_or_default())
	}

	/// The same for the key of a member's custodian, as it was read now.
	pub(crate) fn ensure_confirmed_key(&self, account: &AccountId, key: [u8; 32]) -> Result<()> {
		self.ensure_no_changes(account, self.pins.change_of_key(account, key).into_iter().collect())
	}

	fn ensure_no_changes(&self, account: &AccountId, changes: Vec<Change>) -> Result<()> {
		self.ensure_pins()?;
		if changes.is_empty() {
			return Ok(());
		}
		let name = self.names.show(account);
		let message = format!("{name} has changed: {}", pins::in_words(&changes));
		Err(Advised::new(message, Advice::ConfirmMember(name)).into())
	}

	/// Whether an institution has named a custodian.
	pub fn has_custodian(&self, account: &AccountId) -> bool {
		self.member(account).is_some_and(|member| member.custodian.is_some())
	}

	/// The custodian of an institution.
	pub fn custodian(&self, institution: &AccountId) -> Result<CustodianOf<P>> {
		let name = self.names.show(institution);
		let member =
			self.member(institution).with_context(|| format!("{name} is not an institution"))?;
		let (url, _) = member
			.custodian
			.as_ref()
			.with_context(|| format!("{name} has not named a custodian yet"))?;
		Ok(self.custodians.custodian(url, institution)?)
	}

	/// Signs and submits a call, and waits until it is final.
	pub async fn submit(&self, call: impl Into<RuntimeCall> + SendOutsideWasm) -> Result<Included> {
		Ok(self.chain.submit(&self.me()?.signer, call).await?)
	}

	/// The institution that the user acts for: the named one, or the only one that the user is
	/// affiliated with now, or none.
	pub async fn acting_for(&self, named: Option<&str>) -> Result<Option<AccountId>> {
		if let Some(name) = named {
			return Ok(Some(self.names.resolve(name)?));
		}
		let me = self.me()?.account();
		if self.member(&me).is_some() {
			return Ok(Some(me));
		}
		let at = self.chain.finalized().await?;
		let current = institutions_of(&at, &me).await?;
		match &current[..] {
			[] => Ok(None),
			[institution] => Ok(Some(institution.clone())),
			_ => {
				let names: Vec<_> = current.iter().map(|it| self.names.show(it)).collect();
				let message = format!("you work for {}", ENGLISH.and(&names));
				bail!(Advised::new(message, Advice::ChooseInstitution))
			},
		}
	}

	/// The same. It is an error if there is none.
	pub async fn institution(&self, named: Option<&str>) -> Result<AccountId> {
		self.acting_for(named).await?.ok_or_else(|| {
			let message = "you do this for an institution, but you have no affiliation now";
			Advised::new(message, Advice::NameInstitution).into()
		})
	}

	/// The chain as of the last finalised block.
	pub async fn finalized(&self) -> Result<At<P>, ChainError> {
		self.chain.finalized().await
	}

	/// The same, for what is sealed or permitted: see [`Submit::fresh`].
	pub async fn fresh(&self) -> Result<At<P>, ChainError> {
		self.chain.fresh().await
	}

	/// Shows a task of unknown length.
	pub fn waiting(&self, what: &str) -> TaskOf<P> {
		self.progress.begin(what, None)
	}

	/// Shows a task with this number of bytes.
	pub fn bytes(&self, what: &str, length: u64) -> TaskOf<P> {
		self.progress.begin(what, Some(length))
	}

	/// Tells the hook that a step is done, and waits for it.
	pub async fn step(&self, name: &str) {
		tracing::info!(step = name);
		if let Some(hook) = &self.hook {
			hook(name).await;
		}
	}
}

/// The user's key, with the account for which it signs. Custodians tell only enrolled accounts so: if they
/// refuse, the question was not signed or the account is not enrolled, and no key has replaced another.
async fn with_account(chain: &impl Submit, me: Identity) -> Result<Identity, ChainError> {
	let at = chain.finalized().await?;
	match at.key_state(&me.key()).await {
		Ok(None) | Err(ChainError::Custodian(CustodianError::NoAccess)) => Ok(me),
		Ok(Some(KeyState::Signs(account))) => Ok(me.signing_for(account)),
		Ok(Some(KeyState::Replaced)) | Err(ChainError::Custodian(CustodianError::Replaced)) => {
			Err(ChainError::Replaced)
		},
		Err(error) => Err(error),
	}
}

/// An institution's name, as it is shown.
fn name_of(institution: &Institution) -> String {
	crate::text::line(&String::from_utf8_lossy(&institution.name))
}

/// What a call did, from its event. If the event has other types in a newer runtime, the call has
/// succeeded all the same.
pub(crate) fn result_of<T>(
	included: &Included,
	pick: impl FnMut(&Event) -> Option<T>,
) -> Result<T> {
	found_result(included, included.find(pick))
}

/// The same, for a result that was looked for already.
pub(crate) fn found_result<T>(included: &Included, found: Option<T>) -> Result<T> {
	found.with_context(|| {
		format!(
			"the call succeeded in block {}, but this program is too old to read its result: update \
			 it, and do not repeat the call",
			included.number
		)
	})
}

/// The institutions with which a practitioner is affiliated now.
pub(crate) async fn institutions_of(
	at: &impl View,
	practitioner: &AccountId,
) -> Result<Vec<AccountId>, ChainError> {
	let now = at.time().await?;
	let affiliations = at.all_affiliations(practitioner).await?.into_iter();
	let current = affiliations.filter(|(_, affiliation)| in_force(affiliation, now));
	Ok(current.map(|(institution, _)| institution).collect())
}

/// Whether an affiliation is in force.
pub fn in_force(affiliation: &Affiliation, now: u64) -> bool {
	affiliation.accepted && affiliation.from <= now && !has_ended(affiliation, now)
}

/// Whether an affiliation waits for the practitioner to accept it.
pub fn is_waiting(affiliation: &Affiliation, now: u64) -> bool {
	!affiliation.accepted && !has_ended(affiliation, now)
}

fn has_ended(affiliation: &Affiliation, now: u64) -> bool {
	affiliation.until.is_some_and(|until| until <= now)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		author, consent,
		english::speech_of,
		label_keys,
		memory::{MemoryKeep, Offline},
		open::{self, OpenError, OpeningRequest},
		platform::Keep as _,
		request,
		scripted::Scripted,
		verify,
	};
	use vouchsafe_protocol::types::{Effect, Grantee, Ground, Purpose, ShownText};

	fn session(uri: &str) -> Session<Offline> {
		Session::offline(Identity::development(uri).unwrap(), MemoryKeep::default())
	}

	fn opening() -> OpeningRequest {
		OpeningRequest {
			patient: AccountId::new([9; 32]),
			records: vec![H256([5; 32])],
			version: None,
			purpose: Purpose::Treatment,
			ground: Ground::Own,
		}
	}

	#[tokio::test]
	async fn work_waits_for_its_hook() {
		use futures::{
			future::{pending, ready},
			FutureExt,
		};
		let mut session = session("//DoctorA");
		assert_eq!(session.step("final").now_or_never(), Some(()));
		session.hook = Some(Arc::new(|step: &str| match step {
			"final" => ready(()).boxed(),
			_ => pending().boxed(),
		}));
		assert_eq!(session.step("final").now_or_never(), Some(()));
		assert_eq!(session.step("uploaded").now_or_never(), None);
	}

	/// A server runs many agents, each of whose tasks may move to another thread.
	#[test]
	fn tasks_can_move_to_another_thread() {
		fn check(_task: impl Send) {}
		let session = session("//DoctorA");
		let (sink, opening) = (MemoryKeep::default(), opening());
		check(open::open(&session, &opening, &sink));
		check(author::resume(&session, None));
		check(verify::verify(&session, &AccountId::new([9; 32]), H256([5; 32]), None));
		check(label_keys::own_key(&session));
		check(consent::revoke(&session, 1));
		check(request::find(&session, 1));
		check(session.institution(None));
	}

	#[test]
	fn a_result_that_cannot_be_read_is_not_a_failure_of_the_call() {
		let included = Included { block: H256::zero(), number: 57, events: vec![] };
		let error = result_of(&included, |_| Some(())).unwrap_err().to_string();
		assert!(error.contains("succeeded in block 57") && error.contains("too old"), "{error}");
	}

	#[tokio::test]
	async fn without_a_key_one_is_to_be_chosen() {
		let session = Session { me: None, ..session("//DoctorA") };
		let error = session.me().unwrap_err();
		assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::ChooseKey);
		let terms = consent::plain_terms(Effect::Permit);
		let grantee = Grantee::Everyone;
		assert!(consent::grant(&session, grantee, terms).await.is_err());
		assert!(session.keep.places().is_empty(), "nothing is kept of what is not signed");
	}

	#[tokio::test]
	async fn the_text_of_a_consent_is_kept_before_it_is_signed() {
		let session = session("//PatientA");
		let terms = consent::plain_terms(Effect::Deny { binds_break_glass: false });
		let grantee = Grantee::Everyone;
		let error = consent::grant(&session, grantee, terms).await.unwrap_err();
		assert!(matches!(error.downcast_ref(), Some(ChainError::Unreachable(_))), "{error:#}");
		let [(folder, name)] = &session.keep.places()[..] else { panic!("one text") };
		let mut commitment = H256::zero();
		hex::decode_to_slice(name, &mut commitment.0).unwrap();
		let text = ShownText { commitment, language: *b"en" };
		assert_eq!(folder, "consents");
		let kept = consent::kept_text(&session, &text).await.unwrap().unwrap();
		assert!(kept.starts_with("I forbid everyone"), "{kept}");
	}

	#[tokio::test]
	async fn a_consent_is_signed_in_the_language_of_the_session() {
		let commit = |session: Session<Offline>| async move {
			let terms = consent::plain_terms(Effect::Deny { binds_break_glass: false });
			consent::grant(&session, Grantee::Everyone, terms).await.unwrap_err();
			let [(_, name)] = &session.keep.places()[..] else { panic!("one text") };
			let mut commitment = H256::zero();
			hex::decode_to_slice(name, &mut commitment.0).unwrap();
			let text = ShownText { commitment, language: *b"de" };
			consent::kept_text(&session, &text).await.unwrap().unwrap()
		};
		for (language, begins) in [
			("de", "Ich verbiete allen, meine Dokumente"),
			("id", "Saya melarang semua orang untuk membaca"),
			("fr", "I forbid everyone"),
		] {
			let session = Session { speech: speech_of(language), ..session("//PatientA") };
			let kept = commit(session).await;
			assert!(kept.starts_with(begins), "{kept}");
		}
	}

	#[tokio::test]
	async fn an_opening_that_cannot_be_asked_for_is_no_refusal() {
		let session = session("//DoctorA");
		let sink = MemoryKeep::default();
		let error = open::open(&session, &opening(), &sink).await.unwrap_err();
		assert!(error.downcast_ref::<OpenError>().is_none(), "{error:#}");
		assert!(sink.places().is_empty());
		let none = OpeningRequest { records: vec![], ..opening() };
		let error = open::open(&session, &none, &sink).await.unwrap_err().to_string();
		assert!(error.contains("records can be opened at once"), "{error}");
	}

	/// Nobody can tell whether a member has changed. So it gets nothing new, and the rest goes on.
	#[tokio::test]
	async fn damaged_pins_stop_only_what_needs_them() {
		let session = Session::scripted("//PatientA");
		let member = two_hospitals().remove(0);
		let (account, kind, status) = (member.account.clone(), member.kind, member.status);
		let (name, custodian) = (member.name.as_bytes().to_vec(), None);
		let institution = Institution { name, country: *b"DE", custodian, cap: 1, enrolled: 0 };
		session.chain.change(|state| {
			state.answer("institutions", &vec![(account.clone(), kind, status, institution)]);
			state.institution(&Member { custodian: None, ..member });
			state.answer_care("key_state", &None::<KeyState>);
		});
		let file = hex::encode(session.genesis().0);
		session.keep.write("members", &file, b"damaged").await.unwrap();
		let Session { chain, custodians, keep, clock, progress, me, .. } = session;
		let parts = Parts { chain, custodians, keep, clock, progress };
		let mut session = Session::<Scripted>::new(parts, me, false).await.unwrap();

		let (grantee, permit) = (Grantee::Institution(account.clone()), Effect::Permit);
		let error = consent::grant(&session, grantee.clone(), consent::plain_terms(permit)).await;
		let error = error.unwrap_err();
		assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::RepairPins);
		assert!(error.to_string().starts_with(&format!("members/{file} is damaged")), "{error}");
		assert!(session.confirm_member(&account).await.is_err());
		assert!(session.chain.calls().is_empty(), "nothing is signed");
		let deny = consent::plain_terms(Effect::Deny { binds_break_glass: false });
		// The scripted node causes no events.
		consent::grant(&session, grantee, deny).await.unwrap_err();
		assert_eq!(session.chain.calls().len(), 1);

		assert_eq!(session.repair_pins().await.unwrap(), Some(format!("members/{file}.damaged")));
		session.ensure_confirmed(&account).unwrap();
	}

	/// A session of this key on a chain that says this of each key.
	async fn session_of(uri: &str, state: Option<KeyState>) -> Result<Session<Scripted>> {
		let Session { chain, custodians, keep, clock, progress, .. } = Session::scripted(uri);
		chain.change(|script| {
			script.answer("institutions", &Vec::<AccountId>::new());
			script.answer_care("key_state", &state);
		});
		let parts = Parts { chain, custodians, keep, clock, progress };
		Session::new(parts, Some(Identity::development(uri)?), true).await
	}

	#[tokio::test]
	async fn a_new_key_acts_as_the_account_for_which_it_signs() {
		let own = Identity::development("//PatientA").unwrap();
		let new = Identity::development("//PatientA//new").unwrap();
		let session = session_of("//PatientA//new", Some(KeyState::Signs(own.account()))).await;
		let me = session.as_ref().unwrap().me().unwrap();
		assert_eq!((me.account(), me.key()), (own.account(), new.account()));
		assert_eq!((&me.name, me.encryption_key()), (&new.name, new.encryption_key()));
		// One that has replaced no other is its own account's, enrolled or not.
		let session = session_of("//PatientA", None).await.unwrap();
		assert_eq!(session.me().unwrap().account(), own.account());
		assert_eq!(session.me().unwrap().key(), own.account());
	}

	#[tokio::test]
	async fn a_replaced_key_is_told_what_to_do() {
		let refused = session_of("//PatientA", Some(KeyState::Replaced)).await.err().unwrap();
		assert_eq!(refused.downcast_ref(), Some(&ChainError::Replaced));
		assert!(refused.to_string().ends_with("use the new key"), "{refused}");
	}

	/// Two members swap their names between two commands. The user's name for one of them then means
	/// neither, also after the change is confirmed.
	#[tokio::test]
	async fn a_swap_of_names_is_not_followed_silently() {
		let mut session = Session::scripted("//PatientA");
		session.members = two_hospitals();
		let accounts = [1, 2].map(|id| AccountId::new([id; 32]));
		session.name_members();
		let genesis = session.genesis();
		session.pins = Pins::learn(&session.keep, &genesis, &session.members).await.unwrap();
		assert_eq!(session.names.resolve("Hospital A").unwrap(), accounts[0]);

		session.members[0].name = "Hospital B".into();
		session.members[1].name = "Hospital A".into();
		session.names = Names::default();
		session.pins = Pins::learn(&session.keep, &genesis, &session.members).await.unwrap();
		session.name_members();
		assert_eq!(session.changed_members().len(), 2);
		let mean_neither = |session: &Session<Scripted>| {
			for name in ["Hospital A", "Hospital B", "hospital  a"] {
				assert!(session.grantee(name).is_err(), "{name} may mean either");
			}
			for account in &accounts {
				let shown = session.names.show(account);
				assert!(shown.contains('…'));
				assert_eq!(session.names.resolve(&shown).unwrap(), *account);
			}
		};
		mean_neither(&session);
		for (number, account) in accounts.iter().enumerate() {
			session.chain.change(|state| state.institution(&session.members[number]));
			session.confirm_member(account).await.unwrap();
		}
		assert!(session.changed_members().is_empty());
		session.names = Names::default();
		session.name_members();
		mean_neither(&session);
	}

	fn two_hospitals() -> Vec<Member> {
		let session = session("//PatientA").with_custodian(None).with_custodian(None);
		let mut members = session.members;
		members[1].account = AccountId::new([2; 32]);
		members[1].name = "Hospital B".into();
		members
	}

	#[test]
	fn a_sentence_shows_a_part_of_the_grantees_address() {
		let mut names = Names::default();
		names.add_institution("Hospital B", AccountId::new([2; 32]));
		let shown = names.show_with_address(&AccountId::new([2; 32]));
		let address = vouchsafe_protocol::types::address(&AccountId::new([2; 32]));
		assert_eq!(shown, format!("Hospital B ({}…{})", &address[..8], &address[42..]));
	}
}
