use super::*;
use std::io::Cursor;

#[tokio::test]
async fn what_is_encrypted_has_its_cid_and_commitment() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("content");
	let plaintext = vec![7u8; 3 << 20];
	let document = NewDocument {
		content: Content::Bytes(plaintext.clone()),
		title: "It".into(),
		media_type: "text/plain".into(),
		place: Place::VersionOf { record: H256([0; 32]), widening: None },
	};
	let context = Context { genesis: [1; 32], record: [2; 32], version: 0, patient: [9; 32] };
	let secret = Secret::random();
	let done = encrypt(&document, &secret, &context, &path).await.unwrap();
	let ciphertext = std::fs::read(&path).unwrap();
	assert_eq!(done.cid, cid_of(&ciphertext));
	assert_eq!(done.plaintext_len, plaintext.len() as u64);
	assert_eq!(done.ciphertext_len, ciphertext.len() as u64);
	let mut commitment = PlaintextCommitment::new(done.commitment_salt);
	commitment.update(&plaintext);
	assert_eq!(done.commitment, commitment.finish());
	let mut back = Cursor::new(Vec::new());
	document::decrypt(&secret.document_key(&context), &context, &ciphertext[..], &mut back)
		.unwrap();
	assert!(back.into_inner() == plaintext);
}
