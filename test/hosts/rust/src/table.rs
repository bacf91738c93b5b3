//! What the README of test/vectors says of tables.

use serde_json::{Map, Value};

/// Puts the definitions in the places of their names.
pub fn expand(json: &Value, definitions: &Value) -> Value {
    match json {
        Value::Array(items) => items.iter().map(|item| expand(item, definitions)).collect(),
        Value::Object(members) => {
            let base = members.get("$").and_then(Value::as_str);
            let mut all = match base.map(|name| expand(&definitions[name], definitions)) {
                Some(Value::Object(base)) => base,
                _ => Map::new(),
            };
            for (key, item) in members.iter().filter(|(key, _)| *key != "$") {
                all.insert(key.clone(), expand(item, definitions));
            }
            Value::Object(all)
        }
        other => other.clone(),
    }
}

/// The part of a case that its answer has to contain.
pub fn wanted(case: &Value) -> Value {
    let members = case.as_object().into_iter().flatten();
    let kept = members.filter(|(key, _)| *key == "returns" || *key == "throws");
    Value::Object(
        kept.map(|(key, item)| (key.clone(), item.clone()))
            .collect(),
    )
}

/// Where an answer does not contain what is wanted.
pub fn difference(wanted: &Value, found: &Value, path: &str) -> Option<String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().find_map(|(key, item)| {
            difference(
                item,
                found.get(key).unwrap_or(&Value::Null),
                &format!("{path}/{key}"),
            )
        }),
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            let mut pairs = wanted.iter().zip(found).enumerate();
            pairs.find_map(|(at, (a, b))| difference(a, b, &format!("{path}/{at}")))
        }
        // 1 and 1.0 are one number in JSON
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ if wanted == found => None,
        _ => Some(format!("{path}: {wanted} was wanted, {found} came")),
    }
}
