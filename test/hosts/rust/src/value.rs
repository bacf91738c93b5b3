//! Values of a component's own types from the JSON of test/vectors, and back.

use serde_json::{Map, Value, json};
use wasmtime::component::{Type, Val};

fn camel(name: &str) -> String {
    let mut upper = false;
    let letters = name.chars().filter_map(|letter| {
        let this = if upper {
            letter.to_ascii_uppercase()
        } else {
            letter
        };
        upper = letter == '-';
        (!upper).then_some(this)
    });
    letters.collect()
}

fn text(json: &Value) -> Result<&str, String> {
    json.as_str().ok_or(format!("{json} is no text"))
}

fn integer<T: TryFrom<i64>>(json: &Value) -> Result<T, String> {
    let number = json.as_i64().and_then(|number| T::try_from(number).ok());
    number.ok_or(format!("{json} is no such integer"))
}

/// `"123n"`: 64 bits are more than a number of JSON has.
fn long<T: std::str::FromStr>(json: &Value) -> Result<T, String> {
    let digits = json.as_str().and_then(|text| text.strip_suffix('n'));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or(format!("{json} is no such integer"))
}

pub fn from_json(kind: &Type, json: &Value) -> Result<Val, String> {
    Ok(match kind {
        Type::Bool => Val::Bool(json.as_bool().ok_or(format!("{json} is no boolean"))?),
        Type::U8 => Val::U8(integer(json)?),
        Type::S8 => Val::S8(integer(json)?),
        Type::U16 => Val::U16(integer(json)?),
        Type::S16 => Val::S16(integer(json)?),
        Type::U32 => Val::U32(integer(json)?),
        Type::S32 => Val::S32(integer(json)?),
        Type::U64 => Val::U64(long(json)?),
        Type::S64 => Val::S64(long(json)?),
        Type::Float64 => Val::Float64(json.as_f64().ok_or(format!("{json} is no number"))?),
        Type::String => Val::String(text(json)?.into()),
        Type::Enum(_) => Val::Enum(text(json)?.into()),
        Type::List(list) => {
            let items = json.as_array().ok_or(format!("{json} is no list"))?;
            Val::List(
                items
                    .iter()
                    .map(|item| from_json(&list.ty(), item))
                    .collect::<Result<_, _>>()?,
            )
        }
        Type::Record(record) => {
            let fields = record.fields().map(|field| {
                let value = from_json(&field.ty, &json[camel(field.name)])?;
                Ok((field.name.to_string(), value))
            });
            Val::Record(fields.collect::<Result<_, String>>()?)
        }
        Type::Flags(flags) => {
            let set = flags.names().filter(|name| json[camel(name)] == true);
            Val::Flags(set.map(String::from).collect())
        }
        Type::Option(_) if json.is_null() => Val::Option(None),
        Type::Option(option) => Val::Option(Some(Box::new(from_json(&option.ty(), json)?))),
        Type::Variant(variant) => {
            let tag = text(&json["tag"])?;
            let case = variant.cases().find(|case| case.name == tag);
            let payload = case.ok_or(format!("{json} is no case"))?.ty;
            let payload = payload.map(|kind| from_json(&kind, &json["val"]).map(Box::new));
            Val::Variant(tag.into(), payload.transpose()?)
        }
        other => return Err(format!("no JSON for {other:?}")),
    })
}

pub fn to_json(kind: &Type, value: &Val) -> Value {
    match (kind, value) {
        (_, Val::Bool(value)) => json!(value),
        (_, Val::U8(value)) => json!(value),
        (_, Val::S8(value)) => json!(value),
        (_, Val::U16(value)) => json!(value),
        (_, Val::S16(value)) => json!(value),
        (_, Val::U32(value)) => json!(value),
        (_, Val::S32(value)) => json!(value),
        (_, Val::U64(value)) => json!(format!("{value}n")),
        (_, Val::S64(value)) => json!(format!("{value}n")),
        (_, Val::Float64(value)) => json!(value),
        (_, Val::String(value) | Val::Enum(value)) => json!(value),
        (Type::List(list), Val::List(items)) => {
            items.iter().map(|item| to_json(&list.ty(), item)).collect()
        }
        (Type::Record(record), Val::Record(values)) => {
            let pairs = record.fields().zip(values);
            let members =
                pairs.map(|(field, (_, value))| (camel(field.name), to_json(&field.ty, value)));
            Value::Object(members.collect())
        }
        (Type::Flags(flags), Val::Flags(set)) => {
            let is_set = |name: &str| set.iter().any(|each| each == name);
            let members = flags.names().map(|name| (camel(name), json!(is_set(name))));
            Value::Object(members.collect())
        }
        (Type::Option(option), Val::Option(value)) => inner(Some(&option.ty()), value),
        (Type::Variant(variant), Val::Variant(tag, value)) => {
            let case = variant.cases().find(|case| case.name == tag);
            let payload = case.and_then(|case| case.ty);
            let mut members = Map::from_iter([("tag".to_string(), json!(tag))]);
            if payload.is_some() {
                members.insert("val".into(), inner(payload.as_ref(), value));
            }
            Value::Object(members)
        }
        (Type::Result(result), Val::Result(Ok(value))) => {
            json!({ "returns": inner(result.ok().as_ref(), value) })
        }
        (Type::Result(result), Val::Result(Err(value))) => {
            json!({ "throws": inner(result.err().as_ref(), value) })
        }
        other => panic!("no JSON for {other:?}"),
    }
}

fn inner(kind: Option<&Type>, value: &Option<Box<Val>>) -> Value {
    match (kind, value) {
        (Some(kind), Some(value)) => to_json(kind, value),
        _ => Value::Null,
    }
}
