import type { LinkReader } from '../compiler/links.ts'
import type { Performer } from '../service/performer.ts'
import type { HostStore } from '../store/store.ts'
import type { Surroundings } from './surroundings.ts'

/** Connects the library to the actors, which it does not import. */
export interface Wiring {
  /**
   * @param context.folder Absolute: file tools use it where the surroundings name no folders.
   * @param context.store Keeps blobs and cached answers. Tools never touch its file.
   * @throws Fault `invalid_input` for a provider of unknown kind, or a secret that is too short
   */
  createPerformer(surroundings: Surroundings, context: { folder: string | undefined; store?: HostStore }): Performer
  /** Reads the files that workflows name, relative to the working directory. */
  createLinkReader(): LinkReader
}
