//! A real aggregator with many made-up authorities, and their signed submissions.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use shared::enrolment::EnrolmentRequest;
use shared::framework::Framework;
use shared::ids::{AuthorityId, Digest};
use shared::plan::Plan;
use shared::sign::{Algorithm, Envelope, SigningKey};
use shared::submission::{MessageKind, SUBMISSION_TYPE, padded_body};

use super::ANSWER_204;
use super::client::Letter;
use crate::build::Programs;
use crate::sample;

/// One round each.
pub(super) const YEARS: [i16; 3] = [2023, 2024, 2025];

struct Agent {
    authority: AuthorityId,
    signing: SigningKey,
    tls: Arc<rustls::ClientConfig>,
}

/// A server process that ends with this value.
pub(super) struct Server {
    child: Child,
    /// Port for agents.
    pub(super) port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The aggregator, its authorities and its plans.
pub(super) struct Centre {
    folder: PathBuf,
    server: Server,
    agents: Vec<Agent>,
    plans: Vec<(i16, Plan, Digest)>,
    framework: Framework,
}

impl Centre {
    /// Enrols `n` authorities, makes a plan for each year and starts serving.
    pub(super) fn prepare(programs: &Programs, folder: &Path, n: u16) -> anyhow::Result<Self> {
        let state = folder.join("state");
        let config = folder.join("aggregator.toml");
        std::fs::write(
            &config,
            "folder = \"state\"\norigin = \"bench.example/cla\"\nauthorities = \"authorities.csv\"\nagents_listen = \"127.0.0.1:0\"\npublic_listen = \"127.0.0.1:0\"\n",
        )?;
        let mut list = std::fs::File::create(folder.join("authorities.csv"))?;
        writeln!(list, "dfe_code,ons_code,name,region_code,region_name,valid_from,valid_to")?;
        for code in 100..100 + n {
            writeln!(list, "{code},E99000{code},Made-up {code},E12000001,North East,2009-04-01,")?;
        }
        let centre = |words: &[&str]| command(programs, &config, words);
        centre(&["ca", "init"])?;
        centre(&["init"])?;
        let keys = enrolment_requests(folder, n)?;
        let mut words = vec!["authority".to_owned(), "add".to_owned()];
        words.extend((100..100 + n).map(|code| folder.join(format!("{code}.json")).display().to_string()));
        words.extend(["--out".to_owned(), folder.join("enrolled").display().to_string()]);
        centre(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
        for year in YEARS {
            let year = year.to_string();
            let opens = ["--opens-at", "2020-01-01T00:00:00Z", "--closes-at", "2099-01-01T00:00:00Z"];
            centre(&[&["plan", "create", "--year", &year, "--made-up", "--accept-wide", "a benchmark"][..], &opens].concat())?;
        }
        let server = serve(programs, folder, &config)?;
        let framework = Framework::built_in();
        let agents = keys.into_iter().map(|keys| agent(folder, keys)).collect::<anyhow::Result<Vec<_>>>()?;
        let public = public_port(folder)?;
        let plans = YEARS.iter().map(|year| plan(public, *year, &framework)).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self { folder: state, server, agents, plans, framework })
    }

    pub(super) fn agents_port(&self) -> anyhow::Result<u16> {
        Ok(self.server.port)
    }

    /// Starts the same accept loop answering 204, in a process of its own.
    pub(super) fn answerer(&self) -> anyhow::Result<Server> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(ANSWER_204).arg(&self.folder).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output is piped")?).read_line(&mut line)?;
        Ok(Server { child, port: line.trim().parse().context("the answerer did not say its port")? })
    }

    /// One signed submission of every authority for a year.
    pub(super) fn letters(&self, year: i16) -> anyhow::Result<Vec<Letter>> {
        let (_, plan, id) = self.plans.iter().find(|(y, _, _)| *y == year).context("no such round")?;
        let letter = |agent: &Agent| {
            let payload = sample::submission(plan, *id, &self.framework, agent.authority)?.encode();
            let body = padded_body(Envelope::sign(SUBMISSION_TYPE, payload, &agent.signing)?.encode());
            let path = format!("/agent/v1/rounds/{}/messages/{}", plan.body().round, MessageKind::Submission.word());
            Ok(Letter { path, body, tls: agent.tls.clone() })
        };
        self.agents.iter().map(letter).collect()
    }
}

fn command(programs: &Programs, config: &Path, words: &[&str]) -> anyhow::Result<()> {
    let output = Command::new(&programs.aggregator).args(words).arg("--config").arg(config).stdin(Stdio::null()).output()?;
    if !output.status.success() {
        bail!("aggregator {} failed: {}", words[0], String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn serve(programs: &Programs, folder: &Path, config: &Path) -> anyhow::Result<Server> {
    let log = std::fs::File::create(folder.join("serve.log"))?;
    let mut command = Command::new(&programs.aggregator);
    command.arg("serve").arg("--ports-file").arg(folder.join("ports.json")).arg("--config").arg(config);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?;
    let mut server = Server { child, port: 0 };
    crate::world::process::wait_until("the aggregator's ports", std::time::Duration::from_secs(30), || {
        Ok(folder.join("ports.json").exists())
    })?;
    server.port = port(folder, "agents")?;
    Ok(server)
}

fn port(folder: &Path, name: &str) -> anyhow::Result<u16> {
    let ports: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("ports.json"))?)?;
    let address = ports[name].as_str().context("the ports file names no such port")?;
    Ok(address.rsplit(':').next().context("an address has a port")?.parse()?)
}

fn public_port(folder: &Path) -> anyhow::Result<u16> {
    port(folder, "public")
}

fn plan(port: u16, year: i16, framework: &Framework) -> anyhow::Result<(i16, Plan, Digest)> {
    let url = format!("http://127.0.0.1:{port}/plans/cla-{year}.dsse.json");
    let answer = crate::world::client::get(&url)?.good()?;
    let envelope = Envelope::parse(&answer.body, shared::plan::PLAN_BYTES_MAX)?;
    Ok((year, Plan::parse(envelope.payload_unverified(), framework)?, envelope.id()))
}

struct Keys {
    authority: AuthorityId,
    signing: SigningKey,
    tls: KeyPair,
}

fn enrolment_requests(folder: &Path, n: u16) -> anyhow::Result<Vec<Keys>> {
    let one = |code: u16| {
        let keys = Keys {
            authority: code.to_string().parse()?,
            signing: SigningKey::generate(Algorithm::EcdsaP256)?,
            tls: KeyPair::generate()?,
        };
        let request = CertificateParams::default().serialize_request(&keys.tls)?.pem()?;
        std::fs::write(folder.join(format!("{code}.json")), EnrolmentRequest::sign(keys.authority, request, &keys.signing)?)?;
        Ok(keys)
    };
    (100..100 + n).map(one).collect()
}

fn agent(folder: &Path, keys: Keys) -> anyhow::Result<Agent> {
    let enrolled = folder.join("enrolled").join(keys.authority.to_string());
    let chain = CertificateDer::pem_file_iter(enrolled.join("certificate.pem"))?.collect::<Result<Vec<_>, _>>()?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(enrolled.join("root.pem"))?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(keys.tls.serialize_pem().as_bytes())?)?;
    Ok(Agent { authority: keys.authority, signing: keys.signing, tls: Arc::new(tls) })
}
