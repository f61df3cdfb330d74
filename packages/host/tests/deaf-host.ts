/** Listens, says where, and then lets nobody in until its standard input ends. */
import { readFileSync, writeSync } from 'node:fs'
import { fastify } from 'fastify'
import { listenAt } from '../src/address.ts'

const app = fastify()
writeSync(1, `${await listenAt(app, { host: '127.0.0.1', port: 0 })}\n`)
// Nothing else happens in this process meanwhile.
readFileSync(0)
await app.close()
