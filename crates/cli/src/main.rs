//! `heliogram`: a Telegram client, an embedded Telegram server and schema tools, in one command.
#![forbid(unsafe_code)]

mod args;
mod cmd;
mod connect;
mod names;
mod progress;
mod ui;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use ui::Ui;

fn main() -> ExitCode {
    let args = Args::parse();
    let ui = Ui::new(args.common.json);
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
    let code = match runtime.block_on(run(args, &ui)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            ExitCode::FAILURE
        }
    };
    // A prompt that still waits for a line must not hold up the end of the program.
    runtime.shutdown_background();
    code
}

async fn run(args: Args, ui: &Ui) -> anyhow::Result<()> {
    let common = args.common;
    match args.command {
        Command::Demo(demo) => cmd::demo::run(demo, ui).await,
        Command::Serve(serve) => cmd::serve::run(serve, ui).await,
        Command::Login(login) => cmd::login::run(&common, login, ui).await,
        Command::Logout => cmd::login::log_out(&common, ui).await,
        Command::Me => cmd::me::run(&common, ui).await,
        Command::Send(send) => cmd::send::run(&common, send, ui).await,
        Command::History(history) => cmd::history::run(&common, history, ui).await,
        Command::Download(download) => cmd::download::run(&common, download, ui).await,
        Command::Raw(raw) => cmd::raw::run(&common, raw, ui).await,
        Command::Schema(schema) => cmd::schema::run(schema, ui),
    }
}
