//! What a registrar does at an institution's desk: asks people to be enrolled, enrols who has agreed,
//! gives practitioners functions, suspends accounts, and keeps the names of the staff.
//!
//! Somebody is enrolled in three steps. The registrar shows a [code](ask), the person signs an answer to
//! it, and the registrar [reads](read_answer) and submits that.

use crate::{label_keys, names::Names, platform::Platform, session::Session, text::line};
use anyhow::{bail, ensure, Context as _, Result};
use std::collections::BTreeMap;
use vouchsafe_protocol::{
	calls::{EnrolmentCall, MultiSignature},
	errors::{ChainError, CustodianError},
	messages::{Hex, ListNames, SetNames, StaffName, MAX_NAME, MAX_NAMES},
	qr::{Code, QrError, RegistrarCode},
	signing::{enrolment_text, verify},
	storage,
	traits::{Custodian as _, View},
	types::{Account, AccountId, AccountKind, Affiliation, Mandate, Role, Status, H256},
};
use vouchsafe_speech::Speech;

/// What an institution enrols people as. Institutions are admitted by the council.
pub const KINDS: [AccountKind; 4] =
	[AccountKind::Patient, AccountKind::Practitioner, AccountKind::Person, AccountKind::Researcher];

/// The most pages of names that are read.
const PAGES: usize = 20;

/// The institutions for which an account registers: itself, or those whose registrar it is now.
pub async fn desks(
	at: &impl View,
	account: &AccountId,
	kind: AccountKind,
) -> Result<Vec<AccountId>, ChainError> {
	match kind {
		AccountKind::Institution | AccountKind::Authority => Ok(vec![account.clone()]),
		AccountKind::Practitioner => {
			let now = at.time().await?;
			let all = at.all_affiliations(account).await?.into_iter();
			let is_registrar = |affiliation: &Affiliation| {
				affiliation.role == Role::Registrar && crate::session::in_force(affiliation, now)
			};
			Ok(all.filter(|(_, it)| is_registrar(it)).map(|(institution, _)| institution).collect())
		},
		_ => Ok(vec![]),
	}
}

/// What a registrar shows to somebody who will be enrolled.
pub fn ask(
	session: &Session<impl Platform>,
	institution: AccountId,
	kind: AccountKind,
	expires: u64,
) -> Result<RegistrarCode> {
	ensure!(KINDS.contains(&kind), "institutions and authorities are admitted by the council");
	let member = session.member(&institution).context("an institution is a member")?;
	let (url, _) = member.custodian.as_ref().with_context(|| {
		format!("{} has not named a custodian yet", session.names.show(&institution))
	})?;
	let (genesis, url) = (session.genesis(), url.clone());
	Ok(RegistrarCode { genesis, institution, kind, url, expires })
}

/// Why somebody's answer to a registrar's code cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
	/// It is not such an answer, or one of another chain.
	#[error(transparent)]
	Code(#[from] QrError),
	/// It was signed for another institution.
	#[error("the code was not signed for {0}: have it made again from a code of yours")]
	OtherInstitution(String),
	/// It was valid until then.
	#[error("the signature expired at {}: have it signed again", crate::dates::show_moment(*.0))]
	Expired(u64),
	/// The account is enrolled.
	#[error("{0} is enrolled already")]
	Enrolled(String),
}

/// Somebody's signed agreement to be enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
	/// Who enrols.
	pub institution: AccountId,
	/// Who is enrolled.
	pub account: AccountId,
	/// As what.
	pub kind: AccountKind,
	/// The key to which secrets are sealed for the account.
	pub encryption_key: [u8; 32],
	/// Until when the signature is valid.
	pub expires: u64,
	/// The account's signature of the [enrolment text](enrolment_text).
	pub signature: [u8; 64],
}

impl Enrolment {
	/// Whether the account has signed this for the chain of this genesis block.
	pub fn is_authentic(&self, genesis: H256) -> bool {
		let Self { institution, account, kind, encryption_key, expires, signature } = self;
		let text = enrolment_text(genesis, institution, kind.word(), encryption_key, *expires);
		verify(account, &text, signature)
	}

	/// The call that enrols the account.
	pub fn call(&self) -> EnrolmentCall {
		EnrolmentCall::enrol {
			institution: self.institution.clone(),
			account: self.account.clone(),
			kind: self.kind,
			encryption_key: self.encryption_key,
			expires: self.expires,
			signature: MultiSignature::Sr25519(self.signature),
		}
	}
}

/// Reads somebody's answer to a code of this institution. `now` is the device's time.
pub fn read_answer(
	genesis: H256,
	names: &Names,
	institution: &AccountId,
	text: &str,
	now: u64,
) -> Result<Enrolment, AnswerError> {
	let code = Code::from_text(text)?.of_chain(genesis)?.enrollee()?;
	let kind = KINDS.into_iter().find(|kind| code.is_authentic(institution, *kind));
	let kind = kind.ok_or_else(|| AnswerError::OtherInstitution(names.show(institution)))?;
	if code.expires <= now {
		return Err(AnswerError::Expired(code.expires));
	}
	Ok(Enrolment {
		institution: institution.clone(),
		account: code.account,
		kind,
		encryption_key: code.encryption_key,
		expires: code.expires,
		signature: code.signature,
	})
}

/// An error if an account is enrolled already.
pub async fn ensure_new(session: &Session<impl Platform>, account: &AccountId) -> Result<()> {
	match account_at(&session.finalized().await?, account).await? {
		Some(_) => Err(AnswerError::Enrolled(session.names.show(account)).into()),
		None => Ok(()),
	}
}

/// What the chain says of an account. Custodians do not prove that one is not enrolled, because that would
/// show a neighbour in the state: they refuse to answer.
pub async fn account_at(
	at: &impl View,
	account: &AccountId,
) -> Result<Option<Account>, ChainError> {
	match at.account(account).await {
		Err(ChainError::Custodian(CustodianError::NoAccess)) => Ok(None),
		found => found,
	}
}

/// What was done.
#[derive(Debug)]
pub struct Done {
	/// In which block.
	pub block: u32,
	/// Why the label key of a patient who was enrolled was not delivered, if it was not. The patient's
	/// client draws one when it needs it.
	pub no_label_key: Option<anyhow::Error>,
}

/// Submits a registrar's call, and reads in the state that it has had its effect. For a patient who is
/// enrolled, a label key is drawn.
pub async fn carry_out(session: &Session<impl Platform>, call: EnrolmentCall) -> Result<Done> {
	let enrolled = match &call {
		EnrolmentCall::enrol { institution, account, kind: AccountKind::Patient, .. } => {
			Some((account.clone(), institution.clone()))
		},
		_ => None,
	};
	let block = session.submit(call.clone()).await?.number;
	ensure!(
		has_effect(&session.finalized().await?, &call).await?,
		"the state of the chain is not as it should be after block {block}: look again"
	);
	let no_label_key = match enrolled {
		Some((account, institution)) => {
			label_keys::draw_for(session, &account, &institution).await.err()
		},
		None => None,
	};
	Ok(Done { block, no_label_key })
}

/// Whether the state is as a registrar's call makes it.
async fn has_effect(at: &impl View, call: &EnrolmentCall) -> Result<bool> {
	Ok(match call {
		EnrolmentCall::enrol { institution, account, kind, .. } => account_at(at, account)
			.await?
			.is_some_and(|it| it.kind == *kind && it.enrolled_by == *institution),
		EnrolmentCall::affiliate { institution, practitioner, role, from, until } => {
			let found = affiliation_at(at, practitioner, institution).await?;
			// One that has begun keeps its beginning, and another does not begin in the past.
			let same = found.filter(|it| (it.role, it.until) == (*role, *until));
			match same {
				Some(it) => it.from == *from || it.from <= at.time().await?,
				None => false,
			}
		},
		EnrolmentCall::end_affiliation { institution, practitioner } => {
			let (found, now) =
				(affiliation_at(at, practitioner, institution).await?, at.time().await?);
			found.is_none_or(|it| has_ended(&it, now))
		},
		EnrolmentCall::set_status { account, status } => {
			account_at(at, account).await?.is_some_and(|it| it.status == *status)
		},
		EnrolmentCall::set_signing_disabled { account, since } => {
			let found = account_at(at, account).await?.map(|it| it.disabled_since);
			match (found, since) {
				(Some(Some(found)), Some(since)) => found <= *since,
				(Some(found), None) => found.is_none(),
				_ => false,
			}
		},
		_ => bail!("not a call of a registrar"),
	})
}

/// Who an account has named since its key counts as lost or stolen. None of them counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedInDoubt {
	/// When it named guardians for the last time, if it did.
	pub guardians: Option<u64>,
	/// The representatives whom it appointed.
	pub representatives: Vec<AccountId>,
}

/// Reads who an account has named since this moment.
pub async fn named_since(at: &impl View, account: &AccountId, since: u64) -> Result<NamedInDoubt> {
	let sets = at.read(storage::guardians(account)).await?;
	let sets = sets.map(|sets| [sets.present, sets.next.map(|(next, _)| next)]);
	let named = sets.into_iter().flatten().flatten().map(|guardians| guardians.set_at);
	let all = at.representation(account).await?.representatives.into_iter();
	let appointed = all
		.map(|it| it.representative)
		.filter(|it| matches!(it.mandate, Mandate::Appointed { at, .. } if since <= at));
	Ok(NamedInDoubt {
		guardians: named.filter(|named| since <= *named).max(),
		representatives: appointed.map(|it| it.account).collect(),
	})
}

fn has_ended(affiliation: &Affiliation, now: u64) -> bool {
	affiliation.until.is_some_and(|until| until <= now)
}

/// A practitioner's affiliation with an institution, also if it has ended.
pub async fn affiliation_at(
	at: &impl View,
	practitioner: &AccountId,
	institution: &AccountId,
) -> Result<Option<Affiliation>, ChainError> {
	let all = at.all_affiliations(practitioner).await?;
	Ok(all.into_iter().find(|(it, _)| it == institution).map(|(_, affiliation)| affiliation))
}

/// What somebody can do with an account at a desk, as far as the chain allows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
	/// The functions that can be given.
	pub roles: Vec<Role>,
	/// Whether the affiliation can be ended.
	pub end: bool,
	/// The statuses that can be set.
	pub statuses: Vec<Status>,
	/// Whether signing can be disabled and enabled.
	pub signing: bool,
}

impl Allowed {
	/// What `me` can do for an institution with this account, whose affiliation with it is this one.
	pub fn new(
		me: &AccountId,
		institution: &AccountId,
		account: &Account,
		affiliation: Option<&Affiliation>,
		now: u64,
	) -> Self {
		let is_institution = me == institution;
		let current = affiliation.filter(|it| !has_ended(it, now));
		// Only the institution itself manages its registrars.
		let is_registrar = current.is_some_and(|it| it.role == Role::Registrar);
		if is_registrar && !is_institution {
			return Self::default();
		}
		let mut allowed = Self { end: current.is_some(), ..Self::default() };
		if account.kind == AccountKind::Practitioner && account.status == Status::Active {
			let roles = Role::ALL.iter().copied();
			allowed.roles = roles.filter(|it| is_institution || *it != Role::Registrar).collect();
		}
		let is_member = account.kind.is_member();
		if account.enrolled_by == *institution && !is_member {
			allowed.signing = true;
			let all = [Status::Active, Status::Suspended, Status::Ended];
			let ends = account.status == Status::Ended && account.kind != AccountKind::Patient;
			if all.contains(&account.status) && !ends {
				allowed.statuses = all.into_iter().filter(|it| *it != account.status).collect();
			}
		}
		allowed
	}
}

/// What a registrar signs with a call, in words. Accounts are named with a part of their addresses. `None` for what is not a registrar's call.
pub fn sentence(speech: &Speech, names: &Names, call: &EnrolmentCall) -> Option<String> {
	let who = |account: &AccountId| speech.insert(&names.show_with_address(account));
	Some(match call {
		EnrolmentCall::enrol { institution, account, kind, .. } => {
			speech.desk_enrol(who(account), who(institution), speech.phrase(*kind))
		},
		EnrolmentCall::affiliate { institution, practitioner, role, from, until } => {
			let (who, at, role) = (who(practitioner), who(institution), speech.one_of(*role));
			let from = speech.moment(*from);
			match until {
				Some(until) => {
					speech.desk_affiliate_until(who, at, role, from, speech.moment(*until))
				},
				None => speech.desk_affiliate(who, at, role, from),
			}
		},
		EnrolmentCall::end_affiliation { institution, practitioner } => {
			speech.desk_end(who(practitioner), who(institution))
		},
		EnrolmentCall::set_status { account, status } => {
			speech.desk_status(who(account), speech.phrase(*status))
		},
		EnrolmentCall::set_signing_disabled { account, since: Some(since) } => {
			speech.desk_disable(who(account), speech.moment(*since))
		},
		EnrolmentCall::set_signing_disabled { account, since: None } => {
			speech.desk_enable(who(account))
		},
		_ => return None,
	})
}

/// The names that an institution's custodian tells patients, as far as they are names at all.
pub async fn staff_names(
	session: &Session<impl Platform>,
	institution: &AccountId,
) -> Result<BTreeMap<AccountId, String>> {
	let (custodian, signer) = (session.custodian(institution)?, &session.me()?.signer);
	let mut all = BTreeMap::new();
	let mut after = None;
	for _ in 0..PAGES {
		let page = custodian.list_names(signer, &ListNames { after }).await?.names;
		let count = page.len();
		after = page.last().map(|it| it.account);
		let named = page.into_iter().filter(|it| it.name.len() <= MAX_NAME);
		all.extend(named.map(|it| (it.account.into(), line(&it.name))));
		if count < MAX_NAMES {
			break;
		}
	}
	Ok(all)
}

/// Sets the name that an institution's custodian tells patients of one of the staff. An empty one removes
/// it.
pub async fn set_staff_name(
	session: &Session<impl Platform>,
	institution: &AccountId,
	account: &AccountId,
	name: &str,
) -> Result<()> {
	let custodian = session.custodian(institution)?;
	let names = vec![StaffName { account: Hex::from(account), name: name.trim().to_owned() }];
	Ok(custodian.set_names(&session.me()?.signer, &SetNames { names }).await?)
}

#[cfg(test)]
mod tests;
