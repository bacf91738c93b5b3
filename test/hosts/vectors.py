"""Tables of test/vectors on wasmtime: vectors.py COMPONENT TABLE... prints an outcome for each table, as JSON."""

import json
import sys

from wasmtime import Engine, Store
from wasmtime import component as wc

from wit_json import expand, from_json, to_json


def difference(wanted, found, path=""):
    """Where an answer does not contain what is wanted; "" when it does."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        pairs = [(key, item, found.get(key)) for key, item in wanted.items()]
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = [(at, item, found[at]) for at, item in enumerate(wanted)]
    else:
        same = wanted == found and isinstance(wanted, bool) == isinstance(found, bool)
        return "" if same else f"{path}: {json.dumps(wanted)} was wanted, {json.dumps(found)} came"
    return next(filter(None, (difference(a, b, f"{path}/{key}") for key, a, b in pairs)), "")


class Engines:
    """The functions of the component, by interface and camelCase name."""

    def __init__(self, path):
        engine = Engine()
        self.store = Store(engine)
        component = wc.Component.from_file(engine, path)
        self.instance = wc.Linker(engine).instantiate(self.store, component)
        self.ids = {id.split("/")[1].split("@")[0]: id for id in component.type.exports(engine)}

    def answer(self, interface, case):
        name = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in case["function"])
        outer = self.instance.get_export_index(self.store, self.ids[interface])
        function = self.instance.get_func(self.store, self.instance.get_export_index(self.store, name, outer))
        type = function.type(self.store)
        given = [from_json(type, item) for (_, type), item in zip(type.params, case["arguments"])]
        answer = to_json(type.result, function(self.store, *given))
        function.post_return(self.store)  # does nothing since wasmtime 50
        return answer if isinstance(type.result, wc.ResultType) else {"returns": answer}


def main():
    engines = Engines(sys.argv[1])
    outcomes = []
    for path in sys.argv[2:]:
        with open(path, encoding="utf8") as file:
            table = json.load(file)
        wrong = []
        for written in table["cases"]:
            case = expand(written, table["definitions"])
            wanted = {key: case[key] for key in ("returns", "throws") if key in case}
            other = difference(wanted, engines.answer(table["interface"], case))
            if other:
                wrong.append(f"{case['name']}: {other}")
        outcome = {"interface": table["interface"], "cases": len(table["cases"]), "wrong": wrong}
        outcomes.append(outcome)
    print(json.dumps(outcomes))


main()
