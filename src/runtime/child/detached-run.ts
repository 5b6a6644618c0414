/**
 * A run that a step starts and does not wait for: it has no parent, its own limits, and goes on whatever becomes of the run that started
 * it. Its id follows from the effect, so that performing the effect again finds the same run.
 */
import { Fault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { checkInput } from '../check-input.ts'
import type { ActorCall } from '../effects/placement.ts'
import { ignoreNotices } from '../run-notice.ts'
import { toDetachedId } from './child-id.ts'
import type { ChildParent, RunOpener } from './child-parent.ts'

/** @throws Fault of a wrong input; `conflict` when its flow rejects the run */
export const startDetached = async (
  { effect, actor, input }: ActorCall,
  { parent, opener }: { parent: ChildParent; opener: RunOpener },
): Promise<JsonValue> => {
  const id = toDetachedId(parent.id, effect)
  const workflow = parent.workflow.children.get(actor)
  if (workflow === undefined) throw new Fault('not_found', `workflow '${actor}' is not linked with its caller`)
  const found = await opener.store.findRun(id)
  if (found.kind === 'missing') {
    const { env, folder } = parent
    const wanted = { id, input: await checkInput(workflow, input), env, folder }
    await opener.create(workflow, { ...wanted, origin: { kind: 'step', of: parent.id } }, { watch: ignoreNotices })
  }
  return { run: id }
}
