//! PKCS#11 modules, each loaded and started once a process: C_Initialize and C_Finalize count for the whole process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};

use super::TokenError;
use super::error::is;

static LOADED: Mutex<BTreeMap<PathBuf, Arc<Module>>> = Mutex::new(BTreeMap::new());

/// A started module.
#[derive(Debug)]
pub(super) struct Module {
    path: PathBuf,
    context: Pkcs11,
    restarting: Mutex<()>,
    starts: AtomicU64,
}

impl Module {
    /// The module of this file.
    pub(super) fn load(path: &Path) -> Result<Arc<Self>, TokenError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = loaded.get(path) {
            return Ok(Arc::clone(module));
        }
        let context =
            Pkcs11::new(path).map_err(|source| TokenError::NoModule { module: path.to_owned(), source })?;
        let module = Arc::new(Self {
            path: path.to_owned(),
            context,
            restarting: Mutex::new(()),
            starts: AtomicU64::new(0),
        });
        module.start()?;
        loaded.insert(path.to_owned(), Arc::clone(&module));
        Ok(module)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn context(&self) -> &Pkcs11 {
        &self.context
    }

    /// How often the module was started again. Session handles of an earlier start may be those of other sessions now.
    pub(super) fn starts(&self) -> u64 {
        self.starts.load(Ordering::SeqCst)
    }

    /// Stops the module and starts it again, so that it looks for its tokens anew. All sessions of the process are lost by that.
    pub(super) fn restart(&self) -> Result<(), TokenError> {
        let _one = self.restarting.lock().unwrap_or_else(PoisonError::into_inner);
        // it may be stopped already
        let _ = self.context.clone().finalize();
        self.starts.fetch_add(1, Ordering::SeqCst);
        self.start()
    }

    fn start(&self) -> Result<(), TokenError> {
        match self.context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Err(source) if !running_already(&source) => {
                Err(TokenError::ModuleRefused { module: self.path.clone(), source })
            }
            _ => Ok(()),
        }
    }
}

/// Another part of the process started it.
fn running_already(error: &Error) -> bool {
    is(error, RvError::CryptokiAlreadyInitialized)
}
