//! HTTP GET, bounded in size, time and redirects. Bundles are signed: the way they come need not be.

use std::time::Duration;

use ureq::Agent;

use crate::error::SourceError;
use crate::source::MOST_FILE;

/// What one fetch may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From the first to the last byte.
    pub(crate) time: Duration,
    /// To connect.
    pub(crate) connect: Duration,
    pub(crate) bytes: u64,
    pub(crate) redirects: u32,
}

impl Limits {
    pub(crate) const USUAL: Self = Self {
        time: Duration::from_secs(120),
        connect: Duration::from_secs(10),
        bytes: MOST_FILE,
        redirects: 3,
    };
}

/// The body of a good answer.
pub(crate) fn get(address: &str, limits: &Limits) -> Result<Vec<u8>, SourceError> {
    let fail = |error| failure(address, limits, error);
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(limits.time))
        .timeout_connect(Some(limits.connect))
        .max_redirects(limits.redirects)
        .max_redirects_will_error(true)
        .proxy(None)
        .build()
        .into();
    let mut response = agent.get(address).call().map_err(fail)?;
    response.body_mut().with_config().limit(limits.bytes).read_to_vec().map_err(fail)
}

fn failure(address: &str, limits: &Limits, error: ureq::Error) -> SourceError {
    let address = address.to_owned();
    match error {
        ureq::Error::StatusCode(status) => SourceError::Status { address, status },
        ureq::Error::TooManyRedirects | ureq::Error::RedirectFailed => SourceError::Redirects { address },
        ureq::Error::Timeout(_) => SourceError::TimedOut { address },
        ureq::Error::BodyExceedsLimit(_) => SourceError::TooLarge { name: address, most: limits.bytes },
        ureq::Error::TlsRequired => SourceError::NotHttp,
        source => SourceError::Fetch { address, source: Box::new(source) },
    }
}
