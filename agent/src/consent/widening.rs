//! Whether new terms of a consent permit anything that the earlier ones did not, or forbid less.

use vouchsafe_protocol::types::{Action, Actions, Effect, Terms};

/// Whether `after` permits anything that `before` did not. A deny permits nothing.
pub fn widens(before: &Terms, after: &Terms) -> bool {
	match (before.effect, after.effect) {
		(_, Effect::Deny { .. }) => false,
		(Effect::Deny { .. }, Effect::Permit) => true,
		(Effect::Permit, Effect::Permit) => !is_within(after, before),
	}
}

/// Whether a deny with the terms `before` forbids anything that the terms `after` do not forbid. A permit
/// forbids nothing.
pub fn forbids_less(before: &Terms, after: &Terms) -> bool {
	match (before.effect, after.effect) {
		(Effect::Permit, _) => false,
		(Effect::Deny { .. }, Effect::Permit) => true,
		(Effect::Deny { binds_break_glass: bound }, Effect::Deny { binds_break_glass: binds }) => {
			(bound && !binds) || !is_deny_within(before, after)
		},
	}
}

/// Whether a permit with these terms permits nothing that one with the `wider` terms does not.
fn is_within(terms: &Terms, wider: &Terms) -> bool {
	selects_within(terms, wider)
		&& terms.confidentiality <= wider.confidentiality
		&& named(wider.actions).contains_all(named(terms.actions))
		&& wider.traits.contains_all(terms.traits)
}

/// Whether a deny with these terms matches nothing that one with the `wider` terms does not. It matches
/// from its confidentiality on, and all actions and studies if it names none.
fn is_deny_within(terms: &Terms, wider: &Terms) -> bool {
	selects_within(terms, wider)
		&& wider.confidentiality <= terms.confidentiality
		&& terms.actions.is_within(wider.actions)
		&& terms.traits.is_within(wider.traits)
}

/// Whether the filters that mean the same in permits and denies admit nothing more than the `wider`
/// ones.
fn selects_within(terms: &Terms, wider: &Terms) -> bool {
	let Terms {
		effect: _,
		categories,
		records,
		labels,
		confidentiality: _,
		actions: _,
		purposes,
		valid_from,
		valid_until,
		data_period,
		authors,
		responsible,
		countries,
		traits: _,
	} = terms;
	categories.is_within(wider.categories)
		&& is_listed(records, &wider.records)
		&& labels.is_within(&wider.labels)
		&& purposes.are_within(wider.purposes)
		&& begins_within(*valid_from, wider.valid_from)
		&& ends_within(*valid_until, wider.valid_until)
		&& begins_within(data_period.from, wider.data_period.from)
		&& ends_within(data_period.to, wider.data_period.to)
		&& is_listed(authors, &wider.authors)
		&& is_listed(responsible, &wider.responsible)
		&& is_listed(countries, &wider.countries)
}

/// Whether a list admits only what the wider one does. An empty list admits everything.
fn is_listed<T: PartialEq>(list: &[T], wider: &[T]) -> bool {
	wider.is_empty() || (!list.is_empty() && list.iter().all(|it| wider.contains(it)))
}

/// The actions that a permit with this filter permits. Reading the log and computing statistics have to
/// be named.
fn named(actions: Actions) -> Actions {
	match actions.is_empty() {
		true => Actions::of(&[Action::Read, Action::Write, Action::Refer]),
		false => actions,
	}
}

fn begins_within<T: Ord>(from: Option<T>, wider: Option<T>) -> bool {
	wider <= from
}

fn ends_within<T: Ord>(until: Option<T>, wider: Option<T>) -> bool {
	match (until, wider) {
		(_, None) => true,
		(None, Some(_)) => false,
		(Some(until), Some(wider)) => until <= wider,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_protocol::types::{
		canonical_tags, AccountId, Categories, Category, Confidentiality, DataPeriod, LabelFilter,
		LabelTag, Purpose, Purposes, StudyTrait, StudyTraits, H256,
	};

	/// A permit with a filter of each kind.
	fn filtered() -> Terms {
		let account = |id: u8| AccountId::new([id; 32]);
		Terms {
			effect: Effect::Permit,
			categories: Categories::of(&[Category::Laboratory, Category::Imaging]),
			records: vec![H256([1; 32]), H256([2; 32])].try_into().unwrap(),
			labels: LabelFilter::Also(
				canonical_tags([LabelTag([2; 4]), LabelTag([3; 4])]).unwrap(),
			),
			confidentiality: Confidentiality::Restricted,
			actions: Actions::of(&[Action::Read, Action::Write]),
			purposes: Purposes::of(&[Purpose::Treatment, Purpose::PatientRequest]),
			valid_from: Some(100),
			valid_until: Some(200),
			data_period: DataPeriod { from: Some(10), to: Some(20) },
			authors: vec![account(1), account(2)].try_into().unwrap(),
			responsible: vec![account(1), account(2)].try_into().unwrap(),
			countries: vec![*b"AT", *b"DE"].try_into().unwrap(),
			traits: StudyTraits::of(&[StudyTrait::Commercial]),
		}
	}

	type Edit = fn(&mut Terms);

	#[test]
	fn each_filter_can_be_narrowed_but_not_widened() {
		let edits: &[(Edit, Edit)] = &[
			(
				|it| it.categories = Categories::of(&[Category::Imaging]),
				|it| it.categories = Categories::default(),
			),
			(
				|it| it.records = vec![H256([2; 32])].try_into().unwrap(),
				|it| it.records = vec![H256([3; 32])].try_into().unwrap(),
			),
			(|it| it.labels = LabelFilter::Unlabelled, |it| it.labels = LabelFilter::Any),
			(
				|it| it.confidentiality = Confidentiality::Normal,
				|it| it.confidentiality = Confidentiality::VeryRestricted,
			),
			(
				|it| it.actions = Actions::of(&[Action::Read]),
				|it| it.actions = Actions::of(&[Action::Read, Action::ReadLog]),
			),
			(
				|it| it.purposes = Purposes::of(&[Purpose::Treatment]),
				|it| it.purposes = Purposes::default(),
			),
			(|it| it.valid_from = Some(101), |it| it.valid_from = None),
			(|it| it.valid_until = Some(199), |it| it.valid_until = None),
			(|it| it.data_period.from = Some(11), |it| it.data_period.from = Some(9)),
			(|it| it.data_period.to = Some(19), |it| it.data_period.to = Some(21)),
			(
				|it| it.authors = vec![AccountId::new([1; 32])].try_into().unwrap(),
				|it| it.authors = Default::default(),
			),
			(
				|it| it.responsible = vec![AccountId::new([1; 32])].try_into().unwrap(),
				|it| it.responsible = Default::default(),
			),
			(
				|it| it.countries = vec![*b"AT"].try_into().unwrap(),
				|it| it.countries = vec![*b"AT", *b"FR"].try_into().unwrap(),
			),
			(
				|it| it.traits = StudyTraits::default(),
				|it| it.traits = StudyTraits::of(&[StudyTrait::Commercial, StudyTrait::Methods]),
			),
		];
		let before = filtered();
		assert!(!widens(&before, &before));
		for (number, (narrow, widen)) in edits.iter().enumerate() {
			let (mut narrower, mut wider) = (before.clone(), before.clone());
			narrow(&mut narrower);
			widen(&mut wider);
			assert!(!widens(&before, &narrower), "{number}");
			assert!(widens(&narrower, &before), "{number}");
			assert!(widens(&before, &wider), "{number}");
			// What is narrower in all but one filter is wider.
			for (_, (other, _)) in edits.iter().enumerate().filter(|(it, _)| *it != number) {
				other(&mut wider);
			}
			assert!(widens(&before, &wider), "{number}");
		}
	}

	#[test]
	fn no_filter_is_the_widest_but_for_what_has_to_be_named() {
		let all = Terms::all(Effect::Permit);
		let with = |actions: &[Action]| Terms { actions: Actions::of(actions), ..all.clone() };
		assert!(!widens(&all, &with(&[Action::Read, Action::Write, Action::Refer])));
		assert!(!widens(&with(&[Action::Read, Action::Write, Action::Refer]), &all));
		for named in [Action::ReadLog, Action::Aggregate] {
			assert!(widens(&all, &with(&[named])));
			assert!(widens(&with(&[named]), &all));
		}
		assert!(widens(&filtered(), &all));
	}

	#[test]
	fn only_permits_widen() {
		let deny = Terms::all(Effect::Deny { binds_break_glass: true });
		let permit = Terms::all(Effect::Permit);
		let less = Terms { categories: Categories::of(&[Category::Imaging]), ..deny.clone() };
		assert!(!widens(&permit, &deny) && !widens(&deny, &less) && !widens(&less, &deny));
		assert!(widens(&deny, &permit));
	}

	#[test]
	fn a_deny_that_is_narrowed_forbids_less() {
		let deny = |edit: Edit| {
			let mut terms = Terms::all(Effect::Deny { binds_break_glass: false });
			edit(&mut terms);
			terms
		};
		let all = deny(|_| {});
		assert!(!forbids_less(&all, &all));
		let edits: &[Edit] = &[
			|it| it.categories = Categories::of(&[Category::Imaging]),
			|it| it.records = vec![H256([2; 32])].try_into().unwrap(),
			|it| it.labels = LabelFilter::Only(canonical_tags([LabelTag([2; 4])]).unwrap()),
			|it| it.confidentiality = Confidentiality::VeryRestricted,
			|it| it.actions = Actions::of(&[Action::Read]),
			|it| it.purposes = Purposes::of(&[Purpose::Treatment]),
			|it| it.valid_from = Some(101),
			|it| it.valid_until = Some(199),
			|it| it.data_period.from = Some(11),
			|it| it.data_period.to = Some(19),
			|it| it.authors = vec![AccountId::new([1; 32])].try_into().unwrap(),
			|it| it.responsible = vec![AccountId::new([1; 32])].try_into().unwrap(),
			|it| it.countries = vec![*b"AT"].try_into().unwrap(),
			|it| it.traits = StudyTraits::of(&[StudyTrait::Commercial]),
		];
		for (number, edit) in edits.iter().enumerate() {
			let narrower = deny(*edit);
			assert!(forbids_less(&all, &narrower), "{number}");
			assert!(!forbids_less(&narrower, &all), "{number}");
		}
		let bound = Terms { effect: Effect::Deny { binds_break_glass: true }, ..all.clone() };
		assert!(forbids_less(&bound, &all) && !forbids_less(&all, &bound));
		let permit = Terms::all(Effect::Permit);
		assert!(forbids_less(&all, &permit));
		assert!(!forbids_less(&permit, &all) && !forbids_less(&permit, &filtered()));
	}
}
