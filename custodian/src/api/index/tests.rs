//! Who gets the index, and how many at once.

use crate::{
	api,
	chain::double::{
		account,
		studies::{institution, lock, StudiesDouble},
		BlockDouble, NodeDouble,
	},
	index::file::{Item, Reader},
	state::{
		double::{state, Surroundings},
		Connected,
	},
	store::{Database, IndexedBlock},
	studies::test_terms,
};
use axum::{
	body::{to_bytes, Body},
	extract::ConnectInfo,
	http::{Request, Response, StatusCode},
	Router,
};
use base64::{prelude::BASE64_STANDARD, Engine};
use std::{
	net::SocketAddr,
	sync::{Arc, Mutex},
};
use subxt_signer::sr25519::{dev, Keypair};
use tower::ServiceExt;
use vouchsafe_client::{
	chain::{account_bytes, AccountId, AccountKind, Signer, H256},
	messages::{action, Hex, HexBytes, LogLine, ReadIndex, REQUEST_HEADER},
	signing::{now, sign_request},
};

const INSTITUTION: AccountId = AccountId::new([3; 32]);
const OTHER: AccountId = AccountId::new([4; 32]);
const PATIENT: [u8; 32] = [5; 32];

struct Service {
	router: Router,
	database: Arc<dyn Database>,
	_surroundings: Surroundings,
}

/// A custodian. Bob is another institution's custodian, Charlie an institution, Dave one that was suspended in
/// the best block, and Alice a practitioner.
async fn service() -> Service {
	let (state, surroundings) = state(None, |_| {});
	let studies = Arc::new(Mutex::new(StudiesDouble::new(test_terms(2))));
	let custodian = institution("https://b.example", &dev::bob().account(), [0; 32]);
	lock(&studies).institutions.insert(OTHER, custodian);
	let of =
		|key: Keypair, kind| (account_bytes(&key.account()), account(kind, INSTITUTION, [0; 32]));
	let alice = of(dev::alice(), AccountKind::Practitioner);
	let (charlie, dave) =
		(of(dev::charlie(), AccountKind::Institution), of(dev::dave(), AccountKind::Authority));
	let best =
		BlockDouble { accounts: [alice.clone(), charlie.clone()].into(), ..BlockDouble::default() };
	let finalized =
		BlockDouble { accounts: [alice, charlie, dave].into(), ..BlockDouble::default() };
	let node = NodeDouble { finalized, best, studies: Some(studies), ..NodeDouble::default() };
	state.set_connected(Some(Connected { node: Arc::new(node), institution: Some(INSTITUTION) }));
	let database = state.database.clone();
	Service { router: api::router(Arc::new(state)), database, _surroundings: surroundings }
}

impl Service {
	/// Indexes a block with an entry.
	async fn index(&self) {
		self.database.note_genesis([0; 32]).await.unwrap();
		let entry = HexBytes(vec![1, 2]);
		let line = LogLine { seq: 0, block: 7, time: 1, entry, head: Hex([6; 32]) };
		let block = IndexedBlock {
			number: 7,
			hash: H256([8; 32]),
			lines: vec![(PATIENT.into(), line)],
			mismatches: vec![],
		};
		self.database.index_blocks(vec![block]).await.unwrap();
	}

	async fn send(&self, header: Option<&str>) -> Response<Body> {
		let mut request = Request::get("/v1/index");
		if let Some(header) = header {
			request = request.header(REQUEST_HEADER, header);
		}
		let peer: SocketAddr = "192.0.2.1:1000".parse().unwrap();
		let request = request.extension(ConnectInfo(peer)).body(Body::empty()).unwrap();
		self.router.clone().oneshot(request).await.unwrap()
	}

	async fn ask(&self, key: &Keypair) -> Response<Body> {
		self.send(Some(&header(key, action::READ_INDEX))).await
	}
}

fn header(key: &Keypair, action: &str) -> String {
	let signed = sign_request(key, H256([0; 32]), &INSTITUTION, action, &ReadIndex {}, now());
	BASE64_STANDARD.encode(serde_json::to_vec(&signed).unwrap())
}

#[tokio::test]
async fn members_get_it_and_nobody_else() {
	let service = service().await;
	assert_eq!(service.ask(&dev::bob()).await.status(), StatusCode::NOT_FOUND);
	service.index().await;
	for member in [dev::bob(), dev::charlie()] {
		let answer = service.ask(&member).await;
		assert_eq!(answer.status(), StatusCode::OK);
		let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
		let mut reader = Reader::open(&bytes[..]).unwrap();
		assert_eq!((reader.head().number, reader.head().hash), (7, H256([8; 32])));
		let mut next = || reader.next_item().unwrap();
		assert_eq!(next(), Some(Item::Patient(PATIENT)));
		assert_eq!(next(), Some(Item::Entry(7, HexBytes(vec![1, 2]))));
		assert_eq!(next(), None);
	}
	for stranger in [dev::alice(), dev::dave(), dev::eve()] {
		assert_eq!(service.ask(&stranger).await.status(), StatusCode::FORBIDDEN);
	}
	// Unsigned, for something else, and twice.
	assert_eq!(service.send(None).await.status(), StatusCode::BAD_REQUEST);
	assert_eq!(service.send(Some("?")).await.status(), StatusCode::BAD_REQUEST);
	let other = header(&dev::bob(), action::READ_LOG);
	assert_eq!(service.send(Some(&other)).await.status(), StatusCode::MISDIRECTED_REQUEST);
	let good = header(&dev::bob(), action::READ_INDEX);
	assert_eq!(service.send(Some(&good)).await.status(), StatusCode::OK);
	assert_eq!(service.send(Some(&good)).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn few_get_it_at_the_same_time() {
	let service = service().await;
	service.index().await;
	let first = service.ask(&dev::bob()).await;
	let second = service.ask(&dev::charlie()).await;
	assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK));
	drop(second);
	// Each member once.
	assert_eq!(service.ask(&dev::bob()).await.status(), StatusCode::SERVICE_UNAVAILABLE);
	assert_eq!(service.ask(&dev::charlie()).await.status(), StatusCode::OK);
	drop(first);
	assert_eq!(service.ask(&dev::bob()).await.status(), StatusCode::OK);
}
