import { createHash, createHmac, randomBytes } from 'node:crypto'

/** A secret that opens something once: 256 random bits, base64url. */
export const mintToken = (): string => randomBytes(32).toString('base64url')

/** What is kept of it. A fast hash is enough: there is nothing to guess in 256 random bits. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** A token that follows from another one, for whoever has that one and all the rest. */
export const successorOf = (token: string, key: string, salt: Buffer): string =>
  createHmac('sha256', token).update(salt).update(key).digest('base64url')
