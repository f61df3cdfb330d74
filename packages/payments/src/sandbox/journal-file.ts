import { type FileHandle, open } from 'node:fs/promises'

/** A file of lines that only grows. */
export interface JournalFile extends AsyncDisposable {
  /** The lines that were there when it was opened, oldest first. */
  readonly lines: readonly string[]
  /** Adds a line, in the order of the calls. What it returns resolves once the line is on disk, and so are all before. */
  readonly append: (line: string) => Promise<void>
  /** Resolves once every line appended so far is on disk. Rejects for good when that failed: the file is behind then. */
  readonly written: () => Promise<void>
}

/**
 * Opens the file, made if need be. A last line without an end is one whose writer died before it could tell
 * anybody: it is cut off.
 */
export const openJournalFile = async (path: string): Promise<JournalFile> => {
  const file = await open(path, 'a+', 0o600)
  const lines = await readWholeLines(file)
  let waiting: string[] = []
  let last = Promise.resolve()

  const flush = async () => {
    // All that came in while the disk was at the lines before goes in one write.
    if (waiting.length === 0) return
    const batch = waiting.join('')
    waiting = []
    await file.appendFile(batch)
    await file.datasync()
  }
  return {
    lines,
    append(line) {
      waiting.push(`${line}\n`)
      last = last.then(flush)
      // Whoever waits hears of a failure; not to wait is no reason to end the process.
      last.catch(() => undefined)
      return last
    },
    written: () => last,
    async [Symbol.asyncDispose]() {
      await last.catch(() => undefined)
      await file.close()
    },
  }
}

const readWholeLines = async (file: FileHandle): Promise<string[]> => {
  const content = await file.readFile()
  const end = content.lastIndexOf('\n') + 1
  if (end < content.length) {
    await file.truncate(end)
    await file.datasync()
  }
  return content.subarray(0, end).toString('utf8').split('\n').slice(0, -1)
}
