import postgres, { type Sql } from 'postgres'

/** Connections that fill a database, and how far they are. */
export interface Loader extends AsyncDisposable {
  readonly sql: Sql
  /** Does each piece, on all connections side by side, and tells of it. */
  readonly pieces: <Piece>(
    what: string,
    pieces: readonly Piece[],
    work: (piece: Piece, connection: Sql) => Promise<unknown>,
  ) => Promise<void>
  /** One statement, and its time. */
  readonly step: (what: string, work: (connection: Sql) => Promise<unknown>) => Promise<void>
}

/**
 * Opens `lanes` connections. What is written is not waited for, and whoever may leave foreign keys unchecked does: the
 * rows come from each other, and are checked in the end.
 */
export const openLoader = async (
  url: string,
  lanes: number,
  tell: (line: string) => void,
): Promise<Loader> => {
  const sql = postgres(url, {
    max: lanes + 1,
    onnotice: () => undefined,
    idle_timeout: 0,
    max_lifetime: null,
  })
  const connections = await Promise.all(Array.from({ length: lanes }, () => sql.reserve()))
  for (const connection of connections) {
    await connection.unsafe(`set synchronous_commit = off; set work_mem = '128MB'; set maintenance_work_mem = '512MB';
      set jit = off; set statement_timeout = 0; set timezone = 'UTC'`)
    await connection`set session_replication_role = replica`.catch(() => undefined)
  }
  const began = performance.now()
  const elapsed = () => `${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s`
  const pieces: Loader['pieces'] = async (what, all, work) => {
    const left = all.values()
    let done = 0
    let told = performance.now()
    await Promise.all(
      connections.map(async connection => {
        for (const piece of left) {
          await work(piece, connection)
          done += 1
          if (performance.now() - told < 5_000 || done === all.length) continue
          told = performance.now()
          tell(`${elapsed()}  ${what} ${Math.floor((100 * done) / all.length)} %`)
        }
      }),
    )
    tell(`${elapsed()}  ${what} done`)
  }
  return {
    sql,
    pieces,
    step: (what, work) => pieces(what, [what], (_, connection) => work(connection)),
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.release()
      await sql.end()
    },
  }
}
