//! Checks of custodians over the network: this one, at its address for monitoring and at that on the chain, and
//! the other members'. The other machines' clocks show whether this one's is right.

use super::{
	node::{Facts, Member},
	one_line, Finding,
};
use crate::{
	config::{Api, Config},
	keys::Keys,
};
use futures::{stream, StreamExt};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use vouchsafe_client::{
	chain::{AccountId, Signer},
	custodian::{
		inspection::{look, Seen as Answer},
		AllowedAddresses, CustodianError,
	},
	messages::About,
	signing::now,
};

/// How many members are asked at the same time.
const AT_ONCE: usize = 16;
/// By how many seconds clocks may differ. They are compared in whole seconds, and answers take time.
const SAME: i64 = 2;
const WRONG: i64 = 5;
const DAY: i64 = 24 * 60 * 60;
/// How long before a certificate expires somebody should look, in seconds.
const EXPIRES_SOON: i64 = 14 * DAY;
/// The checks of `/ready` that are made here too, and say more here.
const OWN_CHECKS: [&str; 6] = ["node", "chain", "states", "enrolled", "kubo", "certificate"];
/// The checks of `/ready` whose failure is no reason to stop.
const HARMLESS: [&str; 2] = ["research", "wallet"];

/// What this custodian says at its address for monitoring.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
	/// Its keys; none as long as it has seen no chain.
	pub about: Option<About>,
	/// What `/ready` answers.
	pub ready: Value,
}

impl Own {
	/// Asks it.
	pub async fn gather(config: &Config) -> Result<Self, String> {
		let (url, allowed) = (monitoring(&config.api), AllowedAddresses::all());
		let ask = |path| look(&url, path, &allowed);
		let (ready, about) = tokio::join!(ask("/ready"), ask("/v1/custodian"));
		let ready = ready.map_err(|error| error.to_string())?;
		let ready = serde_json::from_slice(&ready.body);
		Ok(Self {
			ready: ready.map_err(|_| "something else answers there".to_owned())?,
			about: about.ok().and_then(|answer| serde_json::from_slice(&answer.body).ok()),
		})
	}
}

/// The account in the key file, if it can be read.
pub fn of_key_file(config: &Config) -> Option<AccountId> {
	Keys::read(&config.keys.file).ok().map(|keys| keys.account.account())
}

/// The address for monitoring, at which this machine reaches it.
pub(crate) fn monitoring(api: &Api) -> String {
	let mut address = api.monitoring_listen;
	match address.ip() {
		IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
		IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
		_ => {},
	}
	format!("http://{address}")
}

/// Whether the custodian runs, and what it says of itself.
pub fn running(api: &Api, own: &Result<Own, String>) -> Finding {
	const NAME: &str = "custodian";
	let url = monitoring(api);
	let ready = match own {
		Ok(own) => &own.ready,
		Err(error) => {
			let says = format!("{url}: {error}");
			return Finding::bad(NAME, says, "systemctl status vouchsafe-custodian");
		},
	};
	let failing = |is_harmless: bool| {
		let checks = ready.as_object().into_iter().flatten();
		let checks = checks.filter(|(name, check)| {
			let fails = check.get("ok").and_then(Value::as_bool) == Some(false);
			fails
				&& !OWN_CHECKS.contains(&name.as_str())
				&& HARMLESS.contains(&name.as_str()) == is_harmless
		});
		let said = checks.map(|(name, check)| {
			format!("{name}: {}", check.get("detail").and_then(Value::as_str).unwrap_or_default())
		});
		said.collect::<Vec<_>>().join("; ")
	};
	let help = format!("curl {url}/ready; journalctl -u vouchsafe-custodian");
	match (failing(false), failing(true)) {
		(bad, _) if !bad.is_empty() => Finding::bad(NAME, bad, help),
		(_, warning) if !warning.is_empty() => Finding::warning(NAME, warning, help),
		_ => Finding::good(NAME, format!("it runs and answers at {url}")),
	}
}

/// What was seen at the members' addresses, in the order of the members. None has no custodian.
pub struct Seen(Vec<Option<Result<Sight, CustodianError>>>);

/// What was seen at one address.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
	/// What the custodian says of itself; none if something else answers.
	pub about: Option<About>,
	/// When its certificate expires, in seconds since 1970.
	pub expires: Option<i64>,
	/// By how many seconds its clock is ahead of ours.
	pub ahead: Option<i64>,
}

impl Sight {
	fn new(answer: &Answer, now: u64) -> Self {
		let der = answer.certificate.as_deref();
		let expires = der.and_then(|der| {
			let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
			Some(certificate.validity().not_after.timestamp())
		});
		let seconds = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
		Self {
			about: serde_json::from_slice(&answer.body).ok(),
			expires,
			ahead: answer.date.map(|date| seconds(date).saturating_sub(seconds(now))),
		}
	}
}

impl Seen {
	/// What was seen, for tests of what is made of it.
	#[cfg(test)]
	pub(super) fn of(all: Vec<Option<Result<Sight, CustodianError>>>) -> Self {
		Self(all)
	}

	/// Looks at the address of each member.
	pub async fn gather(members: &[Member]) -> Self {
		let allowed = AllowedAddresses::all();
		let looks = members.iter().map(|member| {
			let (url, allowed) =
				(member.custodian.as_ref().map(|it| it.0.clone()), allowed.clone());
			async move {
				let seen = look(&url?, "/v1/custodian", &allowed).await;
				Some(seen.map(|answer| Sight::new(&answer, now())))
			}
		});
		Self(stream::iter(looks).buffered(AT_ONCE).collect().await)
	}
}

/// By how many seconds the other members' clocks are ahead of this one, in the middle.
pub fn others_ahead(facts: &Facts, seen: &Seen) -> Option<i64> {
	let others = facts.members.iter().zip(&seen.0);
	let others = others.filter(|(member, _)| Some(&member.account) != facts.own.as_ref());
	let mut all: Vec<i64> =
		others.filter_map(|(_, sight)| sight.as_ref()?.as_ref().ok()?.ahead).collect();
	all.sort_unstable();
	all.get(all.len() / 2).copied()
}

/// Whether this machine's clock is right.
pub fn clock(facts: &Facts, seen: &Seen) -> Finding {
	const NAME: &str = "clock";
	const SET: &str = "timedatectl set-ntp true";
	let seconds = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
	let future = seconds(facts.best.time).saturating_sub(seconds(facts.now));
	if future > SAME {
		let says = format!("it is behind: the newest block is {future} s ahead of it");
		return Finding::bad(NAME, says, SET);
	}
	let Some(ahead) = others_ahead(facts, seen) else {
		return match future < -super::node::OLD {
			true => Finding::not_checked(NAME, "no other machine with a clock answers"),
			false => Finding::good(NAME, format!("the newest block is {} s old by it", -future)),
		};
	};
	let away = ahead.unsigned_abs();
	let side = if ahead > 0 { "behind" } else { "ahead of" };
	let says = format!("it is {away} s {side} the other members'");
	match ahead.abs() {
		0..=SAME => {
			let says = format!(
				"within {SAME} s of the other members'; the newest block is {} s old by it",
				-future
			);
			Finding::good(NAME, says)
		},
		difference if difference <= WRONG => Finding::warning(NAME, says, SET),
		_ => Finding::bad(NAME, says, SET),
	}
}

/// Whether this custodian is reached at its address on the chain, by name, certificate and key.
pub fn address(facts: &Facts, own: Option<&Own>, seen: &Seen) -> Finding {
	const NAME: &str = "address";
	let own_place = facts.members.iter().position(|it| Some(&it.account) == facts.own.as_ref());
	let found = own_place.and_then(|place| {
		let custodian = facts.members.get(place)?.custodian.as_ref()?;
		Some((custodian, seen.0.get(place)?.as_ref()?))
	});
	let Some(((url, account, key), seen)) = found else {
		return Finding::not_checked(NAME, "the chain has no address of this custodian");
	};
	if !url.starts_with("https://") && !facts.is_local {
		let says = format!("{url} is without TLS, so clients do not use it");
		return Finding::bad(NAME, says, "vouchsafe-custodian sign-up with an address in https://");
	}
	let sight = match seen {
		Ok(sight) => sight,
		Err(CustodianError::Certificate(what)) => {
			let help = "renew it, or publish the right address: vouchsafe enrol custodian FILE";
			return Finding::bad(NAME, format!("{url}: the certificate is refused: {what}"), help);
		},
		Err(error) => {
			let help = "look at the proxy, DNS and the firewall";
			return Finding::bad(NAME, format!("{url}: {error}"), help);
		},
	};
	let Some(about) = &sight.about else {
		let says = format!("{url}: something else than a custodian answers");
		return Finding::bad(NAME, says, "look at the proxy and DNS");
	};
	let listened = own.and_then(|own| own.about.as_ref());
	if about.account.0 != *account || listened.is_some_and(|own| own.account != about.account) {
		let says = format!("{url}: another custodian answers");
		return Finding::bad(NAME, says, "look at DNS and the proxy");
	}
	if !has_key(about, key) {
		let says = format!("{url}: its encryption key is not the one on the chain");
		return Finding::bad(
			NAME,
			says,
			"vouchsafe-custodian sign-up, then vouchsafe enrol custodian FILE",
		);
	}
	let Some(expires) = sight.expires else {
		return Finding::good(NAME, format!("{url}, without TLS on a network for development"));
	};
	let left = expires.saturating_sub(i64::try_from(facts.now).unwrap_or(i64::MAX));
	let says = format!("{url}; its certificate is good for {} days", left / DAY);
	match left <= EXPIRES_SOON {
		true => Finding::warning(NAME, says, "renew the certificate"),
		false => Finding::good(NAME, says),
	}
}

/// Whether the custodian has the key that the chain names. While it changes its key, it has both.
fn has_key(about: &About, key: &[u8; 32]) -> bool {
	about.key.0 == *key || about.next_key.is_some_and(|next| next.0 == *key)
}

/// Whether the other members are reached. If none is, the fault is here.
pub fn members(facts: &Facts, seen: &Seen) -> Vec<Finding> {
	let others = facts.members.iter().zip(&seen.0);
	let others = others.filter(|(member, _)| Some(&member.account) != facts.own.as_ref());
	let others: Vec<_> = others
		.filter_map(|(member, seen)| Some((member, member.custodian.as_ref()?, seen.as_ref()?)))
		.collect();
	if others.is_empty() {
		return vec![Finding::warning(
			"members",
			"no other member has a custodian",
			"vouchsafe status",
		)];
	}
	if others.iter().all(|(_, _, seen)| seen.is_err()) {
		let says = format!("none of {} custodians is reached", others.len());
		let help = "look at this machine's firewall, DNS and certificates: vouchsafe status";
		return vec![Finding::bad("members", says, help)];
	}
	others.into_iter().map(|(member, custodian, seen)| other(member, custodian, seen)).collect()
}

/// Whether another member is reached.
fn other(
	member: &Member,
	(url, account, key): &(String, [u8; 32], [u8; 32]),
	seen: &Result<Sight, CustodianError>,
) -> Finding {
	let name = format!("member {}", one_line(&member.name));
	match seen {
		Err(error) => {
			// A command with an address that another member chose is not for copying into a shell.
			let help = "tell it; if it is reached from elsewhere, look at this machine's firewall";
			Finding::warning(&name, format!("{url}: {error}"), help)
		},
		Ok(Sight { about: Some(about), .. })
			if about.account.0 == *account && has_key(about, key) =>
		{
			Finding::good(&name, url.clone())
		},
		Ok(_) => Finding::bad(
			&name,
			format!("{url}: another custodian answers than the chain names"),
			"tell it; what is sealed for the one on the chain, the other cannot open",
		),
	}
}

/// Whether custodian, node and the other members run the same version.
pub fn versions(facts: &Facts, own: Option<&Own>, seen: &Seen) -> Finding {
	const NAME: &str = "versions";
	let installed = env!("CARGO_PKG_VERSION");
	let running = own.and_then(|own| own.about.as_ref()).map(|about| about.version.as_str());
	if let Some(running) = running.filter(|running| *running != installed) {
		let says = format!("the custodian runs as {running}, and {installed} is installed");
		return Finding::warning(NAME, says, "systemctl restart vouchsafe-custodian");
	}
	let node = facts.version.split('-').next().unwrap_or_default();
	if node != installed {
		let says = format!("the node is {node}, and the custodian {installed}");
		return Finding::warning(NAME, says, "install the same release of both");
	}
	let others = facts.members.iter().zip(&seen.0).filter_map(|(member, seen)| {
		let about = seen.as_ref()?.as_ref().ok()?.about.as_ref()?;
		(about.version != installed).then(|| format!("{} {}", member.name, about.version))
	});
	let others: Vec<_> = others.collect();
	match others.is_empty() {
		true => {
			let says = format!("{installed} everywhere, runtime {}", facts.spec_version);
			Finding::good(NAME, says)
		},
		false => {
			let says = format!("{installed} here, and elsewhere: {}", others.join(", "));
			Finding::warning(NAME, says, "agree with the other members on a release")
		},
	}
}
