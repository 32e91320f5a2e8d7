//! The npm package: the bundles, and everything that is not code.

use anyhow::Result;

use crate::files;
use crate::node;
use crate::step::timed;
use crate::workspace::Workspace;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What is written by hand, and where it goes. The types say the same to `import` and to `require`, but TypeScript
/// takes the kind of a module from the name of its file.
const COPIED: [(&str, &str); 11] = [
    ("index.d.ts", "index.d.ts"),
    ("index.d.ts", "index.d.cts"),
    ("http.d.ts", "http.d.ts"),
    ("http.d.ts", "http.d.cts"),
    ("realtime.d.ts", "realtime.d.ts"),
    ("realtime.d.ts", "realtime.d.cts"),
    ("requests.d.ts", "requests.d.ts"),
    ("requests.d.ts", "requests.d.cts"),
    ("js.d.ts", "js.d.ts"),
    ("js.d.ts", "js.d.cts"),
    ("slim.d.ts", "slim.d.ts"),
];
/// From elsewhere in the repository: what the README links to, the API for language models, and the licences.
const DOCUMENTS: [&str; 7] = [
    "docs/deviations.md",
    "SECURITY.md",
    "THIRD-PARTY-NOTICES",
    "LICENSE",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "llms.txt",
];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    timed("package", || {
        let template = workspace.template_dir();
        let package = workspace.package_dir();
        files::clear(&package)?;
        files::copy(&workspace.bundle_dir(), &package)?;
        files::copy(&template.join("doctor"), &package.join("doctor"))?;
        for (from, to) in COPIED {
            let types = files::read(&template.join(from))?;
            let types = if to.ends_with(".d.cts") { types.replace(".js\"", ".cjs\"") } else { types };
            files::write(&package.join(to), &types)?;
        }
        for path in DOCUMENTS {
            let name = path.rsplit('/').next().unwrap_or(path);
            files::copy(&workspace.root.join(path), &package.join(name))?;
        }
        let manifest = files::read(&template.join("package.json"))?;
        files::write(&package.join("package.json"), &manifest.replace("{version}", VERSION))?;
        let scripts = workspace.root.join("xtask/package");
        node::run(&scripts.join("stubs.mjs"), &[template.as_os_str(), package.as_os_str()])?;
        node::run(
            &scripts.join("readme.mjs"),
            &[template.join("README.md").as_os_str(), package.as_os_str(), VERSION.as_ref()],
        )
    })
}
