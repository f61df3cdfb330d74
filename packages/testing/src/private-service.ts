import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { leaveReaper } from './reaper.ts'
import { throwawayFolder } from './throwaway-folder.ts'

/** A service started for this run. Disposing of it ends it and removes what it wrote. */
export type PrivateService = AsyncDisposable & { readonly url: string }

/** A private service that can die and come back, with the data and the ports it had. */
export type MortalService = PrivateService & {
  /** Ends its programs as `kill -9` does. Resolves once they are gone. */
  kill(): Promise<void>
  /** Starts them again; resolves once the service answers. */
  restart(): Promise<void>
}

/** A program to run in the background, in a process group of its own. */
export type Program = { command: string; args: readonly string[]; env?: NodeJS.ProcessEnv }

/** The program's path on PATH, or undefined. */
export function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(isExecutable)
}

/** Whether this file exists and may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Runs programs in a throwaway folder until `ready` says so, and kills them on disposal or when this
 * process is gone. They hold nothing worth an orderly end.
 */
export async function startPrivate(options: {
  name: string
  url: string
  programs: (folder: string) => readonly Program[] | Promise<readonly Program[]>
  ready: () => Promise<boolean>
  withinMs: number
}): Promise<MortalService> {
  const folder = await throwawayFolder(options.name)
  const programs = await options.programs(folder)
  let running = launchAll(programs, folder)
  const dispose = async () => {
    await running.kill()
    running.reaper[Symbol.dispose]()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await untilReady(options, running.children)
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    url: options.url,
    kill: () => running.kill(),
    async restart() {
      await running.kill()
      const { reaper } = running
      running = launchAll(programs, folder)
      reaper[Symbol.dispose]()
      await untilReady(options, running.children)
    },
    [Symbol.asyncDispose]: dispose,
  }
}

/** The programs under way, with somebody who ends them and removes the folder should this process be gone. */
const launchAll = (programs: readonly Program[], folder: string) => {
  const children = programs.map(program => launch(program, folder))
  const pids = children.flatMap(child => child.pid ?? [])
  const victims = pids.map(pid => ({ pid, signal: 'KILL' as const, group: true }))
  let killed = false
  return {
    children,
    reaper: leaveReaper(victims, folder),
    async kill() {
      // A number that is free again may be somebody else's group by now.
      if (killed) return
      killed = true
      const ended = children.map(ending)
      for (const pid of pids) killGroup(pid)
      await Promise.all(ended)
    },
  }
}

type Child = ChildProcess & { said: () => string }

function launch(program: Program, cwd: string): Child {
  const child = spawn(program.command, program.args, {
    cwd,
    env: program.env ?? process.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const listen = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  child.on('error', error => listen(Buffer.from(error.message)))
  return Object.assign(child, { said: () => said })
}

async function untilReady(
  options: { name: string; ready: () => Promise<boolean>; withinMs: number },
  children: readonly Child[],
) {
  const deadline = Date.now() + options.withinMs
  while (!(await options.ready().catch(() => false))) {
    const ended = children.find(
      child => child.exitCode !== null || child.signalCode !== null || child.pid === undefined,
    )
    if (ended) throw new Error(`${options.name} ended while starting: ${ended.said()}`)
    if (Date.now() > deadline) {
      throw new Error(
        `${options.name} was not ready within ${options.withinMs} ms: ${children.map(child => child.said()).join('\n')}`,
      )
    }
    await sleep(25)
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The whole group has ended already.
  }
}

function ending(child: Child): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve()
  return new Promise(resolve => child.once('exit', () => resolve()))
}
