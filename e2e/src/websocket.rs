//! Reads the messages that a client sends to a node over a WebSocket, for proxies that watch for a
//! method.

/// The stream of one direction: an HTTP request, then frames.
#[derive(Debug, Default)]
pub struct ClientStream {
	/// Bytes that are not a whole frame yet.
	pending: Vec<u8>,
	is_open: bool,
}

/// Bytes to pass on, and the text in them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Message {
	/// The bytes as they came.
	pub bytes: Vec<u8>,
	/// The frame's payload. Empty for the request that opens the connection.
	pub text: String,
}

impl ClientStream {
	/// Takes bytes that have arrived. Returns the messages that are whole now.
	pub fn take(&mut self, bytes: &[u8]) -> Vec<Message> {
		self.pending.extend_from_slice(bytes);
		let mut messages = Vec::new();
		while let Some(message) = self.next() {
			messages.push(message);
		}
		messages
	}

	fn next(&mut self) -> Option<Message> {
		if !self.is_open {
			let end = self.pending.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
			self.is_open = true;
			return Some(Message {
				bytes: self.pending.drain(..end).collect(),
				text: String::new(),
			});
		}
		let (payload, length) = frame(&self.pending)?;
		Some(Message { bytes: self.pending.drain(..length).collect(), text: payload })
	}
}

/// The payload of the first frame, and the frame's length. `None` if it is not whole yet.
fn frame(bytes: &[u8]) -> Option<(String, usize)> {
	let short = bytes.get(1)? & 0x7f;
	let (length, head) = match short {
		126 => (u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
		127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
		short => (u64::from(short), 2),
	};
	// A client masks each frame with four bytes.
	let mask = bytes.get(head..head + 4)?;
	let end = head + 4 + usize::try_from(length).ok()?;
	let masked = bytes.get(head + 4..end)?;
	let payload: Vec<u8> = masked.iter().zip(mask.iter().cycle()).map(|(a, b)| a ^ b).collect();
	Some((String::from_utf8_lossy(&payload).into_owned(), end))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn masked(text: &str) -> Vec<u8> {
		let mask = [1, 2, 3, 4];
		let mut bytes = vec![0x81];
		match u16::try_from(text.len()) {
			Ok(length @ ..126) => bytes.push(0x80 | length as u8),
			Ok(length) => {
				bytes.push(0x80 | 126);
				bytes.extend(length.to_be_bytes());
			},
			Err(_) => {
				bytes.push(0x80 | 127);
				bytes.extend((text.len() as u64).to_be_bytes());
			},
		}
		bytes.extend(mask);
		bytes.extend(text.bytes().zip(mask.iter().cycle()).map(|(a, b)| a ^ b));
		bytes
	}

	#[test]
	fn messages_are_read_in_pieces_of_any_length() {
		let request = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n".to_vec();
		let texts = ["short".to_owned(), "m".repeat(300), "l".repeat(70_000)];
		let mut all = request.clone();
		texts.iter().for_each(|text| all.extend(masked(text)));
		for length in [1, 7, 1_000, usize::MAX] {
			let mut stream = ClientStream::default();
			let messages: Vec<_> =
				all.chunks(length.min(all.len())).flat_map(|piece| stream.take(piece)).collect();
			let read: Vec<_> = messages.iter().map(|message| message.text.as_str()).collect();
			assert_eq!(read, ["", &texts[0], &texts[1], &texts[2]]);
			let bytes: Vec<u8> = messages.into_iter().flat_map(|message| message.bytes).collect();
			assert_eq!(bytes, all);
		}
	}
}
