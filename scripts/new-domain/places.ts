/** One place in a file of the workspace at which a domain is named; all is said of shipments. */
export interface Place {
  readonly path: string
  /** What stands there once; the new text comes before or behind it. */
  readonly at: string
  readonly where: 'before' | 'behind'
  readonly text: string
}

const behind = (path: string, at: string, text: string): Place => ({ path, at, where: 'behind', text })
const before = (path: string, at: string, text: string): Place => ({ path, at, where: 'before', text })

const graph = 'scripts/architecture/graph.ts'
const host = (file: string) => `packages/host/src/${file}`
const api = (file: string) => `apps/api/src/${file}`
const fuzz = (file: string) => `apps/api/tests/fuzz/${file}`

/** Where the shop is put together. What hangs on nothing but the list of domains is not among these. */
export const places: readonly Place[] = [
  behind(graph, "'payments', 'notifications'", ", 'shipments'"),
  behind(graph, '  cart: gateway,\n', '  shipments: gateway,\n'),

  before(
    'sql/install.sql',
    '\\set file messaging/001',
    '\\set file shipments/001-shipments.sql\n\\ir apply.psql\n\n',
  ),

  behind(host('place.ts'), "'payments', 'notifications'", ", 'shipments'"),
  behind(host('place.ts'), "  notifications: 'NOTIFICATIONS_URL',\n", "  shipments: 'SHIPMENTS_URL',\n"),
  behind(host('config.ts'), '  NOTIFICATIONS_URL: neighbour,\n', '  SHIPMENTS_URL: neighbour,\n'),
  behind(
    host('contracts.ts'),
    "import { paymentsContract } from '@plinth/payments-contract'\n",
    "import { shipmentsContract } from '@plinth/shipments-contract'\n",
  ),
  behind(host('contracts.ts'), '  notificationsContract,\n', '  shipmentsContract,\n'),

  behind(
    api('compose.ts'),
    "import { paymentsContract } from '@plinth/payments-contract'\n",
    "import { createShipments, shipmentsRoutes } from '@plinth/shipments'\nimport { shipmentsContract } from '@plinth/shipments-contract'\n",
  ),
  behind(
    api('compose.ts'),
    "    notifications: neighbours.of('notifications'),\n",
    "    shipments: neighbours.of('shipments'),\n",
  ),
  before(
    api('compose.ts'),
    '\n  const deadLetters = createDeadLetters(',
    `  const shipments =
    far.shipments === undefined
      ? here(shipmentsContract, createShipments({ pool }))
      : elsewhere(shipmentsContract, far.shipments, shipmentsRoutes)
`,
  ),
  behind(api('compose.ts'), 'orders, payments, notifications', ', shipments'),
  behind(
    api('api-info.ts'),
    "    Notifications: 'Mails to people.',\n",
    "    Shipments: 'What each user has made.',\n",
  ),

  behind('README.md', 'payments & notifications', ' & shipments'),

  // The fuzzer has things of every kind to name.
  behind(fuzz('known-things.ts'), "  'sessions',\n", "  'shipments',\n"),
  behind(
    fuzz('stock.ts'),
    '    sessions,\n',
    "    shipments: [idOf(await user.post('/v1/shipments', { title: 'The first' }))],\n",
  ),
]
