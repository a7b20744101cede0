use super::*;
use crate::{
	memory::{MemoryKeep, Quiet},
	platform::{Keep, Progress},
};
use std::io::Cursor;
use vouchsafe_vault::document;

#[tokio::test]
async fn what_is_encrypted_has_its_cid_and_commitment() {
	for length in [0, 1, PIECE, 3 * PIECE + 1] {
		let plaintext = vec![7u8; length];
		let document = NewDocument {
			content: Content::Bytes(plaintext.clone().into()),
			title: "It".into(),
			media_type: "text/plain".into(),
			place: Place::VersionOf { record: H256([0; 32]), widening: None },
		};
		let context = Context { genesis: [1; 32], record: [2; 32], version: 0, patient: [9; 32] };
		let secret = Secret::random();
		let keep = MemoryKeep::default();
		let mut draft = keep.scratch().await.unwrap();
		let task = Quiet::default().begin("encrypting", None);
		let done = encrypt(&document, &secret, &context, &mut draft, &task).await.unwrap();
		let ciphertext = draft.bytes();
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
}
