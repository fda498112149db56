//! Every check there is, by name; in the order in which they are run, shown, and mended.

use serde::Serialize;

/// The name of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[allow(missing_docs, reason = "the titles say what they are")]
pub(crate) enum Name {
    #[serde(rename = "home.present")]
    HomePresent,
    #[serde(rename = "home.permissions")]
    HomePermissions,
    #[serde(rename = "disk.writing")]
    DiskWriting,
    #[serde(rename = "disk.space")]
    DiskSpace,
    #[serde(rename = "disk.inodes")]
    DiskInodes,
    #[serde(rename = "home.version")]
    HomeVersion,
    #[serde(rename = "home.configuration")]
    HomeConfiguration,
    #[serde(rename = "clock.credible")]
    ClockCredible,
    #[serde(rename = "clock.synchronised")]
    ClockSynchronised,
    #[serde(rename = "clock.zone")]
    ClockZone,
    #[serde(rename = "authority.root")]
    AuthorityRoot,
    #[serde(rename = "authority.kind")]
    AuthorityKind,
    #[serde(rename = "authority.revocation_list")]
    AuthorityRevocationList,
    #[serde(rename = "authority.signer")]
    AuthoritySigner,
    #[serde(rename = "authority.trust")]
    AuthorityTrust,
    #[serde(rename = "keys.root")]
    KeysRoot,
    #[serde(rename = "keys.signer")]
    KeysSigner,
    #[serde(rename = "keys.cards")]
    KeysCards,
    #[serde(rename = "keys.passphrases")]
    KeysPassphrases,
    #[serde(rename = "registry.open")]
    RegistryOpen,
    #[serde(rename = "registry.lock")]
    RegistryLock,
    #[serde(rename = "registry.integrity")]
    RegistryIntegrity,
    #[serde(rename = "registry.counts")]
    RegistryCounts,
    #[serde(rename = "registry.unfinished")]
    RegistryUnfinished,
    #[serde(rename = "registry.tries")]
    RegistryTries,
    #[serde(rename = "emulator.cards")]
    EmulatorCards,
    #[serde(rename = "pcsc.drivers")]
    PcscDrivers,
    #[serde(rename = "pcsc.rights")]
    PcscRights,
    #[serde(rename = "pcsc.daemon")]
    PcscDaemon,
    #[serde(rename = "pcsc.readers")]
    PcscReaders,
    #[serde(rename = "pcsc.cards")]
    PcscCards,
    #[serde(rename = "environment.locale")]
    EnvironmentLocale,
    #[serde(rename = "program.version")]
    ProgramVersion,
}

impl Name {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 33] = [
        Self::HomePresent,
        Self::HomePermissions,
        Self::DiskWriting,
        Self::DiskSpace,
        Self::DiskInodes,
        Self::HomeVersion,
        Self::HomeConfiguration,
        Self::ClockCredible,
        Self::ClockSynchronised,
        Self::ClockZone,
        Self::AuthorityRoot,
        Self::AuthorityKind,
        Self::AuthorityRevocationList,
        Self::AuthoritySigner,
        Self::AuthorityTrust,
        Self::KeysRoot,
        Self::KeysSigner,
        Self::KeysCards,
        Self::KeysPassphrases,
        Self::RegistryOpen,
        Self::RegistryLock,
        Self::RegistryIntegrity,
        Self::RegistryCounts,
        Self::RegistryUnfinished,
        Self::RegistryTries,
        Self::EmulatorCards,
        Self::PcscDrivers,
        Self::PcscRights,
        Self::PcscDaemon,
        Self::PcscReaders,
        Self::PcscCards,
        Self::EnvironmentLocale,
        Self::ProgramVersion,
    ];

    /// Those that ask the PC/SC stack.
    pub(crate) const PCSC: [Self; 5] =
        [Self::PcscDrivers, Self::PcscRights, Self::PcscDaemon, Self::PcscReaders, Self::PcscCards];

    /// Whether it looks at the home, beyond whether there is one.
    pub(crate) fn needs_home(self) -> bool {
        let without = [
            Self::HomePresent,
            Self::ClockCredible,
            Self::ClockSynchronised,
            Self::ClockZone,
            Self::EnvironmentLocale,
            Self::ProgramVersion,
        ];
        !without.contains(&self) && !Self::PCSC.contains(&self)
    }

    /// What people call it: English, Vietnamese.
    pub(crate) const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::HomePresent => ("Issuer's home", "Thư mục phát hành"),
            Self::HomePermissions => ("Permissions of the home", "Quyền truy cập thư mục"),
            Self::DiskWriting => ("Writing to the disk", "Ghi vào ổ đĩa"),
            Self::DiskSpace => ("Free space", "Dung lượng trống"),
            Self::DiskInodes => ("Room for files", "Chỗ cho tệp mới"),
            Self::HomeVersion => ("Version of the home", "Phiên bản thư mục"),
            Self::HomeConfiguration => ("Configuration", "Cấu hình"),
            Self::ClockCredible => ("Clock", "Đồng hồ"),
            Self::ClockSynchronised => ("Time service", "Dịch vụ giờ"),
            Self::ClockZone => ("Time zone", "Múi giờ"),
            Self::AuthorityRoot => ("Root certificate", "Chứng thư gốc"),
            Self::AuthorityKind => ("Test or real", "Thử nghiệm hay thật"),
            Self::AuthoritySigner => ("Document signer", "Người ký tài liệu"),
            Self::AuthorityRevocationList => ("Revocation list", "Danh sách thu hồi"),
            Self::AuthorityTrust => ("What verification trusts", "Nguồn tin cậy khi kiểm tra"),
            Self::KeysRoot => ("Root's key", "Khóa gốc"),
            Self::KeysSigner => ("Signer's key", "Khóa ký tài liệu"),
            Self::KeysCards => ("Card keys", "Khóa thẻ"),
            Self::KeysPassphrases => ("Passphrases", "Mật khẩu khóa"),
            Self::RegistryOpen => ("Registry", "Sổ đăng ký"),
            Self::RegistryLock => ("Lock of the registry", "Khóa ghi sổ đăng ký"),
            Self::RegistryIntegrity => ("Integrity of the registry", "Tính toàn vẹn sổ đăng ký"),
            Self::RegistryCounts => ("Cards against chips", "Đối chiếu thẻ và chip"),
            Self::RegistryUnfinished => ("Unfinished cards", "Thẻ đang dở"),
            Self::RegistryTries => ("Tries of chips", "Số lần thử khóa chip"),
            Self::EmulatorCards => ("Software cards", "Thẻ mô phỏng"),
            Self::PcscDrivers => ("Reader drivers", "Trình điều khiển đầu đọc"),
            Self::PcscRights => ("Right to use readers", "Quyền dùng đầu đọc"),
            Self::PcscDaemon => ("PC/SC service", "Dịch vụ PC/SC"),
            Self::PcscReaders => ("Readers", "Đầu đọc"),
            Self::PcscCards => ("Cards in readers", "Thẻ trong đầu đọc"),
            Self::EnvironmentLocale => ("Characters", "Bảng mã ký tự"),
            Self::ProgramVersion => ("Program", "Chương trình"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_check_is_listed_once() {
        let names: HashSet<String> =
            Name::ALL.iter().map(|name| serde_json::to_string(name).unwrap()).collect();
        assert_eq!(names.len(), Name::ALL.len());
        let titles: HashSet<_> = Name::ALL.iter().map(|name| name.title()).collect();
        assert_eq!(titles.len(), Name::ALL.len());
        assert!(Name::PCSC.iter().all(|name| Name::ALL.contains(name)));
    }
}
