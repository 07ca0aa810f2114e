//! `agent`: from a folder's bytes to a signed envelope for one authority of middling size, three linked years, beside a
//! bare pass of the `csv` crate over the same bytes.

use agent::bounds::BoundedChild;
use agent::histories::{Mending, each};
use agent::inputs::InputDigest;
use agent::measures::MeasureSet;
use agent::noise::{DrawRequest, draw};
use agent::submission::{Answer, Particulars, compose};
use anyhow::Context as _;
use shared::framework::{Framework, Parameters};
use shared::ids::{AuthorityId, Digest, ReportingYear};
use shared::plan::Plan;
use shared::sign::{Algorithm, SigningKey};
use shared::submission::Nonce;

use super::records::{bare_pass, middling_council, read_returns};
use super::timing::alternate_cpu;
use super::{Outcome, Target};
use crate::reading::Return;
use crate::sample;

const ROUNDS: usize = 5;

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let (code, returns) = middling_council()?;
    let framework = Framework::built_in();
    let year = returns.last().map(|(year, _)| *year).context("a council has returns")?;
    let plan = sample::plan(&framework, code, year)?;
    let key = SigningKey::generate(Algorithm::EcdsaP256)?;
    let mut n_children = 0;
    let ours = || {
        n_children = envelope(&framework, &plan, code, &returns, year, &key)?;
        Ok(())
    };
    let (figure, baseline) = alternate_cpu(ROUNDS, ours, || bare_pass(&returns))?;
    let what = format!("folder to signed envelope, {} years, {n_children} children and young people", returns.len());
    Ok(vec![Outcome::new("agent", what, "cpu s", figure, (baseline, "csv byte records"), Target::None)])
}

fn envelope(
    framework: &Framework,
    plan: &Plan,
    authority: AuthorityId,
    returns: &[Return],
    year: ReportingYear,
    key: &SigningKey,
) -> anyhow::Result<usize> {
    let returns = read_returns(returns)?;
    let measures = MeasureSet::resolve(framework)?;
    let mut contributions = Vec::new();
    each(&returns, year, Mending::Apply, Parameters::default(), |child| {
        contributions.extend(measures.contributions(child, year))
    });
    let children = contributions.into_iter().map(|child| BoundedChild::new(framework, child));
    let children = children.collect::<Result<Vec<_>, _>>()?;
    let n_children = children.len();
    let cells = draw(DrawRequest::new(framework, plan, shared::plan::Draw::Release, children)?)?;
    let particulars = Particulars {
        authority,
        answer: Answer::First,
        previous: Digest::NONE,
        nonce: Nonce([1; 16]),
        produced_on: "2026-07-02".parse()?,
        tables_supplied: sample::all_supplied(framework),
        facts: sample::all_stated(framework),
        input: InputDigest::NONE,
    };
    std::hint::black_box(compose(framework, plan, Digest::NONE, cells, particulars, key)?.id);
    Ok(n_children)
}
