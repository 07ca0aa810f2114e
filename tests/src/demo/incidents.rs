//! What goes wrong on purpose, by real processes and by a client made by hand, and how each must end.

use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use shared::problem::Problem;

use super::roles::Incident;
use crate::world::open::{Member, OpenRound};
use crate::world::process::Ended;

/// How often the agent that is to be killed is looked at.
const LOOK_EVERY: Duration = Duration::from_micros(200);
/// A ledger begins with one file; the debit of a round is another.
const FIRST_FILE: usize = 1;
/// Longest time that it is waited for.
const MIDDLE_TIME_MAX: Duration = Duration::from_secs(60);

/// One incident and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Name of the incident.
    pub kind: &'static str,
    /// Code of the council.
    pub authority: String,
    /// Code of the refusal; none where nothing was refused.
    pub refused_with: Option<String>,
    /// What happened, in words.
    pub ended: String,
    /// Whether it ended as it must.
    pub as_it_must: bool,
}

impl Record {
    fn of(kind: Incident, member: &Member<'_>, refused_with: Option<String>, ended: &str, as_it_must: bool) -> Self {
        Self { kind: kind.name(), authority: member.office.code.clone(), refused_with, ended: ended.to_owned(), as_it_must }
    }

    fn refusal(kind: Incident, member: &Member<'_>, code: Option<String>, must: Problem, ended: &str) -> Self {
        let as_it_must = code.as_deref() == Some(must.code());
        Self::of(kind, member, code, ended, as_it_must)
    }
}

/// The council never sends.
#[must_use]
pub fn absent(member: &Member<'_>) -> Record {
    Record::of(Incident::Absent, member, None, "sent nothing", true)
}

/// The council draws in time and sends after the round was closed.
///
/// # Errors
/// When the agent cannot be run.
pub fn late(member: &Member<'_>) -> anyhow::Result<Record> {
    let ended = member.office.run(&["send"])?;
    let code = code_in(&ended);
    let refused = ended.is(Problem::SubmissionLate.exit()) && member.office.receipt()?.is_none();
    let mut record =
        Record::refusal(Incident::Late, member, code, Problem::SubmissionLate, "sent after the close: not in the figures");
    record.as_it_must &= refused;
    Ok(record)
}

/// The stored envelope was damaged on the way. What the agent sends afterwards is accepted, as [`sent`] checks.
///
/// # Errors
/// When the envelope cannot be had or nobody answers.
pub fn bad_signature(round: &OpenRound<'_>, member: &Member<'_>) -> anyhow::Result<Record> {
    member.office.must(&["prepare"])?;
    let damaged = damaged(&member.office.envelope()?)?;
    let answer = member.office.poster()?.submit(&round.served.agents_url, &round.id, damaged)?;
    let ended = "damaged on the way; then sent properly and accepted";
    Ok(Record::refusal(Incident::BadSignature, member, answer.code(), Problem::SignatureInvalid, ended))
}

/// The council's own envelope comes once more: the same receipt, byte for byte.
///
/// # Errors
/// When the envelope or the receipt cannot be had or nobody answers.
pub fn own_replay(round: &OpenRound<'_>, member: &Member<'_>) -> anyhow::Result<Record> {
    let first = member.office.receipt()?.context("the council has no receipt")?;
    let answer = member.office.poster()?.submit(&round.served.agents_url, &round.id, member.office.envelope()?)?;
    let same = answer.status == 200 && answer.body == first;
    let ended = if same { "answered with the same receipt, byte for byte" } else { "answered with another receipt" };
    Ok(Record::of(Incident::OwnReplay, member, answer.code(), ended, same))
}

/// The council posts another's envelope under its own certificate.
///
/// # Errors
/// When the envelope cannot be had or nobody answers.
pub fn other_replay(round: &OpenRound<'_>, member: &Member<'_>, other: &Member<'_>) -> anyhow::Result<Record> {
    let answer = member.office.poster()?.submit(&round.served.agents_url, &round.id, other.office.envelope()?)?;
    let ended = format!("posted the envelope of {}", other.office.code);
    Ok(Record::refusal(Incident::OtherReplay, member, answer.code(), Problem::AuthorityMismatch, &ended))
}

/// Whether an agent was killed yet, and how many were tried; one at a time.
#[derive(Default)]
pub struct Strike(Mutex<Tried>);

#[derive(Default)]
struct Tried {
    done: bool,
    n: usize,
}

/// Runs the agent, kills it in the middle, and runs it again: it must be accepted, once.
///
/// The best middle is after the debit and before the receipt. When the agent was faster than we are, the next council is
/// tried; after two such, the agent is killed as soon as it holds its lock. `None` when this council was not hit.
///
/// # Errors
/// When the agent cannot be run, or is not accepted in the end.
pub fn kill_in_the_middle(member: &Member<'_>, strike: &Strike, is_last: bool) -> anyhow::Result<Option<Record>> {
    let office = &member.office;
    let mut tried = strike.0.lock().unwrap_or_else(PoisonError::into_inner);
    if tried.done {
        return Ok(None);
    }
    let is_prepared = office.n_ledger_files() > FIRST_FILE;
    let any_moment = is_prepared || is_last || tried.n >= 2;
    tried.n += 1;
    let lock = office.state().join("lock");
    let running = office.start(&["run", "--once"])?;
    let began = Instant::now();
    let is_middle = || if any_moment { lock.exists() } else { office.n_ledger_files() > FIRST_FILE };
    while !is_middle() && !running.has_ended()? {
        if began.elapsed() > MIDDLE_TIME_MAX {
            bail!("the agent of {} neither draws nor ends", office.code);
        }
        sleep(LOOK_EVERY);
    }
    let ended = running.kill()?;
    if ended.code.is_some() {
        // it was faster: it has sent, or says why not
        ended.done("the agent that was to be killed")?;
        return Ok(None);
    }
    tried.done = true;
    let drawn = office.ledger()?;
    let (had_drawn, had_receipt) = (office.n_ledger_files() > FIRST_FILE, office.receipt()?.is_some());
    office.must(&["run", "--once"])?;
    let one_draw = office.n_ledger_files() == FIRST_FILE + 1 && (!had_drawn || office.ledger()? == drawn);
    let accepted = office.receipt()?.is_some();
    let when = match (had_drawn, had_receipt) {
        (true, true) => "killed after its receipt",
        (true, false) => "killed after its debit, before its receipt",
        (false, _) => "killed before its debit",
    };
    let ended = format!("{when}; run again: accepted once, one draw");
    Ok(Some(Record::of(Incident::Killed, member, None, &ended, one_draw && accepted)))
}

/// The code of the problem with which an agent ended: it begins a line of what the agent says.
#[must_use]
pub fn code_in(ended: &Ended) -> Option<String> {
    let named = |p: &&Problem| ended.stderr.lines().any(|line| line.starts_with(&format!("{}: ", p.code())));
    Problem::ALL.iter().find(named).map(|p| p.code().to_owned())
}

/// The envelope with another nonce under the same signature: canonical, well formed, and not what was signed.
///
/// # Errors
/// When it is not an envelope.
pub fn damaged(envelope: &[u8]) -> anyhow::Result<Vec<u8>> {
    let text = std::str::from_utf8(envelope)?;
    let start = text.find("\"payload\":\"").context("not an envelope")? + "\"payload\":\"".len();
    let length = text[start..].find('"').context("not an envelope")?;
    let payload = STANDARD.decode(&text[start..start + length])?;
    let mut payload = String::from_utf8(payload)?;
    let nonce = payload.find("\"nonce\":\"").context("not a submission")? + "\"nonce\":\"".len();
    let other = if payload[nonce..].starts_with('0') { "1" } else { "0" };
    payload.replace_range(nonce..=nonce, other);
    Ok(format!("{}{}{}", &text[..start], STANDARD.encode(payload), &text[start + length..]).into_bytes())
}
