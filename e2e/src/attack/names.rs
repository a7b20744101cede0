//! Hospitals that take a name which looks like an address, or like another hospital's name.

use super::{governance::carry, scene::account, Attack, Played, Stopped};
use crate::{
	commands::{self, encryption_key, Permit},
	network::Network,
	scenario::Scenario,
	stops,
};
use anyhow::{ensure, Context, Result};
use vouchsafe_client::chain::{
	calls::{as_root, batch_all, EnrolmentCall, RuntimeCall},
	AccountId, AccountKind, Chain, Grantee, Submit, View,
};

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::in_turn(
	"3.5d",
	"A hospital takes a name that looks like an address or another's name",
	|network| Box::pin(deceptive_names(network)),
)];

const NAME: &str = "Saint Anne";
const HONEST: &str = "//Attack//Names//Honest";
const TWIN: &str = "//Attack//Names//Twin";
const LOOK_ALIKE: &str = "//Attack//Names//LookAlike";
const ADDRESS: &str = "//Attack//Names//Address";

fn admit(key: &str, name: &str) -> RuntimeCall {
	EnrolmentCall::admit_institution {
		account: account(key),
		kind: AccountKind::Institution,
		name: name.as_bytes().to_vec(),
		country: *b"DE",
		cap: 10,
		encryption_key: encryption_key(key).public().0,
	}
	.into()
}

async fn deceptive_names(network: &mut Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Names").await?;
	let patient = &scenario.patient;
	let chain = Chain::connect(&network.node_url()).await?;
	// The last one's name is the address of Hospital C. The third one's has a Cyrillic letter.
	let address = account("//HospitalC").to_string();
	let newcomers =
		[(HONEST, NAME), (TWIN, NAME), (LOOK_ALIKE, "S\u{430}int Anne"), (ADDRESS, &address)];
	let admissions = newcomers.iter().map(|(key, name)| admit(key, name)).collect();
	let seats = ["//HospitalA", "//HospitalB", "//Authority"];
	ensure!(carry(&chain, &seats, as_root(batch_all(admissions))).await?, "they are admitted");

	let permitted = async |key: &str| -> Result<bool> {
		let at = chain.finalized().await?;
		let named = Grantee::Institution(account(key));
		let consents = at.all_consents_of(&account(&patient.key)).await?;
		Ok(consents.iter().any(|(grantee, _)| *grantee == named))
	};
	let permit = |to: &str| Permit::read(to).and(&["--no-carry"]);

	// An address is an address, whoever has it as a name.
	commands::grant(patient, &permit(&address)).await?;
	stops!(!permitted(ADDRESS).await?, "a permit: its name is Hospital C's address");
	ensure!(permitted("//HospitalC").await?, "the address is Hospital C's");

	// A name that several have names nobody.
	let grant = ["consent", "grant", "--yes", "--no-carry", "--to"];
	let output = patient.output(&[&grant[..], &[NAME]].concat()).await?;
	stops!(!output.status.success(), "a permit for one of three of the same name");
	let said = String::from_utf8_lossy(&output.stdout);
	for key in [HONEST, TWIN, LOOK_ALIKE] {
		ensure!(!permitted(key).await?, "nobody is permitted anything ({key})");
		let shown = shortened(&account(key));
		ensure!(said.contains(&shown), "{key} is shown with its address {shown}: {said}");
	}
	let listed = patient.run(&["name", "list"]).await?.to_string();
	let told_apart = format!("{address} ({})", shortened(&account(ADDRESS)));
	ensure!(listed.contains(&told_apart), "a name like an address is shown as one: {listed}");

	let honest = format!("{NAME} ({})", shortened(&account(HONEST)));
	commands::grant(patient, &permit(&honest)).await.context("a name with its address")?;
	ensure!(permitted(HONEST).await?, "the one that was meant");
	stops!(!permitted(TWIN).await? && !permitted(LOOK_ALIKE).await?, "another's permit");
	Ok(Stopped::by_client("an address wins over a name, and equal names need the address"))
}

/// An address as it follows a name.
fn shortened(account: &AccountId) -> String {
	let address = account.to_string();
	format!("{}…{}", &address[..8], &address[address.len() - 6..])
}
