import type { SQL } from 'drizzle-orm'

/** What an invariant is about. */
export type Theme = 'stock' | 'money' | 'orders' | 'events' | 'mail'

/** One thing that must hold, and the query that finds where it does not. */
export interface Invariant {
  readonly theme: Theme
  /** What holds, in a sentence. */
  readonly name: string
  /** One row for each violation, with ids and figures, and nothing that is personal. */
  readonly violations: (moment: Moment) => SQL
}

/** How one invariant was found. */
export interface Finding {
  readonly theme: Theme
  /** What should hold, in a sentence. */
  readonly name: string
  /** How often it does not; 0 where it holds. */
  readonly violations: number
  /** Some of the violations: ids and figures by column name. */
  readonly samples: readonly Readonly<Record<string, unknown>>[]
}

/** As of when, and by which books, invariants are checked. */
export interface Moment {
  /** A condition: what happened at that time should have had its consequences by now. */
  readonly longAgo: (at: SQL) => SQL
  /** A condition: work whose next turn was due at that time is being left undone. */
  readonly leftUndone: (dueAt: SQL) => SQL
  /** A condition: the outbox still has the event of what happened at that time. */
  readonly onRecord: (at: SQL) => SQL
  /** The same by the event's id, which tells the time it was minted. */
  readonly eventOnRecord: (eventId: SQL) => SQL
  /** The provider's journal, as something to select from: see {@link JournalRow}. */
  readonly journal: SQL
}
