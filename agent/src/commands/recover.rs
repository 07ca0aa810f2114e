//! `ledger recover`: for a person whose state folder was lost or restored. Writes down again what the public log shows.
//!
//! Reads the whole log, shows what the ledger lacks and, with `--yes`, adds it. A round that was written down again counts as
//! prepared for ever. Draws nothing and sends nothing. `docs/ledger.md` tells a person when to run it.

use std::path::PathBuf;

use shared::ids::RoundId;
use shared::problem::{Exit, Problem};
use shared::time::Day;
use shared::trust::Trust;

use super::Screen;
use super::room::{Room, not_witnessed};
use crate::cli::RecoverArgs;
use crate::io::handed_over::read_folder;
use crate::io::state::State;
use crate::log_view::LogView;
use crate::logging;
use crate::recovery::{Charged, Evidence, Gap, PlanBudget, Recovered, recovered};
use crate::round::{Witnessing, log_is_witnessed};
use crate::stop::Stop;

/// What would be written.
struct Proposal {
    debits: Vec<Recovered>,
    gap: Gap,
    unused: Vec<(String, &'static str)>,
}

/// Runs the command.
pub fn run(room: &mut Room<'_>, args: &RecoverArgs, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    let proposal = propose(room, args.receipts.as_ref())?;
    for line in lines(&proposal) {
        // a screen that is gone cannot be told so
        let _ = screen.line(&line);
    }
    let n_files = proposal.debits.len() + proposal.gap.keys.len();
    let last = match (n_files, args.yes) {
        (0, _) => "the ledger lacks nothing that the public log names: there is nothing to write".to_owned(),
        (n, false) => format!(
            "nothing was written; files to be written: {n}. If a person who answers for this authority agrees, run the same command \
             with --yes. What is written cannot be taken back"
        ),
        (n, true) => {
            write(room, &proposal)?;
            format!("files written into the ledger: {n}. The rounds in them count as prepared and are never drawn again")
        }
    };
    let _ = screen.line(&last);
    Ok(Exit::Done)
}

fn propose(room: &mut Room<'_>, receipts: Option<&PathBuf>) -> Result<Proposal, Stop> {
    let ledger = room.ledger()?;
    let files = receipts.map(|folder| read_folder(folder)).transpose()?.unwrap_or_default();
    let view = room.with_patience(Room::verified_log)?;
    let trust = room.connected()?.trust.clone();
    let witnessing = Witnessing::of(&trust.witnesses, room.config.sending.without_witnesses);
    log_is_witnessed(witnessing, &view, room.now()).map_err(|p| not_witnessed(p, &trust.witnesses, &view, room.now()))?;
    let authority = room.config.authority;
    let evidence = Evidence::of(files, authority, &view, &trust.log).map_err(|against| {
        let stop = Stop::with(Problem::LogInconsistent, against.to_string());
        stop.advising("keep the receipt and the state folder: together they prove that the log was rolled back or forked; tell every other authority")
    })?;
    let gap = Gap::between(authority, &ledger, &view);
    let mut debits = Vec::new();
    for leaf in &gap.submissions {
        let plan = budget(room, leaf.round, &view, &trust)?;
        debits.push(recovered(leaf, &evidence, plan, room.config.sending.caps.rho_year));
    }
    Ok(Proposal { debits, gap, unused: evidence.unused })
}

/// The plan of a round, kept or from the aggregator. One that the aggregator does not have cannot be had; a way that is broken
/// ends the command, so that nobody is charged the cap for it.
fn budget(room: &mut Room<'_>, round: RoundId, view: &LogView, trust: &Trust) -> Result<Option<PlanBudget>, Stop> {
    let fetched = room.with_patience(|room| match room.connected()?.centre.plan(round) {
        Err(stop) if matches!(stop.problem, Some(Problem::RoundUnknown | Problem::NotFound)) => Ok(None),
        other => other.map(Some),
    })?;
    let Some(envelope) = fetched else { return Ok(None) };
    let budget = PlanBudget::of(&envelope, round, view, &trust.plan);
    if let Some(budget) = budget {
        room.state.keep_plan(round, budget.id, &envelope)?;
    }
    Ok(budget)
}

fn lines(proposal: &Proposal) -> Vec<String> {
    let mut lines = Vec::new();
    if !proposal.debits.is_empty() {
        lines.push("the public log names these submissions of this authority, and the ledger lacks them:".to_owned());
    }
    for Recovered { debit, charged, receipt } in &proposal.debits {
        let by = match charged {
            Charged::ByPlan => "as the plan of the round budgets",
            Charged::ByCap => "the cap of one year, since the plan of the round cannot be had",
        };
        let bytes = if debit.envelope.is_empty() { "its bytes are lost" } else { "its bytes are here" };
        let receipt = if receipt.is_some() { "its receipt is here" } else { "no receipt was given" };
        lines.push(format!("  {}, message {}: submission {}", debit.round, debit.sequence, debit.id));
        lines.push(format!("    to be charged rho {} on {}, {by}; {bytes}; {receipt}", debit.rho, debit.charged_on));
    }
    if !proposal.gap.keys.is_empty() {
        lines.push("the public log names these keys of this authority, and the ledger does not know them:".to_owned());
    }
    for leaf in &proposal.gap.keys {
        lines.push(format!("  {}, registered {}", leaf.key, leaf.at));
        lines.push(
            "    a key that nobody here remembers may be another machine's: ask the aggregator's operator before --yes".into(),
        );
    }
    lines.extend(proposal.unused.iter().map(|(file, why)| format!("not used: {file}: {why}")));
    lines
}

/// Writes file after file. A run that breaks off has written the beginning; the next one proposes the rest.
fn write(room: &Room<'_>, proposal: &Proposal) -> Result<(), Stop> {
    for Recovered { debit, receipt, .. } in &proposal.debits {
        State::commit(room.state.stage(&room.ledger()?, debit)?)?;
        if let Some(receipt) = receipt {
            room.state.keep_receipt(debit.id, receipt)?;
        }
    }
    for leaf in &proposal.gap.keys {
        room.state.append_key(&room.ledger()?, leaf.key, Day(room.now().day()))?;
    }
    logging::recovered(room.config.authority);
    Ok(())
}
