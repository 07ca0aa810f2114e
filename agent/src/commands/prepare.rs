//! `prepare`: from a signed, logged plan and the authority's records to one file with debit and signed bytes. Sends nothing.
//!
//! Every guard stands before the records are read; the noise is drawn once; the debit and the bytes are committed by one
//! step. A crash before that step has released nothing, a run after it finds the round prepared and draws no more.
//! `docs/privacy.md`, PC7 and PC10.

use shared::ids::{ReportingYear, RoundId};
use shared::plan::{PLAN_BYTES_MAX, PLAN_TYPE};
use shared::problem::{Exit, Problem};
use shared::sign::{Envelope, SigningKey};
use shared::submission::{FactAnswer, FactStated, MessageKind, Nonce, TableSupplied, framework_return_tables, state_facts};
use shared::time::Day;

use super::Screen;
use super::approve::{Asked, FIRST, in_words};
use super::known_noise::kept_plan;
use super::room::{Room, Step, not_witnessed};
use crate::bounds::BoundedChild;
use crate::config::AgentConfig;
use crate::histories::each;
use crate::inputs::{InputDigest, Inputs};
use crate::io::inbox::{InputRefusal, Waiting, read_configured};
use crate::io::state::State;
use crate::ledger::{Debit, DebitKind, Ledger};
use crate::log_view::LogView;
use crate::logging;
use crate::measures::{ChildContributions, MeasureSet};
use crate::noise::{DrawRequest, NoiseError};
use crate::records::postcodes::POSTCODE_DIRECTORY;
use crate::records::tables::Table;
use crate::round::{Admitted, Wanted, Witnessing, admit};
use crate::stop::Stop;
use crate::submission::{Answer, Particulars, compose};

/// A round in the ledger, and whether this run put it there.
pub enum Prepared {
    /// An earlier run did.
    Earlier(Debit),
    /// This run did.
    Now(Debit),
}

impl Prepared {
    /// The debit.
    pub fn debit(&self) -> &Debit {
        match self {
            Self::Earlier(debit) | Self::Now(debit) => debit,
        }
    }
}

/// Where the contributions of all children come from; asked once, after every guard.
pub type Records<'a> = &'a mut dyn FnMut(&Room<'_>) -> Result<Vec<ChildContributions>, Stop>;

/// The configured round.
pub fn round_of(room: &Room<'_>) -> Result<RoundId, Stop> {
    let year = room
        .config
        .year(room.now())
        .ok_or_else(|| Stop::with(Problem::ConfigurationInvalid, "this machine's clock shows no year that exists"))?;
    Ok(RoundId::of(year))
}

/// Prepares the round, or finds it prepared.
pub fn prepare_round(room: &mut Room<'_>, round: RoundId, records: Records<'_>) -> Result<Prepared, Stop> {
    let ledger = room.ledger()?;
    if let Some(debit) = ledger.prepared(round) {
        if ledger.may_leave(debit) && room.state.receipt(debit.id)?.is_none() {
            *room.reached = room.reached.with_kept();
        }
        return Ok(Prepared::Earlier(debit.clone()));
    }
    let key = room.state.signing_key(&ledger)?;
    let admitted = room.with_patience(|room| admitted(room, round, MessageKind::Submission, &ledger))?;
    room.parts.steps.reached(Step::Admitted)?;
    let approval = Asked::of(room, round, FIRST)?;
    let gathered = gather(room, &ledger, round, records)?;
    approval.covers(&gathered.input)?;
    draw_and_keep(room, &ledger, &key, &admitted, Answer::First, gathered).map(Prepared::Now)
}

/// What a submission is made from, but for the noise: read once, used once.
pub struct Gathered {
    children: Vec<BoundedChild>,
    tables_supplied: Vec<TableSupplied>,
    facts: Vec<FactStated>,
    /// All of it, as a keyed digest: what is approved.
    pub input: InputDigest,
    /// The children alone: what a correction must change.
    pub children_digest: InputDigest,
}

/// Reads the records and the settings that enter a submission.
pub fn gather(room: &Room<'_>, ledger: &Ledger, round: RoundId, records: Records<'_>) -> Result<Gathered, Stop> {
    let key = room.input_key(ledger)?;
    let children = bounded(room, records(room)?)?;
    let supplied = |table: String| TableSupplied { supplied: u8::from(is_supplied(room.config, &table)), table };
    let tables_supplied: Vec<_> = framework_return_tables(room.framework).into_iter().map(supplied).collect();
    let facts = state_facts(room.framework, |fact| FactAnswer::of(room.config.facts.get(fact).copied()));
    let (framework, children_read) = (room.framework, children.as_slice());
    let inputs = Inputs { round, framework, tables_supplied: &tables_supplied, facts: &facts, children: children_read };
    let (input, children_digest) = (key.digest(&inputs), key.digest_of_children(&inputs));
    Ok(Gathered { children, tables_supplied, facts, input, children_digest })
}

/// Draws once, and commits debit and bytes by one step.
pub(super) fn draw_and_keep(
    room: &mut Room<'_>,
    ledger: &Ledger,
    key: &SigningKey,
    admitted: &Admitted,
    answer: Answer,
    gathered: Gathered,
) -> Result<Debit, Stop> {
    let Gathered { children, tables_supplied, facts, children_digest, .. } = gathered;
    room.parts.steps.reached(Step::Read)?;
    let request = DrawRequest::new(room.framework, admitted.plan(), answer.kind().draw(), children).map_err(not_drawn)?;
    let cells = room.parts.mechanism.draw(request).map_err(not_drawn)?;
    room.parts.steps.reached(Step::Drawn)?;
    let mut nonce = [0; 16];
    room.parts.randomness.fill(&mut nonce)?;
    let particulars = Particulars {
        authority: room.config.authority,
        answer,
        previous: ledger.last_submission(),
        nonce: Nonce(nonce),
        produced_on: Day(room.now().day()),
        tables_supplied,
        facts,
        input: children_digest,
    };
    let debit = compose(room.framework, admitted.plan(), admitted.id(), cells, particulars, key);
    let debit = debit.map_err(|e| Stop::fault(e.to_string()))?;
    let staged = room.state.stage(ledger, &debit)?;
    room.parts.steps.reached(Step::Staged)?;
    State::commit(staged)?;
    *room.reached = room.reached.with_kept();
    logging::drawn(room.config.authority, debit.round, debit.sequence, debit.id);
    room.parts.steps.reached(Step::Committed)?;
    Ok(debit)
}

/// Asks log and aggregator for the plan, keeps what speaks for or against it, and decides.
pub(super) fn admitted(room: &mut Room<'_>, round: RoundId, kind: MessageKind, ledger: &Ledger) -> Result<Admitted, Stop> {
    let view = room.verified_log()?;
    let trust = room.connected()?.trust.clone();
    let envelope = plan_envelope(room, round, &view)?;
    // what no plan key signed says nothing of anybody and is not kept
    let signed =
        Envelope::parse(&envelope, PLAN_BYTES_MAX).ok().and_then(|e| e.verify(PLAN_TYPE, &trust.plan).map(|v| v.id).ok());
    if let Some(id) = signed {
        room.state.keep_plan(round, id, &envelope)?;
    }
    let wanted = Wanted {
        authority: room.config.authority,
        round,
        kind,
        caps: room.config.sending.caps,
        framework: room.framework,
        plan_keys: &trust.plan,
        witnessing: Witnessing::of(&trust.witnesses, room.config.sending.without_witnesses),
        made_up: room.config.made_up,
        now: room.now(),
    };
    let decision = admit(&wanted, ledger, &view, &envelope);
    if let Err(Problem::PlanSecond) = decision {
        room.state.keep_contradiction(round, &view.plans_of(round), view.note())?;
    }
    let admitted = decision.map_err(|problem| match problem {
        Problem::CheckpointNotWitnessed => not_witnessed(problem, &trust.witnesses, &view, room.now()),
        other => explained(other, room, round, kind, ledger),
    })?;
    // a connection that stays open until the draw, or closes at a refusal, would tell how long the reading took
    room.disconnect();
    Ok(admitted)
}

/// The plan's envelope. One that the aggregator does not have while the log names none is an unlogged plan, not a wrong address.
fn plan_envelope(room: &mut Room<'_>, round: RoundId, view: &LogView) -> Result<Vec<u8>, Stop> {
    match room.connected()?.centre.plan(round) {
        Err(stop) if stop.problem == Some(Problem::RoundUnknown) && view.plans_of(round).is_empty() => {
            Err(Stop::with(Problem::RoundUnknown, format!("there is no plan for {round} yet")))
        }
        other => other,
    }
}

/// Adds to a refusal what the authority may know and needs to act.
fn explained(problem: Problem, room: &Room<'_>, round: RoundId, kind: MessageKind, ledger: &Ledger) -> Stop {
    let caps = room.config.sending.caps;
    let spent = |cap: shared::privacy::RhoNano, spent: shared::privacy::RhoNano| {
        Stop::with(
            problem,
            format!("rho {spent} is spent of {cap} (cap in agent.toml), and the plan's cost does not fit the rest"),
        )
    };
    match problem {
        Problem::PlanCapYear => {
            spent(caps.rho_year, room.config.year(room.now()).map_or_else(Default::default, |y| ledger.spent_for(y)))
        }
        Problem::PlanCap365Days => spent(caps.rho_365_days, ledger.spent_in_365_days(room.now().day())),
        Problem::PlanCapLifetime => spent(caps.rho_lifetime, ledger.spent_ever()),
        Problem::PlanNotOpen => {
            Stop::with(problem, format!("this machine's clock says {}{}", room.now(), by_the_plan(room, round, kind)))
        }
        Problem::CorrectionNotOpen => {
            let detail = format!("so says the public log of {round}{}", by_the_plan(room, round, kind));
            Stop::with(problem, detail).advising(
                "nothing was drawn, and nothing is kept to be sent: run correct again once corrections are open; an approval \
                 holds as long as what it approves stays the same",
            )
        }
        Problem::LedgerBehindLog => Stop::with(problem, SEE_WHAT_IS_LACKING),
        Problem::CorrectionLate => {
            Stop::with(problem, format!("so says the public log of {round}, and nothing was drawn for it"))
        }
        Problem::SubmissionLate => {
            Stop::with(problem, format!("the public log shows {round} as closed, and nothing was drawn for it"))
        }
        other => other.into(),
    }
}

/// Where a person sees what the ledger lacks.
pub(super) const SEE_WHAT_IS_LACKING: &str =
    "`goldenthread-agent ledger recover` shows what the ledger lacks, and without --yes writes nothing";

/// The plan's time for a message, where the plan is kept.
fn by_the_plan(room: &Room<'_>, round: RoundId, kind: MessageKind) -> String {
    let Some(plan) = kept_plan(&room.state, round, room.framework) else { return String::new() };
    let dates = plan.body().dates;
    match kind {
        MessageKind::Submission => {
            format!(
                "; by the plan the round is prepared from {} on, and sending closes at {}",
                dates.freeze_on, dates.send_closes_at
            )
        }
        MessageKind::Correction => {
            format!("; by the plan corrections are taken from {} to {}", dates.correction_opens_at, dates.correction_closes_at)
        }
    }
}

fn bounded(room: &Room<'_>, children: Vec<ChildContributions>) -> Result<Vec<BoundedChild>, Stop> {
    let bounded = children.into_iter().map(|child| BoundedChild::new(room.framework, child));
    bounded.collect::<Result<_, _>>().map_err(|e| Stop::with(Problem::DomainRefused, e.to_string()))
}

fn not_drawn(error: NoiseError) -> Stop {
    match error {
        NoiseError::Domain => Stop::with(Problem::DomainRefused, error.to_string()),
        NoiseError::Scale | NoiseError::Map => Stop::with(Problem::BudgetMapRefused, error.to_string()),
        NoiseError::Library | NoiseError::Message | NoiseError::Process => Stop::fault(error.to_string()),
    }
}

/// Whether the configuration says that the authority supplies what the framework names as a table.
fn is_supplied(config: &AgentConfig, table: &str) -> bool {
    match Table::by_name(table) {
        Some(table) => !config.tables_ignored.contains(table),
        None => table == POSTCODE_DIRECTORY && config.postcodes.is_some(),
    }
}

/// Reads the configured returns. Refused input ends here: nothing is computed, and the centre is told no reason.
pub fn from_returns(room: &Room<'_>, year: ReportingYear, waiting: &mut dyn Waiting) -> Result<Vec<ChildContributions>, Stop> {
    let refused = |detail: String| Stop::with(Problem::InputRefused, detail);
    let key = room.state.pseudonym_key()?.pseudonyms();
    let input = read_configured(room.config, year, &key, waiting).map_err(|e| refused(format!("{e} ({})", e.code())))?;
    if !input.refusals.is_empty() {
        let reasons: Vec<String> = input.refusals.iter().map(reason).collect();
        return Err(refused(format!("{}; check says where and why", reasons.join(", "))));
    }
    let measures = MeasureSet::resolve(room.framework).map_err(|e| Stop::fault(e.to_string()))?;
    let mut children = Vec::new();
    each(&input.returns, year, room.config.mending, room.framework.parameters(), |child| {
        children.extend(measures.contributions(child, year))
    });
    Ok(children)
}

/// A refusal by year and code. Numbers of rows stay with `check`, since what a scheduler starts ends in a log.
fn reason(refusal: &InputRefusal) -> String {
    format!("return {}: {}", refusal.year(), refusal.code())
}

/// Runs the command.
pub fn run(room: &mut Room<'_>, waiting: &mut dyn Waiting, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    let round = round_of(room)?;
    let prepared = prepare_round(room, round, &mut |room| from_returns(room, round.year(), waiting))?;
    tell(&prepared, screen);
    Ok(Exit::Done)
}

/// Says what was prepared: id, plan, cost and shape, which are public anyway.
pub fn tell(prepared: &Prepared, screen: &mut Screen<'_>) {
    let debit = prepared.debit();
    let what = in_words(debit.round, debit.sequence);
    let line = match prepared {
        Prepared::Earlier(debit) if debit.kind == DebitKind::Recovered => {
            format!("{what} was recovered from the public log, where it stands: nothing was drawn again, and nothing waits")
        }
        Prepared::Earlier(_) => {
            format!("{what} was prepared on {}: the same bytes are kept, nothing was drawn again", debit.charged_on)
        }
        Prepared::Now(_) => format!("{what} is prepared"),
    };
    let lines = [
        line,
        format!("submission {}", debit.id),
        format!("plan       {}", debit.plan),
        format!("cost       rho {} of each child's budget, charged on {}", debit.rho, debit.charged_on),
        size_in_words(debit),
    ];
    for line in lines {
        // a screen that is gone cannot be told so
        let _ = screen.line(&line);
    }
}

/// How large the message is, and who shows it.
fn size_in_words(debit: &Debit) -> String {
    match (debit.kind, debit.envelope.len()) {
        (DebitKind::Recovered, 0) => {
            "size       not known: its bytes were not recovered, and the public export has them after the release".to_owned()
        }
        (DebitKind::Recovered, n) => format!("size       {n} bytes; show prints the cells"),
        (DebitKind::Drawn(_), n) => format!("size       {n} bytes; show prints the cells once the receipt is kept"),
    }
}

#[cfg(test)]
mod tests {
    use shared::framework::Framework;

    use super::*;
    use crate::fixtures::{Agent, World, choice};

    #[test]
    fn what_is_supplied_is_said_by_the_configuration() {
        let mut agent = Agent::new(&World::with_plan(choice()));
        let names = framework_return_tables(&Framework::built_in());
        let unknown = |name: &&String| Table::by_name(name).is_none() && *name != POSTCODE_DIRECTORY;
        assert_eq!(names.iter().find(unknown), None, "every table of the framework is known");
        let supplied = |agent: &Agent, table: &str| is_supplied(&agent.config(), table);
        assert!(supplied(&agent, "OC2") && !supplied(&agent, "School") && !supplied(&agent, POSTCODE_DIRECTORY));
        agent.settings += "postcodes = \"onspd.csv\"\nons = \"E10000003\"\n[tables]\nSchool = true\nOC2 = false\n";
        assert!(!supplied(&agent, "OC2") && supplied(&agent, "School") && supplied(&agent, POSTCODE_DIRECTORY));
        assert!(!supplied(&agent, "Nothing"));
    }
}
