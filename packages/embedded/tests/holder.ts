/** A program for tests: `holder.ts <directory> [graceful | exit]` starts PostgreSQL there and says where it is. */
import postgres from 'postgres'
import { startEmbeddedPostgres } from '../src/index.ts'

const [directory = '', mode] = process.argv.slice(2)
const server = await startEmbeddedPostgres({ directory })
console.log(`${server.url} ${server.pid}`)

const alive = setInterval(() => {}, 1000)

if (mode === 'exit') setTimeout(() => process.exit(3), 10)

// What a host does: it goes on with its requests for a while, and stops PostgreSQL last.
if (mode === 'graceful') {
  process.once('SIGINT', async () => {
    await new Promise(resolve => setTimeout(resolve, 300))
    const sql = postgres(server.url, { max: 1 })
    await sql`INSERT INTO note VALUES ('written while stopping')`
    await sql.end()
    await server[Symbol.asyncDispose]()
    clearInterval(alive)
  })
}
