//! The folder that `npm start` serves: the demo page beside the script that its users would load from a CDN.

use anyhow::Result;

use crate::files;
use crate::step::timed;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    timed("demo", || {
        let demo = workspace.demo_dir();
        files::clear(&demo)?;
        files::copy(&workspace.root.join("www"), &demo)?;
        files::copy(&workspace.package_dir().join("dist"), &demo.join("dist"))
    })
}
