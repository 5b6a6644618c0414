import type { ActorLogic, EventObject, NonReducibleUnknown, Snapshot } from 'xstate'

type InertSnapshot = Snapshot<undefined> & { context: undefined }

const SNAPSHOT: InertSnapshot = { status: 'active', output: undefined, error: undefined, context: undefined }

/** An actor that does nothing: what a machine invokes while the host does the work. One for all kinds, without state. */
export const inertActor: ActorLogic<InertSnapshot, EventObject, NonReducibleUnknown> = {
  transition: (snapshot) => snapshot,
  getInitialSnapshot: () => SNAPSHOT,
  getPersistedSnapshot: () => SNAPSHOT,
}
