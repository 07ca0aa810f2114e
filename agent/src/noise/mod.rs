//! Noise: bounded children go in by move, noisy cells come out, and no exact total is ever visible.
//!
//! The sums exist only inside one opendp measurement for the whole release, so that its map states what one child costs.
//! opendp checks neither membership nor scale nor budget when it is invoked: every guard here runs before. Nothing in
//! this room reads a file, a clock or the environment; its randomness is opendp's own generator. Shipped programs run it in
//! a process of its own, behind [`Mechanism`]. `docs/privacy.md`, PC1, PC2, PC5 and PC6.

mod domain;
mod message;
mod release;
#[cfg(test)]
mod tests;

pub use domain::{Child, ChildDomain, DomainTable};
pub use message::{ANSWER_BYTES_MAX, REQUEST_BYTES_MAX, decode_answer, decode_request, encode_answer, encode_request};
pub use release::draw;

use shared::framework::Framework;
use shared::plan::{Draw, Plan, PlanBlock, Protection};
use shared::privacy::RhoNano;

use crate::bounds::BoundedChild;

/// Why nothing was drawn. Fixed words; never a value, never a text of the noise library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoiseError {
    /// A child is outside the domain that the sensitivities were computed for.
    #[error("a child is outside the domain of the noise")]
    Domain,
    /// The scale is below the floor, or not a number that the library takes.
    #[error("a scale of noise is outside its limits")]
    Scale,
    /// The map is not finite, or above what the plan claims.
    #[error("the noise costs more than the plan claims")]
    Map,
    /// The library refused.
    #[error("the noise library refused")]
    Library,
    /// The message between the processes is damaged.
    #[error("the message to or from the drawing process is damaged")]
    Message,
    /// The process could not be run, or ended in an unforeseen way.
    #[error("the drawing process failed")]
    Process,
}

impl NoiseError {
    const ALL: [Self; 6] = [Self::Domain, Self::Scale, Self::Map, Self::Library, Self::Message, Self::Process];

    /// The word that the drawing process writes in place of an answer.
    pub fn word(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Scale => "scale",
            Self::Map => "map",
            Self::Library => "library",
            Self::Message => "message",
            Self::Process => "process",
        }
    }
    /// The error of a word; every unknown one is [`NoiseError::Process`].
    pub fn of_word(word: &[u8]) -> Self {
        Self::ALL.into_iter().find(|e| e.word().as_bytes() == word).unwrap_or(Self::Process)
    }
}

/// A table of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoiseTable {
    /// Its index in the domain.
    pub table: u16,
    /// What contributions to it are multiplied by.
    pub unit: u32,
}

/// Tables that are noised together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoiseBlock {
    /// Scale of the discrete Gaussian, in thousandths of a unit.
    pub scale_milli: u64,
    /// What the plan claims that one child costs.
    pub rho_nano: RhoNano,
    /// Its tables; its cells are theirs, one after the other.
    pub tables: Vec<NoiseTable>,
}

/// All that a draw needs. Made once, used once: it is not `Clone`.
pub struct DrawRequest {
    domain: ChildDomain,
    blocks: Vec<NoiseBlock>,
    children: Vec<Child>,
}

/// Noisy cells, block by block, in the order of the plan.
#[derive(PartialEq, Eq)]
pub struct NoisyCells {
    /// The words of each block.
    pub blocks: Vec<Vec<i64>>,
}

impl std::fmt::Debug for NoisyCells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NoisyCells({} blocks)", self.blocks.len())
    }
}

/// Draws the noise of one round. Shipped programs have one implementation, in `io::draw`; tests hand in failing ones.
pub trait Mechanism {
    /// Draws once, or draws nothing.
    fn draw(&self, request: DrawRequest) -> Result<NoisyCells, NoiseError>;
}

impl DrawRequest {
    /// One of a checked plan's draws over children within their bounds.
    ///
    /// # Claim
    /// The domain is the framework's own, whatever the plan says; the plan decides scales, units and the grouping into blocks.
    /// # Why
    /// Sensitivity must follow from what children can add, never from a claim. Attacked by
    /// `a_plan_that_claims_less_than_the_map_is_refused`.
    pub fn new(framework: &Framework, plan: &Plan, draw: Draw, children: Vec<BoundedChild>) -> Result<Self, NoiseError> {
        let domain = ChildDomain::of_framework(framework).ok_or(NoiseError::Domain)?;
        let blocks = plan.body().blocks.iter().map(|b| noise_block(framework, draw, b)).collect::<Option<_>>();
        let children = children.into_iter().map(Child::from).collect();
        Ok(Self { domain, blocks: blocks.ok_or(NoiseError::Message)?, children })
    }

    /// From its parts, as the drawing process reads them. Whether they belong together is asked by the guards of a draw.
    pub fn from_parts(domain: ChildDomain, blocks: Vec<NoiseBlock>, children: Vec<Child>) -> Self {
        Self { domain, blocks, children }
    }
    /// The domain that every child must be a member of.
    pub fn domain(&self) -> &ChildDomain {
        &self.domain
    }
    /// The blocks.
    pub fn blocks(&self) -> &[NoiseBlock] {
        &self.blocks
    }
    /// The children.
    pub fn children(&self) -> &[Child] {
        &self.children
    }
    /// Whether cells have the shape that this request asks for.
    pub fn shape(&self) -> Option<Vec<usize>> {
        self.blocks.iter().map(|b| self.domain.n_cells(&b.tables)).collect()
    }
}

fn noise_block(framework: &Framework, draw: Draw, block: &PlanBlock) -> Option<NoiseBlock> {
    match block.protection {
        Protection::LocalNoise => {}
    }
    let index = |id: &String| framework.tables().iter().position(|t| t.id == *id).and_then(|i| u16::try_from(i).ok());
    let tables =
        block.tables.iter().map(|t| Some(NoiseTable { table: index(&t.table)?, unit: t.unit })).collect::<Option<_>>()?;
    Some(NoiseBlock { scale_milli: block.scale_milli_of(draw), rho_nano: block.rho_of(draw), tables })
}
