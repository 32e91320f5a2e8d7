//! Short names for what the module imports and exports. wasm-bindgen's own carry a hash, which compresses badly.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wasm_bindgen_cli_support::Output;

/// The module's only import module, by its new name.
const IMPORTS: &str = "a";

/// Renames the imports and the exports. Says which is which:
/// `{ "module": "a", "imports": [[new name, module, old name], …], "exports": { old name: new name } }`
pub(crate) fn shorten(output: &mut Output) -> Value {
    let module = output.wasm_mut();
    // Marks of the linker: where the data ends, and where the heap begins.
    let marks: Vec<_> =
        module.exports.iter().filter(|export| export.name.starts_with("__")).map(|export| export.id()).collect();
    marks.into_iter().for_each(|mark| module.exports.delete(mark));
    let mut imports = Vec::new();
    for (number, import) in module.imports.iter_mut().enumerate() {
        let name = letters(number);
        imports.push(json!([name, import.module, import.name]));
        import.module = IMPORTS.to_owned();
        import.name = name;
    }
    let mut exports = BTreeMap::new();
    for (number, export) in module.exports.iter_mut().filter(|export| is_ours(&export.name)).enumerate() {
        let name = letters(number);
        exports.insert(std::mem::replace(&mut export.name, name.clone()), name);
    }
    json!({ "module": IMPORTS, "imports": imports, "exports": exports })
}

/// Whether the export is one of the crate's own. Tests look into the memory.
fn is_ours(name: &str) -> bool {
    name != "memory"
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
