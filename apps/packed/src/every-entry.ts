import type { PublishedPackage } from './workspace.ts'

/** A program that imports every entry of a package, and sees that each of its exports is there. */
export const everyEntry = ({ name, entries, effects }: PublishedPackage): string => {
  const specifiers = entries.map(entry => `${name}${entry.slice(1)}`)
  return `${specifiers.map((from, n) => `import * as entry${n} from '${from}'`).join('\n')}

const entries = { ${specifiers.map((from, n) => `'${from}': entry${n}`).join(', ')} }
const effects: string[] = ${JSON.stringify(effects.map(entry => `${name}${entry.slice(1)}`))}
for (const [from, entry] of Object.entries(entries)) {
  const names = Object.entries(entry)
  if (names.length === 0 && !effects.includes(from)) throw new Error(\`\${from} exports nothing\`)
  for (const [name, value] of names)
    if (value === undefined) throw new Error(\`\${from} exports a \${name} that is not there\`)
}
`
}
