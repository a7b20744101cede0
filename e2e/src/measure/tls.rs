//! What TLS costs: an upload of 100 MB to a custodian without TLS, by its own TLS, and through nginx and
//! Caddy. Each upload is checked, added to Kubo and pinned before it is answered.

use super::{Row, Times};
use crate::{
	commands::keypair,
	network::{Custodian, Network},
};
use anyhow::{ensure, Context, Result};
use base64::{prelude::BASE64_STANDARD, Engine};
use std::time::{Duration, Instant};
use vouchsafe_client::{
	chain::{Chain, Signer, Submit},
	cid::{text, CidBuilder},
	messages::{action, AddContent, REQUEST_HEADER},
	signing::{now, sign_request},
};

/// Pieces of 100,000 bytes.
const PIECES: usize = 1_000;
const TIMES: usize = 5;

/// Uploads of 100 MB, in four ways.
pub async fn measure(network: &mut Network) -> Result<Vec<Row>> {
	let (nginx, caddy, own) = (network.index("a"), network.index("b"), network.index("c"));
	let by_tls = uploads(network, own).await?;
	let by_nginx = uploads(network, nginx).await?;
	let by_caddy = uploads(network, caddy).await?;
	let custodian = &mut network.sites[own].custodian;
	(custodian.public_url, custodian.further) = (None, String::new());
	network.start_custodian(own).await?;
	network.wait_ready(own).await?;
	let plain = uploads(network, own).await?;
	let row = |what: &str, times: &Times| {
		let what = format!("an upload of 100 MB, {what}");
		Row::new(&what, times.to_string(), format!("without TLS: {plain}"), "-")
			.ratio(times.median / plain.median)
	};
	Ok(vec![
		row("by the custodian's own TLS", &by_tls),
		row("through nginx", &by_nginx),
		row("through Caddy", &by_caddy),
	])
}

async fn uploads(network: &Network, site: usize) -> Result<Times> {
	let site = &network.sites[site];
	let chain = Chain::connect(&network.node_url()).await?;
	let institution = keypair(site.institution.seed)?.account();
	let author = keypair("//DoctorA")?;
	let http = site.custodian.http()?;
	let mut times = Vec::new();
	for _ in 0..TIMES {
		let pieces = (0..PIECES).map(|_| vouchsafe_vault::random_bytes::<100_000>());
		let content = pieces.collect::<Vec<_>>().concat();
		let mut cid = CidBuilder::new();
		cid.update(&content);
		let body = AddContent { cid: text(&cid.finish()), length: content.len() as u64 };
		let action = action::ADD_CONTENT;
		let signed = sign_request(&author, chain.genesis(), &institution, action, &body, now());
		let header = BASE64_STANDARD.encode(serde_json::to_vec(&signed)?);
		times.push(upload(&site.custodian, &http, header, content).await?);
	}
	Ok(Times::new(times))
}

async fn upload(
	custodian: &Custodian,
	http: &reqwest::Client,
	header: String,
	content: Vec<u8>,
) -> Result<Duration> {
	let url = format!("{}/v1/content", custodian.url());
	let sending = http.post(url).header(REQUEST_HEADER, header).body(content);
	let start = Instant::now();
	let answer = sending.send().await.context("the upload failed")?;
	let (took, status) = (start.elapsed(), answer.status());
	ensure!(status == 201, "the upload is refused: {status} {}", answer.text().await?);
	Ok(took)
}
