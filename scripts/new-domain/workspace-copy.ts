import { cpSync, existsSync, globSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'

const texts = z.record(z.string(), z.string()).default({})
const manifest = z.object({
  name: z.string(),
  dependencies: texts,
  devDependencies: texts,
  peerDependencies: texts,
})

/** Copies the sources of a workspace. What is installed stays where it is: see {@link linkPackages}. */
export const copyWorkspace = (root: string, copy: string): void =>
  cpSync(root, copy, { recursive: true, filter: path => path === root || !leftOut.has(basename(path)) })

const leftOut: ReadonlySet<string> = new Set(['node_modules', '.git', '.turbo', '.plinth', 'dist'])

/**
 * Links what the packages of a copy stand on, as an installation would: ours within the copy, other people's from where
 * they are installed. What a new package asks for is taken from any that has it. May be done again after a change.
 */
export const linkPackages = (root: string, copy: string): void => {
  const rooms = ['.', ...globSync('{apps,packages}/*/package.json', { cwd: copy }).map(dirname)].map(
    folder => ({
      folder,
      said: manifest.parse(JSON.parse(readFileSync(join(copy, folder, 'package.json'), 'utf8'))),
    }),
  )
  const ours = new Map(rooms.map(({ folder, said }) => [said.name, join(copy, folder)]))
  const installed = (name: string, folder: string) =>
    [folder, 'packages/cart', ...rooms.map(room => room.folder)]
      .map(place => join(root, place, 'node_modules', name))
      .find(path => existsSync(path))
  for (const { folder, said } of rooms) {
    const wanted = { ...said.dependencies, ...said.devDependencies, ...said.peerDependencies }
    for (const name of Object.keys(wanted)) {
      const target = ours.get(name) ?? installed(name, folder)
      if (target !== undefined) link(join(copy, folder, 'node_modules', name), target)
    }
  }
  link(join(copy, 'node_modules', '.bin'), join(root, 'node_modules', '.bin'))
}

const link = (path: string, target: string): void => {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(realpathSync(target), path, 'junction')
}
