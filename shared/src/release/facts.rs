//! Facts about authorities: how many authorities of an area gave each answer. Exact, without noise or interval, since no
//! child is in them. An authority that is absent has said nothing and is in no number. `docs/protocol.md`, section 8.

use super::figures::{Area, Figure, FigureKind, NO_BLOCK, What};
use super::{Accepted, ReleaseError};
use crate::framework::{Framework, Measure};
use crate::submission::FactAnswer;

/// The facts of one area: for each fact and each answer the number of authorities.
pub(super) fn of_area(framework: &Framework, area: &Area, members: &[&Accepted]) -> Result<Vec<Figure>, ReleaseError> {
    let authorities = u64::try_from(members.len()).map_err(|_| ReleaseError::Overflow)?;
    let mut figures = Vec::new();
    for (place, fact) in framework.facts().enumerate() {
        for answer in FactAnswer::ALL {
            // a submission that fits its plan states every fact, in the framework's order
            let gave = |a: &&&Accepted| a.submission.facts.get(place).and_then(|f| f.answer()) == Some(answer);
            let n = u32::try_from(members.iter().filter(gave).count()).map_err(|_| ReleaseError::Overflow)?;
            figures.push(figure(fact, area, answer, (authorities > 0).then(|| f64::from(n)), authorities));
        }
    }
    Ok(figures)
}

fn figure(fact: &Measure, area: &Area, answer: FactAnswer, value: Option<f64>, authorities: u64) -> Figure {
    Figure {
        id: fact.id.clone(),
        measure: fact.id.clone(),
        breakdown: "total".to_owned(),
        area_code: area.code.clone(),
        area: area.name.clone(),
        authority: area.authority,
        region: area.region.clone(),
        level: area.level,
        group: "total".to_owned(),
        category: answer.id().to_owned(),
        label: answer.label().to_owned(),
        kind: FigureKind::Fact,
        what: What::Authorities,
        value,
        unrounded: None,
        noisy: None,
        low: None,
        high: None,
        block: NO_BLOCK.to_owned(),
        authorities,
    }
}
