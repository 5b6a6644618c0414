import type { StoreMaintenance } from '../../maintenance.ts'
import type { StoreConnections } from '../store-connections.ts'

export const createMaintenance = (_db: StoreConnections): StoreMaintenance => {
  throw new Error('not yet')
}
