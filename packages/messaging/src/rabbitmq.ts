export { createRabbitBroker, type RabbitBrokerOptions } from './rabbit/broker.ts'
