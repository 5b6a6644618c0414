/**
 * Placement of the effects of one run: steps of kind `workflow` become child runs of this host, every other effect is performed where
 * the run's own placement says. A child run has its parent's performer, and its budget stands under its parent's.
 */
import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Store } from '../../store/store.ts'
import { type Budget, spentOf } from '../budget/budget.ts'
import { checkInput } from '../check-input.ts'
import type { Placement, SecuredPlacement } from '../effects/placement.ts'
import type { WantedRun } from '../new-run.ts'
import type { OpenOptions, ResumeResult } from '../opened-run.ts'
import type { Run } from '../run.ts'
import { ignoreNotices } from '../run-notice.ts'
import { toChildId } from './child-id.ts'
import { type ChildCall, type OpenedChild, performChild, type WantedChild } from './child-run.ts'

/** A run, as its children need it. */
export interface ChildParent {
  id: string
  /** Id of the run that stands in its idempotency keys. */
  keyRun: string
  workflow: ChildCall['parent']['workflow']
  env: JsonObject
  budget: Budget | undefined
  performer: SecuredPlacement
}

/** The host, as it opens child runs. */
export interface RunOpener {
  clock: Clock
  store: Pick<Store, 'readJournal'>
  /** True when the host starts nothing more. */
  isStopped(): boolean
  resume(id: string, options: OpenOptions): Promise<ResumeResult>
  create(workflow: WantedChild['workflow'], wanted: NewChild, options: OpenOptions): Promise<Run>
}

export type NewChild = Pick<WantedRun, 'id' | 'parent' | 'input' | 'env' | 'keyRun'>

export const createChildPlacement = (parent: ChildParent, opener: RunOpener): Placement => {
  const { placement } = parent.performer
  const host = {
    clock: opener.clock,
    open: (id: string, wanted: WantedChild) => openChild(id, { wanted, parent, opener }),
  }
  return {
    perform: (call, context) =>
      call.kind === 'workflow' ? performChild({ parent, call, context }, host) : placement.perform(call, context),
  }
}

const openChild = async (
  id: string,
  { wanted, parent, opener }: { wanted: WantedChild; parent: ChildParent; opener: RunOpener },
): Promise<OpenedChild> => {
  if (opener.isStopped()) return { kind: 'held' }
  const { workflow, input, attempt } = wanted
  const { env, performer } = parent
  const above = parent.budget && { budget: parent.budget, attempt }
  const options = { watch: ignoreNotices, above, performer }
  const resumed = await opener.resume(id, options)
  if (resumed.kind === 'resumed') return { kind: 'running', run: resumed.run }
  if (resumed.kind === 'ended') {
    if (above !== undefined) above.budget.setBelow(attempt, spentOf(await opener.store.readJournal(id)))
    return { kind: 'ended', run: resumed.run }
  }
  if (resumed.kind !== 'missing') return { kind: 'held' }
  const checked = await checkInput(workflow, input)
  // A parent with the keys of another run gives its child the keys of that run's child.
  const keys = parent.keyRun === parent.id ? {} : { keyRun: toChildId(parent.keyRun, attempt) }
  const child = { id, parent: parent.id, input: checked, env, ...keys }
  return { kind: 'running', run: await opener.create(workflow, child, options) }
}
