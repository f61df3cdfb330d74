/** Keeps what is asked for once from pushing out what others come back for. */
export interface Doorkeeper {
  /** Whether the key is let in: where few come, or it was asked for within so many milliseconds. */
  letsIn(key: string, withinMs: number): boolean
}

/**
 * A doorkeeper that lets everybody in until a hundred come within a second who were not there a short while ago, and from
 * then on those whom it knows (after that of TinyLFU: Einziger, Friedman and Manes, 2017). It has room for so many keys.
 * Two that fall on the same place push each other out, so now and then one is not known that was there; one that was not
 * there is known as rarely as two hashes of 32 bits are the same.
 */
export const createDoorkeeper = (
  now: () => number = () => performance.now(),
  places = 2 ** 15,
): Doorkeeper => {
  const hashes = new Uint32Array(places)
  const times = new Float64Array(places).fill(Number.NEGATIVE_INFINITY)
  const strangers = { count: 0, since: now() }
  return {
    letsIn(key, withinMs) {
      const hash = hashOf(key)
      const place = hash % places
      const time = now()
      const known = hashes[place] === hash && time - (times[place] ?? 0) <= withinMs
      hashes[place] = hash
      times[place] = time
      if (known) return true
      if (time - strangers.since >= 1_000) Object.assign(strangers, { count: 0, since: time })
      strangers.count += 1
      return strangers.count <= mostStrangers
    },
  }
}

/** In a second. To keep as many costs next to nothing, and what was just read is there when its source is away. */
const mostStrangers = 100

/** FNV-1a, of UTF-16 code units: <https://datatracker.ietf.org/doc/draft-eastlake-fnv/> */
const hashOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
