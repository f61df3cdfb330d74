import { z } from 'zod'
import type { Plain } from './operation.ts'

/** A fact that a domain announces once it is committed. */
export interface EventDeclaration<Type extends string = string, Data extends z.ZodType = z.ZodType> {
  /** `domain.past-tense`, as in `orders.placed`. */
  readonly type: Type
  /** Grows when the data changes in a way that old consumers cannot read. */
  readonly version: number
  readonly summary: string
  readonly data: Data
  readonly example: z.input<Data>
  /**
   * Whether somebody must be listening. A mandatory event that no queue takes stays in the outbox and
   * is reported; one that is not is an announcement, for whoever cares.
   */
  readonly mandatory: boolean
}

/**
 * Declares an event: version 1 and an announcement, unless told otherwise.
 *
 * ```ts
 * const placed = event('orders.placed', { summary: 'An order was placed.', data, example, mandatory: true })
 * ```
 */
export const event = <const Type extends `${string}.${string}`, Data extends z.ZodObject>(
  type: Type,
  spec: {
    readonly version?: number
    readonly summary: string
    readonly data: Data & Plain<NoInfer<Data>>
    readonly example: z.input<NoInfer<Data>>
    readonly mandatory?: boolean
  },
): EventDeclaration<Type, Data> => ({ version: 1, mandatory: false, ...spec, type })

/**
 * What travels: a CloudEvents 1.0 envelope in structured JSON mode. The id is minted in the
 * transaction that produced the event and stays the same however often it is delivered.
 */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  /** `/plinth/<domain>` */
  source: z.string(),
  type: z.string(),
  /** The id of the thing it is about. */
  subject: z.string(),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json'),
  /** `urn:plinth:event:<type>:<version>` */
  dataschema: z.string(),
  /** Distributed Tracing extension. */
  traceparent: z.string().optional(),
  data: z.unknown(),
})

/** See {@link cloudEvent}. */
export type CloudEvent = z.infer<typeof cloudEvent>

/** The `dataschema` of an event. */
export const dataSchemaOf = (declaration: Pick<EventDeclaration, 'type' | 'version'>): string =>
  `urn:plinth:event:${declaration.type}:${declaration.version}`
