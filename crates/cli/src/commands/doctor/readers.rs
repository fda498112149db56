//! The PC/SC stack: drivers, the daemon and the right to use it, readers, and what is in them.

use super::catalogue::Name;
use super::finding::{Finding, Findings as Several, many};
use super::station::Findings;
use crate::text::{Text, text};
use crate::words::readers::{next, what};
use chipwright_reader::pcsc::{ReaderError, ReaderStatus, Service, Slot};
use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Programs that are known to keep cards for themselves.
const HOLDERS: [&str; 9] = [
    "scdaemon",
    "pcsc_scan",
    "opensc-tool",
    "opensc-notify",
    "pkcs11-tool",
    "pkcs15-tool",
    "gpg-agent",
    "firefox",
    "chipwright",
];

/// All checks of it, of the reader wanted if one is.
pub(crate) fn examine(wanted: Option<&str>, findings: &Findings<'_>) {
    findings.put(Name::PcscDrivers, drivers());
    let socket = std::env::var_os("PCSCLITE_CSOCK_NAME")
        .map_or_else(|| PathBuf::from("/run/pcscd/pcscd.comm"), PathBuf::from);
    let opened = Service::connect().and_then(|service| Ok((service.readers()?, service)));
    let (rights, daemon) = match &opened {
        Ok(_) => (
            Finding::well(("this user may use readers", "người dùng này được dùng đầu đọc")),
            Finding::well(("it answers", "đang trả lời")),
        ),
        Err(error) => refusal(error, &socket),
    };
    findings.put(Name::PcscRights, rights);
    findings.put(Name::PcscDaemon, daemon);
    match opened {
        Ok((readers, service)) => {
            findings.put(Name::PcscReaders, listed(&readers, &service, wanted));
            findings.put(Name::PcscCards, cards(&readers));
        }
        Err(_) => findings.put_all(
            &[Name::PcscReaders, Name::PcscCards],
            &Finding::not_checked(("the service must answer first", "dịch vụ phải trả lời trước đã")),
        ),
    }
}

/// What keeps us from the daemon: the right to use it, or the daemon itself.
fn refusal(error: &ReaderError, socket: &Path) -> (Finding, Finding) {
    let unknown = |en, vi| Finding::not_checked((en, vi));
    let start = (
        "Start it: `sudo systemctl enable --now pcscd.socket`; if it is not installed, `sudo apt install pcscd libccid`.",
        "Khởi động: `sudo systemctl enable --now pcscd.socket`; nếu chưa cài, `sudo apt install pcscd libccid`.",
    );
    let restart = (
        "Restart it: `sudo systemctl restart pcscd`; if it hangs again, unplug the readers and plug them in one by one.",
        "Khởi động lại: `sudo systemctl restart pcscd`; nếu vẫn treo, rút hết đầu đọc rồi cắm lại từng chiếc.",
    );
    match error {
        ReaderError::NotAllowed => (
            Finding::mend(
                (
                    "this user may not use the smart card service",
                    "người dùng này không được dùng dịch vụ thẻ",
                ),
                (
                    "Work at the machine itself, or allow this user in polkit: org.debian.pcsc-lite.access_pcsc and access_card.",
                    "Làm việc trực tiếp trên máy, hoặc cấp quyền trong polkit: org.debian.pcsc-lite.access_pcsc và access_card.",
                ),
            ),
            unknown("it refuses this user", "dịch vụ từ chối người dùng này"),
        ),
        ReaderError::ServiceHangs => (
            unknown("the service does not answer", "dịch vụ không trả lời"),
            Finding::mend(
                (
                    "pcscd takes connections and answers nothing: it hangs",
                    "pcscd nhận kết nối nhưng không trả lời: đang bị treo",
                ),
                restart,
            ),
        ),
        ReaderError::ServiceNotRunning | ReaderError::ServiceLost => {
            // a daemon that hangs lets nobody knock either, so only now
            let knock = UnixStream::connect(socket).map_err(|error| error.kind());
            let found = match knock.err() {
                Some(io::ErrorKind::NotFound) => text!(
                    "pcscd is not running: there is no {}",
                    "pcscd không chạy: không có {}",
                    socket.display()
                ),
                Some(io::ErrorKind::ConnectionRefused) => text!(
                    "pcscd has ended: nobody listens at {}",
                    "pcscd đã dừng: không ai nhận kết nối tại {}",
                    socket.display()
                ),
                _ => text!("pcscd is not running", "pcscd không chạy"),
            };
            (unknown("the service is not running", "dịch vụ không chạy"), Finding::mend(found, start))
        }
        other => (unknown("the service reports a fault", "dịch vụ báo lỗi"), said(other)),
    }
}

/// Drivers where pcscd looks for them.
fn drivers() -> Finding {
    let (there, missing) = (bundles().into_iter().chain(serial(true)).collect::<Vec<_>>(), serial(false));
    if let Some(first) = missing.first() {
        return Finding::mend(
            text!(
                "the configuration of pcscd names a driver that is not there: {first}",
                "cấu hình pcscd nhắc đến trình điều khiển không có: {first}"
            ),
            (
                "Install its package again, or remove its entry from /etc/reader.conf.d.",
                "Cài lại gói đó, hoặc xóa mục tương ứng trong /etc/reader.conf.d.",
            ),
        );
    }
    if there.is_empty() {
        return Finding::mend(
            (
                "no driver is installed: no reader can work",
                "chưa cài trình điều khiển nào: đầu đọc không hoạt động",
            ),
            (
                "Install the drivers: `sudo apt install libccid`, or what the reader's maker offers.",
                "Cài trình điều khiển: `sudo apt install libccid`, hoặc gói của hãng đầu đọc.",
            ),
        );
    }
    Finding::well(Text::same(there.join(", ")))
}

/// Names of the bundles for readers on USB.
fn bundles() -> Vec<String> {
    let mut folders: Vec<PathBuf> =
        ["/usr/lib/pcsc/drivers", "/usr/lib64/pcsc/drivers", "/usr/local/lib/pcsc/drivers"]
            .iter()
            .map(PathBuf::from)
            .collect();
    folders.extend(std::env::var_os("PCSCLITE_HP_DROPDIR").map(PathBuf::from));
    folders.extend(entries(Path::new("/usr/lib")).iter().map(|folder| folder.join("pcsc/drivers")));
    let mut names: Vec<String> = folders
        .iter()
        .flat_map(|folder| entries(folder))
        .filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".bundle")?.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The drivers that pcscd's configuration names, those that are there or those that are not.
fn serial(there: bool) -> Vec<String> {
    let mut files = entries(Path::new("/etc/reader.conf.d"));
    files.push(PathBuf::from("/etc/reader.conf"));
    let texts = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    let mut drivers: Vec<String> = texts.flat_map(|text| libraries(&text)).collect();
    drivers.retain(|driver| Path::new(driver).exists() == there);
    drivers.sort();
    drivers.dedup();
    match there {
        true => drivers.iter().map(|driver| driver.rsplit('/').next().unwrap_or(driver).to_owned()).collect(),
        false => drivers,
    }
}

/// `LIBPATH /usr/lib/…/driver.so`
fn libraries(configuration: &str) -> Vec<String> {
    let value = |line: &str| {
        let mut words = line.split_whitespace();
        (words.next()? == "LIBPATH").then(|| words.next())?.map(|path| path.trim_matches('"').to_owned())
    };
    configuration.lines().filter_map(value).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect());
    entries.unwrap_or_default()
}

fn listed(readers: &[ReaderStatus], service: &Service, wanted: Option<&str>) -> Finding {
    if readers.is_empty() {
        return Finding::mend(
            ("no reader is connected", "chưa có đầu đọc nào được kết nối"),
            (
                "Plug the reader in, into another socket if it was; without a light it needs another cable or driver.",
                "Cắm đầu đọc, hoặc đổi cổng USB khác; nếu đèn không sáng thì thay dây hoặc cài trình điều khiển.",
            ),
        );
    }
    if let Some(Err(error)) = wanted.map(|wanted| service.find(wanted)) {
        return said(&error);
    }
    let names = readers.iter().map(|reader| reader.name.as_str()).collect::<Vec<_>>().join(", ");
    Finding::well(Text::same(names))
}

fn cards(readers: &[ReaderStatus]) -> Finding {
    let mut several = Several::default();
    for reader in readers {
        let name = &reader.name;
        match &reader.slot {
            Slot::Empty | Slot::Card(_) => {}
            Slot::NoAnswerToReset => {
                several.add(caution(&ReaderError::NoAnswerToReset { reader: name.clone() }));
            }
            Slot::InUse => several.add(in_use(name)),
            _ => several.add(Finding::warning(
                text!("the reader {name} cannot be used now", "hiện không dùng được đầu đọc {name}"),
                ("Unplug it and plug it in again.", "Rút đầu đọc ra và cắm lại."),
            )),
        }
    }
    let cards = readers.iter().filter(|reader| matches!(reader.slot, Slot::Card(_))).count();
    several.or_well(counted(cards, readers.len()))
}

fn counted(cards: usize, readers: usize) -> Text {
    let (card, reader) = (many(cards, "card", "cards"), many(readers, "reader", "readers"));
    text!("{cards} {card} in {readers} {reader}", "{cards} thẻ trong {readers} đầu đọc")
}

fn in_use(reader: &str) -> Finding {
    let mut finding = caution(&ReaderError::InUse { reader: reader.to_owned() });
    let suspects = holders().join(", ");
    if !suspects.is_empty() {
        let Text { en, vi } = finding.found;
        finding.found = text!("{en}, perhaps {suspects}", "{vi}, có thể là {suspects}");
    }
    finding
}

fn said(error: &ReaderError) -> Finding {
    Finding::mend(what(error), next(error))
}

fn caution(error: &ReaderError) -> Finding {
    Finding::warning(what(error), next(error))
}

/// Running programs that are known to hold cards: name and process.
fn holders() -> Vec<String> {
    let us = std::process::id().to_string();
    let mut found: Vec<String> = entries(Path::new("/proc"))
        .iter()
        .filter_map(|folder| {
            let id =
                folder.file_name()?.to_str().filter(|id| id.bytes().all(|digit| digit.is_ascii_digit()))?;
            let name = fs::read_to_string(folder.join("comm")).ok()?;
            let name = name.trim();
            (id != us && HOLDERS.contains(&name) && !is_child(folder)).then(|| format!("{name} ({id})"))
        })
        .collect();
    found.sort();
    found
}

/// A program that a check has just started bears our name until it runs.
fn is_child(process: &Path) -> bool {
    let us = format!("PPid:\t{}", std::process::id());
    // one that has ended meanwhile holds nothing
    fs::read_to_string(process.join("status")).map_or(true, |status| status.lines().any(|line| line == us))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_and_readers_are_counted() {
        for (cards, readers, said) in
            [(0, 1, "0 cards in 1 reader"), (1, 2, "1 card in 2 readers"), (2, 2, "2 cards in 2 readers")]
        {
            assert_eq!(counted(cards, readers).en, said);
        }
        assert_eq!(counted(1, 2).vi, "1 thẻ trong 2 đầu đọc");
    }

    #[test]
    fn drivers_are_read_from_the_configuration() {
        let text = "#LIBPATH /a.so\nFRIENDLYNAME \"x\"\nLIBPATH   /b.so\n LIBPATH \"/c.so\"\nLIBPATH\n";
        assert_eq!(libraries(text), ["/b.so", "/c.so"]);
    }
}
