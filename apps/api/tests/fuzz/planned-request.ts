import fc from 'fast-check'
import type { ApiDocument, Operation } from './api-document.ts'
import { perhapsBroken } from './broken-bodies.ts'
import { brokenHeader, brokenWords } from './broken-words.ts'
import { fitting } from './fitting-values.ts'
import { type JsonTree, textOf, treeOf } from './json-tree.ts'
import { kindOf, placeholderOf } from './known-things.ts'

/** Who sends it. */
export type Actor = 'anonymous' | 'user' | 'seller' | 'admin'

/** A request as the plan has it, before the shop's own things are filled in. */
export interface PlannedRequest {
  readonly actor: Actor
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Requests to one operation, some as they should be, most of them broken somewhere. */
export const requestsTo = (operation: Operation, document: ApiDocument): fc.Arbitrary<PlannedRequest> => {
  const { path, parameters } = operation
  const word = (field: string, schema: unknown) =>
    fc.oneof(
      { weight: 14, arbitrary: fitting(schema, { document, path, field }).map(wordOf) },
      { weight: 1, arbitrary: brokenWords },
    )
  const inPath = parameters.filter(each => each.in === 'path')
  const inQuery = parameters.filter(each => each.in === 'query')
  const target = fc
    .tuple(
      fc.tuple(...inPath.map(({ name, schema }) => word(name, schema))),
      fc.tuple(
        ...inQuery.map(({ name, schema }) => perhaps(word(name, schema).map(value => `${name}=${value}`))),
      ),
      fc.oneof({ weight: 25, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: strangeQueries }),
    )
    .map(([words, queries, strange]) => {
      const filled = inPath.reduce(
        (text, { name }, n) => text.replace(`{${name}}`, () => words[n] ?? ''),
        path,
      )
      const query = [...queries, strange].filter(each => each !== undefined)
      return query.length === 0 ? filled : `${filled}?${query.join('&')}`
    })
  const requests = fc
    .record({
      actor: actors,
      method: methodsFor(operation),
      target,
      headers: headersFor(operation),
      body: bodyFor(operation, document),
    })
    .map(({ body, headers, ...rest }) => ({
      ...rest,
      body: rest.method === 'GET' || rest.method === 'HEAD' ? undefined : body,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    }))
  return path === '/v1/webhooks/payments/{provider}' ? fc.oneof(requests, signedByProvider) : requests
}

/** What the provider sends. */
const signedByProvider: fc.Arbitrary<PlannedRequest> = fc.nat(50).map(number => ({
  actor: 'anonymous',
  method: 'POST',
  target: '/v1/webhooks/payments/sandbox',
  headers: {
    'content-type': 'application/json',
    'webhook-id': placeholderOf('webhookIds', number),
    'webhook-timestamp': placeholderOf('webhookTimes', number),
    'webhook-signature': placeholderOf('webhookSignatures', number),
  },
  body: placeholderOf('webhookBodies', number),
}))

/** One time in four. */
const perhaps = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const actors = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Actor>('anonymous') },
  { weight: 2, arbitrary: fc.constant<Actor>('seller') },
  { weight: 3, arbitrary: fc.constant<Actor>('user') },
  { weight: 8, arbitrary: fc.constant<Actor>('admin') },
)

const methodsFor = ({ method }: Operation): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 40, arbitrary: fc.constant(method) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'GET',
        'POST',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'HEAD',
        'TRACE',
        'PROPFIND',
      ),
    },
  )

const strangeQueries = fc.oneof(
  fc.constantFrom(
    'a=1',
    'limit=1&limit=2',
    'cursor',
    '&&=&',
    'q[]=1',
    'q[a]=1',
    '__proto__=1',
    '%ff=1',
    '?',
    '#a',
  ),
  fc.constantFrom('limit', 'cursor', 'q', 'status').chain(name => brokenWords.map(word => `${name}=${word}`)),
)

const headersFor = ({ parameters }: Operation): fc.Arbitrary<Record<string, string>> => {
  const wanted = parameters.filter(each => each.in === 'header').map(({ name }) => name.toLowerCase())
  const key = fc.oneof(
    { weight: 3, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: fc.nat(20).map(n => `key-${n}`) },
  )
  return fc
    .tuple(
      fc.option(key, { nil: undefined, freq: 6 }),
      perhaps(fc.nat(50)),
      fc.oneof({ weight: 12, arbitrary: fc.constant([]) }, fc.array(brokenHeader, { maxLength: 3 })),
    )
    .map(([idempotencyKey, etag, strange]) => ({
      ...(idempotencyKey !== undefined &&
        wanted.includes('idempotency-key') && { 'idempotency-key': idempotencyKey }),
      ...(etag !== undefined && wanted.includes('if-match') && { 'if-match': placeholderOf('etags', etag) }),
      ...(etag !== undefined &&
        wanted.includes('if-none-match') && { 'if-none-match': placeholderOf('etags', etag) }),
      ...Object.fromEntries(strange),
    }))
}

const bodyFor = (
  { requestBody, path }: Operation,
  document: ApiDocument,
): fc.Arbitrary<string | undefined> => {
  const media = requestBody?.content['application/json']
  if (media === undefined)
    return fc.option(fc.constantFrom('', '{}', '{"a":1}', '[', 'null'), { nil: undefined, freq: 1 })
  const trees = fitting(media.schema, { document, path, field: '' })
  const example = media.example === undefined ? trees : ofKnown(treeOf(media.example), path)
  return perhapsBroken(fc.oneof({ weight: 1, arbitrary: trees }, { weight: 2, arbitrary: example }))
}

/** An example with things that there are in place of those it names. */
const ofKnown = (tree: JsonTree, path: string, field = ''): fc.Arbitrary<JsonTree> => {
  const kind = kindOf(field, path)
  if ('text' in tree)
    return kind === undefined
      ? fc.constant(tree)
      : fc.nat(50).map(number => treeOf(placeholderOf(kind, number)))
  if ('items' in tree)
    return fc.tuple(...tree.items.map(each => ofKnown(each, path, field))).map(items => ({ items }))
  return fc
    .tuple(...tree.fields.map(([key, each]) => ofKnown(each, path, key).map(made => [key, made] as const)))
    .map(fields => ({ fields }))
}

/** A value as a word of a path or a query. */
const wordOf = (tree: JsonTree): string => {
  const value: unknown = JSON.parse(textOf(tree))
  const text = typeof value === 'string' ? value : textOf(tree)
  return text.startsWith('@@') ? text : encodeURIComponent(text.toWellFormed())
}
