//! Forged addresses of callers, against a custodian behind a reverse proxy.

use super::{scene::HOSPITAL_C, Attack, Played, Stopped};
use crate::{
	network::{Custodian, Limits, Network},
	stops,
};
use anyhow::{ensure, Result};
use reqwest::StatusCode;

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::shared(
	"2.5b",
	"A stranger forges addresses to get round the limit of requests",
	|network| Box::pin(forged_addresses(network)),
)];

/// How many requests at once the custodian answers to one address, and how many the stranger makes.
const BURST: u32 = 5;
const REQUESTS: u32 = 40;

/// The values of `X-Forwarded-For` in the request with this number.
type Forgery = fn(u32) -> Vec<String>;

/// Asks a custodian with these values of `X-Forwarded-For`. The proxy has written the last address. Returns
/// whether the custodian answers, if only that it is not ready.
async fn is_answered(url: &str, addresses: &[String]) -> Result<bool> {
	let mut asking = reqwest::Client::new().get(url);
	for address in addresses {
		asking = asking.header("x-forwarded-for", address);
	}
	Ok(asking.send().await?.status() != StatusCode::TOO_MANY_REQUESTS)
}

async fn forged_addresses(network: &Network) -> Played {
	let site = &network.sites[HOSPITAL_C];
	let mut custodian = Custodian::new(&network.root.join("proxied"))?;
	let (requests_per_second, burst, trusted_proxies) = (1, BURST, 1);
	custodian.limits = Limits { requests_per_second, burst, trusted_proxies, ..Limits::default() };
	custodian.start("a custodian behind a proxy", "//Proxied", (&site.node, None))?;
	custodian.wait_alive().await?;
	let url = format!("{}/v1/custodian", custodian.url());
	let forgeries: [(&str, Forgery); 3] = [
		("another address before its own", |n| vec![format!("10.0.0.{n}, 198.51.100.7")]),
		("a header of its own", |n| vec![format!("10.0.1.{n}"), "198.51.100.8".into()]),
		("another IPv6 address of its network", |n| vec![format!("2001:db8:0:1::{n:x}")]),
	];
	let mut most = 0;
	for (forgery, addresses) in forgeries {
		let mut answered = 0;
		for number in 1..=REQUESTS {
			answered += u32::from(is_answered(&url, &addresses(number)).await?);
		}
		stops!(answered < REQUESTS / 2, "{answered} answers instead of {BURST}, with {forgery}");
		ensure!(answered >= BURST, "only {answered} answers to one address");
		most = most.max(answered);
	}
	// Others are answered, also those whose addresses the stranger has used.
	for other in ["10.0.0.1", "10.0.1.1", "198.51.100.9", "2001:db8:0:2::1"] {
		ensure!(is_answered(&url, &[other.into()]).await?, "{other} is not answered");
	}
	Ok(Stopped::by_custodian(format!("after {most} requests of {REQUESTS}; others are answered")))
}
