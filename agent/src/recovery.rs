//! Gives accounts other keys. An account outlives its key: what belongs to it stays, and another key signs
//! for it. There are three ways:
//!
//! - The account itself names its next key ([`change`]), with the present one.
//! - Its [`guardians`] do. Each has a [`card`]. One of them begins an [attempt](begin), the others
//!   [`approve`] it.
//! - If it has none, two of the staff of the institution that enrolled it make a [`proposal`], and an
//!   authority approves it.
//!
//! An institution or authority gets its new key from the [council](crate::council::set_key).
//!
//! The person with the new key makes a [`request`], which is a [file](RequestFile). People compare the
//! [`key_number`]. After a delay, in which the account can [`object`], somebody who is enrolled
//! [finishes](finish) it.

pub mod card;
pub mod guardians;
pub mod proposal;

use crate::{
	advice::{Advice, Advised},
	dates::show_moment,
	english::ENGLISH,
	keys::Identity,
	platform::Platform,
	registrar::account_at,
	session::{found_result, in_force, result_of, At, Session},
	text::line,
};
use anyhow::{anyhow, bail, ensure, Context as _, Result};
use blake2::{Blake2b256, Digest};
use card::Card;
use proposal::KeyProposal;
use serde_json::Value;
use vouchsafe_protocol::{
	calls::{MultiSignature, RecoveryCall},
	decider,
	events::{EnrolmentEvent, Event, RecoveryEvent},
	messages::{Hex, KeyRequest},
	proven, representatives,
	traits::{Submit, View},
	types::{
		account_bytes, Account, AccountId, Attempt, By, KeyChange, KeyState, RecoveryView, Role,
		Status, H256,
	},
};

/// How long the signature of a key to which the account changes itself is valid, in seconds. It is used at
/// once.
const OWN_SIGNATURE: u64 = 24 * 60 * 60;

/// A number that two people compare, so that nobody puts another key into a request on its way: 30 digits,
/// which depend on the account, the new key and its encryption key.
pub fn key_number(account: &AccountId, key: &AccountId, encryption_key: &[u8; 32]) -> String {
	let hash = Blake2b256::new_with_prefix(b"vouchsafe/key-number/1")
		.chain_update(account_bytes(account))
		.chain_update(account_bytes(key))
		.chain_update(encryption_key);
	let hash: [u8; 32] = hash.finalize().into();
	let groups = hash.chunks_exact(5).map(|bytes| {
		let number = bytes.iter().fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
		format!("{:05}", number % 100_000)
	});
	groups.collect::<Vec<_>>().join(" ")
}

/// When an attempt lapses, unless somebody completes or finishes it before.
pub async fn lapses(at: &impl View, attempt: &Attempt) -> Result<u64> {
	Ok(proven::lapses(attempt, proven::attempt_lifetime(at).await?))
}

/// The account for which a key signs, if it is another one than that of its own name.
pub async fn account_of(at: &impl View, key: &AccountId) -> Result<AccountId> {
	Ok(match at.key_state(key).await? {
		Some(KeyState::Signs(account)) => account,
		_ => key.clone(),
	})
}

/// An error if a key is somebody's, or was.
pub(crate) async fn ensure_free<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	key: &AccountId,
) -> Result<()> {
	let taken = |by: String| -> Result<()> { Err(Advised::new(by, Advice::MakeKey).into()) };
	match at.key_state(key).await? {
		Some(KeyState::Signs(account)) => {
			return taken(format!("this key already signs for {}", session.names.show(&account)));
		},
		Some(KeyState::Replaced) => {
			return taken(
				"another key has replaced this one, and it signs nothing any more".into(),
			);
		},
		None => {},
	}
	if account_at(at, key).await?.is_some() {
		let name = session.names.show(key);
		return taken(format!("this key already signs for an account of its own, {name}"));
	}
	match at.custodian_of(key).await? {
		Some(institution) => {
			let name = session.names.show(&institution);
			taken(format!("this key already signs for the custodian of {name}"))
		},
		None => Ok(()),
	}
}

/// The account that is to get a new key. It is an error if no guardians and no institution can give it one.
async fn recoverable<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	account: &AccountId,
) -> Result<Account> {
	let name = session.names.show(account);
	let found = account_at(at, account).await?;
	let found = found.with_context(|| {
		format!("{name} is not enrolled: name the account that gets the new key, and not the key")
	})?;
	ensure!(
		!found.kind.is_member(),
		"{name} is {}: the council gives it a new key",
		ENGLISH.phrase(found.kind)
	);
	ensure!(
		found.status == Status::Active,
		"{name} does not take part any more ({}), and gets no new key",
		ENGLISH.phrase(found.status)
	);
	Ok(found)
}

/// The most bytes of a request file.
const MAX_FILE: usize = 16 * 1024;

/// The request of a person with a new key, as it is in a file.
///
/// ```text
/// file = JSON: the fields of KeyRequest, and a salt (32 bytes in hex), which is not on the chain
/// ```
///
/// The salt is for the commitment to what the person shows at a registration desk. Guardians do not need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestFile {
	/// The request.
	pub request: KeyRequest,
	/// The salt.
	pub salt: Option<Hex<32>>,
}

impl RequestFile {
	/// Reads a file, and checks the new key's signature in it.
	///
	/// # Errors
	///
	/// It is not a request, it was changed, or it belongs to another chain.
	pub fn read(file: &[u8], genesis: H256) -> Result<Self> {
		// Errors repeat a part of it.
		ensure!(file.len() <= MAX_FILE, "it is not a key request: it is too large");
		let mut json: Value = serde_json::from_slice(file)
			.map_err(|error| anyhow!("it is not a key request: {}", line(&error.to_string())))?;
		let salt = json.as_object_mut().and_then(|fields| fields.remove("salt"));
		let salt = salt.map(serde_json::from_value).transpose().context("its salt is malformed")?;
		let request = KeyRequest::read(json.to_string().as_bytes())?;
		ensure!(request.genesis.0 == genesis.0, "it was signed for another chain");
		Ok(Self { request, salt })
	}

	/// The file's text.
	pub fn to_text(&self) -> String {
		format!("{:#}\n", self.to_json())
	}

	/// The file's content.
	pub fn to_json(&self) -> Value {
		let mut json = serde_json::to_value(&self.request).expect("hex is JSON; qed");
		if let Some(salt) = self.salt {
			json["salt"] = salt.to_string().into();
		}
		json
	}
}

/// A request that this account gets the user's key, which is nobody's yet. It is valid for this time, in
/// seconds.
pub async fn request(
	session: &Session<impl Platform>,
	account: &AccountId,
	valid_for: u64,
) -> Result<RequestFile> {
	let me = session.me()?;
	let at = session.finalized().await?;
	ensure_free(session, &at, &me.key()).await?;
	// The council gives a member its new key.
	if session.member(account).is_none() {
		recoverable(session, &at, account).await?;
	}
	let expires = at.time().await?.saturating_add(valid_for);
	let (genesis, encryption_key) = (session.genesis(), me.encryption_key());
	let request = KeyRequest::sign(&me.signer, genesis, account, encryption_key, expires).await?;
	Ok(RequestFile { request, salt: Some(Hex(vouchsafe_vault::random_bytes())) })
}

/// An error if a request has expired.
pub(crate) async fn ensure_valid(at: &impl View, request: &KeyRequest) -> Result<()> {
	if request.expires <= at.time().await? {
		let message =
			format!("the request for a new key expired at {}", show_moment(request.expires));
		bail!(Advised::new(message, Advice::AskForKeyRequest));
	}
	Ok(())
}

/// An error if the chain would not take a request now.
async fn check<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	request: &KeyRequest,
) -> Result<Account> {
	ensure_valid(at, request).await?;
	let account = request.account.into();
	if session.me()?.account() == account {
		let message = "you cannot give your own account a new key like this: change to it with your present key";
		bail!(Advised::new(message, Advice::RenewKey));
	}
	let found = recoverable(session, at, &account).await?;
	ensure_free(session, at, &request.key.into()).await?;
	Ok(found)
}

/// The attempt that another one for this key would replace. It is an error if none can begin.
fn replaced(
	session: &Session<impl Platform>,
	(account, found): (&AccountId, &Account),
	view: RecoveryView,
	key: &AccountId,
) -> Result<Option<Attempt>> {
	let name = session.names.show(account);
	let Some(attempt) = view.attempt else { return Ok(None) };
	if is_in_doubt(found, &attempt.by) {
		return Ok(Some(attempt));
	}
	if attempt.key == *key {
		let message = format!("the attempt to give {name} this key has begun already");
		bail!(Advised::new(message, Advice::ApproveKey(name)));
	}
	let Some(from) = attempt.from else { return Ok(Some(attempt)) };
	let message = format!(
		"an attempt to give {name} another key is complete, and can be finished from {} on. Another one can \
		 begin only if {name} objects to it, or if nobody finishes it",
		show_moment(from)
	);
	bail!(Advised::new(message, Advice::ListRecovery(name)))
}

/// Whether an attempt cannot be finished, because its guardians were named while the account's key counted as
/// lost or stolen.
pub fn is_in_doubt(account: &Account, by: &By) -> bool {
	match by {
		By::Guardians { set_at, .. } => decider::is_in_doubt(account, *set_at),
		By::Institution { .. } => false,
	}
}

/// Checks that the user can begin an attempt with this card. Returns the attempt that it would replace.
pub async fn check_attempt(
	session: &Session<impl Platform>,
	request: &KeyRequest,
	card: &Card,
) -> Result<Option<Attempt>> {
	let (account, key) = (AccountId::from(request.account), AccountId::from(request.key));
	let name = session.names.show(&account);
	ensure!(
		card.account == account,
		"the card is for the account of {}, but the request is for that of {name}: use the card of {name}",
		session.names.show(&card.account)
	);
	let at = session.finalized().await?;
	let found = check(session, &at, request).await?;
	let view = at.recovery(&account).await?;
	let commitment = card.commitment();
	match (&view.guardians, &view.next) {
		(Some(guardians), _) if guardians.commitment == commitment => {},
		(_, Some((next, from))) if next.commitment == commitment => bail!(
			"the guardians on this card count only from {} on: until then, only {name}’s earlier \
			 guardians can give it a new key",
			show_moment(*from)
		),
		(Some(_), _) => {
			let message =
				format!("this card does not have {name}’s guardians, as the chain knows them");
			bail!(Advised::new(message, Advice::AskForCard));
		},
		(None, _) => {
			let message = format!(
				"{name} has no guardians in force: none were named, or they were named while the key counted as lost"
			);
			let institution = session.names.show(&found.enrolled_by);
			bail!(Advised::new(message, Advice::BeginAtInstitution(institution)));
		},
	}
	replaced(session, (&account, &found), view, &key)
}

/// Begins an attempt with the user's card. This is the user's approval, too. Returns the block.
pub async fn begin(
	session: &Session<impl Platform>,
	request: &KeyRequest,
	card: &Card,
) -> Result<u32> {
	let call = RecoveryCall::attempt {
		account: request.account.into(),
		guardians: card.guardians.clone(),
		salt: card.salt,
		key: request.key.into(),
		encryption_key: request.encryption_key.0,
		expires: request.expires,
		signature: MultiSignature::Sr25519(request.signature.0),
	};
	Ok(session.submit(call).await?.number)
}

/// Checks that the user can propose a key. The chain alone checks the user's role. Returns the attempt that it
/// would replace.
pub async fn check_proposal(
	session: &Session<impl Platform>,
	proposal: &KeyProposal,
) -> Result<Option<Attempt>> {
	let request = proposal.request();
	let (account, key) = (AccountId::from(request.account), AccountId::from(request.key));
	let name = session.names.show(&account);
	let at = session.finalized().await?;
	let found = check(session, &at, request).await?;
	ensure!(
		found.enrolled_by == *proposal.institution(),
		"{} has enrolled {name}: only its staff can propose a new key, and not that of {}",
		session.names.show(&found.enrolled_by),
		session.names.show(proposal.institution())
	);
	let view = at.recovery(&account).await?;
	if view.guardians.is_some() {
		let message = format!("{name} has guardians, and only they can give it a new key");
		bail!(Advised::new(message, Advice::BeginWithCard));
	}
	replaced(session, (&account, &found), view, &key)
}

/// The colleague who has proposed the same, if it waits for the second of the staff.
pub async fn proposer(
	session: &Session<impl Platform>,
	proposal: &KeyProposal,
) -> Result<Option<AccountId>> {
	proposal.proposer(&session.finalized().await?).await
}

/// What a signature under a proposal did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposed {
	/// It waits for the second of the staff.
	Waits,
	/// The two agree, and it waits for an authority.
	Agreed,
}

/// Proposes a key, or confirms what a colleague has proposed. Returns the block too.
pub async fn propose(
	session: &Session<impl Platform>,
	proposal: &KeyProposal,
) -> Result<(Proposed, u32)> {
	if let Err(error) = proposal.keep(session).await {
		tracing::info!("the proposal is not kept: {error:#}");
	}
	let included = session.submit(proposal.call()).await?;
	let done = result_of(&included, |event| match event {
		Event::Enrolment(EnrolmentEvent::StaffProposed { .. }) => Some(Proposed::Waits),
		Event::Recovery(RecoveryEvent::RecoveryProposed { .. }) => Some(Proposed::Agreed),
		_ => None,
	})?;
	Ok((done, included.number))
}

/// As what somebody approves a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approver {
	/// As a guardian.
	Guardian,
	/// For this authority.
	Authority(AccountId),
}

/// The guardians who have approved.
pub fn approved(guardians: &[AccountId], approvals: u8) -> impl Iterator<Item = &AccountId> {
	let has = move |place: u32| approvals.checked_shr(place).is_some_and(|rest| rest & 1 == 1);
	(0u32..).zip(guardians).filter(move |(place, _)| has(*place)).map(|(_, guardian)| guardian)
}

/// How many approvals or attestations an attempt still needs.
pub fn missing(by: &By) -> u32 {
	match by {
		By::Guardians { approvals, threshold, .. } => {
			u32::from(*threshold).saturating_sub(approvals.count_ones())
		},
		By::Institution { attestations, objected, .. } => {
			(1 + u32::from(*objected)).saturating_sub(u32::from(*attestations))
		},
	}
}

/// The attempt that the user can approve, and as what. `authority` chooses one of several.
pub async fn approvable(
	session: &Session<impl Platform>,
	account: &AccountId,
	authority: Option<&AccountId>,
) -> Result<(Attempt, Approver)> {
	let name = session.names.show(account);
	let me = session.me()?.account();
	let at = session.finalized().await?;
	let view = at.recovery(account).await?;
	let Some(attempt) = view.attempt else {
		ensure!(
			view.change.is_none(),
			"{name} is changing its key itself: nobody has to approve that"
		);
		bail!(Advised::new(nothing_for(&name), Advice::BeginRecovery));
	};
	let show = |account: &AccountId| session.names.show(account);
	let approver = match &attempt.by {
		By::Guardians { guardians, approvals, .. } => {
			ensure!(
				guardians.contains(&me),
				"{name}’s guardians give it this key, and you are not one of them"
			);
			let found = account_at(&at, account).await?;
			let counts = !found.is_some_and(|found| is_in_doubt(&found, &attempt.by));
			ensure!(counts, named_in_doubt(&name));
			if approved(guardians, *approvals).any(|guardian| *guardian == me) {
				let message = "you have approved this key already";
				bail!(Advised::new(message, Advice::ListRecovery(name)));
			}
			Approver::Guardian
		},
		By::Institution { institution, .. } => {
			if let Some(from) = attempt.from {
				let message = format!(
					"this key is attested already, and can be finished from {} on",
					show_moment(from)
				);
				bail!(Advised::new(message, Advice::ListRecovery(name)));
			}
			let found = authority_of(session, &at, authority).await?;
			let found = found.with_context(|| {
				format!(
					"{name} has no guardians in force, so a health authority has to attest this key, and you \
					 act for none: its privacy officers do"
				)
			})?;
			ensure!(
				found != *institution,
				"{} has proposed this key itself: another authority has to attest it",
				show(institution)
			);
			let places = crate::session::institutions_of(&at, &me).await?;
			ensure!(
				!places.contains(institution),
				"you also work for {}, which has proposed this key: somebody else has to attest it",
				show(institution)
			);
			Approver::Authority(found)
		},
	};
	Ok((attempt, approver))
}

fn named_in_doubt(name: &str) -> String {
	format!(
		"{name} named these guardians while its key counted as lost or stolen, so what they approve does not count"
	)
}

fn nothing_for(name: &str) -> String {
	format!(
		"nobody is giving {name} a new key now: no attempt has begun, or it has ended or lapsed"
	)
}

/// The authority that the user is, or whose privacy officer the user is: this one, or the only one.
pub(crate) async fn authority_of<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	named: Option<&AccountId>,
) -> Result<Option<AccountId>> {
	let is_authority = |account: &AccountId| session.is_authority(account);
	let me = session.me()?.account();
	if is_authority(&me) {
		return Ok(Some(me));
	}
	let now = at.time().await?;
	let affiliations = at.all_affiliations(&me).await?.into_iter();
	let mut found: Vec<AccountId> = affiliations
		.filter(|(place, affiliation)| {
			affiliation.role == Role::PrivacyOfficer
				&& in_force(affiliation, now)
				&& is_authority(place)
				&& named.is_none_or(|named| named == place)
		})
		.map(|(place, _)| place)
		.collect();
	if found.len() > 1 {
		let names: Vec<_> = found.iter().map(|it| session.names.show(it)).collect();
		let message = format!("you work for {}", ENGLISH.and(&names));
		bail!(Advised::new(message, Advice::ChooseInstitution));
	}
	Ok(found.pop())
}

/// Approves a key for this account. Returns from when on it can be finished, if nothing is missing any more,
/// and the block.
pub async fn approve(
	session: &Session<impl Platform>,
	account: &AccountId,
	key: &AccountId,
	approver: &Approver,
) -> Result<(Option<u64>, u32)> {
	let (account, key) = (account.clone(), key.clone());
	let call = match approver {
		Approver::Guardian => RecoveryCall::approve { account, key },
		Approver::Authority(authority) => {
			RecoveryCall::attest { authority: authority.clone(), account, key }
		},
	};
	let included = session.submit(call).await?;
	let from = result_of(&included, |event| match event {
		Event::Recovery(
			RecoveryEvent::RecoveryApproved { from, .. }
			| RecoveryEvent::RecoveryAttested { from, .. },
		) => Some(*from),
		_ => None,
	})?;
	Ok((from, included.number))
}

/// Something that gives an account a new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnderWay {
	/// The account's own change of key.
	Change(KeyChange),
	/// An attempt of others.
	Attempt(Attempt),
}

impl UnderWay {
	/// The new key.
	pub fn key(&self) -> &AccountId {
		match self {
			Self::Change(change) => &change.key,
			Self::Attempt(attempt) => &attempt.key,
		}
	}

	/// The encryption key that comes with it.
	pub fn encryption_key(&self) -> &[u8; 32] {
		match self {
			Self::Change(change) => &change.encryption_key,
			Self::Attempt(attempt) => &attempt.encryption_key,
		}
	}

	/// From when on it can be finished. `None` if something is missing.
	pub fn from(&self) -> Option<u64> {
		match self {
			Self::Change(change) => Some(change.from),
			Self::Attempt(attempt) => attempt.from,
		}
	}
}

/// What is under way for an account: its own change of key, and then the attempt of others.
pub fn under_way(view: &RecoveryView) -> Vec<UnderWay> {
	let change = view.change.clone().map(UnderWay::Change);
	change.into_iter().chain(view.attempt.clone().map(UnderWay::Attempt)).collect()
}

/// What is under way for an account that the user can object to: for the user's own one, or for a ward whom the
/// user represents.
pub async fn objectionable(
	session: &Session<impl Platform>,
	account: &AccountId,
) -> Result<Vec<UnderWay>> {
	let (me, name) = (session.me()?.account(), session.names.show(account));
	let at = session.finalized().await?;
	let is_own = *account == me;
	ensure!(
		is_own || represents_ward(&at, account, &me).await?,
		"only {name} can object to a new key of {name}: sign with its present key. For a ward, a representative \
		 can who is in force"
	);
	let mut found = under_way(&at.recovery(account).await?);
	let whose = if is_own { "your account" } else { &name };
	ensure!(!found.is_empty(), "nobody is giving {whose} a new key now");
	found.retain(|it| match it {
		UnderWay::Attempt(attempt) => !matches!(attempt.by, By::Institution { objected: true, .. }),
		UnderWay::Change(_) => true,
	});
	if found.is_empty() {
		let who = if is_own { "you have" } else { "somebody has" };
		let message =
			format!("{who} objected to this key before, so it takes two attestations, and you cannot object again");
		bail!(Advised::new(message, Advice::ListRecovery(name)));
	}
	Ok(found)
}

/// Whether somebody represents this account now, to which nobody has a key.
async fn represents_ward(at: &impl View, account: &AccountId, who: &AccountId) -> Result<bool> {
	let view = at.representation(account).await?;
	Ok(view.ward && representatives::represents(&view, who, &[]))
}

/// Objects to a new key of the user's own account, or of a ward's. Returns whether it has ended with that, and the
/// block. For the own account, it goes before the account's other calls.
pub async fn object(
	session: &Session<impl Platform>,
	account: &AccountId,
	key: &AccountId,
) -> Result<(bool, u32)> {
	let me = session.me()?;
	let call = RecoveryCall::object { account: account.clone(), key: key.clone() };
	let included = match *account == me.account() {
		true => session.chain.submit_revocation(&me.signer, call).await?,
		false => session.submit(call).await?,
	};
	let ended = included.find(|event| match event {
		Event::Recovery(RecoveryEvent::KeyChangeEnded { .. }) => Some(true),
		Event::Recovery(RecoveryEvent::RecoveryObjected { ended, .. }) => Some(*ended),
		_ => None,
	});
	Ok((found_result(&included, ended)?, included.number))
}

/// What can be finished now for an account: each for another key.
pub async fn finishable(
	session: &Session<impl Platform>,
	account: &AccountId,
) -> Result<Vec<UnderWay>> {
	let name = session.names.show(account);
	let at = session.finalized().await?;
	let me = session.me()?.account();
	ensure!(
		account_at(&at, &me).await?.is_some(),
		"a new key cannot sign before this is finished: somebody who is enrolled has to finish it, such as a \
		 guardian or the registration desk"
	);
	let (now, view) = (at.time().await?, at.recovery(account).await?);
	let mut all = under_way(&view);
	if let Some(found) = account_at(&at, account).await? {
		all.retain(|it| !matches!(it, UnderWay::Attempt(it) if is_in_doubt(&found, &it.by)));
		ensure!(!all.is_empty() || view.attempt.is_none(), named_in_doubt(&name));
	}
	if let Some(change) = &view.change {
		let lapses = change.from.saturating_add(proven::attempt_lifetime(&at).await?);
		all.retain(|it| matches!(it, UnderWay::Attempt(_)) || now < lapses);
		ensure!(
			!all.is_empty(),
			"the change of {name} to another key lapsed at {}, because nobody finished it: begin it again",
			show_moment(lapses)
		);
	}
	let is_due = |it: &&UnderWay| it.from().is_some_and(|from| from <= now);
	let mut due: Vec<_> = all.iter().filter(is_due).cloned().collect();
	// If both are for the same key, the account's own change is finished.
	due.dedup_by(|second, first| second.key() == first.key());
	if !due.is_empty() {
		return Ok(due);
	}
	if let Some(from) = all.iter().filter_map(UnderWay::from).min() {
		bail!(
			"the new key can replace the present one from {} on: finish it then",
			show_moment(from)
		);
	}
	match all.first() {
		Some(UnderWay::Attempt(attempt)) => {
			let message =
				format!("the new key of {name} is not approved yet: {}", wants(&attempt.by));
			bail!(Advised::new(message, Advice::ApproveKey(name)))
		},
		_ => bail!(nothing_for(&name)),
	}
}

/// What an attempt still needs.
fn wants(by: &By) -> String {
	let count = missing(by);
	match by {
		By::Guardians { .. } if count == 1 => "one more guardian has to approve it".into(),
		By::Guardians { .. } => format!("{count} more guardians have to approve it"),
		By::Institution { .. } if count == 1 => "a health authority has to attest it".into(),
		By::Institution { .. } => format!("a health authority has to attest it {count} times"),
	}
}

/// Lets this new key of an account replace the present one. Returns the block.
pub async fn finish(
	session: &Session<impl Platform>,
	account: &AccountId,
	key: &AccountId,
) -> Result<u32> {
	let call = RecoveryCall::finish { account: account.clone(), key: key.clone() };
	Ok(session.submit(call).await?.number)
}

/// Checks that the user's account can change its key, and to this one if it is made already. Returns the change
/// that it would replace.
pub async fn check_change(
	session: &Session<impl Platform>,
	new: Option<&Identity>,
) -> Result<Option<KeyChange>> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
	account_at(&at, &me).await?.context("your account is not enrolled")?;
	let view = at.recovery(&me).await?;
	let Some(key) = new.map(Identity::key) else { return Ok(view.change) };
	if let Some(change) = view.change.as_ref().filter(|change| change.key == key) {
		let message = format!(
			"your change to this key has begun already, and can be finished from {} on",
			show_moment(change.from)
		);
		bail!(Advised::new(message, Advice::ListRecovery(session.names.show(&me))));
	}
	ensure_free(session, &at, &key).await?;
	Ok(view.change)
}

/// Begins to change the user's account to this key, whose encryption key it gets too. Returns from when on it
/// can be finished, and the block.
pub async fn change(session: &Session<impl Platform>, new: &Identity) -> Result<(u64, u32)> {
	let me = session.me()?.account();
	let expires = session.finalized().await?.time().await?.saturating_add(OWN_SIGNATURE);
	let (genesis, encryption_key) = (session.genesis(), new.encryption_key());
	let request = KeyRequest::sign(&new.signer, genesis, &me, encryption_key, expires).await?;
	let call = RecoveryCall::change_key {
		key: request.key.into(),
		encryption_key,
		expires,
		signature: MultiSignature::Sr25519(request.signature.0),
	};
	let included = session.submit(call).await?;
	let from = result_of(&included, |event| match event {
		Event::Recovery(RecoveryEvent::KeyChangeBegan { account, from, .. }) if *account == me => {
			Some(*from)
		},
		_ => None,
	})?;
	Ok((from, included.number))
}

#[cfg(test)]
mod tests;
