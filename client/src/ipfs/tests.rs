//! A hostile Kubo: a real server that hangs, drips, cuts off and lies.

use super::*;
use crate::cid::CHUNK;
use std::{
	net::SocketAddr,
	sync::{Arc, Mutex},
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	time::sleep,
};

/// So that the tests are short. Nothing else may take as long.
const QUICK: Limits = Limits {
	answer: Duration::from_millis(400),
	content: Patience { silence: Duration::from_millis(400), slowest: 1 << 30 },
};
/// What everything must be over within.
const OVER: Duration = Duration::from_secs(5);

/// What the server does with a request, after its head.
#[derive(Clone, Debug)]
enum Act {
	/// Answers with this status and body.
	Answer(&'static str, Vec<u8>),
	/// Closes the connection.
	Close,
	/// Never answers.
	Hang,
	/// Sends the head of an answer, this much of its body, and then nothing.
	Stop(Vec<u8>),
	/// Sends a byte of the body every 50 ms.
	Drip,
	/// Announces more than it sends.
	CutOff(Vec<u8>),
	/// The same in chunks.
	CutOffChunks(Vec<u8>),
	/// Sends the body in chunks, and then an error as Kubo reports it: after the last chunk.
	FailLate(Vec<u8>),
	/// Never stops sending.
	Endless(&'static str),
	/// Sends something else than HTTP.
	Garbage,
}

use Act::*;

/// A Kubo that does the same with every request, or what its path says.
struct Hostile {
	ipfs: Ipfs,
	/// Request lines so far.
	asked: Arc<Mutex<Vec<String>>>,
}

fn ok(body: impl Into<Vec<u8>>) -> Act {
	Answer("200 OK", body.into())
}

async fn hostile(act: impl Fn(&str) -> Act + Send + Sync + 'static) -> Hostile {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address: SocketAddr = listener.local_addr().unwrap();
	let (asked, act) = (Arc::new(Mutex::new(Vec::new())), Arc::new(act));
	let log = asked.clone();
	tokio::spawn(async move {
		while let Ok((stream, _)) = listener.accept().await {
			let (act, log) = (act.clone(), log.clone());
			tokio::spawn(async move {
				// That the client goes away is no error here.
				let _ = serve(stream, &*act, &log).await;
			});
		}
	});
	let ipfs = Ipfs { limits: QUICK, ..Ipfs::new(&format!("http://{address}")).unwrap() };
	Hostile { ipfs, asked }
}

async fn serve(
	mut stream: TcpStream,
	act: &(dyn Fn(&str) -> Act + Send + Sync),
	log: &Mutex<Vec<String>>,
) -> io::Result<()> {
	let mut head = Vec::new();
	while !head.ends_with(b"\r\n\r\n") {
		head.push(stream.read_u8().await?);
	}
	let head = String::from_utf8_lossy(&head).into_owned();
	let line = head.lines().next().unwrap_or_default().to_owned();
	let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
	log.lock().unwrap().push(path.clone());
	if head.contains("transfer-encoding: chunked") {
		read_chunks(&mut stream).await?;
	}
	let chunk = |body: &[u8]| [format!("{:x}\r\n", body.len()).as_bytes(), body, b"\r\n"].concat();
	let chunked = |status: &str| format!("HTTP/1.1 {status}\r\ntransfer-encoding: chunked\r\n\r\n");
	match act(&path) {
		Answer(status, body) => {
			let head = format!(
				"HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
				body.len()
			);
			stream.write_all(head.as_bytes()).await?;
			stream.write_all(&body).await
		},
		Close => Ok(()),
		Hang => std::future::pending().await,
		Stop(body) => {
			stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await?;
			stream.write_all(&body).await?;
			std::future::pending().await
		},
		Drip => {
			stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await?;
			loop {
				stream.write_all(b" ").await?;
				sleep(Duration::from_millis(50)).await;
			}
		},
		CutOff(body) => {
			stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await?;
			stream.write_all(&body).await
		},
		CutOffChunks(body) => {
			stream.write_all(chunked("200 OK").as_bytes()).await?;
			stream.write_all(&chunk(&body)).await
		},
		FailLate(body) => {
			let head =
				"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: X-Stream-Error\r\n\r\n";
			stream.write_all(head.as_bytes()).await?;
			stream.write_all(&chunk(&body)).await?;
			stream.write_all(b"0\r\nX-Stream-Error: out of luck\r\n\r\n").await
		},
		Endless(status) => {
			stream.write_all(chunked(status).as_bytes()).await?;
			let piece = chunk(&[b' '; 65536]);
			loop {
				stream.write_all(&piece).await?;
			}
		},
		Garbage => stream.write_all(b"220 mail.example ESMTP\r\n").await,
	}
}

/// Reads a request's body.
async fn read_chunks(stream: &mut TcpStream) -> io::Result<()> {
	let mut last = [0; 5];
	while &last != b"0\r\n\r\n" {
		last.rotate_left(1);
		last[4] = stream.read_u8().await?;
	}
	Ok(())
}

/// What it does instead of an answer.
fn tricks() -> Vec<Act> {
	vec![
		Close,
		Hang,
		Stop(vec![]),
		Stop(b"{\"Version\": \"".to_vec()),
		Drip,
		CutOff(b"{}".to_vec()),
		CutOffChunks(b"{}".to_vec()),
		Endless("200 OK"),
		Endless("500 Internal Server Error"),
		Garbage,
		ok(""),
		ok("[[["),
		ok("null null"),
		Answer(
			"500 Internal Server Error",
			b"{\"Message\":\"no\",\"Code\":0,\"Type\":\"error\"}".to_vec(),
		),
		Answer("404 Not Found", b"404 page not found".to_vec()),
		Answer("301 Moved", vec![]),
	]
}

/// The result, which must be there in time.
async fn over<T>(work: impl Future<Output = T>) -> T {
	timeout(OVER, work).await.expect("it should be over")
}

#[tokio::test]
async fn no_trick_holds_a_request_or_passes_for_an_answer() {
	let each = tricks().into_iter().map(|trick| async move {
		let act = trick.clone();
		let Hostile { ipfs, .. } = hostile(move |_| act.clone()).await;
		let cid = cid_of(b"abc");
		let large = cid_of(&vec![7; 2 * CHUNK]);
		let patience = QUICK.answer;
		over(async {
			assert!(ipfs.version().await.is_err(), "version: {trick:?}");
			assert!(ipfs.syncs_blocks().await.is_err(), "config: {trick:?}");
			assert!(ipfs.peers().await.is_err(), "peers: {trick:?}");
			assert!(ipfs.add_bytes(b"abc".to_vec()).await.is_err(), "add: {trick:?}");
			assert!(ipfs.cat_bytes(cid, 1 << 20).await.is_err(), "cat: {trick:?}");
			assert!(ipfs.fetch(&cid, 3, patience).await.is_err(), "fetch: {trick:?}");
		})
		.await;
		over(async {
			let _ = ipfs.has_block(&cid).await;
			let _ = ipfs.is_pinned(&cid).await;
			let _ = ipfs.pin(&cid, patience).await;
			let _ = ipfs.remove(&large).await;
		})
		.await;
	});
	futures::future::join_all(each).await;
}

/// A pin is not there because something was answered.
#[tokio::test]
async fn hangs_and_cuts_are_not_a_pin() {
	for trick in tricks().into_iter().take(10) {
		let act = trick.clone();
		let Hostile { ipfs, .. } = hostile(move |_| act.clone()).await;
		let cid = cid_of(b"abc");
		assert!(over(ipfs.pin(&cid, QUICK.answer)).await.is_err(), "{trick:?}");
		assert!(over(ipfs.is_pinned(&cid)).await.is_err(), "{trick:?}");
		assert!(over(ipfs.has_block(&cid)).await.is_err(), "{trick:?}");
	}
}

/// Adding: another CID than that of the bytes, the right one without a pin, and no interest in the
/// bytes.
#[tokio::test]
async fn lies_about_added_content_are_found() {
	let answer = |cid: Cid| format!("{{\"Name\":\"a\",\"Hash\":\"{cid}\",\"Size\":\"3\"}}\n");
	let Hostile { ipfs, .. } = hostile(move |_| ok(answer(cid_of(b"abd")))).await;
	assert!(matches!(over(ipfs.add_bytes(b"abc".to_vec())).await, Err(IpfsError::Refused(_))));
	let refuses_pins = move |path: &str| match path.starts_with("/api/v0/add") {
		true => ok(answer(cid_of(b"abc"))),
		false => Hang,
	};
	let Hostile { ipfs, .. } = hostile(refuses_pins).await;
	assert!(matches!(over(ipfs.add_bytes(b"abc".to_vec())).await, Err(IpfsError::Unreachable(_))));
	// A good Kubo.
	let Hostile { ipfs, asked } = hostile(move |_| ok(answer(cid_of(b"abc")))).await;
	assert_eq!(over(ipfs.add_bytes(b"abc".to_vec())).await, Ok(cid_of(b"abc")));
	assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn content_that_is_not_read_does_not_hold_the_sender() {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	let ipfs = Ipfs { limits: QUICK, ..Ipfs::new(&url).unwrap() };
	// It accepts and reads nothing of 64 MiB.
	let server = tokio::spawn(async move {
		let _held = listener.accept().await.unwrap();
		std::future::pending::<()>().await
	});
	let added = over(ipfs.add_bytes(vec![0; 64 << 20])).await;
	assert!(matches!(added, Err(IpfsError::Unreachable(_))), "{added:?}");
	server.abort();
}

/// The file that is to be added can't be read to its end.
#[tokio::test]
async fn content_that_breaks_off_is_not_added() {
	let Hostile { ipfs, .. } = hostile(|_| ok("")).await;
	let pieces = [Ok(Bytes::from_static(b"a")), Err(io::Error::other("the disk is gone"))];
	let content = futures::stream::iter(pieces);
	let added = over(ipfs.add(content, &cid_of(b"abc"), 3)).await;
	assert_eq!(added, Err(IpfsError::BrokenOff("the disk is gone".into())));
}

#[tokio::test]
async fn lies_about_content_are_found() {
	let cid = cid_of(b"abc");
	for (act, expected) in [
		(ok("abd"), IpfsError::Damaged(cid.to_string())),
		(ok("ab"), IpfsError::Damaged(cid.to_string())),
		// Kubo tells of an error after the bytes, where the transport does not look.
		(FailLate(b"ab".to_vec()), IpfsError::Damaged(cid.to_string())),
		(ok("abcd"), IpfsError::TooLong(3)),
		(Endless("200 OK"), IpfsError::TooLong(3)),
	] {
		let Hostile { ipfs, .. } = hostile(move |_| act.clone()).await;
		assert_eq!(over(ipfs.cat_bytes(cid, 3)).await, Err(expected.clone()));
		let fetched = over(ipfs.fetch(&cid, 3, QUICK.answer)).await;
		assert_eq!(fetched, Err(expected.clone()));
		assert!(expected.is_wrong_content());
	}
	let Hostile { ipfs, .. } = hostile(|_| ok("abc")).await;
	assert_eq!(over(ipfs.cat_bytes(cid, 3)).await.unwrap(), b"abc");
	let short = over(ipfs.fetch(&cid, 4, QUICK.answer)).await;
	assert_eq!(short, Err(IpfsError::TooShort { expected: 4, got: 3 }));
}

/// Only what the manifest names is fetched, and only then pinned.
#[tokio::test]
async fn content_is_pinned_after_it_was_checked() {
	let act = |path: &str| match path.starts_with("/api/v0/cat") {
		true => ok("abc"),
		false => ok("{}"),
	};
	let Hostile { ipfs, asked } = hostile(act).await;
	over(ipfs.fetch(&cid_of(b"abc"), 3, QUICK.answer)).await.unwrap();
	assert!(over(ipfs.fetch(&cid_of(b"abd"), 3, QUICK.answer)).await.is_err());
	let asked = asked.lock().unwrap();
	let pins = asked.iter().filter(|path| path.starts_with("/api/v0/pin/add"));
	assert_eq!(pins.count(), 1);
}

/// A node with links to these blocks, and its CID.
fn node(links: &[Cid]) -> (Cid, Vec<u8>) {
	let mut block = Vec::new();
	for link in links {
		block.extend([0x12, 38, 0x0a, 36]);
		block.extend(link.to_bytes());
	}
	(Cid::new_v1(0x70, *cid_of(&block).hash()), block)
}

/// A block that names thousands of others without content: Kubo would fetch all of them for `cat`.
#[tokio::test]
async fn a_tree_that_does_not_fit_the_length_is_not_fetched() {
	let (leaf, length) = (cid_of(b"leaf"), 2 * CHUNK as u64);
	let empty = node(&[]).0;
	let padded = [node(&[leaf, leaf]).1, vec![0x0a, 0x90, 0xce, 0], vec![0; 10_000]].concat();
	for block in [
		node(&[]).1,
		node(&[leaf]).1,
		node(&[leaf; 3]).1,
		node(&[empty, leaf]).1,
		node(&[empty; 5_000]).1,
		b"nonsense".to_vec(),
		[&padded[..], &[0x0a, 0x90, 0xce, 0], &vec![0; 10_000]].concat(),
	] {
		let act = move |path: &str| match path.starts_with("/api/v0/block/get") {
			true => ok(block.clone()),
			false => ok("{}"),
		};
		let Hostile { ipfs, asked } = hostile(act).await;
		let root = Cid::new_v1(0x70, *cid_of(b"root").hash());
		let fetched = over(ipfs.fetch(&root, length, QUICK.answer)).await;
		assert_eq!(fetched, Err(IpfsError::Damaged(root.to_string())));
		assert_eq!(asked.lock().unwrap().len(), 1);
		let raw = over(ipfs.fetch(&leaf, length, QUICK.answer)).await;
		assert_eq!(raw, Err(IpfsError::Damaged(leaf.to_string())));
		let single = over(ipfs.fetch(&root, 4, QUICK.answer)).await;
		assert_eq!(single, Err(IpfsError::Damaged(root.to_string())));
		assert_eq!(asked.lock().unwrap().len(), 1);
	}
	// As it should be.
	let content = vec![7; 2 * CHUNK];
	let (cid, leaf) = (cid_of(&content), cid_of(&content[..CHUNK]));
	let act = move |path: &str| match path {
		path if path.starts_with("/api/v0/block/get") => ok(node(&[leaf, leaf]).1),
		path if path.starts_with("/api/v0/cat") => ok(content.clone()),
		_ => ok("{}"),
	};
	let Hostile { ipfs, .. } = hostile(act).await;
	over(ipfs.fetch(&cid, length, OVER)).await.unwrap();
}

#[tokio::test]
async fn removal_names_each_block_and_leaves_what_is_pinned() {
	let leaf = cid_of(b"abc");
	let root = cid_of(&vec![7; 2 * CHUNK]);
	let act = move |path: &str| {
		let path = path.strip_prefix("/api/v0/").unwrap();
		match path.split('?').next().unwrap() {
			"block/get" => ok(node(&[leaf]).1),
			"block/rm" => ok(format!(
				"{{\"Hash\":\"{leaf}\",\"Error\":\"pinned via {root}\"}}\n{{\"Hash\":\"{root}\"}}\n"
			)),
			_ => ok("{}"),
		}
	};
	let Hostile { ipfs, asked } = hostile(act).await;
	over(ipfs.remove(&root)).await.unwrap();
	let last = asked.lock().unwrap().last().cloned().unwrap();
	assert_eq!(last, format!("/api/v0/block/rm?force=true&arg={leaf}&arg={root}"));

	// Another error than that of a pin is told, and the removal can be repeated.
	let failed =
		Answer("500 Internal Server Error", b"{\"Message\":\"the disk is gone\"}".to_vec());
	for (block, removed) in
		[(ok(node(&[leaf]).1), "{\"Hash\":\"x\",\"Error\":\"the disk is gone\"}"), (failed, "{}")]
	{
		let act = move |path: &str| match path {
			path if path.starts_with("/api/v0/block/get") => block.clone(),
			path if path.starts_with("/api/v0/block/rm") => ok(removed),
			_ => ok("{}"),
		};
		let Hostile { ipfs, .. } = hostile(act).await;
		assert!(matches!(over(ipfs.remove(&root)).await, Err(IpfsError::Refused(_))));
	}
}

/// Kubo does not compare a block with its CID.
#[tokio::test]
async fn only_damaged_blocks_are_removed() {
	let (good, bad, away) = (cid_of(b"good"), cid_of(b"bad"), cid_of(b"away"));
	let (root, block) = node(&[good, bad, away]);
	for (of_bad, of_root, expected) in [
		(&b"BAD"[..], block.clone(), Some(bad)),
		(b"bad", block.clone(), None),
		// What a damaged block names is not looked at.
		(b"BAD", [&block[..], b"x"].concat(), Some(root)),
	] {
		let act = move |path: &str| match path {
			path if !path.starts_with("/api/v0/block/get") => ok("{}"),
			path if path.contains(&good.to_string()) => ok("good"),
			path if path.contains(&bad.to_string()) => ok(of_bad),
			path if path.contains(&root.to_string()) => ok(of_root.clone()),
			_ => Answer(
				"500 Internal Server Error",
				b"{\"Message\":\"not found locally\",\"Code\":0,\"Type\":\"error\"}".to_vec(),
			),
		};
		let Hostile { ipfs, asked } = hostile(act).await;
		let count = usize::from(expected.is_some());
		assert_eq!(over(ipfs.remove_damaged(&root)).await.unwrap(), count);
		let asked = asked.lock().unwrap();
		let removed = asked.iter().filter(|path| path.contains("/rm")).collect::<Vec<_>>();
		let Some(expected) = expected else {
			assert!(removed.is_empty(), "{removed:?}");
			continue;
		};
		let unpin = format!("/api/v0/pin/rm?arg={root}&recursive=true");
		let remove = format!("/api/v0/block/rm?force=true&arg={expected}");
		assert_eq!(removed, [&unpin, &remove]);
	}
}

/// Fetching broke off: some of the blocks are not here.
#[tokio::test]
async fn what_is_here_of_content_is_removed() {
	let leaf = cid_of(b"leaf");
	let (inner, inner_block) = node(&[leaf]);
	let (away, _) = node(&[leaf, leaf]);
	let (root, root_block) = node(&[away, inner]);
	let act = move |path: &str| match path.starts_with("/api/v0/block/get") {
		true if path.contains(&root.to_string()) => ok(root_block.clone()),
		true if path.contains(&inner.to_string()) => ok(inner_block.clone()),
		true => Answer("500 Internal Server Error", MISSING_BLOCK.to_vec()),
		false => ok("{}"),
	};
	let Hostile { ipfs, asked } = hostile(act).await;
	over(ipfs.remove(&root)).await.unwrap();
	let last = asked.lock().unwrap().last().cloned().unwrap();
	let removed = [leaf, inner, away, root].map(|cid| format!("&arg={cid}")).concat();
	assert_eq!(last, format!("/api/v0/block/rm?force=true{removed}"));
}

/// Thirty blocks stand for a thousand million leaves: each names the next one twice.
#[tokio::test]
async fn blocks_that_name_each_other_are_removed_once() {
	let mut blocks = vec![node(&[cid_of(b"leaf"); 2])];
	for _ in 1..30 {
		let below = blocks[0].0;
		blocks.insert(0, node(&[below; 2]));
	}
	let root = blocks[0].0;
	let act = move |path: &str| {
		let named = |(cid, _): &&(Cid, Vec<u8>)| path.contains(&cid.to_string());
		match (path.starts_with("/api/v0/block/get"), blocks.iter().find(named)) {
			(true, Some((_, block))) => ok(block.clone()),
			_ => ok("{}"),
		}
	};
	let Hostile { ipfs, asked } = hostile(act).await;
	over(ipfs.remove(&root)).await.unwrap();
	let asked = asked.lock().unwrap();
	assert_eq!(asked.last().unwrap().matches("arg=").count(), 31, "{asked:?}");
}

/// A foreign block has as many links as fit into 2 MiB.
#[tokio::test]
async fn blocks_with_many_links_are_removed() {
	let (root, block) = node(&vec![cid_of(b"leaf"); 50_000]);
	let act = move |path: &str| match path.starts_with("/api/v0/block/get") {
		true => ok(block.clone()),
		false => ok("{}"),
	};
	let Hostile { ipfs, .. } = hostile(act).await;
	over(ipfs.remove(&root)).await.unwrap();
}

#[tokio::test]
async fn content_with_all_its_blocks_is_whole() {
	let cid = cid_of(&vec![7; 2 * CHUNK]);
	for (body, is_whole) in [
		("{\"WithLocality\":true,\"Local\":true}", true),
		("{\"WithLocality\":true,\"SizeLocal\":262158}", false),
		("{}", false),
	] {
		let Hostile { ipfs, asked } = hostile(move |_| ok(body)).await;
		assert_eq!(over(ipfs.is_whole(&cid, 2 * CHUNK as u64)).await, Ok(is_whole));
		let asked = asked.lock().unwrap()[0].clone();
		assert!(asked.ends_with("&with-local=true&offline=true"), "{asked}");
	}
	let missing = Answer("500 Internal Server Error", MISSING_BLOCK.into());
	let Hostile { ipfs, .. } = hostile(move |_| missing.clone()).await;
	assert!(matches!(over(ipfs.is_whole(&cid, 3)).await, Err(IpfsError::Missing(_))));
}

/// What Kubo answers if it does not have a block.
const MISSING_BLOCK: &[u8] =
	b"{\"Message\":\"block was not found locally (offline)\",\"Code\":0,\"Type\":\"error\"}";

#[tokio::test]
async fn missing_content_is_told_apart() {
	let act = Answer("500 Internal Server Error", MISSING_BLOCK.into());
	let Hostile { ipfs, asked } = hostile(move |_| act.clone()).await;
	let cid = cid_of(b"abc");
	assert!(matches!(over(ipfs.cat_bytes(cid, 3)).await, Err(IpfsError::Missing(_))));
	assert!(asked.lock().unwrap()[0].ends_with("offline=true"));
	assert_eq!(over(ipfs.has_block(&cid)).await, Ok(false));
}

#[tokio::test]
async fn all_pins_are_listed() {
	for (body, expected) in [("{}", 0), ("{\"Keys\":{\"a\":{\"Type\":\"recursive\"},\"b\":{}}}", 2)]
	{
		let Hostile { ipfs, .. } = hostile(move |_| ok(body)).await;
		assert_eq!(over(ipfs.pins()).await.unwrap().len(), expected);
	}
}

#[tokio::test]
async fn long_errors_are_shortened() {
	let body = serde_json::json!({ "Message": "é".repeat(100_000), "Code": 0, "Type": "error" });
	let act = Answer("500 Internal Server Error", body.to_string().into_bytes());
	let Hostile { ipfs, .. } = hostile(move |_| act.clone()).await;
	let Err(IpfsError::Refused(text)) = over(ipfs.version()).await else { panic!("it answered") };
	assert_eq!(text.chars().count(), MAX_TEXT + 1);
}

#[test]
fn a_full_disk_is_recognised() {
	assert!(IpfsError::Refused("write /x: no space left on device".into()).is_full());
	assert!(!IpfsError::Refused("no".into()).is_full());
}

fn pieces(bytes: &'static [u8]) -> impl Stream<Item = Result<Bytes, IpfsError>> + Unpin {
	futures::stream::iter([Ok(Bytes::from_static(bytes))])
}

#[tokio::test]
async fn other_bytes_are_damage() {
	let good: Vec<_> = Checked::new(cid_of(b"abc"), pieces(b"abc")).collect().await;
	assert_eq!(good, [Ok(Bytes::from_static(b"abc"))]);
	for wrong in [&b"abd"[..], b"ab", b"abcd", b""] {
		let last = Checked::new(cid_of(b"abc"), pieces(wrong)).collect::<Vec<_>>().await.pop();
		assert!(matches!(last, Some(Err(IpfsError::Damaged(_)))));
	}
}

#[tokio::test]
async fn a_node_that_is_away_is_told() {
	let ipfs = Ipfs::new("http://127.0.0.1:9/").unwrap();
	assert!(matches!(ipfs.version().await, Err(IpfsError::Unreachable(_))));
	assert!(matches!(
		ipfs.add_bytes(vec![1]).await,
		Err(IpfsError::Unreachable(_) | IpfsError::Refused(_))
	));
}

#[tokio::test]
async fn it_is_known_whether_blocks_are_synced() {
	let answer = |sync: bool| {
		let blocks = serde_json::json!({ "type": "flatfs", "path": "blocks", "sync": sync });
		let measured = serde_json::json!({ "type": "measure", "child": blocks });
		let others = serde_json::json!({ "type": "levelds", "path": "datastore" });
		let spec = serde_json::json!({ "type": "mount", "mounts": [measured, others] });
		ok(serde_json::json!({ "Key": "Datastore.Spec", "Value": spec }).to_string())
	};
	for sync in [true, false] {
		let ipfs = hostile(move |_| answer(sync)).await.ipfs;
		assert_eq!(ipfs.syncs_blocks().await, Ok(Some(sync)));
	}
	let other = || ok(r#"{"Key": "Datastore.Spec", "Value": {"type": "levelds"}}"#);
	let ipfs = hostile(move |_| other()).await.ipfs;
	assert_eq!(ipfs.syncs_blocks().await, Ok(None));
}
