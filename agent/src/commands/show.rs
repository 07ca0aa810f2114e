//! `show`: what was drawn. Draws and sends nothing.
//!
//! Until the log holds it, a person sees id, plan, cost and shape, and no cell in any form: whoever has seen one draw and can
//! still have another chooses by noise. Once the receipt is kept the cells stand here as everybody will see them.
//! `docs/privacy.md`, PC11.

use serde_json::{Value, json};
use shared::framework::Framework;
use shared::ids::{Digest, RoundId};
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::plan::{PLAN_BYTES_MAX, Plan};
use shared::problem::{Exit, Problem};
use shared::sign::Envelope;
use shared::submission::{CorrectionReason, FactAnswer, FactStated, MessageKind, SUBMISSION_TYPE, Submission, SubmissionBlock};

use super::Screen;
use super::approve::{CORRECTION, FIRST, in_words};
use crate::config::AgentConfig;
use crate::io::state::State;
use crate::ledger::{Debit, DebitKind, Ledger};
use crate::stop::Stop;

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table for people.
    Table,
    /// JSON.
    Json,
    /// The exact bytes that were sent, and nothing else.
    Raw,
}

/// Which message: of the newest round and the newest in it, where nothing else is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// Of this round.
    pub round: Option<RoundId>,
    /// At this place in the round: 1 its submission, 2 its correction.
    pub message: Option<u32>,
}

impl Which {
    fn of<'l>(&self, ledger: &'l Ledger) -> Result<&'l Debit, Stop> {
        let round = self.round.or_else(|| ledger.debits().last().map(|debit| debit.round)).ok_or(Problem::NothingPrepared)?;
        let debit = match self.message {
            Some(sequence) => ledger.standing(round, sequence),
            None => ledger.prepared(round),
        };
        debit.ok_or_else(|| {
            let sequence = self.message.unwrap_or(FIRST);
            let stop = Stop::with(Problem::NothingPrepared, format!("the ledger does not hold {}", in_words(round, sequence)));
            if sequence == CORRECTION {
                stop.advising("status says what the ledger holds; correct draws a correction")
            } else {
                stop
            }
        })
    }
}

/// A prepared submission with its tables named.
struct Shown {
    id: Digest,
    /// Where it is, in words.
    whereabouts: &'static str,
    submission: Submission,
    facts: Vec<Fact>,
    /// `None` before the receipt is kept.
    cells: Option<Vec<Cell>>,
}

struct Fact {
    id: String,
    title: String,
    answer: Option<FactAnswer>,
}

struct Cell {
    table: String,
    group: String,
    category: String,
    /// In children, or amounts: the word divided by its unit.
    noisy: f64,
    word: i64,
    unit: u32,
    sd: f64,
}

/// Runs the command.
pub fn run(config: &AgentConfig, which: Which, form: Form, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    let state = State::open(&config.state)?;
    let ledger = state.ledger()?;
    let debit = which.of(&ledger)?;
    if debit.envelope.is_empty() {
        return Err(without_bytes(config, debit));
    }
    let written = match form {
        Form::Raw if !is_logged(&state, debit)? => {
            let detail = format!(
                "submission {} of {} is drawn and not in the log, so that its cells are not shown",
                debit.id, debit.round
            );
            return Err(Stop::with(Problem::ReceiptMissing, detail));
        }
        Form::Raw => screen.bytes(&debit.envelope),
        Form::Table => lines(&shown(&state, &ledger, debit)?).iter().try_for_each(|line| screen.line(line)),
        Form::Json => screen.line(&to_json(&shown(&state, &ledger, debit)?).to_string()),
    };
    written.and_then(|()| screen.finish()).map_err(|e| Stop::fault(format!("cannot write: {}", e.kind())))?;
    Ok(Exit::Done)
}

/// A message that was recovered without its bytes cannot be shown from here.
fn without_bytes(config: &AgentConfig, debit: &Debit) -> Stop {
    let (round, sequence) = (debit.round, debit.sequence);
    let detail = format!("{} was recovered from the public log without its bytes", in_words(round, sequence));
    Stop::with(Problem::NothingPrepared, detail).advising(format!(
        "nothing is to be prepared again; after the release that counts it, the public export has its bytes, in \
         submissions/{round}/{}-{sequence}.dsse.json",
        config.authority
    ))
}

fn shown(state: &State, ledger: &Ledger, debit: &Debit) -> Result<Shown, Stop> {
    let damaged = || Stop::with(Problem::LedgerDamaged, "the kept submission cannot be read");
    let envelope = Envelope::parse(&debit.envelope, ENVELOPE_BYTES_MAX).map_err(|_| damaged())?;
    let payload = match debit.kind {
        DebitKind::Drawn(_) => {
            envelope.verify(SUBMISSION_TYPE, std::slice::from_ref(ledger.key())).map_err(|_| damaged())?.payload
        }
        // signed by a lost key; the ledger knows its id from the log
        DebitKind::Recovered => envelope.payload_unverified(),
    };
    let submission = Submission::parse(payload).map_err(|_| damaged())?;
    let framework = Framework::built_in();
    let plan = state.plan(debit.round, debit.plan)?.and_then(|bytes| kept_plan(&bytes, debit.plan, &framework));
    let named = || plan.map(|plan| cells(&framework, &plan, &submission)).unwrap_or_default();
    let is_logged = is_logged(state, debit)?;
    let whereabouts = match (debit.kind, is_logged) {
        (DebitKind::Recovered, _) => "it stands in the public log, from where this ledger has it",
        (DebitKind::Drawn(_), true) => "sent: its receipt is kept",
        (DebitKind::Drawn(_), false) => "not sent, or no receipt yet",
    };
    let cells = is_logged.then(named);
    let facts = facts(&framework, &submission);
    Ok(Shown { id: debit.id, whereabouts, submission, facts, cells })
}

/// Whether the log holds it, so that no other draw can stand in its place: a recovered debit comes from there.
fn is_logged(state: &State, debit: &Debit) -> Result<bool, Stop> {
    Ok(debit.kind == DebitKind::Recovered || state.receipt(debit.id)?.is_some())
}

/// What is stated, with its title where this version's framework has one.
fn facts(framework: &Framework, submission: &Submission) -> Vec<Fact> {
    let title = |id: &str| framework.measure(id).map(|m| m.title.clone()).unwrap_or_default();
    let fact = |f: &FactStated| Fact { id: f.fact.clone(), title: title(&f.fact), answer: f.answer() };
    submission.facts.iter().map(fact).collect()
}

/// The kept plan; `None` when this version's framework is another one, so that its tables have no names here.
fn kept_plan(bytes: &[u8], id: Digest, framework: &Framework) -> Option<Plan> {
    let envelope = Envelope::parse(bytes, PLAN_BYTES_MAX).ok().filter(|e| e.id() == id)?;
    Plan::parse(envelope.payload_unverified(), framework).ok()
}

fn cells(framework: &Framework, plan: &Plan, submission: &Submission) -> Vec<Cell> {
    let mut cells = Vec::new();
    for table in framework.tables() {
        let Some(place) = plan.place(framework, &table.id) else { continue };
        let Some(words) = submission.blocks.iter().find(|b| b.name == place.block.name) else { continue };
        let sd = place.sd(submission.kind.draw());
        let names = table.groups.iter().flat_map(|g| table.categories.iter().map(move |c| (g, c)));
        for ((group, category), word) in names.zip(words.cells.0.iter().skip(place.first_cell)) {
            let (group, category) = (group.id.clone(), category.id.clone());
            // for showing alone: exact below 2^53, and cells are below 2^40
            let noisy = word.to_string().parse::<f64>().unwrap_or(f64::NAN) / f64::from(place.unit);
            cells.push(Cell { table: table.id.clone(), group, category, noisy, word: *word, unit: place.unit, sd });
        }
    }
    cells
}

fn lines(shown: &Shown) -> Vec<String> {
    let s = &shown.submission;
    let mut lines = vec![
        format!("{} of authority {}: submission {}", in_words(s.round, s.sequence), s.authority, shown.id),
        format!("made on {} by agent {}, under plan {}", s.produced_on, s.agent_version, s.plan),
        shown.whereabouts.to_owned(),
    ];
    if let Some(reason) = correction_reason(s) {
        let first = format!("show --round {} --message {FIRST}", s.round);
        lines.push(format!("a correction, whole and drawn anew, since {}; {first} shows what it corrects", reason.label()));
    }
    lines.push(String::new());
    for b in &s.blocks {
        lines.push(format!("block {}: {} cells, noise of scale {}, rho {}", b.name, b.n, thousandths(b.scale_milli), b.rho_nano));
    }
    lines.push(String::new());
    lines.push("stated of the authority in its configuration, exact, of no child:".to_owned());
    for f in &shown.facts {
        lines.push(format!("fact {:<4} {:<10}  {}", f.id, f.answer.map_or("?", FactAnswer::label), f.title));
    }
    lines.push(String::new());
    let Some(cells) = &shown.cells else {
        lines.push("the cells are shown once the receipt is kept: nobody chooses among draws".to_owned());
        return lines;
    };
    lines.push("every number below is noisy; behind it stands one standard deviation of the noise,".to_owned());
    lines.push("which is wide beside the counts of a small authority".to_owned());
    for c in cells {
        lines.push(format!("{:<24} {:<20} {:<20} {:>10.1}  +-{:.1}", c.table, c.group, c.category, c.noisy, c.sd));
    }
    if cells.is_empty() {
        lines.push("the plan of this round is not kept here or is of another framework, so its tables have no names".to_owned());
    }
    lines.push(String::new());
    lines.push("verify the signature with openssl alone, in the folder of this agent's state:".to_owned());
    let (round, message) = (s.round, s.sequence);
    lines.push(format!("  goldenthread-agent show --raw --round {round} --message {message} --config FILE > submission.json"));
    lines.extend(VERIFICATION.map(str::to_owned));
    lines
}

/// Why a message corrects another; `None` of a first one.
fn correction_reason(submission: &Submission) -> Option<CorrectionReason> {
    match submission.kind {
        MessageKind::Submission => None,
        MessageKind::Correction => CorrectionReason::of_digit(submission.reason),
    }
}

/// How anybody checks the signature of `submission.json` with OpenSSL alone.
const VERIFICATION: [&str; 5] = [
    "  sed 's/.*\"payload\":\"\\([^\"]*\\)\".*/\\1/' submission.json | base64 -d > payload.bin",
    "  sed 's/.*\"sig\":\"\\([^\"]*\\)\".*/\\1/' submission.json | base64 -d > signature.bin",
    "  type=application/vnd.goldenthread.submission.v1+json",
    "  { printf 'DSSEv1 %d %s %d ' ${#type} $type $(wc -c < payload.bin); cat payload.bin; } > signed.bin",
    "  openssl dgst -sha256 -verify keys/signing.public.pem -signature signature.bin signed.bin",
];

fn thousandths(milli: u64) -> String {
    format!("{}.{:03}", milli / 1_000, milli % 1_000)
}

fn to_json(shown: &Shown) -> Value {
    let s = &shown.submission;
    let block = |b: &SubmissionBlock| {
        json!({
            "name": b.name,
            "n": b.n,
            "l2_squared": b.l2_squared,
            "scale_milli": b.scale_milli,
            "rho_nano": b.rho_nano,
        })
    };
    let cell = |c: &Cell| {
        json!({
            "table": c.table,
            "group": c.group,
            "category": c.category,
            "noisy": c.noisy,
            "word": c.word,
            "unit": c.unit,
            "sd": c.sd,
        })
    };
    json!({
        "id": shown.id,
        "authority": s.authority,
        "round": s.round,
        "kind": s.kind.word(),
        "sequence": s.sequence,
        "reason": correction_reason(s).map(CorrectionReason::word),
        "plan": s.plan,
        "produced_on": s.produced_on,
        "receipted": shown.cells.is_some(),
        "blocks": s.blocks.iter().map(block).collect::<Vec<_>>(),
        "tables_supplied": s.tables_supplied,
        "facts": shown.facts.iter().map(|f| json!({ "fact": f.id, "stated": f.answer.map(FactAnswer::id) })).collect::<Vec<_>>(),
        "cells": shown.cells.as_ref().map(|cells| cells.iter().map(cell).collect::<Vec<_>>()),
    })
}
