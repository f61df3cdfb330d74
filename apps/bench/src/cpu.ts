import { readFile } from 'node:fs/promises'

/** Milliseconds of processor time that a process has taken so far; undefined where `/proc` does not tell (outside Linux). */
export const cpuMsOf = async (pid: number): Promise<number | undefined> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number)
    return user === undefined || system === undefined ? undefined : (user + system) * msPerTick
  } catch {
    return undefined
  }
}

/** The kernel counts in hundredths of a second, whatever the machine (proc(5), sysconf(_SC_CLK_TCK)). */
const msPerTick = 10
