//! The layers of ARCHITECTURE.md, read from the `use` lines and the inline paths of `src`: imports point down, and no two files below one
//! directory import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The modules of the crate, from the lowest layer to the highest. A module imports from its own layer or from lower ones.
const LAYERS: [&[&str]; 10] = [
    &[
        "cancel", "digest", "error", "events", "exit", "key", "secret", "units", "url",
    ],
    &["io", "net"],
    &["http"],
    &["aws", "store"],
    &["backend"],
    &["transfer"],
    &["cli"],
    &["report", "terminal"],
    &["settings"],
    &["command"],
];

type Module = Vec<String>;

/// The imports of each module.
fn imports() -> BTreeMap<Module, Vec<Module>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let below = path.strip_prefix(&root).unwrap().with_extension("");
            let mut module: Module = below
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            if module.last().is_some_and(|name| name == "mod") {
                module.pop();
            }
            if module != ["lib"] && module != ["main"] {
                let text = std::fs::read_to_string(&path).unwrap();
                let used = used_paths(&module, &text);
                modules.insert(module, used);
            }
        }
    }
    modules
}

/// The paths below the crate's root that a file's `use` lines name. Unit tests may import anything.
fn used_paths(module: &[String], text: &str) -> Vec<Module> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let mut paths = Vec::new();
    for statement in code.split(";\n") {
        let statement = format!("\n{statement}");
        let Some(tree) = ["\nuse ", "\npub use ", "\npub(super) use "]
            .iter()
            .find_map(|word| Some(statement.rsplit_once(word)?.1))
        else {
            continue;
        };
        let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
        expand("", &tree, &mut paths);
    }
    paths.extend(inline_paths(code));
    paths
        .iter()
        .filter_map(|path| absolute(module, path))
        .collect()
}

/// The paths that code names without a `use` line, such as `crate::error::printable(…)`.
fn inline_paths(code: &str) -> Vec<String> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let mut paths = Vec::new();
    for line in code.lines().filter(is_code) {
        for word in
            line.split(|character: char| !character.is_alphanumeric() && !"_:".contains(character))
        {
            if ["crate::", "super::"]
                .iter()
                .any(|root| word.starts_with(root))
                && !word.ends_with(':')
            {
                paths.push(word.to_owned());
            }
        }
    }
    paths
}

/// Appends the single paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((head, rest)) = tree.split_once('{') else {
        paths.push(format!("{prefix}{}", tree.trim()));
        return;
    };
    let prefix = format!("{prefix}{}", head.trim());
    let inside = rest.rsplit_once('}').unwrap().0;
    let (mut depth, mut branch) = (0, String::new());
    for character in inside.chars().chain([',']) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if character == ',' && depth == 0 {
            if !branch.trim().is_empty() {
                expand(&prefix, branch.trim(), paths);
            }
            branch.clear();
        } else {
            branch.push(character);
        }
    }
}

/// The path from the crate's root; `None` for a path into another crate.
fn absolute(module: &[String], path: &str) -> Option<Module> {
    let mut parts = path
        .split("::")
        .map(|part| part.split(" as ").next().unwrap().to_owned());
    let mut base = match parts.next()?.as_str() {
        "crate" => Vec::new(),
        "self" => module.to_vec(),
        "super" => module[..module.len() - 1].to_vec(),
        _ => return None,
    };
    for part in parts {
        match part.as_str() {
            "super" => drop(base.pop()),
            "self" => {}
            _ => base.push(part),
        }
    }
    Some(base)
}

/// The module that a path names something of.
fn owner(modules: &BTreeMap<Module, Vec<Module>>, path: &[String]) -> Option<Module> {
    (1..=path.len())
        .rev()
        .map(|len| path[..len].to_vec())
        .find(|module| modules.contains_key(module))
}

fn layer_of(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&module))
        .unwrap_or_else(|| panic!("`{module}` is in no layer: see LAYERS and ARCHITECTURE.md"))
}

#[test]
fn imports_point_down() {
    let modules = imports();
    assert!(modules.len() > 100, "{} modules", modules.len());
    let mut upward = Vec::new();
    for (module, used) in &modules {
        for path in used {
            if layer_of(&path[0]) > layer_of(&module[0]) {
                upward.push(format!("{} imports {}", module.join("::"), path.join("::")));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

/// A parent module and its own children may know each other; siblings may not, not even over detours.
#[test]
fn no_siblings_import_each_other() {
    let modules = imports();
    let mut reached: BTreeMap<&Module, BTreeSet<Module>> = modules
        .iter()
        .map(|(module, used)| {
            let others = used
                .iter()
                .filter_map(|path| owner(&modules, path))
                .filter(|other| !other.starts_with(module) && !module.starts_with(other));
            (module, others.collect())
        })
        .collect();
    loop {
        let before: usize = reached.values().map(BTreeSet::len).sum();
        let snapshot = reached.clone();
        for others in reached.values_mut() {
            let further: Vec<Module> = others
                .iter()
                .filter_map(|other| snapshot.get(other))
                .flatten()
                .cloned()
                .collect();
            others.extend(further);
        }
        if before == reached.values().map(BTreeSet::len).sum::<usize>() {
            break;
        }
    }
    let circles: Vec<String> = reached
        .iter()
        .filter(|(module, others)| others.contains(**module))
        .map(|(module, _)| module.join("::"))
        .collect();
    assert!(circles.is_empty(), "in a circle of imports: {circles:#?}");
}

/// Tests the parser of this file with `use` lines as formatted by rustfmt.
#[test]
fn use_lines_are_understood() {
    let text = "//! Doc.\n\nuse std::io;\n\nuse super::b::{self, C};\nuse crate::{\n    d::E,\n    f::{G as H, I},\n};\npub use self::j::K;\n\nfn x() {\n    crate::l::m(super::n::O);\n    // crate::no\n}\n";
    let module: Module = vec!["a".to_owned(), "x".to_owned()];
    let found: Vec<String> = used_paths(&module, text)
        .iter()
        .map(|path| path.join("::"))
        .collect();
    assert_eq!(
        found,
        [
            "a::b",
            "a::b::C",
            "d::E",
            "f::G",
            "f::I",
            "a::x::j::K",
            "l::m",
            "a::n::O"
        ]
    );
}
