//! `heliogram raw`.

use anyhow::{Context, Result, anyhow, bail};
use heliogram::{RawCall, api};
use heliogram_schema::nearest;
use heliogram_tl::reflect::{self, Expected, Kind};

use crate::{args::Raw, connect, options::Options, ui::Ui};

pub(crate) async fn run(options: &Options, mut args: Raw, ui: &Ui) -> Result<()> {
    if args.arguments == "-" {
        args.arguments = std::io::read_to_string(std::io::stdin())
            .context("the arguments cannot be read from the standard input")?;
    }
    let (method, body) = encode(&args)?;
    let call = RawCall::new(method, body.into());
    let answer = connect::with(options, async |client| {
        Ok(client.invoke_bytes(call).await?)
    });
    let answer = answer.await?;
    if ui.json() {
        let json = reflect::to_json_as(api::table(), &answer, Expected::Answer(method))
            .map_err(|e| anyhow!("the answer cannot be read: {e}"))?;
        ui.raw(&format!("{json}\n"));
    } else {
        let text = reflect::pretty_as(api::table(), &answer, Expected::Answer(method));
        ui.raw(&format!("{text}\n"));
    }
    Ok(())
}

/// The name of the method, and the call on the wire.
fn encode(args: &Raw) -> Result<(&'static str, Vec<u8>)> {
    let table = api::table();
    let Some(definition) = table
        .by_name(&args.method)
        .filter(|d| d.kind() == Kind::Function)
    else {
        bail!(
            "there is no method `{}` in layer {}{}",
            args.method,
            api::LAYER,
            suggestion(&args.method)
        );
    };
    let name = definition.name();
    let body =
        reflect::from_json(table, &args.arguments, Expected::Name(name)).with_context(|| {
            format!("`{name}` cannot be called like this; see `heliogram schema show {name}`")
        })?;
    Ok((name, body))
}

/// Methods that were perhaps meant.
fn suggestion(method: &str) -> String {
    let methods = api::table().definitions();
    let methods = methods.filter(|d| d.kind() == Kind::Function);
    match nearest(methods.map(|d| d.name().to_owned()), method).as_slice() {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(", ")),
    }
}
