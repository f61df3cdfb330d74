import { deploy, permissions, prepareUsers } from '@plinth/host'
import { createUsers } from '@plinth/users'
import { usersContract } from '@plinth/users-contract'

/** Users by themselves: who there is, who may come in, and what they may do. */
await deploy(usersContract, {
  create: ({ pool, config, foundations, standing }) =>
    createUsers({
      pool,
      permissions,
      announce: standing.announce,
      settings: {
        tokens: { keys: foundations.keys, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE },
      },
    }),
  users: users => users,
  prepare: (users, { config, logger }) => prepareUsers(users, config, logger),
})
