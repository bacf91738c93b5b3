//! Tables of test/vectors on wasmtime: `vectors COMPONENT TABLE...` prints an outcome for each table, as JSON.

mod table;
mod value;

use std::collections::HashMap;
use std::error::Error;

use serde_json::{Value, json};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, Func, Instance, Linker, Type, Val};
use wasmtime::{Engine, Store};

/// The functions of the component, by interface and camelCase name.
struct Host {
    store: Store<()>,
    instance: Instance,
    interfaces: HashMap<String, ComponentExportIndex>,
}

impl Host {
    fn new(path: &str) -> Result<Host, Box<dyn Error>> {
        let engine = Engine::default();
        let component = Component::from_file(&engine, path)?;
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate(&mut store, &component)?;
        let mut interfaces = HashMap::new();
        for (id, item) in component.component_type().exports(&engine) {
            if let ComponentItem::ComponentInstance(_) = item.ty {
                let name = id.split(['/', '@']).nth(1).unwrap_or(id).to_string();
                let index = component.get_export_index(None, id).ok_or("no export")?;
                interfaces.insert(name, index);
            }
        }
        Ok(Host {
            store,
            instance,
            interfaces,
        })
    }

    fn function(&mut self, interface: &str, name: &str) -> Result<Func, Box<dyn Error>> {
        let outer = self.interfaces.get(interface).ok_or("no such interface")?;
        let kebab = name.chars().flat_map(|letter| {
            let dash = letter.is_ascii_uppercase().then_some('-');
            dash.into_iter().chain([letter.to_ascii_lowercase()])
        });
        let index = self
            .instance
            .get_export_index(&mut self.store, Some(outer), &kebab.collect::<String>())
            .ok_or("no such function")?;
        Ok(self
            .instance
            .get_func(&mut self.store, index)
            .ok_or("not a function")?)
    }

    fn answer(&mut self, interface: &str, case: &Value) -> Result<Value, Box<dyn Error>> {
        let name = case["function"]
            .as_str()
            .ok_or("a case without a function")?;
        let function = self.function(interface, name)?;
        let types = function.ty(&self.store);
        let arguments = case["arguments"]
            .as_array()
            .ok_or("a case without arguments")?;
        let given = types.params().zip(arguments);
        let given: Vec<Val> = given
            .map(|((_, kind), item)| value::from_json(&kind, item))
            .collect::<Result<_, _>>()?;
        let mut results = vec![Val::Bool(false)];
        function.call(&mut self.store, &given, &mut results)?;
        let kind = types
            .results()
            .next()
            .ok_or("a function without a result")?;
        let answer = value::to_json(&kind, &results[0]);
        Ok(if let Type::Result(_) = kind {
            answer
        } else {
            json!({ "returns": answer })
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (component, tables) = arguments
        .split_first()
        .ok_or("vectors COMPONENT TABLE...")?;
    let mut host = Host::new(component)?;
    let mut outcomes = Vec::new();
    for path in tables {
        let table: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let interface = table["interface"]
            .as_str()
            .ok_or("a table without an interface")?;
        let cases = table["cases"].as_array().ok_or("a table without cases")?;
        let mut wrong = Vec::new();
        for written in cases {
            let case = table::expand(written, &table["definitions"]);
            let found = host.answer(interface, &case)?;
            if let Some(other) = table::difference(&table::wanted(&case), &found, "") {
                wrong.push(format!("{}: {other}", case["name"].as_str().unwrap_or("?")));
            }
        }
        outcomes.push(json!({ "interface": interface, "cases": cases.len(), "wrong": wrong }));
    }
    println!("{}", Value::from(outcomes));
    Ok(())
}
