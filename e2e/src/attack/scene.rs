//! What attacks on a shared network need: a patient of their own, people of the hospitals, and calls that
//! must be refused.

use super::got_through;
use crate::{
	commands::{self, keypair},
	network::Network,
	process::{until, TIMEOUT},
	scenario::Scenario,
	user::User,
};
use anyhow::{ensure, Context, Result};
use std::ops::Deref;
use vouchsafe_client::{
	chain::{
		calls::{CustodyCall, EnrolmentCall, MultiSignature, RuntimeCall},
		AccountId, Chain, ChainError, Ground, HolderKind, Purpose, Signer, Submit, View, H256,
	},
	custodian::{AllowedAddresses, CustodianClient},
	messages::{Hex, SignedCustodian},
	signing::now,
};

/// The places of the hospitals' sites in a network.
pub(super) const HOSPITAL_A: usize = 0;
pub(super) const HOSPITAL_B: usize = 1;
pub(super) const HOSPITAL_C: usize = 2;

/// The exit code of the `vouchsafe` command if there is no access.
const NO_ACCESS: i32 = 3;

/// The account of a development key.
///
/// # Panics
/// If it is not a development key.
pub fn account(key: &str) -> AccountId {
	keypair(key).expect("a development key").account()
}

/// A scenario, with a connection to the chain.
pub(super) struct Scene {
	pub scenario: Scenario,
	pub chain: Chain,
	pub registrar_a: User,
}

impl Deref for Scene {
	type Target = Scenario;

	fn deref(&self) -> &Scenario {
		&self.scenario
	}
}

impl Scene {
	/// Enrols a patient at Hospital A, who permits it to write. The name is used once.
	pub async fn new(network: &Network, name: &str) -> Result<Self> {
		let scenario = Scenario::new(network, &format!("//Attack//{name}")).await?;
		let chain = Chain::connect(&network.node_url()).await?;
		let registrar_a = User::new("//RegistrarA", &scenario.root, &scenario.doctor_a.node)?;
		Ok(Self { scenario, chain, registrar_a })
	}

	/// The patient's account.
	pub fn patient(&self) -> AccountId {
		account(&self.scenario.patient.key)
	}

	/// Enrols a practitioner with this key at Hospital A or B, who has this role there.
	pub async fn practitioner(&self, key: &str, hospital: &str, role: &str) -> Result<User> {
		let registrar = match hospital {
			"Hospital A" => &self.registrar_a,
			_ => &self.scenario.registrar_b,
		};
		let user = User::new(key, &self.scenario.root, &registrar.node)?;
		commands::enrol(&user, registrar, hospital, "practitioner").await?;
		registrar.run(&["enrol", "affiliate", key, "--role", role]).await?;
		Ok(user)
	}

	/// Signs and sends a call, which the chain must refuse with this error. `got` says what the attacker
	/// has if it does not.
	pub async fn refused(
		&self,
		key: &str,
		call: impl Into<RuntimeCall>,
		error: &str,
		got: &str,
	) -> Result<()> {
		match self.chain.submit(&keypair(key)?, call.into()).await {
			Ok(included) => Err(got_through(format!("{got}, in block {}", included.number))),
			Err(refusal) if refusal.code().as_deref() == Some(error) => Ok(()),
			Err(other) => Err(other).with_context(|| format!("{error} was expected")),
		}
	}

	/// Signs and sends a call, which must succeed. Returns the number of its block.
	pub async fn ok(&self, key: &str, call: impl Into<RuntimeCall>) -> Result<u32> {
		let included = self.chain.submit(&keypair(key)?, call.into()).await;
		Ok(included.with_context(|| format!("the honest call of {key}"))?.number)
	}

	/// Whether a reader at Hospital B gets the record. If not, the reader is told “no access” and gets no
	/// file.
	pub async fn gets(&self, reader: &User, record: &str) -> Result<bool> {
		let out = self.scenario.root.join("refused");
		let arguments = commands::opening(Some("Hospital B"), &self.scenario.patient, record, &out);
		let output = reader.output(&arguments).await?;
		if output.status.success() {
			std::fs::remove_file(&out)?;
			return Ok(true);
		}
		ensure!(output.status.code() == Some(NO_ACCESS), "another error: {output:?}");
		ensure!(!out.exists(), "a refused record was written");
		Ok(false)
	}

	/// Whether the chain opens the record of the patient for this reader.
	pub async fn chain_opens(
		&self,
		key: &str,
		record: &str,
		institution: Option<&str>,
	) -> Result<bool> {
		let record: Hex<32> = record.parse()?;
		let call = open(self.patient(), record.into(), institution);
		match self.chain.submit(&keypair(key)?, call).await {
			Ok(included) => {
				let (opened, _) = included.opening_decided().context("nothing was decided")?;
				Ok(!opened.is_empty())
			},
			Err(ChainError::Dispatch { .. }) => Ok(false),
			Err(error) => Err(error.into()),
		}
	}
}

/// The call that opens a record under a consent.
pub(super) fn open(patient: AccountId, record: H256, institution: Option<&str>) -> RuntimeCall {
	CustodyCall::open {
		patient,
		records: vec![record],
		purpose: Purpose::Treatment,
		ground: Ground::Consent { institution: institution.map(account) },
	}
	.into()
}

/// The custodian at an institution's site.
pub(super) fn custodian(network: &Network, site: usize, genesis: H256) -> Result<CustodianClient> {
	let site = &network.sites[site];
	let (url, institution) = (site.custodian.url(), account(site.institution.seed));
	Ok(CustodianClient::new(&url, institution, genesis, &AllowedAddresses::all())?)
}

/// Waits until every custodian has acknowledged its share of a record's first version.
pub(super) async fn wait_for_acknowledgements(
	chain: &Chain,
	patient: &AccountId,
	record: H256,
) -> Result<()> {
	until("every custodian has acknowledged", TIMEOUT, || async {
		let at = chain.finalized().await.ok()?;
		let set = at.sharing_set(patient, record, 0).await.ok()??;
		let mut institutions = set.holders.iter().filter(|it| it.kind != HolderKind::Patient);
		institutions.all(|it| it.acknowledged).then_some(())
	})
	.await
}

/// An institution names its custodian on the chain: an account, an address and an encryption key.
pub(super) async fn name_custodian(
	chain: &Chain,
	institution: &str,
	custodian: &str,
	url: &str,
	key: [u8; 32],
) -> Result<()> {
	let (genesis, account) = (chain.genesis(), account(institution));
	let signed =
		SignedCustodian::sign(&keypair(custodian)?, genesis, &account, url, key, now() + 600);
	let call = EnrolmentCall::set_custodian {
		url: signed.url.into_bytes(),
		account: signed.account.into(),
		key,
		expires: signed.expires,
		signature: MultiSignature::Sr25519(signed.signature.0),
	};
	chain.submit(&keypair(institution)?, call).await?;
	Ok(())
}
