import type { z } from 'zod'

/**
 * Reads what another release may have written: fields that the schema does not name are left out, at any depth, and
 * everything else is as strict as the schema says. So whoever provides something may tell more without asking everybody
 * who reads it to follow at once.
 */
export const parseKnown = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> => {
  let parsed = schema.safeParse(value)
  // Each round takes at least one field out, or ends.
  for (let known = value; !parsed.success; ) {
    const unknown = parsed.error.issues.flatMap(issue => unknownFields(issue))
    if (unknown.length === 0) return parsed
    if (known === value) known = structuredClone(value)
    for (const { at, field } of unknown) takeOut(known, at, field)
    parsed = schema.safeParse(known)
  }
  return parsed
}

interface Field {
  readonly at: readonly PropertyKey[]
  readonly field: string
}

/** The fields that an issue is only about; of a union, those of the first option that nothing else is wrong with. */
const unknownFields = (issue: z.core.$ZodIssue, within: readonly PropertyKey[] = []): Field[] => {
  const at = [...within, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map(field => ({ at, field }))
  if (issue.code !== 'invalid_union') return []
  for (const option of issue.errors) {
    const each = option.map(inner => unknownFields(inner, at))
    if (each.length > 0 && each.every(fields => fields.length > 0)) return each.flat()
  }
  return []
}

const takeOut = (value: unknown, at: readonly PropertyKey[], field: string): void => {
  let inner: unknown = value
  for (const step of at) {
    if (typeof inner !== 'object' || inner === null) return
    inner = Reflect.get(inner, step)
  }
  if (typeof inner === 'object' && inner !== null) Reflect.deleteProperty(inner, field)
}
