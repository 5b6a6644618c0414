import type { LinkReader } from '../compiler/links.ts'
import type { Performer } from '../service/performer.ts'
import type { Store } from '../store/store.ts'
import type { Surroundings } from './surroundings.ts'

/** Connects the library to actors and databases, which it does not import. */
export interface Wiring {
  /**
   * @param context.folder Absolute: file tools use it where the surroundings name no folders.
   * @param context.store Keeps blobs and cached answers. Tools never touch its file.
   * @throws Fault `invalid_input` for a provider of unknown kind, or a secret that is too short
   */
  createPerformer(surroundings: Surroundings, context: { folder: string | undefined; store?: Store }): Performer
  /** @throws StoreError; Fault `invalid_input` for an address that can't be meant */
  openStore(address: string, options: Required<StoreOptions>): Promise<Store>
  /** Opens a store that is gone with the process. */
  openMemoryStore(): Store
  /** Reads the files that workflows name, relative to the working directory. */
  createLinkReader(): LinkReader
}

export interface StoreOptions {
  /** Failure that a recorded step survives: a killed `process` (default), or a `power` cut too, at a disk sync for each group of writes. */
  durability?: 'process' | 'power'
}
