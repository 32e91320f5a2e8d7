//! The npm package: the bundles, and everything that is not code.

use anyhow::Result;

use crate::files;
use crate::node;
use crate::step::timed;
use crate::workspace::Workspace;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const COPIED: [&str; 2] = ["index.d.ts", "slim.d.ts"];
/// From elsewhere in the repository: what the README links to, and the licences.
const DOCUMENTS: [&str; 6] =
    ["docs/deviations.md", "SECURITY.md", "THIRD-PARTY-NOTICES", "LICENSE", "LICENSE-MIT", "LICENSE-APACHE"];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    timed("package", || {
        let template = workspace.template_dir();
        let package = workspace.package_dir();
        files::clear(&package)?;
        files::copy(&workspace.bundle_dir(), &package)?;
        for name in COPIED {
            files::copy(&template.join(name), &package.join(name))?;
        }
        for path in DOCUMENTS {
            let name = path.rsplit('/').next().unwrap_or(path);
            files::copy(&workspace.root.join(path), &package.join(name))?;
        }
        let manifest = files::read(&template.join("package.json"))?;
        files::write(&package.join("package.json"), &manifest.replace("{version}", VERSION))?;
        node::run(
            &workspace.root.join("xtask/package/readme.mjs"),
            &[template.join("README.md").as_os_str(), package.as_os_str(), VERSION.as_ref()],
        )
    })
}
