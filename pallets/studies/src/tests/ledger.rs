//! The ledgers: ε is a promise over all studies.

use super::*;

/// Differencing: two studies that differ by one person, or one study again and again, cost ε until the
/// ledger refuses.
#[test]
fn a_ledger_pays_ten_a_year_and_no_more() {
	build_and_execute(|| {
		let person = consenting(1).remove(0);
		let again = |epsilon, researcher: AccountId| {
			let id = NextStudy::<Test>::get();
			let terms = StudyTerms { epsilon, ..terms() };
			assert_ok!(Research::propose(signed(researcher), terms));
			assert_ok!(Research::approve(root(), id));
			for custodian in [AUTHORITY_CUSTODIAN, HOSPITAL_CUSTODIAN] {
				assert_ok!(Research::accept(signed(custodian), id, [3; 32]));
			}
			let people = named([person.clone()]);
			assert_ok!(Research::contribute(signed(REGISTRAR), id, people));
			People::<Test>::contains_key((id, 0), &person)
		};
		assert!(again(5_000, RESEARCHER));
		assert!(again(4_900, RESEARCHER));
		assert_eq!(Research::epsilon_left(person.clone()), 100);
		assert!(!again(101, RESEARCHER));
		assert!(again(100, COLLEAGUE));
		assert_eq!(Research::epsilon_left(person.clone()), 0);
		assert!(!again(100, COLLEAGUE));
		let lines = Logs::of(&person).len();
		assert_eq!(lines, 3, "nobody is counted for nothing");
	});
}

#[test]
fn a_ledger_begins_again_with_the_year() {
	let year = (START / LEDGER_YEAR + 1) * LEDGER_YEAR;
	let full = Ledger { year: Ledger::year_of(START), spent: YEARLY_EPSILON };
	assert_eq!((full.left(year - 1), full.left(year)), (0, YEARLY_EPSILON));
	assert_eq!(full.pay(100, year - 1), None);
	let paid = full.pay(100, year).unwrap();
	assert_eq!(paid, Ledger { year: Ledger::year_of(START) + 1, spent: 100 });
	assert_eq!(paid.pay(YEARLY_EPSILON - 100, year).unwrap().left(year), 0);
	assert_eq!(paid.pay(YEARLY_EPSILON - 99, year), None);
	assert_eq!(paid.pay(u32::MAX, year), None);
	assert_eq!(Ledger::year_of(Moment::MAX), u16::MAX);
	assert_eq!(Ledger::default().left(0), YEARLY_EPSILON);
}

/// Each round of a study costs.
#[test]
fn each_round_pays_again() {
	build_and_execute(|| {
		freeze_with(11);
		assert_eq!(Research::epsilon_left(patient(0)), 9_000);
		Clock::pass(GATHER.into());
		for aggregator in [&AUTHORITY, &HOSPITAL] {
			assert_ok!(commit(aggregator, tally(11), &SHARES[0]));
		}
		for aggregator in [&AUTHORITY, &HOSPITAL] {
			assert_ok!(reveal(aggregator, &SHARES[0]));
		}
		assert_ok!(contribute(REGISTRAR, [patient(0)]));
		assert_eq!(Research::epsilon_left(patient(0)), 8_000);
		assert_eq!(Research::epsilon_left(patient(1)), 9_000);
	});
}
