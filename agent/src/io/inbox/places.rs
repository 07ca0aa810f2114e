//! Where each return is: in a folder, or in the live source; and never in both.

use shared::ids::ReportingYear;

use super::{InboxError, Input, InputRefusal, Named, files_of, folders_of, name_of};
use crate::config::AgentConfig;
use crate::io::live::{self, Database};

/// Name of the live source in messages: the section that configures it.
const LIVE: &str = "[live]";

/// Where a return is.
pub(super) enum Place {
    /// In a folder.
    Folder {
        /// The folder's name.
        name: String,
        /// Its files.
        files: Vec<Named>,
    },
    /// In the live source.
    Live,
}

impl Place {
    /// Its name in messages.
    pub fn name(&self) -> &str {
        match self {
            Self::Folder { name, .. } => name,
            Self::Live => LIVE,
        }
    }

    /// Its files.
    pub fn files(&self) -> &[Named] {
        match self {
            Self::Folder { files, .. } => files,
            Self::Live => &[],
        }
    }
}

/// Where the returns up to the year of the input are, by year. A year in two places is in the first of them here, and
/// refused.
pub(super) fn places_of(config: &AgentConfig, input: &mut Input) -> Result<Vec<(ReportingYear, Place)>, InboxError> {
    // where all returns are read from a database, there need not be a folder
    let is_needed = config.live.is_none() || config.returns.exists();
    let folders = if is_needed { folders_of(&config.returns, input)? } else { Vec::new() };
    let mut places = Vec::with_capacity(folders.len());
    for (of, folder) in &folders {
        let name = name_of(folder);
        let files = files_of(folder, &name, &mut input.left_aside)?;
        places.push((*of, Place::Folder { name, files }));
    }
    for of in config.live.iter().flat_map(|live| &live.years).copied() {
        if of > input.year {
            input.left_aside.push(format!("{LIVE}, return {of}: later than the reporting year {}", input.year));
        } else if let Some((_, path)) = folders.iter().find(|(year, _)| *year == of) {
            input.refusals.push(InputRefusal::YearTwice { year: of, first: name_of(path), second: LIVE.to_owned() });
        } else {
            places.push((of, Place::Live));
        }
    }
    places.sort_by_key(|(of, _)| *of);
    Ok(places)
}

/// Connects to the live source where a return is read from it; a fault is told once, for the first such return.
pub(super) fn connect(config: &AgentConfig, places: &[(ReportingYear, Place)], input: &mut Input) -> Option<Box<dyn Database>> {
    let live = config.live.as_ref()?;
    let (year, _) = places.iter().find(|(_, place)| matches!(place, Place::Live))?;
    live::connect(live).map_err(|fault| input.refusals.push(InputRefusal::Live { year: *year, fault })).ok()
}
