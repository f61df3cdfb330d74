import { spawn } from 'node:child_process'

/** What to end: a process, or with `group` every process of the group it leads. */
export type Victim = { pid: number; signal: 'KILL' | 'QUIT'; group?: boolean }

/**
 * Ends processes and removes a folder when this process is gone, in whatever way: a shell holds the other
 * end of a pipe and acts when the pipe closes. Dispose once you have cleaned up yourself.
 */
export function leaveReaper(victims: readonly Victim[], folder: string): Disposable {
  const kills = victims.map(victim => `kill -${victim.signal} ${victim.group ? '-' : ''}${victim.pid}`)
  const script = ['cat >/dev/null', ...kills, 'sleep 1', 'rm -rf "$0"'].join('; ')
  const shell = spawn('/bin/sh', ['-c', script, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => {})
  shell.unref()
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref()
  return { [Symbol.dispose]: () => void shell.kill('SIGKILL') }
}
