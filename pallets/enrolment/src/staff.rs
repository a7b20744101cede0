//! What takes two of an institution's staff, so that no single person can do it.
//!
//! The first call proposes, the second confirms the same content. The two differ as signers and as
//! origins, and neither signs for the other. If the first has left, is no longer attested, or has a
//! disabled key, the proposal no longer counts. Only the affiliation with this institution counts.

use crate::{pallet::*, Account, StaffProposal};
use frame_support::pallet_prelude::*;
use sp_core::H256;
use vouchsafe_primitives::*;
use vouchsafe_support::{Admission, Agreed, AuditLog, Enrolment, Pair, Staff, Uninvited};

impl<T: Config> Staff for Pallet<T> {
	fn agree(
		who: &AccountId,
		institution: &AccountId,
		subject: &AccountId,
		content: H256,
		pair: Pair,
	) -> Result<Agreed, DispatchError> {
		let second = Self::one_of(pair, who, institution).ok_or(Error::<T>::NotStaff)?;
		let signer = T::Admission::signer().unwrap_or_else(|| who.clone());
		let now = Self::now();
		let first = StaffProposals::<T>::get(subject, institution)
			.filter(|first| first.content == content && first.waits(now))
			.and_then(|first| {
				let acting = Self::one_of(pair, &first.origin, institution)?;
				Self::signatory(&first.origin).filter(|first| first.may_sign)?;
				Some((first, acting))
			});
		if let Some((StaffProposal { signer: by, origin: first, .. }, acting)) = first {
			let one = [&by, &first];
			ensure!(!one.contains(&who) && !one.contains(&&signer), Error::<T>::SameStaff);
			ensure!(pair.is_complete(&acting, &second), Error::<T>::SamePart);
			Self::count_uninvited(subject, institution)?;
			StaffProposals::<T>::remove(subject, institution);
			return Ok(Agreed::Confirmed { first });
		}
		Self::count_uninvited(subject, institution)?;
		let proposal = StaffProposal { signer, origin: who.clone(), content, at: now };
		StaffProposals::<T>::insert(subject, institution, proposal);
		Self::deposit_event(Event::StaffProposed {
			subject: subject.clone(),
			institution: institution.clone(),
			by: who.clone(),
		});
		Ok(Agreed::Proposed)
	}
}

impl<T: Config> Pallet<T> {
	/// Counts a line in the patient's log, which the patient did not invite. To propose is one, and to
	/// confirm is another.
	fn count_uninvited(subject: &AccountId, institution: &AccountId) -> DispatchResult {
		let is_allowed = T::Audit::count_uninvited(subject, institution, Uninvited::Staff);
		ensure!(is_allowed, Error::<T>::TooManyLines);
		Ok(())
	}

	/// Counts a line about a patient that a manager causes. What takes the account out of use is never
	/// refused, because it may be urgent.
	pub(crate) fn count_managers_line(
		account: &AccountId,
		entry: &Account,
		who: Option<&AccountId>,
		restricts: bool,
	) -> DispatchResult {
		let is_counted = entry.kind == AccountKind::Patient && who.is_some();
		let counted = match is_counted {
			true => Self::count_uninvited(account, &entry.enrolled_by),
			false => Ok(()),
		};
		counted.or_else(|error| if restricts { Ok(()) } else { Err(error) })
	}

	/// The account as it acts for the institution, if it can be one of the pair.
	fn one_of(pair: Pair, who: &AccountId, institution: &AccountId) -> Option<ActingFor> {
		<Self as Enrolment>::acting(who, institution)?
			.acting_for
			.filter(|acting| pair.admits(acting))
	}
}
