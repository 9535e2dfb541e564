/** One field of a protobuf message: a number for varints, bytes for everything that has a length. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/** The bytes are no protobuf message. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

/** Splits a message into its fields, in order. Fails with `WireError`. */
export function readMessage(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let position = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[position++];
      if (byte === undefined) {
        throw new WireError('unexpected EOF');
      }
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    throw new WireError('integer overflow');
  };
  const take = (length: number): Buffer => {
    if (length > message.length - position) {
      throw new WireError('unexpected EOF');
    }
    position += length;
    return message.subarray(position - length, position);
  };
  while (position < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: BigInt.asIntN(64, varint()) });
        break;
      case 1:
        fields.push({ number, value: take(8) });
        break;
      case 2:
        fields.push({ number, value: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, value: take(4) });
        break;
      default:
        throw new WireError(`unknown wire type ${tag & 7}`);
    }
  }
  return fields;
}
