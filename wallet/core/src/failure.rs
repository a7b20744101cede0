//! What failed, for people.

use crate::{
	device::LockError,
	guard::{AfterSending, NOT_SHOWN},
	host::StorageError,
	messages::{Failure, FailureKind},
	platform::LARGE,
};
use anyhow::Error;
use vouchsafe_agent::{
	advice::{Advice, Advised},
	author::GivenUp,
	open::OpenError,
	registrar::AnswerError,
};
use vouchsafe_protocol::{
	errors::{ChainError, CustodianError},
	proof::ProofError,
	qr::QrError,
	signing::NotSigned,
};
use vouchsafe_speech::Speech;

/// The shortest passphrase, in characters.
pub const SHORTEST_PASSPHRASE: usize = 12;

/// What the wallet itself refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
	/// The wallet is locked.
	#[error("the wallet is locked")]
	Locked,
	/// The passphrase is needed again before something is signed.
	#[error("confirm first")]
	ConfirmFirst,
	/// What is to be signed was not shown.
	#[error("it was not shown")]
	NotShown,
	/// No hospital is known.
	#[error("no hospital is known")]
	NoNetwork,
	/// A part of the wallet's program could not be fetched.
	#[error("a part of the wallet could not be loaded")]
	NotLoaded,
	/// The account is not enrolled.
	#[error("the account is not enrolled")]
	NotEnrolled,
	/// These are not the words of a key.
	#[error("not the words of a key")]
	Words,
	/// These are the words of another key.
	#[error("the words of another key")]
	OtherWords,
	/// The passphrase is too short.
	#[error("the passphrase is too short")]
	Short,
	/// The words were not saved yet.
	#[error("the words were not saved")]
	Backup,
	/// The text is not a registration code.
	#[error("not a registration code")]
	Code,
	/// The code is another chain's.
	#[error("another chain's code")]
	CodeOfOtherChain,
	/// The release's checkpoint is of another chain.
	#[error("the wallet was made for another chain")]
	OtherChain,
	/// The release's checkpoint is damaged.
	#[error("the release's checkpoint is damaged")]
	Checkpoint,
	/// The code has expired.
	#[error("the code has expired")]
	CodeExpired,
	/// The text is not the code of a patient who is enrolled.
	#[error("not a patient's code")]
	PatientCode,
	/// The reason of a request is too long.
	#[error("the reason is too long")]
	LongReason,
	/// The account registers for another institution, or for none.
	#[error("not a registrar of this institution")]
	NotRegistrar,
	/// The chain does not allow this to a registrar.
	#[error("not allowed to a registrar")]
	NotAllowed,
	/// No account of this address is enrolled.
	#[error("nobody is enrolled with this account")]
	NobodyEnrolled,
	/// The institution's custodian does not take a name.
	#[error("not a name of one of the staff")]
	StaffName,
	/// There is no document to add, or it is empty.
	#[error("there is no document")]
	NoDocument,
	/// The document is too large to be added here.
	#[error("the document is too large")]
	TooLarge,
	/// An earlier document is not finished.
	#[error("an earlier document is not finished")]
	Unfinished,
	/// There is no room for another document on this device.
	#[error("no room for another document")]
	KeptFull,
	/// A document that was kept on this device is gone or damaged.
	#[error("the kept document is gone or damaged")]
	KeptLost,
	/// Something that the page sent is wrong.
	#[error("{0}")]
	Input(String),
}

/// What people are told of an error.
pub fn tell(error: &Error, speech: &Speech) -> Failure {
	let (kind, mut text) = kind_of(error, speech);
	let was_sent = error.is::<AfterSending>();
	// Nobody proves that the chain refused it, and it is not to be repeated.
	if was_sent && matches!(kind, FailureKind::Refused | FailureKind::Offline) {
		text = speech.wallet_failed_pending();
	}
	let detail = match error.downcast_ref::<Trouble>() {
		Some(_) => String::new(),
		None => format!("{error:#}"),
	};
	let may_take_effect = was_sent || find::<ChainError>(error).is_some_and(is_open);
	Failure { kind, text, detail, may_take_effect }
}

/// Whether a call was sent, and nobody knows what became of it.
fn is_open(error: &ChainError) -> bool {
	matches!(error, ChainError::Pending(_) | ChainError::Unnamed(_) | ChainError::Uncertain(_))
}

fn find<E: std::error::Error + Send + Sync + 'static>(error: &Error) -> Option<&E> {
	error.chain().find_map(|cause| cause.downcast_ref())
}

fn kind_of(error: &Error, speech: &Speech) -> (FailureKind, String) {
	if let Some(trouble) = find::<Trouble>(error) {
		return of_trouble(trouble, speech);
	}
	if let Some(error) = find::<NotSigned>(error) {
		return of_extension(*error, speech);
	}
	if let Some(ChainError::NotSigned(error)) = find(error) {
		return of_extension(*error, speech);
	}
	if let Some(error) = find::<LockError>(error) {
		return match error {
			LockError::WrongPassphrase => {
				(FailureKind::Passphrase, speech.wallet_failed_passphrase())
			},
			LockError::WrongPasskey => (FailureKind::Passphrase, speech.wallet_failed_passkey()),
			LockError::Damaged => (FailureKind::Storage, speech.wallet_failed_damaged()),
		};
	}
	if find::<StorageError>(error).is_some() {
		return (FailureKind::Storage, speech.wallet_failed_storage());
	}
	if let Some(Advised { advice: Advice::ConfirmMember(_), .. }) = find(error) {
		return (FailureKind::ChangedMember, speech.wallet_failed_changed_member());
	}
	if find::<GivenUp>(error).is_some() {
		return (FailureKind::Refused, speech.wallet_failed_given_up());
	}
	if let Some(Advised { advice: Advice::Resume { .. } | Advice::GiveUp { .. }, .. }) = find(error)
	{
		return (FailureKind::TooFewCustodians, speech.wallet_failed_unfinished());
	}
	if let Some(error) = find::<OpenError>(error) {
		return match error {
			OpenError::NoAccess { .. } | OpenError::AnotherPatients { .. } => {
				(FailureKind::NoAccess, speech.wallet_failed_no_access())
			},
			OpenError::TooFewShares { .. } | OpenError::NoGoodCopy { .. } => {
				(FailureKind::TooFewCustodians, speech.wallet_failed_too_few())
			},
			OpenError::WrongPlaintext { .. } => {
				(FailureKind::NotProven, speech.wallet_failed_not_proven())
			},
			OpenError::Other(_) => (FailureKind::Other, speech.wallet_failed_other()),
		};
	}
	if let Some(error) = find::<AnswerError>(error) {
		return (FailureKind::Input, of_answer(error, speech));
	}
	if let Some(error) = find::<QrError>(error) {
		return (FailureKind::Input, of_code(error, speech));
	}
	if let Some(error) = find::<ChainError>(error) {
		return of_chain(error, speech);
	}
	match find::<CustodianError>(error) {
		Some(error) => of_custodian(error, speech),
		None => (FailureKind::Other, speech.wallet_failed_other()),
	}
}

fn of_custodian(error: &CustodianError, speech: &Speech) -> (FailureKind, String) {
	match error {
		CustodianError::NoAccess => (FailureKind::NoAccess, speech.wallet_failed_no_access()),
		error if error.may_pass() => (FailureKind::Offline, speech.wallet_failed_offline()),
		_ => (FailureKind::Other, speech.wallet_failed_other()),
	}
}

fn of_extension(error: NotSigned, speech: &Speech) -> (FailureKind, String) {
	let text = match error {
		NotSigned::Refused => speech.wallet_failed_extension_refused(),
		NotSigned::Away => speech.wallet_failed_extension_away(),
		NotSigned::Other => speech.wallet_failed_extension_other(),
	};
	(FailureKind::Extension, text)
}

fn of_trouble(trouble: &Trouble, speech: &Speech) -> (FailureKind, String) {
	use FailureKind::*;
	match trouble {
		Trouble::Locked => (Locked, speech.wallet_failed_locked()),
		Trouble::ConfirmFirst => (ConfirmFirst, speech.wallet_failed_confirm()),
		Trouble::NotShown => (NotShown, speech.wallet_failed_not_shown()),
		Trouble::NoNetwork => (Offline, speech.wallet_failed_no_network()),
		Trouble::NotLoaded => (Offline, speech.wallet_failed_part()),
		Trouble::NotEnrolled => (NotEnrolled, speech.wallet_failed_not_enrolled()),
		Trouble::Words => (Input, speech.wallet_failed_words()),
		Trouble::OtherWords => (Input, speech.wallet_failed_other_words()),
		Trouble::Short => {
			let least = u64::try_from(SHORTEST_PASSPHRASE).unwrap_or_default();
			(Input, speech.wallet_failed_short(least))
		},
		Trouble::Backup => (Input, speech.wallet_failed_backup()),
		Trouble::Code => (Input, speech.wallet_failed_code()),
		Trouble::CodeOfOtherChain => (Input, speech.wallet_failed_code_chain()),
		Trouble::OtherChain => (NotProven, speech.wallet_failed_other_chain()),
		Trouble::Checkpoint => (Update, speech.wallet_failed_update()),
		Trouble::CodeExpired => (Input, speech.wallet_failed_code_expired()),
		Trouble::PatientCode => (Input, speech.wallet_failed_patient_code()),
		Trouble::LongReason => (Input, speech.wallet_failed_reason()),
		Trouble::NotRegistrar => (NoAccess, speech.desk_failed_not_registrar()),
		Trouble::NotAllowed => (Input, speech.desk_failed_not_allowed()),
		Trouble::NobodyEnrolled => (Input, speech.desk_failed_account()),
		Trouble::StaffName => (Input, speech.desk_failed_name()),
		Trouble::NoDocument => (Input, speech.wallet_failed_no_document()),
		Trouble::TooLarge => {
			let most = usize::try_from(LARGE / (1024 * 1024)).unwrap_or_default();
			(Input, speech.wallet_failed_too_large(most.to_string()))
		},
		Trouble::Unfinished => (Input, speech.wallet_failed_unfinished_first()),
		Trouble::KeptFull => (Input, speech.wallet_failed_kept_full()),
		Trouble::KeptLost => (Storage, speech.wallet_failed_kept_lost()),
		Trouble::Input(reason) => (Input, speech.wallet_failed_input(reason.clone())),
	}
}

fn of_code(error: &QrError, speech: &Speech) -> String {
	match error {
		QrError::OtherProduct => speech.wallet_failed_code_foreign(),
		QrError::OtherVersion => speech.desk_failed_version(),
		QrError::TooLarge => speech.wallet_failed_code_large(),
		QrError::Damaged => speech.desk_failed_damaged(),
		QrError::OtherKind { .. } => speech.desk_failed_kind(),
		QrError::OtherChain(_) => speech.wallet_failed_code_chain(),
	}
}

fn of_answer(error: &AnswerError, speech: &Speech) -> String {
	match error {
		AnswerError::Code(error) => of_code(error, speech),
		AnswerError::OtherInstitution(_) => speech.desk_failed_institution(),
		AnswerError::Expired(_) => speech.wallet_failed_code_expired(),
		AnswerError::Enrolled(_) => speech.desk_failed_enrolled(),
	}
}

fn of_chain(error: &ChainError, speech: &Speech) -> (FailureKind, String) {
	use FailureKind::*;
	match error {
		ChainError::Unreachable(_) | ChainError::Stale | ChainError::StateGone => {
			(Offline, speech.wallet_failed_offline())
		},
		ChainError::NotProven(ProofError::Behind(_)) => (Offline, speech.wallet_failed_offline()),
		ChainError::NotProven(_) => (NotProven, speech.wallet_failed_not_proven()),
		ChainError::OldHead(_) | ChainError::ClockBehind(_) => (Old, speech.wallet_failed_old()),
		ChainError::Foreign(_) => (Update, speech.wallet_failed_update()),
		ChainError::Stranger => (NotEnrolled, speech.wallet_failed_not_enrolled()),
		error if is_open(error) => (Other, speech.wallet_failed_pending()),
		ChainError::Custodian(error) => of_custodian(error, speech),
		ChainError::Refused(why) if why == NOT_SHOWN => {
			(NotShown, speech.wallet_failed_not_shown())
		},
		_ => (Refused, speech.wallet_failed_refused()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use anyhow::anyhow;

	fn kind(error: impl Into<Error>) -> FailureKind {
		tell(&error.into(), &Speech::english()).kind
	}

	#[test]
	fn a_page_knows_what_failed() {
		assert_eq!(kind(Trouble::Locked), FailureKind::Locked);
		assert_eq!(kind(LockError::WrongPassphrase), FailureKind::Passphrase);
		assert_eq!(kind(StorageError("full".into())), FailureKind::Storage);
		assert_eq!(kind(ChainError::OldHead(None)), FailureKind::Old);
		assert_eq!(kind(ChainError::Refused(NOT_SHOWN.into())), FailureKind::NotShown);
		assert_eq!(kind(CustodianError::NoAccess), FailureKind::NoAccess);
		assert_eq!(kind(NotSigned::Refused), FailureKind::Extension);
		assert_eq!(kind(ChainError::NotSigned(NotSigned::Away)), FailureKind::Extension);
		let wrapped = anyhow!(ChainError::Stranger).context("reading");
		assert_eq!(kind(wrapped), FailureKind::NotEnrolled);
		assert_eq!(kind(anyhow!("else")), FailureKind::Other);
		for open in [
			ChainError::Pending(10),
			ChainError::Unnamed(3),
			ChainError::Uncertain("refused".into()),
		] {
			assert!(tell(&open.into(), &Speech::english()).may_take_effect);
		}
		assert!(!tell(&ChainError::QuotaSpent.into(), &Speech::english()).may_take_effect);
	}
}
