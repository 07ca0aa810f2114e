//! A PostgreSQL server of one test: made, started and ended here, as an unprivileged user, below a folder of its own.
//!
//! The programs of the Debian package are used where they are installed; where they are not, the caller skips visibly.
//! Durability is left on, so that crash tests mean something.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where Debian puts each version's programs.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The user whom Debian's package makes, for when the tests run as root: the server refuses root.
const USER: &str = "postgres";
/// The role that must show a password.
pub const READER: &str = "reader";
/// How often a start is tried anew, should another process take the port in between.
const STARTS_MAX: u32 = 5;

/// A running server.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    as_user: bool,
}

impl Postgres {
    /// Starts a server; `None`, with a line on standard error, where the programs are not installed.
    ///
    /// # Panics
    /// When they are installed and do not work.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("SKIPPED: no PostgreSQL below {VERSIONS}; apt-get install postgresql");
            return None;
        };
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("goldenthread-postgres-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let as_user = is_root();
        if as_user {
            must(Command::new("chown").arg(USER).arg(&folder));
        }
        let mut server = Self { programs, folder, port: 0, as_user };
        let data = server.folder.join("data");
        let mut make = server.command("initdb");
        must(make.arg("-D").arg(&data).args(["-U", "app", "--auth=trust", "--no-locale", "-E", "UTF8", "--no-sync"]));
        server.demand_a_password(&data);
        server.up();
        Some(server)
    }

    /// Makes an empty database and answers its address.
    ///
    /// # Panics
    /// When the server does not make it.
    pub async fn database(&self, name: &str) -> String {
        use sqlx::{AssertSqlSafe, Connection as _};
        let mut connection = sqlx::PgConnection::connect(&self.url("postgres")).await.expect("the server takes connections");
        let sql = AssertSqlSafe(format!("CREATE DATABASE \"{name}\""));
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the database can be made");
        connection.close().await.expect("the connection can be closed");
        self.url(name)
    }

    /// Ends the server at once, as a crash would; it stays down.
    pub fn stop(&self) {
        self.control(&["-m", "immediate", "-w", "stop"]);
    }

    /// Starts the server anew, so that it speaks TLS with this certificate and key, both as PEM.
    ///
    /// # Panics
    /// When the files cannot be put there, or the server does not come up.
    pub fn speak_tls(&self, certificate: &str, key: &str) {
        self.stop();
        let data = self.folder.join("data");
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let path = data.join(name);
            std::fs::write(&path, text).expect("a file can be put beside the data");
            must(Command::new("chmod").arg("600").arg(&path));
            if self.as_user {
                must(Command::new("chown").arg(USER).arg(&path));
            }
        }
        let settings = data.join("postgresql.auto.conf");
        let text = std::fs::read_to_string(&settings).expect("the server's settings can be read") + "ssl = on\n";
        std::fs::write(&settings, text).expect("the server's settings can be written");
        assert!(self.recover(), "PostgreSQL does not speak TLS");
    }

    /// The address of a database for another role than the one that owns everything.
    #[must_use]
    pub fn url_as(&self, user: &str, password: &str, database: &str) -> String {
        format!("postgres://{user}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// Of one role a password is asked, should a test make it; everybody else is trusted.
    fn demand_a_password(&self, data: &Path) {
        let script = format!(
            "printf '%s\\n' 'host all {READER} 127.0.0.1/32 scram-sha-256' | cat - pg_hba.conf > new && mv new pg_hba.conf"
        );
        let mut command = if self.as_user {
            let mut command = Command::new("runuser");
            command.args(["-u", USER, "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        must(command.args(["-ec", &script]).current_dir(data));
    }

    /// Ends the server at once, as a crash would, and starts it again on the same port.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn crash_and_recover(&self) {
        self.control(&["-m", "immediate", "-w", "stop"]);
        assert!(self.recover(), "PostgreSQL does not recover");
    }

    /// Starts a stopped server again on the same port; whether it came up.
    #[must_use]
    pub fn recover(&self) -> bool {
        self.try_up(self.port).status.success()
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://app@127.0.0.1:{}/{database}", self.port)
    }

    fn up(&mut self) {
        for _ in 0..STARTS_MAX {
            self.port = free_port();
            if self.try_up(self.port).status.success() {
                return;
            }
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL does not start: {log}");
    }

    fn try_up(&self, port: u16) -> Output {
        let folder = self.folder.display();
        let options =
            format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=60");
        let log = self.folder.join("log");
        let mut command = self.command("pg_ctl");
        command
            .arg("-D")
            .arg(self.folder.join("data"))
            .arg("-o")
            .arg(options)
            .arg("-l")
            .arg(log)
            .args(["-w", "-t", "60", "start"]);
        run(&mut command)
    }

    fn control(&self, words: &[&str]) -> Output {
        run(self.command("pg_ctl").arg("-D").arg(self.folder.join("data")).args(words))
    }

    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = if self.as_user {
            let mut command = Command::new("runuser");
            command.args(["-u", USER, "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.control(&["-m", "immediate", "stop"]);
        // a folder that stays behind harms nobody
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The newest installed version's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(Path::new(VERSIONS)).ok()?;
    let folders = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let mut complete: Vec<PathBuf> = folders.filter(|bin| bin.join("initdb").is_file() && bin.join("pg_ctl").is_file()).collect();
    complete.sort();
    complete.pop()
}

fn is_root() -> bool {
    run(Command::new("id").arg("-u")).stdout.trim_ascii() == b"0"
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Runs a program whose output goes to files: a server must not inherit a pipe that the caller reads to its end.
fn run(command: &mut Command) -> Output {
    let silent = command.stdin(std::process::Stdio::null());
    if silent.get_args().any(|a| a == "start") {
        let status = silent.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status();
        return Output { status: status.expect("the program starts"), stdout: Vec::new(), stderr: Vec::new() };
    }
    silent.output().expect("the program starts")
}

fn must(command: &mut Command) {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
