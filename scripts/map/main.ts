/** `pnpm map`: draws the map of the shop into docs/map.md; `--check` only says whether the one there is still true. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawMap } from './draw-map.ts'
import { readMap } from './shop-map.ts'

const root = join(import.meta.dirname, '..', '..')
const page = join(root, 'docs', 'map.md')
const drawn = drawMap(await readMap(root))
if (process.argv.includes('--check')) {
  const there = readFileSync(page, 'utf8')
  if (there !== drawn) {
    console.log('docs/map.md is not the map of this code any more: pnpm map draws it anew')
    process.exitCode = 1
  }
} else {
  writeFileSync(page, drawn)
  console.log('docs/map.md is drawn')
}
