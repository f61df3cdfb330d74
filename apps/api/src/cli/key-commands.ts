import type { PrivateJwk } from '@plinth/host'
import type { Command } from './command.ts'
import { flag, options } from './options.ts'
import { UsageError } from './usage-error.ts'

/** What operators do with the keys that access tokens are signed with. They are printed and kept nowhere. */
export const keyCommands: Readonly<Record<string, Command>> = {
  'keys:generate': {
    summary: 'Print a new signing key as a line for .env: JWT_KEYS=...',
    usage: '',
    run: async args => {
      options(args, {})
      const { generateKey } = await import('@plinth/host')
      print([generateKey()])
    },
  },
  'keys:rotate': {
    summary:
      'Print JWT_KEYS with a new key that signs; the old ones verify on. Where replicas are restarted one by one: --stage a key, --promote it once all know it. --drop the keys that no longer sign, a quarter of an hour after they last did',
    usage: '[--stage | --promote | --drop]',
    run: async args => {
      const chosen = options(args, { stage: flag, promote: flag, drop: flag })
      const [step = 'replace', ...more] = (['stage', 'promote', 'drop'] as const).filter(each => chosen[each])
      if (more.length > 0) throw new UsageError('keys:rotate takes one step at a time')
      const { generateKey, jwkSet, rotateKeys } = await import('@plinth/host')
      const given = process.env.JWT_KEYS
      if (given === undefined || given === '')
        throw new UsageError('there are no JWT_KEYS to rotate; pnpm plinth keys:generate prints the first')
      const keys = jwkSet.safeParse(given)
      if (!keys.success) throw new UsageError(`JWT_KEYS ${keys.error.issues[0]?.message}`)
      if (step === 'promote' && keys.data.length < 2)
        throw new UsageError('there is no key to promote; pnpm plinth keys:rotate --stage adds one')
      print(rotateKeys(keys.data, step, generateKey))
    },
  },
}

const print = (keys: readonly PrivateJwk[]) =>
  void process.stdout.write(`JWT_KEYS='${JSON.stringify({ keys })}'\n`)
