//! Scratch: drives custodians end to end.
use codec::Encode;
use futures::StreamExt;
use std::time::Instant;
use vouchsafe_client::{
	chain::*,
	cid::*,
	custodian::*,
	messages::*,
	subxt_signer::{sr25519::Keypair, SecretUri},
};
use vouchsafe_vault::{
	commitment::PlaintextCommitment, document, manifest::*, record_id, seal::*, sharing, Context,
};

fn key(path: &str) -> Keypair {
	Keypair::from_uri(&path.parse::<SecretUri>().unwrap()).unwrap()
}
fn id(path: &str) -> AccountId {
	key(path).public_key().to_account_id()
}
fn xkey(path: &str) -> SecretKey {
	use blake2::{digest::consts::U32, Blake2b, Digest};
	SecretKey::from_bytes(
		&Blake2b::<U32>::digest([b"vouchsafe/development/", path.as_bytes()].concat()).into(),
	)
}
fn terms(actions: &[Action]) -> Terms {
	let bits = actions
		.iter()
		.map(|a| {
			1u8 << match a {
				Action::Read => 0,
				Action::Write => 1,
				Action::Refer => 2,
				Action::ReadLog => 3,
			}
		})
		.sum();
	Terms {
		effect: Effect::Permit,
		categories: Categories(0),
		records: BoundedVec(vec![]),
		labels: Labels(0),
		actions: Actions(bits),
		purposes: Purposes(0),
		valid_from: None,
		valid_until: None,
		data_period: DataPeriod { from: None, to: None },
		authors: BoundedVec(vec![]),
		holders: BoundedVec(vec![]),
		countries: BoundedVec(vec![]),
	}
}
fn text() -> ShownText {
	ShownText { commitment: H256([0; 32]), language: *b"en" }
}

#[tokio::main]
async fn main() {
	let size: usize = std::env::args().nth(1).map_or(1_000_000, |a| a.parse().unwrap());
	let chain = Chain::connect("ws://127.0.0.1:19944").await.unwrap();
	let genesis = chain.genesis();
	println!("genesis {genesis:?} archive {:?}", chain.is_archive().await);
	let (a, b, c, auth) =
		(id("//HospitalA"), id("//HospitalB"), id("//HospitalC"), id("//Authority"));
	let patient = id("//PatientA");
	let client = |port: u16, inst| {
		CustodianClient::new(&format!("http://127.0.0.1:{port}"), inst, genesis).unwrap()
	};
	let custodians = [
		(client(18701, a), "//HospitalA"),
		(client(18702, b), "//HospitalB"),
		(client(18703, c), "//HospitalC"),
		(client(18704, auth), "//Authority"),
	];
	for (c, n) in &custodians {
		println!("{n} {:?}", c.readiness().await.map(|r| (r.ready, r.index.detail, r.work.detail)));
	}

	// Consent to write for A.
	let t = Instant::now();
	let grant = runtime::transactions().consent().grant(
		Grantee::Institution(a),
		terms(&[Action::Write, Action::Read]),
		text(),
	);
	match chain.submit(&key("//PatientA"), &grant).await {
		Ok(i) => println!("granted in block {} after {:?}", i.number, t.elapsed()),
		Err(e) => println!("grant: {e}"),
	}
	// A stranger.
	println!("stranger: {:?}", chain.submit(&key("//Nobody"), &grant).await.err());

	// A document.
	let salt: [u8; 16] = vouchsafe_vault::random_bytes();
	let record = record_id(&patient.0, &a.0, &salt);
	let context = Context { genesis: genesis.0, record, version: 0, patient: patient.0 };
	let secret = sharing::Secret::random();
	let plain: Vec<u8> = (0..size).map(|i| (i * 7 % 251) as u8).collect();
	let mut cipher = Vec::new();
	document::encrypt(&secret.document_key(&context), &context, &plain[..], &mut cipher).unwrap();
	let cid = cid_of(&cipher);
	let csalt = [9; 32];
	let mut pc = PlaintextCommitment::new(csalt);
	pc.update(&plain);
	let details = Details {
		title: "A report".into(),
		media_type: "text/plain".into(),
		plaintext_len: size as u64,
		commitment_salt: csalt,
	};
	let manifest =
		Manifest::new(&secret, &context, cid.to_bytes(), cipher.len() as u64, &details).unwrap();
	let mbytes = manifest.encode_versioned();
	let mcid = cid_of(&mbytes);
	let split = secret.split(3, 5).unwrap();
	let da = key("//DoctorA");
	let t = Instant::now();
	let up = bytes::Bytes::from(cipher.clone());
	custodians[0]
		.0
		.add_content(&da, &cid, cipher.len() as u64, || {
			futures::stream::iter(up.chunks(65536).map(|c| Ok(up.slice_ref(c))).collect::<Vec<_>>())
		})
		.await
		.unwrap();
	println!("uploaded {} bytes in {:?}", cipher.len(), t.elapsed());
	println!(
		"wrong cid: {:?}",
		custodians[0]
			.0
			.clone()
			.without_retries()
			.add_content(&da, &mcid, 3, || futures::stream::iter([Ok(bytes::Bytes::from_static(
				b"abc"
			))]))
			.await
	);
	println!(
		"stranger's upload: {:?}",
		custodians[0]
			.0
			.clone()
			.without_retries()
			.add_content(&key("//Nobody"), &cid, 3, || futures::stream::iter([Ok(
				bytes::Bytes::from_static(b"abc")
			)]))
			.await
	);

	let holder = |account, kind| Holder { account, kind };
	let sharing_set = NewSharingSet {
		threshold: 3,
		holders: BoundedVec(vec![
			holder(a, HolderKind::Institution),
			holder(b, HolderKind::Institution),
			holder(c, HolderKind::Institution),
			holder(patient, HolderKind::Patient),
			holder(auth, HolderKind::Emergency),
		]),
		commitments: H256(split.commitments.hash()),
	};
	let envelope = |n: usize, inst: AccountId| DeliverEnvelope {
		record: Hex(record),
		version: 0,
		epoch: 0,
		manifest: HexBytes(mbytes.clone()),
		commitments: HexBytes(split.commitments.encode()),
		share: HexBytes(
			seal_share(
				&xkey(&format!("{}//custodian", custodians[if n == 4 { 3 } else { n }].1)).public(),
				&ShareAddress { genesis: genesis.0, record, version: 0, epoch: 0, holder: inst.0 },
				&split.shares[n],
			)
			.unwrap(),
		),
		patient_share: Some(HexBytes(
			seal_share(
				&xkey("//PatientA").public(),
				&ShareAddress {
					genesis: genesis.0,
					record,
					version: 0,
					epoch: 0,
					holder: patient.0,
				},
				&split.shares[3],
			)
			.unwrap(),
		)),
	};
	println!(
		"too early: {:?}",
		custodians[0].0.clone().without_retries().deliver_envelope(&da, &envelope(0, a)).await
	);
	let t = Instant::now();
	let create = runtime::transactions().records().create(
		patient,
		Some(a),
		salt,
		NewRecord {
			origin: Origin::Authored,
			service: ServicePeriod { first: 1400, last: 1401 },
			relation: None,
			confidentiality: Confidentiality::Normal,
			labels: Labels(0),
			category: Category::Laboratory,
		},
		NewVersion {
			previous: H256([0; 32]),
			manifest: BoundedVec(mcid.to_bytes()),
			commitment: H256(pc.finish()),
		},
		sharing_set,
	);
	let included = chain.submit(&da, &create).await.unwrap();
	println!("created in {} after {:?}", included.number, t.elapsed());
	if std::env::args().nth(2).as_deref() == Some("wait") {
		println!("kill now");
		tokio::time::sleep(std::time::Duration::from_secs(1)).await;
	}
	// Lies.
	let mut lie = envelope(0, a);
	lie.share = envelope(1, a).share;
	println!("another's share: {:?}", custodians[0].0.deliver_envelope(&da, &lie).await);
	let mut lie = envelope(0, a);
	lie.manifest.0[40] ^= 1;
	println!("another manifest: {:?}", custodians[0].0.deliver_envelope(&da, &lie).await);
	let mut lie = envelope(0, a);
	lie.commitments.0[40] ^= 1;
	println!("other commitments: {:?}", custodians[0].0.deliver_envelope(&da, &lie).await);
	println!(
		"not the author: {:?}",
		custodians[0].0.deliver_envelope(&key("//DoctorB"), &envelope(0, a)).await
	);
	let t = Instant::now();
	for (n, inst) in [(0, a), (1, b), (2, c), (4, auth)] {
		let at = if n == 4 { 3 } else { n };
		println!(
			"envelope {n}: {:?}",
			custodians[at].0.deliver_envelope(&da, &envelope(n, inst)).await
		);
	}
	loop {
		let set =
			chain.finalized().await.unwrap().sharing_set(H256(record), 0).await.unwrap().unwrap();
		let acks = set.holders.0.iter().filter(|h| h.acknowledged).count();
		if acks == 4 {
			break;
		}
		if t.elapsed().as_secs() > 60 {
			println!("only {acks} acks");
			break;
		}
		tokio::time::sleep(std::time::Duration::from_millis(100)).await;
	}
	println!("all acknowledged after {:?}", t.elapsed());
	println!("again: {:?}", custodians[0].0.deliver_envelope(&da, &envelope(0, a)).await);

	// Reading.
	let db = key("//DoctorB");
	let ask = AskRelease { patient: Hex(patient.0), record: Hex(record), version: 0 };
	println!("no opening: {:?}", custodians[0].0.release(&db, &ask).await);
	let open = runtime::transactions().custody().open(
		patient,
		BoundedVec(vec![H256(record)]),
		vouchsafe_client::chain::Purpose::Treatment,
		Ground::Consent { institution: Some(b) },
	);
	let inc = chain.submit(&db, &open).await.unwrap();
	println!(
		"refused opening: {:?}",
		inc.events.find_first::<runtime::custody::events::OpeningDecided>()
	);
	println!("after it: {:?}", custodians[0].0.release(&db, &ask).await);
	let grant = runtime::transactions().consent().grant(
		Grantee::Institution(b),
		terms(&[Action::Read]),
		text(),
	);
	let granted = chain.submit(&key("//PatientA"), &grant).await.unwrap();
	let ev = granted.events.find_first::<runtime::consent::events::Granted>().unwrap().unwrap();
	println!("granted {ev:?}");
	// Carry the patient's share to B.
	let pe = custodians[2]
		.0
		.patient_envelope(
			&key("//PatientA"),
			&FetchPatientEnvelope { record: Hex(record), version: 0 },
		)
		.await
		.unwrap();
	println!(
		"other's patient envelope: {:?}",
		custodians[2]
			.0
			.patient_envelope(&db, &FetchPatientEnvelope { record: Hex(record), version: 0 })
			.await
			.err()
	);
	let paddr =
		ShareAddress { genesis: genesis.0, record, version: 0, epoch: 0, holder: patient.0 };
	let pshare = open_share(&xkey("//PatientA"), &paddr, &pe.share.0).unwrap();
	let carry = CarryShare {
		record: Hex(record),
		version: 0,
		epoch: 0,
		grantee: HexBytes(Grantee::Institution(b).encode()),
		consent: ev.id,
		commitments: pe.commitments.clone(),
		share: HexBytes(
			seal_share(&xkey("//HospitalB//custodian").public(), &paddr, &pshare).unwrap(),
		),
	};
	println!("carried: {:?}", custodians[1].0.carry_share(&key("//PatientA"), &carry).await);
	let mut stranger = carry.clone();
	stranger.consent = 77;
	println!(
		"carried for no consent: {:?}",
		custodians[1].0.clone().without_retries().carry_share(&key("//PatientA"), &stranger).await
	);
	let t = Instant::now();
	let inc = chain.submit(&db, &open).await.unwrap();
	println!(
		"opening {:?} after {:?}",
		inc.events
			.find_first::<runtime::custody::events::OpeningDecided>()
			.unwrap()
			.unwrap()
			.opened
			.0
			.len(),
		t.elapsed()
	);
	let t = Instant::now();
	let mut shares = vec![];
	let mut commitments = None;
	for (c, n) in &custodians[..2] {
		let r = c.release(&db, &ask).await.unwrap();
		println!("{n} releases {} shares", r.shares.len());
		for s in r.shares {
			let addr = ShareAddress { holder: s.holder.0, ..paddr };
			shares.push((
				n.to_string(),
				open_release(&xkey("//DoctorB"), &addr, &id("//DoctorB").0, &s.sealed.0).unwrap(),
			));
		}
		commitments = Some(
			<sharing::Commitments as codec::Decode>::decode(&mut &r.commitments.0[..]).unwrap(),
		);
	}
	println!("releases took {:?}", t.elapsed());
	let m = custodians[1].0.content_bytes(mcid, 20000).await.unwrap();
	let m = Manifest::decode_versioned(&m, &context).unwrap();
	let got =
		sharing::combine(&shares, &commitments.unwrap(), &m.key_commitment, &context).unwrap();
	let mut stream = custodians[1].0.content(cid).await.unwrap();
	let mut bytes = vec![];
	while let Some(p) = stream.next().await {
		bytes.extend_from_slice(&p.unwrap());
	}
	let mut out = vec![];
	document::decrypt(&got.document_key(&context), &context, &bytes[..], &mut out).unwrap();
	println!("opened {} after {:?}", out == plain, t.elapsed());
	let other = custodians[0].0.release(&key("//DoctorC"), &ask).await;
	println!("another reader: {other:?}");
	// Revocation.
	let t = Instant::now();
	let revoke = runtime::transactions().consent().revoke(Grantee::Institution(b), ev.id);
	let inc = chain.submit_revocation(&key("//PatientA"), &revoke).await.unwrap();
	println!("revoked in {} after {:?}", inc.number, t.elapsed());
	println!(
		"after revocation: {:?} {:?}",
		custodians[0].0.release(&db, &ask).await,
		custodians[1].0.release(&db, &ask).await
	);
	tokio::time::sleep(std::time::Duration::from_secs(2)).await;
	// The log.
	let lines = custodians[0].0.log(&key("//PatientA"), &patient, None).await.unwrap();
	let (count, head) = chain.finalized().await.unwrap().audit_head(&patient).await.unwrap();
	let copy = lines.iter().map(|l| vouchsafe_vault::audit::LogLine {
		seq: l.seq,
		block: l.block,
		entry: l.entry.0.clone(),
		head: Some(l.head.0),
	});
	println!(
		"log of {count}: {:?}",
		vouchsafe_vault::audit::verify(&genesis.0, &patient.0, copy, count, head.0)
	);
	println!("last: {:?}", decode_entry(&lines.last().unwrap().entry.0));
	println!("another's log: {:?}", custodians[0].0.log(&db, &patient, Some(b)).await);
	for (c, n) in &custodians {
		println!("{n} {:?}", c.readiness().await.map(|r| (r.ready, r.index.detail, r.work.detail)));
	}
}
