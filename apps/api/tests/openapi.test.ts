import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { contracts, permissions } from '@plinth/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { accessTable } from './access-table.ts'
import { givenFace } from './given-face.ts'
import { dataFolder } from './host-process.ts'

const media = z.record(z.string(), z.looseObject({ schema: z.unknown(), example: z.unknown().optional() }))
const response = z.looseObject({ description: z.string().min(1), content: media.optional() })
const operation = z.looseObject({
  operationId: z.string().min(1),
  summary: z.string().min(1),
  tags: z.tuple([z.string()]),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  'x-permission': z.union([z.string(), z.array(z.string())]).optional(),
  parameters: z.array(
    z.looseObject({
      name: z.string(),
      schema: z
        .record(z.string(), z.unknown())
        .refine(
          schema => Object.keys(schema).length > 0,
          'A parameter that may be anything is not described.',
        ),
    }),
  ),
  requestBody: z.looseObject({ content: media }).optional(),
  responses: z.record(z.string(), response),
})
const openApi = z.looseObject({
  openapi: z.literal('3.1.0'),
  tags: z.array(z.looseObject({ name: z.string(), description: z.string().min(1) })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
})

type Operation = z.infer<typeof operation>

let face: Awaited<ReturnType<typeof givenFace>>
let document: z.infer<typeof openApi>
let text: string
/** Every operation, by `GET /v1/orders`. */
const operations = new Map<string, Operation>()

beforeAll(async () => {
  face = await givenFace('https://shop.test')
  text = (await face.app.inject('/openapi.json')).body
  document = openApi.parse(JSON.parse(text))
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, each] of Object.entries(methods))
      operations.set(`${method.toUpperCase()} ${path}`, each)
  }
})
afterAll(() => face[Symbol.asyncDispose]())

/** What the shop serves besides its API. */
const besides = /^(\/openapi\.json|\/asyncapi\.json|\/metrics|\/docs(\/.*)?|\/mailbox(\/.*)?|\*)$/

/** The routes of a server, from the tree that it prints: four characters a step. */
const routesIn = (tree: string): string[] => {
  const parents: string[] = []
  const routes: string[] = []
  for (const line of tree.split('\n')) {
    const [, before = '', part = '', methods = ''] = /^(.*?)[├└]── (\S+)(?: \((.*)\))?$/.exec(line) ?? []
    if (part === '') continue
    const depth = before.length / 4
    const path = `${parents[depth - 1] ?? ''}${part}`
    parents[depth] = path
    if (!besides.test(path))
      for (const method of methods.split(', ')) routes.push(`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  }
  return routes.filter(route => !route.startsWith('HEAD '))
}

it('is of all routes there are, and of no others', () => {
  const served = routesIn(face.app.printRoutes({ commonPrefix: false }))
  expect(served.length).toBeGreaterThan(40)
  expect([...operations.keys()].sort()).toStrictEqual(served.sort())
})

it('counts against whoever asks for it, as do all other documents', async () => {
  for (const path of ['/openapi.json', '/asyncapi.json', '/docs/', '/nowhere', '/.well-known/jwks.json']) {
    expect((await face.app.inject(path)).headers, path).toHaveProperty('ratelimit-limit')
  }
})

it('keeps the rules of its format', async () => {
  await using folder = await dataFolder()
  const file = join(folder.path, 'openapi.json')
  await writeFile(file, text)
  const bin = join(import.meta.dirname, '..', 'node_modules', '.bin', 'redocly')
  const { stdout, stderr } = await promisify(execFile)(bin, ['lint', '--format=stylish', file], {
    cwd: folder.path,
    env: {
      ...process.env,
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
      NO_COLOR: '1',
    },
  })
  expect(stdout + stderr).toMatch(/is valid/)
  expect(stdout + stderr).not.toMatch(/\b(error|warning)s?\b/i)
})

it('names each operation once, in a chapter that is explained', () => {
  const ids = [...operations.values()].map(each => each.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  const chapters = document.tags.map(({ name }) => name)
  for (const { tags } of operations.values()) expect(chapters).toContain(tags[0])
  for (const chapter of chapters)
    expect([...operations.values()].some(({ tags }) => tags[0] === chapter)).toBe(true)
})

it('says who may call each operation, with a permission that a contract declares', () => {
  const declared = Object.values(contracts).flatMap(({ permissions }) =>
    Object.values(permissions).map(({ name }) => name),
  )
  for (const [route, { security, responses, 'x-permission': permission }] of operations) {
    if (permission === undefined) {
      expect(security, route).toStrictEqual([])
      continue
    }
    expect(security, route).toStrictEqual([{ accessToken: [] }])
    for (const name of [permission].flat()) expect(declared, route).toContain(name)
    expect(Object.keys(responses), route).toEqual(expect.arrayContaining(['401', '403']))
  }
})

it('says of everything that takes If-Match that it does, of a cancellation, too', () => {
  const taking = [...operations].filter(([, { parameters }]) =>
    parameters.some(({ name }) => name === 'If-Match'),
  )
  for (const [route, { responses }] of taking) expect(Object.keys(responses), route).toContain('412')
  expect(taking.map(([route]) => route)).toEqual(
    expect.arrayContaining(['POST /v1/orders/{orderId}/cancel', 'PATCH /v1/products/{id}']),
  )
  expect(taking.map(([route]) => route)).not.toContain('POST /v1/checkout')
})

it('is what docs/security.md says of who may do what; UPDATE_DOCS=1 writes it anew', async () => {
  const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'security.md')
  const written = await readFile(file, 'utf8')
  const marked = /(?<=<!-- operations -->\n\n).*?(?=\n\n<!-- \/operations -->)/s
  const table = accessTable(operations, permissions)
  if (process.env.UPDATE_DOCS === '1')
    await writeFile(
      file,
      written.replace(marked, () => table),
    )
  else expect(marked.exec(written)?.[0]).toBe(table)
})

it('shows how each operation is refused, as problems that say so', () => {
  const shown = z.looseObject({ status: z.int(), code: z.string(), requestId: z.string() })
  for (const [route, { responses }] of operations) {
    const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400)
    // Those who watch the shop are neither limited nor asked who they are.
    if (!route.startsWith('GET /health/')) {
      expect(
        refusals.some(([status]) => status.startsWith('4')),
        route,
      ).toBe(true)
      expect(Object.keys(responses), route).toContain('429')
    }
    for (const [status, { content }] of refusals) {
      const problem = content?.['application/problem+json']
      expect(problem?.schema, `${route} ${status}`).toBeDefined()
      for (const example of examplesIn(problem))
        expect(shown.parse(example).status, `${route} ${status}`).toBe(Number(status))
    }
  }
})

it('shows an example of every body that is sent or answered', () => {
  for (const [route, { requestBody, responses }] of operations) {
    const bodies = [requestBody, ...Object.values(responses)].flatMap(each =>
      Object.values(each?.content ?? {}),
    )
    // The form of a payment provider's webhook is the provider's own.
    if (route.startsWith('POST /v1/webhooks/')) bodies.shift()
    for (const body of bodies) expect(examplesIn(body).length, route).toBeGreaterThan(0)
  }
})

it('names its schemas, and refers to none that is not there', () => {
  expect(text).not.toContain('$defs')
  expect(text).not.toContain('"nullable"')
  const named = Object.keys(document.components.schemas)
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    expect(named).toContain(name)
  for (const name of named) expect(name).toMatch(/^[A-Z][A-Za-z]+$/)
})

/** The examples beside a schema, alone or by name. */
const examplesIn = (body: z.infer<typeof media>[string] | undefined): unknown[] => {
  const several = z.record(z.string(), z.looseObject({ value: z.unknown() })).safeParse(body?.examples).data
  return [
    ...(body?.example === undefined ? [] : [body.example]),
    ...Object.values(several ?? {}).map(({ value }) => value),
  ]
}
