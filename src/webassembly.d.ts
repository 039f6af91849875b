/**
 * The part of WebAssembly that is used here; the ES library of TypeScript leaves it to the DOM's.
 */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: { m: { m: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
