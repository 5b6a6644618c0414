/** Schedule triggers of a workflow, as the clock that starts their runs needs them. */
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Trigger, Workflow } from '../document.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { toCondition, valueOrEmpty } from './entry.ts'

export interface ScheduleTrigger {
  /** Cron expression of five fields. */
  expression: string
  /** IANA time zone. */
  timezone: string
  missed: 'skip' | 'once' | 'all'
  /** True if a run starts at this slot. @throws Fault `expression_failed` */
  isWanted(names: TriggerNames): boolean
  /** Evaluates the input of the run that a slot starts. @throws Fault `expression_failed` */
  toInput(names: TriggerNames): JsonValue
}

/** `event` is `{ at }`, RFC 3339. */
export interface TriggerNames {
  event: JsonObject
  env: JsonObject
}

export const linkSchedules = ({ triggers }: Workflow): ScheduleTrigger[] =>
  triggers.filter(({ kind }) => kind === 'schedule').map(linkSchedule)

const linkSchedule = ({ target, options, input, when }: Trigger): ScheduleTrigger => {
  const bindings = { root: (name: string) => READERS[name], step: () => undefined }
  const condition = when && toCondition(compileExpression(when, bindings), 'when')
  return {
    expression: target.value,
    timezone: String(options.get('timezone')?.value ?? 'UTC'),
    missed: (options.get('missed')?.value ?? 'once') as ScheduleTrigger['missed'],
    isWanted: (names) => condition === undefined || condition(names),
    toInput: valueOrEmpty(input, bindings),
  }
}

const READERS: Record<string, ((names: TriggerNames) => JsonValue) | undefined> = {
  event: ({ event }) => event,
  env: ({ env }) => env,
}
