/** Renders the state and the outcomes of a walk as text. */

import { countOf } from '../../../core/count.ts'
import { formatDuration } from '../../../core/duration.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { contextOf, pathOf, type Scope } from '../../../runtime/scope/scope.ts'
import { DECIDED, WALK_START, type Walk, type WalkOutcome } from '../../../service/simulation/walk.ts'
import { namePath } from '../../figures.ts'
import type { Paint } from '../../paint.ts'
import { cutEnd, toOneLine } from '../../printable.ts'

const LONGEST_VALUE = 100

/** On one line, cut where it is long. */
export const describeValue = (value: JsonValue): string => cutEnd(toOneLine(JSON.stringify(value)), LONGEST_VALUE)

/** `not_found`, `invalid_input {"status":422}`. */
export const describeCode = ({ fault, details }: { fault: string; details?: JsonObject }): string =>
  details === undefined ? fault : `${fault} ${describeValue(details)}`

/** `classify gives {"label":"bug"}`, `scan#2 fails: timeout`. */
export const describeOutcome = (outcome: WalkOutcome): string => {
  if ('cancel' in outcome) return 'cancel'
  if ('event' in outcome) return `event ${outcome.event} comes with ${describeValue(outcome.data)}`
  const step = namePath(outcome.step)
  const name = outcome.visit === undefined ? step : `${step}#${outcome.visit}`
  if ('output' in outcome) return `${name} gives ${describeValue(outcome.output)}`
  if ('fault' in outcome) return `${name} fails: ${describeCode(outcome)}`
  if ('timer' in outcome) return `${name}: time goes on (${outcome.timer})`
  const by = outcome.by === undefined ? '' : ` by ${outcome.by}`
  if ('approved' in outcome)
    return `${name} is approved${by}${outcome.approved === null ? '' : ` with ${describeValue(outcome.approved)}`}`
  return `${name} is rejected${by}${outcome.rejected === '' ? '' : `: ${toOneLine(outcome.rejected)}`}`
}

/** Renders the place of the run: the states of its machine from the outside in, `gather › (search, scan)`. */
export const describePlace = ({ state }: Walk): string => {
  const { root } = state
  if (root === undefined) return ''
  const place = joinStates(root.snapshot.value as StateValue)
  const items = [...itemsOf(root)].filter(isItem).length
  return items === 0 ? place : `${place}, ${countOf(items, 'item')}`
}

type StateValue = string | { [state: string]: StateValue }

const joinStates = (value: StateValue): string => {
  if (typeof value === 'string') return nameState(value)
  const parts = Object.entries(value).map(([state, inner]) =>
    [nameState(state), joinStates(inner)].filter((part) => part !== '').join(' › '),
  )
  return parts.length === 1 ? parts.join('') : `(${parts.join(', ')})`
}

/** Names a state. States that are no steps have a double dash in their name; branches and backoffs keep a part of it. */
const nameState = (state: string): string => {
  const [, step = '', role = ''] = /^(.*?)--(.*)$/.exec(state) ?? []
  if (step === '') return state
  if (step === 'run') return role
  if (role.startsWith('branch-')) return role.slice('branch-'.length)
  return role === 'backoff' ? `${step} waits for its next attempt` : ''
}

export const describeTime = ({ at }: Walk): string =>
  at === WALK_START ? '' : `after ${formatDuration(at - WALK_START)}`

/** Lists the steps that ended between two places of a walk, with their results, and the steps that were undone. */
export const describeChange = (before: Walk | undefined, after: Walk, paint: Paint): string[] => {
  const known = before === undefined ? new Map<string, Ended>() : endedSteps(before)
  const ended = [...endedSteps(after)]
    .filter(([path, { identity }]) => known.get(path)?.identity !== identity)
    .map(([path, { status, output, error }]) => {
      if (status === 'completed') return `${paint.green('✓')} ${path}  ${paint.dim(describeValue(output ?? null))}`
      if (status !== 'failed') return `${paint.dim('–')} ${path} ${status}`
      const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
      return `${paint.red('✗')} ${path} failed: ${describeFault(code, message)}`
    })
  const undone = after.state.undone
    .slice(before === undefined ? 0 : before.state.undone.length)
    .map(({ path, fault }) =>
      fault === undefined
        ? `${paint.green('↶')} ${path} undone`
        : `${paint.red('✗')} ${path} is not undone: ${describeFault(fault.code, fault.message)}`,
    )
  return [...ended, ...undone]
}

/** Omits the message of a fault that the user chose. */
export const describeFault = (code: string, message: string): string =>
  message === DECIDED ? code : `${code} (${toOneLine(message)})`

interface Ended {
  status: string
  output: JsonValue | undefined
  error: JsonValue | undefined
  identity: string
}

/** Blocks follow the steps in them. */
const endedSteps = ({ state }: Walk): Map<string, Ended> => {
  const single = new Map<string, Ended>()
  const blocks: [string, Ended][] = []
  for (const scope of state.root === undefined ? [] : [state.root, ...itemsOf(state.root)])
    for (const [step, record] of Object.entries(contextOf(scope).steps)) {
      const { status, output, error, visits, calls, entered } = record
      if (status === 'pending' || entered !== undefined) continue
      const ended: Ended = { status, output, error, identity: `${status} ${visits} ${calls}` }
      const isBlock = scope.linked.steps.get(step)?.output !== undefined
      if (isBlock) blocks.unshift([pathOf(scope, step), ended])
      else single.set(pathOf(scope, step), ended)
    }
  return new Map([...single, ...blocks])
}

/** True for foreach items, false for the turns of a model step with tools. */
const isItem = ({ parent }: Scope): boolean => parent?.scope.open.get(parent.step)?.pool !== undefined

/** Iterates over the running foreach items, nested ones included. */
function* itemsOf(scope: Scope): Generator<Scope> {
  for (const { items } of scope.open.values())
    for (const item of items?.values() ?? []) {
      yield item
      yield* itemsOf(item)
    }
}
