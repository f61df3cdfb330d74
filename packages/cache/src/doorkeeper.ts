/** Remembers which keys were asked for a short while ago: roughly, in a bounded place. */
export interface Doorkeeper {
  /** Whether the key was asked for within so many milliseconds. From now on it was. */
  knows(key: string, withinMs: number): boolean
}

/**
 * A doorkeeper with room for so many keys. Two that fall on the same place push each other out, so now and then one is
 * not known that was there; one that was not there is known as rarely as two hashes of 32 bits are the same.
 */
export const createDoorkeeper = (
  now: () => number = () => performance.now(),
  places = 2 ** 15,
): Doorkeeper => {
  const hashes = new Uint32Array(places)
  const times = new Float64Array(places).fill(Number.NEGATIVE_INFINITY)
  return {
    knows(key, withinMs) {
      const hash = hashOf(key)
      const place = hash % places
      const time = now()
      const known = hashes[place] === hash && time - (times[place] ?? 0) <= withinMs
      hashes[place] = hash
      times[place] = time
      return known
    },
  }
}

/** FNV-1a, of UTF-16 code units: <https://datatracker.ietf.org/doc/draft-eastlake-fnv/> */
const hashOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
