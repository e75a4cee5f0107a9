/** Loaded with NODE_OPTIONS=--import: the wall clock jumps a day forward or back each time it is looked at. */
const Steady = globalThis.Date;
const DAY_MS = 86_400_000;
let looks = 0;

function jumped() {
  looks += 1;
  return Steady.now() + (looks % 2 === 0 ? DAY_MS : -DAY_MS);
}

globalThis.Date = class extends Steady {
  constructor(...args) {
    super(...(args.length === 0 ? [jumped()] : args));
  }

  static now() {
    return jumped();
  }
};
