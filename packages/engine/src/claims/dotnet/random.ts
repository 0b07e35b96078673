const big = 2147483647;
const seedConstant = 161803398;

/**
 * The first `Next(maximum)` of .NET's `new Random(seed)`, Knuth's subtractive generator: the same seed always gives the
 * same number. Not for secrets. Source: claims-transformations.md 4.8.
 */
export function seededInteger(seed: number, maximum: number): number {
  return Math.floor(firstSample(seed) * (1 / big) * maximum);
}

function firstSample(seed: number): number {
  const state = new Int32Array(56);
  const magnitude = seed === -2147483648 ? big : Math.abs(seed);
  let previous = seedConstant - magnitude;
  state[55] = previous;
  let next = 1;
  for (let i = 1; i < 55; i++) {
    const place = (21 * i) % 55;
    state[place] = next;
    next = previous - next;
    if (next < 0) next += big;
    previous = at(state, place);
  }
  for (let round = 0; round < 4; round++) {
    for (let i = 1; i < 56; i++) {
      // Int32Array wraps like .NET's unchecked subtraction.
      state[i] = at(state, i) - at(state, 1 + ((i + 30) % 55));
      if (at(state, i) < 0) state[i] = at(state, i) + big;
    }
  }
  let sample = at(state, 1) - at(state, 22);
  if (sample === big) sample--;
  return sample < 0 ? sample + big : sample;
}

function at(state: Int32Array, index: number): number {
  return state[index] ?? 0;
}
