//! Rules about placements, providers, settings and reasons for change.

use super::Scene;
use crate::records::findings::Recorder;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let _ = (scene.year, &found.dropped);
}
