//! The export: everything that is public, in one folder with one signed manifest, for an auditor without a network.
//!
//! Paths are those of the public port. A folder is written beside its place and renamed, and never written over.

use std::fs;
use std::path::{Path, PathBuf};

use shared::hash::sha256;
use shared::log::tile::{TileId, encode_bundle};
use shared::log::tree::Tree;
use shared::release::{NOTICE, NOTICE_MADE_UP};
use shared::sign::Envelope;
use shared::statement::{MANIFEST_FILE, MANIFEST_TYPE, Manifest, ManifestFile, TRUST_CLAIM_FILE};

use crate::app::read_registry;
use crate::config::Config;
use crate::durable::{beside, sync_folder};
use crate::keys::{Folder, KeysError, Role, file_error};
use crate::operate::OperateError;
use crate::publish::{CHANGES_CSV, FIGURES_CSV, FIGURES_JSON, META_CSV, STATEMENT};
use crate::registry::Registry;
use crate::store::{Head, Store, StoreError};

/// A file of the export: its path with `/`, and its bytes.
type ExportFile = (String, Vec<u8>);

/// Writes the export; answers the number of files.
pub async fn export(config: &Config, out: &Path) -> Result<usize, OperateError> {
    if out.exists() {
        return Err(KeysError::Taken(out.display().to_string()).into());
    }
    let folder = Folder::at(&config.folder);
    let store = Store::open(&config.store).await?;
    let (mut files, made_up) = collect(&store, &folder).await?;
    store.close().await;
    files.push(("README.txt".into(), readme(made_up).into_bytes()));
    let listed = files.iter().map(|(path, bytes)| ManifestFile {
        path: path.clone(),
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: sha256(bytes),
    });
    let manifest = Manifest::over(listed.collect(), made_up);
    let key = folder.signing_key(Role::Release)?;
    files.push((MANIFEST_FILE.into(), Envelope::sign(MANIFEST_TYPE, manifest.encode(), &key)?.encode()));
    write(out, &files).map_err(|e| file_error(out, e))?;
    Ok(files.len())
}

/// Everything at one size of the log; a change meanwhile starts it again.
async fn collect(store: &Store, folder: &Folder) -> Result<(Vec<ExportFile>, bool), OperateError> {
    loop {
        let (head, registry) = read_registry(store).await?;
        let mut files = log_files(store, &head).await?;
        key_files(store, folder, &mut files).await?;
        for row in store.frameworks().await? {
            files.push((format!("frameworks/{}.toml", row.hash), row.body));
        }
        for (id, round) in &registry.rounds {
            files.push((format!("plans/{id}.dsse.json"), round.envelope.clone()));
        }
        message_files(store, &registry, &mut files).await?;
        release_files(store, &mut files).await?;
        files.push(("root.pem".into(), folder.root_certificate()?.into_bytes()));
        files.push((TRUST_CLAIM_FILE.into(), folder.read_trust()?.1.into_bytes()));
        if store.head().await? == head {
            let made_up = registry.rounds.values().any(|r| r.plan.body().made_up);
            return Ok((files, made_up));
        }
    }
}

async fn log_files(store: &Store, head: &Head) -> Result<Vec<ExportFile>, StoreError> {
    let leaves = store.leaves(0, head.size).await?;
    let tree = Tree::of_entries(leaves.iter().map(Vec::as_slice));
    let mut files = vec![("log/checkpoint".to_owned(), head.note.clone().into_bytes())];
    for id in TileId::all(head.size) {
        let bytes = match id.entries() {
            None => id.hashes(&tree),
            Some(range) => {
                let at = |n: u64| usize::try_from(n).map_err(|_| StoreError::Damaged("log"));
                leaves.get(at(range.start)?..at(range.end)?).map(|l| encode_bundle(l.iter().map(Vec::as_slice)))
            }
        };
        files.push((format!("log/{}", id.path()), bytes.ok_or(StoreError::Damaged("log"))?));
    }
    Ok(files)
}

async fn key_files(store: &Store, folder: &Folder, files: &mut Vec<ExportFile>) -> Result<(), OperateError> {
    let (trust, _) = folder.read_trust()?;
    let agents = store.keys().await?.into_iter().map(|row| row.key);
    for key in agents.chain(trust.plan).chain(trust.release) {
        files.push((format!("keys/{}.pem", key.id()), key.to_pem().into_bytes()));
    }
    Ok(())
}

async fn message_files(store: &Store, registry: &Registry, files: &mut Vec<ExportFile>) -> Result<(), StoreError> {
    for (id, round) in &registry.rounds {
        for row in store.messages(*id).await?.into_iter().filter(|row| round.is_public(row.kind)) {
            files.push((format!("submissions/{id}/{}-{}.dsse.json", row.authority, row.sequence), row.envelope));
        }
    }
    Ok(())
}

async fn release_files(store: &Store, files: &mut Vec<ExportFile>) -> Result<(), StoreError> {
    for row in store.releases().await? {
        let at = |name: &str| format!("releases/{}/{name}", row.version);
        files.push((at(FIGURES_JSON), row.figures));
        files.push((at(FIGURES_CSV), row.figures_csv));
        files.push((at(META_CSV), row.meta_csv));
        files.push((at(CHANGES_CSV), row.changes_csv));
        files.push((at(STATEMENT), row.statement));
    }
    Ok(())
}

fn write(out: &Path, files: &[ExportFile]) -> std::io::Result<()> {
    let staging: PathBuf = beside(out, &format!("{}.part", std::process::id()));
    let result = files.iter().try_for_each(|(path, bytes)| {
        let place = staging.join(path);
        fs::create_dir_all(place.parent().unwrap_or(&staging))?;
        fs::write(&place, bytes)
    });
    let result = result.and_then(|()| fs::rename(&staging, out));
    if result.is_err() && staging.exists() {
        fs::remove_dir_all(&staging)?;
    }
    result?;
    sync_folder(out)
}

/// What a person finds first in the folder.
pub fn readme(made_up: bool) -> String {
    let made_up = if made_up { format!("{NOTICE_MADE_UP}\n") } else { String::new() };
    format!(
        "Golden Thread: an export of everything that is public.\n\n{made_up}{NOTICE}\n\n\
         Check it:  goldenthread-auditor verify THIS-FOLDER --trust trust.toml\n\
         The trust file must reach you by another way than this folder.\n\n\
         manifest.dsse.json   every other file with its length and SHA-256, signed by the release key\n\
         log/                 the public log: checkpoint, tiles and entries (C2SP tlog-tiles)\n\
         plans/               the signed plan of each round\n\
         frameworks/          the catalogue of measures, by its SHA-256\n\
         keys/                public keys, by the SHA-256 of the key\n\
         submissions/         what each authority sent, noise included, once it is in a release; -2 is a correction\n\
         releases/            the published figures with their signed statement\n\
         root.pem             the root certificate\n\
         trust.toml           the keys that this folder claims: a claim about itself, no reason to believe it\n"
    )
}
