export { type Mail, readMail } from '@plinth/embedded'
export { eventually } from './eventually.ts'
export type { FaultProxy } from './fault-proxy.ts'
export { startFaultProxy } from './fault-proxy.ts'
export type { MailFault, MailSink } from './mail-sink.ts'
export { startMailSink } from './mail-sink.ts'
export { removeAmqpNames, removeKeys, testNamespace } from './namespace.ts'
export { startPrivatePgbouncer } from './private-pgbouncer.ts'
export { type PrivatePostgresOptions, startPrivatePostgres } from './private-postgres.ts'
export { startPrivateRabbitmq } from './private-rabbitmq.ts'
export { startPrivateRedis } from './private-redis.ts'
export { type PrivateReplica, startPrivateReplica } from './private-replica.ts'
export type { MortalService } from './private-service.ts'
export type {
  NumberedFrame,
  Protocol,
  Recorder,
  RecordingProxy,
  Trap,
} from './recording-proxy/recorder.ts'
export { createRecorder } from './recording-proxy/recorder.ts'
export { describeWith, serviceUrl } from './run.ts'
export type { ServiceName } from './services.ts'
export { removeShopNames, shopConsumers } from './shop-names.ts'
export { type StatementTap, startStatementTap, type TappedStatement } from './statement-tap.ts'
export type { TestDatabase, TestDatabaseOptions } from './test-database.ts'
export { createDatabaseOn, createTestDatabase } from './test-database.ts'
export type { CollectedSpan, TraceCollector } from './trace-collector.ts'
export { startTraceCollector } from './trace-collector.ts'
