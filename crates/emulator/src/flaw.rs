//! Flaws that can be switched on one at a time, so that a conformance suite can show that it finds them. Only with the
//! feature `flaws`; without it every question is answered with no, at compile time.

#![cfg_attr(not(feature = "flaws"), allow(unreachable_pub))]

macro_rules! flaws {
    ($($name:ident, $requirement:literal, $text:literal;)*) => {
        /// One thing that a card does wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Flaw {
            $(#[doc = concat!($requirement, ": ", $text)] $name,)*
        }

        #[cfg(feature = "flaws")]
        impl Flaw {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The requirement of `applet-spec/card.md` that the card then does not meet.
            #[must_use]
            pub const fn requirement(self) -> &'static str {
                match self { $(Self::$name => $requirement,)* }
            }

            /// What is wrong, in one line.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Its name, as it stands in the source.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }
    };
}

flaws! {
    // Chapter 1
    FixedIdentifier, "CHIP-07", "anticollision answers the same identifier at each power-up of an issued card";
    ChainHeaderUnchecked, "CHIP-09", "a command with another header goes on with a chain";
    // Chapter 2
    ShortNameSelects, "CM-22", "a name of one to four bytes selects";
    WrongLeIgnored, "CM-23", "GET DATA answers an Le that is too short with everything";
    CardCryptogramMissing, "CM-05", "the card cryptogram is zeros: the card proves nothing";
    HostCryptogramUnchecked, "CM-05", "EXTERNAL AUTHENTICATE takes any host cryptogram";
    CommandMacUnchecked, "CM-05", "the C-MAC of a command is not verified";
    ResponseMacMissing, "CM-05", "answers of sessions with R-MAC have none";
    ResponseIvConstant, "CM-05", "R-ENCRYPTION begins with the same IV every time";
    FailuresNotCounted, "CM-07", "failed authentications are not counted";
    FailuresNotCleared, "CM-07", "success does not clear the count of failed authentications";
    BlockedKeySetAnswers, "CM-07", "a key set that is blocked goes on answering";
    LevelZeroManages, "CM-08", "management commands are carried out in a session of level 00";
    PutKeyInClear, "CM-08", "PUT KEY needs no C-DECRYPTION";
    KeyCheckValueUnchecked, "CM-09", "PUT KEY does not compare the key check values";
    LifeCycleUnchecked, "CM-11", "SET STATUS takes the card from any state to any other";
    CardManagerOnContactless, "CM-15", "the card manager of an issued card answers on the contactless interface";
    SequenceCounterStands, "CM-19", "the sequence counter is not incremented, so that challenges repeat";
    LockedCardChanges, "CM-20", "a locked card takes INSTALL, PUT KEY and DELETE";
    PlainCommandKeepsSession, "CM-25", "a plain command inside a session does not end it";
    // Chapter 3
    StoreDataInClear, "PERSO-02", "STORE DATA needs no C-DECRYPTION";
    BlockNumberUnchecked, "PERSO-03", "blocks may be left out or repeated";
    LengthUnchecked, "PERSO-05", "a value may be shorter or longer than the table says";
    AnswersUnlimited, "PERSO-16", "a block may hold any number of instructions that are answered";
    ReportIgnoresValues, "PERSO-08", "REPORT authenticates the identifiers, not the values";
    ManifestHashUnchecked, "PERSO-09", "FINALISE does not compare the hashes of the manifest";
    MandatoryUnchecked, "PERSO-09", "FINALISE does not ask for what is mandatory";
    ReadableBeforeOperational, "PERSO-11", "files can be read before FINALISE";
    AssociationStays, "PERSO-13", "the association outlives the last block";
    KeyPairAlwaysTheSame, "PERSO-19", "GENERATE KEY PAIR makes the same pair every time";
    KeyProofWithoutNonce, "PERSO-19", "the proof of a key pair does not cover the nonce of the host";
    PublicKeyWithoutResponseMac, "PERSO-21", "public keys are told in a session without R-MAC";
    PairsUnchecked, "PERSO-23", "FINALISE accepts a key without the file that publishes it";
    AnyTrustPoint, "PERSO-23", "FINALISE accepts anything as the first trust point";
    // Chapter 4
    FailedSelectForgetsFile, "FILE-03", "a SELECT that fails leaves no current file";
    ExistenceTold, "FILE-03", "without access, SELECT tells which files exist";
    OffsetUnchecked, "FILE-06", "reading beyond the end is answered 9000 without data";
    EndOfFileUntold, "FILE-06", "an Le beyond the end of the file is answered 9000";
    FilesWithoutAccess, "FILE-08", "the LDS files can be read without PACE";
    CardSecurityWithoutAccess, "FILE-08", "EF.CardSecurity can be read without PACE";
    // Chapter 5
    InvalidPointAccepted, "ACC-02", "PACE goes on with a point that is not on the curve";
    LastStepMayGoOn, "ACC-02", "the last step of PACE may announce a further one";
    PaceTokenUnchecked, "ACC-03", "the authentication token of the terminal is not compared";
    WrongPasswordsNotCounted, "ACC-03", "wrong passwords are not counted";
    CountedAfterComparison, "ACC-03", "tries are counted when the token has been compared, so that a cut hides them";
    PasswordCountNotCleared, "ACC-03", "success does not clear the count of wrong passwords";
    DelayMissing, "ACC-04", "wrong passwords cause no delay";
    PlainCommandKeepsAccess, "ACC-06", "a plain command does not end secure messaging";
    WrongMessagingKeepsSession, "ACC-06", "wrong secure messaging does not end the session";
    MessagingMacUnchecked, "ACC-06", "the checksum of a protected command is not verified";
    NakedErrors, "ACC-07", "errors under secure messaging are answered in plain";
    MessagingIvConstant, "ACC-05", "secure messaging encrypts with the same IV every time";
    ChallengeConstant, "ACC-09", "GET CHALLENGE returns the same bytes every time";
    OtherCommandBetweenSteps, "ACC-11", "PACE goes on after another command between two steps";
    TemplateWithoutTrustPoint, "ACC-11", "a card without a trust point accepts a template in MSE:Set AT";
    NonceConstant, "PRIV-02", "the nonce of PACE is the same every time";
    MappingKeyConstant, "PRIV-02", "the mapping key of PACE is the same every time";
    // Chapter 6
    ActiveAuthenticationInPlain, "AA-01", "INTERNAL AUTHENTICATE is answered without PACE";
    ActiveAuthenticationWithoutChallenge, "AA-01", "the signature of Active Authentication does not cover the challenge";
    ChipAuthenticationInPlain, "CA-01", "Chip Authentication is carried out without PACE";
    ChipAuthenticationKeepsKeys, "CA-01", "secure messaging goes on with the keys of PACE after Chip Authentication";
    ChipAuthenticationPointUnchecked, "CA-02", "Chip Authentication goes on with a point that is not on the curve";
    ChipAuthenticationStaysSet, "CA-02", "after a failure Chip Authentication goes on without a new MSE:Set AT";
    ChipAuthentication1WithTemplate, "CA-04", "Chip Authentication 1 may begin in a session with a template";
    MappingWithoutKey, "CAM-01", "Chip Authentication Mapping is accepted without its key";
    MappingDataWrongIv, "CAM-01", "the chip authentication data is encrypted with a wrong IV";
    // Chapter 7
    PinTriesNotCounted, "PIN-02", "wrong PINs are not counted";
    PinTriesUntold, "PIN-02", "MSE:Set AT does not tell the tries of the PIN";
    SuspendedPinUsable, "PIN-03", "the last try of the PIN does not need the CAN";
    RunOutlivesSession, "PIN-03", "the steps after the first may leave the session that PACE runs in";
    BlockedPinUsable, "PIN-04", "a blocked PIN can be tried";
    PinTriesNotRestored, "PIN-05", "success does not restore the tries of the PIN";
    AnyoneSetsThePin, "PIN-06", "a new PIN can be set after PACE with any password";
    PinFormUnchecked, "PIN-06", "a new PIN may have any form";
    PukRestoresNothing, "PIN-06", "RESET RETRY COUNTER does not restore the tries";
    PukForEver, "PIN-07", "the uses of the PUK are not counted";
    PukReadsFiles, "PIN-08", "PACE with the PUK grants access to files";
    // Chapter 8
    RecordFormUnchecked, "REC-02", "a record may be anything";
    RecordsWithoutRight, "REC-03", "a terminal without the right reads and appends";
    CitizenNumberAppended, "REC-03", "citizen numbers can be appended after FINALISE";
    FreeBytesForAll, "REC-04", "a terminal without any right is told the free bytes";
    FreeBytesStand, "REC-05", "the free bytes of the records area do not change";
    OperationalInstanceDeleted, "REC-07", "DELETE removes an OPERATIONAL instance";
    // Chapter 9
    OtherTerminalTypes, "TA-01", "a template of another terminal type is accepted";
    MrzAsksForRights, "TA-01", "a template is accepted with the MRZ";
    CertificateSignatureUnchecked, "TA-02", "the signature of a CV certificate is not verified";
    CertificateRoleUnchecked, "TA-02", "anybody may certify anybody";
    ExpiredCertificateAccepted, "TA-02", "a CV certificate that has expired verifies";
    ExpiredLinkRefused, "TA-04", "a link certificate that has expired is refused";
    ExpiredTrustPointIssues, "TA-04", "a trust point that has expired issues certificates of verifiers";
    DateNotRaised, "TA-03", "certificates do not raise the approximate date";
    LinkForgotten, "TA-04", "a link certificate does not become the trust point";
    TerminalSignatureUnchecked, "TA-05", "the signature of the terminal is not verified";
    ChallengeServesTwice, "TA-05", "after a wrong signature the terminal may try again with the same challenge";
    RightsOfRequestOnly, "TA-06", "the rights are what the terminal asks for, whatever its certificates say";
    CanNeedsNoPermission, "TA-06", "rights apply after PACE with the CAN without the bit CAN allowed";
    ExtensionIgnored, "TA-07", "the extension of a certificate does not narrow the rights";
    RightsBeforeChipAuthentication, "TA-08", "rights apply before Chip Authentication 2";
    ChipAuthentication2Early, "TA-08", "Chip Authentication 2 may begin before Terminal Authentication";
    OtherTerminalKey, "TA-08", "Chip Authentication 2 takes another key than Terminal Authentication named";
    RightsOutliveSession, "TA-10", "rights outlive a new PACE";
    // Chapter 10
    SuspendedBeforeOperational, "LIFE-01", "an instance that is not OPERATIONAL can be suspended";
    SuspendedInstanceWorks, "LIFE-02", "a suspended instance goes on answering";
    LockedCardSelectsInstance, "LIFE-03", "the instance of a locked card can be selected";
    TerminatedCardWorks, "LIFE-04", "a terminated card goes on answering the card manager";
    AnythingUpdated, "LIFE-05", "an update may replace what the table does not mark";
    UpdateVisibleAtOnce, "LIFE-05", "an update is current before it is committed";
    CommitManifestUnchecked, "LIFE-06", "COMMIT UPDATE does not compare the manifest";
    UpdateKeepsTries, "LIFE-08", "a new PIN or PUK by update has the tries of the old one";
}

/// Whether the card that carries out a command has this flaw.
#[cfg(not(feature = "flaws"))]
pub(crate) const fn flawed(_: Flaw) -> bool {
    false
}

#[cfg(feature = "flaws")]
pub(crate) use active::{Active, flawed};

#[cfg(feature = "flaws")]
mod active {
    use super::Flaw;
    use std::cell::Cell;

    thread_local! {
        static FLAW: Cell<Option<Flaw>> = const { Cell::new(None) };
    }

    pub(crate) fn flawed(flaw: Flaw) -> bool {
        FLAW.get() == Some(flaw)
    }

    /// While it lives, code on this thread has the flaw.
    pub(crate) struct Active(Option<Flaw>);

    impl Active {
        pub(crate) fn new(flaw: Option<Flaw>) -> Self {
            Self(FLAW.replace(flaw))
        }
    }

    impl Drop for Active {
        fn drop(&mut self) {
            FLAW.set(self.0);
        }
    }
}
