//! The terminals that may open records: CVCA and document verifiers in `ca/`, terminals in `terminals/`.
//!
//! ```text
//! ca/cvca.cvcert                  the trust point of new cards: the newest CVCA, self-signed
//! ca/cvca-N.{key,cvcert}          every CVCA
//! ca/cvca-N-link.cvcert           the same key, signed by the CVCA before it
//! ca/dv-N.{key,cvcert}            document verifiers
//! terminals/NAME-NNNNN.{key,chain}  a terminal's key, and its certificates from a trust point down
//! ```

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::keyring::{Key, KeyName, Keyring};
use crate::text::text;
use chipwright_keystore::Passphrase;
use chipwright_keystore::uses::Use;
use chipwright_pki::cv::{
    AuthorityProfile, Chain, CvCertificate, CvPeriod, HolderProfile, Reference, Rights, Role, prepare_cvca,
    prepare_dv, prepare_link, prepare_terminal,
};
use chipwright_pki::{PublicKey, SignKey, SignatureAlgorithm};
use jiff::ToSpan;
use jiff::civil::Date;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// How long a CVCA counts, and a document verifier under it.
const CVCA_YEARS: i32 = 3;
const DV_MONTHS: i32 = 12;
/// Of every key of the hierarchy.
const CURVE: SignatureAlgorithm = SignatureAlgorithm::EcdsaP256Sha256;

/// The files of a home's terminals.
pub(crate) struct Terminals<'a> {
    home: &'a Home,
}

/// An authority of the hierarchy: its certificate and the name of its key.
pub(crate) struct Held {
    pub(crate) number: u32,
    pub(crate) certificate: CvCertificate,
    pub(crate) key: KeyName,
}

impl<'a> Terminals<'a> {
    pub(crate) const fn of(home: &'a Home) -> Self {
        Self { home }
    }

    /// Where terminals lie.
    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("terminals")
    }

    /// The generated passphrase of a test home's terminals.
    pub(crate) fn passphrase_file(&self) -> PathBuf {
        self.folder().join("passphrase")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.authority().join(name)
    }

    /// Every CVCA, oldest first.
    pub(crate) fn authorities(&self) -> Result<Vec<Held>, Failure> {
        self.held("cvca", KeyName::Cvca)
    }

    /// Every document verifier, oldest first.
    pub(crate) fn verifiers(&self) -> Result<Vec<Held>, Failure> {
        self.held("dv", KeyName::Dv)
    }

    fn held(&self, kind: &str, key: fn(u32) -> KeyName) -> Result<Vec<Held>, Failure> {
        let mut all = Vec::new();
        for number in 1.. {
            let file = self.file(&format!("{kind}-{number}.cvcert"));
            if !file.exists() {
                break;
            }
            all.push(Held { number, certificate: certificate(&file)?, key: key(number) });
        }
        Ok(all)
    }

    /// The newest CVCA.
    pub(crate) fn authority(&self) -> Result<Held, Failure> {
        self.authorities()?.pop().ok_or_else(|| {
            Failure::new(
                Exit::Configuration,
                (
                    "this home has no CVCA for terminals",
                    "thư mục phát hành này chưa có CVCA cho thiết bị đọc",
                ),
                (
                    "Make one with `chipwright terminal init-cvca`.",
                    "Tạo bằng `chipwright terminal init-cvca`.",
                ),
            )
        })
    }

    /// The newest document verifier.
    pub(crate) fn verifier(&self) -> Result<Held, Failure> {
        self.authority()?;
        self.verifiers()?.pop().ok_or_else(|| {
            Failure::new(
                Exit::Configuration,
                (
                    "this home has no document verifier for terminals",
                    "thư mục phát hành này chưa có DV cho thiết bị đọc",
                ),
                ("Make one with `chipwright terminal dv`.", "Tạo bằng `chipwright terminal dv`."),
            )
        })
    }

    /// Makes the first CVCA: key, certificate, trust point of new cards; or goes on where a command before was stopped.
    pub(crate) fn make_cvca(
        &self,
        mnemonic: &str,
        today: Date,
        passphrase: &Passphrase,
    ) -> Result<(), Failure> {
        if self.unfinished()? {
            return self.finish();
        }
        if self.file("cvca-1.cvcert").exists() {
            return Err(Failure::new(
                Exit::Configuration,
                (
                    "this home has a CVCA already; nothing was changed",
                    "thư mục phát hành này đã có CVCA; không có gì bị thay đổi",
                ),
                (
                    "Renew its key with `chipwright terminal roll`.",
                    "Đổi khóa bằng `chipwright terminal roll`.",
                ),
            ));
        }
        let holder = reference(self.country(), mnemonic, 1)?;
        let key = self.take_up(&KeyName::Cvca(1), passphrase)?;
        let profile = AuthorityProfile { holder, rights: Rights::all(), period: years(today, CVCA_YEARS)? };
        let own = prepare_cvca(&profile, key.public_key()).map_err(|error| refused(&error))?;
        let own = own.sign_with(&key).map_err(|error| refused(&error))?;
        self.put("cvca-1.cvcert", &own)?;
        self.put_trust_point(&own)
    }

    /// Whether a command was stopped after it had made the newest CVCA: new cards do not trust it, or it has no document verifier.
    pub(crate) fn unfinished(&self) -> Result<bool, Failure> {
        let Some(newest) = self.authorities()?.pop() else { return Ok(false) };
        let trusted =
            self.trust_point()?.is_some_and(|held| held.to_bytes() == newest.certificate.to_bytes());
        let holder = newest.certificate.holder();
        let served = self.verifiers()?.iter().any(|held| held.certificate.authority() == holder);
        Ok(!trusted || !served)
    }

    /// Makes the newest CVCA the trust point of new cards.
    fn finish(&self) -> Result<(), Failure> {
        self.put_trust_point(&self.authority()?.certificate)
    }

    /// The trust point of new cards.
    pub(crate) fn trust_point(&self) -> Result<Option<CvCertificate>, Failure> {
        let file = self.home.trust_point();
        if file.exists() { certificate(&file).map(Some) } else { Ok(None) }
    }

    /// A new CVCA key: its own certificate, and the link certificate that rolls cards. Where a command before was stopped, that one
    /// is finished instead.
    pub(crate) fn roll(&self, today: Date, passphrase: &Passphrase) -> Result<(), Failure> {
        if self.unfinished()? {
            return self.finish();
        }
        let former = self.authority()?;
        let number = former.number + 1;
        let holder = former.certificate.holder().successor().ok_or_else(|| {
            Failure::new(
                Exit::Configuration,
                ("the CVCA's sequence numbers are used up", "đã hết số thứ tự của CVCA"),
                (
                    "Make another home with another name for its CVCA.",
                    "Tạo thư mục phát hành khác với tên CVCA khác.",
                ),
            )
        })?;
        let former_key = self.sealing_key(&former.key, passphrase)?;
        let key = self.take_up(&KeyName::Cvca(number), passphrase)?;
        let profile = AuthorityProfile { holder, rights: Rights::all(), period: years(today, CVCA_YEARS)? };
        let link =
            prepare_link(&profile, key.public_key(), &former.certificate).map_err(|error| refused(&error))?;
        let link = link.sign_with(&former_key).map_err(|error| refused(&error))?;
        let own = prepare_cvca(&profile, key.public_key()).map_err(|error| refused(&error))?;
        let own = own.sign_with(&key).map_err(|error| refused(&error))?;
        self.put(&format!("cvca-{number}-link.cvcert"), &link)?;
        self.put(&format!("cvca-{number}.cvcert"), &own)?;
        self.put_trust_point(&own)
    }

    /// A document verifier under the newest CVCA; its key takes the station's passphrase.
    pub(crate) fn make_dv(
        &self,
        today: Date,
        root: &Passphrase,
        station: &Passphrase,
    ) -> Result<(), Failure> {
        let issuer = self.authority()?;
        let number = self.verifiers()?.last().map_or(1, |last| last.number + 1);
        let issuer_key = self.sealing_key(&issuer.key, root)?;
        let holder = reference(self.country(), "DV", number)?;
        let ends = today.checked_add(DV_MONTHS.months()).map_err(|error| refused(&error))?;
        let ends = ends.min(issuer.certificate.period().expires());
        let profile = HolderProfile {
            holder,
            rights: Rights::all(),
            files: None,
            period: CvPeriod::new(today, ends).map_err(|error| refused(&error))?,
        };
        let key = self.take_up(&KeyName::Dv(number), station)?;
        let dv =
            prepare_dv(&profile, key.public_key(), &issuer.certificate).map_err(|error| refused(&error))?;
        let dv = dv.sign_with(&issuer_key).map_err(|error| refused(&error))?;
        self.put(&format!("dv-{number}.cvcert"), &dv)
    }

    /// The next reference of a terminal of this name.
    pub(crate) fn next_terminal(&self, name: &str) -> Result<Reference, Failure> {
        let newest = self.sequence_of(name)?;
        reference(self.country(), &name.to_ascii_uppercase(), newest + 1)
    }

    /// A terminal's certificate under the newest document verifier, and the chain file beside its key.
    pub(crate) fn issue(
        &self,
        profile: &HolderProfile,
        key: &PublicKey,
        station: &Passphrase,
    ) -> Result<PathBuf, Failure> {
        let issuer = self.verifier()?;
        let issuer_key = self.sealing_key(&issuer.key, station)?;
        let own = prepare_terminal(profile, key, &issuer.certificate).map_err(|error| refused(&error))?;
        let own = own.sign_with(&issuer_key).map_err(|error| refused(&error))?;
        let mut chain = self.down_to(&issuer.certificate)?;
        chain.push(own);
        let path = self.chain_file(&profile.holder);
        let bytes: Vec<u8> = chain.iter().flat_map(CvCertificate::to_bytes).collect();
        home::make_folder(&self.folder())?;
        home::write_file(&path, &bytes, 0o644)?;
        Ok(path)
    }

    /// From the oldest CVCA, over every link, to a document verifier: a card may have slept through any of them.
    fn down_to(&self, dv: &CvCertificate) -> Result<Vec<CvCertificate>, Failure> {
        let authorities = self.authorities()?;
        let issuer = authorities.iter().position(|held| held.certificate.holder() == dv.authority());
        let issuer = issuer.ok_or_else(|| {
            Failure::new(
                Exit::Configuration,
                ("the CVCA of the document verifier is not in ca/", "CVCA của DV không có trong ca/"),
                ("Bring its certificate from the backup.", "Lấy lại chứng thư của CVCA từ bản sao lưu."),
            )
        })?;
        let mut chain = vec![dv.clone()];
        for held in authorities[..=issuer].iter().rev() {
            let link = self.file(&format!("cvca-{}-link.cvcert", held.number));
            if !link.exists() {
                chain.push(held.certificate.clone());
                break;
            }
            chain.push(certificate(&link)?);
        }
        chain.reverse();
        Ok(chain)
    }

    /// Makes the key of a terminal.
    pub(crate) fn make_key(&self, holder: &Reference, passphrase: &Passphrase) -> Result<Key, Failure> {
        home::make_folder(&self.folder())?;
        self.keyring().create(&KeyName::Terminal(self.chain_file(holder)), CURVE, passphrase)
    }

    /// The key of the terminal with this chain.
    pub(crate) fn key(&self, chain: &Path, passphrase: &Passphrase) -> Result<Key, Failure> {
        let name = KeyName::Terminal(chain.to_owned());
        self.keyring().key(&name, passphrase, Use::TerminalAuthentication)
    }

    /// Where the request of a terminal for certificates belongs.
    pub(crate) fn request_file(&self, holder: &Reference) -> PathBuf {
        self.chain_file(holder).with_extension("request")
    }

    /// The key of an authority, which signs certificates.
    fn sealing_key(&self, name: &KeyName, passphrase: &Passphrase) -> Result<Key, Failure> {
        self.keyring().key(name, passphrase, Use::CvCertificate)
    }

    fn take_up(&self, name: &KeyName, passphrase: &Passphrase) -> Result<Key, Failure> {
        self.keyring().take_up(name, CURVE, passphrase, Use::CvCertificate)
    }

    fn keyring(&self) -> Keyring {
        Keyring::of(self.home)
    }

    /// Where the chain of a terminal belongs. The reference is of our own form ([`reference()`], [`Self::asked_for`]).
    fn chain_file(&self, holder: &Reference) -> PathBuf {
        let name = holder.to_string();
        let name = name.get(2..).unwrap_or_default();
        let (name, sequence) = name.split_at_checked(name.len().saturating_sub(5)).unwrap_or_default();
        self.folder().join(format!("{}-{sequence}.chain", name.to_ascii_lowercase()))
    }

    /// The holder of a request that somebody handed in: a name of this home's own form, and nobody's yet.
    pub(crate) fn asked_for(&self, named: &Reference, request: &[u8]) -> Result<Reference, Failure> {
        let own_form = named.to_string().parse::<Reference>().ok();
        let own_country = |holder: &Reference| holder.to_string().starts_with(self.country());
        let Some(holder) = own_form.filter(own_country) else {
            return Err(Failure::new(
                Exit::Usage,
                text!(
                    "the request names as its holder \"{}\", which is no name that this home gives",
                    "yêu cầu ghi tên thiết bị \"{}\", không đúng dạng tên do nơi cấp này đặt",
                    named.to_string().escape_default()
                ),
                text!(
                    "Names are {0}, one to nine capital letters or digits, and five digits: make the request with `chipwright terminal request`.",
                    "Tên gồm {0}, một đến chín chữ cái hoa hoặc chữ số, rồi năm chữ số: tạo yêu cầu bằng `chipwright terminal request`.",
                    self.country()
                ),
            ));
        };
        let chain = self.chain_file(&holder);
        // a key of this name is the request's own where the request lies beside it
        let beside = fs::read(chain.with_extension("request")).is_ok_and(|held| held == request);
        if chain.exists() || (self.keyring().exists(&KeyName::Terminal(chain)) && !beside) {
            return Err(Failure::new(
                Exit::Usage,
                text!(
                    "there is a terminal {holder} already; nothing was changed",
                    "đã có thiết bị đọc {holder}; không có gì bị thay đổi"
                ),
                (
                    "Ask for a request under another name, or with the next number.",
                    "Đề nghị gửi yêu cầu với tên khác hoặc số thứ tự tiếp theo.",
                ),
            ));
        }
        Ok(holder)
    }

    /// The chain files of the home's terminals, by name.
    pub(crate) fn chains(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder()).into_iter().flatten();
        let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        let mut chains: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|extension| extension == "chain")).collect();
        chains.sort();
        chains
    }

    /// The newest number of any file of this name.
    fn sequence_of(&self, name: &str) -> Result<u32, Failure> {
        let entries = match fs::read_dir(self.folder()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(home::not_read(&self.folder(), &error)),
        };
        let start = format!("{}-", name.to_ascii_lowercase());
        let newest = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name();
                name.to_str()?.strip_prefix(&start)?.split('.').next()?.parse::<u32>().ok()
            })
            .max();
        Ok(newest.unwrap_or(0))
    }

    /// The chain of a terminal of the home, the newest of this name or the one whose name has a number; or a chain file. A key whose
    /// certificate is still to come hides none.
    pub(crate) fn find(&self, named: &str) -> Result<(Chain, PathBuf), Failure> {
        let asked = named.to_ascii_lowercase();
        let is_asked = |path: &PathBuf| {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            stem == asked || stem.rsplit_once('-').is_some_and(|(name, _)| name == asked)
        };
        let held = self.chains().into_iter().rfind(is_asked);
        let path = held.unwrap_or_else(|| PathBuf::from(named));
        if !path.is_file() {
            return Err(Failure::new(
                Exit::Usage,
                text!("there is no terminal {named}", "không có thiết bị đọc {named}"),
                (
                    "`chipwright terminal show` lists those of this home; a chain file can be named too.",
                    "`chipwright terminal show` liệt kê thiết bị của thư mục này; cũng có thể chỉ ra tệp chuỗi chứng thư.",
                ),
            ));
        }
        Ok((chain(&path)?, path))
    }

    fn country(&self) -> &str {
        &self.home.configuration.issuer.country
    }

    fn put(&self, name: &str, certificate: &CvCertificate) -> Result<(), Failure> {
        home::write_file(&self.file(name), &certificate.to_bytes(), 0o644)
    }

    fn put_trust_point(&self, certificate: &CvCertificate) -> Result<(), Failure> {
        home::write_file(&self.home.trust_point(), &certificate.to_bytes(), 0o644)
    }
}

/// A chain file: a trust point, and the certificates below it.
pub(crate) fn chain(path: &Path) -> Result<Chain, Failure> {
    let bytes = fs::read(path).map_err(|error| home::not_read(path, &error))?;
    let mut all = CvCertificate::parse_all(&bytes).map_err(|error| unusable(path).because(&error))?;
    if all.len() < 2 || all.first().is_none_or(|first| first.role() != Role::Cvca) {
        return Err(unusable(path));
    }
    let below = all.split_off(1);
    all.pop().map(|point| Chain::new(point, below)).ok_or_else(|| unusable(path))
}

fn certificate(path: &Path) -> Result<CvCertificate, Failure> {
    let bytes = fs::read(path).map_err(|error| home::not_read(path, &error))?;
    CvCertificate::parse(&bytes).map_err(|error| unusable(path).because(&error))
}

fn unusable(path: &Path) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "{} is not a file of card-verifiable certificates",
            "{} không phải tệp chứng thư CV",
            path.display()
        ),
        ("Bring the file from its backup.", "Lấy lại tệp từ bản sao lưu."),
    )
}

fn reference(country: &str, mnemonic: &str, sequence: u32) -> Result<Reference, Failure> {
    Reference::new(country, mnemonic, sequence).map_err(|error| {
        Failure::of(
            Exit::Usage,
            &error,
            ("Use one to nine letters and digits.", "Dùng một đến chín chữ cái và chữ số."),
        )
    })
}

fn years(from: Date, years: i32) -> Result<CvPeriod, Failure> {
    let end = from.checked_add(years.years()).map_err(|error| refused(&error))?;
    CvPeriod::new(from, end).map_err(|error| refused(&error))
}

/// A certificate that cannot be made.
pub(crate) fn refused(error: &dyn Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        ("the certificate could not be made", "không lập được chứng thư"),
        (
            "See `chipwright terminal show`: what has run out is renewed with roll, dv or issue.",
            "Xem `chipwright terminal show`: cái gì hết hạn thì làm mới bằng roll, dv hoặc issue.",
        ),
    )
    .because(error)
}
