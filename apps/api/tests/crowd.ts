import { randomUUID } from 'node:crypto'
import { generateKey } from '@plinth/host'
import { newId } from '@plinth/kernel'
import { importJWK, SignJWT } from 'jose'
import type postgres from 'postgres'
import type { Env } from './host-process.ts'

/** One of many who have an account and are signed in. */
export interface Buyer {
  readonly id: string
  readonly accessToken: string
}

/** A key of the test's own: hosts that are started with `env` take its tokens for theirs. */
export const givenSigner = () => {
  const key = generateKey()
  const privateKey = importJWK({ ...key }, key.alg)
  return {
    env: { JWT_KEYS: JSON.stringify({ keys: [key] }) } satisfies Env,
    /** What a sign-in answers with, signed as a host does. */
    sign: async (userId: string): Promise<string> =>
      new SignJWT({ sid: newId<'Session'>(), roles: ['user'], client_id: 'plinth' })
        .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
        .setIssuer('plinth')
        .setAudience('plinth')
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime('15m')
        .setJti(randomUUID())
        .sign(await privateKey),
  }
}

/** See {@link givenSigner}. */
export type Signer = ReturnType<typeof givenSigner>

/**
 * Customers of long standing: their accounts are written down, and their tokens signed, without the two
 * password hashes that signing up and in cost each: minutes for thousands, and nothing that is looked at here.
 */
export const givenBuyers = async (
  database: postgres.Sql,
  { sign }: Signer,
  howMany: number,
): Promise<Buyer[]> => {
  const buyers = await Promise.all(
    Array.from({ length: howMany }, async () => {
      const id: string = newId<'User'>()
      return { id, accessToken: await sign(id) }
    }),
  )
  await database`
    insert into users.account (id, email, email_key, name, password_hash, email_verified, created_at)
    select id, id || '@plinth.example', id || '@plinth.example', 'Eager Buyer', 'none', true, now() - interval '30 days'
      from unnest(${buyers.map(({ id }) => id)}::uuid[]) as id`
  return buyers
}

/** Puts one of each variant into the cart of each buyer, in the order that is given for the buyer. */
export const fillCarts = async (
  database: postgres.Sql,
  wanted: ReadonlyMap<Buyer, readonly string[]>,
): Promise<void> => {
  const carts = [...wanted].map(([{ id }, variants]) => ({ cart: newId<'Cart'>(), user: id, variants }))
  const rows = JSON.stringify(carts)
  await database`
    with mine as (
      insert into cart.cart (id, user_id)
      select cart, "user" from jsonb_to_recordset(${rows}::text::jsonb) as _ (cart uuid, "user" uuid)
          on conflict (user_id) do update set updated_at = now()
      returning id, user_id
    )
    insert into cart.cart_line (cart_id, variant_id, quantity)
    select mine.id, variant::uuid, 1
      from jsonb_to_recordset(${rows}::text::jsonb) as _ ("user" uuid, variants jsonb)
      join mine on mine.user_id = _."user"
      cross join jsonb_array_elements_text(variants) with ordinality as line (variant, place)
     order by mine.id, place
        on conflict (cart_id, variant_id) do nothing`
}

/** Does something for each, so many at a time; gives what came of it in the same order. */
export const forEach = async <Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, at: number) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = []
  const left = items.entries()
  const worker = async () => {
    for (const [at, item] of left) results[at] = await work(item, at)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
