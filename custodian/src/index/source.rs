//! Where an index comes from: a file, or another member's custodian. Only custodians that the chain names are
//! asked: who relays our signed request to one would get an index that only members get.

use crate::{
	chain::Node,
	config::Config,
	keys::Keys,
	state::own_institution,
	studies::peers::{allowed_on, name_of},
	uploads::Free,
};
use anyhow::{bail, ensure, Context};
use futures::{Stream, StreamExt};
use std::{
	fs::File,
	io::Write,
	path::Path,
	str::FromStr,
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::{account_of, AccountId, Institution, Signer},
	custodian::{CustodianClient, CustodianError},
	messages::Hex,
};

/// How often progress is shown.
const PROGRESS: Duration = Duration::from_secs(2);
/// After how many bytes the room on the disk is looked at again.
const LOOK: u64 = 16 * 1024 * 1024;

/// Another member's custodian.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
	account: AccountId,
	name: String,
	url: String,
}

/// The file that `from` names: a file, or a member's custodian by its address, or by the member's name or
/// account.
pub(super) async fn open(
	config: &Config,
	node: &dyn Node,
	from: &str,
	say: impl FnMut(&str),
) -> anyhow::Result<File> {
	let is_url = ["http://", "https://"].iter().any(|scheme| from.starts_with(scheme));
	if !is_url && Path::new(from).is_file() {
		return File::open(from).with_context(|| format!("can't open {from}"));
	}
	let keys = Keys::read(&config.keys.file)?;
	let block = node.finalized().await?;
	let own = own_institution(&*block, &keys.account.account()).await.context(
		"other members answer only a custodian that is registered. Without that, import a file that one of them \
		 has made with `vouchsafe-custodian index export`",
	)?;
	let member = choose(&block.members().await?, &own, from)?;
	let allowed = allowed_on(config, node).await?;
	let failed = || format!("can't get the index of {} at {}", member.name, member.url);
	let client =
		CustodianClient::new(&member.url, member.account.clone(), node.genesis(), &allowed);
	let client = client.with_context(failed)?;
	let answer = client.index(&keys.account).await.map_err(|error| match error {
		CustodianError::NotFound => anyhow::anyhow!(
			"its custodian has indexed nothing yet, or is an older release that has no such answer"
		),
		CustodianError::NoAccess => anyhow::anyhow!(
			"its custodian does not know this one as an active member's: wait until the registration is final \
			 there"
		),
		error => error.into(),
	});
	let answer = answer.with_context(failed)?;
	let store = &config.store;
	download(answer, &store.directory, store.reserve, say).await.with_context(failed)
}

/// The member that is meant.
fn choose(
	members: &[(AccountId, Institution)],
	own: &AccountId,
	from: &str,
) -> anyhow::Result<Member> {
	let with_custodian = members.iter().filter_map(|(account, institution)| {
		let url = institution.custodian.as_ref().map(|custodian| &custodian.url)?;
		let (name, url) = (name_of(account, Some(institution)), String::from_utf8_lossy(url));
		(account != own).then(|| Member { account: account.clone(), name, url: url.into_owned() })
	});
	let others: Vec<Member> = with_custodian.collect();
	let account = Hex::<32>::from_str(from).ok().map(AccountId::from).or_else(|| account_of(from));
	let is_meant = |member: &&Member| {
		member.name == from
			|| member.url.trim_end_matches('/') == from.trim_end_matches('/')
			|| Some(&member.account) == account.as_ref()
	};
	let mut meant = others.iter().filter(is_meant);
	match (meant.next(), meant.next()) {
		(Some(member), None) => Ok(member.clone()),
		(Some(_), Some(_)) => bail!("several members are called “{from}”: name the account of one"),
		(None, _) => {
			let names: Vec<_> =
				others.iter().map(|it| format!("{} ({})", it.name, it.url)).collect();
			bail!(
				"“{from}” is neither a file nor another active member of the chain with a custodian. These \
				 have one: {}",
				names.join(", ")
			)
		},
	}
}

/// Writes what comes into a file without a name in this directory, which goes when it is closed.
async fn download(
	mut pieces: impl Stream<Item = Result<impl AsRef<[u8]>, CustodianError>> + Unpin,
	directory: &Path,
	reserve: u64,
	mut say: impl FnMut(&str),
) -> anyhow::Result<File> {
	let mut file = tempfile::tempfile_in(directory)
		.with_context(|| format!("can't make a file in {}", directory.display()))?;
	let (mut length, mut look_at, mut shown) = (0u64, 0, Instant::now());
	while let Some(piece) = pieces.next().await {
		let piece = piece?;
		if length >= look_at {
			ensure!(Free::on(directory)?.bytes > reserve, "the disk is almost full: make room");
			look_at = length.saturating_add(LOOK);
		}
		file.write_all(piece.as_ref())?;
		length = length.saturating_add(piece.as_ref().len() as u64);
		if shown.elapsed() >= PROGRESS {
			shown = Instant::now();
			say(&format!("received {} MB", length / 1_000_000));
		}
	}
	Ok(file)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::double::studies::institution;
	use futures::stream;
	use std::io::{Read, Seek};

	fn members() -> Vec<(AccountId, Institution)> {
		let member = |number: u8, name: &str, url: &str| {
			let account = AccountId::new([number; 32]);
			let mut institution = institution(url, &AccountId::new([number + 100; 32]), [0; 32]);
			institution.name = name.as_bytes().to_vec();
			(account, institution)
		};
		let mut none = member(5, "Authority", "");
		none.1.custodian = None;
		vec![
			member(1, "Hospital A", "https://a.example"),
			member(2, "Hospital B", "https://b.example/"),
			member(3, "Twin", "https://c.example"),
			member(4, "Twin", "https://d.example"),
			none,
		]
	}

	#[test]
	fn a_member_is_named_by_name_address_or_account() {
		let (members, own) = (members(), AccountId::new([1; 32]));
		let chosen = |from: &str| choose(&members, &own, from).map(|member| member.account);
		let b = AccountId::new([2; 32]);
		let (ss58, hex) = (b.to_string(), Hex([2; 32]).to_string());
		for from in ["Hospital B", "https://b.example", "https://b.example/", &ss58, &hex] {
			assert_eq!(chosen(from).unwrap(), b, "{from}");
		}
		let refused = |from: &str| chosen(from).unwrap_err().to_string();
		assert!(refused("Twin").contains("several members"));
		// Itself, one without a custodian, and an address that is not on the chain.
		for from in ["Hospital A", "Authority", "https://evil.example", "b.example", "file.index"] {
			let said = refused(from);
			assert!(said.contains("is neither") && said.contains("Hospital B ("), "{said}");
		}
	}

	#[tokio::test]
	async fn what_is_received_is_in_a_file_that_has_no_name() {
		let directory = tempfile::tempdir().unwrap();
		let receive = async |pieces: Vec<Result<Vec<u8>, CustodianError>>, reserve| {
			download(stream::iter(pieces), directory.path(), reserve, |_| ()).await
		};
		let mut file = receive(vec![Ok(vec![1; 3]), Ok(vec![2; 4])], 0).await.unwrap();
		file.rewind().unwrap();
		let mut read = Vec::new();
		file.read_to_end(&mut read).unwrap();
		assert_eq!(read, [1, 1, 1, 2, 2, 2, 2]);
		let error = receive(vec![Ok(vec![1; 3])], u64::MAX).await.unwrap_err();
		assert!(error.to_string().contains("almost full"));
		assert!(receive(vec![Ok(vec![1]), Err(CustodianError::Busy)], 0).await.is_err());
		assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
	}
}
