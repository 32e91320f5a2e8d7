//! A certificate authority for development. Its key is kept between starts, so that clients need to trust it only once.

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

/// The authority. Its certificate and key are in a folder that only its owner can read.
#[derive(Debug)]
pub(super) struct Authority {
    folder: PathBuf,
    certificate: PathBuf,
}

impl Authority {
    /// Opens the authority in the user's data folder, which is `$XDG_DATA_HOME` or `~/.local/share` on Linux.
    pub(super) fn of_user() -> Result<Authority, Problem> {
        let names = AppStrategyArgs { app_name: PROGRAM.to_owned(), ..AppStrategyArgs::default() };
        let strategy = choose_native_strategy(names).map_err(|error| Problem::NoFolder(error.to_string()))?;
        Authority::kept_in(strategy.data_dir().join("tls"))
    }

    /// Opens the authority in a folder. Creates it if there is none.
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

    /// Issues a certificate for this machine and the given names. Returns it with its key.
    pub(super) fn issue(
        &self,
        names: &[String],
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Problem> {
        let broken = |error: String| Problem::Broken { folder: self.folder.clone(), error };
        let key = fs::read_to_string(self.folder.join(KEY)).map_err(|error| broken(format!("{KEY}: {error}")))?;
        let key = KeyPair::from_pem(&key).map_err(|error| broken(format!("{KEY}: {error}")))?;
        // Only the name and the key of the issuer appear in a certificate, and both are the same as in the kept
        // certificate.
        let issuer = Issuer::new(authority_params(), key);
        let own = KeyPair::generate().map_err(Problem::NotMade)?;
        let certificate = params(names)?.signed_by(&own, &issuer).map_err(Problem::NotMade)?;
        let key = PrivateKeyDer::try_from(own.serialize_der()).map_err(|error| broken(error.to_owned()))?;
        Ok((vec![certificate.into()], key))
    }
}

/// Creates the authority under a temporary name, then renames it. So two servers that start at the same time use the
/// same authority.
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
/// The longest lifetime that browsers accept. Each start issues a new certificate.
const LASTS: Duration = Duration::days(397);
