//! Files: documents that are added, and documents that are opened.

use crate::drafts::FileDraft;
use anyhow::{anyhow, bail, Context, Result};
use futures::stream;
use std::{
	fs::File,
	io::{ErrorKind, Read},
	path::{is_separator, Path, PathBuf},
};
use vouchsafe_agent::{
	file_names::{self, file_name, media_type_of_content, media_type_of_name},
	platform::{Document, Pieces, Sink, Source},
};
use vouchsafe_speech::short;

/// How many bytes of a file are read at once.
const PIECE: usize = 256 * 1024;

/// A file that is added.
#[derive(Clone, Debug)]
pub struct FileSource(pub PathBuf);

impl Source for FileSource {
	fn length(&self) -> Result<u64> {
		check(&self.0)
	}

	fn pieces(&self) -> Pieces {
		pieces(&self.0)
	}
}

/// Checks that a file can be read. Returns its length.
pub fn check(path: &Path) -> Result<u64> {
	let metadata = File::open(path).and_then(|file| file.metadata());
	let metadata = metadata.with_context(|| format!("cannot read {}", path.display()))?;
	if !metadata.is_file() {
		bail!("{} is not a file", path.display());
	}
	Ok(metadata.len())
}

/// The bytes of a file as a stream.
pub fn pieces(path: &Path) -> Pieces {
	match File::open(path) {
		Ok(file) => pieces_of(file),
		Err(error) => Pieces::new(stream::iter([Err(error)])),
	}
}

/// The bytes of an open file as a stream.
pub fn pieces_of(file: File) -> Pieces {
	let file = tokio::fs::File::from_std(file);
	Pieces::new(tokio_util::io::ReaderStream::with_capacity(file, PIECE))
}

/// The media type of a file, by its name or its first bytes.
pub fn media_type_of(path: &Path) -> Result<&'static str> {
	if let Some(media_type) = media_type_of_name(&name_of(path)) {
		return Ok(media_type);
	}
	let failed = || format!("cannot read {}", path.display());
	let mut start = Vec::new();
	let file = File::open(path).with_context(failed)?;
	file.take(file_names::START as u64).read_to_end(&mut start).with_context(failed)?;
	Ok(media_type_of_content(&start))
}

/// A file's name without its folder.
pub fn name_of(path: &Path) -> String {
	path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Where a document is written.
#[derive(Clone, Debug)]
pub enum Destination {
	/// Into this folder, under a name made from the title.
	Folder(PathBuf),
	/// Into this file.
	File {
		/// Which.
		path: PathBuf,
		/// Whether an existing file is replaced.
		replace: bool,
	},
}

impl Destination {
	/// For one document the path is a file, unless it is a folder or ends like one. For several it is
	/// a folder.
	pub fn new(path: PathBuf, is_one: bool, replace: bool) -> Self {
		let ends_like_folder = path
			.as_os_str()
			.as_encoded_bytes()
			.last()
			.is_some_and(|byte| is_separator((*byte).into()));
		if !is_one || ends_like_folder || path.is_dir() {
			Self::Folder(path)
		} else {
			Self::File { path, replace }
		}
	}

	/// Checks that a document can be written there.
	pub fn check(&self) -> Result<()> {
		match self {
			Self::Folder(folder) if folder.exists() && !folder.is_dir() => {
				bail!("{} is a file, not a folder", folder.display())
			},
			Self::File { path, replace: false } if path.exists() => Err(exists(path)),
			_ => Ok(()),
		}
	}

	fn folder(&self) -> PathBuf {
		match self {
			Self::Folder(folder) => folder.clone(),
			Self::File { path, .. } => folder_of(path).to_owned(),
		}
	}
}

/// The folder that a file is in: also the current one, which a path need not name.
pub(crate) fn folder_of(path: &Path) -> &Path {
	match path.parent() {
		Some(parent) if !parent.as_os_str().is_empty() => parent,
		_ => Path::new("."),
	}
}

impl Sink for Destination {
	type Draft = FileDraft;
	type Place = PathBuf;

	async fn draft(&self) -> Result<FileDraft> {
		let folder = self.folder();
		std::fs::create_dir_all(&folder)
			.with_context(|| format!("cannot create the folder {}", folder.display()))?;
		FileDraft::new_in(&folder)
	}

	async fn keep(&self, mut draft: FileDraft, document: &Document) -> Result<PathBuf> {
		draft.finish()?;
		match self {
			Self::File { path, replace } => match draft.keep_at(path, *replace) {
				Ok(()) => Ok(path.clone()),
				Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(path)),
				Err(error) => {
					Err(error).with_context(|| format!("cannot write {}", path.display()))
				},
			},
			Self::Folder(folder) => keep_in(folder, &draft, document),
		}
	}
}

fn exists(path: &Path) -> anyhow::Error {
	anyhow!("{} exists already: --force replaces it", path.display())
}

/// Names a document after its title. A number tells documents of one name apart.
fn keep_in(folder: &Path, draft: &FileDraft, document: &Document) -> Result<PathBuf> {
	let Document { record, title, media_type, .. } = document;
	let (stem, extension) = file_name(title, media_type, &short(record));
	for number in 1..1000 {
		let name = match number {
			1 => format!("{stem}{extension}"),
			_ => format!("{stem} ({number}){extension}"),
		};
		let path = folder.join(name);
		match draft.keep_at(&path, false) {
			Ok(()) => return Ok(path),
			Err(error) if error.kind() == ErrorKind::AlreadyExists => {},
			Err(error) => {
				return Err(error).with_context(|| format!("cannot write {}", path.display()))
			},
		}
	}
	bail!("there are too many files named “{stem}” in {}", folder.display())
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::StreamExt;
	use vouchsafe_agent::platform::Draft;
	use vouchsafe_client::chain::H256;

	fn document(title: &str, media_type: &str) -> Document {
		Document {
			record: H256([7; 32]),
			version: 0,
			title: title.into(),
			media_type: media_type.into(),
		}
	}

	async fn written(to: &Destination, document: &Document) -> Result<PathBuf> {
		let mut draft = to.draft().await?;
		draft.write(b"bytes").await?;
		to.keep(draft, document).await
	}

	#[tokio::test]
	async fn a_document_keeps_its_place() {
		let folder = tempfile::tempdir().unwrap();
		let to = Destination::Folder(folder.path().join("new"));
		let document = document("CT", "application/dicom");
		let path = written(&to, &document).await.unwrap();
		assert_eq!(path.file_name().unwrap(), "CT 07070707.dcm");
		assert_eq!(std::fs::read(path).unwrap(), b"bytes");
		let path = written(&to, &document).await.unwrap();
		assert_eq!(path.file_name().unwrap(), "CT 07070707 (2).dcm");
	}

	#[tokio::test]
	async fn a_path_that_ends_like_a_folder_is_created() {
		let root = tempfile::tempdir().unwrap();
		let to = Destination::new(root.path().join("read/"), true, false);
		to.check().unwrap();
		let path = written(&to, &document("CT", "application/dicom")).await.unwrap();
		assert_eq!(path, root.path().join("read/CT 07070707.dcm"));
	}

	#[tokio::test]
	async fn a_file_is_replaced_only_when_asked() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("out");
		let to = |replace| Destination::File { path: path.clone(), replace };
		let document = document("", "");
		written(&to(false), &document).await.unwrap();
		let error = written(&to(false), &document).await.unwrap_err();
		assert!(error.to_string().contains("--force"));
		written(&to(true), &document).await.unwrap();
	}

	#[test]
	fn one_document_goes_into_a_file_unless_the_path_is_a_folders() {
		let root = tempfile::tempdir().unwrap();
		let path = |name: &str| root.path().join(name);
		let is_folder =
			|path, is_one| matches!(Destination::new(path, is_one, false), Destination::Folder(_));
		assert!(!is_folder(path("letter.pdf"), true));
		assert!(is_folder(path("read/"), true), "it ends like a folder");
		assert!(is_folder(root.path().to_owned(), true), "it is a folder");
		assert!(is_folder(path("letter.pdf"), false), "for several documents");
	}

	#[test]
	fn a_destination_is_checked_before_anything_is_opened() {
		let root = tempfile::tempdir().unwrap();
		let path = root.path().join("out");
		let check = |is_one, replace| Destination::new(path.clone(), is_one, replace).check();
		assert!(check(true, false).is_ok() && check(false, false).is_ok());
		std::fs::write(&path, "old").unwrap();
		assert!(check(true, false).unwrap_err().to_string().contains("--force"));
		assert!(check(true, true).is_ok());
		assert!(check(false, true).unwrap_err().to_string().contains("not a folder"));
	}

	#[tokio::test]
	async fn a_draft_that_is_not_kept_leaves_nothing() {
		let folder = tempfile::tempdir().unwrap();
		let to = Destination::Folder(folder.path().to_owned());
		let mut draft = to.draft().await.unwrap();
		draft.write(b"half").await.unwrap();
		let read: Vec<_> = draft.read().await.unwrap().collect().await;
		assert_eq!(read.into_iter().map(|it| it.unwrap()).collect::<Vec<_>>().concat(), b"half");
		drop(draft);
		assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
	}

	#[test]
	fn dicom_is_told_by_its_preamble() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("IM000001");
		let mut file = vec![0; 128];
		file.extend(b"DICM and more");
		std::fs::write(&path, &file).unwrap();
		assert_eq!(media_type_of(&path).unwrap(), "application/dicom");
		std::fs::write(&path, &file[..131]).unwrap();
		assert_eq!(media_type_of(&path).unwrap(), "application/octet-stream");
		assert!(media_type_of(Path::new("/no/such/file")).is_err());
		assert_eq!(media_type_of(Path::new("/no/such/file.pdf")).unwrap(), "application/pdf");
	}

	#[test]
	fn a_folder_is_not_a_document() {
		let folder = tempfile::tempdir().unwrap();
		assert!(FileSource(folder.path().to_owned()).length().is_err());
		assert!(FileSource(folder.path().join("none")).length().is_err());
	}
}
