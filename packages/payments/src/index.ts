export { createPayments, type Payments, type PaymentsOptions, type ProviderSettings } from './payments.ts'
export type { Patience } from './provider/guarded.ts'
export {
  type Asking,
  type Charge,
  type PaymentProvider,
  type ProviderMessage,
  ProviderRefused,
  ProviderUnreached,
  type Reversal,
} from './provider/provider.ts'
export { paymentsRoutes } from './routes.ts'
export { type SandboxServer, type SandboxServerOptions, startSandboxServer } from './sandbox/server.ts'
