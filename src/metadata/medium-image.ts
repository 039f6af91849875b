/** What a restart finds on the spare device: sectors of 128 words, which nobody changes. */
export interface MediumImage {
  read(sector: number): Int32Array;
}

/** What a restart does to it, in this order. */
export type RecoveryCommand =
  | { readonly kind: 'write'; readonly sector: number; readonly words: Int32Array }
  | { readonly kind: 'flush' };

export interface RecoveredEntry {
  readonly spare: number;
  readonly lba: number;
}

/** The target as a restart has it. */
export interface Recovered {
  readonly entries: readonly RecoveredEntry[];
  /** One byte a spare: 1 = the allocator must not hand it out. */
  readonly marked: Uint8Array;
  /** What was mended on the medium. */
  readonly commands: readonly RecoveryCommand[];
  /** What was found, in words; only made when asked for. */
  describe(): readonly string[];
}
