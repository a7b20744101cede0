//! Settings of this device.

use super::{connection::CUSTODIANS, Account, FOLDER, SETTINGS};
use crate::{
	failure::Trouble,
	host::Host,
	messages::{Choice, CustodianLine, Settings},
};
use anyhow::Result;
use std::collections::BTreeMap;
use vouchsafe_agent::platform::Keep as _;
use vouchsafe_protocol::{traits::View as _, types::address};
use vouchsafe_speech::{short, Speech};

/// The longest name and value of a setting.
const LONGEST: usize = 200;
/// The most settings.
const MOST: usize = 50;

impl<H: Host> Account<H> {
	pub(super) async fn settings(&self, speech: &'static Speech) -> Result<Settings> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let me = at.account(&self.account()).await?;
		let chain = &session.chain.chain;
		let mut custodians: Vec<_> = chain
			.custodians()
			.iter()
			.zip(chain.last_answers())
			.map(|(it, said)| CustodianLine {
				account: address(&it.institution),
				name: session.names.show(&it.institution),
				address: it.url.clone(),
				is_chosen: true,
				answers: Some(said.is_some_and(|said| said.is_ok())),
			})
			.collect();
		for member in session.members.iter().filter(|member| member.is_active()) {
			let Some((url, _)) = &member.custodian else { continue };
			let account = address(&member.account);
			if custodians.iter().all(|it| it.account != account) {
				custodians.push(CustodianLine {
					account,
					name: session.names.show(&member.account),
					address: url.clone(),
					is_chosen: false,
					answers: None,
				});
			}
		}
		let names = self.keep.address_book().await?.into_iter();
		let names = names.map(|(text, key)| Choice { key, text, hint: String::new() });
		Ok(Settings {
			account: address(&self.account()),
			chain: short(&session.genesis()),
			enrolled_by: me.map(|it| session.names.show(&it.enrolled_by)).unwrap_or_default(),
			custodians,
			most_custodians: u32::try_from(CUSTODIANS).unwrap_or(u32::MAX),
			names: names.collect(),
			device: self.device().await?.into_iter().collect(),
			synced: self.synced(&session, speech),
		})
	}

	/// Where names and texts are kept.
	fn synced(&self, session: &crate::platform::Session<H>, speech: &Speech) -> String {
		let known = super::locked(&self.known);
		let kept = known.synced.as_ref().map(|outcome| &outcome.kept_at[..]).unwrap_or_default();
		let names: Vec<_> = kept.iter().map(|it| session.names.show(it)).collect();
		match names.is_empty() {
			true => speech.wallet_synced_not(),
			false => speech.wallet_synced(speech.and(&names)),
		}
	}

	async fn device(&self) -> Result<BTreeMap<String, String>> {
		Ok(match self.keep.read(FOLDER, SETTINGS).await? {
			Some(bytes) => serde_json::from_slice(&bytes)?,
			None => BTreeMap::new(),
		})
	}

	pub(super) async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
		let mut all = self.device().await?;
		let is_new = !all.contains_key(name);
		if name.len() > LONGEST || value.len() > LONGEST || (is_new && all.len() >= MOST) {
			return Err(Trouble::Input(name.chars().take(20).collect()).into());
		}
		all.insert(name.to_owned(), value.to_owned());
		self.keep.write(FOLDER, SETTINGS, &serde_json::to_vec(&all)?).await
	}
}
