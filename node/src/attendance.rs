//! Metrics of who makes blocks: a validator that is silent is seen here first.
//!
//! `vouchsafe_validator_blocks{validator, session}` counts the blocks of each validator, by its public name, in
//! the session that runs (`this`) and in the one before (`last`).

use crate::client::FullClient;
use futures::StreamExt;
use sc_client_api::BlockchainEvents;
use sp_api::{ApiError, ProvideRuntimeApi};
use std::sync::Arc;
use substrate_prometheus_endpoint::{register, GaugeVec, Opts, PrometheusError, Registry, U64};
use vouchsafe_primitives::AccountId;
use vouchsafe_runtime::{
	apis::{ConsortiumApi, VouchsafeApi},
	Hash,
};

/// The gauges.
pub struct Attendance {
	client: Arc<FullClient>,
	blocks: GaugeVec<U64>,
}

impl Attendance {
	/// Registers the gauges.
	pub fn register(client: Arc<FullClient>, registry: &Registry) -> Result<Self, PrometheusError> {
		let about = "Blocks that each validator made, in this session and in the last";
		let options = Opts::new("vouchsafe_validator_blocks", about);
		let blocks = register(GaugeVec::new(options, &["validator", "session"])?, registry)?;
		Ok(Self { client, blocks })
	}

	/// Follows the chain until the node stops.
	pub async fn run(self) {
		let mut imported = self.client.import_notification_stream();
		while let Some(block) = imported.next().await {
			if !block.is_new_best {
				continue;
			}
			if let Err(error) = self.show(block.hash) {
				tracing::debug!(%error, "the validators' blocks are not counted");
			}
		}
	}

	fn show(&self, block: Hash) -> Result<(), ApiError> {
		let (this, last) = self.client.runtime_api().attendance(block)?;
		// Who is no longer a validator is not shown.
		self.blocks.reset();
		for (session, made) in [("this", this), ("last", last)] {
			for (validator, blocks) in made {
				let name = self.name(block, validator)?;
				self.blocks.with_label_values(&[&name, session]).set(blocks.into());
			}
		}
		Ok(())
	}

	/// The public name of an institution.
	fn name(&self, block: Hash, account: AccountId) -> Result<String, ApiError> {
		let found = self.client.runtime_api().institution(block, account)?;
		Ok(found.map_or_else(String::new, |it| String::from_utf8_lossy(&it.name).into_owned()))
	}
}
