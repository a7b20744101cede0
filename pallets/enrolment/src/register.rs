//! The register: who may change it, how entries are made, what always holds of it, and what the
//! other pallets see of it.

use crate::{
	pallet::*, Account, Affiliation, Custodian, GenesisAffiliation, GenesisCustodian,
	GenesisPerson, Institution, MAX_NAME,
};
use frame_support::{
	pallet_prelude::*,
	traits::{fungible::Mutate, UnixTime},
};
use frame_system::pallet_prelude::*;
use vouchsafe_primitives::{audit::LogEvent, *};
use vouchsafe_support::{AuditLog, Enrolment};

/// As whom somebody keeps an institution's register.
#[derive(PartialEq, Eq)]
pub(crate) enum Keeper {
	/// As the institution.
	Institution,
	/// As its registrar.
	Registrar,
}

impl<T: Config> Pallet<T> {
	/// Seconds since 1970, as the chain has them.
	pub(crate) fn now() -> Moment {
		T::Time::now().as_secs()
	}

	/// Whether the account is enrolled and active.
	pub(crate) fn is_active(account: &AccountId) -> bool {
		Self::active_kind(account).is_some()
	}

	/// Whether the account is an active institution or authority.
	fn is_active_institution(account: &AccountId) -> bool {
		Self::active_kind(account).is_some_and(is_institution)
	}

	/// As whom `who` keeps the institution's register.
	pub(crate) fn keeper(
		who: &AccountId,
		institution: &AccountId,
	) -> Result<Keeper, DispatchError> {
		ensure!(Self::is_active_institution(institution), Error::<T>::NotInstitution);
		if who == institution {
			return Ok(Keeper::Institution);
		}
		let is_registrar = Self::active_kind(who) == Some(AccountKind::Practitioner)
			&& Affiliations::<T>::get(who, institution).is_some_and(|affiliation| {
				affiliation.role == Role::Registrar && affiliation.is_in_force(Self::now())
			});
		ensure!(is_registrar, Error::<T>::NotRegistrar);
		Ok(Keeper::Registrar)
	}

	/// Notes in the log, if the account is a patient's, what its keeper did.
	pub(crate) fn log_for_patient(
		account: &AccountId,
		entry: &Account,
		who: Option<AccountId>,
		event: LogEvent,
	) {
		if entry.kind != AccountKind::Patient {
			return;
		}
		let acting_for = who.is_some().then_some(&entry.enrolled_by);
		// Root has no account: whoever signed stands for it.
		let origin = who.or_else(Signer::<T>::get);
		let origin = origin.as_ref().unwrap_or(account);
		T::Audit::append(account, origin, acting_for, None, event);
	}

	/// An account, for Root or whoever keeps the register of the institution that enrolled it, and
	/// who that is.
	pub(crate) fn entry_for_keeper(
		origin: OriginFor<T>,
		account: &AccountId,
	) -> Result<(Account, Option<AccountId>), DispatchError> {
		let who = ensure_signed_or_root(origin)?;
		let entry = Accounts::<T>::get(account).ok_or(Error::<T>::NotEnrolled)?;
		if let Some(who) = &who {
			ensure!(!is_institution(entry.kind), DispatchError::BadOrigin);
			let keeper = Self::keeper(who, &entry.enrolled_by)?;
			let is_registrar = || {
				Self::current_affiliation(account, &entry.enrolled_by)
					.is_ok_and(|affiliation| affiliation.role == Role::Registrar)
			};
			ensure!(keeper == Keeper::Institution || !is_registrar(), Error::<T>::InstitutionOnly);
		}
		Ok((entry, who))
	}

	/// An affiliation that has not ended, for whoever keeps the institution's register.
	pub(crate) fn affiliation_for_keeper(
		origin: OriginFor<T>,
		institution: &AccountId,
		practitioner: &AccountId,
	) -> Result<Affiliation, DispatchError> {
		let who = ensure_signed(origin)?;
		let keeper = Self::keeper(&who, institution)?;
		let affiliation = Self::current_affiliation(practitioner, institution)?;
		ensure!(
			keeper == Keeper::Institution || affiliation.role != Role::Registrar,
			Error::<T>::InstitutionOnly
		);
		Ok(affiliation)
	}

	/// An affiliation that has not ended.
	pub(crate) fn current_affiliation(
		practitioner: &AccountId,
		institution: &AccountId,
	) -> Result<Affiliation, Error<T>> {
		let now = Self::now();
		Affiliations::<T>::get(practitioner, institution)
			.filter(|affiliation| !affiliation.has_ended(now))
			.ok_or(Error::<T>::NotAffiliated)
	}

	/// Checks that nobody is, or signs with, this account.
	fn ensure_new(account: &AccountId) -> DispatchResult {
		ensure!(!Accounts::<T>::contains_key(account), Error::<T>::AlreadyEnrolled);
		ensure!(!CustodianAccounts::<T>::contains_key(account), Error::<T>::CustodianAccountTaken);
		Ok(())
	}

	/// Enters an account. The provider that it gets is never taken away: an account made anew
	/// would take its old nonces again.
	fn insert_account(account: &AccountId, entry: Account) -> DispatchResult {
		frame_system::Pallet::<T>::inc_providers(account);
		T::Currency::mint_into(account, T::Allowance::get())?;
		Accounts::<T>::insert(account, entry);
		Ok(())
	}

	pub(crate) fn do_admit(
		account: AccountId,
		kind: AccountKind,
		name: BoundedVec<u8, ConstU32<MAX_NAME>>,
		country: Country,
		cap: u32,
		encryption_key: EncryptionKey,
	) -> DispatchResult {
		ensure!(is_institution(kind), Error::<T>::KindNotAllowed);
		ensure!(!name.is_empty() && core::str::from_utf8(&name).is_ok(), Error::<T>::BadName);
		ensure!(country.iter().all(u8::is_ascii_uppercase), Error::<T>::BadCountry);
		Self::ensure_new(&account)?;

		Self::insert_account(
			&account,
			Account {
				kind,
				status: Status::Active,
				signing_disabled: false,
				encryption_key,
				enrolled_by: account.clone(),
			},
		)?;
		Institutions::<T>::insert(
			&account,
			Institution { name, country, custodian: None, cap, enrolled: 0 },
		);
		Self::deposit_event(Event::InstitutionAdmitted { institution: account, kind });
		Ok(())
	}

	pub(crate) fn do_set_custodian(institution: AccountId, custodian: Custodian) -> DispatchResult {
		ensure!(Self::is_active_institution(&institution), Error::<T>::NotInstitution);
		let mut entry = Institutions::<T>::get(&institution).ok_or(Error::<T>::NotInstitution)?;
		ensure!(is_url(&custodian.url), Error::<T>::BadUrl);
		let account = custodian.account.clone();
		let old = entry.custodian.replace(custodian).map(|old| old.account);
		if old.as_ref() != Some(&account) {
			Self::ensure_new(&account)?;
			frame_system::Pallet::<T>::inc_providers(&account);
			CustodianAccounts::<T>::insert(&account, &institution);
			if let Some(old) = old {
				CustodianAccounts::<T>::remove(old);
			}
		}
		Institutions::<T>::insert(&institution, entry);
		Self::deposit_event(Event::CustodianSet { institution, account });
		Ok(())
	}

	pub(crate) fn do_enrol(
		account: AccountId,
		kind: AccountKind,
		encryption_key: EncryptionKey,
		institution: AccountId,
	) -> DispatchResult {
		ensure!(!is_institution(kind), Error::<T>::KindNotAllowed);
		Self::ensure_new(&account)?;
		let mut entry = Institutions::<T>::get(&institution).ok_or(Error::<T>::NotInstitution)?;
		ensure!(entry.enrolled < entry.cap, Error::<T>::CapReached);

		entry.enrolled = entry.enrolled.saturating_add(1);
		Self::insert_account(
			&account,
			Account {
				kind,
				status: Status::Active,
				signing_disabled: false,
				encryption_key,
				enrolled_by: institution.clone(),
			},
		)?;
		Institutions::<T>::insert(&institution, entry);
		Self::deposit_event(Event::Enrolled { account, kind, institution });
		Ok(())
	}

	/// Takes in whoever takes part from the start, by the calls' rules, but for signatures.
	pub(crate) fn build_genesis(genesis: &GenesisConfig<T>) -> DispatchResult {
		for entry in &genesis.institutions {
			let name = BoundedVec::try_from(entry.name.clone().into_bytes());
			let country = Country::try_from(entry.country.as_bytes());
			Self::do_admit(
				entry.account.clone(),
				entry.kind,
				name.map_err(|_| Error::<T>::BadName)?,
				country.map_err(|_| Error::<T>::BadCountry)?,
				entry.cap,
				entry.encryption_key.0,
			)?;
		}
		for entry in &genesis.institutions {
			if let Some(GenesisCustodian { url, account, key }) = &entry.custodian {
				let url = BoundedVec::try_from(url.clone().into_bytes());
				let url = url.map_err(|_| Error::<T>::BadUrl)?;
				let custodian = Custodian { url, account: account.clone(), key: key.0 };
				Self::do_set_custodian(entry.account.clone(), custodian)?;
			}
		}
		for GenesisPerson { account, kind, encryption_key, enrolled_by } in &genesis.people {
			Self::do_enrol(account.clone(), *kind, encryption_key.0, enrolled_by.clone())?;
		}
		for entry in &genesis.affiliations {
			let GenesisAffiliation { practitioner, institution, role, attested, .. } = entry;
			ensure!(
				Self::active_kind(practitioner) == Some(AccountKind::Practitioner),
				Error::<T>::NotPractitioner
			);
			ensure!(Self::is_active_institution(institution), Error::<T>::NotInstitution);
			let teams = BoundedVec::try_from(entry.teams.clone());
			let teams = teams.map_err(|_| Error::<T>::TooManyTeams)?;
			Affiliations::<T>::insert(
				practitioner,
				institution,
				Affiliation { role: *role, from: 0, until: None, attested: *attested, teams },
			);
		}
		Ok(())
	}

	/// Checks that the maps agree with each other.
	#[cfg(any(feature = "try-runtime", test))]
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		ensure!(Signer::<T>::get().is_none(), "somebody signs outside of a dispatch");
		for (account, entry) in Accounts::<T>::iter() {
			ensure!(
				is_institution(entry.kind) == Institutions::<T>::contains_key(&account),
				"an institution is an account of that kind"
			);
			ensure!(
				Institutions::<T>::contains_key(&entry.enrolled_by),
				"accounts are enrolled by institutions"
			);
			ensure!(
				frame_system::Pallet::<T>::providers(&account) > 0,
				"an account keeps its nonce"
			);
		}
		for (institution, entry) in Institutions::<T>::iter() {
			ensure!(Accounts::<T>::contains_key(&institution), "an institution is an account");
			let enrolled = Accounts::<T>::iter()
				.filter(|(account, by)| by.enrolled_by == institution && *account != institution)
				.count();
			ensure!(u32::try_from(enrolled) == Ok(entry.enrolled), "the enrolled are counted");
			if let Some(custodian) = entry.custodian {
				ensure!(
					CustodianAccounts::<T>::get(custodian.account) == Some(institution),
					"a custodian's account counts"
				);
			}
		}
		for (account, institution) in CustodianAccounts::<T>::iter() {
			ensure!(!Accounts::<T>::contains_key(&account), "a custodian is not enrolled");
			ensure!(
				Institutions::<T>::get(institution)
					.and_then(|entry| entry.custodian)
					.is_some_and(|custodian| custodian.account == account),
				"only the custodian named last counts"
			);
		}
		for (practitioner, institution, affiliation) in Affiliations::<T>::iter() {
			ensure!(
				Accounts::<T>::get(practitioner)
					.is_some_and(|entry| entry.kind == AccountKind::Practitioner),
				"who is affiliated is a practitioner"
			);
			ensure!(
				Institutions::<T>::contains_key(institution),
				"practitioners are affiliated with institutions"
			);
			let mut teams = affiliation.teams.into_inner();
			teams.sort();
			ensure!(
				teams.iter().zip(teams.iter().skip(1)).all(|(one, next)| one != next),
				"a team is joined once"
			);
		}
		Ok(())
	}
}

/// Whether an account of this kind is an institution or authority.
fn is_institution(kind: AccountKind) -> bool {
	matches!(kind, AccountKind::Institution | AccountKind::Authority)
}

/// Whether this could be a custodian's address.
fn is_url(url: &[u8]) -> bool {
	let rest = url.strip_prefix(b"http://").or_else(|| url.strip_prefix(b"https://"));
	rest.is_some_and(|rest| !rest.is_empty() && rest.iter().all(u8::is_ascii_graphic))
}

impl<T: Config> Enrolment for Pallet<T> {
	fn actor(account: &AccountId, institution: Option<&AccountId>) -> Option<Actor> {
		let entry = Accounts::<T>::get(account)?;
		let acting_for = institution.and_then(|institution| {
			let affiliation = Affiliations::<T>::get(account, institution)
				.filter(|affiliation| affiliation.is_in_force(Self::now()))?;
			Self::is_active(institution).then_some(())?;
			Some(ActingFor {
				institution: institution.clone(),
				role: affiliation.role,
				country: Self::country(institution)?,
				teams: affiliation.teams,
				attested: affiliation.attested,
			})
		});
		let active =
			entry.status == Status::Active && (institution.is_none() || acting_for.is_some());
		Some(Actor { account: account.clone(), kind: entry.kind, active, acting_for, study: None })
	}

	fn active_kind(account: &AccountId) -> Option<AccountKind> {
		Accounts::<T>::get(account)
			.filter(|entry| entry.status == Status::Active)
			.map(|entry| entry.kind)
	}

	fn custodian_of(account: &AccountId) -> Option<AccountId> {
		CustodianAccounts::<T>::get(account).filter(Self::is_active)
	}

	fn enrolled_by(account: &AccountId) -> Option<AccountId> {
		Accounts::<T>::get(account).map(|entry| entry.enrolled_by)
	}

	fn country(institution: &AccountId) -> Option<Country> {
		Institutions::<T>::get(institution).map(|entry| entry.country)
	}

	fn is_affiliated(practitioner: &AccountId, institution: &AccountId) -> bool {
		Affiliations::<T>::get(practitioner, institution)
			.is_some_and(|affiliation| affiliation.is_in_force(Self::now()))
	}

	fn signer() -> Option<AccountId> {
		Signer::<T>::get()
	}
}
