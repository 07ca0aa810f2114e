//! `release`: all accepted submissions of a national round combined into figures and written as files' bytes, beside
//! reading the same envelopes.

use anyhow::Context as _;
use shared::framework::Framework;
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::plan::{PLAN_BYTES_MAX, Plan};
use shared::release::{Accepted, combine};
use shared::sign::Envelope;
use shared::submission::Submission;

use super::audit::{National, files_below};
use super::timing::alternate_cpu;
use super::{Outcome, Target};
use crate::build::{Profile, programs};

const ROUNDS: usize = 5;

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let programs = programs(Profile::own())?;
    let folder = tempfile::tempdir()?;
    let national = National::make(&programs, folder.path())?;
    let framework = Framework::built_in();
    let plan_file = files_below(&national.export.join("plans"))?.pop().context("the export has a plan")?;
    let plan_envelope = Envelope::parse(&std::fs::read(plan_file)?, PLAN_BYTES_MAX)?;
    let plan = Plan::parse(plan_envelope.payload_unverified(), &framework)?;
    let bodies: Vec<Vec<u8>> =
        files_below(&national.export.join("submissions"))?.iter().map(std::fs::read).collect::<Result<_, _>>()?;
    let read_all = || bodies.iter().map(|bytes| read(bytes)).collect::<anyhow::Result<Vec<Accepted>>>();
    let accepted = read_all()?;
    let version = format!("{}.1", plan.body().reporting_year);
    let ours = || {
        let release = combine(&framework, &plan, plan_envelope.id(), &version, &accepted)?;
        std::hint::black_box((release.figures_json().len(), release.figures_csv(&framework).len()));
        Ok(())
    };
    let bare = || {
        std::hint::black_box(read_all()?.len());
        Ok(())
    };
    let (figure, baseline) = alternate_cpu(ROUNDS, ours, bare)?;
    let what = format!("combine {} submissions of {} cells into figures", accepted.len(), framework.n_cells());
    Ok(vec![Outcome::new("release", what, "cpu s", figure, (baseline, "reading the same envelopes"), Target::None)])
}

fn read(bytes: &[u8]) -> anyhow::Result<Accepted> {
    let envelope = Envelope::parse(bytes, ENVELOPE_BYTES_MAX)?;
    let submission = Submission::parse(envelope.payload_unverified())?;
    Ok(Accepted { authority: submission.authority, id: envelope.id(), submission })
}
