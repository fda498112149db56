//! The tries of a chip, when somebody sends INITIALIZE UPDATE by hand: some chips count there, so the registry does too.

use crate::context::Context;
use crate::failure::Failure;
use crate::home::Home;
use crate::readers::Inserted;
use crate::registry;
use chipwright_iso7816::{Command, Ins, Response};
use chipwright_perso::survey;
use chipwright_registry::{ChipId, Registry};
use jiff::Timestamp;

/// Counts what is about to be sent.
pub(super) struct Tries {
    counted: Option<Counted>,
}

struct Counted {
    registry: Registry,
    chip: ChipId,
    /// What version 00 means: the first the chip lists.
    first_version: u8,
    /// The version that was tried last.
    tried: Option<u8>,
}

impl Tries {
    /// For a card that will be sent these commands. A chip that does not say which it is cannot be counted: that is told.
    pub(super) fn of<'c>(
        mut commands: impl Iterator<Item = &'c Command>,
        card: &mut Inserted,
        home: &Home,
        context: &Context,
        recorded: bool,
    ) -> Result<Self, Failure> {
        if !commands.any(is_try) {
            return Ok(Self { counted: None });
        }
        let found = card.reset().ok().and_then(|_| survey(card, &home.chip_profile().ok()?).ok());
        if recorded {
            // asked as the live one was, and no chip loses a try
            return Ok(Self { counted: None });
        }
        let Some(found) = found else {
            context.out.say(context.out.pick(
                "note: this chip does not say which it is, so its failed authentications are not counted; too many can block it",
                "lưu ý: chip này không cho biết là chip nào nên không đếm được số lần xác thực sai; sai quá nhiều có thể khóa chip",
            ));
            return Ok(Self { counted: None });
        };
        let chip = ChipId(found.chip.0);
        let mut registry = registry::open(home)?;
        registry.see_chip(&chip, Timestamp::now()).map_err(|error| registry::failure(&error))?;
        let first_version = found.keys.keys.first().map_or(0, |key| key.1);
        Ok(Self { counted: Some(Counted { registry, chip, first_version, tried: None }) })
    }

    /// Counts this command before it is sent, if it is a try.
    pub(super) fn before(&mut self, command: &Command) -> Result<(), Failure> {
        let Some(counted) = self.counted.as_mut().filter(|_| is_try(command)) else { return Ok(()) };
        let version = if command.p1 == 0 { counted.first_version } else { command.p1 };
        let spent = counted.registry.spend_try(&counted.chip, version, Timestamp::now());
        spent.map_err(|error| registry::failure(&error))?;
        counted.tried = Some(version);
        Ok(())
    }

    /// A card that accepts the host has cleared its own counter.
    pub(super) fn after(&mut self, command: &Command, response: &Response) -> Result<(), Failure> {
        let accepted = command.ins == Ins::EXTERNAL_AUTHENTICATE && response.status.is_success();
        let Some(counted) = self.counted.as_mut().filter(|_| accepted) else { return Ok(()) };
        let Some(version) = counted.tried.take() else { return Ok(()) };
        let cleared = counted.registry.clear_tries(&counted.chip, version, Timestamp::now());
        cleared.map_err(|error| registry::failure(&error))
    }
}

/// INITIALIZE UPDATE (GPC Amendment D, 7.1.1), on any logical channel.
fn is_try(command: &Command) -> bool {
    command.cla & 0x80 != 0 && command.ins == Ins::INITIALIZE_UPDATE
}
