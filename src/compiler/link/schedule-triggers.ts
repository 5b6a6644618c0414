/** Schedule triggers of a workflow, as the clock that starts their runs needs them. */
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../core/json.ts'
import type { Trigger, Workflow } from '../document.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { toCondition, valueOrEmpty } from './entry.ts'

export interface ScheduleTrigger {
  /** Cron expression of five or six fields, or a name such as `@daily`. */
  expression: string
  /** IANA time zone. */
  timezone: string
  missed: 'skip' | 'once' | 'all'
  /** With `all`: most of the missed slots that start a run, the newest. */
  mostMissed: number
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
  const bindings = { root: (name: string) => ownValue(READERS, name), step: () => undefined }
  const condition = when && toCondition(compileExpression(when, bindings), 'when')
  return {
    expression: target.value,
    timezone: String(options.get('timezone')?.value ?? 'UTC'),
    ...toMissed(options.get('missed')?.value),
    isWanted: (names) => condition === undefined || condition(names),
    toInput: valueOrEmpty(input, bindings),
  }
}

/** Bound of `missed: all`. */
const MOST_MISSED = 1_000

const toMissed = (written: JsonValue | undefined): Pick<ScheduleTrigger, 'missed' | 'mostMissed'> => {
  if (isJsonObject(written)) return { missed: 'all', mostMissed: Number(written.all) }
  return { missed: written === 'skip' || written === 'all' ? written : 'once', mostMissed: MOST_MISSED }
}

const READERS: Record<string, ((names: TriggerNames) => JsonValue) | undefined> = {
  event: ({ event }) => event,
  env: ({ env }) => env,
}
