/** The types that the echo component sends to and fro: at least one for every rule of the canonical ABI. */
export const TYPES: Record<string, string> = {
  b: "bool",
  i8: "s8",
  n8: "u8",
  i16: "s16",
  n16: "u16",
  i32: "s32",
  n32: "u32",
  i64: "s64",
  n64: "u64",
  r32: "f32",
  r64: "f64",
  ch: "char",
  st: "string",
  "list-u8": "list<u8>",
  "list-s8": "list<s8>",
  "list-u16": "list<u16>",
  "list-s16": "list<s16>",
  "list-u32": "list<u32>",
  "list-s32": "list<s32>",
  "list-u64": "list<u64>",
  "list-s64": "list<s64>",
  "list-f32": "list<f32>",
  "list-f64": "list<f64>",
  "list-bool": "list<bool>",
  "list-char": "list<char>",
  "list-string": "list<string>",
  "list-list": "list<list<u16>>",
  "list-list-list": "list<list<list<string>>>",
  "list-enum": "list<color>",
  "list-flags": "list<wide>",
  "list-nest": "list<nest>",
  "list-shape": "list<shape>",
  "list-option": "list<option<u64>>",
  "list-result": "list<result<u8, string>>",
  "list-tuple": "list<tuple<string, string>>",
  "option-u8": "option<u8>",
  "option-bool": "option<bool>",
  "option-char": "option<char>",
  "option-f32": "option<f32>",
  "option-s64": "option<s64>",
  "option-string": "option<string>",
  "option-option": "option<option<u32>>",
  "option-option-string": "option<option<string>>",
  "option-list": "option<list<string>>",
  "option-enum": "option<color>",
  "option-flags": "option<perms>",
  "option-record": "option<pt>",
  "option-tuple": "option<tuple<u8, string>>",
  "option-result": "option<result<u8, f64>>",
  "tuple-one": "tuple<u32>",
  "tuple-pad": "tuple<u8, u64>",
  "tuple-mixed": "tuple<string, f32, bool>",
  "tuple-tuple": "tuple<u8, tuple<s16, string>>",
  "result-both": "result<u32, string>",
  "result-error": "result<_, pt>",
  "result-ok": "result<shape>",
  "result-none": "result",
  "result-join-64": "result<f32, u64>",
  "result-join-f64": "result<f64, f32>",
  "result-join-32": "result<f32, s32>",
  "result-lists": "result<list<shape>, option<string>>",
  "enum-small": "color",
  "enum-big": "big-enum",
  "flags-3": "perms",
  "flags-10": "wide",
  "flags-20": "wider",
  "flags-32": "widest",
  "record-pt": "pt",
  "record-one": "single",
  "record-nest": "nest",
  "record-big": "big",
  "record-words": "words",
  "variant-shape": "shape",
  "variant-mixed": "mixed",
  "variant-multi": "multi",
  "variant-bare": "bare",
};

const some = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`).join(", ");

/** The named types; words of both languages as names of fields and cases. */
export const DEFINITIONS = `
  enum color { red, green, dark-blue }
  enum big-enum { ${some(300, "c")} }
  flags perms { read, write, exec }
  flags wide { ${some(10, "a")} }
  flags wider { ${some(20, "b")} }
  flags widest { ${some(32, "d")} }
  record pt { x: f64, y: f32 }
  record single { v: u32 }
  record nest {
    id: u8, at: pt, tag: option<string>, c: color, p: perms, kids: list<pt>, default: bool, %type: u16,
  }
  record words {
    class: u8, %constructor: u16, delete: bool, %enum: u8, memory: s64, load: f32, %string: string, name: string,
    prototype: u8, value: u32, at: u8, %use: bool, this: u8, %flags: u8, let: u8, %async: u8, number: u8,
  }
  record big {
    a: u64, b: string, c: option<s64>, d: nest, e: shape, f: list<string>, g: result<u8, string>,
    h: tuple<u8, u16, u32>, i: wide, j: f32,
  }
  variant shape {
    none, circle(f32), square(u64), poly(list<pt>), text(string), both(tuple<u8, string>), opt(option<u32>), tag(u8),
  }
  variant mixed { a(f32), b(u32), c(f64), d(s64), e(string), f(pt), g }
  variant multi { a(tuple<f32, u64, u32>), b(tuple<u32, f64, f32>), c(tuple<u64, f32, f64>) }
  variant bare { default, new, delete }
`;
