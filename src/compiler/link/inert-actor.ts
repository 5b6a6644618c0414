import type { ActorLogic, EventObject, NonReducibleUnknown, Snapshot } from 'xstate'

type InertSnapshot = Snapshot<undefined> & { context: undefined }

const SNAPSHOT: InertSnapshot = { status: 'active', output: undefined, error: undefined, context: undefined }

/** Actor that does nothing: a machine invokes it while the host performs the step. One for all kinds, without state. */
export const inertActor: ActorLogic<InertSnapshot, EventObject, NonReducibleUnknown> = {
  transition: (snapshot) => snapshot,
  getInitialSnapshot: () => SNAPSHOT,
  getPersistedSnapshot: () => SNAPSHOT,
}
