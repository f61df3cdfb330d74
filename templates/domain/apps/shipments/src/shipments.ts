import { deploy } from '@plinth/host'
import { createShipments } from '@plinth/shipments'
import { shipmentsContract } from '@plinth/shipments-contract'

/** Shipments by themselves. */
await deploy(shipmentsContract, { create: ({ pool }) => createShipments({ pool }) })
