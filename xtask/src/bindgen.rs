//! The module without what wasm-bindgen keeps in it for its generator. Only integers cross its boundary, so that no glue of
//! JavaScript is needed.

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::files;
use crate::names;
use crate::step::Step;
use crate::workspace::{Mode, Workspace};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let lock = workspace.root.join("Cargo.lock");
    let step = Step {
        name: "bindgen",
        inputs: &[workspace.compiled_wasm(), lock.clone()],
        outputs: &[workspace.bound_wasm(), workspace.names()],
    };
    step.run(workspace, || {
        require_matching_versions(&files::read(&lock)?)?;
        let mut output = Bindgen::new()
            .input_path(workspace.compiled_wasm())
            .out_name("xano_wasm")
            .bundler(true)?
            .typescript(false)
            .remove_producers_section(true)
            .remove_name_section(workspace.mode == Mode::Release)
            .generate_output()?;
        let names = names::shorten(&mut output);
        std::fs::write(workspace.bound_wasm(), output.wasm_mut().emit_wasm())?;
        files::write(&workspace.names(), &names.to_string())
    })
}

/// The generator reads what the macro wrote into the module: an unstable format, equal only between equal versions.
fn require_matching_versions(lock: &str) -> Result<()> {
    let library = locked_version(lock, "wasm-bindgen")?;
    let generator = locked_version(lock, "wasm-bindgen-cli-support")?;
    if library != generator {
        bail!(
            "Cargo.lock has wasm-bindgen {library} but wasm-bindgen-cli-support {generator}; they must be equal: \
             run `cargo update -p wasm-bindgen --precise {generator}`, \
             or change the pin of wasm-bindgen-cli-support in xtask/Cargo.toml"
        );
    }
    Ok(())
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Result<&'a str> {
    let entry = format!("name = \"{package}\"\nversion = \"");
    lock.split_once(&entry)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(version, _)| version)
        .with_context(|| format!("Cargo.lock does not mention {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.1\"\n\n\
                        [[package]]\nname = \"wasm-bindgen-cli-support\"\nversion = \"0.2.2\"\n";

    #[test]
    fn a_version_mismatch_names_both_and_the_way_out() {
        let error = require_matching_versions(LOCK).unwrap_err().to_string();
        assert!(error.contains("wasm-bindgen 0.2.1"), "{error}");
        assert!(error.contains("--precise 0.2.2"), "{error}");
    }

    #[test]
    fn equal_versions_pass() {
        require_matching_versions(&LOCK.replace("0.2.2", "0.2.1")).unwrap();
    }
}
