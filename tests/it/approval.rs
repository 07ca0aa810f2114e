//! Approval with the real program and real files: what counts as the same inputs, and where their digest does not go.

use std::path::{Path, PathBuf};

use shared::problem::{Exit, Problem};
use tests::demo::incidents::code_in;
use tests::world::office::Office;

use crate::ground::{YEAR, ground, opened};

fn csv_files(returns: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let years = below(returns).into_iter().filter(|path| path.is_dir());
    let mut files: Vec<PathBuf> = years.flat_map(|year| below(&year)).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "csv"));
    files.sort();
    files
}

/// The same rows in another order, in files of other names.
fn permute(returns: &Path) {
    for (n, file) in csv_files(returns).into_iter().enumerate() {
        let text = std::fs::read_to_string(&file).unwrap();
        let (head, rows) = text.split_once('\n').unwrap();
        let rows: Vec<&str> = rows.lines().rev().collect();
        let other = file.with_file_name(format!("{:03}.csv", 999 - n));
        std::fs::write(other, format!("{head}\n{}\n", rows.join("\n"))).unwrap();
        std::fs::remove_file(file).unwrap();
    }
}

fn refused(office: &Office<'_>, expected: Problem) {
    let ended = office.run(&["prepare"]).unwrap();
    assert_eq!(code_in(&ended).as_deref(), Some(expected.code()), "{}", ended.stderr);
    assert!(ended.is(Exit::PrivacyGuard) && ended.says("nothing was drawn, nothing was sent"));
    assert_eq!(office.n_ledger_files(), 1);
}

#[test]
fn a_round_is_drawn_from_the_approved_inputs_however_their_files_are_ordered() {
    let ground = ground();
    let round = opened(&ground.world, 1, None);
    let office = &round.members[0].office;
    let settings = std::fs::read_to_string(office.config()).unwrap();
    assert!(settings.contains("approval = \"none\""));
    std::fs::write(office.config(), settings.replace("approval = \"none\"\n", "")).unwrap();
    refused(office, Problem::ApprovalMissing);
    let approved = office.must(&["approve", "--by", "Director of Children's Services"]).unwrap();
    assert!(approved.says("approved by Director of Children's Services") && approved.says("nothing was drawn, nothing was sent"));
    // one child who is no longer in the newest return
    let header = csv_files(&office.returns().join("..").join("returns"));
    let episodes = header.iter().find(|file| {
        let text = std::fs::read_to_string(file).unwrap();
        file.parent().unwrap().ends_with(YEAR.to_string()) && text.lines().next().unwrap().to_uppercase().contains("DECOM,RNE")
    });
    let episodes = episodes.expect("a table of episodes").clone();
    let text = std::fs::read_to_string(&episodes).unwrap();
    let child = text.lines().nth(1).unwrap().split(',').next().unwrap();
    let without: Vec<&str> = text.lines().filter(|line| line.split(',').next() != Some(child)).collect();
    std::fs::write(&episodes, format!("{}\n", without.join("\n"))).unwrap();
    refused(office, Problem::ApprovalStale);
    std::fs::write(&episodes, &text).unwrap();
    permute(&office.returns());
    office.must(&["run", "--once"]).unwrap();
    assert!(office.receipt().unwrap().is_some() && office.n_ledger_files() == 2);
    let newest = std::fs::read(office.state().join("ledger/000001.json")).unwrap();
    let newest: serde_json::Value = serde_json::from_slice(&newest).unwrap();
    let digest = newest["input"].as_str().unwrap().to_owned();
    assert!(digest.len() == 64 && digest.bytes().any(|byte| byte != b'0'));
    office.must(&["status"]).unwrap();
    office.must(&["show", "--json"]).unwrap();
    let envelope = String::from_utf8(office.envelope().unwrap()).unwrap();
    let payload = office.must(&["show", "--raw"]).unwrap().stdout;
    assert!(!envelope.contains(&digest) && !payload.contains(&digest));
    // nothing outside the state folder knows it: no log, no output, nothing of the aggregator's
    let mut folders = vec![ground.world.folder.clone()];
    let mut n_files = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path == office.state() {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(digest.len()).any(|window| window == digest.as_bytes()), "{}", path.display());
                n_files += 1;
            }
        }
    }
    assert!(n_files > 20, "only {n_files} files were searched");
}
