import type { Broker, Queue } from '@plinth/messaging'

/** A consumer, as others are told of it. */
export interface Told {
  queue: string
  types: string[]
}

/**
 * Who takes which events in the whole shop. A relay publishes to the consumers that are written down beside its outboxes:
 * where a part of the shop has a database of its own, the others tell it of theirs, whenever they greet each other.
 */
export interface Audience {
  /** The queues of the consumers that are here. */
  readonly own: () => Told[]
  /** Those, and of each neighbour what it told last. */
  readonly known: () => Told[]
  /** Says which consumers are here. They write down themselves what they take. */
  readonly settle: (own: readonly Queue[]) => void
  /** Has what somebody told written down, where it is not yet; from then on no event passes them by. */
  readonly learn: (told: readonly Told[], neighbour?: string) => Promise<void>
}

/** Nobody yet. */
export const createAudience = ({ bind }: Pick<Broker, 'bind'>): Audience => {
  let own: readonly Told[] = []
  const ofNeighbours = new Map<string, readonly Told[]>()
  const written = new Set<string>()
  const markOf = ({ queue, types }: Told) => `${queue} ${types.join(' ')}`
  return {
    own: () => [...own],
    known: () => [...own, ...[...ofNeighbours.values()].flat()],
    settle: queues => {
      own = queues.map(({ queue, types }) => ({ queue, types: [...types] }))
    },
    async learn(told, neighbour) {
      const news = told.filter(each => !written.has(markOf(each)))
      if (news.length > 0) await bind(news)
      for (const each of news) written.add(markOf(each))
      if (neighbour !== undefined) ofNeighbours.set(neighbour, told)
    },
  }
}
