//! How affiliations come into force: the institution that enrolled the practitioner decides alone; an
//! affiliation with another one counts only when the practitioner has accepted it. Otherwise any
//! registrar could attach a patient's deny to another institution's doctor. A practitioner has few
//! affiliations at a time, because a decision reads them all.

use crate::{authorisation::Manager, pallet::*, Affiliation};
use alloc::vec::Vec;
use frame_support::{pallet_prelude::*, traits::Defensive};
use frame_system::pallet_prelude::*;
use vouchsafe_primitives::*;
use vouchsafe_support::Enrolment;

impl<T: Config> Pallet<T> {
	/// The practitioner's affiliations in force, with their institutions. An account that is not a
	/// practitioner's has none. At most 1 + [`MAX_AFFILIATIONS`] reads.
	pub(crate) fn affiliations_in_force(
		account: &AccountId,
		is_practitioner: bool,
	) -> Vec<(AccountId, Affiliation)> {
		if !is_practitioner {
			return Vec::new();
		}
		let now = Self::now();
		let listed = AffiliatedWith::<T>::get(account).into_iter();
		listed
			.filter_map(|at| {
				let affiliation = Affiliations::<T>::get(account, &at)?;
				affiliation.is_in_force(now).then_some((at, affiliation))
			})
			.collect()
	}

	/// The affiliation as a decision sees it, and whether its institution is active. 2 reads.
	pub(crate) fn acting_at(
		institution: AccountId,
		affiliation: Affiliation,
	) -> Option<(ActingFor, bool)> {
		let entry = Accounts::<T>::get(&institution).defensive()?;
		let country = Self::country(&institution).defensive()?;
		let Affiliation { role, attested, teams, from: since, .. } = affiliation;
		let is_authority = entry.kind == AccountKind::Authority;
		let acting = ActingFor { institution, is_authority, role, country, teams, attested, since };
		Some((acting, entry.status == Status::Active))
	}

	/// Stores an affiliation and, if it is accepted, lists its institution with the practitioner's
	/// others. Those that have ended are dropped from the list. One that waits takes no place, so that
	/// other institutions' registrars cannot use up the places.
	pub(crate) fn put_affiliation(
		practitioner: &AccountId,
		institution: &AccountId,
		affiliation: Affiliation,
	) -> DispatchResult {
		let now = Self::now();
		let mut listed = AffiliatedWith::<T>::get(practitioner);
		listed.retain(|at| {
			at != institution
				&& Affiliations::<T>::get(practitioner, at)
					.is_some_and(|at| at.accepted && !at.has_ended(now))
		});
		if affiliation.accepted {
			listed.try_push(institution.clone()).map_err(|_| Error::<T>::TooManyAffiliations)?;
		}

		Self::put_list(practitioner, listed);
		Affiliations::<T>::insert(practitioner, institution, affiliation);
		Ok(())
	}

	/// Stores the list, unless it is empty.
	fn put_list(
		practitioner: &AccountId,
		listed: BoundedVec<AccountId, ConstU32<MAX_AFFILIATIONS>>,
	) {
		if listed.is_empty() {
			AffiliatedWith::<T>::remove(practitioner);
		} else {
			AffiliatedWith::<T>::insert(practitioner, listed);
		}
	}

	/// A manager of the institution affiliates a practitioner with it.
	pub(crate) fn do_affiliate(
		origin: OriginFor<T>,
		institution: AccountId,
		practitioner: AccountId,
		role: Role,
		from: Moment,
		until: Option<Moment>,
	) -> DispatchResult {
		let who = ensure_signed(origin)?;
		let manager = Self::manager(&who, &institution)?;
		let now = Self::now();
		let current = Affiliations::<T>::get(&practitioner, &institution)
			.filter(|affiliation| !affiliation.has_ended(now));
		let is_registrar = role == Role::Registrar
			|| current.as_ref().is_some_and(|current| current.role == Role::Registrar);
		ensure!(manager == Manager::Institution || !is_registrar, Error::<T>::InstitutionOnly);
		ensure!(
			Self::active_kind(&practitioner) == Some(AccountKind::Practitioner),
			Error::<T>::NotPractitioner
		);
		ensure!(until.is_none_or(|until| until > now), Error::<T>::AlreadyExpired);
		ensure!(until.is_none_or(|until| until > from), Error::<T>::InvalidPeriod);

		// What goes on keeps its beginning, and nothing begins in the past: a permit that was given to an
		// affiliation does not come back with a later one.
		let begun = current.as_ref().map(|current| current.from).filter(|begun| *begun <= now);
		let from = begun.unwrap_or(from.max(now));
		let same = current.as_ref().filter(|current| current.role == role);
		let attested = same.is_some_and(|current| current.attested);
		let is_home = Self::enrolled_by(&practitioner).as_ref() == Some(&institution);
		let accepted = is_home || same.is_some_and(|current| current.accepted);
		let teams = current.map(|current| current.teams).unwrap_or_default();
		let affiliation = Affiliation { role, from, until, accepted, attested, teams };
		Self::put_affiliation(&practitioner, &institution, affiliation)?;
		Self::deposit_event(Event::Affiliated { institution, practitioner, role, from, until });
		Ok(())
	}

	/// The practitioner accepts an affiliation.
	pub(crate) fn do_accept(origin: OriginFor<T>, institution: AccountId) -> DispatchResult {
		let practitioner = ensure_signed(origin)?;
		let mut affiliation = Self::current_affiliation(&practitioner, &institution)?;
		ensure!(!affiliation.accepted, Error::<T>::NotWaiting);
		affiliation.accepted = true;
		affiliation.from = affiliation.from.max(Self::now());
		Self::put_affiliation(&practitioner, &institution, affiliation)?;
		Self::deposit_event(Event::AffiliationAccepted { institution, practitioner });
		Ok(())
	}

	/// An affiliation ends: a manager of the institution ends it, or the practitioner declines it.
	pub(crate) fn do_end(
		origin: OriginFor<T>,
		institution: AccountId,
		practitioner: AccountId,
	) -> DispatchResult {
		let who = ensure_signed(origin.clone())?;
		let waiting = || {
			let affiliation = Self::current_affiliation(&practitioner, &institution).ok()?;
			(!affiliation.accepted).then_some(affiliation)
		};
		let mut affiliation = match (who == practitioner).then(waiting).flatten() {
			Some(affiliation) => affiliation,
			None => Self::affiliation_for_manager(origin, &institution, &practitioner)?,
		};
		affiliation.until = Some(Self::now());
		Affiliations::<T>::insert(&practitioner, &institution, affiliation);
		let mut listed = AffiliatedWith::<T>::get(&practitioner);
		listed.retain(|at| *at != institution);
		Self::put_list(&practitioner, listed);
		Self::deposit_event(Event::AffiliationEnded { institution, practitioner });
		Ok(())
	}

	/// An authority attests a practitioner's licence for the role of an affiliation.
	pub(crate) fn do_attest(
		origin: OriginFor<T>,
		institution: AccountId,
		practitioner: AccountId,
		role: Role,
	) -> DispatchResult {
		let authority = ensure_signed(origin)?;
		ensure!(
			Self::active_kind(&authority) == Some(AccountKind::Authority),
			Error::<T>::NotAuthority
		);
		let mut affiliation = Self::current_affiliation(&practitioner, &institution)?;
		ensure!(affiliation.role == role, Error::<T>::OtherRole);
		affiliation.attested = true;
		Affiliations::<T>::insert(&practitioner, &institution, affiliation);
		Self::deposit_event(Event::LicenceAttested { institution, practitioner, authority });
		Ok(())
	}

	/// A practitioner joins a care team.
	pub(crate) fn do_join(
		origin: OriginFor<T>,
		institution: AccountId,
		practitioner: AccountId,
		team: TeamId,
	) -> DispatchResult {
		let mut affiliation = Self::affiliation_for_manager(origin, &institution, &practitioner)?;
		ensure!(!affiliation.teams.contains(&team), Error::<T>::AlreadyInTeam);
		affiliation.teams.try_push(team).map_err(|_| Error::<T>::TooManyTeams)?;
		Affiliations::<T>::insert(&practitioner, &institution, affiliation);
		Self::deposit_event(Event::TeamJoined { institution, practitioner, team });
		Ok(())
	}

	/// A practitioner leaves a care team.
	pub(crate) fn do_leave(
		origin: OriginFor<T>,
		institution: AccountId,
		practitioner: AccountId,
		team: TeamId,
	) -> DispatchResult {
		let mut affiliation = Self::affiliation_for_manager(origin, &institution, &practitioner)?;
		ensure!(affiliation.teams.contains(&team), Error::<T>::NotInTeam);
		affiliation.teams.retain(|joined| *joined != team);
		Affiliations::<T>::insert(&practitioner, &institution, affiliation);
		Self::deposit_event(Event::TeamLeft { institution, practitioner, team });
		Ok(())
	}
}
