"""Values of a component's own types from the JSON of test/vectors, and back: its README.md says how they are written."""

from wasmtime import component as wc

SMALL = (wc.U8, wc.S8, wc.U16, wc.S16, wc.U32, wc.S32)
LARGE = (wc.U64, wc.S64)


def camel(name):
    first, *rest = name.split("-")
    return first + "".join(word.capitalize() for word in rest)


def expand(json, definitions):
    """Puts the definitions in the places of their names."""
    if isinstance(json, list):
        return [expand(item, definitions) for item in json]
    if not isinstance(json, dict):
        return json
    own = {key: expand(item, definitions) for key, item in json.items() if key != "$"}
    return {**expand(definitions[json["$"]], definitions), **own} if "$" in json else own


def from_json(type, json):
    if isinstance(type, LARGE):
        return int(json.removesuffix("n"))
    if isinstance(type, (wc.F32, wc.F64)):
        return float(json)
    if isinstance(type, wc.ListType):
        items = [from_json(type.element, item) for item in json]
        return bytes(items) if isinstance(type.element, wc.U8) else items
    if isinstance(type, wc.RecordType):
        record = wc.Record()
        for name, field in type.fields:
            setattr(record, name, from_json(field, json.get(camel(name))))
        return record
    if isinstance(type, wc.FlagsType):
        return {name for name in type.names if json.get(camel(name))}
    if isinstance(type, wc.OptionType):
        return tagged(type, *(("none", None) if json is None else ("some", from_json(type.payload, json))))
    if isinstance(type, wc.VariantType):
        payload = dict(type.cases)[json["tag"]]
        inner = None if payload is None else from_json(payload, json["val"])
        return tagged(type, json["tag"], inner)
    return json


def tagged(type, name, inner):
    """A case of an option or a variant: a Variant only where Python's types do not tell the cases apart."""
    return wc.Variant(name, inner) if type._tagged() else inner


def to_json(type, value):
    if isinstance(type, LARGE):
        return f"{value}n"
    if isinstance(type, wc.ListType):
        return [to_json(type.element, item) for item in value]
    if isinstance(type, wc.RecordType):
        return {camel(name): to_json(field, getattr(value, name)) for name, field in type.fields}
    if isinstance(type, wc.FlagsType):
        return {camel(name): name in value for name in type.names}
    if isinstance(type, wc.OptionType):
        name, payload, inner = case_of(type, value)
        return None if name == "none" else to_json(payload, inner)
    if isinstance(type, wc.VariantType):
        name, payload, inner = case_of(type, value)
        return {"tag": name} if payload is None else {"tag": name, "val": to_json(payload, inner)}
    if isinstance(type, wc.ResultType):
        name, payload, inner = case_of(type, value)
        return {"returns" if name == "ok" else "throws": payload and to_json(payload, inner)}
    return value


def case_of(type, value):
    """Name, type and value of the case that a variant, an option or a result is in; Python's type tells where there is no tag."""
    if type._tagged():
        return value.tag, dict(type._cases())[value.tag], value.payload
    for name, payload in type._cases():
        classes = {object}
        if payload is not None:
            classes.clear()
            payload.add_classes(classes)
        # `object` stands for None: no payload, or an option without a value
        is_none = value is None and object in classes
        if is_none or isinstance(value, tuple(classes - {object})):
            return name, payload, value
    raise TypeError(f"{value!r} is no case of {type!r}")
