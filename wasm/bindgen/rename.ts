import { Transform } from "assemblyscript/transform";

/** The part of binaryen.js that is used here; asc hands its own copy to transforms. */
interface Binaryen {
  i32: number;
  none: number;
  getExportInfo(ref: number): { name: string; value: string };
  getFunctionInfo(ref: number): { results: number };
}

interface BinaryenModule {
  i32: { const(value: number): number };
  getNumExports(): number;
  getExportByIndex(index: number): number;
  getFunction(name: string): number;
  addFunction(name: string, params: number, results: number, vars: number[], body: number): number;
  addFunctionExport(internal: string, external: string): number;
  removeExport(external: string): void;
  call(name: string, operands: number[], type: number): number;
}

/**
 * An asc transform that gives core exports the names that AssemblyScript cannot spell (`ns:pkg/interface@1.0.0#name`),
 * and each its post-return.
 *
 * The language has no syntax for them: string names after `as` are a parse error, @external on a definition is AS212.
 */
export function renamer(names: Record<string, string>): new () => Transform {
  return class extends Transform {
    override afterCompile(compiled: unknown): void {
      const module = compiled as BinaryenModule;
      const binaryen = this.binaryen as unknown as Binaryen;
      const internal = new Map<string, string>();
      for (let index = 0; index < module.getNumExports(); index++) {
        const { name, value } = binaryen.getExportInfo(module.getExportByIndex(index));
        internal.set(name, value);
      }
      const find = (name: string): string => {
        const found = internal.get(name);
        if (!found) throw new Error(`asc left out the export \`${name}\``);
        return found;
      };
      for (const [from, to] of Object.entries(names)) {
        const { results } = binaryen.getFunctionInfo(module.getFunction(find(from)));
        module.removeExport(from);
        module.addFunctionExport(find(from), to);
        module.addFunctionExport(
          postReturn(module, binaryen, find("cabi_post"), results),
          `cabi_post_${to}`,
        );
      }
      module.removeExport("cabi_post");
    }
  };
}

/** A post-return takes what its function returned: one is made per type, all of them call the one of cabi.ts. */
function postReturn(
  module: BinaryenModule,
  binaryen: Binaryen,
  post: string,
  type: number,
): string {
  if (type === binaryen.i32) return post;
  const name = `${post}_${type}`;
  if (!module.getFunction(name)) {
    const body = module.call(post, [module.i32.const(0)], binaryen.none);
    module.addFunction(name, type, binaryen.none, [], body);
  }
  return name;
}
