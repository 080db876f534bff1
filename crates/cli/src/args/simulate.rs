//! What `simulate` understands.

use clap::{Args as ClapArgs, Subcommand};

#[derive(ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
A seed decides how bad the network is: packets are late, lost, doubled, damaged, played again and
made up; connections break; the server tells lies; clocks are wrong. What has to hold all the same:
no request runs twice, each ends exactly once, each update comes exactly once.

Examples:
  heliogram simulate --seeds 10000
  heliogram simulate --seed 4711          tells the story of one seed
  heliogram simulate --from 10000 --json | jq .stats
  heliogram simulate updates              does the same to the order of updates"
)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) seeds: Seeds,
    #[command(subcommand)]
    pub(crate) what: Option<SimulateWhat>,
}

#[derive(ClapArgs)]
pub(crate) struct Seeds {
    /// How many seeds to run
    #[arg(long, default_value_t = 1000)]
    pub(crate) seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    pub(crate) from: u64,
    /// Run this seed only and tell what happens
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    pub(crate) seed: Option<u64>,
}

#[derive(Subcommand)]
pub(crate) enum SimulateWhat {
    /// Prove the order of updates: random histories, a bad link, a client that dies now and then
    Updates(Updates),
}

#[derive(ClapArgs)]
#[command(after_help = "\
A seed makes a history of an account and its channels, and decides what goes wrong: pushes are late,
lost, doubled and shuffled, requests fail, channels break, the server skips what is too much, the
client dies and begins again with what it has stored. What has to hold all the same: everything is
delivered, in order and once; what was delivered and not acknowledged comes again after a death; what
the server does not give is told.

With --days one client lives through that many days, and must not grow.

Examples:
  heliogram simulate updates --histories 100000
  heliogram simulate updates --seed 4711      tells the story of one seed
  heliogram simulate updates --days 30 --channels 200")]
pub(crate) struct Updates {
    /// How many histories to run
    #[arg(long, default_value_t = 1000, conflicts_with = "days")]
    pub(crate) histories: u64,
    /// The seed of the first of them
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    pub(crate) from: u64,
    /// Run this history only and tell what happens
    #[arg(long, conflicts_with_all = ["histories", "from", "days"])]
    pub(crate) seed: Option<u64>,
    /// Run one client for so many days of virtual time
    #[arg(long)]
    pub(crate) days: Option<u32>,
    /// With how many channels
    #[arg(long, default_value_t = 200, requires = "days")]
    pub(crate) channels: u16,
}
