export { createPayments, type Payments, type PaymentsOptions, type ProviderSettings } from './payments.ts'
export type {
  Charge,
  PaymentProvider,
  ProviderAnswer,
  ProviderMessage,
  Reversal,
} from './provider/provider.ts'
