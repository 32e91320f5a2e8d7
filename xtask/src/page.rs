//! A module of another crate to a program for a page: what wasm-bindgen calls the target `web`.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::step::Step;
use crate::workspace::Workspace;
use crate::{files, node, optimize};

/// Leaves `NAME.js` and `NAME_bg.wasm` in the folder. It does not look into Cargo.lock: the module may be of another
/// workspace, and the generator itself refuses a module of another version by name.
pub(crate) fn run(workspace: &Workspace, module: &Path, folder: &Path) -> Result<()> {
    let name = module.file_stem().and_then(OsStr::to_str).context("the module's name is no text")?.replace('-', "_");
    let linked = folder.join(format!("{name}_bg.wasm"));
    let step = Step {
        name: &name,
        inputs: &[module.to_owned(), workspace.root.join("package-lock.json")],
        outputs: &[folder.join(format!("{name}.js")), linked.clone()],
    };
    step.run(workspace, || generate(workspace, module, folder, &name))?;
    println!("{}: {} bytes", linked.display(), files::size(&linked)?);
    Ok(())
}

fn generate(workspace: &Workspace, module: &Path, folder: &Path, name: &str) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)?
        .omit_default_module_path(false)
        .typescript(false)
        .remove_producers_section(true)
        .remove_name_section(true)
        .generate(folder)
        .with_context(|| format!("no glue for {}", module.display()))?;
    let linked = folder.join(format!("{name}_bg.wasm"));
    let optimized = folder.join(format!("{name}_bg.optimized.wasm"));
    let wasm_opt = node::installed(workspace, "binaryen/bin/wasm-opt")?;
    let mut arguments: Vec<&OsStr> = optimize::FEATURES.iter().map(OsStr::new).collect();
    arguments.extend(["-Oz".as_ref(), linked.as_os_str(), "-o".as_ref(), optimized.as_os_str()]);
    node::run(&wasm_opt, &arguments)?;
    std::fs::rename(&optimized, &linked)?;
    Ok(())
}
