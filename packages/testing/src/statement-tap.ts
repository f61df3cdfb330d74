import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { listenBefore } from './listen-before.ts'
import { portOf } from './port-of.ts'

/** A statement as a client sent it. */
export interface TappedStatement {
  readonly text: string
  /** What stands for $1, $2, ..., as text; null for NULL. */
  readonly values: readonly (string | null)[]
  /** The oids of their types; 0 where the server is to find out. */
  readonly types: readonly number[]
  /** Whether it stays prepared. */
  readonly kept: boolean
}

/** Lies between a client and PostgreSQL, and notes what is executed. */
export interface StatementTap extends AsyncDisposable {
  /** The server's URL, with the tap's host and port. */
  readonly url: string
  /** What was executed since this was asked last. */
  readonly take: () => TappedStatement[]
}

/** Starts a tap before the server that a URL leads to. It reads the extended protocol and simple queries, unencrypted. */
export const startStatementTap = async (url: string): Promise<StatementTap> => {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let noted: TappedStatement[] = []
  const server = createServer({ allowHalfOpen: true }, near => {
    const far = connect({ host: target.hostname, port: portOf(target), noDelay: true })
    near.setNoDelay(true)
    const read = reader(statement => noted.push(statement))
    near.on('data', (chunk: Buffer) => {
      read(chunk)
      far.write(chunk)
    })
    near.on('end', () => far.end())
    far.pipe(near)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
  })
  const here = await listenBefore(server, url)
  return {
    url: here,
    take() {
      const taken = noted
      noted = []
      return taken
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Reads what a client sends on one connection (PostgreSQL manual, "Message Formats"). */
const reader = (note: (statement: TappedStatement) => void) => {
  const prepared = new Map<string, Pick<TappedStatement, 'text' | 'types'>>()
  let rest: Buffer = Buffer.alloc(0)
  let greeted = false

  const message = (type: string, body: Buffer) => {
    const at = { offset: 0 }
    if (type === 'P') {
      const name = textAt(body, at)
      const text = textAt(body, at)
      const count = body.readUInt16BE(at.offset)
      const types = Array.from({ length: count }, (_, n) => body.readUInt32BE(at.offset + 2 + 4 * n))
      prepared.set(name, { text, types })
    } else if (type === 'B') {
      textAt(body, at)
      const name = textAt(body, at)
      const statement = prepared.get(name)
      if (statement !== undefined)
        note({ ...statement, values: valuesAt(body, at.offset), kept: name !== '' })
    } else if (type === 'Q') note({ text: textAt(body, at), values: [], types: [], kept: false })
  }

  return (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const head = greeted ? 1 : 0
      if (rest.length < head + 4) return
      const size = head + rest.readUInt32BE(head)
      if (rest.length < size) return
      // A request for encryption is eight bytes long, and the greeting comes after it.
      if (greeted) message(rest.toString('latin1', 0, 1), rest.subarray(5, size))
      else greeted = size > 8
      rest = rest.subarray(size)
    }
  }
}

const textAt = (body: Buffer, at: { offset: number }): string => {
  const end = body.indexOf(0, at.offset)
  const text = body.toString('utf8', at.offset, end)
  at.offset = end + 1
  return text
}

const valuesAt = (body: Buffer, offset: number): (string | null)[] => {
  let at = offset + 2 + 2 * body.readUInt16BE(offset)
  const count = body.readUInt16BE(at)
  at += 2
  return Array.from({ length: count }, () => {
    const length = body.readInt32BE(at)
    at += 4
    if (length < 0) return null
    const value = body.toString('utf8', at, at + length)
    at += length
    return value
  })
}
