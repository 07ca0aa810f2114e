//! Damage to an export, bit by bit and file by file, and a forged world: the auditor names what is wrong.

use std::path::{Path, PathBuf};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use serde_json::Value;
use shared::problem::Exit;
use tests::demo::audit;
use tests::world::World;
use tests::world::open::n_at_once;
use tests::world::parallel::each;
use tests::world::process::Processes;

use crate::ground::{ground, opened};
use crate::programs;

const SEED: u64 = 1999;
/// Bits flipped in each file, unless `GOLDENTHREAD_DAMAGES` says otherwise.
const DAMAGES: usize = 20;

/// An export of five councils with the trust file that fits.
fn exported(world: &World) -> (PathBuf, PathBuf) {
    let round = opened(world, 5, None);
    round.send_all().unwrap();
    round.close_and_publish().unwrap();
    let trust = world.folder.join("trust.toml");
    std::fs::copy(round.centre.trust(), &trust).unwrap();
    (round.export(world).unwrap(), trust)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() { folders.push(entry.path()) } else { all.push(entry.path()) }
        }
    }
    all.sort();
    all
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, &target).unwrap();
    }
}

/// Audits a damaged export without a process of its own: it must end with 1 and name the file.
fn check_here(export: &Path, trust: &Path, name: &str) -> anyhow::Result<()> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = ["goldenthread-auditor".as_ref(), "verify".as_ref(), export.as_os_str(), "--trust".as_ref(), trust.as_os_str()];
    let exit = auditor::cli::run(words.map(std::ffi::OsStr::to_owned), &mut out, &mut err);
    anyhow::ensure!(exit == Exit::Fault, "{name}: the auditor ended with {exit:?}");
    let words = String::from_utf8_lossy(&out);
    anyhow::ensure!(words.contains(name), "{name} is not named:\n{words}");
    Ok(())
}

/// Audits a damaged export by the program: it must end with 1 and name the file.
fn check(export: &Path, trust: &Path, name: &str, log: &Path) -> anyhow::Result<()> {
    let ended = audit(&Processes::default(), programs(), export, Some(trust), log)?;
    anyhow::ensure!(ended.code == Some(1), "{name}: the auditor ended with {:?}", ended.code);
    anyhow::ensure!(ended.words.contains(name), "{name} is not named:\n{}", ended.words);
    Ok(())
}

#[test]
fn every_flipped_bit_is_found_and_its_file_named() {
    let damages = std::env::var("GOLDENTHREAD_DAMAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(DAMAGES);
    let ground = ground();
    let (export, trust) = exported(&ground.world);
    let all = files(&export);
    eprintln!("seed {SEED}: {damages} bits in each of {} files", all.len());
    each(all.len(), n_at_once(), |i| {
        let own = ground.world.folder.join(format!("damaged-{i}"));
        copy(&export, &own);
        let name = all[i].strip_prefix(&export)?.to_string_lossy().into_owned();
        let sound = std::fs::read(&all[i])?;
        let mut rng = ChaCha12Rng::seed_from_u64(SEED + u64::try_from(i)?);
        for damage in 0..damages {
            let bit = rng.random_range(0..sound.len() * 8);
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(own.join(&name), bytes)?;
            // the program itself for the first bit of each file, its own code for the others: a start costs more than an audit
            let checked = match damage {
                0 => check(&own, &trust, &name, &ground.world.log(&format!("damage-{i}"))),
                _ => check_here(&own, &trust, &name),
            };
            checked.map_err(|e| e.context(format!("bit {bit}")))?;
        }
        std::fs::remove_dir_all(own)?;
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_file_added_removed_or_written_anew_is_named() {
    let ground = ground();
    let (export, trust) = exported(&ground.world);
    let all = files(&export);
    each(all.len(), n_at_once(), |i| {
        let own = ground.world.folder.join(format!("removed-{i}"));
        copy(&export, &own);
        let name = all[i].strip_prefix(&export)?.to_string_lossy().into_owned();
        std::fs::remove_file(own.join(&name))?;
        check(&own, &trust, &name, &ground.world.log(&format!("removed-{i}")))
    })
    .unwrap();
    let changed = |name: &str, change: &dyn Fn(&Path)| {
        let own = ground.world.folder.join("changed");
        copy(&export, &own);
        change(&own.join(name));
        check(&own, &trust, name, &ground.world.log("changed")).unwrap();
        std::fs::remove_dir_all(own).unwrap();
    };
    changed("submissions/cla-2025/999-1.dsse.json", &|path| std::fs::write(path, b"{}").unwrap());
    changed("extra.txt", &|path| std::fs::write(path, b"more").unwrap());
    // the same envelope in another spelling: white space, and fields in another order
    let envelopes = all.iter().map(|f| f.strip_prefix(&export).unwrap().to_string_lossy().into_owned());
    for name in envelopes.filter(|name| name.ends_with(".dsse.json")) {
        changed(&name, &|path| {
            let envelope: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            std::fs::write(path, serde_json::to_vec_pretty(&envelope).unwrap()).unwrap();
        });
    }
}

#[test]
fn a_forged_world_is_refused_by_name_and_never_authenticated_by_itself() {
    let (real, forged) = (ground(), ground());
    let (_, trust) = exported(&real.world);
    let (export, own_trust) = exported(&forged.world);
    let processes = Processes::default();
    let run = |trust: Option<&Path>, name: &str| audit(&processes, programs(), &export, trust, &real.world.log(name)).unwrap();
    assert!(run(Some(&own_trust), "own").passed, "perfect in itself");
    let refused = run(Some(&trust), "forged");
    assert_eq!(refused.code, Some(1));
    for name in ["trust.toml", "root.pem", "log/checkpoint"] {
        assert!(refused.words.contains(name), "{name} is not named:\n{}", refused.words);
    }
    let alone = run(None, "alone");
    assert_eq!(alone.code, Some(1));
    assert!(alone.words.contains("consistent, not authenticated"), "{}", alone.words);
}
