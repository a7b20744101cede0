//! Who acts for a patient, and whether each representation is in force, worked out from the state as
//! pallet-representation does it. The runtime answers the same questions by
//! [`View::representation`](crate::traits::View::representation), but only the state can be
//! [proven](crate::proven).

use crate::{
	decider::{is_in_doubt, standing},
	types::*,
};

/// What the representative may do while the representation is in force.
pub fn scopes(representative: &Representative) -> Scopes {
	match &representative.mandate {
		Mandate::Appointed { scopes, .. } => *scopes,
		Mandate::ByLaw { registration, .. } => registration.scopes,
	}
}

/// Until when it represents the patient, exclusive.
pub fn until(representative: &Representative) -> Option<Moment> {
	match &representative.mandate {
		Mandate::Appointed { until, .. } => *until,
		Mandate::ByLaw { registration, .. } => registration.until,
	}
}

/// On which basis, if it is by law.
pub fn basis(representative: &Representative) -> Option<LegalBasis> {
	match &representative.mandate {
		Mandate::Appointed { .. } => None,
		Mandate::ByLaw { registration, .. } => Some(registration.basis),
	}
}

/// When it ends by itself if nobody attests it before, for a registration that counts so long.
pub fn lapses(representative: &Representative, lifetime: Moment) -> Option<Moment> {
	match &representative.mandate {
		Mandate::ByLaw { stage: Stage::Registered { at, .. } | Stage::Objected { at }, .. } => {
			Some(at.saturating_add(lifetime))
		},
		_ => None,
	}
}

/// Whether it has ended by itself: its end has passed, or nobody attested it in time.
pub(crate) fn is_over(representative: &Representative, now: Moment, lifetime: Moment) -> bool {
	let ends = [lapses(representative, lifetime), until(representative)];
	ends.into_iter().flatten().any(|end| end <= now)
}

/// Whether a representation of this patient is in force, and if not, why.
pub(crate) fn force(
	patient: Option<&Account>,
	representative: &Representative,
	now: Moment,
) -> Force {
	let standing = standing(patient);
	let fits = match basis(representative) {
		Some(LegalBasis::Executor) => matches!(standing, Standing::Deceased { .. }),
		_ => matches!(standing, Standing::Active | Standing::Barred { .. }),
	};
	if representative.suspension != Suspension::None {
		return Force::Suspended;
	}
	if !fits {
		return Force::NotForStanding;
	}
	match &representative.mandate {
		Mandate::Appointed { standby: true, .. } => Force::Standby,
		Mandate::Appointed { at, .. } if patient.is_some_and(|it| is_in_doubt(it, *at)) => {
			Force::InDoubt
		},
		Mandate::Appointed { .. } => Force::InForce,
		Mandate::ByLaw { stage, .. } => match stage {
			Stage::Registered { .. } => Force::NotAttested,
			Stage::Objected { .. } => Force::Objected,
			Stage::Attested { from, .. } | Stage::AttestedAgain { from, .. } => {
				match *from <= now {
					true => Force::InForce,
					false => Force::Waits { from: *from },
				}
			},
		},
	}
}

/// Those whose representation is in force, with what each may do.
pub fn in_force(view: &RepresentationView) -> impl Iterator<Item = (&AccountId, Scopes)> {
	let found = view.representatives.iter().filter(|it| it.force == Force::InForce);
	found.map(|it| (&it.representative.account, scopes(&it.representative)))
}

/// Whether the account represents the patient now, within one of these scopes. If none is named, any
/// representation in force counts. That the account is an active person's is not checked.
pub fn represents(view: &RepresentationView, account: &AccountId, within: &[Scope]) -> bool {
	in_force(view).any(|(representative, scopes)| {
		let is_within = within.iter().any(|scope| scopes.contains(*scope));
		representative == account && (within.is_empty() || is_within)
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	const NOW: Moment = 1_000;
	const LIFETIME: Moment = 100;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn appointed(scopes: &[Scope]) -> Representative {
		let (scopes, until, standby) = (Scopes::of(scopes), None, false);
		let mandate = Mandate::Appointed { scopes, until, standby, at: 10 };
		Representative { account: account(1), mandate, suspension: Suspension::None }
	}

	fn by_law(basis: LegalBasis, stage: Stage) -> Representative {
		let registration = Registration {
			basis,
			scopes: Scopes::of(&[Scope::Requests]),
			until: Some(NOW + 50),
			evidence: H256([1; 32]),
		};
		let mandate = Mandate::ByLaw { registration, stage };
		Representative { account: account(1), mandate, suspension: Suspension::None }
	}

	fn patient(status: Status, disabled_since: Option<Moment>) -> Account {
		Account {
			kind: AccountKind::Patient,
			status,
			status_since: 0,
			disabled_since,
			doubt: None,
			encryption_key: [0; 32],
			enrolled_by: account(9),
		}
	}

	fn registered() -> Stage {
		Stage::Registered { at: NOW - LIFETIME, first: account(3), second: account(4) }
	}

	fn attested(from: Moment) -> Stage {
		Stage::Attested { authority: account(5), from }
	}

	#[test]
	fn each_reason_has_its_turn() {
		let active = patient(Status::Active, None);
		let guardian = |stage| by_law(LegalBasis::Guardian, stage);
		let mut standby = appointed(&[Scope::Consents]);
		if let Mandate::Appointed { standby, .. } = &mut standby.mandate {
			*standby = true;
		}
		let suspended = |of| Representative { suspension: Suspension::ByAuthority, ..of };
		for (representative, expected) in [
			(appointed(&[Scope::Consents]), Force::InForce),
			(suspended(appointed(&[Scope::Consents])), Force::Suspended),
			(suspended(guardian(registered())), Force::Suspended),
			(standby, Force::Standby),
			(guardian(registered()), Force::NotAttested),
			(guardian(Stage::Objected { at: NOW }), Force::Objected),
			(guardian(attested(NOW)), Force::InForce),
			(guardian(attested(NOW + 1)), Force::Waits { from: NOW + 1 }),
			(by_law(LegalBasis::Executor, attested(NOW)), Force::NotForStanding),
		] {
			assert_eq!(force(Some(&active), &representative, NOW), expected, "{representative:?}");
		}
	}

	#[test]
	fn the_patients_standing_and_key_count() {
		let executor = by_law(LegalBasis::Executor, attested(NOW));
		let daughter = appointed(&[Scope::Consents]);
		let of = |patient: &Account, representative| force(Some(patient), representative, NOW);
		let dead = patient(Status::Deceased, None);
		assert_eq!(of(&dead, &executor), Force::InForce);
		assert_eq!(of(&dead, &daughter), Force::NotForStanding);
		assert_eq!(of(&patient(Status::Suspended, None), &daughter), Force::InForce);
		for status in [Status::Closed, Status::Merged] {
			for representative in [&executor, &daughter] {
				assert_eq!(of(&patient(status, None), representative), Force::NotForStanding);
			}
		}
		assert_eq!(force(None, &daughter, NOW), Force::NotForStanding);
		// The daughter was appointed at 10.
		assert_eq!(of(&patient(Status::Active, Some(10)), &daughter), Force::InDoubt);
		assert_eq!(of(&patient(Status::Active, Some(11)), &daughter), Force::InForce);
	}

	#[test]
	fn what_nobody_attested_in_time_and_what_has_ended_is_over() {
		let waits = by_law(LegalBasis::Guardian, registered());
		assert!(is_over(&waits, NOW, LIFETIME) && !is_over(&waits, NOW - 1, LIFETIME));
		let objected = by_law(LegalBasis::Guardian, Stage::Objected { at: NOW - LIFETIME });
		assert!(is_over(&objected, NOW, LIFETIME) && !is_over(&objected, NOW - 1, LIFETIME));
		let attested = by_law(LegalBasis::Guardian, attested(0));
		assert_eq!(lapses(&attested, LIFETIME), None);
		assert!(is_over(&attested, NOW + 50, LIFETIME) && !is_over(&attested, NOW + 49, LIFETIME));
		assert!(!is_over(&appointed(&[]), Moment::MAX, LIFETIME));
	}

	#[test]
	fn a_representative_acts_within_its_scopes_and_only_in_force() {
		let view = |force| {
			let representative = appointed(&[Scope::Consents, Scope::Holders]);
			let representatives = vec![RepresentativeView { representative, force }];
			RepresentationView { ward: false, representatives }
		};
		let found = view(Force::InForce);
		for scope in [Scope::Consents, Scope::Holders] {
			assert!(represents(&found, &account(1), &[scope]));
			assert!(represents(&found, &account(1), &[Scope::Requests, scope]));
			assert!(!represents(&found, &account(2), &[scope]));
		}
		assert!(!represents(&found, &account(1), &[Scope::Requests, Scope::Records]));
		assert!(represents(&found, &account(1), &[]) && !represents(&found, &account(2), &[]));
		for force in [Force::Suspended, Force::Waits { from: 5 }] {
			assert!(!represents(&view(force.clone()), &account(1), &[]), "{force:?}");
		}
	}
}
