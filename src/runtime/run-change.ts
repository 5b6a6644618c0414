/** What of the effects of one event the store keeps: timers, questions to people, events that leave the run. */
import type { JsonValue } from '../core/json.ts'
import type { ApprovalRecord } from '../store/approval-record.ts'
import type { CloudEventRecord } from '../store/cloud-event-record.ts'
import type { Untimed } from '../store/journal-row.ts'
import type { RunChange } from '../store/store.ts'
import { CALLED_OFF, toChildId } from './child/child-id.ts'
import type { OpenTimer, OpenWait, RunEffect } from './effects/run-effect.ts'
import type { AttemptFigures } from './run-event.ts'
import { toRequestHash } from './waits/request-hash.ts'

type Kept = Pick<RunChange, 'timersSet' | 'timersCleared' | 'approvalsOpened' | 'approvalsClosed' | 'emitted'>

export const toKept = (effects: readonly RunEffect[]): Kept => ({
  ...keepTimers(effects),
  ...keepApprovals(effects),
  ...keepEmitted(effects),
})

const keepTimers = (effects: readonly RunEffect[]): Kept => {
  const set = new Map<string, OpenTimer>()
  const cleared = new Set<string>()
  for (const effect of effects) {
    // A pause is over as soon as others had their turn: nobody needs to be woken for it.
    if (effect.type === 'timer.start' && effect.timer.name !== 'pause') {
      cleared.delete(effect.timer.id)
      set.set(effect.timer.id, effect.timer)
    } else if (effect.type === 'timer.stop') {
      set.delete(effect.id)
      cleared.add(effect.id)
    }
  }
  return {
    ...(set.size === 0 ? {} : { timersSet: [...set.values()] }),
    ...(cleared.size === 0 ? {} : { timersCleared: [...cleared] }),
  }
}

/** What was asked and called off within the same event never was. */
const keepApprovals = (effects: readonly RunEffect[]): Kept => {
  const opened = new Map<string, ApprovalRecord>()
  const closed: { path: string; visit: number }[] = []
  for (const effect of effects) {
    if (effect.type !== 'wait.open' && effect.type !== 'wait.close') continue
    const { wait } = effect
    if (wait.kind !== 'approval') continue
    const { path, visit } = wait
    if (effect.type === 'wait.open') opened.set(`${path}#${visit}`, toApproval(wait))
    else if (!opened.delete(`${path}#${visit}`)) closed.push({ path, visit })
  }
  return {
    ...(opened.size === 0 ? {} : { approvalsOpened: [...opened.values()] }),
    ...(closed.length === 0 ? {} : { approvalsClosed: closed }),
  }
}

/** Also for what is open when a run is taken up again. */
export const toApproval = (wait: Extract<OpenWait, { kind: 'approval' }>): ApprovalRecord => {
  const { kind: _, form, ...request } = wait
  return { ...request, form: form as unknown as JsonValue, requestHash: toRequestHash(wait) }
}

const keepEmitted = (effects: readonly RunEffect[]): Kept => {
  const emitted = effects.flatMap((effect): CloudEventRecord[] => (effect.type === 'emit' ? [effect.event] : []))
  return emitted.length === 0 ? {} : { emitted }
}

/** What is asked of child runs whose steps are called off: also of those that no process has in hand now. */
export const callOffChildren = (
  parent: string,
  effects: readonly RunEffect[],
  attemptOf: (path: string, visit: number) => number,
): NonNullable<RunChange['asked']> =>
  effects.flatMap((effect) => {
    if (effect.type !== 'stop') return []
    const { path, visit } = effect
    return [{ run: toChildId(parent, `${path}#${visit}.${attemptOf(path, visit)}`), message: CALLED_OFF }]
  })

type Note = Untimed<'undo' | 'stopped'>

/** What of these effects the journal notes. @param inFlight What is known of an effect that is being performed. */
export const toNotes = (
  effects: readonly RunEffect[],
  inFlight: (path: string, visit: number) => AttemptFigures | undefined,
): Note[] =>
  effects.flatMap((effect): Note[] => {
    if (effect.type !== 'undo.keep' && effect.type !== 'stop') return []
    const { path, visit } = effect
    if (effect.type === 'undo.keep') return [{ kind: 'undo', path, visit, data: effect.call }]
    // What was called off in the middle may have taken effect: the journal says that it had begun.
    const figures = inFlight(path, visit)
    return figures === undefined ? [] : [{ kind: 'stopped', path, visit, data: figures }]
  })
