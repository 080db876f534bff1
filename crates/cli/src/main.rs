//! `heliogram`: a Telegram client, an embedded Telegram server and schema tools, in one command.
#![forbid(unsafe_code)]

mod args;
mod cmd;
mod connect;
mod interrupt;
mod names;
mod options;
mod progress;
mod ui;

use std::{process::ExitCode, time::Duration};

use clap::Parser;

use args::{Args, Command};
use interrupt::{Interrupted, unless_interrupted};
use options::Options;
use ui::Ui;

/// How long tasks may take to let go of what they hold, at the end of the program.
const END: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let args = Args::parse();
    let ui = Ui::new(args.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            ui.error(&anyhow::Error::new(error).context("the runtime did not start"));
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(run(args, &ui));
    // Sessions are closed and half-written files removed before the program ends.
    runtime.shutdown_timeout(END);
    match result {
        Ok(()) if ui.lost_output() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            match error.downcast_ref::<Interrupted>() {
                Some(_) => ExitCode::from(interrupt::EXIT_CODE),
                None => ExitCode::FAILURE,
            }
        }
    }
}

async fn run(args: Args, ui: &Ui) -> anyhow::Result<()> {
    match args.command {
        // Being interrupted is how it ends.
        Command::Serve(serve) => cmd::serve::run(serve, ui).await,
        Command::Listen(c) => {
            let options = Options::gather(args.connection, c.connection)?;
            cmd::listen::run(&options, c.args, ui).await
        }
        _ => unless_interrupted(run_to_the_end(args, ui)).await,
    }
}

async fn run_to_the_end(args: Args, ui: &Ui) -> anyhow::Result<()> {
    let options = |connection| Options::gather(args.connection, connection);
    match args.command {
        Command::Demo(demo) => cmd::demo::run(demo, ui).await,
        Command::Serve(serve) => cmd::serve::run(serve, ui).await,
        Command::Listen(c) => cmd::listen::run(&options(c.connection)?, c.args, ui).await,
        Command::Login(c) => cmd::login::run(&options(c.connection)?, c.args, ui).await,
        Command::Logout(c) => cmd::login::log_out(&options(c.connection)?, ui).await,
        Command::Me(c) => cmd::me::run(&options(c.connection)?, ui).await,
        Command::Send(c) => cmd::send::run(&options(c.connection)?, c.args, ui).await,
        Command::History(c) => cmd::history::run(&options(c.connection)?, c.args, ui).await,
        Command::Download(c) => cmd::download::run(&options(c.connection)?, c.args, ui).await,
        Command::Raw(c) => cmd::raw::run(&options(c.connection)?, c.args, ui).await,
        Command::Simulate(simulate) => cmd::simulate::run(simulate, ui).await,
        Command::Schema(schema) => cmd::schema::run(schema, ui),
    }
}
