export * from './fake.ts'
