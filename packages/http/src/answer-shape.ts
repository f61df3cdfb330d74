import { isFrozen } from '@plinth/kernel'
import { z } from 'zod'

/**
 * Leaves out of a value what its schema does not name, at any depth, and tells where that was. Nothing
 * is checked otherwise, and a value that fits is passed on as it is, not copied.
 */
export type Shape = (value: unknown, onExcess: (pointer: string) => void) => unknown

/** The shape that a schema describes; worked out once, since parsing each answer costs ten times as much. */
export const shapeOf = (schema: z.ZodType): Shape => {
  const prune = compile(schema, new Map())
  return (value, onExcess) => prune(value, '', onExcess)
}

type Prune = (value: unknown, pointer: string, onExcess: (pointer: string) => void) => unknown

const keep: Prune = value => value

const compile = (schema: z.core.$ZodType, known: Map<z.core.$ZodType, Prune>): Prune => {
  const before = known.get(schema)
  if (before !== undefined) return before
  // A schema that holds itself finds this, and by the time it is called there is something behind it.
  let real: Prune = keep
  known.set(schema, (value, pointer, onExcess) => real(value, pointer, onExcess))
  real = pruneFor(schema, each => compile(each, known))
  known.set(schema, real)
  return real
}

const pruneFor = (schema: z.core.$ZodType, of: (inner: z.core.$ZodType) => Prune): Prune => {
  if (schema instanceof z.ZodObject) return ofObject(schema, of)
  if (schema instanceof z.ZodArray) return ofArray(of(schema.element))
  if (schema instanceof z.ZodRecord) return ofRecord(of(schema.valueType))
  if (schema instanceof z.ZodUnion) return ofUnion(schema.options, of)
  if (schema instanceof z.ZodPipe) return of(schema.out)
  if (schema instanceof z.ZodLazy) return of(schema.unwrap())
  const { def } = schema._zod
  return 'innerType' in def && def.innerType instanceof z.core.$ZodType ? of(def.innerType) : keep
}

const ofObject = (schema: z.ZodObject, of: (inner: z.core.$ZodType) => Prune): Prune => {
  const fields = new Map(Object.entries(schema.shape).map(([name, field]) => [name, of(field)]))
  const { catchall } = schema.def
  const open = catchall !== undefined && !(catchall instanceof z.ZodNever)
  return fittingOnce((value, pointer, onExcess) =>
    mapped(value, (name, each) => {
      const prune = fields.get(name) ?? (open ? keep : undefined)
      // Most fields: where they are need not be written down.
      if (prune === keep) return each
      if (prune !== undefined) return prune(each, `${pointer}/${name}`, onExcess)
      onExcess(`${pointer}/${name}`)
      return leaveOut
    }),
  )
}

/** What never changes and was found to fit is not looked at again: the same products are on many pages. */
const fittingOnce = (prune: Prune): Prune => {
  const fitting = new WeakSet<object>()
  return (value, pointer, onExcess) => {
    if (!isFrozen(value)) return prune(value, pointer, onExcess)
    if (fitting.has(value)) return value
    const pruned = prune(value, pointer, onExcess)
    if (pruned === value) fitting.add(value)
    return pruned
  }
}

const ofRecord = (inner: Prune): Prune =>
  inner === keep
    ? keep
    : (value, pointer, onExcess) => mapped(value, (name, each) => inner(each, `${pointer}/${name}`, onExcess))

const ofArray = (inner: Prune): Prune =>
  inner === keep
    ? keep
    : (value, pointer, onExcess) => {
        if (!Array.isArray(value)) return value
        let changed = false
        const elements = value.map((each: unknown, index) => {
          const pruned = inner(each, `${pointer}/${index}`, onExcess)
          changed ||= pruned !== each
          return pruned
        })
        return changed ? elements : value
      }

const ofUnion = (options: readonly z.core.$ZodType[], of: (inner: z.core.$ZodType) => Prune): Prune => {
  const candidates = options.map(option => ({ mayBe: marksOf(option), prune: of(option) }))
  if (candidates.every(({ prune }) => prune === keep)) return keep
  return (value, pointer, onExcess) =>
    candidates.find(({ mayBe }) => mayBe(value))?.prune(value, pointer, onExcess) ?? value
}

/** Tells one option of a union from the others: by what kind of value it is, and by its literals. */
const marksOf = (option: z.core.$ZodType): ((value: unknown) => boolean) => {
  if (option instanceof z.ZodArray) return value => Array.isArray(value)
  if (!(option instanceof z.ZodObject)) return value => fits(option, value)
  const literals = Object.entries(option.shape).filter(([, field]) => field instanceof z.ZodLiteral)
  return value => isRecord(value) && literals.every(([name, field]) => fits(field, Reflect.get(value, name)))
}

const fits = (schema: z.core.$ZodType, value: unknown) => z.core.safeParse(schema, value).success

const leaveOut = Symbol('leave out')

const mapped = (value: unknown, change: (name: string, each: unknown) => unknown): unknown => {
  if (!isRecord(value)) return value
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(value)) {
    const each: unknown = Reflect.get(value, name)
    const changed = change(name, each)
    if (changed === each) continue
    copy ??= { ...value }
    if (changed === leaveOut) delete copy[name]
    else copy[name] = changed
  }
  return copy ?? value
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
