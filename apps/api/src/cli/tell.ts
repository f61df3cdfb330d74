/** Says a line to the operator. */
export const tell = (line: string): void => void process.stdout.write(`${line}\n`)
