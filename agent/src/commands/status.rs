//! `status`: what was spent, what waits, what is remembered, how long the certificate lasts. Draws and sends nothing.

use serde_json::{Value, json};
use shared::ids::{Digest, RoundId};
use shared::privacy::{RhoNano, epsilon, membership_advantage};
use shared::problem::Exit;
use shared::time::{Day, Timestamp};

use super::Screen;
use super::approve::in_words;
use super::key::issued_in_words;
use super::room::{Parts, WITHOUT_WITNESSES};
use crate::approval::{Approval, ApprovalRule};
use crate::config::AgentConfig;
use crate::io::enrolled::Enrolled;
use crate::io::state::State;
use crate::io::state::keys::IssuedKey;
use crate::ledger::DebitKind;
use crate::pseudonym::keys::Fingerprint;
use crate::stop::Stop;

/// The delta at which epsilon is told.
const DELTA: f64 = 1e-6;

/// Spent of one cap.
struct Spent {
    what: String,
    rho: RhoNano,
    cap: RhoNano,
}

/// Who approved what, and whether it was drawn since.
struct Approved {
    approval: Approval,
    is_drawn: bool,
}

/// One debit.
struct Round {
    round: RoundId,
    /// Its place in the round.
    sequence: u32,
    id: Digest,
    rho: RhoNano,
    receipted: bool,
    /// Its bytes may be posted.
    may_leave: bool,
    recovered: bool,
}

impl Round {
    fn waits(&self) -> bool {
        self.may_leave && !self.receipted
    }
    fn in_words(&self) -> &'static str {
        match (self.recovered, self.receipted, self.may_leave) {
            (true, _, _) => "recovered from the public log",
            (false, true, _) => "sent, receipt kept",
            (false, false, true) => "in the outbox",
            (false, false, false) => "never to be sent: another message stands in the log in its place",
        }
    }
}

struct Status {
    authority: String,
    rounds: Vec<Round>,
    rule: ApprovalRule,
    approvals: Vec<Approved>,
    spent: Vec<Spent>,
    checkpoint: Option<(String, u64, Digest)>,
    /// Witnesses that the trust file demands, and names.
    witnesses: Option<(usize, usize)>,
    without_witnesses: bool,
    certificate: Certificate,
    pseudonym_key: Option<(Fingerprint, Option<Day>)>,
    partner_keys: Vec<IssuedKey>,
}

impl Status {
    /// Whether a partner's key was made from the present key, so that a new extract under it can be linked.
    fn is_present(&self, issued: &IssuedKey) -> bool {
        self.pseudonym_key.is_some_and(|(fingerprint, _)| fingerprint == issued.derived_from)
    }
}

/// The certificate of this agent.
enum Certificate {
    /// Valid until then, for so many days.
    Valid(Timestamp, i64),
    /// Not valid now, and why.
    NotNow(Timestamp, String),
    /// Not here, and why.
    Absent(String),
}

/// Runs the command.
pub fn run(config: &AgentConfig, parts: &Parts<'_>, json: bool, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    let status = status(config, parts.clock.now())?;
    let written = if json {
        screen.line(&to_json(&status).to_string())
    } else {
        lines(&status).iter().try_for_each(|line| screen.line(line))
    };
    written.and_then(|()| screen.finish()).map_err(|e| Stop::fault(format!("cannot write: {}", e.kind())))?;
    Ok(Exit::Done)
}

fn status(config: &AgentConfig, now: Timestamp) -> Result<Status, Stop> {
    let state = State::open(&config.state)?;
    let ledger = state.ledger()?;
    let mut rounds = Vec::new();
    for debit in ledger.debits() {
        rounds.push(Round {
            round: debit.round,
            sequence: debit.sequence,
            id: debit.id,
            rho: debit.rho,
            receipted: state.receipt(debit.id)?.is_some(),
            may_leave: ledger.may_leave(debit),
            recovered: debit.kind == DebitKind::Recovered,
        });
    }
    let is_drawn = |of: &Approval| ledger.debits().iter().any(|d| d.round == of.round && d.sequence == of.sequence);
    let approvals = state.approvals()?.into_iter().map(|approval| Approved { is_drawn: is_drawn(&approval), approval }).collect();
    let caps = config.sending.caps;
    let mut spent = Vec::new();
    if let Some(year) = config.year(now) {
        spent.push(Spent { what: format!("reporting year {year}"), rho: ledger.spent_for(year), cap: caps.rho_year });
    }
    spent.push(Spent { what: "last 365 days".into(), rho: ledger.spent_in_365_days(now.day()), cap: caps.rho_365_days });
    spent.push(Spent { what: "for ever".into(), rho: ledger.spent_ever(), cap: caps.rho_lifetime });
    let enrolled = Enrolled::open(&config.sending.aggregator.enrolled, config.authority);
    let checkpoint = match &enrolled {
        Ok(enrolled) => state.remembered(&enrolled.trust.log)?.map(|c| (c.origin, c.size, c.root)),
        Err(_) => None,
    };
    let witnesses = enrolled.as_ref().ok().map(|e| (e.trust.witnesses.min(), e.trust.witnesses.keys().len()));
    let validity = |e: Enrolled| match e.check_validity(now) {
        Ok(()) => Certificate::Valid(e.valid_until, e.days_left(now)),
        Err(stop) => Certificate::NotNow(e.valid_until, in_one_line(stop)),
    };
    let certificate = enrolled.map_or_else(|stop| Certificate::Absent(in_one_line(stop)), validity);
    let pseudonym_key = state.pseudonym_key_if_any()?.map(|key| (key.fingerprint(), key.made_on()));
    let (authority, partner_keys) = (ledger.authority().to_string(), state.issued_keys()?);
    let (rule, without_witnesses) = (config.approval, config.sending.without_witnesses);
    Ok(Status {
        authority,
        rounds,
        rule,
        approvals,
        spent,
        checkpoint,
        witnesses,
        without_witnesses,
        certificate,
        pseudonym_key,
        partner_keys,
    })
}

/// What is wrong and what to do about it.
fn in_one_line(stop: Stop) -> String {
    [stop.detail, stop.what_to_do].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn lines(status: &Status) -> Vec<String> {
    let mut lines = vec![format!("authority {}, messages in the ledger: {}", status.authority, status.rounds.len())];
    for debit in &status.rounds {
        lines.push(format!("  {}  rho {}  {}  {}", in_words(debit.round, debit.sequence), debit.rho, debit.in_words(), debit.id));
    }
    lines.push(match status.rule {
        ApprovalRule::Required => "approval: a draw asks for one of exactly its inputs (approve)".into(),
        ApprovalRule::None => "approval: none is asked for, since agent.toml says approval = \"none\"".into(),
    });
    for Approved { approval, is_drawn } in &status.approvals {
        let what = in_words(approval.round, approval.sequence);
        let since = if *is_drawn { "drawn since" } else { "not drawn yet" };
        lines.push(format!("  {what}: approved by {} at {}, {since}", approval.by, approval.at));
    }
    lines.push(
        "spent of each child's budget (a child added or removed; any change to a child's records costs more: docs/privacy.md, PC2):".into(),
    );
    for s in &status.spent {
        let (eps, advantage) = (epsilon(s.rho.as_rho(), DELTA), membership_advantage(s.rho.as_rho()));
        lines.push(format!(
            "  {:<20} rho {} of {}  (epsilon {eps:.2} at delta 1e-6; membership advantage {advantage:.2})",
            s.what, s.rho, s.cap
        ));
    }
    lines.push(match &status.checkpoint {
        Some((origin, size, root)) => format!("log {origin}: {size} entries remembered, root {root}"),
        None => "log: nothing remembered yet".into(),
    });
    lines.push(match status.witnesses {
        Some((min, all)) if all > 0 => format!("witnesses of the log: {min} of {all} must vouch for it before a draw"),
        _ if status.without_witnesses => WITHOUT_WITNESSES.to_owned(),
        Some(_) => "witnesses of the log: trust.toml names none, so that nothing will be drawn".into(),
        None => "witnesses of the log: not known before enrolment".into(),
    });
    lines.push(match &status.certificate {
        Certificate::Valid(until, days) => format!("certificate: valid until {until}, {days} days left"),
        Certificate::NotNow(_, why) => format!("certificate: not valid now ({why})"),
        Certificate::Absent(why) => format!("certificate: not enrolled ({why})"),
    });
    lines.push(match status.pseudonym_key {
        Some((fingerprint, Some(made_on))) => format!("pseudonym key: {fingerprint}, made {made_on}"),
        Some((fingerprint, None)) => format!("pseudonym key: {fingerprint}"),
        None => "pseudonym key: none (key create makes it)".into(),
    });
    lines.extend(status.partner_keys.iter().map(|issued| {
        let former = if status.is_present(issued) { "" } else { ", from a former key" };
        format!("  {}{former}", issued_in_words(issued))
    }));
    lines
}

fn to_json(status: &Status) -> Value {
    let round = |r: &Round| json!({ "round": r.round, "sequence": r.sequence, "submission": r.id, "rho_nano": r.rho, "receipted": r.receipted, "recovered": r.recovered });
    let approval = |Approved { approval, is_drawn }: &Approved| json!({ "round": approval.round, "sequence": approval.sequence, "by": approval.by, "at": approval.at, "drawn": is_drawn });
    let witnesses = status.witnesses.map(|(min, all)| json!({ "named": all, "demanded": min }));
    let spent = |s: &Spent| {
        let (epsilon, advantage) = (epsilon(s.rho.as_rho(), DELTA), membership_advantage(s.rho.as_rho()));
        json!({
            "what": s.what,
            "rho_nano": s.rho,
            "cap_nano": s.cap,
            "epsilon": epsilon,
            "delta": DELTA,
            "membership_advantage": advantage,
        })
    };
    let checkpoint =
        status.checkpoint.as_ref().map(|(origin, size, root)| json!({ "origin": origin, "size": size, "root": root }));
    let certificate = match &status.certificate {
        Certificate::Valid(until, days) => json!({ "valid_until": until, "days_left": days }),
        Certificate::NotNow(until, _) => json!({ "valid_until": until, "days_left": 0 }),
        Certificate::Absent(_) => Value::Null,
    };
    let made_on = |(_, made_on): (Fingerprint, Option<Day>)| made_on.map(|day| day.to_string());
    let pseudonym_key = status.pseudonym_key.map(|key| json!({ "fingerprint": key.0.to_string(), "made_on": made_on(key) }));
    let partner_key = |issued: &IssuedKey| {
        json!({
            "partner": issued.partner_use.partner.to_string(),
            "purpose": issued.partner_use.purpose.to_string(),
            "year": issued.partner_use.year,
            "fingerprint": issued.fingerprint.to_string(),
            "issued_on": issued.issued_on.to_string(),
            "of_present_key": status.is_present(issued),
        })
    };
    json!({
        "authority": status.authority,
        "rounds": status.rounds.iter().map(round).collect::<Vec<_>>(),
        "approval": status.rule.name(),
        "approvals": status.approvals.iter().map(approval).collect::<Vec<_>>(),
        "outbox": status.rounds.iter().filter(|r| r.waits()).count(),
        "spent": status.spent.iter().map(spent).collect::<Vec<_>>(),
        "checkpoint": checkpoint,
        "witnesses": witnesses,
        "without_witnesses": status.without_witnesses,
        "certificate": certificate,
        "pseudonym_key": pseudonym_key,
        "partner_keys": status.partner_keys.iter().map(partner_key).collect::<Vec<_>>(),
    })
}
