/**
 * cpu.weight by exact arithmetic, without the floating point that the engine uses.
 *
 * The formula is turned round: weight <= w as long as shares <= 2^l with l = (sqrt(125^2 + 2448 (log10 w + 7/34)) - 125) / 2.
 * Everything is a whole number of 2^-scale.
 */
const scale = 192n;
const one = 1n << scale;

function sqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Digit by digit: squaring doubles the logarithm, and halving takes one off. */
function log2(value: bigint): bigint {
  let [rest, result] = [value, 0n];
  while (rest >= 2n * one) [rest, result] = [rest >> 1n, result + one];
  for (let bit = one >> 1n; bit > 1n << 32n; bit >>= 1n) {
    rest = (rest * rest) >> scale;
    if (rest >= 2n * one) [rest, result] = [rest >> 1n, result + bit];
  }
  return result;
}

/** 2^(1/2), 2^(1/4), and so on. */
const roots: bigint[] = [];
for (let root = 2n * one; roots.length < 128; roots.push(root)) root = sqrt(root << scale);

function exp2(exponent: bigint): bigint {
  let result = one << (exponent >> scale);
  roots.forEach((root, i) => {
    if ((exponent >> (scale - BigInt(i) - 1n)) & 1n) result = (result * root) >> scale;
  });
  return result;
}

const log2_10 = log2(10n * one);

/** The most shares whose weight is `weight`. */
function sharesMost(weight: number): number {
  const log10 = (log2(BigInt(weight) * one) << scale) / log2_10;
  const square = 15625n * one + 2448n * log10 + (2448n * 7n * one) / 34n;
  const shares = exp2((sqrt(square << scale) - 125n * one) / 2n);
  // At 1, 100 and 10000 the root is a whole number, which rounding errors miss by far less than this.
  return Number((shares + (one >> 64n)) >> scale);
}

/** The weights of 2 to 262144 shares by the quadratic formula; the index is the number of shares. */
export function quadraticWeights(): Uint16Array {
  const weights = new Uint16Array(262145);
  let shares = 2;
  for (let weight = 1; weight <= 10000; weight++) {
    const end = sharesMost(weight);
    weights.fill(weight, shares, end + 1);
    shares = Math.max(shares, end + 1);
  }
  return weights;
}
