/** A set of row numbers as it came over the wire: sorted int32, or a bitset where that is smaller. */
export class RowSet {
  readonly #sorted: Int32Array | null;
  readonly #bits: Uint8Array;

  private constructor(
    sorted: Int32Array | null,
    bits: Uint8Array,
    /** How many rows are in the set. */
    readonly count: number,
  ) {
    this.#sorted = sorted;
    this.#bits = bits;
  }

  static of(encoding: 'int32' | 'bitset', buffer: DataView, count: number): RowSet {
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    if (encoding === 'bitset') return new RowSet(null, bytes, count);
    // an Int32Array must start at a multiple of four: copy where the message put the bytes elsewhere
    const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const sorted = new Int32Array(whole.buffer, whole.byteOffset, whole.byteLength >> 2);
    return new RowSet(sorted, new Uint8Array(), sorted.length);
  }

  has(row: number): boolean {
    if (this.#sorted) return contains(this.#sorted, row);
    return (((this.#bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
  }

  /** The first row of the set, or -1. */
  first(): number {
    if (this.#sorted) return this.#sorted[0] ?? -1;
    const byte = this.#bits.findIndex((b) => b !== 0);
    if (byte < 0) return -1;
    return byte * 8 + (31 - Math.clz32((this.#bits[byte] ?? 0) & -(this.#bits[byte] ?? 0)));
  }

  /** For each of `buckets` equal parts of a table of `total` rows: 1 when the set touches it. */
  marks(buckets: number, total: number): Uint8Array {
    const out = new Uint8Array(Math.max(0, buckets));
    if (total <= 0 || buckets <= 0) return out;
    const put = (row: number) => (out[Math.min(buckets - 1, Math.floor((row / total) * buckets))] = 1);
    if (this.#sorted) for (const row of this.#sorted) put(row);
    else
      for (let i = 0; i < this.#bits.length; i++) {
        const byte = this.#bits[i] ?? 0;
        if (byte) for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) put(i * 8 + bit);
      }
    return out;
  }
}

/** Binary search in sorted numbers. */
export function contains(sorted: Int32Array, wanted: number): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle] as number;
    if (value === wanted) return true;
    if (value < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
