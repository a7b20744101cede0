//! The author's choice: who holds the shares of a new version.

use crate::types::{address, AccountId, AccountKind, HolderChoice, HolderKind, Status};

/// Institutions that are chosen if the author names none.
const INSTITUTIONS: usize = 3;

/// An institution or authority, as the chain has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
	/// Its account.
	pub account: AccountId,
	/// Institution or authority.
	pub kind: AccountKind,
	/// Whether it takes part.
	pub status: Status,
	/// Its name.
	pub name: String,
	/// Its country.
	pub country: String,
	/// Its custodian's URL and key, if it has named one.
	pub custodian: Option<(String, [u8; 32])>,
}

impl Member {
	/// Whether it takes part now.
	pub fn is_active(&self) -> bool {
		self.status == Status::Active
	}
}

/// The author's choice. Defaults apply to everything that it leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharingWish {
	/// How many shares open the version.
	pub threshold: Option<u8>,
	/// The holding institutions and authorities.
	pub holders: Vec<AccountId>,
	/// Whether the patient holds none.
	pub without_patient: bool,
}

/// A holder, and the key to which its share is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenHolder {
	/// The account.
	pub account: AccountId,
	/// What it is.
	pub kind: HolderKind,
	/// Its encryption key.
	pub key: [u8; 32],
}

/// Who holds the shares, in the order of their indices, and how many open the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
	/// How many shares open it.
	pub threshold: u8,
	/// The holders.
	pub holders: Vec<ChosenHolder>,
}

/// Why no holders could be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
	/// A named holder is not an institution or authority.
	#[error("{} can't hold a share: it is not an institution", address(.0))]
	NotAnInstitution(AccountId),
	/// A named holder has no custodian.
	#[error("{} can't hold a share: it has named no custodian", address(.0))]
	NoCustodian(AccountId),
	/// There are too few.
	#[error(
		"a key of which {threshold} shares open needs at least {} institutions and authorities with \
		 custodians, and {available} are available. See `vouchsafe status`",
		at_least(.threshold)
	)]
	TooFew {
		/// How many shares are to open the version.
		threshold: u8,
		/// How many institutions and authorities can hold one.
		available: usize,
	},
}

/// How many institutions and authorities a threshold needs, so that one of them may be away.
fn at_least(threshold: &u8) -> u16 {
	u16::from(*threshold) + 1
}

/// Chooses the holders. The default is three institutions (the author first), the authority and
/// the patient, and any three of them open the version. If there are only three institutions and
/// authorities in all, any two of them open it. `patient` is the patient's account and encryption
/// key. `allowed` are the holders and countries that the patient has chosen on the chain.
pub fn choose(
	members: &[Member],
	author: Option<&AccountId>,
	patient: (&AccountId, &[u8; 32]),
	allowed: Option<&HolderChoice>,
	wish: &SharingWish,
) -> Result<Choice, ChoiceError> {
	let named = match wish.holders.is_empty() {
		true => default_holders(members, author, allowed),
		false => wish.holders.clone(),
	};
	let mut holders = Vec::new();
	for account in named {
		let Some(member) = members.iter().find(|member| member.account == account) else {
			return Err(ChoiceError::NotAnInstitution(account));
		};
		let Some((_, key)) = &member.custodian else {
			return Err(ChoiceError::NoCustodian(account));
		};
		let kind = match member.kind {
			AccountKind::Authority => HolderKind::Emergency,
			_ => HolderKind::Institution,
		};
		holders.push(ChosenHolder { account, kind, key: *key });
	}
	let with_patient = !wish.without_patient && holders.len() > INSTITUTIONS;
	let threshold = wish.threshold.unwrap_or(if with_patient { 3 } else { 2 });
	if holders.len() <= usize::from(threshold) {
		return Err(ChoiceError::TooFew { threshold, available: holders.len() });
	}
	if with_patient {
		// Before the authority, so that they are listed as people tell it: hospitals, patient,
		// authority.
		let place = holders.iter().position(|holder| holder.kind == HolderKind::Emergency);
		let (account, key) = patient;
		let holder =
			ChosenHolder { account: account.clone(), kind: HolderKind::Patient, key: *key };
		holders.insert(place.unwrap_or(holders.len()), holder);
	}
	Ok(Choice { threshold, holders })
}

fn default_holders(
	members: &[Member],
	author: Option<&AccountId>,
	allowed: Option<&HolderChoice>,
) -> Vec<AccountId> {
	let able = |kind: AccountKind| {
		members
			.iter()
			.filter(move |member| member.kind == kind && may_hold(allowed, member))
			.map(|member| member.account.clone())
	};
	let mut holders: Vec<_> = able(AccountKind::Institution).collect();
	holders.sort_by_key(|account| Some(account) != author);
	holders.truncate(INSTITUTIONS);
	holders.extend(able(AccountKind::Authority).take(1));
	holders
}

/// Whether the member can hold shares of a new version: it takes part, has a custodian, and is among the
/// holders and countries that the patient has chosen.
pub fn may_hold(choice: Option<&HolderChoice>, member: &Member) -> bool {
	member.is_active()
		&& member.custodian.is_some()
		&& choice.is_none_or(|choice| is_allowed(choice, member))
}

fn is_allowed(choice: &HolderChoice, member: &Member) -> bool {
	let account = choice.holders.is_empty() || choice.holders.contains(&member.account);
	let country = choice.countries.is_empty()
		|| choice.countries.iter().any(|country| country[..] == *member.country.as_bytes());
	account && country
}

#[cfg(test)]
mod tests {
	use super::*;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn member(byte: u8, kind: AccountKind) -> Member {
		Member {
			account: account(byte),
			kind,
			status: Status::Active,
			name: format!("Hospital {byte}"),
			country: if byte.is_multiple_of(2) { "DE" } else { "AT" }.into(),
			custodian: Some((String::new(), [byte; 32])),
		}
	}

	/// Institutions 1 to `count`, and the authority 100.
	fn members(count: u8) -> Vec<Member> {
		let institutions = (1..=count).map(|byte| member(byte, AccountKind::Institution));
		institutions.chain([member(100, AccountKind::Authority)]).collect()
	}

	fn chosen(
		members: &[Member],
		author: u8,
		allowed: Option<&HolderChoice>,
		wish: &SharingWish,
	) -> Result<(u8, Vec<u8>), ChoiceError> {
		let choice =
			choose(members, Some(&account(author)), (&account(9), &[9; 32]), allowed, wish)?;
		let firsts = choice.holders.iter().map(|holder| {
			assert_eq!(holder.account, AccountId::new(holder.key));
			holder.key[0]
		});
		Ok((choice.threshold, firsts.collect()))
	}

	#[test]
	fn the_author_comes_first_and_the_authority_last() {
		let wish = SharingWish::default();
		assert_eq!(chosen(&members(5), 4, None, &wish), Ok((3, vec![4, 1, 2, 9, 100])));
		// Three in all: the patient holds none, and any two open.
		assert_eq!(chosen(&members(2), 2, None, &wish), Ok((2, vec![2, 1, 100])));
		let few = ChoiceError::TooFew { threshold: 2, available: 2 };
		assert_eq!(chosen(&members(1), 1, None, &wish), Err(few));
	}

	#[test]
	fn who_cannot_hold_is_passed_over_or_named() {
		let mut members = members(4);
		members[0].status = Status::Suspended;
		members[1].custodian = None;
		let wish = SharingWish::default();
		assert_eq!(chosen(&members, 4, None, &wish), Ok((2, vec![4, 3, 100])));
		let named = |byte| SharingWish { holders: vec![account(byte)], ..wish.clone() };
		let error = chosen(&members, 4, None, &named(2));
		assert_eq!(error, Err(ChoiceError::NoCustodian(account(2))));
		let error = chosen(&members, 4, None, &named(77));
		assert_eq!(error, Err(ChoiceError::NotAnInstitution(account(77))));
	}

	#[test]
	fn the_patient_chooses_among_holders() {
		let wish = SharingWish::default();
		let in_austria = HolderChoice { holders: vec![], countries: vec![*b"AT"] };
		let found = chosen(&members(7), 1, Some(&in_austria), &wish);
		assert_eq!(found, Ok((2, vec![1, 3, 5])), "the authority is in Germany");
		let these = HolderChoice { holders: [2, 4, 6, 100].map(account).into(), countries: vec![] };
		assert_eq!(chosen(&members(7), 1, Some(&these), &wish), Ok((3, vec![2, 4, 6, 9, 100])));
	}

	#[test]
	fn the_author_chooses_threshold_and_holders() {
		let holders: Vec<_> = [3, 2, 1, 4].map(account).into();
		let wish = SharingWish { holders, threshold: None, without_patient: true };
		assert_eq!(chosen(&members(4), 1, None, &wish), Ok((2, vec![3, 2, 1, 4])));
		let wish = SharingWish { threshold: Some(3), ..wish };
		assert_eq!(chosen(&members(4), 1, None, &wish), Ok((3, vec![3, 2, 1, 4])));
		let wish = SharingWish { threshold: Some(4), ..wish };
		let error = chosen(&members(4), 1, None, &wish);
		assert_eq!(error, Err(ChoiceError::TooFew { threshold: 4, available: 4 }));
		let wish = SharingWish { threshold: Some(255), ..wish };
		let told = chosen(&members(4), 1, None, &wish).unwrap_err().to_string();
		assert!(told.contains("at least 256 institutions"), "{told}");
	}
}
