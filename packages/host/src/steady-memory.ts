import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from taking much more memory than the shop needs. Import it before the rest is loaded. Both settings can only
 * be made so: a script that is started without flags has no other way.
 *
 * By itself V8 lets the heap grow to several times what is alive in it before it tidies up: some 250 MiB of ups and
 * downs in a shop that has 70 in use, by which nobody can tell a leak. With a bound of 1.6 times they are some 60,
 * and it costs no processor time to speak of (0.099 s an order against 0.105 in a run side by side).
 *
 * What is new lies in a space of its own, which V8 lets grow to 128 MiB. That much memory is touched in turn, so that none
 * of it is ever in the processor's caches: a loop that makes objects took 1.2 s with it, and 0.8 s with 16 or 32 MiB.
 */
setFlagsFromString('--heap-growing-percent=60')

const youngMiB = 32
/** Of which seven are enough. */
const mostRounds = 200

growOnce()

/** There is no flag for the size that has an effect by now, but there is one for how much it grows by, each time. */
function growOnce() {
  setFlagsFromString(`--semi-space-growth-factor=${youngMiB / 2}`)
  // It grows as more survives in it than it could hold.
  let held: object[] = []
  for (let round = 0; round < mostRounds && spaceOfTheYoung() < youngMiB; round++)
    held = held.concat(Array.from({ length: 1_000 }, (_, n) => ({ n })))
  setFlagsFromString('--semi-space-growth-factor=1')
}

function spaceOfTheYoung(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  return (space?.space_size ?? Number.POSITIVE_INFINITY) / 2 ** 20
}
