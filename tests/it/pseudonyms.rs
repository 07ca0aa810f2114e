//! Keys for pseudonyms and extracts from outside: the commands of `docs/pseudonyms.md` as they stand there, `openssl` as the
//! other program that computes the same, and what is left behind when an extract is refused.

use std::path::{Path, PathBuf};
use std::process::Command;

use shared::problem::Exit;
use tempfile::TempDir;
use tests::build::workspace;
use tests::world::COMMAND_TIME_MAX;
use tests::world::office::Office;
use tests::world::process::{Ended, Processes};

use crate::ground::{YEAR, ground};
use crate::programs;

const KEY_FILE: &str = "trust-a-camhs-2025.key";

/// The shell lines between the markers of the page.
fn commands(role: &str) -> String {
    let page = std::fs::read_to_string(workspace().join("docs/pseudonyms.md")).unwrap();
    let (_, rest) = page.split_once(&format!("<!-- {role}:begin -->")).expect("the page marks its commands");
    let (block, _) = rest.split_once(&format!("<!-- {role}:end -->")).expect("the page ends its commands");
    block.lines().filter(|line| !line.trim_start().starts_with("```")).collect::<Vec<_>>().join("\n")
}

/// Runs shell lines in a folder; `goldenthread-agent` is the program under test.
fn shell(script: &str, folder: &Path, log: &Path) -> Ended {
    let bin = programs().agent.parent().unwrap().display().to_string();
    let mut command = Command::new("sh");
    command.args(["-eu", "-c", &format!("PATH=\"{bin}:$PATH\"\n{script}")]).current_dir(folder);
    Processes::default().run("sh", command, log, COMMAND_TIME_MAX).unwrap()
}

/// A partner: a folder with a key, an extract, and a place for what goes out. Nothing of an agent's installation.
struct Partner {
    folder: TempDir,
    processes: Processes,
}

impl Partner {
    fn new() -> Self {
        let partner = Self { folder: tempfile::tempdir().unwrap(), processes: Processes::default() };
        for name in ["referrals", "to-council"] {
            std::fs::create_dir(partner.path(name)).unwrap();
        }
        partner
    }
    /// With a key whose bytes are all seven, in the authority's form.
    fn with_some_key() -> Self {
        let partner = Self::new();
        partner.put(KEY_FILE, format!("goldenthread-pseudonym-key 1\nkey {}\n", hex::encode([7; 32])).as_bytes());
        assert!(shell(&format!("chmod 600 {KEY_FILE}"), partner.folder.path(), &partner.path("chmod")).is(Exit::Done));
        partner
    }
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }
    fn pseudonymise(&self, more: &[&str]) -> Ended {
        let mut command = Command::new(&programs().agent);
        command.args(["pseudonymise", "--key", KEY_FILE]).args(more).current_dir(self.folder.path());
        self.processes.run("pseudonymise", command, &self.path("log"), COMMAND_TIME_MAX).unwrap()
    }
    fn out(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("to-council")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

/// Rows of the output, without the header line.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn has_openssl_3() -> bool {
    let version = Command::new("openssl").arg("version").output();
    let is_there = version.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).starts_with("OpenSSL 3"));
    if !is_there {
        eprintln!("SKIPPED in part: openssl 3 is not installed here");
    }
    is_there
}

#[test]
fn the_page_works_as_it_stands_and_openssl_computes_the_same() {
    let ground = ground();
    let office = Office::create(&ground.world, "301", YEAR).unwrap();
    office.must(&["init"]).unwrap();
    let ended = shell(&commands("authority"), office.folder(), &ground.world.log("authority"));
    assert!(ended.is(Exit::Done) && ended.stderr.ends_with("nothing was sent\n"), "{ended:?}");
    let partner = Partner::new();
    std::fs::copy(office.folder().join(KEY_FILE), partner.path(KEY_FILE)).unwrap();
    partner.put(
        "referrals/extract.csv",
        b"\xEF\xBB\xBFNHS_NUMBER,COUNCIL_ID,SURNAME,POSTCODE,WAIT_DAYS\r\n9434765919,a12,Example,XA1 2BC,31\r\n9434765919.0, A12 ,Example,,7\r\n",
    );
    let ended = shell(&commands("partner"), partner.folder.path(), &partner.path("log"));
    assert!(ended.is(Exit::Done), "{ended:?}");
    assert!(ended.says("2 rows written") && ended.says("of partner trust-a, purpose camhs, year 2025"), "{ended:?}");
    let written = rows(&partner.path("to-council/extract.csv"));
    assert_eq!(written.iter().map(|row| row[2].as_str()).collect::<Vec<_>>(), ["31", "7"]);
    assert!(written[0][..2] == written[1][..2], "one person has one pseudonym, however it was written");
    let text = std::fs::read_to_string(partner.path("to-council/extract.csv")).unwrap();
    assert!(text.starts_with("NHS_NUMBER,COUNCIL_ID,WAIT_DAYS\r\n") && text.ends_with("\r\n"), "{text}");
    assert!(!["943476", "Example", "XA1", "a12", "A12"].iter().any(|raw| text.contains(raw)), "{text}");
    if !has_openssl_3() {
        return;
    }
    let script = format!(
        "own=$(sed -n 's/^key //p' {state}/keys/pseudonym.key)\n\
         info=$(printf '\\003301\\007trust-a\\005camhs\\0042025' | od -An -v -tx1 | tr -d ' \\n')\n\
         key=$(openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:$own -kdfopt salt:goldenthread/partner-key/v1 -kdfopt hexinfo:$info HKDF | tr -d ':\\n' | tr A-F a-f)\n\
         echo $key\n\
         printf 'nhs-number\\0009434765919' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key -r | cut -d' ' -f1\n\
         printf 'child\\000A12' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key -r | cut -d' ' -f1\n\
         printf \"goldenthread/pseudonym-key-fingerprint/v1\\000$(echo $own | sed 's/../\\\\x&/g')\" | openssl dgst -sha256 -r | cut -c1-16\n",
        state = office.state().display()
    );
    let mut command = Command::new("bash");
    command.args(["-eu", "-c", &script]);
    let computed = Processes::default().run("bash", command, &partner.path("openssl"), COMMAND_TIME_MAX).unwrap();
    let computed: Vec<&str> = computed.stdout.lines().collect();
    let key_text = std::fs::read_to_string(partner.path(KEY_FILE)).unwrap();
    let key = key_text.lines().find_map(|line| line.strip_prefix("key ")).unwrap();
    let shown = office.must(&["key", "fingerprint"]).unwrap().stdout;
    assert_eq!(computed[..3], [key, &written[0][0], &written[0][1]]);
    assert!(shown.starts_with(&format!("pseudonym key {}, made ", computed[3])), "{shown} {computed:?}");
}

#[test]
fn a_rotation_says_which_partners_need_another_key_and_keeps_the_way_back() {
    let ground = ground();
    let office = Office::create(&ground.world, "301", YEAR).unwrap();
    office.must(&["init"]).unwrap();
    let issue = |out: &str, more: &[&str]| {
        let base = ["key", "partner", "--partner", "trust-a", "--purpose", "camhs", "--year", "2025", "--out", out];
        office.run(&[&base[..], more].concat()).unwrap()
    };
    let text = |name: &str| std::fs::read_to_string(office.folder().join(name)).unwrap();
    assert!(issue("first.key", &[]).is(Exit::Done));
    let again = issue("first.key", &[]);
    assert!(again.is(Exit::Usage) && again.says("exists already") && again.stderr.ends_with("nothing was sent\n"), "{again:?}");
    let before = office.must(&["status"]).unwrap().stdout;
    assert!(before.contains("partner trust-a, purpose camhs, year 2025") && !before.contains("from a former key"), "{before}");
    let rotated = office.must(&["key", "rotate"]).unwrap().stdout;
    for words in ["pseudonym.retired-1.key", "every run reads all returns again", "partner trust-a, purpose camhs, year 2025"] {
        assert!(rotated.contains(words), "{words}: {rotated}");
    }
    assert!(office.must(&["status"]).unwrap().stdout.contains("from a former key"));
    assert!(issue("second.key", &[]).is(Exit::Done) && issue("former.key", &["--retired", "1"]).is(Exit::Done));
    assert!(text("first.key") != text("second.key"));
    assert_eq!(text("first.key"), text("former.key"), "what was delivered can still be linked");
    let status: serde_json::Value = serde_json::from_str(&office.must(&["status", "--json"]).unwrap().stdout).unwrap();
    let of_present: Vec<bool> =
        status["partner_keys"].as_array().unwrap().iter().map(|key| key["of_present_key"].as_bool().unwrap()).collect();
    assert_eq!(of_present, [false, true]);
    // no key stands on any screen or in the register
    let shown = [before, rotated, status.to_string(), text("state/partner-keys.txt")].concat();
    for file in ["first.key", "second.key", "state/keys/pseudonym.key", "state/keys/pseudonym.retired-1.key"] {
        let key = text(file).lines().find_map(|line| line.strip_prefix("key ")).unwrap().to_owned();
        assert!(key.len() == 64 && !shown.contains(&key), "{file}");
    }
    for wrong in ["Trust", "a b", ""] {
        let base = ["key", "partner", "--partner", wrong, "--purpose", "camhs", "--year", "2025", "--out", "wrong.key"];
        assert!(office.run(&base).unwrap().is(Exit::Usage), "{wrong}");
    }
    assert!(issue("none.key", &["--retired", "2"]).is(Exit::Configuration));
    assert!(!office.folder().join("none.key").exists() && !office.folder().join("wrong.key").exists());
    assert!(office.run(&["key", "create"]).unwrap().is(Exit::Configuration), "a key that is there is not replaced");
}

#[test]
fn a_refused_extract_leaves_nothing_behind() {
    let partner = Partner::with_some_key();
    partner.put("referrals/bad.csv", b"ID,B\n1,2\n\n9.43E+09,2\n3\n");
    partner.put("referrals/names.csv", b"ID,SURNAME,DOB,SCORE\n1,Sentinel,01/01/2010,2\n");
    partner.put("referrals/wide.csv", &[&b"\xFF\xFE"[..], b"I\0D\0\n\0"].concat());
    let check = |more: &[&str], exit: Exit, words: &[&str]| {
        let ended = partner.pseudonymise(more);
        assert!(ended.is(exit), "{more:?}: {ended:?}");
        assert_eq!(ended.stderr.lines().last(), Some("nothing was sent"), "{more:?}");
        assert!(words.iter().all(|words| ended.stderr.contains(words)), "{more:?}: {}", ended.stderr);
        assert!(!ended.says("9.43") && !ended.says("Sentinel"), "{more:?} shows a value");
        assert!(partner.out().is_empty(), "{more:?} left {:?}", partner.out());
    };
    let (bad, names, out) = ("referrals/bad.csv", "referrals/names.csv", "to-council/out.csv");
    check(&["--column", "ID", bad, out], Exit::InputRefused, &["2 rows", "line 4, column 1 (ID)", "line 5: the row has 1 cells"]);
    check(&["--column", "ID", names, out], Exit::PrivacyGuard, &["column 2 (SURNAME), column 3 (DOB)", "--keep"]);
    check(
        &["--column", "ID", "--drop", "SURNAME", names, out],
        Exit::PrivacyGuard,
        &["neither replaced nor dropped: column 3 (DOB)"],
    );
    check(&["--column", "NHS", names, out], Exit::Usage, &["no column is called NHS"]);
    check(&["--column", "ID", "referrals/wide.csv", out], Exit::InputRefused, &["UTF-16"]);
    check(&["--column", "ID", "referrals/none.csv", out], Exit::InputRefused, &["cannot be read"]);
    check(&["--column", "ID", bad, "referrals/out.csv"], Exit::Usage, &["in the folder of the input"]);
    check(&["--column", "ID", bad, bad], Exit::Usage, &["in the folder of the input"]);
    check(&["--column", "ID=dog", bad, out], Exit::Usage, &["not a kind of identifier"]);
    assert_eq!(std::fs::read_dir(partner.path("referrals")).unwrap().count(), 3, "nothing is left beside the input");
    let kept = partner.pseudonymise(&["--column", "ID", "--drop", "SURNAME", "--keep", "DOB", names, out]);
    assert!(kept.is(Exit::Done) && kept.stderr.contains("WARNING: column 3 (DOB)"), "{kept:?}");
    assert_eq!(rows(&partner.path(out))[0][1..], ["01/01/2010", "2"]);
    let again = partner.pseudonymise(&["--column", "ID", "--drop", "SURNAME", "--keep", "DOB", names, out]);
    assert!(again.is(Exit::Usage) && again.says("exists already"), "{again:?}");
    assert!(shell(&format!("chmod 644 {KEY_FILE}"), partner.folder.path(), &partner.path("chmod")).is(Exit::Done));
    let exposed = partner.pseudonymise(&["--column", "ID", bad, "to-council/other.csv"]);
    assert!(exposed.is(Exit::Configuration) && exposed.says("chmod 600"), "{exposed:?}");
}

#[test]
fn no_identifier_hides_behind_a_stray_quotation_mark() {
    let partner = Partner::with_some_key();
    let (input, out) = ("referrals/stray.csv", "to-council/out.csv");
    for text in [
        "CHILD,SCORE,NOTE\nK0001,3,\"stray\nK0002,4,ok\nK0003,5,ok\n",
        "CHILD,SCORE,NOTE\nK0001,3,\"stray\nK0002,4,ok\"\nK0003,5,ok\n",
    ] {
        partner.put(input, text.as_bytes());
        let ended = partner.pseudonymise(&["--column", "CHILD", input, out]);
        assert!(
            ended.is(Exit::InputRefused) && ended.says("line 2, column 3 (NOTE): the cell does not end on its line"),
            "{ended:?}"
        );
        assert!(!ended.says("K000") && !ended.says("stray"), "{ended:?}");
        assert!(partner.out().is_empty(), "{:?} is left behind", partner.out());
    }
}

#[test]
fn neither_a_value_nor_an_escape_sequence_of_the_input_reaches_the_screen() {
    let partner = Partner::with_some_key();
    let (input, out) = ("referrals/odd.csv", "to-council/out.csv");
    let check = |head: &str, more: &[&str], exit: Exit, words: &str| {
        partner.put(input, format!("{head}\n1,2,3\n1E+05,2,3\n").as_bytes());
        let ended = partner.pseudonymise(&[more, &[input, out]].concat());
        assert!(ended.is(exit) && ended.stderr.contains(words), "{head:?}: {ended:?}");
        let shown = [ended.stdout.as_str(), ended.stderr.as_str()].concat();
        assert!(!shown.contains("JOHN") && !shown.chars().any(|c| c.is_control() && c != '\n'), "{head:?}: {shown:?}");
    };
    check("K1,JOHN NAME,12/03/2010", &["--column", "K1"], Exit::PrivacyGuard, "dropped: column 2\n");
    check("K1,\u{1b}[2JNAME,NOTE", &["--column", "K1"], Exit::PrivacyGuard, "dropped: column 2\n");
    check("\u{1b}[2JK1,A,B", &["--column", "\u{1b}[2JK1"], Exit::InputRefused, "line 3, column 1: ");
    check("K1,A,B", &["--column", "\u{1b}[2J\u{9b}K1"], Exit::Usage, "no column is called \u{fffd}[2J\u{fffd}K1");
    let mut command = Command::new(&programs().agent);
    let no_key = ["pseudonymise", "--key", "\u{1b}[2Jnone", "--column", "K1", input, out];
    command.args(no_key).current_dir(partner.folder.path());
    let ended = partner.processes.run("pseudonymise", command, &partner.path("log"), COMMAND_TIME_MAX).unwrap();
    assert!(ended.is(Exit::Configuration) && ended.stderr.contains("\u{fffd}[2Jnone"), "{ended:?}");
    assert!(!ended.stderr.contains('\u{1b}'), "{ended:?}");
}

#[test]
fn memory_does_not_grow_with_the_extract() {
    let partner = Partner::with_some_key();
    let peak_after = |n_rows: usize, name: &str| {
        let row = format!("12345,{}\n", "x".repeat(190));
        partner.put(&format!("referrals/{name}"), format!("ID,SCORE\n{}", row.repeat(n_rows)).as_bytes());
        let ended = partner.pseudonymise(&["--column", "ID", &format!("referrals/{name}"), &format!("to-council/{name}")]);
        assert!(ended.is(Exit::Done) && ended.says(&format!("{n_rows} rows written")), "{ended:?}");
        partner.processes.peaks_mb()["pseudonymise"]
    };
    let small = peak_after(5_000, "small.csv");
    let large = peak_after(80_000, "large.csv");
    assert!(large < small + 4.0, "16 MB more of input took {small} MB, then {large} MB");
}
