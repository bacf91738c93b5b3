"""The echo fuzz on wasmtime: echo.py COMPONENT RUNS FUNCTION... Values are made from the component's own types."""

import random
import sys

from wasmtime import Config, Engine, Store
from wasmtime import component as wc

TEXTS = ["", "a", "hello", "€uro", "😀 mixed ü", "x" * 300, "\0nul", "日本語", "\ufeffmark"]
RANGES = {
    wc.U8: (0, 2**8 - 1), wc.S8: (-(2**7), 2**7 - 1),
    wc.U16: (0, 2**16 - 1), wc.S16: (-(2**15), 2**15 - 1),
    wc.U32: (0, 2**32 - 1), wc.S32: (-(2**31), 2**31 - 1),
    wc.U64: (0, 2**64 - 1), wc.S64: (-(2**63), 2**63 - 1),
}
FLOATS_32 = [0.0, -1.5, 3.25, 1.0000001192092896, float("inf"), float("-inf"), 1.401298464324817e-45]
FLOATS_64 = [0.0, -1.5, 3.14, float("inf"), float("-inf"), 5e-324, 1.7976931348623157e308]
CHARS = ["a", "€", "😀", "\0", "\U0010ffff"]


def integer(least, most):
    return random.choice([least, most, 0, random.randint(least, most)])


def value(type):
    for kind, (least, most) in RANGES.items():
        if isinstance(type, kind):
            return integer(least, most)
    if isinstance(type, wc.Bool):
        return random.random() < 0.5
    if isinstance(type, wc.F32):
        return random.choice(FLOATS_32)
    if isinstance(type, wc.F64):
        return random.choice(FLOATS_64)
    if isinstance(type, wc.Char):
        return random.choice(CHARS)
    if isinstance(type, wc.String):
        return random.choice(TEXTS)
    if isinstance(type, wc.ListType):
        items = [value(type.element) for _ in range(random.choice([0, 1, 2, 5]))]
        return bytes(items) if isinstance(type.element, wc.U8) else items
    if isinstance(type, wc.TupleType):
        return tuple(value(element) for element in type.elements)
    if isinstance(type, wc.EnumType):
        return random.choice(type.names)
    if isinstance(type, wc.FlagsType):
        return {name for name in type.names if random.random() < 0.5}
    if isinstance(type, wc.RecordType):
        record = wc.Record()
        for name, field in type.fields:
            setattr(record, name, value(field))
        return record
    return sum_value(type)


def sum_value(type):
    """Of an option, a result or a variant: a Variant only where Python's types do not tell the cases apart."""
    name, payload = random.choice(type._cases())
    inner = value(payload) if payload is not None else None
    return wc.Variant(name, inner) if type._tagged() else inner


def main():
    random.seed(20240101)
    engine = Engine(Config())
    store = Store(engine)
    component = wc.Component.from_file(engine, sys.argv[1])
    linker = wc.Linker(engine)
    names = sys.argv[3:]
    with linker.root() as root:
        with root.add_instance("t:echo/up@1.2.3") as up:
            for name in names:
                if name.startswith("echo-"):
                    up.add_func(name, lambda _store, given: given)
            up.add_func("many", lambda _store, a, b, c, d, e: (b, e))
            up.add_func("spill", lambda _store, a, b: 0xFFFFFFF0)
            up.add_func("nothing", lambda _store: None)
            up.add_func("load", lambda _store, memory, at, default: default)
            up.add_func("delete", lambda _store: "deleted")
        root.add_func("plain", lambda _store, text: text + "~")
    instance = linker.instantiate(store, component)
    outer = instance.get_export_index(store, "t:echo/down@1.2.3")
    trips = wrong = 0
    for name in names:
        func = instance.get_func(store, instance.get_export_index(store, name, outer))
        type = func.type(store).params[0][1]
        for _ in range(int(sys.argv[2])):
            given = value(type)
            came = func(store, given)
            func.post_return(store)  # does nothing since wasmtime 50
            trips += 1
            if came != given:
                wrong += 1
                print(name, given, came)
    print(f"{trips} round trips, {wrong} wrong")


main()
