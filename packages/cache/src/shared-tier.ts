/** An entry that all processes share, and how it stands. */
export interface SharedEntry {
  readonly text: string
  /** Milliseconds until it is stale; 0 or less where it is. */
  readonly freshMs: number
}

/** What came of looking into the shared tier. */
export interface SharedLookup {
  readonly entry?: SharedEntry
  /**
   * Keeps what was loaded after this look, unless the key was put or forgotten since; tells whether it did.
   * `lifeMs` is the whole life of the entry in milliseconds.
   */
  fill(text: string, lifeMs: number): Promise<boolean>
}

/** What all processes keep together, behind what each keeps itself. Nothing here rejects. */
export interface SharedTier {
  /** Undefined where the tier is out of reach, or not to be trusted with this key yet. */
  read(key: string, staleMs: number): Promise<SharedLookup | undefined>
  put(key: string, text: string, lifeMs: number): Promise<void>
  forget(keys: readonly string[]): Promise<void>
}
