//! Who sees what.

use super::{connection::account_of, drafts::Action, people, Account};
use crate::{
	failure::Trouble,
	host::Host,
	messages::{
		Access as Shown, AccessCell, AccessRow, Choice, Draft, HoldingLine, Holdings, Person,
		Portion, Seen,
	},
	platform::Session,
};
use anyhow::Result;
use std::collections::BTreeMap;
use vouchsafe_agent::{
	access::{Access, Extent},
	holdings::{self, LEAST_HOLDERS},
};
use vouchsafe_protocol::{
	holders::may_hold,
	types::{address, AccountId, Category, Country, Grantee},
};
use vouchsafe_speech::{Speech, Teller};

impl<H: Host> Account<H> {
	/// All that decides, with the people who opened records.
	async fn access(&self, at: &crate::platform::At<H>, also: Option<AccountId>) -> Result<Access> {
		let readers = self.people_of_log().await.into_iter().map(|(reader, _)| reader);
		Ok(Access::read(at, &self.account(), readers.chain(also)).await?)
	}

	pub(super) async fn who_sees(&self, speech: &'static Speech) -> Result<Shown> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		// It knows who has opened records.
		let _ = self.checked_log(&session, &at).await;
		let access = self.access(&at, None).await?;
		let labels = session.labels_of(&self.account()).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let mut categories: BTreeMap<u8, Category> = BTreeMap::new();
		let mut rows = Vec::new();
		for row in access.table() {
			let mut cells = Vec::new();
			for cell in &row.cells {
				categories.insert(cell.category.index(), cell.category);
				let seen = vouchsafe_speech::Seen {
					category: cell.category,
					open: cell.open,
					all: cell.all,
					by: &cell.by,
					why_not: &cell.why_not,
				};
				cells.push(AccessCell {
					sees: match cell.extent() {
						Extent::All => Portion::All,
						Extent::Some => Portion::Some,
						Extent::None => Portion::None,
					},
					why: teller.seen_by(&row.who, &seen),
				});
			}
			let institution = match &row.who {
				Grantee::PractitionerAt { institution, .. } => Some(address(institution)),
				_ => None,
			};
			rows.push(AccessRow {
				who: person_of(&session, &teller, &row.who),
				institution,
				cells,
			});
		}
		let categories = categories.into_values().map(|category| Choice {
			key: category.word().to_owned(),
			text: speech.phrase(category),
			hint: String::new(),
		});
		Ok(Shown { categories: categories.collect(), rows })
	}

	pub(super) async fn what_sees(
		&self,
		account: &str,
		institution: Option<&str>,
		speech: &'static Speech,
	) -> Result<Seen> {
		let reader = account_of(account)?;
		let institution = institution.map(account_of).transpose()?;
		let session = self.session().await?;
		let at = session.finalized().await?;
		let access = self.access(&at, Some(reader.clone())).await?;
		let labels = session.labels_of(&self.account()).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let lines = self.lines_by_id(&session, &at, speech).await?;
		let institution = institution.or_else(|| access.institutions_of(&reader).first().cloned());
		let (mut open, mut closed) = (vec![], vec![]);
		for (record, decision) in access.seen_by(&reader, institution.as_ref()) {
			let Some(line) = lines.get(&record.id).cloned() else { continue };
			let why = teller.why(&reader, &decision);
			match decision.is_permit() {
				true => open.push((line, why)),
				false => closed.push((line, why)),
			}
		}
		let who = match &institution {
			Some(institution) => {
				let affiliation = people::affiliation_of::<H>(&at, &reader, institution).await?;
				people::acting(&session, &reader, Some(institution), affiliation.as_ref(), speech)
			},
			None => people::plain(&session, &reader),
		};
		Ok(Seen { who, open, closed })
	}

	pub(super) async fn holdings(&self, speech: &'static Speech) -> Result<Holdings> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let checked = self.checked_log(&session, &at).await?;
		let found = holdings::read(&session, &self.account(), checked.entries()).await?;
		let labels = session.labels_of(&self.account()).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
		let institutions = found.institutions.iter().map(|(account, it)| HoldingLine {
			who: people::plain(&session, account),
			made: number(it.wrote),
			holds: number(it.keys),
			since: it
				.since
				.and_then(|since| since.time)
				.map(|time| speech.moment(time))
				.unwrap_or_default(),
		});
		let (holders, countries) = match &found.choice {
			Some(choice) => (choice.holders.to_vec(), choice.countries.to_vec()),
			None => (vec![], vec![]),
		};
		let choice = teller.may_hold(&holders, &countries);
		let able = || session.members.iter().filter(|member| may_hold(None, member));
		let mut known: BTreeMap<String, Country> = BTreeMap::new();
		for member in able() {
			if let Ok(code) = country_of(&member.country) {
				known.insert(member.country.clone(), code);
			}
		}
		let named = |code: &str| known.get(code).map(|code| speech.country(code));
		let choices = able().map(|member| Choice {
			key: address(&member.account),
			text: session.names.show(&member.account),
			hint: named(&member.country).unwrap_or_default(),
		});
		let in_countries = known.iter().map(|(key, code)| Choice {
			key: key.clone(),
			text: speech.country(code),
			hint: String::new(),
		});
		Ok(Holdings {
			institutions: institutions.collect(),
			choice,
			holders: choices.collect(),
			chosen_holders: holders.iter().map(address).collect(),
			countries: in_countries.collect(),
			chosen_countries: countries
				.iter()
				.map(|code| String::from_utf8_lossy(code).into_owned())
				.collect(),
		})
	}

	pub(super) async fn draft_holders(
		&self,
		holders: &[String],
		countries: &[String],
		speech: &'static Speech,
	) -> Result<Draft> {
		let session = self.renew_session().await?;
		let at = session.finalized().await?;
		let holders: Vec<_> = holders.iter().map(|it| account_of(it)).collect::<Result<_>>()?;
		let countries: Vec<_> = countries.iter().map(|it| country_of(it)).collect::<Result<_>>()?;
		holdings::ensure_enough(&session.members, &holders, &countries)
			.map_err(|_| Trouble::Input(speech.wallet_too_few_holders(LEAST_HOLDERS)))?;
		for holder in &holders {
			session.ensure_confirmed(holder)?;
		}
		self.draft(&session, &at, Action::Holders { holders, countries }, speech).await
	}
}

/// A country, of two letters.
fn country_of(code: &str) -> Result<Country> {
	let letters: Result<Country, _> = code.as_bytes().try_into();
	letters.map_err(|_| Trouble::Input(code.chars().take(8).collect()).into())
}

/// A grantee in a list.
fn person_of<H: Host>(session: &Session<H>, teller: &Teller, who: &Grantee) -> Person {
	let (account, institution) = match who {
		Grantee::PractitionerAt { practitioner, institution } => (practitioner, Some(institution)),
		Grantee::Person(person) => (person, None),
		Grantee::Institution(institution) => (institution, None),
		other => {
			return Person {
				name: teller.grantee_short(other),
				name_by: String::new(),
				function: String::new(),
				institution: String::new(),
				is_attested: None,
				account: String::new(),
			}
		},
	};
	let institution = institution.map(|it| session.names.show(it)).unwrap_or_default();
	Person { institution, ..people::plain(session, account) }
}
