//! What the tests stand on: a world in a folder of its own, on either store, with a round of a few councils.

use tempfile::TempDir;
use tests::councils::Spec;
use tests::postgres::Postgres;
use tests::world::World;
use tests::world::open::{Nobody, OpenRound, open};

use crate::programs;

/// Reporting year of the tests' rounds.
pub const YEAR: i16 = 2025;

/// A world that is removed with its folder.
pub struct Ground {
    pub world: World,
    _folder: TempDir,
}

/// A new world.
pub fn ground() -> Ground {
    let folder = tempfile::tempdir().unwrap();
    let world = World::create(&folder.path().join("world"), programs()).unwrap();
    Ground { world, _folder: folder }
}

/// So many councils with three return years.
pub fn spec(authorities: usize) -> Spec {
    Spec { seed: 11, authorities: Some(authorities), reporting_year: YEAR, n_years: 3, ..Spec::default() }
}

/// A round that is open, nothing sent yet.
pub fn opened<'w>(world: &'w World, authorities: usize, store: Option<&str>) -> OpenRound<'w> {
    open(world, &spec(authorities), store, &Nobody).unwrap()
}

/// Runs a test on SQLite, then on PostgreSQL where it is installed.
pub fn on_both_stores(test: impl Fn(&World, Option<&str>)) {
    test(&ground().world, None);
    let Some(server) = Postgres::start() else {
        eprintln!("SKIPPED on PostgreSQL: it is not installed here");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = runtime.block_on(server.database("aggregator"));
    test(&ground().world, Some(&url));
}
