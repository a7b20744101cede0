//! Whatever is called in whatever order, the state holds together, and nobody acts without a mandate.

use super::*;
use proptest::{prelude::*, sample::select};

#[derive(Clone, Debug)]
enum Step {
	Appoint { who: AccountId, scopes: u8, standby: bool, days: Option<u64> },
	End { by: AccountId, who: AccountId },
	Activate { by: AccountId, who: AccountId },
	Register { by: AccountId, who: AccountId, registration: Registration },
	Attest { by: AccountId, who: AccountId, registration: Registration },
	Object(AccountId),
	Suspend { by: AccountId, at: AccountId, who: AccountId, suspended: bool },
	Act { who: AccountId, scope: Option<Scope> },
	Pass(Moment),
	Stand(Standing),
	Doubt(Moment),
}

fn step() -> impl Strategy<Value = Step> {
	let person = || select(vec![MOTHER, FATHER, FRIEND]);
	let staff = || select(vec![REGISTRAR, DOCTOR, COLLEAGUE]);
	let anybody =
		|| select(vec![PATIENT, MOTHER, FRIEND, REGISTRAR, REVIEWER, AUTHORITY, OFFICER, STRANGER]);
	let registered = || {
		let until = Some(START + 40 * DAY);
		let short = Registration { until, basis: LegalBasis::Attorney, ..guardian() };
		let all = LegalBasis::ALL.iter().map(|basis| registration(*basis));
		select(all.chain([short]).collect::<Vec<_>>())
	};
	let standing = select(vec![
		Standing::Active,
		Standing::Active,
		Standing::Barred { since: START },
		Standing::Deceased { since: START },
		Standing::Merged,
		Standing::Closed,
	]);
	prop_oneof![
		4 => (person(), 0u8..20, any::<bool>(), prop::option::of(0u64..20)).prop_map(
			|(who, scopes, standby, days)| Step::Appoint { who, scopes, standby, days }
		),
		2 => (anybody(), person()).prop_map(|(by, who)| Step::End { by, who }),
		3 => (staff(), person()).prop_map(|(by, who)| Step::Activate { by, who }),
		6 => (staff(), person(), registered())
			.prop_map(|(by, who, registration)| Step::Register { by, who, registration }),
		6 => (select(vec![AUTHORITY, OFFICER]), person(), registered())
			.prop_map(|(by, who, registration)| Step::Attest { by, who, registration }),
		2 => person().prop_map(Step::Object),
		3 => (anybody(), select(vec![HOSPITAL, AUTHORITY]), person(), any::<bool>())
			.prop_map(|(by, at, who, suspended)| Step::Suspend { by, at, who, suspended }),
		6 => (anybody(), prop::option::of(select(Scope::ALL.to_vec())))
			.prop_map(|(who, scope)| Step::Act { who, scope }),
		4 => select(vec![1, DAY, OBJECTION_PERIOD, LIFETIME]).prop_map(Step::Pass),
		2 => standing.prop_map(Step::Stand),
		1 => (0u64..10).prop_map(|days| Step::Doubt(START + days * DAY)),
	]
}

/// Does a step, whatever comes of it.
fn take(step: Step) {
	let _ = match step {
		Step::Appoint { who, scopes, standby, days } => {
			let until = days.map(|days| doubles::now() + days * DAY);
			Represented::appoint(signed(PATIENT), who, Scopes(scopes), standby, until)
		},
		Step::End { by, who } => Represented::end(signed(by), PATIENT, who),
		Step::Activate { by, who } => Represented::activate(signed(by), PATIENT, who, HOSPITAL),
		Step::Register { by, who, registration } => {
			Represented::register(signed(by), PATIENT, HOSPITAL, who, registration)
		},
		Step::Attest { by, who, registration } => {
			Represented::attest(signed(by), AUTHORITY, PATIENT, who, registration)
		},
		Step::Object(who) => Represented::object(signed(PATIENT), who),
		Step::Suspend { by, at, who, suspended } => {
			Represented::suspend(signed(by), PATIENT, who, at, suspended)
		},
		Step::Act { who, scope } => {
			let may = scope.is_some_and(|scope| Represented::may_act(&PATIENT, &who, scope));
			let is_in_force = force_of(&PATIENT, &who) == Some(Force::InForce);
			let result = act(who, PATIENT, note(scope));
			assert_eq!(result.is_ok(), may);
			assert!(!may || is_in_force);
			result
		},
		Step::Pass(seconds) => {
			Clock::pass(seconds);
			Ok(())
		},
		Step::Stand(standing) => {
			People::set_standing(&PATIENT, standing);
			let is_active = matches!(standing, Standing::Active | Standing::Barred { .. });
			People::set_active(&PATIENT, is_active);
			Ok(())
		},
		Step::Doubt(moment) => {
			doubt_at(moment);
			Ok(())
		},
	};
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn the_state_holds_together(steps in prop::collection::vec(step(), 1..60)) {
		build_and_execute(|| {
			for step in steps {
				let shown = format!("{step:?}");
				take(step);
				assert_eq!(Represented::do_try_state(), Ok(()), "{shown}");
				// Nobody who is suspended, or has to be attested, reads.
				for view in Represented::representation(PATIENT).representatives {
					let who = view.representative.account;
					let is_barred = matches!(
						view.force,
						Force::Suspended | Force::NotAttested | Force::Objected | Force::Standby
					);
					let reads = LawfulPermits::of(&PATIENT, &who).is_some();
					assert!(!is_barred || !reads, "{who} reads after {shown}");
				}
			}
		});
	}
}
