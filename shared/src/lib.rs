//! What the parts of Golden Thread say to each other: formats, proofs and arithmetic, and nothing that touches the world.
//!
//! No file, socket, clock, environment, thread or log is named here; the only randomness is that of key generation and
//! of ECDSA inside the signature library. Reading order:

pub mod enrolment; // how an agent's keys become known
pub mod framework; // the catalogue of measures and the layout of cells
pub mod fuse; // margins that tables share: what is known of every cell when all is put together
pub mod hash; // SHA-256
pub mod heartbeat; // what an agent says when it begins to run
pub mod ids; // who, which year, which round, which bytes
pub mod limits; // every maximum, with its reason
pub mod log; // tree, proofs, checkpoint, tiles, entries, receipts
pub mod plan; // what a round asks of every authority, at what cost
pub mod privacy; // rho, sensitivities and scales in exact integers
pub mod problem; // the closed list of refusals and exit codes
pub mod release; // figures from noisy cells
pub mod sign; // keys, signatures and the envelope around everything signed
pub mod statement;
pub mod submission; // an authority's noisy cells
pub mod time; // instants on the wire, and the clock that is handed in
pub mod trust; // what must be known from outside // what the release key signs
