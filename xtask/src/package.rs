//! The npm package: the bundles, and everything that is not code.

use anyhow::Result;

use crate::files;
use crate::step::timed;
use crate::workspace::Workspace;

const COPIED: [&str; 3] = ["index.d.ts", "slim.d.ts", "README.md"];
const LICENSES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    timed("package", || {
        let template = workspace.template_dir();
        let package = workspace.package_dir();
        files::clear(&package)?;
        files::copy(&workspace.bundle_dir(), &package)?;
        for name in COPIED {
            files::copy(&template.join(name), &package.join(name))?;
        }
        for name in LICENSES {
            files::copy(&workspace.root.join(name), &package.join(name))?;
        }
        files::copy(&workspace.root.join("LICENSE"), &package.join("LICENSE"))?;
        let manifest = files::read(&template.join("package.json"))?;
        files::write(&package.join("package.json"), &manifest.replace("{version}", env!("CARGO_PKG_VERSION")))
    })
}
