//! Runs the command that the command line names.

use crate::{
	chain_spec,
	cli::{Cli, Subcommand},
	live, service,
};
use sc_cli::{Error, RunCmd, SubstrateCli};
use sc_service::{ChainSpec, PartialComponents};
use vouchsafe_runtime::opaque::Block;

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Vouchsafe Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"the Vouchsafe contributors".into()
	}

	fn support_url() -> String {
		"README.md in the source repository".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Parses the command line and runs its command.
pub fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();
	match &cli.subcommand {
		None => run_node(&cli, &cli.run),
		Some(Subcommand::Key(command)) => command.run(&cli),
		Some(Subcommand::Found(command)) => command.run().map_err(in_words),
		Some(Subcommand::Health(command)) => command.run().map_err(in_words),
		Some(Subcommand::Peers(command)) => command.run().map_err(in_words),
		Some(Subcommand::ExportChainSpec(command)) => command.run(cli.load_spec(&command.chain)?),
		Some(Subcommand::CheckBlock(command)) => {
			cli.create_runner(command)?.async_run(|mut config| {
				let PartialComponents { client, task_manager, import_queue, .. } =
					service::new_partial(&mut config, &[], None)?;
				Ok((command.run(client, import_queue), task_manager))
			})
		},
		Some(Subcommand::ExportBlocks(command)) => {
			cli.create_runner(command)?.async_run(|mut config| {
				let PartialComponents { client, task_manager, .. } =
					service::new_partial(&mut config, &[], None)?;
				Ok((command.run(client, config.database), task_manager))
			})
		},
		Some(Subcommand::ImportBlocks(command)) => {
			cli.create_runner(command)?.async_run(|mut config| {
				let PartialComponents { client, task_manager, import_queue, .. } =
					service::new_partial(&mut config, &[], None)?;
				Ok((command.run(client, import_queue), task_manager))
			})
		},
		Some(Subcommand::PurgeChain(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run(config.database))
		},
		Some(Subcommand::Revert(command)) => cli.create_runner(command)?.async_run(|mut config| {
			let PartialComponents { client, task_manager, backend, .. } =
				service::new_partial(&mut config, &[], None)?;
			let revert_grandpa = Box::new(|client, _, blocks| {
				sc_consensus_grandpa::revert(client, blocks)?;
				Ok(())
			});
			Ok((command.run(client, backend, Some(revert_grandpa)), task_manager))
		}),
		Some(Subcommand::ChainInfo(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run::<Block>(&config))
		},
	}
}

/// An error that is a sentence already.
fn in_words(sentence: String) -> Error {
	Error::Application(sentence.into())
}

fn run_node(cli: &Cli, command: &RunCmd) -> sc_cli::Result<()> {
	let options = cli.options();
	let runner = cli.create_runner(command).map_err(|error| match error {
		Error::NetworkKeyNotFound(file) => in_words(live::missing_node_key(&file)),
		error => error,
	})?;
	runner.run_node_until_exit(|config| async move {
		live::check(command, &config).map_err(in_words)?;
		service::new_full(config, options).map_err(Into::into)
	})
}
