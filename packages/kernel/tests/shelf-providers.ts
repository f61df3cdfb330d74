import {
  type Actor,
  type Client,
  ContractError,
  expose,
  type Implementation,
  implement,
  local,
  type RemoteCall,
  remote,
  type Transport,
} from '@plinth/kernel'
import { z } from 'zod'
import { type ShelfContract, shelfContract } from './shelf-contract.ts'

/** The operations a test does not give; each says that it was not expected. */
const unexpected: Implementation<ShelfContract> = {
  getItem: () => Promise.reject(new Error('not expected')),
  findItem: () => Promise.reject(new Error('not expected')),
  renameItem: () => Promise.reject(new Error('not expected')),
  hold: () => Promise.reject(new Error('not expected')),
  release: () => Promise.reject(new Error('not expected')),
  countAll: () => Promise.reject(new Error('not expected')),
  whoAsks: () => Promise.reject(new Error('not expected')),
}

/** A shelf on which only these operations are there. */
export const shelf = (partial: Partial<Implementation<ShelfContract>>) =>
  implement(shelfContract, { ...unexpected, ...partial })

/** An in-memory road to operations behind {@link expose}; `seen` gets every call and every answer as text. */
export const roadTo = (
  operations: Implementation<ShelfContract>,
  seen: { calls: RemoteCall[]; answers: string[]; errors: unknown[] } = {
    calls: [],
    answers: [],
    errors: [],
  },
): Transport => {
  const exposed = expose(shelfContract, operations, {
    verifyActor: token => Promise.resolve(readToken(token)),
    onError: error => seen.errors.push(error),
  })
  return async call => {
    seen.calls.push(call)
    const target = exposed.operations.find(each => each.path === call.path)
    const handle = target?.handle ?? exposed.otherwise
    const reply = await handle({ headers: call.headers(), body: JSON.parse(call.body) })
    seen.answers.push(reply.body)
    return reply
  }
}

/** A token that anybody could forge: the tests' stand-in for a signed one. */
export const signActor = async (actor: Actor): Promise<string> =>
  Buffer.from(JSON.stringify(actor)).toString('base64url')

const actorClaims = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('anonymous') }),
  z.strictObject({ kind: z.literal('service'), name: z.string() }),
  z.strictObject({
    kind: z.literal('user'),
    id: z.string(),
    roles: z.array(z.string()),
    permissions: z.array(z.string()),
  }),
])

const readToken = (token: string): Actor =>
  actorClaims.parse(JSON.parse(Buffer.from(token, 'base64url').toString()))

/** The same operations by each of the three roads. */
export const roads = (operations: Implementation<ShelfContract>): [string, Client<ShelfContract>][] => [
  ['by reference', local(shelfContract, operations)],
  ['strict', local(shelfContract, operations, { strict: true })],
  ['remote', remote(shelfContract, { transport: roadTo(operations), signActor })],
]

/** What came of a call, as data: what it gave, or how it was refused. */
export const outcomeOf = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return { gave: await call }
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    const { code, kind, message, details } = error
    return { refused: { code, kind, message, details } }
  }
}
