//! Short names for what the module and its glue call each other by.
//!
//! wasm-bindgen's names carry a hash, which compresses badly and stands in both files: together they weighed 1.5 KB
//! in gzip. The module is renamed here; the bundler renames the glue, by the same list.

use std::collections::BTreeMap;

use wasm_bindgen_cli_support::Output;

/// Old name to new name.
pub(crate) type Names = BTreeMap<String, String>;

/// The module that holds all imports but those from hand-written modules, which are passed on as they are.
const GLUE: &str = "./xano_wasm_bg.js";

/// Renames the imports from the glue, and the exports.
pub(crate) fn shorten(output: &mut Output) -> Names {
    let mut names = Names::new();
    let module = output.wasm_mut();
    for import in module.imports.iter_mut() {
        if import.module != GLUE {
            continue;
        }
        import.module = short(&mut names, GLUE);
        import.name = short(&mut names, &import.name);
    }
    for export in module.exports.iter_mut() {
        if is_ours(&export.name) {
            export.name = short(&mut names, &export.name);
        }
    }
    names
}

/// Whether the name can be replaced wherever it stands in the JavaScript: those of the language and of browsers
/// (`memory`, `send`, `close`) have no underscore inside.
fn is_ours(name: &str) -> bool {
    name.contains('_')
}

fn short(names: &mut Names, name: &str) -> String {
    let next = letters(names.len());
    names.entry(name.to_owned()).or_insert(next).clone()
}

/// `a` to `z`, then `aa` to `zz` and so on.
fn letters(mut number: usize) -> String {
    let mut letters = String::new();
    loop {
        letters.insert(0, char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return letters;
        }
        number -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_letters_of_its_own() {
        assert_eq!(letters(0), "a");
        assert_eq!(letters(25), "z");
        assert_eq!(letters(26), "aa");
        assert_eq!(letters(27), "ab");
        assert_eq!(letters(26 + 26 * 26), "aaa");
    }
}
