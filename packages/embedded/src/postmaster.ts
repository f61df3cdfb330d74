import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What PostgreSQL wrote into its lock file: who it is, and whether it takes connections. */
export type Postmaster = { pid: number; ready: boolean }

/** Who runs in a data directory according to its lock file, checked against the process itself. */
export type Occupant =
  | { kind: 'nobody' }
  /** The lock file names a process that is something else: its number was given away again. */
  | { kind: 'stale' }
  /** A PostgreSQL of this directory whose starter is gone. */
  | { kind: 'orphan'; pid: number }
  /** A PostgreSQL of this directory and the process that started it. */
  | { kind: 'held'; pid: number; by: number }

/** Reads the lock file `postmaster.pid`: PostgreSQL puts its pid on line 1 and its status on line 8. */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number.parseInt(lines[0] ?? '', 10)
  return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined
}

/** The argument that names the starter in PostgreSQL's own command line, where others can see it. */
export const starterArgument = (pid: number) => `cluster_name=plinth-${pid}`

/** Who is in `data` now. A starter is alive as long as PostgreSQL is still its child: pids get reused, parents do not. */
export async function occupant(data: string): Promise<Occupant> {
  const postmaster = await readPostmaster(data)
  if (!postmaster) return { kind: 'nobody' }
  const seen = await inspect(postmaster.pid)
  if (!seen) return { kind: 'nobody' }
  if (seen === 'unknown') return { kind: 'held', pid: postmaster.pid, by: postmaster.pid }
  if (!seen.command.includes(data)) return { kind: 'stale' }
  const starter = Number(/cluster_name=plinth-(\d+)/.exec(seen.command)?.[1] ?? Number.NaN)
  const { pid } = postmaster
  return Number.isNaN(starter) || starter === seen.parent
    ? { kind: 'held', pid, by: seen.parent }
    : { kind: 'orphan', pid }
}

type Seen = { parent: number; command: string }

/** `unknown` where the system does not tell about other processes (Windows). */
async function inspect(pid: number): Promise<Seen | 'unknown' | undefined> {
  if (!isAlive(pid)) return undefined
  if (process.platform === 'linux') return inspectProc(pid)
  if (process.platform === 'win32') return 'unknown'
  const out = await run('ps', ['-o', 'ppid=,command=', '-p', String(pid)]).catch(() => undefined)
  const match = /^\s*(\d+)\s+(.*)$/.exec(out?.stdout ?? '')
  return match ? { parent: Number(match[1]), command: match[2] ?? '' } : undefined
}

async function inspectProc(pid: number): Promise<Seen | undefined> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
  const [status, command] = await Promise.all([read('status'), read('cmdline')])
  const parent = /^PPid:\s*(\d+)$/m.exec(status)?.[1]
  const gone = /^State:\s*Z/m.test(status)
  return parent === undefined || gone
    ? undefined
    : { parent: Number(parent), command: command.replaceAll('\0', ' ') }
}

/** Whether a process with this number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
