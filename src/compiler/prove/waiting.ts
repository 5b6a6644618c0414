/** Checks waits: events that two steps await at once, and approvals that may block a run without limit. */
import type { CheckContext } from '../check/check-context.ts'
import type { NodeSet } from '../check/flow-graph.ts'
import type { IndexedStep } from '../check/step-index.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Located, Preset } from '../document.ts'
import { descriptorOf } from '../steps/step-kinds.ts'

interface WaitingOptions {
  open: NodeSet
  findings: Diagnostics
}

export const checkWaiting = (check: CheckContext, { open, findings }: WaitingOptions): void => {
  const { index, flow } = check
  const reached = index.steps.filter(({ number }) => {
    const enter = flow.points[number]?.enter
    return enter !== undefined && open[enter.number] === 1
  })
  reportContested(reached, findings)
  const unbounded = reached.filter(({ isFinal }) => !isFinal)
  if (check.workflow.limits.timeMs === undefined) reportUnbounded(unbounded, check, findings)
}

/** Reports waits for any event of one name in different branches of a parallel. */
const reportContested = (steps: readonly IndexedStep[], findings: Diagnostics): void => {
  const waits = steps.flatMap((step) => {
    const event = eventOf(step)
    return event === undefined ? [] : [{ step, event }]
  })
  for (const [position, { step, event }] of waits.entries()) {
    const other = waits
      .slice(0, position)
      .find((one) => one.event.value === event.value && runBesideEachOther(one.step, step))
    if (other === undefined) continue
    const message = `'${step.id}' and '${other.step.id}' may wait for '${event.value}' at once: one event ends one of them, whichever has waited longer`
    findings.error('contested_event', event.range, message, 'say which event each of them means, by a `match`')
  }
}

const eventOf = ({ step }: IndexedStep): Located<string> | undefined =>
  step.kind === 'wait' && step.wait.kind === 'event' && step.wait.match === undefined ? step.wait.event : undefined

const runBesideEachOther = (one: IndexedStep, other: IndexedStep): boolean => {
  const branches = new Map(placesOf(one).map(({ owner, branch }) => [owner, branch]))
  return placesOf(other).some(({ owner, branch }) => branches.has(owner) && branches.get(owner) !== branch)
}

/** Finds the branches of all parallels around a step. */
const placesOf = (step: IndexedStep): { owner: IndexedStep; branch: string }[] => {
  const places: { owner: IndexedStep; branch: string }[] = []
  for (let list = step.list; list.owner !== undefined; list = list.owner.list)
    if (list.owner.step.kind === 'parallel') places.push({ owner: list.owner, branch: list.branch })
  return places
}

const reportUnbounded = (steps: readonly IndexedStep[], { workflow }: CheckContext, findings: Diagnostics): void => {
  const used = steps.flatMap(({ step }) => [
    ...(descriptorOf(step).tools?.(step) ?? []).map(({ value }) => value),
    ...(step.undo === undefined ? [] : [step.undo.tool.value]),
  ])
  for (const [name, preset] of workflow.presets) {
    if (preset.approval === undefined || !used.includes(name)) continue
    const message = `a call of '${name}' waits for a person, and nothing says until when`
    findings.error('unbounded_approval', rangeOf(preset), message, 'set limits: { time: 7d }, or what a run may take')
  }
}

const rangeOf = ({ approval, range }: Preset) =>
  approval === undefined ? range : 'when' in approval ? approval.when.range : approval.range
