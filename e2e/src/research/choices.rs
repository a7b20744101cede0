//! Who chooses what in the story of research, and how: most people on paper, some with their own keys.

use super::people::{clinicians, Account, People, HOSPITALS, TWICE};
use crate::{
	commands,
	network::{Network, INSTITUTIONS},
	process::write_private,
	user::User,
};
use anyhow::{ensure, Context, Result};
use futures::future::try_join_all;
use std::{collections::BTreeSet, ffi::OsString, fmt::Write, path::Path};
use vouchsafe_client::chain::{AccountId, Signer};

/// People who agree to be counted in commercial studies too.
const COMMERCIAL: usize = 24;
/// People who choose every study with their own keys.
const OWN_KEYS: usize = 10;

/// Who chose what. People are numbers.
#[derive(Debug)]
pub struct Choices {
	/// Counted in every study that takes place in the researcher's country.
	pub counted: BTreeSet<usize>,
	/// Of these, in commercial ones too.
	pub commercial: BTreeSet<usize>,
	/// Of these, people who chose with their own keys. The others signed on paper.
	pub own_keys: BTreeSet<usize>,
	/// Accounts that contribute alone. The person of the first one has another account, at a hospital that
	/// contributes it.
	pub own_clients: [Account; 2],
	/// Leaves the first study before it is frozen.
	pub leaves: usize,
	/// Chose studies in Switzerland only.
	abroad: usize,
}

impl Choices {
	/// Choices for these people. The last one chooses nothing.
	pub fn of(people: &People) -> Result<Self> {
		let abroad = people.patients.len() - 2;
		let counted: BTreeSet<usize> = (0..abroad).collect();
		let commercial = counted.iter().copied().rev().take(COMMERCIAL).collect();
		let with_allergies = |range: std::ops::Range<usize>| {
			let person = range.into_iter().find(|person| people.allergies_of_living(*person) > 0);
			let account = people.accounts.iter().find(|account| Some(account.person) == person);
			account.cloned().context("nobody has allergies")
		};
		let own_clients = [with_allergies(0..TWICE)?, with_allergies(TWICE..abroad)?];
		let mut own_keys = BTreeSet::from_iter(own_clients.iter().map(|account| account.person));
		own_keys.extend((TWICE..abroad).take(OWN_KEYS - 1));
		while own_keys.len() > OWN_KEYS {
			own_keys.pop_last();
		}
		Ok(Self { counted, commercial, own_keys, own_clients, leaves: abroad / 2, abroad })
	}

	/// Everybody chooses.
	pub async fn make(&self, network: &Network, people: &People) -> Result<()> {
		let on_paper = HOSPITALS.map(|hospital| self.on_paper(network, people, hospital));
		let with_keys = people.accounts.iter().filter_map(|account| {
			let choice = match account.person {
				person if person == self.abroad => {
					&["study", "choose", "--country", "CH", "--yes"][..]
				},
				person if self.own_keys.contains(&person) => &["study", "choose", "--yes"],
				_ => return None,
			};
			Some(async { account.user(network)?.run(choice).await })
		});
		tokio::try_join!(try_join_all(on_paper), try_join_all(with_keys)).map(drop)
	}

	/// Two clinicians of a hospital enter what patients have signed on paper.
	async fn on_paper(&self, network: &Network, people: &People, hospital: usize) -> Result<()> {
		let institution = INSTITUTIONS[hospital];
		let folder = network.root.join("exports").join(institution.short);
		std::fs::create_dir_all(&folder)?;
		let [first, second] = clinicians(network, hospital)?;
		for traits in [&[][..], &["--trait", "commercial"]] {
			let mut accounts = Vec::new();
			for account in people.at(hospital).filter(|account| {
				self.counted.contains(&account.person)
					&& !self.own_keys.contains(&account.person)
					&& self.commercial.contains(&account.person) != traits.is_empty()
			}) {
				accounts.push(account.signer()?.account());
			}
			let file = folder.join(format!("paper-{}.csv", traits.len()));
			let entered = file.with_extension("json");
			write_list(&file, &accounts)?;
			enter(&first, institution.name, &file, traits, &entered).await?;
			// The second clinician goes through the papers in another order.
			let count = accounts.len();
			accounts.reverse();
			let own = folder.join(format!("paper-{}-second.csv", traits.len()));
			write_list(&own, &accounts)?;
			let answer = second.run(&confirmation(&own, &entered)).await?;
			ensure!(answer["entered"] == count, "not all of {count} were entered: {answer}");
		}
		Ok(())
	}
}

fn write_list(file: &Path, accounts: &[AccountId]) -> Result<()> {
	let mut list = "account\n".to_owned();
	for account in accounts {
		writeln!(list, "{account}")?;
	}
	write_private(file, list.as_bytes())
}

fn confirmation(list: &Path, entered: &Path) -> Vec<OsString> {
	let mut arguments: Vec<OsString> = ["study", "assist", "--yes"].map(Into::into).to_vec();
	arguments.extend(["--list".into(), list.into(), "--confirm".into(), entered.into()]);
	arguments
}

async fn enter(
	clinician: &User,
	institution: &str,
	list: &Path,
	traits: &[&str],
	out: &Path,
) -> Result<()> {
	let mut arguments: Vec<OsString> = ["study", "assist", "--yes", "--institution", institution]
		.iter()
		.chain(traits)
		.map(OsString::from)
		.collect();
	arguments.extend(["--list".into(), list.into(), "--out".into(), out.into()]);
	clinician.run(&arguments).await.map(drop)
}

/// Enrols a second clinician of Hospital C, whose licence the authority attests. The other hospitals have
/// two from the beginning.
pub async fn enrol_clinician(network: &Network) -> Result<()> {
	let [_, clinician] = clinicians(network, HOSPITALS[2])?;
	let (url, root) = (network.sites[2].node.url(), &network.root);
	let registrar = User::new("//RegistrarC", root, &url)?;
	let authority = User::new("//Authority", root, &url)?;
	commands::enrol(&clinician, &registrar, "Hospital C", "practitioner").await?;
	let key = clinician.key.as_str();
	registrar.run(&["enrol", "affiliate", key, "--role", "physician", "--yes"]).await?;
	let role = ["--institution", "Hospital C", "--role", "physician", "--yes"];
	authority.run(&[&["enrol", "attest", key], &role[..]].concat()).await.map(drop)
}
