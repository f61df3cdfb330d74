/** An account of the seeded shop. */
export interface SeedAccount {
  readonly email: string
  readonly name: string
  readonly roles: readonly ('user' | 'seller' | 'admin')[]
}

/** The one password of all seeded accounts: they exist outside production only. */
export const seedPassword = 'plinth-demo-password'

/** Who shops, sells and runs the seeded shop. */
export const seedAccounts = {
  admin: { email: 'admin@plinth.example', name: 'Ines Brandt', roles: ['admin'] },
  customer: { email: 'customer@plinth.example', name: 'Ada Moreau', roles: ['user'] },
  loom: { email: 'loom@plinth.example', name: 'Loom & Thread', roles: ['user', 'seller'] },
  hearth: { email: 'hearth@plinth.example', name: 'Hearth Supply', roles: ['user', 'seller'] },
  fernweh: { email: 'fernweh@plinth.example', name: 'Fernweh Outfitters', roles: ['user', 'seller'] },
  inkwell: { email: 'inkwell@plinth.example', name: 'Inkwell Press', roles: ['user', 'seller'] },
} as const satisfies Record<string, SeedAccount>
