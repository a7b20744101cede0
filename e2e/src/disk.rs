//! Disks whose power can be cut: file systems in image files. A copy of the image has what the disk
//! has at that moment, without what the system still keeps in memory. Needs root and loop devices.

use anyhow::{ensure, Context, Result};
use std::{
	ffi::OsStr,
	fs::File,
	path::{Path, PathBuf},
	process::Command,
};

/// Size of an image in bytes. It occupies only what is written.
const SIZE: u64 = 2 << 30;

/// A mounted disk. It is unmounted when this value is dropped.
#[derive(Debug)]
pub struct Disk {
	image: PathBuf,
	folder: PathBuf,
}

impl Disk {
	/// Makes an ext4 file system in a new image file and mounts it.
	pub fn new(image: &Path, folder: &Path) -> Result<Self> {
		File::create_new(image)?.set_len(SIZE)?;
		run("mkfs.ext4", &[OsStr::new("-q"), OsStr::new("-F"), image.as_ref()])?;
		Self::mount(image, folder)
	}

	/// Mounts the disk of an image file.
	pub fn mount(image: &Path, folder: &Path) -> Result<Self> {
		std::fs::create_dir_all(folder)?;
		run("mount", &[OsStr::new("-o"), OsStr::new("loop"), image.as_ref(), folder.as_ref()])?;
		Ok(Self { image: image.into(), folder: folder.into() })
	}

	/// Copies what is on the disk now to a new image file.
	pub fn copy(&self, image: &Path) -> Result<()> {
		run("cp", &[OsStr::new("--sparse=always"), self.image.as_ref(), image.as_ref()])
	}

	/// Unmounts the disk. No process may use it.
	pub fn unmount(self) -> Result<()> {
		run("umount", &[self.folder.as_ref()])
	}
}

impl Drop for Disk {
	fn drop(&mut self) {
		// Also while processes that are ending use it.
		let _ = Command::new("umount").arg("--lazy").arg(&self.folder).output();
	}
}

/// Whether disks can be mounted here, and if not, why not.
pub fn can_mount(scratch: &Path) -> Result<()> {
	let disk = Disk::new(&scratch.join("probe.img"), &scratch.join("probe"))?;
	disk.unmount()
}

fn run(program: &str, arguments: &[&OsStr]) -> Result<()> {
	let output = Command::new(program)
		.args(arguments)
		.output()
		.with_context(|| format!("{program} cannot be run"))?;
	ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
	Ok(())
}
