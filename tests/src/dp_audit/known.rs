//! What is known of an audited run: the words without noise, counted from its files; and its envelope, read from its state.
//!
//! Contributions are what the agent's own public rooms say that each child adds, up to the bounds. What follows in the
//! agent, draw and envelope, is what is audited, and shares no line with what stands here.

use std::ops::Range;
use std::path::Path;

use agent::bounds::{BoundedCell, BoundedChild};
use agent::histories::{Mending, each};
use agent::measures::MeasureSet;
use anyhow::{Context as _, ensure};
use serde::Deserialize;
use shared::framework::{Framework, Table};
use shared::ids::ReportingYear;
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::plan::Plan;
use shared::sign::Envelope;
use shared::submission::Submission;

use super::canary::{FilesOfYear, YEAR};
use super::statistics::real;
use crate::reading::{InputFile, read};

/// Counts without noise.
pub struct Counter {
    framework: Framework,
    measures: MeasureSet,
    /// For each table of the framework, the place of its first cell among all words, and what a child is worth in words.
    tables: Vec<(usize, i64)>,
    n_words: usize,
}

impl Counter {
    /// For the words of a plan.
    ///
    /// # Errors
    /// When code and catalogue differ, or the plan lacks a table.
    pub fn new(plan: &Plan) -> anyhow::Result<Self> {
        let framework = Framework::built_in();
        let measures = MeasureSet::resolve(&framework)?;
        let blocks = &plan.body().blocks;
        let mut tables = Vec::new();
        for table in framework.tables() {
            let place = plan.place(&framework, &table.id).with_context(|| format!("no block has {}", table.id))?;
            let before = blocks.iter().take_while(|b| b.index != place.block.index).map(|b| b.n).sum::<u64>();
            tables.push((usize::try_from(before)? + place.first_cell, i64::from(place.unit)));
        }
        let n_words = usize::try_from(blocks.iter().map(|b| b.n).sum::<u64>())?;
        Ok(Self { framework, measures, tables, n_words })
    }

    /// The catalogue.
    #[must_use]
    pub fn framework(&self) -> &Framework {
        &self.framework
    }

    /// The children of these files, each within its bounds.
    ///
    /// # Errors
    /// When a child is outside its bounds.
    pub fn children(&self, files: &[FilesOfYear]) -> anyhow::Result<Vec<BoundedChild>> {
        let of_year = |(year, files): &FilesOfYear| {
            let file = |(name, bytes): &(String, Vec<u8>)| InputFile { name: name.clone(), bytes: bytes.clone() };
            Some((ReportingYear::new(*year)?, files.iter().map(file).collect()))
        };
        let returns = files.iter().map(|of| of_year(of).context("no reporting year")).collect::<anyhow::Result<Vec<_>>>()?;
        let year = ReportingYear::new(YEAR).context("the audit's year is a reporting year")?;
        let mut children = Vec::new();
        each(&read(&returns), year, Mending::Apply, self.framework.parameters(), |child| {
            children.extend(self.measures.contributions(child, year));
        });
        let bounded = children.into_iter().map(|child| BoundedChild::new(&self.framework, child));
        bounded.collect::<Result<_, _>>().context("a child is outside its bounds")
    }

    /// Where the words of a table stand, by its place in the catalogue.
    #[must_use]
    pub fn words_of(&self, table: usize, of: &Table) -> Range<usize> {
        let (first, _) = self.tables[table];
        first..first + of.n_cells()
    }

    /// Where the word of a cell stands.
    #[must_use]
    pub fn place(&self, cell: &BoundedCell) -> usize {
        let (first, _) = self.tables[usize::from(cell.table)];
        usize::try_from(cell.cell).map_or(usize::MAX, |cell| first + cell)
    }

    /// The words of these children without noise.
    #[must_use]
    pub fn words<'c>(&self, children: impl IntoIterator<Item = &'c BoundedChild>) -> Vec<i64> {
        let mut words = vec![0_i64; self.n_words];
        for cell in children.into_iter().flat_map(BoundedChild::cells) {
            let (_, unit) = self.tables[usize::from(cell.table)];
            words[self.place(cell)] += unit * i64::from(cell.amount);
        }
        words
    }
}

/// A submission as it left the agent.
pub struct Sent {
    /// The signed bytes.
    pub envelope: Vec<u8>,
    /// What is signed.
    pub payload: Vec<u8>,
    /// What it says.
    pub submission: Submission,
}

#[derive(Deserialize)]
struct Debit {
    envelope: String,
}

impl Sent {
    /// From a file of a ledger.
    ///
    /// # Errors
    /// When it is not there, or holds no submission.
    pub fn of_ledger_file(file: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(file).with_context(|| format!("nothing was drawn: there is no {}", file.display()))?;
        let debit: Debit = serde_json::from_slice(&bytes).context("a ledger file without an envelope")?;
        let envelope = debit.envelope.into_bytes();
        let payload = Envelope::parse(&envelope, ENVELOPE_BYTES_MAX)?.payload_unverified().to_vec();
        let submission = Submission::parse(&payload)?;
        Ok(Self { envelope, payload, submission })
    }

    /// All words, block after block.
    #[must_use]
    pub fn words(&self) -> Vec<i64> {
        self.submission.blocks.iter().flat_map(|b| b.cells.0.iter().copied()).collect()
    }

    /// The standard deviation that the envelope claims for each word.
    #[must_use]
    pub fn scales(&self) -> Vec<f64> {
        let of_block = |scale_milli: u64| i64::try_from(scale_milli).map_or(f64::INFINITY, real) / 1_000.0;
        self.submission.blocks.iter().flat_map(|b| b.cells.0.iter().map(move |_| of_block(b.scale_milli))).collect()
    }

    /// The noise of each word, in the standard deviations that are claimed.
    ///
    /// # Errors
    /// When there are not as many words as are known.
    pub fn noise(&self, known: &[i64]) -> anyhow::Result<Vec<f64>> {
        let words = self.words();
        ensure!(words.len() == known.len(), "{} words instead of {}", words.len(), known.len());
        Ok(words.iter().zip(known).zip(self.scales()).map(|((word, known), scale)| real(word - known) / scale).collect())
    }
}
