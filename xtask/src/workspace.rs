//! Where everything lies, and which kind of build this is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What the build is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As small as possible: what npm users load.
    Release,
    /// Panics say where and why, functions keep their names, nothing is minified.
    Debug,
}

/// The folders that the steps read and write.
pub(crate) struct Workspace {
    pub(crate) mode: Mode,
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; honours `CARGO_TARGET_DIR`, as Cargo does.
    pub(crate) target: PathBuf,
}

impl Workspace {
    pub(crate) fn new(mode: Mode) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask lies in the root of the checkout")?
            .to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => std::path::absolute(folder)?,
            None => root.join("target"),
        };
        Ok(Self { mode, root, target })
    }

    /// What the steps hand to each other. Each mode has its own, so that changing between them rebuilds nothing.
    pub(crate) fn wasm_dir(&self) -> PathBuf {
        self.target.join(match self.mode {
            Mode::Release => "wasm",
            Mode::Debug => "wasm-debug",
        })
    }

    /// What the compiler made.
    pub(crate) fn compiled_wasm(&self) -> PathBuf {
        self.wasm_dir().join("wasm32-unknown-unknown/wasm/xano_wasm.wasm")
    }

    /// The module as wasm-bindgen leaves it.
    pub(crate) fn bound_wasm(&self) -> PathBuf {
        self.wasm_dir().join("bound.wasm")
    }

    /// What its imports and exports are called.
    pub(crate) fn names(&self) -> PathBuf {
        self.wasm_dir().join("names.json")
    }

    /// The module as it is shipped.
    pub(crate) fn shipped_wasm(&self) -> PathBuf {
        self.wasm_dir().join("xano.wasm")
    }

    /// The same as JavaScript, as wasm2js writes it.
    pub(crate) fn plain_js(&self) -> PathBuf {
        self.wasm_dir().join("plain.js")
    }

    /// The package's code, before the rest of the package joins it.
    pub(crate) fn bundle_dir(&self) -> PathBuf {
        self.wasm_dir().join("bundle")
    }

    pub(crate) fn template_dir(&self) -> PathBuf {
        self.root.join("pkg-template")
    }

    /// The npm package.
    pub(crate) fn package_dir(&self) -> PathBuf {
        self.root.join("pkg")
    }

    pub(crate) fn demo_dir(&self) -> PathBuf {
        self.root.join("target/demo")
    }
}
