//! An authority for development: its key stays the same from start to start, so that clients need to trust it once.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use etcetera::AppStrategyArgs;
use etcetera::app_strategy::{AppStrategy, choose_native_strategy};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::source::Problem;
use crate::settings::new_private_file;
use crate::settings::random_name;

/// Its certificate, and its key, are in a folder that its owner alone may read.
#[derive(Debug)]
pub(super) struct Authority {
    folder: PathBuf,
    certificate: PathBuf,
}

impl Authority {
    /// In the folder for this user's files: `$XDG_DATA_HOME` or `~/.local/share` on Linux.
    pub(super) fn of_user() -> Result<Authority, Problem> {
        let names = AppStrategyArgs { app_name: PROGRAM.to_owned(), ..AppStrategyArgs::default() };
        let strategy = choose_native_strategy(names).map_err(|error| Problem::NoFolder(error.to_string()))?;
        Authority::kept_in(strategy.data_dir().join("tls"))
    }

    /// Made where there is none.
    fn kept_in(folder: PathBuf) -> Result<Authority, Problem> {
        let certificate = folder.join(CERTIFICATE);
        if !certificate.is_file() {
            make(&folder).map_err(|error| Problem::NotKept { folder: folder.clone(), error })?;
        }
        Ok(Authority { folder, certificate })
    }

    pub(super) fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// A certificate for this machine and these names, and its key.
    pub(super) fn issue(
        &self,
        names: &[String],
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Problem> {
        let broken = |error: String| Problem::Broken { folder: self.folder.clone(), error };
        let key = fs::read_to_string(self.folder.join(KEY)).map_err(|error| broken(format!("{KEY}: {error}")))?;
        let key = KeyPair::from_pem(&key).map_err(|error| broken(format!("{KEY}: {error}")))?;
        // What a certificate says of its issuer is its name and its key: the same as in the certificate that is kept.
        let issuer = Issuer::new(authority_params(), key);
        let own = KeyPair::generate().map_err(Problem::NotMade)?;
        let certificate = params(names)?.signed_by(&own, &issuer).map_err(Problem::NotMade)?;
        let key = PrivateKeyDer::try_from(own.serialize_der()).map_err(|error| broken(error.to_owned()))?;
        Ok((vec![certificate.into()], key))
    }
}

/// Under another name at first: two servers that start at the same time share what the first of them has made.
fn make(folder: &Path) -> io::Result<()> {
    let name = random_name()?;
    let unfinished = folder.with_file_name(format!(".{name}"));
    fs::create_dir_all(unfinished.parent().unwrap_or(folder))?;
    private_folder().create(&unfinished)?;
    let made = make_in(&unfinished).and_then(|()| fs::rename(&unfinished, folder));
    if made.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
        if folder.join(CERTIFICATE).is_file() {
            return Ok(());
        }
    }
    made
}

fn make_in(folder: &Path) -> io::Result<()> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = authority_params().self_signed(&key).map_err(io::Error::other)?;
    new_private_file(&folder.join(KEY))?.write_all(key.serialize_pem().as_bytes())?;
    fs::write(folder.join(CERTIFICATE), certificate.pem())
}

fn private_folder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("xano-realtime-server for development");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = OffsetDateTime::now_utc() - Duration::DAY;
    params.not_after = params.not_before + AUTHORITY_LASTS;
    params
}

fn params(names: &[String]) -> Result<CertificateParams, Problem> {
    let mut params = CertificateParams::new(OWN_NAMES.map(str::to_owned)).map_err(Problem::NotMade)?;
    for name in names {
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.*:_".contains(&byte));
        let more = CertificateParams::new([name.clone()]).ok().filter(|_| is_name && !name.is_empty());
        params.subject_alt_names.extend(more.ok_or_else(|| Problem::Name(name.clone()))?.subject_alt_names);
    }
    params.distinguished_name = named("localhost");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = OffsetDateTime::now_utc() - Duration::DAY;
    params.not_after = params.not_before + LASTS;
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

const PROGRAM: &str = "xano-realtime-server";
const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

const AUTHORITY_LASTS: Duration = Duration::days(3650);
/// The longest that browsers take. Another one is made at each start.
const LASTS: Duration = Duration::days(397);
