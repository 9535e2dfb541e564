/** Builds protobuf messages; only what the documents here are made of. Empty values are left out, as proto3 does. */
export class MessageWriter {
  readonly #chunks: Buffer[] = [];

  text(field: number, value: string | undefined): this {
    return value === undefined || value === '' ? this : this.#bytes(field, Buffer.from(value));
  }

  flag(field: number, value: boolean | undefined): this {
    return this.number(field, value === true ? 1 : 0);
  }

  /** A whole number that is not negative. */
  number(field: number, value: number): this {
    if (value > 0) {
      this.#chunks.push(varint(field << 3), varint(value));
    }
    return this;
  }

  /** A message inside; also an empty one is written. */
  message(field: number, value: MessageWriter): this {
    return this.#bytes(field, value.finish());
  }

  finish(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  #bytes(field: number, value: Buffer): this {
    this.#chunks.push(varint((field << 3) | 2), varint(value.length), value);
    return this;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
