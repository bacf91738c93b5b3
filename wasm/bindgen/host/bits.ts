/** A payload that shares its core values with other cases travels as the bits of another type. */
const cell = new DataView(new ArrayBuffer(8));

export function f32Bits(value: number): number {
  cell.setFloat32(0, value);
  return cell.getInt32(0);
}

export function bitsF32(bits: number): number {
  cell.setInt32(0, bits);
  return cell.getFloat32(0);
}

export function f64Bits(value: number): bigint {
  cell.setFloat64(0, value);
  return cell.getBigInt64(0);
}

export function bitsF64(bits: bigint): number {
  cell.setBigInt64(0, bits);
  return cell.getFloat64(0);
}
