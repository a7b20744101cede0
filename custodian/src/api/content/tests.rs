//! Uploads and downloads by HTTP, with a real database and doubles of the chain and of Kubo.

use crate::{
	api,
	chain::double::{account, BlockDouble, NodeDouble},
	config::Config,
	kubo::double::KuboDouble,
	state::{
		double::{state, Surroundings},
		Connected,
	},
};
use axum::{
	body::{to_bytes, Body, Bytes},
	extract::ConnectInfo,
	http::{header::RETRY_AFTER, Request, Response, StatusCode},
	Router,
};
use base64::{prelude::BASE64_STANDARD, Engine};
use futures::stream;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use subxt_signer::sr25519::{dev, Keypair};
use tower::ServiceExt;
use vouchsafe_client::{
	chain::{account_bytes, AccountId, AccountKind, Signer, H256},
	cid::{cid_of, Cid, CHUNK},
	messages::{action, AddContent, Refusal, REQUEST_HEADER},
	signing::{now, sign_request},
};

const INSTITUTION: AccountId = AccountId::new([3; 32]);
const CONTENT: &[u8] = b"ciphertext";

struct Service {
	router: Router,
	kubo: KuboDouble,
	_surroundings: Surroundings,
}

/// A custodian for two practitioners of one institution.
async fn service(change: impl FnOnce(&mut Config)) -> Service {
	let kubo = KuboDouble::start().await;
	let (state, surroundings) = state(Some(kubo.ipfs.clone()), |config| {
		config.store.reserve = 0;
		change(config);
	});
	let practitioner = || account(AccountKind::Practitioner, INSTITUTION, [0; 32]);
	let accounts = [dev::alice(), dev::bob()];
	let accounts = accounts.map(|key| (account_bytes(&key.account()), practitioner())).into();
	let block = BlockDouble { accounts, ..Default::default() };
	let node = NodeDouble { finalized: block.clone(), best: block, ..NodeDouble::default() };
	state.set_connected(Some(Connected { node: Arc::new(node), institution: Some(INSTITUTION) }));
	let router = api::router(Arc::new(state));
	Service { router, kubo, _surroundings: surroundings }
}

impl Service {
	async fn add(&self, key: &Keypair, cid: &Cid, length: u64, content: Body) -> StatusCode {
		self.answer(self.upload(key, cid, length, content)).await.status()
	}

	fn upload(&self, key: &Keypair, cid: &Cid, length: u64, content: Body) -> Request<Body> {
		let body = AddContent { cid: cid.to_string(), length };
		let signed =
			sign_request(key, H256([0; 32]), &INSTITUTION, action::ADD_CONTENT, &body, now());
		let header = BASE64_STANDARD.encode(serde_json::to_vec(&signed).unwrap());
		let request = Request::post("/v1/content").header(REQUEST_HEADER, header);
		request.body(content).unwrap()
	}

	async fn get(&self, cid: &Cid) -> (StatusCode, Bytes) {
		self.ask(Request::get(format!("/v1/content/{cid}")).body(Body::empty()).unwrap()).await
	}

	async fn answer(&self, mut request: Request<Body>) -> Response<Body> {
		let peer: SocketAddr = "192.0.2.1:1000".parse().unwrap();
		request.extensions_mut().insert(ConnectInfo(peer));
		self.router.clone().oneshot(request).await.unwrap()
	}

	async fn ask(&self, request: Request<Body>) -> (StatusCode, Bytes) {
		let answer = self.answer(request).await;
		(answer.status(), to_bytes(answer.into_body(), 1 << 20).await.unwrap())
	}
}

#[tokio::test]
async fn what_was_added_is_served() {
	let service = service(|_| ()).await;
	let cid = cid_of(CONTENT);
	assert_eq!(service.get(&cid).await.0, StatusCode::NOT_FOUND);
	let added = service.add(&dev::alice(), &cid, 10, CONTENT.into()).await;
	assert_eq!(added, StatusCode::CREATED);
	assert_eq!(service.get(&cid).await, (StatusCode::OK, Bytes::from_static(CONTENT)));
}

/// Kubo sends what comes before a lost block, which looks like a damaged copy.
#[tokio::test]
async fn a_copy_without_one_of_its_blocks_is_not_served() {
	let service = service(|_| ()).await;
	let content = vec![7; 2 * CHUNK];
	let (cid, length) = (cid_of(&content), content.len() as u64);
	let added = service.add(&dev::alice(), &cid, length, content.clone().into()).await;
	assert_eq!(added, StatusCode::CREATED);
	assert_eq!(service.get(&cid).await, (StatusCode::OK, content.clone().into()));
	service.kubo.contents().cut.insert(cid.to_string());
	let (status, refusal) = service.get(&cid).await;
	assert_eq!(status, StatusCode::NOT_FOUND);
	let refusal: Refusal = serde_json::from_slice(&refusal).unwrap();
	assert_eq!(refusal.kind, "incomplete", "{}", refusal.error);
	// Content of one block needs no question.
	service.add(&dev::alice(), &cid_of(CONTENT), 10, CONTENT.into()).await;
	service.get(&cid_of(CONTENT)).await;
	let asked = service.kubo.contents().asked.iter().filter(|it| *it == "files/stat").count();
	assert_eq!(asked, 2);
}

/// Reading all blocks of large content takes an IPFS node minutes. Nobody waits for that.
#[tokio::test]
async fn content_is_sent_before_all_its_blocks_were_read() {
	let service = service(|_| ()).await;
	let content = vec![7; 2 * CHUNK];
	let (cid, length) = (cid_of(&content), content.len() as u64);
	service.add(&dev::alice(), &cid, length, content.into()).await;
	service.kubo.contents().cut.insert(cid.to_string());
	let ipfs = &service.kubo.ipfs;
	assert!(!super::has_all(ipfs, &cid, length, super::LOOK).await);
	service.kubo.contents().reads_slowly = true;
	assert!(super::has_all(ipfs, &cid, length, Duration::from_millis(100)).await);
}

#[tokio::test]
async fn each_refusal_has_its_status_and_leaves_nothing() {
	let service = service(|config| {
		config.api.max_content = 30;
		config.api.max_unclaimed = 20;
		config.api.max_unclaimed_per_institution = 25;
	})
	.await;
	let (alice, bob) = (dev::alice(), dev::bob());
	let (cid, other) = (cid_of(CONTENT), cid_of(b"other"));
	let charlie = dev::charlie();
	for (key, cid, length, status) in [
		(&alice, &other, 10, StatusCode::UNPROCESSABLE_ENTITY),
		(&alice, &cid, 9, StatusCode::UNPROCESSABLE_ENTITY),
		(&alice, &cid, 11, StatusCode::UNPROCESSABLE_ENTITY),
		(&alice, &cid, 21, StatusCode::PAYLOAD_TOO_LARGE),
		(&alice, &cid, 31, StatusCode::PAYLOAD_TOO_LARGE),
		(&charlie, &cid, 10, StatusCode::FORBIDDEN),
	] {
		assert_eq!(service.add(key, cid, length, CONTENT.into()).await, status, "{length}");
	}
	assert!(service.kubo.is_untouched());
	// The account's place is used up, then that of its institution.
	let twenty = [CONTENT, CONTENT].concat();
	let added = service.add(&alice, &cid_of(&twenty), 20, twenty.clone().into()).await;
	assert_eq!(added, StatusCode::CREATED);
	let refused = service.add(&alice, &cid, 10, CONTENT.into()).await;
	assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
	let refused = service.add(&bob, &cid, 10, CONTENT.into()).await;
	assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
	assert_eq!(service.add(&bob, &other, 5, "other".into()).await, StatusCode::CREATED);
}

#[tokio::test]
async fn a_full_disk_is_told_and_requests_go_on() {
	let service = service(|config| config.store.reserve = u64::MAX / 2).await;
	let cid = cid_of(CONTENT);
	for _ in 0..2 {
		// Each is a signed request of its own, whose nonce is stored.
		let refused = service.add(&dev::alice(), &cid, 10, CONTENT.into()).await;
		assert_eq!(refused, StatusCode::INSUFFICIENT_STORAGE);
	}
	assert!(service.kubo.is_untouched());
	assert_eq!(service.get(&cid).await.0, StatusCode::NOT_FOUND);
}

/// One is under way and one waits. The third is told when to come again.
#[tokio::test]
async fn too_many_uploads_are_told_when_to_come_again() {
	let service = service(|config| config.api.per_account.max_transfers = 1).await;
	let cid = cid_of(CONTENT);
	let uploads = (0..3).map(|_| {
		let content = Body::from_stream(stream::pending::<Result<Bytes, String>>());
		Box::pin(service.answer(service.upload(&dev::alice(), &cid, 10, content)))
	});
	let (refused, _, others) = futures::future::select_all(uploads).await;
	assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
	let seconds: u64 = refused.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
	assert!((1..=30).contains(&seconds));
	let refusal = to_bytes(refused.into_body(), 1 << 20).await.unwrap();
	let refusal: Refusal = serde_json::from_slice(&refusal).unwrap();
	assert_eq!(refusal.kind, "too-many-uploads", "{}", refusal.error);
	drop(others);
	assert!(service.kubo.is_untouched());
}

/// Clients take another 4xx status for a refusal for good, and give the record up.
#[tokio::test]
async fn an_upload_that_broke_off_may_be_tried_again() {
	let service = service(|_| ()).await;
	let pieces = [Ok(Bytes::from_static(b"cipher")), Err("gone")];
	let content = Body::from_stream(stream::iter(pieces));
	let broken = service.add(&dev::alice(), &cid_of(CONTENT), 10, content).await;
	assert_eq!(broken, StatusCode::REQUEST_TIMEOUT);
	assert!(service.kubo.is_untouched());
}

/// Content that comes while this sender exists.
fn held() -> (tokio::sync::mpsc::Sender<Result<Bytes, String>>, Body) {
	let (sender, receiver) = tokio::sync::mpsc::channel(1);
	let pieces = stream::unfold(receiver, |mut it| async { Some((it.recv().await?, it)) });
	(sender, Body::from_stream(pieces))
}

/// The people of a hospital have one address. Uploads are of those who signed them.
#[tokio::test]
async fn uploads_take_no_turn_of_their_address() {
	let service = service(|config| {
		config.api.max_transfers_per_address = 1;
		config.api.per_account.max_transfers = 2;
		config.api.per_institution.max_transfers = 3;
	})
	.await;
	service.add(&dev::alice(), &cid_of(CONTENT), 10, CONTENT.into()).await;
	let (alice, bob) = (dev::alice(), dev::bob());
	let contents = [b"first".to_vec(), b"other".to_vec(), b"third".to_vec()];
	let cids = contents.each_ref().map(|content| cid_of(content));
	let (senders, bodies): (Vec<_>, Vec<_>) = (0..3).map(|_| held()).unzip();
	let [first, second, third] = <[Body; 3]>::try_from(bodies).ok().unwrap();
	let adding = async {
		tokio::join!(
			service.add(&alice, &cids[0], 5, first),
			service.add(&alice, &cids[1], 5, second),
			service.add(&bob, &cids[2], 5, third),
		)
	};
	let meanwhile = async {
		// The pieces are taken, so the three are under way at the same time.
		for (sender, content) in senders.iter().zip(&contents) {
			sender.send(Ok(content[..2].to_vec().into())).await.unwrap();
			sender.send(Ok(content[2..4].to_vec().into())).await.unwrap();
			sender.send(Ok(content[4..].to_vec().into())).await.unwrap();
		}
		assert_eq!(service.get(&cid_of(CONTENT)).await.0, StatusCode::OK, "the address has a turn");
		let cid = cid_of(b"fourth");
		let fourth = service.add(&bob, &cid, 6, "fourth".into());
		let waits = tokio::time::timeout(Duration::from_millis(200), fourth).await.is_err();
		assert!(waits, "the institution has none left");
		drop(senders);
	};
	let (added, ()) = tokio::join!(adding, meanwhile);
	assert_eq!(added, (StatusCode::CREATED, StatusCode::CREATED, StatusCode::CREATED));
}

/// The bytes that a requester reserved come back although the requester went away.
#[tokio::test]
async fn an_abandoned_upload_gives_its_bytes_back() {
	let service = service(|config| config.api.max_unclaimed = 10).await;
	let cid = cid_of(CONTENT);
	let (sender, content) = held();
	sender.send(Ok(Bytes::from_static(b"cipher"))).await.unwrap();
	let (key, patience) = (dev::alice(), Duration::from_millis(200));
	let adding = service.add(&key, &cid, 10, content);
	assert!(tokio::time::timeout(patience, adding).await.is_err());
	let refused = service.add(&key, &cid, 10, CONTENT.into()).await;
	assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
	// What the connection reports to its body once it is gone.
	sender.send(Err("gone".into())).await.unwrap();
	let mut tries = 0;
	while service.add(&key, &cid, 10, CONTENT.into()).await != StatusCode::CREATED {
		tries += 1;
		assert!(tries < 100, "the bytes stay reserved");
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
}
